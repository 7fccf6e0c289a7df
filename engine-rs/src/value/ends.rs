//! What the C side has of something that a guest gets: it feeds what the guest reads, and stands for what the guest
//! writes.

use super::from_host::End;
use super::handed_stream::WeStream;
use super::pipe::new_output;
use crate::abi::{WeBuf, WeHeader, take};
use crate::body::{BodyReader, End as FeedEnd, FEED_GONE, Failure, Feeder, WeBodyVtable};
use crate::checks::{give, options};
use crate::error::{Fault, Status, report};
use crate::fields;
use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

/// `we_body`: what the C side has of something that a guest gets.
pub enum WeBody {
    Feed(Feeder),
    /// Until it is given.
    Output(Mutex<Option<End>>),
}

impl WeBody {
    /// The guest's end; there is one. Errors: State.
    pub fn take_end(&self) -> Result<End, Fault> {
        let end = match self {
            WeBody::Feed(feed) => feed.take_reader().map(End::Read),
            WeBody::Output(end) => end.lock().unwrap_or_else(PoisonError::into_inner).take(),
        };
        end.ok_or_else(|| Fault::new(Status::State, "the body was given to a guest already"))
    }

    /// The guest's end, to read. Errors: State, Invalid.
    pub fn take_reader(&self) -> Result<BodyReader, Fault> {
        match self.take_end()? {
            End::Read(reader) => Ok(reader),
            _ => Err(Fault::new(Status::Invalid, "the body is for a guest to write")),
        }
    }

    /// # Safety
    /// `body` is null or a live handle.
    unsafe fn feeder<'a>(body: *mut WeBody) -> Option<&'a Feeder> {
        match unsafe { body.as_ref() }? {
            WeBody::Feed(feeder) => Some(feeder),
            WeBody::Output(_) => None,
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_body_new(
    vtable: *const WeBodyVtable,
    context: *mut c_void,
    out: *mut *mut WeBody,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { options(vtable) }.and_then(|vtable| unsafe {
        give(WeBody::Feed(Feeder::new(*vtable, context)), out, "out")
    });
    unsafe { report(result, error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_output_new(
    written: *mut *mut WeStream,
    out: *mut *mut WeBody,
    error: *mut *mut Fault,
) -> i32 {
    let (end, reader) = new_output();
    let stream = WeStream::of_pipe(reader);
    let end = WeBody::Output(Mutex::new(Some(End::Write(end))));
    let result = if written.is_null() {
        Err(Fault::new(Status::Invalid, "'written' is null"))
    } else {
        unsafe { give(end, out, "out").and_then(|()| give(stream, written, "written")) }
    };
    unsafe { report(result, error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_output_of(stream: *mut WeStream) -> *mut WeBody {
    if !unsafe { stream.as_ref() }.is_some_and(WeStream::is_output) {
        return std::ptr::null_mut();
    }
    let output = unsafe { Box::from_raw(stream) }.into_output();
    let end = output.map(End::Pass);
    Box::into_raw(Box::new(WeBody::Output(Mutex::new(end))))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_body_feed(body: *mut WeBody, chunk: WeBuf) -> i32 {
    match unsafe { WeBody::feeder(body) } {
        Some(body) => body.feed(chunk.into()),
        None => FEED_GONE,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_body_finish(
    body: *mut WeBody,
    trailers: *const WeHeader,
    count: usize,
) -> i32 {
    let result = unsafe { fields::copy(trailers, count) }.map(|trailers| {
        let trailers = (count > 0).then_some(trailers);
        if let Some(body) = unsafe { WeBody::feeder(body) } {
            body.end(FeedEnd::Complete, trailers);
        }
    });
    unsafe { report(result, std::ptr::null_mut()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_body_fail(body: *mut WeBody, reason: i32) {
    let failure = match reason {
        0 => Failure::Terminated,
        1 => Failure::TooLarge,
        2 => Failure::Timeout,
        _ => Failure::Internal,
    };
    if let Some(body) = unsafe { WeBody::feeder(body) } {
        body.end(FeedEnd::Failed(failure), None);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_body_free(body: *mut WeBody) {
    unsafe { take(body) }
}
