//! The small parts on their own.

use crate::value::encoded::Encoded;
use crate::value::wire::*;

fn read<T>(bytes: &[u8], read: impl Fn(&mut Reader) -> wasmtime::Result<T>) -> Option<T> {
    let mut reader = Reader::new(bytes);
    read(&mut reader).ok().filter(|_| reader.finish().is_ok())
}

#[test]
fn unsigned_integers_have_seven_bits_per_byte() {
    let cases: [(u64, &[u8]); 6] = [
        (0, &[0]),
        (127, &[0x7f]),
        (128, &[0x80, 1]),
        (624_485, &[0xe5, 0x8e, 0x26]),
        (u32::MAX.into(), &[0xff, 0xff, 0xff, 0xff, 0x0f]),
        (u64::MAX, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
    ];
    for (value, bytes) in cases {
        let mut out = Vec::new();
        put_unsigned(&mut out, value);
        assert_eq!(out, bytes);
        assert_eq!(unsigned_size(value), bytes.len());
        assert_eq!(read(bytes, |reader| reader.unsigned(64)), Some(value));
    }
}

#[test]
fn signed_integers_carry_their_sign_in_the_last_byte() {
    let cases: [(i64, &[u8]); 7] = [
        (0, &[0]),
        (-1, &[0x7f]),
        (63, &[0x3f]),
        (64, &[0xc0, 0]),
        (-64, &[0x40]),
        (-123_456, &[0xc0, 0xbb, 0x78]),
        (i64::MIN, &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]),
    ];
    for (value, bytes) in cases {
        let mut out = Vec::new();
        put_signed(&mut out, value);
        assert_eq!(out, bytes);
        assert_eq!(read(bytes, |reader| reader.signed(64)), Some(value));
    }
}

#[test]
fn integers_out_of_range_are_malformed() {
    let unsigned = |bytes: &[u8], bits| read(bytes, |reader| reader.unsigned(bits));
    assert_eq!(unsigned(&[0xff, 0xff, 3], 16), Some(0xffff));
    assert_eq!(unsigned(&[0x80, 0x80, 4], 16), None);
    assert_eq!(unsigned(&[0x80, 0x80, 0x80, 0], 16), None);
    assert_eq!(unsigned(&[0xff, 0xff, 0xff, 0xff, 0x10], 32), None);
    assert_eq!(unsigned(&[0xff; 11], 64), None);
    assert_eq!(unsigned(&[0x80], 64), None);

    let signed = |bytes: &[u8], bits| read(bytes, |reader| reader.signed(bits));
    assert_eq!(signed(&[0xff, 0xff, 1], 16), Some(0x7fff));
    assert_eq!(signed(&[0x80, 0x80, 0x7e], 16), Some(-0x8000));
    assert_eq!(signed(&[0x80, 0x80, 2], 16), None);
    assert_eq!(signed(&[0xff, 0xff, 0x7d], 16), None);
    assert_eq!(signed(&[0xff; 11], 64), None);
}

/// One of the cases that the host's reader is held to as well.
fn integer(ty: &str, bytes: &[u8]) -> Option<String> {
    let bits = ty[1..].parse().unwrap();
    match ty.as_bytes()[0] {
        b'u' => read(bytes, |reader| reader.unsigned(bits)).map(|value| value.to_string()),
        _ => read(bytes, |reader| reader.signed(bits)).map(|value| value.to_string()),
    }
}

#[test]
fn integers_are_read_as_by_the_host() {
    let cases = include_str!("../../../../tests/cases/wire/integers.case").lines();
    let cases = cases.filter(|line| !line.is_empty() && !line.starts_with('#'));
    assert!(cases.clone().count() > 50);
    for case in cases {
        let [ty, hex, expected] = case.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let digits = hex.as_bytes().as_chunks::<2>().0.iter();
        let byte = |two: &[u8; 2]| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap();
        let bytes: Vec<_> = digits.map(byte).collect();

        let value = integer(ty, &bytes).unwrap_or_else(|| "refused".to_owned());

        assert_eq!(value, expected, "{case}");
    }
}

#[test]
fn characters_and_text_are_utf_8() {
    let character = |bytes: &[u8]| read(bytes, |reader| reader.character());
    for expected in ['a', 'é', '語', '🦀', '\u{10ffff}'] {
        let mut out = Vec::new();
        put_char(&mut out, expected);
        assert_eq!(character(&out), Some(expected));
    }
    for broken in [&b""[..], b"\x80", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80"] {
        assert_eq!(character(broken), None);
    }
    assert_eq!(read(b"\x02\xc3\xa9", |reader| reader.text().map(str::to_owned)).unwrap(), "é");
    assert!(read(b"\x01\xc3", |reader| reader.text().map(str::to_owned)).is_none());
    assert!(read(b"\x05abc", |reader| reader.text().map(str::to_owned)).is_none());
}

#[test]
fn flags_and_cases_that_do_not_exist_are_malformed() {
    assert_eq!(read(&[0b101], |reader| reader.flags(3)), Some(5));
    assert_eq!(read(&[0b1000], |reader| reader.flags(3)), None);
    assert_eq!(read(&[0xff; 4], |reader| reader.flags(32)), Some(u32::MAX));
    assert_eq!(read(&[2], |reader| reader.case(2)), None);
    assert_eq!(read(&[2], |reader| reader.flag()), None);
    assert_eq!(read(&[2], |reader| reader.boolean()), None);
}

fn inserted(bytes: &[u8], room: usize, insertions: &[(usize, &[u8])]) -> Vec<u8> {
    let mut buffer = Encoded::with_capacity(0);
    buffer.keep_room(room);
    buffer.append(bytes);
    let insertions: Vec<_> = insertions.iter().map(|(place, new)| (*place, new.to_vec())).collect();
    buffer.insert(&insertions);
    assert_eq!(buffer.len(), buffer.as_slice().len());
    buffer.into_buf().as_ref().to_vec()
}

#[test]
fn bytes_are_inserted_wherever_room_was_kept() {
    for room in [0, 1, 5, 6, 64] {
        assert_eq!(inserted(b"bd", room, &[(0, b"a"), (1, b"c"), (2, b"efg")]), b"abcdefg");
        assert_eq!(inserted(b"", room, &[(0, b"x"), (0, b"y")]), b"xy");
        assert_eq!(inserted(b"abc", room, &[(3, b"d")]), b"abcd");
        assert_eq!(inserted(b"abc", room, &[]), b"abc");
    }
}

#[test]
fn a_buffer_moves_without_a_copy() {
    let mut buffer = Encoded::with_capacity(0);
    buffer.append(&[7; 100_000]);
    let place = buffer.as_slice().as_ptr();

    let moved = buffer.into_buf();

    assert_eq!(moved.as_ref().as_ptr(), place);
    assert_eq!(moved.as_ref(), [7; 100_000]);
    assert!(Encoded::empty().into_buf().as_ref().is_empty());
}
