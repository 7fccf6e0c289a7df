//! The baseline of `./dev bench engine`: the same guests and the same calls, but with functions whose types
//! Rust knew when it was compiled. What Weft adds is the distance to this. Prints JSON.
//!
//!     weft-bench-baseline assemble FOLDER OUT     the guests' text as components, each in both flavours
//!     weft-bench-baseline calls GUESTS [--batches N] [--count N] [--only PREFIX]

mod calls;
mod machine;

use std::path::Path;
use wasmtime::{Result, bail};

/// A canonical built-in of WASI 0.3 that nobody calls: with it, an engine without event loop refuses.
const EVENT_LOOP: &str = "(component (core func (canon waitable-set.new))";

fn assemble(folder: &Path, out: &Path) -> Result<()> {
    for name in ["service", "caller", "keyvalue"] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.wat")))?;
        let concurrent = text.replacen("(component", EVENT_LOOP, 1);
        std::fs::write(out.join(format!("{name}.wasm")), wat::parse_str(&text)?)?;
        std::fs::write(out.join(format!("{name}_concurrent.wasm")), wat::parse_str(&concurrent)?)?;
    }
    Ok(())
}

fn options(words: &[&str]) -> Result<calls::Options> {
    let mut options = calls::Options::default();
    for pair in words.chunks(2) {
        match pair {
            ["--batches", count] => options.batches = count.parse()?,
            ["--count", count] => options.count = Some(count.parse()?),
            ["--only", prefix] => options.only = prefix.to_string(),
            _ => bail!("'{}' is not an option", pair[0]),
        }
    }
    Ok(options)
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["assemble", folder, out] => assemble(folder.as_ref(), out.as_ref()),
        ["calls", guests, rest @ ..] => calls::run(guests.as_ref(), &options(rest)?),
        _ => bail!("assemble FOLDER OUT, or calls GUESTS"),
    }
}
