//! What stands for a resource while it is on the other side of the boundary, one pair of tables per
//! store. A resource of the C side is a few octets that only it understands; the guest sees a number.
//! A resource of the guest is what wasmtime calls it; the C side sees octets that name store and slot.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use wasmtime::component::ResourceAny;
use wasmtime::{Result, bail};

/// Of one handle of the C side.
pub const HANDLE_OCTETS_MAX: usize = 256;

const GUEST_HANDLE_OCTETS: usize = 16;

/// A handle of the C side that a guest holds.
pub struct HostHandle {
    /// Index of its type in the component's description.
    pub resource: u32,
    pub octets: Box<[u8]>,
    /// Not owned by the guest, but lent to it for one call.
    lent: bool,
}

pub struct Handles {
    host: Slab<HostHandle>,
    guest: Slab<ResourceAny>,
    lent: Vec<(u64, u32)>,
    calls: u64,
    store: u64,
}

static STORES: AtomicU64 = AtomicU64::new(0);

impl Handles {
    /// Each of the two tables takes `limit` handles.
    pub fn new(limit: usize) -> Self {
        Handles {
            host: Slab::new(limit),
            guest: Slab::new(limit),
            lent: Vec::new(),
            calls: 0,
            store: STORES.fetch_add(1, Relaxed),
        }
    }

    /// Gives a handle to the guest; the result is how the guest's table knows it.
    pub fn give(&mut self, resource: u32, octets: &[u8]) -> Result<u32> {
        self.insert_host(resource, octets, false)
    }

    /// Lends a handle to the guest until `end_call(call)`.
    pub fn lend(&mut self, resource: u32, octets: &[u8], call: u64) -> Result<u32> {
        let rep = self.insert_host(resource, octets, true)?;
        self.lent.push((call, rep));
        Ok(rep)
    }

    fn insert_host(&mut self, resource: u32, octets: &[u8], lent: bool) -> Result<u32> {
        if octets.len() > HANDLE_OCTETS_MAX {
            bail!(
                "a handle is {} octets long, at most {HANDLE_OCTETS_MAX} are possible",
                octets.len()
            );
        }
        Ok(self.host.insert(HostHandle { resource, octets: octets.into(), lent })?.0)
    }

    /// The octets of a handle that the guest keeps.
    pub fn peek(&self, rep: u32) -> Result<&[u8]> {
        match self.host.at(rep) {
            Some(handle) => Ok(&handle.octets),
            None => bail!("the guest used a handle that it does not have"),
        }
    }

    /// Takes a handle back from the guest. None: it was only lent, or is not there.
    pub fn take_back(&mut self, rep: u32) -> Option<HostHandle> {
        if self.host.at(rep)?.lent {
            return None;
        }
        self.host.remove(rep)
    }

    /// A number for a call that may lend handles.
    pub fn begin_call(&mut self) -> u64 {
        self.calls += 1;
        self.calls
    }

    pub fn end_call(&mut self, call: u64) {
        let host = &mut self.host;
        self.lent.retain(|(lender, rep)| {
            let ended = *lender == call;
            if ended {
                host.remove(*rep);
            }
            !ended
        });
    }

    /// Keeps a resource of the guest for the C side and returns what that calls it.
    pub fn export(&mut self, resource: ResourceAny) -> Result<[u8; GUEST_HANDLE_OCTETS]> {
        let (slot, generation) = self.guest.insert(resource)?;
        let mut octets = [0; GUEST_HANDLE_OCTETS];
        octets[..8].copy_from_slice(&self.store.to_le_bytes());
        octets[8..12].copy_from_slice(&slot.to_le_bytes());
        octets[12..].copy_from_slice(&generation.to_le_bytes());
        Ok(octets)
    }

    fn slot_of(&self, octets: &[u8]) -> Option<u32> {
        let octets: &[u8; GUEST_HANDLE_OCTETS] = octets.try_into().ok()?;
        let (store, rest) = octets.split_first_chunk()?;
        let (slot, generation) = rest.split_first_chunk()?;
        let slot = u32::from_le_bytes(*slot);
        let generation = u32::from_le_bytes(generation.try_into().ok()?);
        let known = u64::from_le_bytes(*store) == self.store
            && self.guest.generation(slot) == Some(generation);
        known.then_some(slot)
    }

    /// The resource behind octets that `export` made for this store.
    pub fn exported(&self, octets: &[u8]) -> Result<ResourceAny> {
        match self.slot_of(octets).and_then(|slot| self.guest.at(slot)) {
            Some(resource) => Ok(*resource),
            None => bail!("a handle belongs to another instance or was given back already"),
        }
    }

    /// The same, and the handle is no longer valid.
    pub fn take_exported(&mut self, octets: &[u8]) -> Result<ResourceAny> {
        let resource = self.exported(octets)?;
        self.slot_of(octets).map(|slot| self.guest.remove(slot));
        Ok(resource)
    }

    /// Every handle that the guest still owns; the table forgets them.
    pub fn drain(&mut self) -> impl Iterator<Item = HostHandle> {
        let handles = std::mem::take(&mut self.host.slots).into_iter();
        handles.filter_map(|slot| slot.value).filter(|handle| !handle.lent)
    }
}

/// Values by number. A number is used again, but not with the same generation.
struct Slab<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    limit: usize,
}

struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Slab<T> {
    fn new(limit: usize) -> Self {
        Slab { slots: Vec::new(), free: Vec::new(), limit }
    }

    fn insert(&mut self, value: T) -> Result<(u32, u32)> {
        if let Some(index) = self.free.pop() {
            let slot = &mut self.slots[index as usize];
            slot.value = Some(value);
            return Ok((index, slot.generation));
        }
        if self.slots.len() >= self.limit {
            bail!("more than {} handles are open at one time", self.limit);
        }
        self.slots.push(Slot { generation: 0, value: Some(value) });
        Ok((self.slots.len() as u32 - 1, 0))
    }

    fn at(&self, index: u32) -> Option<&T> {
        self.slots.get(index as usize)?.value.as_ref()
    }

    fn generation(&self, index: u32) -> Option<u32> {
        self.slots.get(index as usize).map(|slot| slot.generation)
    }

    fn remove(&mut self, index: u32) -> Option<T> {
        let slot = self.slots.get_mut(index as usize)?;
        let value = slot.value.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(index);
        Some(value)
    }
}
