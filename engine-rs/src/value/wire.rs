//! How single values are written: the encoding of wRPC. Integers of 16 bits and more are LEB128 in as
//! few bytes as possible, floats and lists of bytes are themselves, text and lists begin with their
//! count, a `char` is UTF-8. Each value has one encoding, as in `src/base/value`.

use std::fmt;
use wasmtime::Result;

/// Bytes that are not a value of the type they were given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Malformed {}

fn malformed<T>(what: &'static str) -> Result<T> {
    Err(wasmtime::Error::new(Malformed(what)))
}

#[inline]
pub fn put_unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[inline]
pub fn put_signed(out: &mut Vec<u8>, mut value: i64) {
    // An byte is the last one when all that is left repeats its sign bit.
    while !(-0x40..0x40).contains(&value) {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8 & 0x7f);
}

pub fn put_char(out: &mut Vec<u8>, value: char) {
    out.extend_from_slice(value.encode_utf8(&mut [0; 4]).as_bytes());
}

pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_unsigned(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// How many bytes `put_unsigned` writes.
pub fn unsigned_size(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// Reads what the functions above write. Every failure is `Malformed`.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    pub fn finish(&self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { malformed("bytes follow the last value") }
    }

    #[inline]
    pub fn byte(&mut self) -> Result<u8> {
        let Some((first, rest)) = self.rest.split_first() else { return truncated() };
        self.rest = rest;
        Ok(*first)
    }

    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else { return truncated() };
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let Some((taken, rest)) = self.rest.split_first_chunk() else { return truncated() };
        self.rest = rest;
        Ok(*taken)
    }

    pub fn boolean(&mut self) -> Result<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => malformed("a bool is neither 0 nor 1"),
        }
    }

    /// An unsigned integer of at most `bits` bits: 16, 32 or 64.
    #[inline]
    pub fn unsigned(&mut self, bits: u32) -> Result<u64> {
        let mut value = 0;
        for shift in (0..bits).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if bits - shift < 7 && part >> (bits - shift) != 0 {
                break;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return if part == 0 && shift > 0 { idle() } else { Ok(value) };
            }
        }
        malformed("an integer is out of range")
    }

    /// A signed integer of at most `bits` bits: 16, 32 or 64.
    #[inline]
    pub fn signed(&mut self, bits: u32) -> Result<i64> {
        let mut value = 0;
        for shift in (0..bits).step_by(7) {
            let byte = self.byte()?;
            // The seven bits with their sign, in an byte of their own.
            let part = i64::from((byte << 1) as i8 >> 1);
            let room = bits - shift;
            if room < 7 && !(-1..1).contains(&(part >> (room - 1))) {
                break;
            }
            if byte & 0x80 == 0 {
                let repeats = shift > 0 && part == -(value >> (shift - 1) & 1);
                return if repeats { idle() } else { Ok(value | part << shift) };
            }
            value |= (part & 0x7f) << shift;
        }
        malformed("an integer is out of range")
    }

    #[inline]
    pub fn count(&mut self) -> Result<usize> {
        Ok(self.unsigned(32)? as usize)
    }

    pub fn bytes(&mut self) -> Result<&'a [u8]> {
        let count = self.count()?;
        self.take(count)
    }

    pub fn text(&mut self) -> Result<&'a str> {
        match std::str::from_utf8(self.bytes()?) {
            Ok(text) => Ok(text),
            Err(_) => malformed("a string is not UTF-8"),
        }
    }

    pub fn character(&mut self) -> Result<char> {
        let size = match self.rest.first() {
            None => return truncated(),
            Some(0..0x80) => 1,
            Some(0xc0..0xe0) => 2,
            Some(0xe0..0xf0) => 3,
            Some(_) => 4,
        };
        let text = std::str::from_utf8(self.take(size)?).ok();
        match text.and_then(|text| text.chars().next()) {
            Some(character) => Ok(character),
            None => malformed("a char is not UTF-8"),
        }
    }

    /// The case of an option or a result.
    pub fn flag(&mut self) -> Result<u32> {
        match self.byte()? {
            case @ 0..2 => Ok(case.into()),
            _ => malformed("an option or result is neither 0 nor 1"),
        }
    }

    /// The case of a variant or an enum with `count` cases.
    pub fn case(&mut self, count: usize) -> Result<u32> {
        let case = self.unsigned(32)? as u32;
        if (case as usize) < count { Ok(case) } else { malformed("a case does not exist") }
    }

    /// Flags of `count` labels, at most 32.
    pub fn flags(&mut self, count: usize) -> Result<u32> {
        let mut word = [0; 4];
        let bytes = self.take(count.div_ceil(8))?;
        word[..bytes.len()].copy_from_slice(bytes);
        let word = u32::from_le_bytes(word);
        if u64::from(word) >> count == 0 { Ok(word) } else { malformed("a flag does not exist") }
    }

    /// The count of a list or map; each element is at least one byte.
    pub fn elements(&mut self) -> Result<usize> {
        let count = self.count()?;
        if count <= self.rest.len() {
            Ok(count)
        } else {
            malformed("a list is longer than its bytes")
        }
    }
}

fn idle<T>() -> Result<T> {
    malformed("an integer takes more bytes than it needs")
}

fn truncated<T>() -> Result<T> {
    malformed("the bytes end within a value")
}
