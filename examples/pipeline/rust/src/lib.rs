//! Counts what is in a text: the second stage of the pipeline.

use std::cmp::Reverse;
use std::collections::BTreeMap;

wit_bindgen::generate!({ path: "../wit", world: "summarizer" });

use exports::weft::pipeline::statistics::Guest;
use weft::pipeline::types::{Frequency, Summary, Token};

struct Summarizer;

export!(Summarizer);

impl Guest for Summarizer {
    fn summarize(text: Vec<Token>, frequent_max: u32) -> Summary {
        let mut words = Vec::new();
        let mut numbers = Vec::new();
        let mut marks = 0;
        for token in text {
            match token {
                Token::Word(word) => words.push(word),
                Token::Number(number) => numbers.push(number),
                Token::Mark(_) => marks += 1,
            }
        }
        let mut frequent = frequencies(&words);
        let different = frequent.len() as u32;
        // Stable: what is as frequent stays in its order.
        frequent.sort_by_key(|one| Reverse(one.count));
        frequent.truncate(frequent_max as usize);
        Summary {
            words: words.len() as u32,
            numbers: numbers.len() as u32,
            marks,
            different,
            longest: longest(words),
            largest: numbers.into_iter().max(),
            frequent,
        }
    }
}

/// Each word once, in small letters, in the order of the text.
fn frequencies(words: &[String]) -> Vec<Frequency> {
    let mut found: Vec<Frequency> = Vec::new();
    let mut places = BTreeMap::new();
    for word in words {
        let word = word.to_lowercase();
        let place = *places.entry(word.clone()).or_insert(found.len());
        if place == found.len() {
            found.push(Frequency { word, count: 0 });
        }
        found[place].count += 1;
    }
    found
}

/// The first of several.
fn longest(words: Vec<String>) -> Option<String> {
    words.into_iter().rev().max_by_key(|word| word.chars().count())
}
