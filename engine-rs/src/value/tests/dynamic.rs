//! The oracle: the same encoding made of wasmtime's own dynamic values, whose lifting and lowering is
//! wasmtime's.

use crate::value::shape::{Scalar, Shape};
use crate::value::wire::{Reader, put_bytes, put_char, put_signed, put_unsigned};
use wasmtime::component::Val;
use wasmtime::{Result, bail};

pub fn decode_all(bytes: &[u8], shapes: &[Shape]) -> Result<Vec<Val>> {
    let mut reader = Reader::new(bytes);
    let values = shapes.iter().map(|shape| decode(&mut reader, shape)).collect::<Result<_>>()?;
    reader.finish()?;
    Ok(values)
}

pub fn encode_all(values: &[Val], shapes: &[Shape]) -> Result<Vec<u8>> {
    assert_eq!(values.len(), shapes.len());
    let mut out = Vec::new();
    for (value, shape) in values.iter().zip(shapes) {
        encode(value, shape, &mut out)?;
    }
    Ok(out)
}

fn boxed(reader: &mut Reader, shape: Option<&Shape>) -> Result<Option<Box<Val>>> {
    shape.map(|shape| decode(reader, shape).map(Box::new)).transpose()
}

fn decode(reader: &mut Reader, shape: &Shape) -> Result<Val> {
    Ok(match shape {
        Shape::Scalar(kind) => decode_scalar(reader, *kind)?,
        Shape::Text => Val::String(reader.text()?.to_owned()),
        Shape::List(element, _) => {
            let count = reader.elements()?;
            Val::List((0..count).map(|_| decode(reader, element)).collect::<Result<_>>()?)
        }
        Shape::FixedList(element, count) => {
            let elements = (0..*count).map(|_| decode(reader, element));
            Val::FixedLengthList(elements.collect::<Result<_>>()?)
        }
        Shape::Map(key, content, _) => {
            let count = reader.elements()?;
            let mut entry = || Ok((decode(reader, key)?, decode(reader, content)?));
            Val::Map((0..count).map(|_| entry()).collect::<Result<_>>()?)
        }
        Shape::Record(fields) => {
            let mut field =
                |(name, shape): &(String, Shape)| Ok((name.clone(), decode(reader, shape)?));
            Val::Record(fields.iter().map(&mut field).collect::<Result<_>>()?)
        }
        Shape::Tuple(parts) => {
            Val::Tuple(parts.iter().map(|part| decode(reader, part)).collect::<Result<_>>()?)
        }
        Shape::Variant(cases) => {
            let (name, payload) = &cases[reader.case(cases.len())? as usize];
            Val::Variant(name.clone(), boxed(reader, payload.as_ref())?)
        }
        Shape::Enum(names) => Val::Enum(names[reader.case(names.len())? as usize].clone()),
        Shape::Option(some) => {
            let side = (reader.flag()? == 1).then_some(&**some);
            Val::Option(boxed(reader, side)?)
        }
        Shape::Result(ok, err) => Val::Result(match reader.flag()? {
            0 => Ok(boxed(reader, ok.as_deref())?),
            _ => Err(boxed(reader, err.as_deref())?),
        }),
        Shape::Flags(names) => {
            let word = reader.flags(names.len())?;
            let set = names.iter().enumerate().filter(|(bit, _)| word >> bit & 1 == 1);
            Val::Flags(set.map(|(_, name)| name.clone()).collect())
        }
        other => bail!("no dynamic value of {other:?}"),
    })
}

fn decode_scalar(reader: &mut Reader, kind: Scalar) -> Result<Val> {
    Ok(match kind {
        Scalar::Bool => Val::Bool(reader.boolean()?),
        Scalar::S8 => Val::S8(reader.byte()? as i8),
        Scalar::U8 => Val::U8(reader.byte()?),
        Scalar::S16 => Val::S16(reader.signed(16)? as i16),
        Scalar::U16 => Val::U16(reader.unsigned(16)? as u16),
        Scalar::S32 => Val::S32(reader.signed(32)? as i32),
        Scalar::U32 => Val::U32(reader.unsigned(32)? as u32),
        Scalar::S64 => Val::S64(reader.signed(64)?),
        Scalar::U64 => Val::U64(reader.unsigned(64)?),
        Scalar::F32 => Val::Float32(f32::from_bits(u32::from_le_bytes(reader.array()?))),
        Scalar::F64 => Val::Float64(f64::from_bits(u64::from_le_bytes(reader.array()?))),
        Scalar::Char => Val::Char(reader.character()?),
    })
}

fn encode_maybe(value: &Option<Box<Val>>, shape: Option<&Shape>, out: &mut Vec<u8>) -> Result<()> {
    match (value, shape) {
        (Some(value), Some(shape)) => encode(value, shape, out),
        (None, None) => Ok(()),
        other => bail!("a payload does not fit: {other:?}"),
    }
}

fn encode_list(values: &[Val], element: &Shape, out: &mut Vec<u8>) -> Result<()> {
    values.iter().try_for_each(|value| encode(value, element, out))
}

fn place(names: impl IntoIterator<Item = impl AsRef<str>>, name: &str) -> u64 {
    names.into_iter().position(|known| known.as_ref() == name).unwrap() as u64
}

fn encode(value: &Val, shape: &Shape, out: &mut Vec<u8>) -> Result<()> {
    match (shape, value) {
        (Shape::Scalar(_), value) => encode_scalar(value, out)?,
        (Shape::Text, Val::String(text)) => put_bytes(out, text.as_bytes()),
        (Shape::List(element, _), Val::List(values)) => {
            put_unsigned(out, values.len() as u64);
            encode_list(values, element, out)?;
        }
        (Shape::FixedList(element, _), Val::FixedLengthList(values)) => {
            encode_list(values, element, out)?;
        }
        (Shape::Map(key, content, _), Val::Map(entries)) => {
            put_unsigned(out, entries.len() as u64);
            for (name, value) in entries {
                encode(name, key, out)?;
                encode(value, content, out)?;
            }
        }
        (Shape::Record(fields), Val::Record(values)) => {
            for ((_, shape), (_, value)) in fields.iter().zip(values) {
                encode(value, shape, out)?;
            }
        }
        (Shape::Tuple(parts), Val::Tuple(values)) => {
            for (shape, value) in parts.iter().zip(values) {
                encode(value, shape, out)?;
            }
        }
        (Shape::Variant(cases), Val::Variant(name, payload)) => {
            let case = place(cases.iter().map(|(name, _)| name), name);
            put_unsigned(out, case);
            encode_maybe(payload, cases[case as usize].1.as_ref(), out)?;
        }
        (Shape::Enum(names), Val::Enum(name)) => put_unsigned(out, place(names, name)),
        (Shape::Option(some), Val::Option(value)) => {
            out.push(value.is_some().into());
            encode_maybe(value, value.is_some().then_some(some), out)?;
        }
        (Shape::Result(ok, _), Val::Result(Ok(value))) => {
            out.push(0);
            encode_maybe(value, ok.as_deref(), out)?;
        }
        (Shape::Result(_, err), Val::Result(Err(value))) => {
            out.push(1);
            encode_maybe(value, err.as_deref(), out)?;
        }
        (Shape::Flags(names), Val::Flags(set)) => {
            let word: u32 = set.iter().map(|name| 1 << place(names, name)).sum();
            out.extend_from_slice(&word.to_le_bytes()[..names.len().div_ceil(8)]);
        }
        other => bail!("a value does not fit: {other:?}"),
    }
    Ok(())
}

fn encode_scalar(value: &Val, out: &mut Vec<u8>) -> Result<()> {
    match value {
        Val::Bool(value) => out.push((*value).into()),
        Val::S8(value) => out.push(*value as u8),
        Val::U8(value) => out.push(*value),
        Val::S16(value) => put_signed(out, (*value).into()),
        Val::U16(value) => put_unsigned(out, (*value).into()),
        Val::S32(value) => put_signed(out, (*value).into()),
        Val::U32(value) => put_unsigned(out, (*value).into()),
        Val::S64(value) => put_signed(out, *value),
        Val::U64(value) => put_unsigned(out, *value),
        Val::Float32(value) => out.extend_from_slice(&value.to_bits().to_le_bytes()),
        Val::Float64(value) => out.extend_from_slice(&value.to_bits().to_le_bytes()),
        Val::Char(value) => put_char(out, *value),
        other => bail!("not a scalar: {other:?}"),
    }
    Ok(())
}
