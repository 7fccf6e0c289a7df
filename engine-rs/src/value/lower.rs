//! From bytes to a guest's memory and core values, in one pass. Nothing of the bytes is trusted, and
//! nothing of the guest's allocator: memory may move or change with each allocation, so that no view of
//! it is kept, and what one call may allocate is bounded.

pub mod future_value;

use super::from_host::{End, Value};
use super::io::Io;
use super::io_table;
use super::state::State;
use super::types::{self, Case, FLAGS_MAX};
use super::wire::{Malformed, Reader};
use crate::store::HostState;
use future_value::{new_future, new_stream};
use std::any::Any;
use std::mem::MaybeUninit;
use std::sync::atomic::Ordering::Relaxed;
use wasmtime::component::__internal::wasmtime_environ::component::{
    StringEncoding, TypeMapIndex, TypeResourceTableIndex,
};
use wasmtime::component::__internal::{ComponentTypes, InterfaceType, LowerContext};
use wasmtime::component::Lower;
use wasmtime::{AsContextMut, Error, Result, ValRaw, bail};

/// Every store of this library holds a `HostState`.
fn host_state_of<'c, T: 'static>(cx: &'c mut LowerContext<'_, T>) -> Result<&'c mut HostState> {
    let data: &mut dyn Any = cx.store.data_mut();
    match data.downcast_mut::<HostState>() {
        Some(state) => Ok(state),
        None => bail!("values are lowered into a store of another kind"),
    }
}

pub fn state_of<'c, T: 'static>(cx: &'c mut LowerContext<'_, T>) -> Result<&'c mut State> {
    Ok(&mut host_state_of(cx)?.values)
}

/// Takes what is allocated from what may be. Text counts as its bytes of UTF-8.
pub fn charge(room: &mut usize, bytes: usize) -> Result<()> {
    match room.checked_sub(bytes) {
        Some(rest) => *room = rest,
        None => bail!("values take more memory of the guest than one call may allocate"),
    }
    Ok(())
}

/// Uninitialised core values, written from the first to the last.
pub struct Slots<'a> {
    slots: &'a mut [MaybeUninit<ValRaw>],
    next: usize,
}

impl<'a> Slots<'a> {
    pub fn new(slots: &'a mut [MaybeUninit<ValRaw>]) -> Self {
        Slots { slots, next: 0 }
    }

    #[inline]
    pub fn put(&mut self, value: ValRaw) {
        self.slots[self.next].write(value);
        self.next += 1;
    }

    fn put_word(&mut self, value: u32) {
        self.put(ValRaw::u32(value));
    }

    fn put_pair(&mut self, pair: (u32, u32)) {
        self.put_word(pair.0);
        self.put_word(pair.1);
    }

    /// Every slot before `end` has a value afterwards.
    fn zero_until(&mut self, end: usize) {
        while self.next < end {
            self.put(ValRaw::u64(0));
        }
    }

    pub fn zero_rest(&mut self) {
        self.zero_until(self.slots.len());
    }
}

/// Puts the values of one call into a guest.
pub struct Lowerer<'c, 'm, T: 'static> {
    cx: &'c mut LowerContext<'m, T>,
    types: &'m ComponentTypes,
    value: &'c Value,
    bytes: Reader<'c>,
    /// What may still be allocated.
    room: usize,
    /// Whose arguments these are: their handles were found before. None: what an import answers.
    call: Option<u64>,
}

impl<'c, 'm, T: 'static> Lowerer<'c, 'm, T> {
    pub fn new(
        cx: &'c mut LowerContext<'m, T>,
        value: &'c Value,
        call: Option<u64>,
    ) -> Result<Self> {
        let room = state_of(cx)?.bytes_max;
        let bytes = Reader::new(value.bytes.as_ref());
        Ok(Lowerer { types: cx.types, cx, value, bytes, room, call })
    }

    /// Fills `slots` with core values.
    pub fn into_slots(mut self, tys: &[InterfaceType], slots: &mut Slots) -> Result<()> {
        for ty in tys {
            self.slots(*ty, slots)?;
        }
        self.bytes.finish()
    }

    /// Fills memory at `at`, which wasmtime or `to_new_memory` checked, as a tuple.
    pub fn into_memory(mut self, tys: &[InterfaceType], at: usize) -> Result<()> {
        self.fields(tys.iter(), at)?;
        self.bytes.finish()
    }

    /// Allocates `size` bytes, fills them as a tuple and returns where they are.
    pub fn into_new_memory(
        mut self,
        tys: &[InterfaceType],
        size: u32,
        align: u32,
    ) -> Result<usize> {
        let at = self.allocate(size as usize, align)?;
        self.into_memory(tys, at)?;
        Ok(at)
    }

    fn state(&mut self) -> Result<&mut State> {
        state_of(self.cx)
    }

    /// Runs the guest's allocator; the result lies in its memory.
    fn allocate(&mut self, size: usize, align: u32) -> Result<usize> {
        charge(&mut self.room, size)?;
        self.cx.realloc(0, 0, align, size)
    }

    #[inline]
    fn store<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        *self.cx.get(at) = bytes;
    }

    fn store_pair(&mut self, at: usize, pair: (u32, u32)) {
        self.store(at, pair.0.to_le_bytes());
        self.store(at + 4, pair.1.to_le_bytes());
    }

    /// A number of 1, 2 or 4 bytes.
    fn store_word(&mut self, at: usize, size: u32, value: u32) {
        let [a, b, c, d] = value.to_le_bytes();
        match size {
            1 => self.store(at, [a]),
            2 => self.store(at, [a, b]),
            _ => self.store(at, [a, b, c, d]),
        }
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

    fn case(&mut self, ty: InterfaceType) -> Result<(u32, Option<InterfaceType>)> {
        let case = match ty {
            InterfaceType::Option(_) | InterfaceType::Result(_) => self.bytes.flag()?,
            _ => self.bytes.case(types::cases(self.types, ty))?,
        };
        match types::case(self.types, ty, case) {
            Some(Case { payload, .. }) => Ok((case, payload)),
            None => Err(Error::new(Malformed("a case does not exist"))),
        }
    }

    fn flags(&mut self, count: usize) -> Result<u32> {
        if count > FLAGS_MAX {
            bail!("flags have more than {FLAGS_MAX} labels");
        }
        self.bytes.flags(count)
    }

    fn text(&mut self) -> Result<(u32, u32)> {
        let text = self.bytes.text()?;
        if self.cx.options().string_encoding == StringEncoding::Utf8 {
            let at = self.allocate(text.len(), 1)?;
            self.cx.as_slice_mut()[at..][..text.len()].copy_from_slice(text.as_bytes());
            return Ok((at as u32, text.len() as u32));
        }
        // Wasmtime allocates at most two bytes for each of these.
        charge(&mut self.room, text.len())?;
        let mut slots = MaybeUninit::<[ValRaw; 2]>::uninit();
        text.linear_lower_to_flat(self.cx, InterfaceType::String, &mut slots)?;
        // SAFETY: a lowering that succeeds initialises all its slots.
        let [at, size] = unsafe { slots.assume_init() };
        Ok((at.get_u32(), size.get_u32()))
    }

    fn list(&mut self, element: InterfaceType) -> Result<(u32, u32)> {
        let count = self.bytes.elements()?;
        let abi = self.types.canonical_abi(&element);
        let (size, align) = (abi.size32 as usize, abi.align32);
        let whole = count.saturating_mul(size);
        match element {
            InterfaceType::U8
            | InterfaceType::S8
            | InterfaceType::Float32
            | InterfaceType::Float64 => {
                let bytes = self.bytes.take(whole)?;
                let at = self.allocate(whole, align)?;
                self.cx.as_slice_mut()[at..][..whole].copy_from_slice(bytes);
                Ok((at as u32, count as u32))
            }
            _ => {
                let at = self.allocate(whole, align)?;
                self.elements(element, at, count, size)?;
                Ok((at as u32, count as u32))
            }
        }
    }

    fn elements(&mut self, ty: InterfaceType, at: usize, count: usize, size: usize) -> Result<()> {
        match ty {
            InterfaceType::U16 => self.unsigned_list(at, count, |v| (v as u16).to_le_bytes()),
            InterfaceType::U32 => self.unsigned_list(at, count, |v| (v as u32).to_le_bytes()),
            InterfaceType::U64 => self.unsigned_list(at, count, u64::to_le_bytes),
            _ => (0..count).try_for_each(|index| self.memory(ty, at + index * size)),
        }
    }

    fn unsigned_list<const N: usize>(
        &mut self,
        at: usize,
        count: usize,
        bytes: fn(u64) -> [u8; N],
    ) -> Result<()> {
        let memory = &mut self.cx.as_slice_mut()[at..][..count * N];
        for element in memory.as_chunks_mut::<N>().0 {
            *element = bytes(self.bytes.unsigned(8 * N as u32)?);
        }
        Ok(())
    }

    fn map(&mut self, map: TypeMapIndex) -> Result<(u32, u32)> {
        let count = self.bytes.elements()?;
        let ty = &self.types[map];
        let size = ty.entry_abi.size32 as usize;
        let at = self.allocate(count.saturating_mul(size), ty.entry_abi.align32)?;
        for index in 0..count {
            let entry = at + index * size;
            self.memory(ty.key, entry)?;
            self.memory(ty.value, entry + ty.value_offset32 as usize)?;
        }
        Ok((at as u32, count as u32))
    }

    fn handle(&mut self, is_own: bool, table: TypeResourceTableIndex) -> Result<u32> {
        if let Some(io) = Io::of_type(self.cx.resource_type(table)).filter(|_| is_own) {
            let end = self.end()?;
            let rep = io_table::give(host_state_of(self.cx)?, io, end)?;
            return self.cx.guest_resource_lower_own(table, rep);
        }
        let bytes = self.bytes.bytes()?;
        let rep = match self.call {
            Some(call) => self.state()?.handles.take_claimed(call)?,
            None if !is_own => bail!("a handle can only be lent to a call"),
            None => match types::imported_resource(self.cx.resource_type(table)) {
                Some(resource) => {
                    self.value.handles_settled.fetch_add(1, Relaxed);
                    self.state()?.give(resource, bytes)?
                }
                None => return types::refuse(),
            },
        };
        match is_own {
            true => self.cx.guest_resource_lower_own(table, rep),
            false => self.cx.guest_resource_lower_borrow(table, rep),
        }
    }

    /// What the next place means.
    fn end(&mut self) -> Result<End> {
        let place = self.bytes.count()?;
        let unfed = || Error::new(Malformed("a stream or future has no end that is fed"));
        self.value.take_end(place).ok_or_else(unfed)
    }

    /// A stream or future of the guest's that the C side feeds.
    fn stream(&mut self, ty: InterfaceType) -> Result<u32> {
        let End::Read(end) = self.end()? else {
            return Err(Error::new(Malformed("a stream has an end of another direction")));
        };
        let store = self.cx.store.as_context_mut();
        let mut slot = MaybeUninit::uninit();
        match ty {
            InterfaceType::Future(_) => {
                let future = new_future(store, end)?;
                future.linear_lower_to_flat(self.cx, ty, &mut slot)?;
            }
            InterfaceType::Stream(stream)
                if types::is_bytes(self.types[self.types[stream].ty].payload) =>
            {
                let stream = new_stream(store, end)?;
                stream.linear_lower_to_flat(self.cx, ty, &mut slot)?;
            }
            _ => return types::refuse(),
        }
        // SAFETY: a lowering that succeeds initialises its slot.
        Ok(unsafe { slot.assume_init() }.get_u32())
    }

    fn slots(&mut self, ty: InterfaceType, slots: &mut Slots) -> Result<()> {
        let types = self.types;
        match ty {
            InterfaceType::Bool => slots.put_word(self.bytes.boolean()?.into()),
            InterfaceType::U8 => slots.put_word(self.bytes.byte()?.into()),
            InterfaceType::S8 => slots.put(ValRaw::i32((self.bytes.byte()? as i8).into())),
            InterfaceType::U16 => slots.put_word(self.bytes.unsigned(16)? as u32),
            InterfaceType::U32 => slots.put_word(self.bytes.unsigned(32)? as u32),
            InterfaceType::U64 => slots.put(ValRaw::u64(self.bytes.unsigned(64)?)),
            InterfaceType::S16 => slots.put(ValRaw::i32(self.bytes.signed(16)? as i32)),
            InterfaceType::S32 => slots.put(ValRaw::i32(self.bytes.signed(32)? as i32)),
            InterfaceType::S64 => slots.put(ValRaw::i64(self.bytes.signed(64)?)),
            InterfaceType::Float32 => {
                slots.put(ValRaw::f32(u32::from_le_bytes(self.bytes.array()?)))
            }
            InterfaceType::Float64 => {
                slots.put(ValRaw::f64(u64::from_le_bytes(self.bytes.array()?)))
            }
            InterfaceType::Char => slots.put_word(self.bytes.character()?.into()),
            InterfaceType::String => slots.put_pair(self.text()?),
            InterfaceType::List(list) => slots.put_pair(self.list(types[list].element)?),
            InterfaceType::Map(map) => slots.put_pair(self.map(map)?),
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
            InterfaceType::Flags(flags) => slots.put_word(self.flags(types[flags].names.len())?),
            InterfaceType::Own(table) => slots.put_word(self.handle(true, table)?),
            InterfaceType::Borrow(table) => slots.put_word(self.handle(false, table)?),
            InterfaceType::Variant(_)
            | InterfaceType::Enum(_)
            | InterfaceType::Option(_)
            | InterfaceType::Result(_) => {
                let end = slots.next + types::slots(types, ty);
                let (case, payload) = self.case(ty)?;
                slots.put_word(case);
                if let Some(payload) = payload {
                    self.slots(payload, slots)?;
                }
                slots.zero_until(end);
            }
            InterfaceType::Future(_) | InterfaceType::Stream(_) => slots.put_word(self.stream(ty)?),
            InterfaceType::ErrorContext(_) => types::refuse()?,
        }
        Ok(())
    }

    fn memory(&mut self, ty: InterfaceType, at: usize) -> Result<()> {
        let types = self.types;
        macro_rules! store {
            ($value:expr) => {{
                let value = $value;
                self.store(at, value.to_le_bytes());
            }};
        }
        match ty {
            InterfaceType::Bool => store!(u8::from(self.bytes.boolean()?)),
            InterfaceType::U8 | InterfaceType::S8 => store!(self.bytes.byte()?),
            InterfaceType::U16 => store!(self.bytes.unsigned(16)? as u16),
            InterfaceType::U32 => store!(self.bytes.unsigned(32)? as u32),
            InterfaceType::U64 => store!(self.bytes.unsigned(64)?),
            InterfaceType::S16 => store!(self.bytes.signed(16)? as i16),
            InterfaceType::S32 => store!(self.bytes.signed(32)? as i32),
            InterfaceType::S64 => store!(self.bytes.signed(64)?),
            InterfaceType::Float32 => store!(u32::from_le_bytes(self.bytes.array()?)),
            InterfaceType::Float64 => store!(u64::from_le_bytes(self.bytes.array()?)),
            InterfaceType::Char => store!(self.bytes.character()? as u32),
            InterfaceType::String => {
                let pair = self.text()?;
                self.store_pair(at, pair);
            }
            InterfaceType::List(list) => {
                let pair = self.list(types[list].element)?;
                self.store_pair(at, pair);
            }
            InterfaceType::Map(map) => {
                let pair = self.map(map)?;
                self.store_pair(at, pair);
            }
            InterfaceType::Record(record) => {
                self.fields(types[record].fields.iter().map(|field| &field.ty), at)?
            }
            InterfaceType::Tuple(tuple) => self.fields(types[tuple].types.iter(), at)?,
            InterfaceType::FixedLengthList(list) => {
                let element = types[list].element;
                let size = types.canonical_abi(&element).size32 as usize;
                self.elements(element, at, types[list].size as usize, size)?;
            }
            InterfaceType::Flags(flags) => {
                let word = self.flags(types[flags].names.len())?;
                self.store_word(at, types[flags].abi.size32, word);
            }
            InterfaceType::Own(table) => store!(self.handle(true, table)?),
            InterfaceType::Borrow(table) => store!(self.handle(false, table)?),
            InterfaceType::Variant(_)
            | InterfaceType::Enum(_)
            | InterfaceType::Option(_)
            | InterfaceType::Result(_) => {
                let (size, payload_offset) = types::layout(types, ty);
                let (case, payload) = self.case(ty)?;
                self.store_word(at, size, case);
                if let Some(payload) = payload {
                    self.memory(payload, at + payload_offset)?;
                }
            }
            InterfaceType::Future(_) | InterfaceType::Stream(_) => store!(self.stream(ty)?),
            InterfaceType::ErrorContext(_) => types::refuse()?,
        }
        Ok(())
    }
}
