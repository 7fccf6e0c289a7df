//! A small host: wakers, an engine, and a way to run one call to its end.

use crate::abi::{Context, WeBuf, WeHeader, WeStr};
use crate::artifact::*;
use crate::body::*;
use crate::component::*;
use crate::config::WeEngineConfig;
use crate::engine::*;
use crate::error::*;
use crate::http::we_http_start;
use crate::instance::*;
use crate::limits::WeInstanceOptions;
use crate::request::WeHttpRequest;
use crate::response::WeHttpSink;
use crate::runtime::*;
use crate::task::*;
use crate::value::ends::*;
use futures::task::ArcWake;
use std::ffi::c_void;
use std::fs::File;
use std::io::{Seek, Write};
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Once, OnceLock};
use std::time::{Duration, Instant};

pub const GUEST: &[u8] = include_bytes!("../../../src/io/engine/testdata/testguest.wasm");
pub const GUEST_03: &[u8] = include_bytes!("../../../src/io/engine/testdata/testguest_p3.wasm");

/// What a test waits for at most; only a failing test waits that long.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Who polls: knows whether it was woken and how many references the engine holds.
#[derive(Default)]
pub struct Waiter {
    state: Mutex<WaiterState>,
    changed: Condvar,
}

#[derive(Default)]
struct WaiterState {
    woken: bool,
    references: usize,
}

impl Waiter {
    fn of(data: *mut c_void) -> &'static Waiter {
        unsafe { &*data.cast::<Waiter>() }
    }

    pub fn data(&self) -> *mut c_void {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    fn lock(&self) -> MutexGuard<'_, WaiterState> {
        self.state.lock().unwrap()
    }

    fn change(&self, change: impl FnOnce(&mut WaiterState)) {
        // Notifies under the lock: with the last reference gone, who waits may free the waiter.
        let mut state = self.lock();
        change(&mut state);
        self.changed.notify_all();
    }

    fn wait_until(&self, failure: &str, reached: impl Fn(&WaiterState) -> bool) {
        let state = self.lock();
        let (mut state, timeout) =
            self.changed.wait_timeout_while(state, PATIENCE, |state| !reached(state)).unwrap();
        state.woken = false;
        drop(state);
        assert!(!timeout.timed_out(), "{failure}");
    }

    pub fn wait(&self) {
        self.wait_until("nobody wakes the task", |state| state.woken);
    }

    /// The reactor's threads may still hold a waker for a moment after its task is dropped.
    pub fn wait_for_no_references(&self) {
        self.wait_until("the engine keeps a waker", |state| state.references == 0);
    }
}

/// Counts how often a task is woken.
#[derive(Default)]
pub struct Wakes(AtomicU32);

impl Wakes {
    pub fn count(&self) -> u32 {
        self.0.load(Relaxed)
    }
}

impl ArcWake for Wakes {
    fn wake_by_ref(wakes: &Arc<Self>) {
        wakes.0.fetch_add(1, Relaxed);
    }
}

extern "C" fn waker_clone(data: *mut c_void) {
    Waiter::of(data).change(|state| state.references += 1);
}
extern "C" fn waker_wake(data: *mut c_void) {
    Waiter::of(data).change(|state| state.woken = true);
}
extern "C" fn waker_drop(data: *mut c_void) {
    Waiter::of(data).change(|state| state.references -= 1);
}

pub fn waker_vtable() -> WeWakerVtable {
    let size = size_of::<WeWakerVtable>();
    WeWakerVtable { size, clone: waker_clone, wake: waker_wake, drop: waker_drop }
}

pub fn init() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        assert_eq!(unsafe { we_runtime_init(&waker_vtable(), null_mut()) }, 0);
    });
}

pub fn config() -> WeEngineConfig {
    WeEngineConfig {
        size: size_of::<WeEngineConfig>(),
        instances_max: 16,
        epoch_tick_ms: 5,
        memory_bytes_max: 64 << 20,
        keep_resident_bytes: 64 << 10,
        allocation: 1,
        table_elements_max: 0,
        reserved: 0,
        reset: wasmtime::PoolingAllocationConfig::is_pagemap_scan_available().into(),
    }
}

/// The status and, if it is not OK, the owned error.
pub fn outcome<T>(call: impl FnOnce(*mut *mut T, *mut *mut Fault) -> i32) -> Result<*mut T, Fault> {
    let (mut out, mut error) = (null_mut(), null_mut());
    let status = call(&mut out, &mut error);
    if status == 0 {
        assert!(!out.is_null() && error.is_null());
        return Ok(out);
    }
    assert!(out.is_null(), "an out parameter is written only on success");
    assert_eq!(unsafe { we_error_code(error) }, status);
    Err(*unsafe { Box::from_raw(error) })
}

pub fn engine(config: &WeEngineConfig) -> Result<*mut WeEngine, Fault> {
    init();
    outcome(|out, error| unsafe { we_engine_new(config, out, error) })
}

pub fn bytes_of(call: impl FnOnce(*mut WeBuf, *mut *mut Fault) -> i32) -> Result<Vec<u8>, Fault> {
    let mut out = MaybeUninit::<WeBuf>::uninit();
    let mut error = null_mut();
    match call(out.as_mut_ptr(), &mut error) {
        0 => Ok(unsafe { out.assume_init() }.as_ref().to_vec()),
        _ => Err(*unsafe { Box::from_raw(error) }),
    }
}

pub fn artifact_of(config: &WeEngineConfig, wasm: &[u8]) -> Result<Vec<u8>, Fault> {
    bytes_of(|out, error| unsafe { we_artifact_new(config, WeStr::of(wasm), out, error) })
}

/// A file without a name.
pub fn file_of(bytes: &[u8]) -> File {
    let path =
        std::env::temp_dir().join(format!("weft-artifact-{:?}", std::thread::current().id()));
    let mut how = File::options();
    let mut file = how.read(true).write(true).create(true).truncate(true).open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

/// Compiles for `engine`, and loads it with `imports`: `WE_IMPORTS_*`.
pub fn compile_with(
    engine: *const WeEngine,
    wasm: &[u8],
    imports: i32,
) -> Result<*mut WeComponent, Fault> {
    let bytes = artifact_of(&unsafe { &*engine }.0.config, wasm)?;
    let (file, size) = (file_of(&bytes), bytes.len() as u64);
    outcome(|out, error| unsafe {
        we_component_load(engine, file.as_raw_fd(), size, imports, out, error)
    })
}

pub fn compile(engine: *const WeEngine, wasm: &[u8]) -> Result<*mut WeComponent, Fault> {
    compile_with(engine, wasm, 0)
}

/// One engine with the test guest for all tests that need no settings of their own.
pub fn guest() -> *const WeComponent {
    struct Shared(*mut WeComponent);
    unsafe impl Send for Shared {}
    unsafe impl Sync for Shared {}
    static GUEST_COMPONENT: OnceLock<Shared> = OnceLock::new();
    let make = || Shared(compile(engine(&config()).unwrap(), GUEST).unwrap());
    GUEST_COMPONENT.get_or_init(make).0
}

/// The metrics of `engine`.
pub fn metrics(engine: *const WeEngine) -> WeMetrics {
    let mut metrics: WeMetrics = unsafe { std::mem::zeroed() };
    metrics.size = size_of::<WeMetrics>();
    assert_eq!(unsafe { we_engine_metrics(engine, &mut metrics) }, 0);
    metrics
}

/// What a sink was told.
#[derive(Default)]
pub struct Heard {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub trailers: Vec<(String, String)>,
    pub ended: Option<Result<(), Fault>>,
    pub fault: Option<Fault>,
    pub refused: Vec<(i32, String)>,
    pub stdout: String,
    pub stderr: String,
    pub pause_after_each_chunk: bool,
    pub chunks: usize,
    pub yields: usize,
    pub feed: Option<Feed>,
}

/// A request body, chunk by chunk as the guest wants it.
pub struct Feed {
    pub body: *mut WeBody,
    pub chunks: Vec<Vec<u8>>,
    /// What follows the last chunk: None finishes, Some fails with that reason.
    pub failure: Option<i32>,
    pub wants: usize,
    pub closed: usize,
}

fn pairs(headers: *const WeHeader, count: usize) -> Vec<(String, String)> {
    let text = |s: WeStr| String::from_utf8(unsafe { s.bytes() }.to_vec()).unwrap();
    let headers =
        if count == 0 { &[] } else { unsafe { std::slice::from_raw_parts(headers, count) } };
    headers.iter().map(|header| (text(header.name), text(header.value))).collect()
}

pub fn heard(context: *mut c_void) -> &'static mut Heard {
    unsafe { &mut *context.cast::<Heard>() }
}

extern "C" fn on_head(context: *mut c_void, status: u16, headers: *const WeHeader, count: usize) {
    heard(context).status = status;
    heard(context).headers = pairs(headers, count);
}
extern "C" fn on_chunk(context: *mut c_void, bytes: WeStr) -> i32 {
    heard(context).body.extend_from_slice(unsafe { bytes.bytes() });
    heard(context).chunks += 1;
    heard(context).pause_after_each_chunk.into()
}
extern "C" fn on_trailers(context: *mut c_void, headers: *const WeHeader, count: usize) {
    heard(context).trailers = pairs(headers, count);
}
extern "C" fn on_end(context: *mut c_void, error: *const Fault) {
    assert!(heard(context).ended.is_none(), "a response ends once");
    heard(context).ended = Some(unsafe { error.as_ref() }.map_or(Ok(()), |e| Err(e.clone())));
}
pub extern "C" fn on_fault(context: *mut c_void, error: *const Fault) {
    assert!(heard(context).fault.is_none(), "a guest fails once");
    heard(context).fault = unsafe { error.as_ref() }.cloned();
}
pub extern "C" fn on_output(context: *mut c_void, stream: i32, bytes: WeStr) {
    let text = std::str::from_utf8(unsafe { bytes.bytes() }).unwrap();
    match stream {
        1 => heard(context).stdout.push_str(text),
        2 => heard(context).stderr.push_str(text),
        other => panic!("stream {other}"),
    }
}
extern "C" fn on_refused(context: *mut c_void, kind: i32, target: WeStr) {
    let target = String::from_utf8(unsafe { target.bytes() }.to_vec()).unwrap();
    heard(context).refused.push((kind, target));
}
extern "C" fn on_want(context: *mut c_void) {
    heard(context).feed.as_mut().unwrap().wants += 1;
}
extern "C" fn on_closed(context: *mut c_void) {
    heard(context).feed.as_mut().unwrap().closed += 1;
}

pub fn body_vtable() -> WeBodyVtable {
    WeBodyVtable { size: size_of::<WeBodyVtable>(), want: on_want, closed: on_closed }
}

pub fn call_options() -> WeInstanceOptions {
    let mut options: WeInstanceOptions = unsafe { std::mem::zeroed() };
    options.size = size_of::<WeInstanceOptions>();
    options
}

fn sink_of(heard: &mut Heard) -> WeHttpSink {
    WeHttpSink {
        size: size_of::<WeHttpSink>(),
        head: on_head,
        chunk: on_chunk,
        trailers: on_trailers,
        end: on_end,
        context: Context(std::ptr::from_mut(heard).cast()),
    }
}

pub fn get(target: &str) -> WeHttpRequest {
    WeHttpRequest {
        size: size_of::<WeHttpRequest>(),
        method: WeStr::of(b"GET"),
        scheme: WeStr::of(b"http"),
        authority: WeStr::of(b"example.test:80"),
        path_with_query: WeStr::of(target.as_bytes()),
        headers: null(),
        header_count: 0,
        body: null(),
    }
}

/// Gives an instance one request; `heard` hears of it.
pub fn start_http(
    task: *mut WeTask,
    heard: &mut Heard,
    request: &WeHttpRequest,
) -> Result<u64, Fault> {
    let sink = sink_of(heard);
    let (mut call, mut error) = (0, null_mut());
    match unsafe { we_http_start(task, request, &sink, &mut call, &mut error) } {
        0 => Ok(call),
        _ => Err(*unsafe { Box::from_raw(error) }),
    }
}

/// A running call in an instance of its own: what was heard of it, its task and who is woken.
pub struct Call {
    pub heard: Box<Heard>,
    pub task: *mut WeTask,
    pub id: u64,
    pub waiter: Box<Waiter>,
}

impl Drop for Call {
    fn drop(&mut self) {
        unsafe { we_task_drop(self.task) };
        if !std::thread::panicking() {
            self.waiter.wait_for_no_references();
        }
        if let Some(feed) = &self.heard.feed {
            unsafe { we_body_free(feed.body) };
        }
    }
}

impl Call {
    pub fn start(
        component: *const WeComponent,
        request: &WeHttpRequest,
        options: WeInstanceOptions,
    ) -> Result<Call, Fault> {
        Call::start_hearing(Box::default(), component, request, options)
    }

    pub fn start_hearing(
        heard: Box<Heard>,
        component: *const WeComponent,
        request: &WeHttpRequest,
        options: WeInstanceOptions,
    ) -> Result<Call, Fault> {
        let mut call = Call::open(heard, component, options)?;
        call.id = start_http(call.task, &mut call.heard, request)?;
        unsafe { we_instance_close(call.task) };
        Ok(call)
    }

    /// An instance that was not called yet and stays open; `heard` hears of the instance.
    pub fn open(
        mut heard: Box<Heard>,
        component: *const WeComponent,
        options: WeInstanceOptions,
    ) -> Result<Call, Fault> {
        let context = Context(std::ptr::from_mut(heard.as_mut()).cast());
        let options = WeInstanceOptions {
            output: Some(on_output),
            fault: Some(on_fault),
            refused: Some(on_refused),
            context,
            ..options
        };
        let task =
            outcome(|out, error| unsafe { we_instance_new(component, &options, out, error) })?;
        Ok(Call { heard, task, id: 0, waiter: Box::default() })
    }

    /// True when the task is done.
    pub fn poll(&mut self) -> bool {
        let poll = unsafe { we_task_poll(self.task, self.waiter.data()) };
        self.heard.yields += poll.yielded as usize;
        poll.state == 1
    }

    /// Polls to the end as the C++ side would: waits for wakes, feeds what is wanted, ends pauses.
    pub fn finish(mut self) -> Heard {
        let start = Instant::now();
        while !self.poll() {
            assert!(start.elapsed() < PATIENCE, "the task does not end");
            if self.heard.pause_after_each_chunk {
                unsafe { we_call_resume(self.task, self.id) };
            } else if !self.feed() {
                self.waiter.wait();
            }
        }
        std::mem::take(self.heard.as_mut()).without_feed(&mut self)
    }

    /// Answers one `want`; false when there was none.
    pub fn feed(&mut self) -> bool {
        let Some(feed) = &mut self.heard.feed else { return false };
        if feed.wants == 0 {
            return false;
        }
        feed.wants = 0;
        if feed.chunks.is_empty() {
            match feed.failure {
                None => {
                    let status = unsafe { we_body_finish(feed.body, std::ptr::null(), 0) };
                    assert_eq!(status, 0);
                }
                Some(reason) => unsafe { we_body_fail(feed.body, reason) },
            }
        } else {
            let chunk = owned(feed.chunks.remove(0));
            assert_eq!(unsafe { we_body_feed(feed.body, chunk) }, 0);
        }
        true
    }
}

impl Heard {
    /// The call frees the body and still hears that it was closed.
    fn without_feed(mut self, call: &mut Call) -> Heard {
        call.heard.feed = self.feed.take();
        self
    }
}

/// Runs one GET to its end.
pub fn run(target: &str) -> Heard {
    run_with(target, call_options())
}

pub fn run_with(target: &str, options: WeInstanceOptions) -> Heard {
    Call::start(guest(), &get(target), options).unwrap().finish()
}

/// Bytes as the C side hands them over.
pub fn owned(bytes: Vec<u8>) -> WeBuf {
    bytes.into()
}
