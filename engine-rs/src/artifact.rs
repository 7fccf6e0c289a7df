//! Artefacts: components and core modules compiled ahead, in this process or another one, for an
//! engine of the same build. An artefact is native code: the caller that loads one vouches for where
//! it comes from.

use crate::abi::{WeBuf, WeStr};
use crate::checks::{handle, options, put};
use crate::component::{self, Imports, WeComponent};
use crate::config::Flavour;
use crate::config::WeEngineConfig;
use crate::engine::WeEngine;
use crate::error::{Fault, Status, report};
use crate::module::{self, WeModule};
use std::ffi::c_void;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::os::unix::fs::FileExt;
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

/// Far above what toolchains produce (a JavaScript engine has 15,000), and little enough to compile
/// within a minute or two.
pub const FUNCTIONS_MAX: u64 = 200_000;

/// What an artefact is for: its last byte, behind what Wasmtime wrote.
fn tag_of(flavour: Flavour) -> u8 {
    match flavour {
        Flavour::Plain => b'p',
        Flavour::Concurrent => b'c',
    }
}

/// The tag of core modules, which run without the event loop.
const MODULE_TAG: u8 = b'm';

const FLAVOURS: [Flavour; 2] = [Flavour::Plain, Flavour::Concurrent];

/// An engine that compiles and never runs anything: nothing is reserved for instances.
fn compiler(config: &WeEngineConfig, flavour: Flavour) -> Result<Engine, Fault> {
    Engine::new(&config.wasmtime(flavour, false)).map_err(|error| Fault::of(Status::Engine, &error))
}

/// An unsigned LEB128 number of at most 32 bits, and what follows it.
fn read_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut value: u32 = 0;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= u32::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

/// The sections of a binary, as far as they can be read: validation will say the rest.
struct Sections<'a>(&'a [u8]);

impl<'a> Sections<'a> {
    /// None if the preamble is not whole.
    fn of(binary: &'a [u8]) -> Option<Self> {
        binary.get(PREAMBLE..).map(Sections)
    }
}

impl<'a> Iterator for Sections<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (id, after_id) = self.0.split_first()?;
        let (size, after_size) = read_u32(after_id)?;
        let (body, after) = after_size.split_at_checked(size as usize)?;
        self.0 = after;
        Some((*id, body))
    }
}

const LAYER: usize = 6;
const PREAMBLE: usize = 8;
const MODULE_FUNCTIONS: u8 = 3;
const COMPONENT_MODULE: u8 = 1;
const COMPONENT_COMPONENT: u8 = 4;
const COMPONENT_ADAPTERS: u8 = 8;
const COMPONENT_IMPORTS: u8 = 10;
const COMPONENT_EXPORTS: u8 = 11;

/// The functions that a binary defines, in every module in it, and the adapters that a component
/// asks for.
pub fn count_functions(wasm: &[u8]) -> u64 {
    let mut count: u64 = 0;
    let mut binaries = vec![wasm];
    while let Some(binary) = binaries.pop() {
        let Some(sections) = Sections::of(binary) else { continue };
        let is_component = binary[LAYER] != 0;
        for (id, body) in sections {
            match (is_component, id) {
                (true, COMPONENT_MODULE | COMPONENT_COMPONENT) => binaries.push(body),
                (true, COMPONENT_ADAPTERS) | (false, MODULE_FUNCTIONS) => {
                    count += read_u32(body).map_or(0, |(number, _)| number.into());
                }
                _ => {}
            }
        }
    }
    count
}

/// Whether a component imports or exports an interface of WASI 0.3 under its name: it then needs the
/// event loop, also if validation does not mind.
pub fn names_wasi_03(component: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-/:@.".contains(byte);
    let names_it = |body: &[u8]| {
        body.windows(5).enumerate().filter(|(_, bytes)| bytes == b"wasi:").any(|(at, _)| {
            let rest = &body[at..];
            let end = rest.iter().position(|byte| !is_name(byte)).unwrap_or(rest.len());
            rest[..end].windows(5).any(|bytes| bytes == b"@0.3.")
        })
    };
    let Some(mut sections) = Sections::of(component) else { return false };
    sections
        .any(|(id, body)| (id == COMPONENT_IMPORTS || id == COMPONENT_EXPORTS) && names_it(body))
}

/// Refuses what would take too long, before any of it is compiled.
pub fn check_functions(wasm: &[u8]) -> Result<(), Fault> {
    let count = count_functions(wasm);
    if count <= FUNCTIONS_MAX {
        return Ok(());
    }
    let message = format!("it has {count} functions, at most {FUNCTIONS_MAX} are compiled");
    Err(Fault::new(Status::TooManyFunctions, message))
}

fn compile(config: &WeEngineConfig, flavour: Flavour, wasm: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut artifact = compiler(config, flavour)?
        .precompile_component(wasm)
        .map_err(|error| Fault::of(Status::Compile, &error))?;
    artifact.push(tag_of(flavour));
    Ok(artifact)
}

fn is_module(wasm: &[u8]) -> bool {
    wasm.starts_with(b"\0asm") && wasm.get(LAYER..PREAMBLE) == Some(&[0, 0])
}

fn compile_module(config: &WeEngineConfig, wasm: &[u8]) -> Result<Vec<u8>, Fault> {
    check_functions(wasm)?;
    let mut artifact = compiler(config, Flavour::Plain)?
        .precompile_module(wasm)
        .map_err(|error| Fault::of(Status::Compile, &error))?;
    artifact.push(MODULE_TAG);
    Ok(artifact)
}

/// Compiles without the event loop if that can be. Validation, which comes before all compiling, refuses
/// what belongs to 0.3.
fn new_artifact(config: &WeEngineConfig, wasm: &[u8]) -> Result<Vec<u8>, Fault> {
    config.validate()?;
    if is_module(wasm) {
        return compile_module(config, wasm);
    }
    if wasm.len() < PREAMBLE || !wasm.starts_with(b"\0asm") {
        return Err(Fault::new(Status::NotWasm, "the bytes do not begin like WebAssembly"));
    }
    check_functions(wasm)?;
    if !names_wasi_03(wasm)
        && let Ok(artifact) = compile(config, Flavour::Plain, wasm)
    {
        return Ok(artifact);
    }
    compile(config, Flavour::Concurrent, wasm)
}

fn corrupt(reason: &str) -> Fault {
    Fault::new(Status::Artifact, format!("the artefact cannot be loaded: {reason}"))
}

unsafe extern "C" {
    fn madvise(start: *mut c_void, size: usize, advice: i32) -> i32;
}
const MADV_DONTNEED: i32 = 4;

/// Loading reads tables here and there, and the kernel maps what lies around them: most of a small
/// artefact, though nothing of it has run. Gives these pages back to the file; what runs comes in
/// again. They are a private mapping that Wasmtime made read-only without ever writing to it.
fn release_pages(component: &Component) {
    let image = component.image_range();
    let size = image.end.addr() - image.start.addr();
    unsafe { madvise(image.start.cast_mut().cast(), size, MADV_DONTNEED) };
}

/// The last byte of an artefact. Errors: Invalid, when `fd` cannot be read from; Artifact.
fn read_tag(fd: i32, size: u64) -> Result<u8, Fault> {
    const EBADF: i32 = 9;
    let not_open = || Fault::new(Status::Invalid, format!("'fd' {fd} is not open for reading"));
    // A descriptor as the standard library has it is never negative: it panics.
    if fd < 0 {
        return Err(not_open());
    }
    let file = ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
    let probed = file.read_at(&mut [], 0);
    if probed.is_err_and(|error| error.raw_os_error() == Some(EBADF)) {
        return Err(not_open());
    }
    let mut tag = [0];
    let at = size.checked_sub(1).ok_or_else(|| corrupt("it is empty"))?;
    file.read_exact_at(&mut tag, at).map_err(|error| corrupt(&error.to_string()))?;
    Ok(tag[0])
}

/// Wasmtime maps whole files by path; through the descriptor's own path it maps the file that the
/// caller has open, whatever happens to its name.
fn path_of(fd: i32) -> String {
    format!("/proc/self/fd/{fd}")
}

fn load(engine: &WeEngine, fd: i32, size: u64, imports: Imports) -> Result<WeComponent, Fault> {
    let engine = &engine.0;
    let tag = read_tag(fd, size)?;
    let flavour = FLAVOURS.into_iter().find(|flavour| tag_of(*flavour) == tag);
    let machine = engine
        .machine(flavour.ok_or_else(|| corrupt("its last byte is not that of a component"))?)?;
    let component = unsafe { Component::deserialize_file(&machine.engine, path_of(fd)) }
        .map_err(|error| corrupt(&format!("{error:#}")))?;
    let linked = component::link(engine, machine, &component, imports)?;
    release_pages(&component);
    Ok(linked)
}

fn load_module(engine: &WeEngine, fd: i32, size: u64) -> Result<WeModule, Fault> {
    if read_tag(fd, size)? != MODULE_TAG {
        return Err(corrupt("its last byte is not that of a core module"));
    }
    let machine = engine.0.machine(Flavour::Plain)?;
    let module = unsafe { Module::deserialize_file(&machine.engine, path_of(fd)) }
        .map_err(|error| corrupt(&format!("{error:#}")))?;
    module::link(&engine.0, machine, &module)
}

/// Keeps what it is given.
#[derive(Default)]
struct KeyBytes(Vec<u8>);

impl Hasher for KeyBytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

/// Build, settings and the CPU's features, as far as generated code depends on them.
fn fingerprint(config: &WeEngineConfig) -> Result<Vec<u8>, Fault> {
    let mut bytes = KeyBytes::default();
    for flavour in FLAVOURS {
        compiler(config, flavour)?.precompile_compatibility_hash().hash(&mut bytes);
        bytes.0.push(tag_of(flavour));
    }
    Ok(bytes.0)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_artifact_new(
    config: *const WeEngineConfig,
    wasm: WeStr,
    out: *mut WeBuf,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { options(config) }
        .and_then(|config| new_artifact(config, unsafe { wasm.bytes() }))
        .and_then(|artifact| unsafe { put(artifact.into(), out, "out") });
    unsafe { report(result, error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_component_load(
    engine: *const WeEngine,
    fd: i32,
    size: u64,
    imports: i32,
    out: *mut *mut WeComponent,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { handle(engine, "engine") }
        .and_then(|engine| load(engine, fd, size, Imports::of(imports)?))
        .and_then(|component| unsafe { crate::checks::give(component, out, "out") });
    unsafe { report(result, error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_module_load(
    engine: *const WeEngine,
    fd: i32,
    size: u64,
    out: *mut *mut WeModule,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { handle(engine, "engine") }
        .and_then(|engine| load_module(engine, fd, size))
        .and_then(|module| unsafe { crate::checks::give(module, out, "out") });
    unsafe { report(result, error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_engine_fingerprint(
    engine: *const WeEngine,
    out: *mut WeBuf,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { handle(engine, "engine") }
        .and_then(|engine| fingerprint(&engine.0.config))
        .and_then(|bytes| unsafe { put(bytes.into(), out, "out") });
    unsafe { report(result, error) }
}
