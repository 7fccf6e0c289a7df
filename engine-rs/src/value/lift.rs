//! From a guest's memory and core values to bytes, in one pass. Nothing of the guest is trusted: each
//! pointer, length, case and character is checked, and what a call may hand over is wasmtime's host-call
//! fuel. No guest code runs here.

use super::encoded::Encoded;
use super::handles::HANDLE_BYTES_MAX;
use super::io::Io;
use super::state::State;
use super::types::{self, Case, FLAGS_MAX};
use super::wire::{put_bytes, put_char, put_signed, put_unsigned, unsigned_size};
use wasmtime::component::__internal::wasmtime_environ::component::{
    StringEncoding, TypeMapIndex, TypeResourceTableIndex,
};
use wasmtime::component::__internal::{ComponentTypes, InterfaceType, LiftContext};
use wasmtime::component::{FutureAny, Lift, StreamAny};
use wasmtime::{Result, ValRaw, bail};

/// What a guest handed over. The bytes of handles are still missing: lifting does not see the store.
pub struct Lifted {
    pub bytes: Encoded,
    pub marks: Vec<Mark>,
}

pub struct Mark {
    pub place: usize,
    pub handle: Handle,
}

pub enum Handle {
    Given(u32),
    Lent(u32),
    Stream(StreamAny),
    Future(FutureAny),
    Io(Io, u32),
}

/// Kept before the first byte for handles, so that what follows them need not move.
const HANDLE_ROOM: usize = 64;

impl Lifted {
    /// Nothing at all.
    pub fn empty() -> Self {
        Lifted { bytes: Encoded::empty(), marks: Vec::new() }
    }

    pub fn check_size(&self, state: &State) -> Result<()> {
        let worst = unsigned_size(HANDLE_BYTES_MAX as u64) + HANDLE_BYTES_MAX;
        if self.marks.len().saturating_mul(worst) > state.bytes_max {
            bail!("a guest hands over more handles than a call may carry");
        }
        Ok(())
    }
}

/// Lifts values that are core values.
pub fn from_slots(
    cx: &mut LiftContext<'_>,
    tys: &[InterfaceType],
    slots: &[ValRaw],
) -> Result<Lifted> {
    let mut lifter = Lifter::new(cx);
    lifter.make_room(tys, slots.last().map_or(0, ValRaw::get_u32));
    let mut slots = Slots(slots);
    for ty in tys {
        lifter.slots(*ty, &mut slots)?;
    }
    Ok(lifter.out)
}

/// Lifts values that lie in memory as a tuple at `at`, of `size` bytes.
pub fn from_memory(
    cx: &mut LiftContext<'_>,
    tys: &[InterfaceType],
    at: usize,
    size: u32,
    align: u32,
) -> Result<Lifted> {
    let mut lifter = Lifter::new(cx);
    let place = lifter.region(at, 1, size, align)?;
    lifter.make_room(tys, place.last_chunk().map_or(0, |word| u32::from_le_bytes(*word)));
    lifter.fields(tys.iter(), at)?;
    Ok(lifter.out)
}

struct Slots<'a>(&'a [ValRaw]);

impl<'a> Slots<'a> {
    /// The flat form of a type has as many slots as its values take: wasmtime counted them.
    fn take(&mut self, count: usize) -> &'a [ValRaw] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    #[inline]
    fn next(&mut self) -> &'a ValRaw {
        &self.take(1)[0]
    }

    fn pair(&mut self) -> (usize, usize) {
        (self.next().get_u32() as usize, self.next().get_u32() as usize)
    }
}

struct Lifter<'c, 'm> {
    cx: &'c mut LiftContext<'m>,
    types: &'m ComponentTypes,
    memory: &'m [u8],
    out: Lifted,
}

impl<'c, 'm> Lifter<'c, 'm> {
    fn new(cx: &'c mut LiftContext<'m>) -> Self {
        let (types, memory) = (&**cx.types, cx.memory());
        Lifter { cx, types, memory, out: Lifted::empty() }
    }

    /// Before anything else: all at once where the values end with text or a list, whose count is `last`.
    /// A guest only says so: much is allocated when it is there.
    fn make_room(&mut self, tys: &[InterfaceType], last: u32) {
        let is_count = matches!(tys.last(), Some(InterfaceType::String | InterfaceType::List(_)));
        let expected = if is_count { (last as usize).min(64 << 10) } else { 0 };
        self.out.bytes = Encoded::with_capacity(48 + expected);
    }

    #[inline]
    fn tail(&mut self) -> &mut Vec<u8> {
        self.out.bytes.tail()
    }

    /// Checks that `count` elements lie at `at`; the result is their bytes.
    fn region(&self, at: usize, count: usize, size: u32, align: u32) -> Result<&'m [u8]> {
        if !at.is_multiple_of(align as usize) {
            bail!("a guest's pointer is not aligned");
        }
        let size = count.checked_mul(size as usize);
        match size.and_then(|size| self.memory.get(at..)?.get(..size)) {
            Some(region) => Ok(region),
            None => bail!("a guest's pointer is out of bounds of its memory"),
        }
    }

    /// Bytes within a region that was checked.
    #[inline]
    fn load<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.memory[at..at + N]);
        bytes
    }

    fn load_pair(&self, at: usize) -> (usize, usize) {
        let word = |at| u32::from_le_bytes(self.load(at)) as usize;
        (word(at), word(at + 4))
    }

    fn fields<'t>(
        &mut self,
        tys: impl Iterator<Item = &'t InterfaceType>,
        base: usize,
    ) -> Result<()> {
        let mut offset = 0;
        for ty in tys {
            let at = base + self.types.canonical_abi(ty).next_field32_size(&mut offset);
            self.memory(*ty, at)?;
        }
        Ok(())
    }

    fn character(&mut self, value: u32) -> Result<()> {
        let Some(character) = char::from_u32(value) else {
            bail!("a guest's char is not a Unicode scalar value");
        };
        put_char(self.tail(), character);
        Ok(())
    }

    fn case(&mut self, ty: InterfaceType, case: u32) -> Result<Option<InterfaceType>> {
        match types::case(self.types, ty, case) {
            Some(Case { payload, is_byte }) => {
                if is_byte {
                    self.tail().push(case as u8);
                } else {
                    put_unsigned(self.tail(), case.into());
                }
                Ok(payload)
            }
            None => bail!("a guest's value has a case that does not exist"),
        }
    }

    /// Bits beyond the last label mean nothing.
    fn flags(&mut self, word: u32, count: usize) -> Result<()> {
        if count > FLAGS_MAX {
            bail!("flags have more than {FLAGS_MAX} labels");
        }
        let word = u64::from(word) & ((1 << count) - 1);
        self.tail().extend_from_slice(&word.to_le_bytes()[..count.div_ceil(8)]);
        Ok(())
    }

    fn text(&mut self, at: usize, size: usize) -> Result<()> {
        if self.cx.options().string_encoding != StringEncoding::Utf8 {
            let slots = [ValRaw::u32(at as u32), ValRaw::u32(size as u32)];
            let text = String::linear_lift_from_flat(self.cx, InterfaceType::String, &slots)?;
            put_bytes(self.tail(), text.as_bytes());
            return Ok(());
        }
        let bytes = self.region(at, size, 1, 1)?;
        self.cx.consume_fuel(size)?;
        if std::str::from_utf8(bytes).is_err() {
            bail!("a guest's string is not UTF-8");
        }
        put_unsigned(self.tail(), size as u64);
        self.out.bytes.append(bytes);
        Ok(())
    }

    fn list(&mut self, element: InterfaceType, at: usize, count: usize) -> Result<()> {
        let abi = self.types.canonical_abi(&element);
        let (size, align) = (abi.size32, abi.align32);
        let region = self.region(at, count, size, align)?;
        // An element of no size still takes a turn of the loop.
        self.cx.consume_fuel_array(count, size.max(1) as usize)?;
        put_unsigned(self.tail(), count as u64);
        match element {
            InterfaceType::U8
            | InterfaceType::S8
            | InterfaceType::Float32
            | InterfaceType::Float64 => self.out.bytes.append(region),
            InterfaceType::U16 => self.unsigned_list(region, u16::from_le_bytes),
            InterfaceType::U32 => self.unsigned_list(region, u32::from_le_bytes),
            InterfaceType::U64 => self.unsigned_list(region, u64::from_le_bytes),
            _ => {
                for index in 0..count {
                    self.memory(element, at + index * size as usize)?;
                }
            }
        }
        Ok(())
    }

    fn unsigned_list<const N: usize, V: Into<u64>>(
        &mut self,
        region: &[u8],
        value: fn([u8; N]) -> V,
    ) {
        let out = self.tail();
        out.reserve(region.len() / N);
        for bytes in region.as_chunks::<N>().0 {
            put_unsigned(out, value(*bytes).into());
        }
    }

    fn map(&mut self, map: TypeMapIndex, at: usize, count: usize) -> Result<()> {
        let ty = &self.types[map];
        let size = ty.entry_abi.size32;
        self.region(at, count, size, ty.entry_abi.align32)?;
        self.cx.consume_fuel_array(count, size as usize)?;
        put_unsigned(self.tail(), count as u64);
        for index in 0..count {
            let entry = at + index * size as usize;
            self.memory(ty.key, entry)?;
            self.memory(ty.value, entry + ty.value_offset32 as usize)?;
        }
        Ok(())
    }

    fn handle(&mut self, is_own: bool, table: TypeResourceTableIndex, index: u32) -> Result<()> {
        let ty = self.cx.resource_type(table);
        if types::imported_resource(ty).is_none() {
            let Some(io) = Io::of_type(ty).filter(|_| is_own) else { return types::refuse() };
            let handle = Handle::Io(io, self.cx.guest_resource_lift_own(table, index)?.0);
            self.mark(handle);
            return Ok(());
        }
        let handle = match is_own {
            true => Handle::Given(self.cx.guest_resource_lift_own(table, index)?.0),
            false => Handle::Lent(self.cx.guest_resource_lift_borrow(table, index)?),
        };
        self.mark(handle);
        Ok(())
    }

    fn mark(&mut self, handle: Handle) {
        self.out.bytes.keep_room(HANDLE_ROOM);
        self.out.marks.push(Mark { place: self.out.bytes.len(), handle });
    }

    fn stream(&mut self, ty: InterfaceType, index: u32) -> Result<()> {
        let slot = ValRaw::u32(index);
        let handle = match ty {
            InterfaceType::Future(_) => {
                Handle::Future(FutureAny::linear_lift_from_flat(self.cx, ty, &slot)?)
            }
            InterfaceType::Stream(stream) => {
                if !types::is_bytes(self.types[self.types[stream].ty].payload) {
                    return types::refuse();
                }
                Handle::Stream(StreamAny::linear_lift_from_flat(self.cx, ty, &slot)?)
            }
            _ => return types::refuse(),
        };
        self.mark(handle);
        Ok(())
    }

    fn slots(&mut self, ty: InterfaceType, slots: &mut Slots) -> Result<()> {
        let types = self.types;
        match ty {
            InterfaceType::Bool => self.tail().push((slots.next().get_u32() != 0).into()),
            InterfaceType::U8 | InterfaceType::S8 => self.tail().push(slots.next().get_u32() as u8),
            InterfaceType::U16 => put_unsigned(self.tail(), (slots.next().get_u32() as u16).into()),
            InterfaceType::U32 => put_unsigned(self.tail(), slots.next().get_u32().into()),
            InterfaceType::U64 => put_unsigned(self.tail(), slots.next().get_u64()),
            InterfaceType::S16 => put_signed(self.tail(), (slots.next().get_i32() as i16).into()),
            InterfaceType::S32 => put_signed(self.tail(), slots.next().get_i32().into()),
            InterfaceType::S64 => put_signed(self.tail(), slots.next().get_i64()),
            InterfaceType::Float32 => {
                self.tail().extend_from_slice(&slots.next().get_f32().to_le_bytes())
            }
            InterfaceType::Float64 => {
                self.tail().extend_from_slice(&slots.next().get_f64().to_le_bytes())
            }
            InterfaceType::Char => self.character(slots.next().get_u32())?,
            InterfaceType::String => {
                let (at, size) = slots.pair();
                self.text(at, size)?;
            }
            InterfaceType::List(list) => {
                let (at, count) = slots.pair();
                self.list(types[list].element, at, count)?;
            }
            InterfaceType::Map(map) => {
                let (at, count) = slots.pair();
                self.map(map, at, count)?;
            }
            InterfaceType::Record(record) => {
                for field in &types[record].fields {
                    self.slots(field.ty, slots)?;
                }
            }
            InterfaceType::Tuple(tuple) => {
                for ty in &types[tuple].types {
                    self.slots(*ty, slots)?;
                }
            }
            InterfaceType::FixedLengthList(list) => {
                for _ in 0..types[list].size {
                    self.slots(types[list].element, slots)?;
                }
            }
            InterfaceType::Flags(flags) => {
                self.flags(slots.next().get_u32(), types[flags].names.len())?
            }
            InterfaceType::Own(table) => self.handle(true, table, slots.next().get_u32())?,
            InterfaceType::Borrow(table) => self.handle(false, table, slots.next().get_u32())?,
            InterfaceType::Variant(_)
            | InterfaceType::Enum(_)
            | InterfaceType::Option(_)
            | InterfaceType::Result(_) => {
                let own = slots.take(types::slots(types, ty));
                if let Some(payload) = self.case(ty, own[0].get_u32())? {
                    self.slots(payload, &mut Slots(&own[1..]))?;
                }
            }
            InterfaceType::Future(_) | InterfaceType::Stream(_) => {
                self.stream(ty, slots.next().get_u32())?
            }
            InterfaceType::ErrorContext(_) => types::refuse()?,
        }
        Ok(())
    }

    /// `at` lies in a region that was checked for the whole of `ty`.
    fn memory(&mut self, ty: InterfaceType, at: usize) -> Result<()> {
        match ty {
            InterfaceType::Bool => {
                let [value] = self.load(at);
                self.tail().push((value != 0).into());
            }
            InterfaceType::U8 | InterfaceType::S8 => {
                let [value] = self.load(at);
                self.tail().push(value);
            }
            InterfaceType::U16 => {
                let value = u16::from_le_bytes(self.load(at));
                put_unsigned(self.tail(), value.into());
            }
            InterfaceType::U32 => {
                let value = u32::from_le_bytes(self.load(at));
                put_unsigned(self.tail(), value.into());
            }
            InterfaceType::U64 => {
                let value = u64::from_le_bytes(self.load(at));
                put_unsigned(self.tail(), value);
            }
            InterfaceType::S16 => {
                let value = i16::from_le_bytes(self.load(at));
                put_signed(self.tail(), value.into());
            }
            InterfaceType::S32 => {
                let value = i32::from_le_bytes(self.load(at));
                put_signed(self.tail(), value.into());
            }
            InterfaceType::S64 => {
                let value = i64::from_le_bytes(self.load(at));
                put_signed(self.tail(), value);
            }
            InterfaceType::Float32 => {
                let value: [u8; 4] = self.load(at);
                self.tail().extend_from_slice(&value);
            }
            InterfaceType::Float64 => {
                let value: [u8; 8] = self.load(at);
                self.tail().extend_from_slice(&value);
            }
            InterfaceType::Char => self.character(u32::from_le_bytes(self.load(at)))?,
            _ => self.compound(ty, at)?,
        }
        Ok(())
    }

    /// The same for a type that has parts.
    fn compound(&mut self, ty: InterfaceType, at: usize) -> Result<()> {
        let types = self.types;
        match ty {
            InterfaceType::String => {
                let (at, size) = self.load_pair(at);
                self.text(at, size)?;
            }
            InterfaceType::List(list) => {
                let (at, count) = self.load_pair(at);
                self.list(types[list].element, at, count)?;
            }
            InterfaceType::Map(map) => {
                let (at, count) = self.load_pair(at);
                self.map(map, at, count)?;
            }
            InterfaceType::Record(record) => {
                self.fields(types[record].fields.iter().map(|field| &field.ty), at)?
            }
            InterfaceType::Tuple(tuple) => self.fields(types[tuple].types.iter(), at)?,
            InterfaceType::FixedLengthList(list) => {
                let element = types[list].element;
                let size = types.canonical_abi(&element).size32 as usize;
                for index in 0..types[list].size as usize {
                    self.memory(element, at + index * size)?;
                }
            }
            InterfaceType::Flags(flags) => {
                let word = self.load_word(at, types[flags].abi.size32);
                self.flags(word, types[flags].names.len())?;
            }
            InterfaceType::Own(table) => {
                self.handle(true, table, u32::from_le_bytes(self.load(at)))?
            }
            InterfaceType::Borrow(table) => {
                self.handle(false, table, u32::from_le_bytes(self.load(at)))?
            }
            InterfaceType::Variant(_)
            | InterfaceType::Enum(_)
            | InterfaceType::Option(_)
            | InterfaceType::Result(_) => {
                let (size, payload_offset) = types::layout(types, ty);
                let case = self.load_word(at, size);
                if let Some(payload) = self.case(ty, case)? {
                    self.memory(payload, at + payload_offset)?;
                }
            }
            InterfaceType::Future(_) | InterfaceType::Stream(_) => {
                self.stream(ty, u32::from_le_bytes(self.load(at)))?
            }
            _ => types::refuse()?,
        }
        Ok(())
    }

    /// A number of 1, 2 or 4 bytes.
    fn load_word(&self, at: usize, size: u32) -> u32 {
        match size {
            1 => self.load::<1>(at)[0].into(),
            2 => u16::from_le_bytes(self.load(at)).into(),
            _ => u32::from_le_bytes(self.load(at)),
        }
    }
}
