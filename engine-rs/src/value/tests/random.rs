//! Random types, and random values of a type, from a seed.

use super::echo::Signature;
use crate::value::shape::{Scalar, Shape};
use crate::value::wire::{put_bytes, put_char, put_signed, put_unsigned};

/// How many times the usual number of cases; `WEFT_CODEC_ROUNDS` sets it.
pub fn rounds() -> u64 {
    std::env::var("WEFT_CODEC_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A number of at most `bits` bits, often an extreme one.
    pub fn number(&mut self, bits: u32) -> u64 {
        let mask = u64::MAX >> (64 - bits);
        let extremes = [0, 1, 0x7f, 0x80, 0x3fff, 0x4000, mask, mask >> 1, (mask >> 1) + 1];
        let value = if self.one_in(3) { self.pick(&extremes) } else { self.next() };
        let shift = self.below(bits as usize);
        if self.one_in(2) { value & mask } else { (value & mask) >> shift }
    }

    fn signed(&mut self, bits: u32) -> i64 {
        let value = self.number(bits) as i64;
        value << (64 - bits) >> (64 - bits)
    }

    /// The length of a list: mostly small, now and then long.
    fn length(&mut self) -> usize {
        match self.below(20) {
            0 => self.below(300),
            1..6 => 0,
            _ => self.below(5),
        }
    }

    fn character(&mut self) -> char {
        let extremes = ['\0', 'a', '\x7f', '\u{80}', '\u{ff}', '\u{7ff}', '\u{800}', '\u{d7ff}'];
        let far = ['\u{e000}', '\u{ffff}', '\u{10000}', '\u{10ffff}', 'é', '語', '🦀', 'z'];
        if self.one_in(2) { self.pick(&extremes) } else { self.pick(&far) }
    }

    fn text(&mut self) -> String {
        let ascii = self.one_in(2);
        let length = self.length();
        (0..length).map(|_| if ascii { 'x' } else { self.character() }).collect()
    }
}

const SCALARS: [Scalar; 12] = [
    Scalar::Bool,
    Scalar::S8,
    Scalar::U8,
    Scalar::S16,
    Scalar::U16,
    Scalar::S32,
    Scalar::U32,
    Scalar::S64,
    Scalar::U64,
    Scalar::F32,
    Scalar::F64,
    Scalar::Char,
];

/// What a map may be keyed by.
const KEYS: [Scalar; 9] = [
    Scalar::Bool,
    Scalar::S8,
    Scalar::U8,
    Scalar::S16,
    Scalar::U32,
    Scalar::S32,
    Scalar::U64,
    Scalar::S64,
    Scalar::Char,
];

fn names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("n{index}")).collect()
}

fn parts(shape: &Shape) -> usize {
    let names = match shape {
        Shape::Enum(names) | Shape::Flags(names) => names.len(),
        Shape::Variant(cases) => cases.len(),
        _ => 0,
    };
    1 + names + shape.parts().into_iter().map(parts).sum::<usize>()
}

/// A type of at most `depth` levels and 1,000 parts.
pub fn shape(random: &mut Random, depth: usize) -> Shape {
    loop {
        let shape = any_shape(random, depth);
        if parts(&shape) <= 1_000 {
            return shape;
        }
    }
}

fn any_shape(random: &mut Random, depth: usize) -> Shape {
    if depth == 0 || random.one_in(4) {
        return if random.one_in(5) { Shape::Text } else { Shape::Scalar(random.pick(&SCALARS)) };
    }
    let mut part = || Box::new(any_shape(random, depth - 1));
    match [part(), part()] {
        [a, b] => match random.below(12) {
            0 | 1 => Shape::list(a),
            2 => Shape::FixedList(a, 1 + random.below(4) as u32),
            3 if random.one_in(2) => Shape::map(Box::new(Shape::Text), b),
            3 => Shape::map(Box::new(Shape::Scalar(random.pick(&KEYS))), b),
            4 | 5 => Shape::Record(fields(random, depth)),
            6 => Shape::Tuple(fields(random, depth).into_iter().map(|(_, field)| field).collect()),
            7 => variant(random, depth),
            8 => Shape::Enum(names(random.pick(&[1, 2, 3, 4, 5, 256, 257]))),
            9 => Shape::Option(a),
            10 => {
                let mut side = |part| (!random.one_in(3)).then_some(part);
                Shape::Result(side(a), side(b))
            }
            _ => Shape::Flags(names(random.pick(&[1, 2, 7, 8, 9, 15, 16, 17, 31, 32]))),
        },
    }
}

fn fields(random: &mut Random, depth: usize) -> Vec<(String, Shape)> {
    let most = if random.one_in(6) { 20 } else { 5 };
    let count = 1 + random.below(most);
    names(count).into_iter().map(|name| (name, any_shape(random, depth - 1))).collect()
}

fn variant(random: &mut Random, depth: usize) -> Shape {
    // More than 256 cases need a discriminant of two bytes.
    let count = if random.one_in(8) { 260 } else { 1 + random.below(5) };
    let mut case = |name| {
        let payload = !random.one_in(if count > 5 { 50 } else { 3 });
        (name, payload.then(|| any_shape(random, depth - 1)))
    };
    Shape::Variant(names(count).into_iter().map(&mut case).collect())
}

/// Functions of up to three parameters. `asyncs`: half of them are async functions.
pub fn signatures(random: &mut Random, count: usize, asyncs: bool) -> Vec<Signature> {
    let mut signature = || Signature {
        is_async: asyncs && random.one_in(2),
        params: (0..random.below(4)).map(|_| shape(random, 3)).collect(),
        result: (!random.one_in(6)).then(|| shape(random, 3)),
    };
    (0..count).map(|_| signature()).collect()
}

/// One random value of each.
pub fn values(random: &mut Random, shapes: &[Shape]) -> Vec<u8> {
    let mut out = Vec::new();
    shapes.iter().for_each(|shape| value(random, shape, &mut out));
    out
}

/// Appends a random value.
fn value(random: &mut Random, shape: &Shape, out: &mut Vec<u8>) {
    match shape {
        Shape::Scalar(kind) => scalar(random, *kind, out),
        Shape::Text => put_bytes(out, random.text().as_bytes()),
        Shape::List(element, _) => {
            let count = random.length();
            put_unsigned(out, count as u64);
            (0..count).for_each(|_| value(random, element, out));
        }
        Shape::FixedList(element, count) => {
            (0..*count).for_each(|_| value(random, element, out));
        }
        Shape::Map(key, content, _) => {
            let count = random.length();
            put_unsigned(out, count as u64);
            for _ in 0..count {
                value(random, key, out);
                value(random, content, out);
            }
        }
        Shape::Record(fields) => fields.iter().for_each(|(_, field)| value(random, field, out)),
        Shape::Tuple(parts) => parts.iter().for_each(|part| value(random, part, out)),
        Shape::Variant(cases) => {
            let case = random.below(cases.len());
            put_unsigned(out, case as u64);
            cases[case].1.iter().for_each(|payload| value(random, payload, out));
        }
        Shape::Enum(names) => put_unsigned(out, random.below(names.len()) as u64),
        Shape::Option(some) => {
            let sides = [None, Some(&**some)];
            one_of(random, sides, out);
        }
        Shape::Result(ok, err) => one_of(random, [ok.as_deref(), err.as_deref()], out),
        Shape::Flags(names) => {
            let word = random.number(names.len() as u32);
            out.extend_from_slice(&word.to_le_bytes()[..names.len().div_ceil(8)]);
        }
        other => panic!("no random value of {other:?}"),
    }
}

fn one_of(random: &mut Random, sides: [Option<&Shape>; 2], out: &mut Vec<u8>) {
    let case = random.below(2);
    out.push(case as u8);
    sides[case].iter().for_each(|payload| value(random, payload, out));
}

fn scalar(random: &mut Random, kind: Scalar, out: &mut Vec<u8>) {
    match kind {
        Scalar::Bool => out.push(random.below(2) as u8),
        Scalar::S8 | Scalar::U8 => out.push(random.number(8) as u8),
        Scalar::S16 => put_signed(out, random.signed(16)),
        Scalar::U16 => put_unsigned(out, random.number(16)),
        Scalar::S32 => put_signed(out, random.signed(32)),
        Scalar::U32 => put_unsigned(out, random.number(32)),
        Scalar::S64 => put_signed(out, random.signed(64)),
        Scalar::U64 => put_unsigned(out, random.number(64)),
        Scalar::F32 => out.extend_from_slice(&(random.number(32) as u32).to_le_bytes()),
        Scalar::F64 => out.extend_from_slice(&random.number(64).to_le_bytes()),
        Scalar::Char => put_char(out, random.character()),
    }
}

/// Bytes that were one value, damaged in one to three places.
pub fn damage(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..1 + random.below(3) {
        let place = random.below(bytes.len() + 1);
        match random.below(5) {
            0 => bytes.truncate(place),
            1 => bytes.insert(place, random.next() as u8),
            2 if place < bytes.len() => bytes[place] = random.pick(&[0, 1, 2, 0x7f, 0x80, 0xff]),
            3 if place < bytes.len() => bytes[place] ^= 1 << random.below(8),
            _ => bytes.extend((0..random.below(9)).map(|_| random.next() as u8)),
        }
    }
}
