//! Bytes that are no values, and guests whose memory and core values are anything: both codecs refuse
//! the same and agree on the rest; nothing panics and nothing hangs.

use super::dynamic::{decode_all, encode_all};
use super::echo::{ENCODINGS, Signature, component};
use super::random::{self, Random, rounds, values};
use super::world::{Live, Way, World, engine};
use crate::error::Fault;
use crate::error::Status;
use crate::value::argument_fault_of;
use crate::value::shape::Shape;
use crate::value::wire::put_unsigned;

/// What the oracle makes of bytes: the same value in the only way to write it, or nothing.
fn canonical(bytes: &[u8], shapes: &[Shape]) -> Option<Vec<u8>> {
    let values = decode_all(bytes, shapes).ok()?;
    Some(encode_all(&values, shapes).unwrap())
}

fn damaged(random: &mut Random, shapes: &[Shape]) -> Vec<u8> {
    let mut bytes = values(random, shapes);
    random::damage(random, &mut bytes);
    bytes
}

#[test]
fn damaged_answers_are_refused_or_are_values() {
    let engine = engine(false);
    let (mut refused, mut accepted) = (0, 0);
    for seed in 1_000..1_000 + 24 * rounds() {
        let random = &mut Random(seed);
        let signatures = random::signatures(random, 8, false);
        let world = World::new(&engine, false, &component(&signatures, random.pick(&ENCODINGS)));
        let mut live = world.live(Way::Raw);
        for index in (0..signatures.len()).flat_map(|index| [index; 8]) {
            let result = signatures[index].result.as_slice();
            let answer = damaged(random, result);
            let arguments = values(random, &signatures[index].params);
            live.script.answers = [answer.clone()].into();

            let got = live.call(Way::Raw, world.number(&format!("f{index}")), &arguments);

            let expected = canonical(&answer, result);
            assert_eq!(got.as_ref().ok(), expected.as_ref(), "seed {seed} f{index}: {got:?}");
            accepted += got.is_ok() as usize;
            if got.is_err() {
                refused += 1;
                live = world.live(Way::Raw);
            }
        }
    }
    assert!(refused > 500 && accepted > 100, "{refused} refused, {accepted} accepted");
}

#[test]
fn damaged_arguments_do_not_enter_the_guest() {
    let engine = engine(false);
    let (mut refused, mut accepted) = (0, 0);
    for seed in 2_000..2_000 + 12 * rounds() {
        let random = &mut Random(seed);
        let signatures = random::signatures(random, 8, false);
        let world = World::new(&engine, false, &component(&signatures, random.pick(&ENCODINGS)));
        let mut live = world.live(Way::Raw);
        for index in (0..signatures.len()).flat_map(|index| [index; 8]) {
            let Signature { params, result, .. } = &signatures[index];
            let arguments = damaged(random, params);
            let answer = values(random, result.as_slice());
            live.script.answers = [answer.clone()].into();
            live.script.asked.clear();

            let got = live.call(Way::Raw, world.number(&format!("f{index}")), &arguments);

            match canonical(&arguments, params) {
                Some(expected) => {
                    accepted += 1;
                    assert_eq!(got.unwrap(), answer, "seed {seed} f{index}");
                    assert_eq!(live.script.asked[0].1, expected, "seed {seed} f{index}");
                }
                None => {
                    refused += 1;
                    let fault = got.unwrap_err().downcast::<Fault>().unwrap();
                    assert_eq!(fault.status, Status::Invalid);
                    assert!(fault.message.contains(&format!("'f{index}'")), "{}", fault.message);
                    assert!(live.script.asked.is_empty());
                }
            }
        }
    }
    assert!(refused > 200 && accepted > 50, "{refused} refused, {accepted} accepted");
}

#[test]
fn what_arguments_take_of_the_guests_memory_is_known_before() {
    let engine = engine(false);
    let (mut refused, mut accepted) = (0, 0);
    for seed in 4_000..4_000 + 12 * rounds() {
        let random = &mut Random(seed);
        let signatures = random::signatures(random, 8, false);
        let world = World::new(&engine, false, &component(&signatures, random.pick(&ENCODINGS)));
        let mut live = world.live(Way::Raw);
        for index in (0..signatures.len()).flat_map(|index| [index; 8]) {
            let Signature { params, result, .. } = &signatures[index];
            let arguments = values(random, params);
            live.script.answers = [values(random, result.as_slice())].into();
            live.store.data_mut().values.bytes_max = random.below(200);
            let number = world.number(&format!("f{index}"));

            let got = live.call(Way::Raw, number, &arguments);

            // The answer has as little room, so that any other failure is its own.
            match got.map_err(|error| (argument_fault_of(&error), live.script.asked.len())) {
                Ok(_) => accepted += 1,
                Err((Some(fault), _)) => {
                    refused += 1;
                    assert!(fault.message.contains("more memory of the guest"), "seed {seed}");
                }
                Err((None, asked)) => {
                    assert_ne!(asked, 0, "seed {seed} f{index}: the guest was entered in vain");
                    live = world.live(Way::Raw);
                }
            }
            live.script.asked.clear();
        }
    }
    assert!(refused > 100 && accepted > 100, "{refused} refused, {accepted} accepted");
}

const POKED: usize = 2048;
const MEMORY: u64 = 2 * 65_536;

/// A number that may be a good pointer, a bad one, a length, a case, a character or nothing.
fn word(random: &mut Random) -> u64 {
    let small = random.below(9) as u64;
    let pointer = random.below(POKED) as u64;
    let extremes = [0xd800, 0x10_ffff, 0x11_0000, 0x8000_0000, 0xffff_ffff, u64::MAX, MEMORY];
    match random.below(8) {
        0..3 => small,
        3 | 4 => pointer & !7,
        5 => pointer,
        6 => (MEMORY - 64 + random.below(80) as u64) & !3,
        _ => random.pick(&extremes),
    }
}

/// Memory full of such numbers.
fn memory(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < POKED {
        let word = word(random).to_le_bytes();
        match random.below(4) {
            0 => bytes.extend_from_slice(&word),
            1 => bytes.push(word[0]),
            _ => bytes.extend_from_slice(&word[..4]),
        }
    }
    bytes.truncate(POKED);
    bytes
}

fn poke(live: &mut Live, world: &World, memory: &[u8]) {
    let mut arguments = vec![0];
    put_unsigned(&mut arguments, memory.len() as u64);
    arguments.extend_from_slice(memory);
    live.call(Way::Raw, world.number("poke"), &arguments).unwrap();
}

/// What one of the two ways makes of a guest: what the import was asked, or what the export gave.
fn attempt(live: &mut Live, way: Way, number: usize, arguments: &[u8]) -> Result<Vec<u8>, String> {
    live.script.asked.clear();
    let result = live.call(way, number, arguments);
    match (live.script.asked.pop(), result) {
        (Some((_, asked)), _) => Ok(asked),
        (None, result) => result.map_err(|error| format!("{error:?}")),
    }
}

/// Only this codec stops at wasmtime's fuel: it counts bytes, dynamic values count their own size.
fn same(raw: &Result<Vec<u8>, String>, dynamic: &Result<Vec<u8>, String>) -> bool {
    match (raw, dynamic) {
        (Ok(raw), Ok(dynamic)) => raw == dynamic,
        (Err(_), Err(_)) => true,
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => error.contains("fuel"),
    }
}

#[test]
fn memory_of_any_content_is_lifted_alike() {
    let engine = engine(false);
    let (mut refused, mut accepted) = (0, 0);
    for seed in 3_000..3_000 + 40 * rounds() {
        let random = &mut Random(seed);
        let signatures = random::signatures(random, 8, false);
        let world = World::new(&engine, false, &component(&signatures, random.pick(&ENCODINGS)));
        let memory = memory(random);
        for index in (0..signatures.len()).flat_map(|index| [index; 4]) {
            let mut words = vec![16];
            words.extend((0..16).flat_map(|_| {
                let mut word_bytes = Vec::new();
                put_unsigned(&mut word_bytes, word(random));
                word_bytes
            }));
            let name = if random.one_in(2) { "call" } else { "give" };
            let arguments = if name == "call" { words.as_slice() } else { &[] };
            let number = world.number(&format!("{name}{index}"));
            let outcome = |way| {
                let mut live = world.live(way);
                poke(&mut live, &world, &memory);
                attempt(&mut live, way, number, arguments)
            };

            let (raw, dynamic) = (outcome(Way::Raw), outcome(Way::Dynamic));

            assert!(same(&raw, &dynamic), "seed {seed} {name}{index}: {raw:?} {dynamic:?}");
            accepted += raw.is_ok() as usize;
            refused += raw.is_err() as usize;
        }
    }
    assert!(refused > 300 && accepted > 300, "{refused} refused, {accepted} accepted");
}
