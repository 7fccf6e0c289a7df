//! What a guest may see of the machine it runs on. An empty context shows nothing of it.

use crate::abi::{self, Context, WeHeader, WeStr, take};
use crate::checks::{give, options};
use crate::error::{Fault, Status, report};
use crate::network::{Network, WeAddressRange};
use crate::stdio::{Output, OutputCall, Stream};
use std::sync::{Arc, LazyLock};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeDirectory {
    pub host: WeStr,
    pub guest: WeStr,
    pub writable: i32,
    pub reserved: i32,
}
const _: () = assert!(size_of::<WeDirectory>() == 40);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeWasiContextConfig {
    pub size: usize,
    pub arguments: *const WeStr,
    pub argument_count: usize,
    pub environment: *const WeHeader,
    pub environment_count: usize,
    pub directories: *const WeDirectory,
    pub directory_count: usize,
    pub addresses: *const WeAddressRange,
    pub address_count: usize,
    pub network: i32,
    pub flags: u32,
}
const _: () = assert!(size_of::<WeWasiContextConfig>() == 80);
unsafe impl abi::Sized for WeWasiContextConfig {
    const NAME: &'static str = "we_wasi_context_config";
}

const STDIN: u32 = 1;
const STDOUT: u32 = 2;
const STDERR: u32 = 4;
const MAY_BLOCK: u32 = 8;
const EVERY_FLAG: u32 = STDIN | STDOUT | STDERR | MAY_BLOCK;

#[derive(Clone)]
struct Directory {
    host: String,
    guest: String,
    permissions: FsPerms,
}

/// A context that was checked.
#[derive(Default)]
pub struct WasiContext {
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    directories: Vec<Directory>,
    network: Network,
    flags: u32,
}

/// `we_wasi_context`.
pub struct WeWasiContext(Arc<WasiContext>);

/// A context that belongs to the caller, in an option struct.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct WasiContextPointer(pub *const WeWasiContext);
unsafe impl Send for WasiContextPointer {}
unsafe impl Sync for WasiContextPointer {}

static EMPTY: LazyLock<Arc<WasiContext>> = LazyLock::new(Arc::default);

impl WasiContextPointer {
    /// A share in the context, or in the empty one.
    ///
    /// # Safety
    /// The pointer is null or a live handle.
    pub unsafe fn share(self) -> Arc<WasiContext> {
        unsafe { self.0.as_ref() }.map_or_else(|| EMPTY.clone(), |context| context.0.clone())
    }
}

fn invalid(message: String) -> Fault {
    Fault::new(Status::Invalid, message)
}

/// Text as WASI can carry it, with what it is called in messages.
unsafe fn text(bytes: WeStr, what: &str) -> Result<String, Fault> {
    let bytes = unsafe { bytes.bytes() };
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text.to_owned()),
        _ => Err(invalid(format!("{what} '{}' is not text", bytes.escape_ascii()))),
    }
}

unsafe fn variable(pair: &WeHeader) -> Result<(String, String), Fault> {
    let name = unsafe { text(pair.name, "the environment variable") }?;
    if name.is_empty() || name.contains('=') {
        return Err(invalid(format!("'{name}' cannot be the name of an environment variable")));
    }
    let value = unsafe { text(pair.value, "the value of an environment variable") }?;
    Ok((name, value))
}

unsafe fn directory(raw: &WeDirectory) -> Result<Directory, Fault> {
    let host = unsafe { text(raw.host, "the directory") }?;
    let guest = unsafe { text(raw.guest, "the guest's name of a directory") }?;
    if guest.is_empty() {
        return Err(invalid(format!("the guest's name of the directory '{host}' is empty")));
    }
    let permissions = if raw.writable == 1 { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
    let directory = Directory { host, guest, permissions };
    directory.open_for(&mut WasiCtxBuilder::new())?;
    Ok(directory)
}

impl Directory {
    fn open_for(&self, wasi: &mut WasiCtxBuilder) -> Result<(), Fault> {
        let opened = wasi.preopened_dir(&self.host, &self.guest, self.permissions);
        opened.map(drop).map_err(|error| {
            let reason = error.root_cause();
            let message = format!("the directory '{}' cannot be opened: {reason}", self.host);
            Fault::new(Status::WasiContext, message)
        })
    }
}

/// # Safety
/// `first` points to `count` values, or `count` is 0.
unsafe fn list<'a, T>(first: *const T, count: usize) -> &'a [T] {
    if count == 0 { &[] } else { unsafe { std::slice::from_raw_parts(first, count) } }
}

impl WasiContext {
    /// # Safety
    /// The pointers of `raw` are as the header says.
    unsafe fn new(raw: &WeWasiContextConfig) -> Result<WasiContext, Fault> {
        if raw.flags & !EVERY_FLAG != 0 {
            return Err(invalid(format!("'flags' is {}, which means nothing", raw.flags)));
        }
        let arguments = unsafe { list(raw.arguments, raw.argument_count) };
        let environment = unsafe { list(raw.environment, raw.environment_count) };
        let directories = unsafe { list(raw.directories, raw.directory_count) };
        let addresses = unsafe { list(raw.addresses, raw.address_count) };
        Ok(WasiContext {
            arguments: arguments
                .iter()
                .map(|argument| unsafe { text(*argument, "the argument") })
                .collect::<Result<_, _>>()?,
            environment: environment
                .iter()
                .map(|pair| unsafe { variable(pair) })
                .collect::<Result<_, _>>()?,
            directories: directories
                .iter()
                .map(|one| unsafe { directory(one) })
                .collect::<Result<_, _>>()?,
            network: Network::new(raw.network, addresses)?,
            flags: raw.flags,
        })
    }

    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// The context of one store. `output` is told what the guest writes, unless the process's own streams
    /// take it. Errors: WasiContext (a directory that is gone).
    pub fn wasi(
        &self,
        random_bytes_max: u32,
        output: Option<OutputCall>,
        context: Context,
    ) -> Result<WasiCtxBuilder, Fault> {
        let stream = |stream, flag| {
            if self.has(flag) {
                Output::of_process(stream)
            } else {
                Output::of_instance(stream, output, context)
            }
        };
        let mut wasi = WasiCtxBuilder::new();
        wasi.args(&self.arguments)
            .envs(&self.environment)
            .stdout(stream(Stream::Stdout, STDOUT))
            .stderr(stream(Stream::Stderr, STDERR))
            .allow_blocking_current_thread(self.has(MAY_BLOCK))
            .max_random_size(random_bytes_max.into());
        if self.has(STDIN) {
            wasi.inherit_stdin();
        }
        self.network.open_for(&mut wasi);
        for directory in &self.directories {
            directory.open_for(&mut wasi)?;
        }
        Ok(wasi)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_wasi_context_new(
    config: *const WeWasiContextConfig,
    out: *mut *mut WeWasiContext,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { options(config) }
        .and_then(|config| unsafe { WasiContext::new(config) })
        .and_then(|context| unsafe { give(WeWasiContext(Arc::new(context)), out, "out") });
    unsafe { report(result, error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_wasi_context_free(context: *mut WeWasiContext) {
    unsafe { take(context) }
}
