//! What stands for a resource of the C side while a guest has it, one table per store. The C side knows
//! it as a few bytes that only it understands; the guest sees a number.

use crate::error::HandlesFull;
use wasmtime::{Error, Result, bail};

/// The size of one handle of the C side.
pub const HANDLE_BYTES_MAX: usize = 256;

/// A handle of the C side that a guest holds.
pub struct HostHandle {
    /// Index of its type in the component's description.
    pub resource: u32,
    pub bytes: Box<[u8]>,
    /// Not owned by the guest, but lent to it for one call.
    lent: bool,
}

/// A handle among the arguments of a call, which was kept before the guest is entered.
#[derive(Clone, Copy)]
struct Claim {
    rep: u32,
    is_own: bool,
}

/// The handles of one call, in their order.
struct CallHandles {
    call: u64,
    claims: Vec<Claim>,
    /// How many of them the guest has.
    lowered: usize,
}

pub struct Handles {
    slots: Vec<Option<HostHandle>>,
    free: Vec<u32>,
    limit: usize,
    calls: Vec<CallHandles>,
    calls_made: u64,
}

impl Handles {
    pub fn new(limit: usize) -> Self {
        let (slots, free, calls) = (Vec::new(), Vec::new(), Vec::new());
        Handles { slots, free, limit, calls, calls_made: 0 }
    }

    /// Gives a handle to the guest; the result is how the guest's table knows it.
    pub fn give(&mut self, resource: u32, bytes: &[u8]) -> Result<u32> {
        self.insert(resource, bytes, false)
    }

    fn insert(&mut self, resource: u32, bytes: &[u8], lent: bool) -> Result<u32> {
        if bytes.len() > HANDLE_BYTES_MAX {
            bail!(
                "a handle is {} bytes long, at most {HANDLE_BYTES_MAX} are possible",
                bytes.len()
            );
        }
        let handle = Some(HostHandle { resource, bytes: bytes.into(), lent });
        if let Some(rep) = self.free.pop() {
            self.slots[rep as usize] = handle;
            return Ok(rep);
        }
        if self.slots.len() >= self.limit {
            return Err(Error::new(HandlesFull(self.limit)));
        }
        self.slots.push(handle);
        Ok(self.slots.len() as u32 - 1)
    }

    fn at(&self, rep: u32) -> Option<&HostHandle> {
        self.slots.get(rep as usize)?.as_ref()
    }

    fn remove(&mut self, rep: u32) -> Option<HostHandle> {
        let handle = self.slots.get_mut(rep as usize)?.take()?;
        self.free.push(rep);
        Some(handle)
    }

    /// The bytes of a handle that the guest keeps.
    pub fn peek(&self, rep: u32) -> Result<&[u8]> {
        match self.at(rep) {
            Some(handle) => Ok(&handle.bytes),
            None => bail!("the guest used a handle that it does not have"),
        }
    }

    /// Takes a handle back from the guest. None: it was only lent, or is not there.
    pub fn take_back(&mut self, rep: u32) -> Option<HostHandle> {
        if self.at(rep)?.lent {
            return None;
        }
        self.remove(rep)
    }

    /// A number for a call whose arguments may have handles.
    pub fn begin_call(&mut self) -> u64 {
        self.calls_made += 1;
        let call = self.calls_made;
        self.calls.push(CallHandles { call, claims: Vec::new(), lowered: 0 });
        call
    }

    /// Keeps the next handle among the arguments of a call that has begun. Errors: it is too long;
    /// `HandlesFull`.
    pub fn claim(&mut self, call: u64, resource: u32, bytes: &[u8], is_own: bool) -> Result<()> {
        let rep = self.insert(resource, bytes, !is_own)?;
        let known = self.calls.iter_mut().find(|known| known.call == call);
        known.expect("the call has begun").claims.push(Claim { rep, is_own });
        Ok(())
    }

    /// The handle that follows the last one which the guest has got for this call.
    pub fn take_claimed(&mut self, call: u64) -> Result<u32> {
        let known = self.calls.iter_mut().find(|known| known.call == call);
        let next = known.and_then(|known| {
            known.lowered += 1;
            known.claims.get(known.lowered - 1)
        });
        match next {
            Some(claim) => Ok(claim.rep),
            None => bail!("arguments have a handle that was not among them before"),
        }
    }

    /// What was lent to the call is so no longer; what the guest did not get stays the C side's.
    pub fn end_call(&mut self, call: u64) {
        let Some(at) = self.calls.iter().position(|known| known.call == call) else { return };
        let CallHandles { claims, lowered, .. } = self.calls.swap_remove(at);
        for (index, claim) in claims.into_iter().enumerate() {
            if !claim.is_own || index >= lowered {
                self.remove(claim.rep);
            }
        }
    }

    /// Every handle that the guest still owns; the table forgets them.
    pub fn drain(&mut self) -> impl Iterator<Item = HostHandle> {
        std::mem::take(&mut self.slots).into_iter().flatten().filter(|handle| !handle.lent)
    }
}
