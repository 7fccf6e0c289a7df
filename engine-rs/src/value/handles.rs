//! What stands for a resource while it is on the other side of the boundary, one pair of tables per
//! store. A resource of the C side is a few bytes that only it understands; the guest sees a number.
//! A resource of the guest is what wasmtime calls it; the C side sees bytes that name store and slot.

use crate::error::HandlesFull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use wasmtime::component::{ResourceAny, ResourceType};
use wasmtime::{Error, Result, bail};

/// The size of one handle of the C side.
pub const HANDLE_BYTES_MAX: usize = 256;

const GUEST_HANDLE_BYTES: usize = 16;

/// A handle of the C side that a guest holds.
pub struct HostHandle {
    /// Index of its type in the component's description.
    pub resource: u32,
    pub bytes: Box<[u8]>,
    /// Not owned by the guest, but lent to it for one call.
    lent: bool,
}

/// A resource of the guest's that the C side holds.
struct GuestHandle {
    resource: ResourceAny,
    /// How often it is among the arguments of calls, as a borrow.
    lends: usize,
    /// Whether it is among them as its owner's last use.
    given: bool,
}

/// A handle among the arguments of a call. It was found before the guest is entered, and nobody else
/// can take it until the guest has it.
#[derive(Clone, Copy)]
pub enum Claim {
    Given(u32),
    Lent(u32),
    GivenBack(u32),
    LentBack(u32),
}

/// The handles of one call, in their order.
struct CallHandles {
    call: u64,
    claims: Vec<Claim>,
    /// How many of them the guest has.
    lowered: usize,
}

/// A claim as the guest gets it.
pub enum Claimed {
    /// How the guest's table knows a handle of the C side.
    Host(u32),
    Guest(ResourceAny),
}

pub struct Handles {
    host: Slab<HostHandle>,
    guest: Slab<GuestHandle>,
    calls: Vec<CallHandles>,
    calls_made: u64,
    store: u64,
}

static STORES: AtomicU64 = AtomicU64::new(0);

impl Handles {
    /// Each of the two tables takes `limit` handles.
    pub fn new(limit: usize) -> Self {
        Handles {
            host: Slab::new(limit),
            guest: Slab::new(limit),
            calls: Vec::new(),
            calls_made: 0,
            store: STORES.fetch_add(1, Relaxed),
        }
    }

    /// Gives a handle to the guest; the result is how the guest's table knows it.
    pub fn give(&mut self, resource: u32, bytes: &[u8]) -> Result<u32> {
        self.insert_host(resource, bytes, false)
    }

    fn insert_host(&mut self, resource: u32, bytes: &[u8], lent: bool) -> Result<u32> {
        if bytes.len() > HANDLE_BYTES_MAX {
            bail!(
                "a handle is {} bytes long, at most {HANDLE_BYTES_MAX} are possible",
                bytes.len()
            );
        }
        Ok(self.host.insert(HostHandle { resource, bytes: bytes.into(), lent })?.0)
    }

    /// The bytes of a handle that the guest keeps.
    pub fn peek(&self, rep: u32) -> Result<&[u8]> {
        match self.host.at(rep) {
            Some(handle) => Ok(&handle.bytes),
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

    /// A number for a call whose arguments may have handles.
    pub fn begin_call(&mut self) -> u64 {
        self.calls_made += 1;
        let call = self.calls_made;
        self.calls.push(CallHandles { call, claims: Vec::new(), lowered: 0 });
        call
    }

    /// Keeps the next handle among the arguments of a call that has begun.
    pub fn claim(&mut self, call: u64, claim: Claim) {
        let known = self.calls.iter_mut().find(|known| known.call == call);
        known.expect("the call has begun").claims.push(claim);
    }

    /// Finds a handle that the C side gives or lends. Errors: it is too long; `HandlesFull`.
    pub fn find_host(&mut self, resource: u32, bytes: &[u8], is_own: bool) -> Result<Claim> {
        let rep = self.insert_host(resource, bytes, !is_own)?;
        Ok(if is_own { Claim::Given(rep) } else { Claim::Lent(rep) })
    }

    /// Finds one of a resource of the guest's. `ty` where it is known. Errors: it is not there, of
    /// another type, or in use.
    pub fn find_guest(
        &mut self,
        ty: Option<ResourceType>,
        bytes: &[u8],
        is_own: bool,
    ) -> Result<Claim> {
        let slot = self.slot_of(bytes)?;
        let handle = self.claimed(slot);
        if ty.is_some_and(|ty| ty != handle.resource.ty()) {
            bail!("a handle is one of another resource");
        }
        if is_own && handle.lends > 0 {
            bail!("a handle is given away while a call borrows it");
        }
        if is_own {
            handle.given = true;
            return Ok(Claim::GivenBack(slot));
        }
        handle.lends += 1;
        Ok(Claim::LentBack(slot))
    }

    /// The handle that follows the last one which the guest has got for this call.
    pub fn take_claimed(&mut self, call: u64) -> Result<Claimed> {
        let known = self.calls.iter_mut().find(|known| known.call == call);
        let next = known.and_then(|known| {
            known.lowered += 1;
            known.claims.get(known.lowered - 1).copied()
        });
        match next {
            Some(Claim::Given(rep) | Claim::Lent(rep)) => Ok(Claimed::Host(rep)),
            Some(Claim::LentBack(slot)) => Ok(Claimed::Guest(self.claimed(slot).resource)),
            Some(Claim::GivenBack(slot)) => {
                let resource = self.claimed(slot).resource;
                self.guest.remove(slot);
                Ok(Claimed::Guest(resource))
            }
            None => bail!("arguments have a handle that was not among them before"),
        }
    }

    fn claimed(&mut self, slot: u32) -> &mut GuestHandle {
        self.guest.at_mut(slot).expect("a handle stays as long as a call claims it")
    }

    /// What was lent to the call is so no longer; what the guest did not get stays the C side's.
    pub fn end_call(&mut self, call: u64) {
        let Some(at) = self.calls.iter().position(|known| known.call == call) else { return };
        let CallHandles { claims, lowered, .. } = self.calls.swap_remove(at);
        for (index, claim) in claims.into_iter().enumerate() {
            match claim {
                Claim::Given(_) | Claim::GivenBack(_) if index < lowered => {}
                Claim::Given(rep) | Claim::Lent(rep) => drop(self.host.remove(rep)),
                Claim::GivenBack(slot) => self.claimed(slot).given = false,
                Claim::LentBack(slot) => self.claimed(slot).lends -= 1,
            }
        }
    }

    /// Keeps a resource of the guest for the C side and returns what that calls it.
    pub fn export(&mut self, resource: ResourceAny) -> Result<[u8; GUEST_HANDLE_BYTES]> {
        let handle = GuestHandle { resource, lends: 0, given: false };
        let (slot, generation) = self.guest.insert(handle)?;
        let mut bytes = [0; GUEST_HANDLE_BYTES];
        bytes[..8].copy_from_slice(&self.store.to_le_bytes());
        bytes[8..12].copy_from_slice(&slot.to_le_bytes());
        bytes[12..].copy_from_slice(&generation.to_le_bytes());
        Ok(bytes)
    }

    /// Where the resource is behind bytes that `export` made for this store.
    fn slot_of(&self, bytes: &[u8]) -> Result<u32> {
        let find = || {
            let bytes: &[u8; GUEST_HANDLE_BYTES] = bytes.try_into().ok()?;
            let (store, rest) = bytes.split_first_chunk()?;
            let (slot, generation) = rest.split_first_chunk()?;
            let slot = u32::from_le_bytes(*slot);
            let generation = u32::from_le_bytes(generation.try_into().ok()?);
            let known = u64::from_le_bytes(*store) == self.store
                && self.guest.generation(slot) == Some(generation)
                && !self.guest.at(slot)?.given;
            known.then_some(slot)
        };
        match find() {
            Some(slot) => Ok(slot),
            None => bail!("a handle belongs to another instance or was given back already"),
        }
    }

    /// The resource behind such bytes, which are no longer valid.
    pub fn take_exported(&mut self, bytes: &[u8]) -> Result<ResourceAny> {
        let slot = self.slot_of(bytes)?;
        match self.guest.at(slot) {
            Some(handle) if handle.lends == 0 => {
                let resource = handle.resource;
                self.guest.remove(slot);
                Ok(resource)
            }
            _ => bail!("a handle is given away while a call borrows it"),
        }
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
            return Err(Error::new(HandlesFull(self.limit)));
        }
        self.slots.push(Slot { generation: 0, value: Some(value) });
        Ok((self.slots.len() as u32 - 1, 0))
    }

    fn at(&self, index: u32) -> Option<&T> {
        self.slots.get(index as usize)?.value.as_ref()
    }

    fn at_mut(&mut self, index: u32) -> Option<&mut T> {
        self.slots.get_mut(index as usize)?.value.as_mut()
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
