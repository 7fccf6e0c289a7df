//! How a call of an import reaches the C side and how its answer comes back: inline, or later through a
//! token that any thread completes.

use super::State;
use super::import_call::{Asking, ImportCall};
use super::lift::Handed;
use super::streams::WeStream;
use super::value::Value;
use crate::abi::{Context, WeBuf, WeStr};
use crate::body::WeBody;
use crate::error::{Fault, Status, TrapKind};
use std::ffi::c_void;
use std::fmt;
use std::ptr::{NonNull, null_mut};

/// `we_imports`: who answers the imports of one store.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeImports {
    pub call: Option<extern "C" fn(*mut c_void, u32, WeBuf, *mut ImportCall)>,
    pub drop_resource: Option<extern "C" fn(*mut c_void, u32, WeStr)>,
    pub context: Context,
}
const _: () = assert!(size_of::<WeImports>() == 24);

/// The C side did not answer an import: ends the guest.
#[derive(Debug)]
pub struct Refusal {
    status: Status,
    message: String,
}

impl Refusal {
    const INTERNAL: i32 = 1;

    fn of(kind: i32, message: WeStr) -> Self {
        let status = if kind == Self::INTERNAL { Status::Internal } else { Status::Trap };
        // SAFETY: both callers are C functions that promise a valid `we_str`.
        let message = String::from_utf8_lossy(unsafe { message.bytes() }).into_owned();
        Refusal { status, message }
    }

    pub fn by_engine(message: &str) -> Self {
        Refusal { status: Status::Internal, message: message.to_owned() }
    }

    pub fn fault(&self) -> Fault {
        let trap = if self.status == Status::Trap { TrapKind::Host } else { TrapKind::None };
        Fault { trap, ..Fault::new(self.status, &self.message) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

/// Asks the C side. Its callback runs here.
pub fn ask(state: &mut State, function: u32, handed: Handed) -> Asking {
    let imports = state.imports;
    Asking::new(&mut state.spares, imports.context, handed.streams, |reply| match imports.call {
        Some(call) => call(imports.context.0, function, handed.bytes.into_buf(), reply.as_ptr()),
        None => {
            let message = "the guest calls an import, and its call was started without any";
            unsafe { answer(reply.as_ptr(), Err(Refusal::by_engine(message))) };
        }
    })
}

const TAKEN: i32 = 0;
const GONE: i32 = 1;

type Answer = std::result::Result<WeBuf, Refusal>;

/// # Safety
/// Whoever calls it answers `call`, and has not done so.
unsafe fn put(call: &ImportCall, answer: Answer) {
    match answer {
        Ok(bytes) => unsafe { call.value() }.bytes = bytes,
        Err(refusal) => unsafe { call.refuse(refusal) },
    }
}

/// # Safety
/// `reply` is null, or its callback is running.
unsafe fn answer(reply: *const ImportCall, answer: Answer) {
    let Some(call) = unsafe { reply.as_ref() }.filter(|call| call.is_asked()) else { return };
    unsafe { put(call, answer) };
    call.end_question(true);
}

/// # Safety
/// `token` is null or came from `we_reply_defer` and is not used again.
unsafe fn finish(token: *mut ImportCall, answer: Answer) -> i32 {
    let Some(token) = NonNull::new(token) else { return GONE };
    unsafe { put(token.as_ref(), answer) };
    if unsafe { ImportCall::finish(token) } { TAKEN } else { GONE }
}

/// How many ends one answer may bring.
const ENDS_MAX: usize = 128;
const NO_PLACE: u32 = u32::MAX;

/// Appends the reading end of `body`; the result is its place.
///
/// # Safety
/// `body` is null or a live handle.
unsafe fn attach(value: &mut Value, body: *const WeBody) -> u32 {
    // Nothing is taken that would be dropped here: that tells the C side, and a lock may be held.
    let ends = value.ends();
    if ends.len() >= ENDS_MAX {
        return NO_PLACE;
    }
    match unsafe { body.as_ref() }.map(WeBody::take_reader) {
        Some(Ok(end)) => {
            ends.push(Some(end));
            ends.len() as u32 - 1
        }
        _ => NO_PLACE,
    }
}

/// Values and the ends that they name.
///
/// # Safety
/// `bodies` are `count` pointers, each null or a live handle.
pub unsafe fn with_ends(
    bytes: WeBuf,
    bodies: *const *const WeBody,
    count: usize,
) -> std::result::Result<Value, Fault> {
    let mut value = Value::from(bytes);
    for at in 0..count {
        if unsafe { attach(&mut value, *bodies.add(at)) } == NO_PLACE {
            let message = "an end is null, was given before, or is the 129th of the arguments";
            return Err(Fault::new(Status::Invalid, message));
        }
    }
    Ok(value)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_answer(reply: *mut ImportCall, value: WeBuf) {
    unsafe { answer(reply, Ok(value)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_refuse(reply: *mut ImportCall, kind: i32, message: WeStr) {
    unsafe { answer(reply, Err(Refusal::of(kind, message))) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_defer(reply: *mut ImportCall) -> *mut ImportCall {
    match unsafe { reply.as_ref() } {
        Some(call) if call.is_asked() => {
            call.end_question(false);
            reply
        }
        _ => null_mut(),
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_take_stream(reply: *mut ImportCall, place: u32) -> *mut WeStream {
    let stream = unsafe { reply.as_ref().and_then(|call| call.take_stream(place as usize)) };
    stream.map_or(null_mut(), |stream| Box::into_raw(Box::new(stream)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_attach(reply: *mut ImportCall, body: *const WeBody) -> u32 {
    match unsafe { reply.as_ref() } {
        Some(call) if call.is_asked() => unsafe { attach(call.value(), body) },
        _ => NO_PLACE,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_attach(token: *mut ImportCall, body: *const WeBody) -> u32 {
    match unsafe { token.as_ref() } {
        Some(call) => unsafe { attach(call.value(), body) },
        None => NO_PLACE,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_context(token: *const ImportCall) -> *mut c_void {
    let call = unsafe { token.as_ref() }.filter(|call| call.is_wanted());
    call.map_or(null_mut(), |call| call.context().0)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_complete(token: *mut ImportCall, value: WeBuf) -> i32 {
    unsafe { finish(token, Ok(value)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_fail(token: *mut ImportCall, kind: i32, message: WeStr) -> i32 {
    unsafe { finish(token, Err(Refusal::of(kind, message))) }
}
