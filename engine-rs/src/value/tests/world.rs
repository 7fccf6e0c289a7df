//! A host for one component under test: both ways to link and to call it, and a scripted C side.

use super::dynamic;
use crate::abi::{Context, WeBuf, WeStr};
use crate::limits::Counters;
use crate::limits::WeInstanceOptions;
use crate::store::HostState;
use crate::tests::host::Waiter;
use crate::value::asked::Asked;
use crate::value::describe::{Description, Function};
use crate::value::handed::Handed;
use crate::value::handed_stream::{we_stream_free, we_stream_poll};
use crate::value::hook::{ask as ask_host, *};
use crate::value::import_call::ImportCall;
use crate::value::shape::Shape;
use crate::value::state::WeImports;
use crate::value::{Calls, Encoded, Exports, Value, WeBody, WeStream, description_of, extend};
use crate::wasi_context;
use futures::executor::block_on;
use std::collections::VecDeque;
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use wasmtime::component::{Component, Func, Instance, InstancePre, Linker, Val};
use wasmtime::{Config, Engine, Error, Result, Store};

/// Whether wasmtime's event loop is on.
pub fn engine(concurrency: bool) -> Engine {
    let mut config = Config::new();
    config
        .concurrency_support(concurrency)
        .wasm_component_model_async(concurrency)
        .wasm_component_model_map(true)
        .wasm_component_model_fixed_length_lists(true);
    Engine::new(&config).unwrap()
}

/// The C side: what it was asked, and what it answers.
#[derive(Default)]
pub struct Script {
    pub asked: Vec<(u32, Vec<u8>)>,
    pub answers: VecDeque<Vec<u8>>,
    /// Defer what cannot be answered.
    pub defers: bool,
    pub tokens: VecDeque<Token>,
    pub dropped: Vec<(u32, Vec<u8>)>,
    /// Taken from the arguments.
    pub streams: VecDeque<Stream>,
    /// Attached to the next answer, in this order.
    pub bodies: VecDeque<*mut WeBody>,
}

/// The reading end of a stream that a guest handed over.
pub struct Stream(*mut WeStream);

#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    Pending,
    Chunk(Vec<u8>),
    Closed,
    Cut,
}

impl Stream {
    pub fn new(stream: WeStream) -> Self {
        Stream(Box::into_raw(Box::new(stream)))
    }

    pub fn into_raw(self) -> *mut WeStream {
        std::mem::ManuallyDrop::new(self).0
    }

    pub fn read(&self, waiter: &Waiter) -> Read {
        let mut chunk = WeBuf::default();
        match unsafe { we_stream_poll(self.0, waiter.data(), &mut chunk) } {
            0 => Read::Pending,
            1 => Read::Chunk(chunk.as_ref().to_vec()),
            2 => Read::Closed,
            _ => Read::Cut,
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        unsafe { we_stream_free(self.0) };
    }
}

/// A deferred answer, which any thread gives.
pub struct Token(*const ImportCall);
unsafe impl Send for Token {}

#[derive(Default)]
pub struct Ends([AtomicU32; 2]);

impl Ends {
    /// How many were answered, and how many were abandoned.
    pub fn counts(&self) -> [u32; 2] {
        [0, 1].map(|end: usize| self.0[end].load(Relaxed))
    }
}

/// Whether the answer was taken, or the guest is gone.
#[derive(Debug, PartialEq, Eq)]
pub enum Fate {
    Taken,
    Gone,
}

fn fate(code: i32) -> Fate {
    if code == 0 { Fate::Taken } else { Fate::Gone }
}

impl Token {
    pub fn of(reply: *const ImportCall) -> Self {
        Token(unsafe { we_reply_defer(reply) })
    }

    /// Counts in `ends` how the guest's part ends: answered, abandoned.
    pub fn watch(&self, ends: &Ends) -> Fate {
        extern "C" fn over(ends: *mut c_void, abandoned: i32) {
            let ends = unsafe { &*ends.cast::<Ends>() };
            ends.0[abandoned as usize].fetch_add(1, Relaxed);
        }
        let data = std::ptr::from_ref(ends).cast_mut().cast();
        fate(unsafe { we_import_watch(self.0, over, data) })
    }

    pub fn complete(self, answer: &[u8]) -> Fate {
        fate(unsafe { we_import_complete(self.0, bytes(answer)) })
    }

    pub fn fail(self, kind: i32, message: &str) -> Fate {
        fate(unsafe { we_import_fail(self.0, kind, WeStr::of(message.as_bytes())) })
    }
}

pub fn bytes(bytes: &[u8]) -> WeBuf {
    Encoded::from(bytes).into_buf()
}

extern "C" fn call(
    context: *mut c_void,
    _: u64,
    function: u32,
    args: WeBuf,
    reply: *const ImportCall,
) {
    let script = unsafe { &mut *context.cast::<Script>() };
    script.asked.push((function, args.as_ref().to_vec()));
    let streams = (0..).map(|place| unsafe { we_reply_take_stream(reply, place) });
    script.streams.extend(streams.take_while(|stream| !stream.is_null()).map(Stream));
    for (place, body) in script.bodies.drain(..).enumerate() {
        assert_eq!(unsafe { we_reply_attach(reply, body) }, place as u32);
    }
    if let Some(answer) = script.answers.pop_front() {
        unsafe { we_reply_answer(reply, bytes(&answer)) };
    } else if script.defers {
        script.tokens.push_back(Token::of(reply));
    }
}

extern "C" fn drop_resource(context: *mut c_void, resource: u32, handle: WeStr) {
    let script = unsafe { &mut *context.cast::<Script>() };
    script.dropped.push((resource, unsafe { handle.bytes() }.to_vec()));
}

pub fn new_store(engine: &Engine, imports: WeImports) -> Store<HostState> {
    let mut options: WeInstanceOptions = unsafe { std::mem::zeroed() };
    options.imports = imports;
    let options = options.resolved(64 << 20);
    let wasi = options.wasi(&wasi_context::WasiContext::default()).unwrap().build();
    let counters = Arc::new(Counters::new(Duration::from_millis(10)));
    let mut store = Store::new(engine, HostState::new(&options, wasi, counters));
    store.set_hostcall_fuel(options.host_data_bytes_max as usize);
    store
}

pub struct World {
    pub component: Component,
    pub description: Description,
    pub exports: Arc<Exports>,
    raw: InstancePre<HostState>,
    /// Imports by dynamic values, where the types allow it.
    dynamic: Option<InstancePre<HostState>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Raw,
    Dynamic,
}

fn ask(state: &mut HostState, number: u32, arguments: &[Val], shapes: &[Shape]) -> Result<Asked> {
    let asked = dynamic::encode_all(arguments, shapes)?;
    let handed = Handed::new(asked.as_slice().into(), Vec::new(), None);
    ask_host(&state.values, number, handed).map_err(Error::new)
}

fn answer(answer: &Value, shapes: &[Shape], results: &mut [Val]) -> Result<()> {
    let values = dynamic::decode_all(answer.bytes.as_ref(), shapes)?;
    values.into_iter().zip(results).for_each(|(value, slot)| *slot = value);
    Ok(())
}

fn link_dynamic(
    component: &Component,
    description: &Description,
) -> Result<InstancePre<HostState>> {
    let mut linker = Linker::<HostState>::new(component.engine());
    let mut index = 0;
    for interface in &description.imports {
        let mut instance = linker.instance(&interface.name)?;
        for function in &interface.functions {
            let number = index;
            index += 1;
            let (params, result) = shapes(function);
            if function.is_async {
                instance.func_new_concurrent(
                    &function.name,
                    move |store, _, arguments, results| {
                        let asked = store
                            .with(|mut store| ask(store.data_mut(), number, arguments, &params));
                        let result = result.clone();
                        Box::pin(async move { answer(&asked?.answer().await?.0, &result, results) })
                    },
                )?;
                continue;
            }
            instance.func_new_async(&function.name, move |mut store, _, arguments, results| {
                let asked = ask(store.data_mut(), number, arguments, &params);
                let result = result.clone();
                Box::new(async move { answer(&asked?.answer().await?.0, &result, results) })
            })?;
        }
    }
    linker.instantiate_pre(component)
}

fn shapes(function: &Function) -> (Vec<Shape>, Vec<Shape>) {
    let params = function.params.iter().map(|(_, shape)| shape.clone()).collect();
    (params, function.result.iter().cloned().collect())
}

impl World {
    pub fn new(engine: &Engine, concurrency: bool, text: &str) -> World {
        let wasm = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
        let component =
            Component::from_binary(engine, &wasm).unwrap_or_else(|error| panic!("{error:#}"));
        let description = description_of(&component).unwrap();
        let mut offered = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut offered).unwrap();
        let linker = extend(&offered, &component, concurrency).unwrap();
        let raw = linker.instantiate_pre(&component).unwrap();
        let dynamic = link_dynamic(&component, &description).ok();
        let exports = Arc::new(Exports::of(&description, &component).unwrap());
        World { component, description, exports, raw, dynamic }
    }

    /// The number of an export.
    pub fn number(&self, name: &str) -> usize {
        let mut names = self.description.exports.iter().flat_map(|interface| &interface.functions);
        names.position(|function| function.name == name).unwrap_or_else(|| panic!("no '{name}'"))
    }

    fn function(&self, number: usize) -> &Function {
        let all = self.description.exports.iter().flat_map(|interface| &interface.functions);
        all.into_iter().nth(number).unwrap()
    }

    pub fn live(&self, imports: Way) -> Live<'_> {
        let mut script = Box::<Script>::default();
        let mut store = new_store(
            self.component.engine(),
            WeImports {
                call: Some(call),
                drop_resource: Some(drop_resource),
                context: Context(std::ptr::from_mut(script.as_mut()).cast()),
            },
        );
        let pre = match imports {
            Way::Raw => &self.raw,
            Way::Dynamic => self.dynamic.as_ref().unwrap(),
        };
        let instance = block_on(pre.instantiate_async(&mut store)).unwrap();
        let calls = self.exports.bind(&mut store, &instance).unwrap();
        Live { world: self, store, instance, calls, script }
    }
}

/// A running instance.
pub struct Live<'a> {
    world: &'a World,
    pub store: Store<HostState>,
    instance: Instance,
    pub calls: Calls,
    // Outlives the store, which tells it what is dropped.
    pub script: Box<Script>,
}

impl Live<'_> {
    /// The number of an export.
    pub fn number(&self, name: &str) -> usize {
        self.world.number(name)
    }

    pub fn call(&mut self, way: Way, number: usize, arguments: &[u8]) -> Result<Vec<u8>> {
        match way {
            Way::Raw => {
                let call = self.calls.call(&mut self.store, number, bytes(arguments).into());
                block_on(call).map(|handed| handed.arrive().0.as_ref().to_vec())
            }
            Way::Dynamic => self.call_dynamic(number, arguments),
        }
    }

    fn call_dynamic(&mut self, number: usize, arguments: &[u8]) -> Result<Vec<u8>> {
        let function = self.world.function(number);
        let (params, result) = shapes(function);
        let arguments = dynamic::decode_all(arguments, &params)?;
        let handle: Func = self.instance.get_func(&mut self.store, function.name.as_str()).unwrap();
        let mut results = vec![Val::Bool(false); result.len()];
        block_on(handle.call_async(&mut self.store, &arguments, &mut results))?;
        dynamic::encode_all(&results, &result)
    }
}
