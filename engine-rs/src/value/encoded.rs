//! An encoded value on its way to the C side: one allocation that is written once and then moves.

use crate::abi::WeBuf;
use std::ffi::c_void;

/// The first bytes of the allocation hold its capacity, so that the C side frees it by its address.
const HEADER: usize = size_of::<usize>();

/// Room for growth behind a copied list, so that the few bytes after it do not copy it again.
const SLACK: usize = 64;

/// Bytes that grow at the end, and whose beginning can be moved to make room.
pub struct Encoded {
    data: Vec<u8>,
    start: usize,
}

impl Encoded {
    pub fn with_capacity(size: usize) -> Self {
        let mut data = Vec::with_capacity(HEADER + size);
        data.resize(HEADER, 0);
        Encoded { data, start: HEADER }
    }

    /// Nothing, without an allocation; nothing can be appended to it.
    pub fn empty() -> Self {
        Encoded { data: Vec::new(), start: 0 }
    }

    /// Where to append.
    #[inline]
    pub fn tail(&mut self) -> &mut Vec<u8> {
        debug_assert!(self.start >= HEADER);
        &mut self.data
    }

    #[inline]
    pub fn append(&mut self, bytes: &[u8]) {
        if bytes.len() > self.data.capacity() - self.data.len() {
            self.data.reserve(bytes.len() + SLACK);
        }
        self.data.extend_from_slice(bytes);
    }

    pub fn len(&self) -> usize {
        self.data.len() - self.start
    }

    #[cfg(test)]
    pub fn as_slice(&self) -> &[u8] {
        &self.data[self.start..]
    }

    /// Puts `insertions`, each at its place in the bytes so far and in ascending order, into them. Only
    /// what lies before the last place is moved when room was kept at the beginning.
    pub fn insert(&mut self, insertions: &[(usize, Vec<u8>)]) {
        let size: usize = insertions.iter().map(|(_, bytes)| bytes.len()).sum();
        let missing = (HEADER + size).saturating_sub(self.start);
        self.data.splice(self.start..self.start, std::iter::repeat_n(0, missing));
        let old = self.start + missing;
        self.start = old - size;
        let (mut from, mut to) = (old, self.start);
        for (place, bytes) in insertions {
            let piece = from..old + place;
            from = piece.end;
            let moved = piece.len();
            self.data.copy_within(piece, to);
            self.data[to + moved..][..bytes.len()].copy_from_slice(bytes);
            to += moved + bytes.len();
        }
    }

    /// Keeps room for `insert` at the beginning; cheap as long as nothing was written.
    pub fn keep_room(&mut self, size: usize) {
        if self.len() == 0 {
            self.data.resize(self.start + size, 0);
            self.start += size;
        }
    }

    /// Moves the bytes to the C side.
    pub fn into_buf(mut self) -> WeBuf {
        if self.start == 0 {
            return WeBuf::default();
        }
        let capacity = self.data.capacity();
        self.data[..HEADER].copy_from_slice(&capacity.to_ne_bytes());
        let mut data = std::mem::ManuallyDrop::new(self.data);
        let base = data.as_mut_ptr();
        WeBuf::new(base.wrapping_add(self.start), data.len() - self.start, free, base.cast())
    }
}

impl From<&[u8]> for Encoded {
    fn from(bytes: &[u8]) -> Self {
        let mut copy = Encoded::with_capacity(bytes.len());
        copy.append(bytes);
        copy
    }
}

extern "C" fn free(owner: *mut c_void) {
    let base = owner.cast::<u8>();
    // SAFETY: `into_buf` gave up this vector and wrote its capacity; bytes need no drop.
    unsafe {
        let capacity = base.cast::<[u8; HEADER]>().read();
        drop(Vec::from_raw_parts(base, 0, usize::from_ne_bytes(capacity)));
    }
}
