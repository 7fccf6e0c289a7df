//! Failures as values: a status, a sentence, and for traps how and where.

use crate::abi::{WeStr, take};
use std::fmt::{self, Write};
use wasmtime::component::ResourceTableError;
use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi_http::FieldMapError;

/// `we_status`; the header says what each one means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    Ok = 0,
    Invalid = 1,
    State = 2,
    Engine = 3,
    NotWasm = 4,
    Compile = 6,
    Link = 7,
    NoHandler = 8,
    BadRequest = 9,
    PoolFull = 10,
    Trap = 11,
    Cpu = 12,
    Memory = 13,
    NoResponse = 14,
    GuestError = 15,
    BodyIncomplete = 16,
    Internal = 17,
    InstanceLost = 18,
    Handles = 19,
    Fields = 20,
    HostData = 21,
    Random = 22,
    Parts = 23,
    NoCommand = 24,
    WasiContext = 25,
    TooManyFunctions = 30,
    Artifact = 31,
}

/// `we_trap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum TrapKind {
    None = 0,
    Unreachable = 1,
    OutOfBounds = 2,
    StackOverflow = 3,
    Interrupt = 4,
    Arithmetic = 5,
    IndirectCall = 6,
    Exit = 7,
    Host = 8,
    Other = 9,
}

/// A failure on its way out; `we_error` in the header.
#[derive(Clone, Debug)]
pub struct Fault {
    pub status: Status,
    pub trap: TrapKind,
    pub message: String,
    pub backtrace: String,
}

const BACKTRACE_BYTES_MAX: usize = 8 * 1024;
/// Of a message in which a guest may have a say.
const MESSAGE_BYTES_MAX: usize = 8 * 1024;

/// What a guest says of an error of its own.
pub fn text_of_guest(error: &impl fmt::Debug) -> String {
    bounded(1024, format_args!("{error:?}"))
}

impl Fault {
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        let message = message.into();
        Fault { status, trap: TrapKind::None, message, backtrace: String::new() }
    }

    /// A failure of Wasmtime outside of guest code: the whole chain of causes in one sentence.
    pub fn of(status: Status, error: &wasmtime::Error) -> Self {
        Fault::new(status, bounded(MESSAGE_BYTES_MAX, format_args!("{error:#}")))
    }

    /// The guest used up its running time.
    pub fn cpu() -> Self {
        let message = "the guest used up its running time".to_owned();
        Fault { trap: TrapKind::Interrupt, ..Fault::new(Status::Cpu, message) }
    }

    /// A failure that ended a guest. `growth_refused`: its store refused memory or table growth
    /// before, so that whatever the guest did next was the end of memory to it.
    pub fn of_guest(error: &wasmtime::Error, growth_refused: bool) -> Self {
        if error.is::<PoolConcurrencyLimitError>() {
            return Fault::of(Status::PoolFull, error);
        }
        if let Some(fault) = error.downcast_ref::<Fault>() {
            return fault.clone();
        }
        let (trap, message) = trap_of(error);
        let status = match trap {
            TrapKind::Interrupt => Status::Cpu,
            _ if growth_refused => Status::Memory,
            TrapKind::Host => limit_of(error).unwrap_or(Status::Trap),
            _ => Status::Trap,
        };
        Fault { status, trap, message, backtrace: backtrace_of(error) }
    }
}

/// A host function of ours that ends a guest says so by a fault.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

/// There are as many handles as may be.
#[derive(Debug)]
pub struct HandlesFull(pub usize);

impl fmt::Display for HandlesFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} handles are open at the same time", self.0)
    }
}

impl std::error::Error for HandlesFull {}

/// Which limit a host function refused to go beyond. Some of Wasmtime's errors have no public type and
/// are told by their text; `tests/limits.rs` fills each limit and so notices when a text changes.
fn limit_of(error: &wasmtime::Error) -> Option<Status> {
    let is_full = matches!(error.downcast_ref(), Some(ResourceTableError::Full));
    if is_full || error.is::<HandlesFull>() {
        return Some(Status::Handles);
    }
    if let Some(FieldMapError::TooManyFields | FieldMapError::TotalSizeTooBig) =
        error.downcast_ref()
    {
        return Some(Status::Fields);
    }
    let text = error.root_cause().to_string();
    let told = [
        ("handle limit exceeded", Status::Handles),
        ("fuel allocated for hostcalls", Status::HostData),
        ("requested len", Status::Random),
        ("resource limit exceeded", Status::Parts),
    ];
    told.iter().find(|(part, _)| text.contains(part)).map(|(_, status)| *status)
}

/// What the other calls of an instance are told when one of them ended it.
pub fn instance_lost(fault: &Fault, calls: usize) -> Fault {
    let message = format!("the instance ended while it served {calls} calls: {}", fault.message);
    Fault { status: Status::InstanceLost, message, ..fault.clone() }
}

fn trap_of(error: &wasmtime::Error) -> (TrapKind, String) {
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return (TrapKind::Exit, format!("the guest called exit with code {}", exit.0));
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => {
            let text = trap.to_string();
            (kind_of(*trap), text.strip_prefix("wasm trap: ").unwrap_or(&text).to_owned())
        }
        None => (TrapKind::Host, error.root_cause().to_string()),
    }
}

fn kind_of(trap: Trap) -> TrapKind {
    match trap {
        Trap::UnreachableCodeReached => TrapKind::Unreachable,
        Trap::MemoryOutOfBounds | Trap::TableOutOfBounds | Trap::ArrayOutOfBounds => {
            TrapKind::OutOfBounds
        }
        Trap::StackOverflow => TrapKind::StackOverflow,
        Trap::Interrupt => TrapKind::Interrupt,
        Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger => {
            TrapKind::Arithmetic
        }
        Trap::IndirectCallToNull | Trap::BadSignature | Trap::NullReference => {
            TrapKind::IndirectCall
        }
        _ => TrapKind::Other,
    }
}

/// Text that refuses to grow beyond the limit.
struct Bounded {
    text: String,
    bytes_max: usize,
}

/// What fits of `what` in `bytes_max` bytes.
fn bounded(bytes_max: usize, what: fmt::Arguments<'_>) -> String {
    let mut bounded = Bounded { text: String::new(), bytes_max };
    // An error means that the limit is reached: what fits is kept.
    let _ = bounded.write_fmt(what);
    bounded.text
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes_max - self.text.len();
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        let cut = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        self.text.push_str(&text[..cut]);
        Err(fmt::Error)
    }
}

fn backtrace_of(error: &wasmtime::Error) -> String {
    match error.downcast_ref::<WasmBacktrace>() {
        Some(backtrace) => bounded(BACKTRACE_BYTES_MAX, format_args!("{backtrace}")),
        None => String::new(),
    }
}

/// Turns a result into a status and an owned error.
///
/// # Safety
/// `error` is null or writable.
pub unsafe fn report(result: Result<(), Fault>, error: *mut *mut Fault) -> i32 {
    match result {
        Ok(()) => Status::Ok as i32,
        Err(fault) => {
            let status = fault.status as i32;
            if !error.is_null() {
                unsafe { *error = Box::into_raw(Box::new(fault)) };
            }
            status
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_error_code(error: *const Fault) -> i32 {
    unsafe { error.as_ref() }.map_or(Status::Ok, |fault| fault.status) as i32
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_error_trap(error: *const Fault) -> i32 {
    unsafe { error.as_ref() }.map_or(TrapKind::None, |fault| fault.trap) as i32
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_error_message(error: *const Fault) -> WeStr {
    WeStr::of(unsafe { error.as_ref() }.map_or(b"", |fault| fault.message.as_bytes()))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_error_backtrace(error: *const Fault) -> WeStr {
    WeStr::of(unsafe { error.as_ref() }.map_or(b"", |fault| fault.backtrace.as_bytes()))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_error_free(error: *mut Fault) {
    unsafe { take(error) }
}
