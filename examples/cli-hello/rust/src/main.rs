//! Greets everybody who is named: `hello [--to FILE] [NAME...]`. examples/cli-hello/README.md says what it shows.

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

const USAGE: &str = "usage: hello [--to FILE] [NAME...]";
const FAILED: u8 = 1;
const MISUSED: u8 = 2;
const NOBODY: u8 = 3;

struct Arguments {
    /// Where the greetings are added; `None` is the standard output.
    to: Option<String>,
    /// Empty: one name a line of the standard input.
    names: Vec<String>,
}

fn main() -> ExitCode {
    let Some(arguments) = parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return MISUSED.into();
    };
    match run(arguments) {
        Ok(0) => {
            eprintln!("hello: nobody is there to greet");
            NOBODY.into()
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("hello: {sentence}");
            FAILED.into()
        }
    }
}

fn parse(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut arguments = Arguments { to: None, names: Vec::new() };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--to" => arguments.to = Some(words.next()?),
            option if option.starts_with("--") => return None,
            _ => arguments.names.push(word),
        }
    }
    Some(arguments)
}

/// How many were greeted.
fn run(arguments: Arguments) -> Result<usize, String> {
    let word = std::env::var("GREETING").unwrap_or_else(|_| "hello".into());
    let mut out: Box<dyn Write> = match &arguments.to {
        Some(path) => Box::new(
            File::options()
                .create(true)
                .append(true)
                .open(path)
                .map_err(|error| format!("cannot write to '{path}': {error}"))?,
        ),
        None => Box::new(io::stdout()),
    };
    let mut greet = |name: &str| {
        writeln!(out, "{word} from rust, {name}").map_err(|error| format!("cannot write: {error}"))
    };
    if !arguments.names.is_empty() {
        arguments.names.iter().try_for_each(|name| greet(name))?;
        return Ok(arguments.names.len());
    }
    let mut greeted = 0;
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| format!("cannot read: {error}"))?;
        if !line.is_empty() {
            greet(&line)?;
            greeted += 1;
        }
    }
    Ok(greeted)
}
