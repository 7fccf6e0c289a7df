//! Checks arguments against their types before they enter an instance, which a failure halfway would
//! cost: values, what they take of the guest's memory, handles, and the ends of streams.

use super::handles::Handles;
use super::lower::charge;
use super::shape::{Origin, Resource, Scalar, Shape};
use super::wire::{Malformed, Reader};
use wasmtime::{Error, Result, bail};

/// Whose arguments they are.
pub struct Receiver<'a> {
    pub handles: &'a mut Handles,
    /// Began if there are handles in the types.
    pub call: Option<u64>,
    /// What may be allocated in the guest.
    pub room: usize,
    /// Which of the streams and futures that come beside the bytes were not named yet.
    pub ends: Vec<bool>,
}

impl Receiver<'_> {
    /// Claims every handle. `spilled` bytes take the values themselves. Errors: `Malformed`,
    /// `HandlesFull` and others; then the call must be ended.
    pub fn check(self, bytes: &[u8], shapes: &[Shape], spilled: usize) -> Result<()> {
        let mut checker = Checker { receiver: self, reader: Reader::new(bytes) };
        checker.allocate(spilled)?;
        shapes.iter().try_for_each(|shape| checker.value(shape))?;
        checker.reader.finish()
    }
}

struct Checker<'a> {
    receiver: Receiver<'a>,
    reader: Reader<'a>,
}

impl Checker<'_> {
    fn value(&mut self, shape: &Shape) -> Result<()> {
        match shape {
            Shape::Scalar(kind) => scalar(&mut self.reader, *kind),
            Shape::Text => {
                let size = self.reader.text()?.len();
                self.allocate(size)
            }
            Shape::Own(resource) => self.handle(resource, true),
            Shape::Borrow(resource) => self.handle(resource, false),
            Shape::List(element, size) => self.list(element, *size),
            Shape::FixedList(element, count) => (0..*count).try_for_each(|_| self.value(element)),
            Shape::Map(key, content, size) => {
                let count = self.reader.elements()?;
                self.allocate(count.saturating_mul(*size))?;
                (0..count).try_for_each(|_| self.value(key).and_then(|()| self.value(content)))
            }
            Shape::Record(fields) => fields.iter().try_for_each(|(_, field)| self.value(field)),
            Shape::Tuple(parts) => parts.iter().try_for_each(|part| self.value(part)),
            Shape::Variant(cases) => {
                let case = self.reader.case(cases.len())?;
                self.maybe(cases[case as usize].1.as_ref())
            }
            Shape::Enum(names) => self.reader.case(names.len()).map(drop),
            Shape::Option(some) => match self.reader.flag()? {
                0 => Ok(()),
                _ => self.value(some),
            },
            Shape::Result(ok, err) => match self.reader.flag()? {
                0 => self.maybe(ok.as_deref()),
                _ => self.maybe(err.as_deref()),
            },
            Shape::Flags(names) => self.reader.flags(names.len()).map(drop),
            Shape::Stream(_) | Shape::Future(_) | Shape::Io(_) => self.end(),
            Shape::ErrorContext => Err(Error::new(Malformed("an error context cannot be given"))),
        }
    }

    fn maybe(&mut self, shape: Option<&Shape>) -> Result<()> {
        shape.map_or(Ok(()), |shape| self.value(shape))
    }

    fn allocate(&mut self, bytes: usize) -> Result<()> {
        charge(&mut self.receiver.room, bytes)
    }

    fn list(&mut self, element: &Shape, size: usize) -> Result<()> {
        let count = self.reader.elements()?;
        let whole = count.saturating_mul(size);
        self.allocate(whole)?;
        match element {
            // These lie in the bytes as they lie in memory, and each byte is allowed.
            Shape::Scalar(Scalar::U8 | Scalar::S8 | Scalar::F32 | Scalar::F64) => {
                self.reader.take(whole).map(drop)
            }
            _ => (0..count).try_for_each(|_| self.value(element)),
        }
    }

    fn handle(&mut self, resource: &Resource, is_own: bool) -> Result<()> {
        let bytes = self.reader.bytes()?;
        let (Some(call), Origin::Import(index)) = (self.receiver.call, resource.origin) else {
            bail!("a handle is not expected here");
        };
        self.receiver.handles.claim(call, index, bytes, is_own)
    }

    fn end(&mut self) -> Result<()> {
        let place = self.reader.count()?;
        if self.receiver.ends.get_mut(place).is_some_and(std::mem::take) {
            return Ok(());
        }
        Err(Error::new(Malformed("a stream or future has no end that is fed")))
    }
}

fn scalar(reader: &mut Reader, kind: Scalar) -> Result<()> {
    match kind {
        Scalar::Bool => reader.boolean().map(drop),
        Scalar::U8 | Scalar::S8 => reader.byte().map(drop),
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
