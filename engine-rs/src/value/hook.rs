//! How a call of an import reaches the C side and how its answer comes back: inline, or later through a
//! token that any thread completes.

use super::lift::Handed;
use super::streams::WeStream;
use super::token::{Answer, WeImport, polled_again};
use super::value::Value;
use crate::abi::{Context, WeBuf, WeStr};
use crate::body::{BodyReader, WeBody};
use crate::error::{Fault, Status, TrapKind};
use std::ffi::c_void;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, Waker, ready};
use wasmtime::{Error, Result};

/// `we_imports`: who answers the imports of one store.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeImports {
    pub call: Option<extern "C" fn(*mut c_void, u32, WeBuf, *mut WeReply)>,
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
        let message = String::from_utf8_lossy(unsafe { message.octets() }).into_owned();
        Refusal { status, message }
    }

    fn by_engine(message: &str) -> Self {
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

/// `we_reply`: the answer of one call, or who will give it, and the streams and futures of both sides.
pub struct WeReply {
    progress: Progress,
    /// Of the arguments: the C side takes what it wants while its callback runs.
    streams: Vec<Option<WeStream>>,
    /// Of the answer.
    ends: Vec<BodyReader>,
}

enum Progress {
    Open,
    Answered(Answer),
    Deferred(Waiting),
}

/// The guest's end of a token, until the answer was taken.
struct Waiting(Option<Arc<WeImport>>);

impl Waiting {
    fn poll(&mut self, waker: &Waker) -> Poll<Result<Value>> {
        let Some(token) = &self.0 else { return Poll::Ready(Err(polled_again())) };
        let answer = ready!(token.poll(waker));
        self.0 = None;
        Poll::Ready(answer)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(token) = &self.0 {
            token.abandon();
        }
    }
}

impl WeReply {
    pub fn new(streams: Vec<WeStream>) -> Self {
        let streams =
            if streams.is_empty() { Vec::new() } else { streams.into_iter().map(Some).collect() };
        WeReply { progress: Progress::Open, streams, ends: Vec::new() }
    }

    /// Asks the C side. Its callback runs here.
    pub fn ask(imports: &WeImports, function: u32, handed: Handed) -> Self {
        let mut reply = WeReply::new(handed.streams);
        let Some(call) = imports.call else {
            return reply.failed("the guest calls an import, and its call was started without any");
        };
        call(imports.context.0, function, handed.octets.into_buf(), &mut reply);
        // Nobody reads those that were not taken.
        reply.streams = Vec::new();
        if let Progress::Open = reply.progress {
            return reply.failed("the host neither answered the import nor said that it would");
        }
        reply
    }

    fn failed(mut self, message: &str) -> Self {
        self.progress = Progress::Answered(Err(Refusal::by_engine(message)));
        self
    }

    fn give(&mut self, progress: Progress) {
        if let Progress::Open = self.progress {
            self.progress = progress;
        }
    }

    fn defer(&mut self) -> Option<Arc<WeImport>> {
        let Progress::Open = self.progress else { return None };
        let token = Arc::new(WeImport::default());
        self.progress = Progress::Deferred(Waiting(Some(token.clone())));
        Some(token)
    }
}

impl Future for WeReply {
    type Output = Result<Value>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<Result<Value>> {
        if let Progress::Deferred(waiting) = &mut self.progress {
            return waiting.poll(cx.waker());
        }
        let ends = std::mem::take(&mut self.ends);
        Poll::Ready(match std::mem::replace(&mut self.progress, Progress::Open) {
            Progress::Answered(answer) => {
                answer.map(|octets| Value::new(octets, ends)).map_err(Error::new)
            }
            _ => Err(polled_again()),
        })
    }
}

const TAKEN: i32 = 0;
const GONE: i32 = 1;

/// # Safety
/// `token` is null or came from `we_import_defer` and is not used again.
unsafe fn finish(token: *const WeImport, answer: Answer) -> i32 {
    if token.is_null() {
        return GONE;
    }
    if unsafe { Arc::from_raw(token) }.finish(answer) { TAKEN } else { GONE }
}

/// How many ends one answer may bring.
const ENDS_MAX: usize = 128;
const NO_PLACE: u32 = u32::MAX;

/// Appends the reading end of `body`; the result is its place.
///
/// # Safety
/// `body` is null or a live handle.
unsafe fn attach(ends: &mut Vec<BodyReader>, body: *const WeBody) -> u32 {
    // Nothing is taken that would be dropped here: that tells the C side, and a lock may be held.
    if ends.len() >= ENDS_MAX {
        return NO_PLACE;
    }
    match unsafe { body.as_ref() }.map(WeBody::take_reader) {
        Some(Ok(end)) => {
            ends.push(end);
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
    octets: WeBuf,
    bodies: *const *const WeBody,
    count: usize,
) -> std::result::Result<Value, Fault> {
    let mut ends = Vec::new();
    for at in 0..count {
        if unsafe { attach(&mut ends, *bodies.add(at)) } == NO_PLACE {
            let message = "an end is null, was given before, or is the 129th of the arguments";
            return Err(Fault::new(Status::Invalid, message));
        }
    }
    Ok(Value::new(octets, ends))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_answer(reply: *mut WeReply, value: WeBuf) {
    if let Some(reply) = unsafe { reply.as_mut() } {
        reply.give(Progress::Answered(Ok(value)));
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_refuse(reply: *mut WeReply, kind: i32, message: WeStr) {
    if let Some(reply) = unsafe { reply.as_mut() } {
        reply.give(Progress::Answered(Err(Refusal::of(kind, message))));
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_defer(reply: *mut WeReply) -> *const WeImport {
    let token = unsafe { reply.as_mut() }.and_then(WeReply::defer);
    token.map_or(std::ptr::null(), Arc::into_raw)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_take_stream(reply: *mut WeReply, place: u32) -> *mut WeStream {
    let reply = unsafe { reply.as_mut() };
    let stream = reply.and_then(|reply| reply.streams.get_mut(place as usize)?.take());
    stream.map_or(std::ptr::null_mut(), |stream| Box::into_raw(Box::new(stream)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_reply_attach(reply: *mut WeReply, body: *const WeBody) -> u32 {
    match unsafe { reply.as_mut() } {
        Some(reply) => unsafe { attach(&mut reply.ends, body) },
        None => NO_PLACE,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_attach(token: *const WeImport, body: *const WeBody) -> u32 {
    match unsafe { token.as_ref() } {
        Some(token) => unsafe { attach(token.ends(), body) },
        None => NO_PLACE,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_complete(token: *const WeImport, value: WeBuf) -> i32 {
    unsafe { finish(token, Ok(value)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_import_fail(token: *const WeImport, kind: i32, message: WeStr) -> i32 {
    unsafe { finish(token, Err(Refusal::of(kind, message))) }
}
