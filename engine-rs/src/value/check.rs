//! Checks octets against a shape without a guest: wrong arguments are refused before they enter an
//! instance, which a failure halfway would cost.

use super::shape::{Scalar, Shape};
use super::wire::{Malformed, Reader};
use wasmtime::{Error, Result};

/// Errors: `Malformed`.
pub fn check(octets: &[u8], shapes: &[Shape]) -> Result<()> {
    let mut reader = Reader::new(octets);
    for shape in shapes {
        value(&mut reader, shape)?;
    }
    reader.finish()
}

fn value(reader: &mut Reader, shape: &Shape) -> Result<()> {
    match shape {
        Shape::Scalar(kind) => scalar(reader, *kind),
        Shape::Text => reader.text().map(drop),
        Shape::Own(_) | Shape::Borrow(_) => reader.octets().map(drop),
        Shape::List(element) => list(reader, element),
        Shape::FixedList(element, count) => (0..*count).try_for_each(|_| value(reader, element)),
        Shape::Map(key, content) => {
            let count = reader.elements()?;
            (0..count).try_for_each(|_| value(reader, key).and_then(|()| value(reader, content)))
        }
        Shape::Record(fields) => fields.iter().try_for_each(|(_, field)| value(reader, field)),
        Shape::Tuple(parts) => parts.iter().try_for_each(|part| value(reader, part)),
        Shape::Variant(cases) => {
            let case = reader.case(cases.len())?;
            maybe(reader, cases[case as usize].1.as_ref())
        }
        Shape::Enum(names) => reader.case(names.len()).map(drop),
        Shape::Option(some) => match reader.flag()? {
            0 => Ok(()),
            _ => value(reader, some),
        },
        Shape::Result(ok, err) => match reader.flag()? {
            0 => maybe(reader, ok.as_deref()),
            _ => maybe(reader, err.as_deref()),
        },
        Shape::Flags(names) => reader.flags(names.len()).map(drop),
        Shape::Stream(_) | Shape::Future(_) => reader.count().map(drop),
        Shape::ErrorContext => Err(Error::new(Malformed("an error context cannot be given"))),
    }
}

fn maybe(reader: &mut Reader, shape: Option<&Shape>) -> Result<()> {
    shape.map_or(Ok(()), |shape| value(reader, shape))
}

/// How many octets a value of this kind has, where that is always the same and each octet is allowed.
fn fixed_size(shape: &Shape) -> Option<usize> {
    match shape {
        Shape::Scalar(Scalar::U8 | Scalar::S8) => Some(1),
        Shape::Scalar(Scalar::F32) => Some(4),
        Shape::Scalar(Scalar::F64) => Some(8),
        _ => None,
    }
}

fn list(reader: &mut Reader, element: &Shape) -> Result<()> {
    let count = reader.elements()?;
    match fixed_size(element) {
        Some(size) => reader.take(count.saturating_mul(size)).map(drop),
        None => (0..count).try_for_each(|_| value(reader, element)),
    }
}

fn scalar(reader: &mut Reader, kind: Scalar) -> Result<()> {
    match kind {
        Scalar::Bool => reader.boolean().map(drop),
        Scalar::U8 | Scalar::S8 => reader.octet().map(drop),
        Scalar::U16 => reader.unsigned(16).map(drop),
        Scalar::U32 => reader.unsigned(32).map(drop),
        Scalar::U64 => reader.unsigned(64).map(drop),
        Scalar::S16 => reader.signed(16).map(drop),
        Scalar::S32 => reader.signed(32).map(drop),
        Scalar::S64 => reader.signed(64).map(drop),
        Scalar::F32 => reader.take(4).map(drop),
        Scalar::F64 => reader.take(8).map(drop),
        Scalar::Char => reader.character().map(drop),
    }
}
