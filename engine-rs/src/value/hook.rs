//! How a call of an import reaches the C side and how its answer comes back: inline, or later through a
//! token that any thread completes.

use super::asked::{Asked, ENDS_MAX, Undelivered};
use super::ends::WeBody;
use super::from_host::Value;
use super::handed::Handed;
use super::handed_stream::WeStream;
use super::import_call::{Asking, HostAnswer, ImportCall, Phase, Watch};
use super::state::State;
use crate::abi::{Context, WeBuf, WeStr};
use crate::error::{Fault, Status, TrapKind};
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::task::Waker;

/// Asks the C side. Its callback runs here. Errors: HostData, Internal.
pub fn ask(state: &State, function: u32, handed: Handed) -> std::result::Result<Asked, Fault> {
    let imports = state.imports;
    let Some(call) = imports.call else {
        let message = "the guest calls an import, and its call was started without any";
        return Err(Fault::new(Status::Internal, message));
    };
    let room = state.room_for(handed.size())?;
    let facts = state.import_facts.as_ref().filter(|facts| {
        facts.get(function as usize).is_some_and(|facts| facts.with_handles.is_some())
    });
    let undelivered = facts.cloned().map(|facts| Undelivered { imports, facts, function });
    let (arguments, streams) = handed.arrive();
    let asking = Asking::new(imports.context, streams, |reply| {
        call(imports.context.0, state.call, function, arguments, reply);
    });
    Ok(Asked { asking, undelivered, _room: room })
}

fn refusal_of(kind: i32, message: WeStr) -> Fault {
    const INTERNAL: i32 = 1;
    let (status, trap) = if kind == INTERNAL {
        (Status::Internal, TrapKind::None)
    } else {
        (Status::Trap, TrapKind::Host)
    };
    // SAFETY: both callers are C functions that promise a valid `we_str`.
    let message = String::from_utf8_lossy(unsafe { message.bytes() });
    Fault { trap, ..Fault::new(status, message) }
}

const TAKEN: i32 = 0;
const GONE: i32 = 1;

/// # Safety
/// `reply` is null, or its callback is running.
unsafe fn answer(reply: *const ImportCall, answer: HostAnswer) {
    if let Some(call) = unsafe { reply.as_ref() } {
        call.lock().answer_in(Phase::Asked, answer);
    }
}

/// # Safety
/// `token` is null or came from `we_reply_defer` and is not used again.
unsafe fn finish(token: *const ImportCall, answer: HostAnswer) -> i32 {
    if token.is_null() {
        return GONE;
    }
    // SAFETY: `we_reply_defer` made this share.
    let call = unsafe { Arc::from_raw(token) };
    let (taken, waker) = {
        let mut state = call.lock();
        (state.answer_in(Phase::Deferred, answer), state.take_waker())
    };
    waker.into_iter().for_each(Waker::wake);
    if taken { TAKEN } else { GONE }
}

const NO_PLACE: u32 = u32::MAX;

/// Appends the guest's end of `body`; the result is its place.
///
/// # Safety
/// `body` is null or a live handle.
unsafe fn attach(value: &mut Value, body: *const WeBody) -> u32 {
    // Nothing is taken that would be dropped here: that tells the C side, and a lock may be held.
    let ends = value.ends();
    if ends.len() >= ENDS_MAX {
        return NO_PLACE;
    }
    match unsafe { body.as_ref() }.map(WeBody::take_end) {
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

/// # Safety
/// `call` is null or a live handle.
unsafe fn attach_in(call: *const ImportCall, phases: &[Phase], body: *const WeBody) -> u32 {
    let Some(call) = (unsafe { call.as_ref() }) else { return NO_PLACE };
    let mut state = call.lock();
    if phases.contains(&state.phase) { unsafe { attach(&mut state.value, body) } } else { NO_PLACE }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_answer(reply: *const ImportCall, value: WeBuf) {
    unsafe { answer(reply, Ok(value)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_refuse(reply: *const ImportCall, kind: i32, message: WeStr) {
    unsafe { answer(reply, Err(refusal_of(kind, message))) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_defer(reply: *const ImportCall) -> *const ImportCall {
    let Some(call) = (unsafe { reply.as_ref() }) else { return null() };
    let mut state = call.lock();
    if state.phase != Phase::Asked {
        return null();
    }
    state.phase = Phase::Deferred;
    // SAFETY: replies lie in an `Arc`; `finish` gives this share back.
    unsafe { Arc::increment_strong_count(reply) };
    reply
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_take_stream(
    reply: *const ImportCall,
    place: u32,
) -> *mut WeStream {
    let stream = unsafe { reply.as_ref() }
        .and_then(|call| call.lock().streams.get_mut(place as usize)?.take());
    stream.map_or(null_mut(), |stream| Box::into_raw(Box::new(stream)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_attach(reply: *const ImportCall, body: *const WeBody) -> u32 {
    unsafe { attach_in(reply, &[Phase::Asked], body) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_attach(token: *const ImportCall, body: *const WeBody) -> u32 {
    unsafe { attach_in(token, &[Phase::Deferred, Phase::Abandoned], body) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_context(token: *const ImportCall) -> *mut c_void {
    let call = unsafe { token.as_ref() }.filter(|call| call.lock().phase != Phase::Abandoned);
    call.map_or(null_mut(), |call| call.context.0)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_watch(
    token: *const ImportCall,
    over: extern "C" fn(*mut c_void, i32),
    data: *mut c_void,
) -> i32 {
    let Some(call) = (unsafe { token.as_ref() }) else { return GONE };
    let replaced = {
        let mut state = call.lock();
        if state.phase == Phase::Abandoned {
            return GONE;
        }
        state.watch.replace(Watch { over, data: Context(data) })
    };
    if let Some(watch) = replaced {
        watch.tell(false);
    }
    TAKEN
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_complete(token: *const ImportCall, value: WeBuf) -> i32 {
    unsafe { finish(token, Ok(value)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_fail(
    token: *const ImportCall,
    kind: i32,
    message: WeStr,
) -> i32 {
    unsafe { finish(token, Err(refusal_of(kind, message))) }
}
