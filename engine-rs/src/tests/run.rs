//! A small host for programs: a WASI context as the C side describes it, and a run to its end.

use super::host::*;
use crate::abi::{Context, WeHeader, WeStr};
use crate::artifact::we_module_load;
use crate::component::*;
use crate::engine::WeEngine;
use crate::error::*;
use crate::limits::WeInstanceOptions;
use crate::module::*;
use crate::network::WeAddressRange;
use crate::program::*;
use crate::task::*;
use crate::wasi_context::*;
use std::ffi::c_void;
use std::os::fd::AsRawFd;
use std::sync::OnceLock;
use std::time::Instant;

pub const PROGRAM: &[u8] = include_bytes!("../../../src/io/engine/testdata/testprogram.wasm");
pub const MODULE: &[u8] = include_bytes!("../../../src/io/engine/testdata/testmodule.wasm");

/// Something that can be run.
#[derive(Clone, Copy)]
pub enum Code {
    Component(*const WeComponent),
    Module(*const WeModule),
}
unsafe impl Send for Code {}
unsafe impl Sync for Code {}

pub fn compile_module(engine: *const WeEngine, wasm: &[u8]) -> Result<*mut WeModule, Fault> {
    let bytes = artifact_of(&unsafe { &*engine }.0.config, wasm)?;
    let (file, size) = (file_of(&bytes), bytes.len() as u64);
    outcome(|out, error| unsafe { we_module_load(engine, file.as_raw_fd(), size, out, error) })
}

/// The test program in both forms.
pub fn programs() -> [Code; 2] {
    static BOTH: OnceLock<[Code; 2]> = OnceLock::new();
    *BOTH.get_or_init(|| {
        let engine = engine(&config()).unwrap();
        [
            Code::Component(compile(engine, PROGRAM).unwrap()),
            Code::Module(compile_module(engine, MODULE).unwrap()),
        ]
    })
}

pub fn program() -> Code {
    programs()[0]
}

/// `we_wasi_context_config` with what it points to.
#[derive(Clone, Default)]
pub struct Config {
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    /// Host's path, guest's path, writable.
    pub directories: Vec<(String, String, bool)>,
    pub addresses: Vec<WeAddressRange>,
    pub network: i32,
    pub flags: u32,
}

impl Config {
    /// The test program told to do this.
    pub fn doing(words: &[&str]) -> Config {
        let words = std::iter::once(&"program").chain(words);
        Config { arguments: words.map(|word| word.to_string()).collect(), ..Config::default() }
    }

    pub fn wasi_context(&self) -> Result<WasiContext, Fault> {
        let of = |text: &String| WeStr::of(text.as_bytes());
        let arguments: Vec<_> = self.arguments.iter().map(of).collect();
        let environment: Vec<_> = self
            .environment
            .iter()
            .map(|(name, value)| WeHeader { name: of(name), value: of(value) })
            .collect();
        let directories: Vec<_> = self
            .directories
            .iter()
            .map(|(host, guest, writable)| WeDirectory {
                host: of(host),
                guest: of(guest),
                writable: (*writable).into(),
                reserved: 0,
            })
            .collect();
        let raw = WeWasiContextConfig {
            size: size_of::<WeWasiContextConfig>(),
            arguments: arguments.as_ptr(),
            argument_count: arguments.len(),
            environment: environment.as_ptr(),
            environment_count: environment.len(),
            directories: directories.as_ptr(),
            directory_count: directories.len(),
            addresses: self.addresses.as_ptr(),
            address_count: self.addresses.len(),
            network: self.network,
            flags: self.flags,
        };
        outcome(|out, error| unsafe { we_wasi_context_new(&raw, out, error) }).map(WasiContext)
    }
}

/// A WASI context that is freed.
pub struct WasiContext(pub *mut WeWasiContext);

impl Drop for WasiContext {
    fn drop(&mut self) {
        unsafe { we_wasi_context_free(self.0) }
    }
}

/// A running program.
pub struct Run {
    pub heard: Box<Heard>,
    end: Box<Option<Result<i32, Fault>>>,
    task: *mut WeTask,
    waiter: Box<Waiter>,
}

extern "C" fn on_end(context: *mut c_void, code: i32, error: *const Fault) {
    let end = unsafe { &mut *context.cast::<Option<Result<i32, Fault>>>() };
    assert!(end.is_none(), "a program ends once");
    *end = Some(unsafe { error.as_ref() }.map_or(Ok(code), |error| Err(error.clone())));
}

impl Run {
    /// The WASI context is freed once the run has started.
    pub fn start(
        code: Code,
        wasi_context: WasiContext,
        options: WeInstanceOptions,
    ) -> Result<Run, Fault> {
        let mut heard = Box::<Heard>::default();
        let mut end = Box::new(None);
        let context = Context(std::ptr::from_mut(heard.as_mut()).cast());
        let options = WeInstanceOptions {
            output: Some(on_output),
            fault: Some(on_fault),
            context,
            wasi_context: WasiContextPointer(wasi_context.0),
            ..options
        };
        let sink = WeCommandSink {
            size: size_of::<WeCommandSink>(),
            end: on_end,
            context: Context(std::ptr::from_mut(end.as_mut()).cast()),
        };
        let task = outcome(|out, error| unsafe {
            match code {
                Code::Component(one) => we_command_start(one, &options, &sink, out, error),
                Code::Module(one) => we_module_start(one, &options, &sink, out, error),
            }
        })?;
        Ok(Run { heard, end, task, waiter: Box::default() })
    }

    /// True when it is done.
    pub fn poll(&mut self) -> bool {
        let poll = unsafe { we_task_poll(self.task, self.waiter.data()) };
        self.heard.yields += poll.yielded as usize;
        poll.state == 1
    }

    /// Waits until it is worth while to poll again.
    pub fn wait(&self) {
        self.waiter.wait();
    }

    pub fn finish(mut self) -> Outcome {
        let start = Instant::now();
        while !self.poll() {
            assert!(start.elapsed() < PATIENCE, "the program does not end");
            self.wait();
        }
        let end = self.end.take().expect("the sink hears of the end");
        let heard = std::mem::take(self.heard.as_mut());
        assert_eq!(end.is_err(), heard.fault.is_some(), "a program that dies is a fault too");
        Outcome { end, stdout: heard.stdout, stderr: heard.stderr }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        unsafe { we_task_drop(self.task) };
        if !std::thread::panicking() {
            self.waiter.wait_for_no_references();
        }
    }
}

/// What a program left behind.
pub struct Outcome {
    pub end: Result<i32, Fault>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// The exit code and what it printed.
    pub fn said(self) -> (i32, String) {
        (self.end.unwrap(), self.stdout)
    }
}

pub fn run_in(code: Code, config: &Config) -> Outcome {
    Run::start(code, config.wasi_context().unwrap(), call_options()).unwrap().finish()
}
