//! Figures for the eye, not a test: `cargo test --release speed -- --ignored --nocapture` compares imports
//! that are answered inline with typed host functions of the same signatures.

use super::world::{engine, new_store};
use crate::abi::{Context, WeBuf};
use crate::store::HostState;
use crate::value::extend;
use crate::value::hook::we_reply_answer;
use crate::value::import_call::ImportCall;
use crate::value::state::WeImports;
use futures::executor::block_on;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::time::Instant;
use wasmtime::component::{Component, InstancePre, Linker, LinkerInstance};
use wasmtime::{Engine, Result};

const TEXT: &str = r#"(component
(import "test:speed/host" (instance $host
  (export "nop" (func))
  (export "add" (func (param "a" u32) (param "b" u32) (result u32)))
  (export "blob" (func (param "data" (list u8)) (result (list u8))))))
(core module $libc_module
  (memory (export "memory") 40)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1310720)))
(core instance $libc (instantiate $libc_module))
(core func $nop (canon lower (func $host "nop")))
(core func $add (canon lower (func $host "add")))
(core func $blob (canon lower (func $host "blob")
  (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
(core module $main_module
  (import "host" "nop" (func $nop))
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (import "host" "blob" (func $blob (param i32 i32 i32)))
  (func (export "nop") (param $count i32) (param i32)
    (loop $more (call $nop)
      (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func (export "add") (param $count i32) (param i32)
    (loop $more (drop (call $add (local.get $count) (i32.const 2)))
      (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func (export "blob") (param $count i32) (param $size i32)
    (loop $more (call $blob (i32.const 65536) (local.get $size) (i32.const 16))
      (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
(core instance $main (instantiate $main_module
  (with "host" (instance
    (export "nop" (func $nop)) (export "add" (func $add)) (export "blob" (func $blob))))))
(func (export "nop") (param "count" u32) (param "size" u32) (canon lift (core func $main "nop")))
(func (export "add") (param "count" u32) (param "size" u32) (canon lift (core func $main "add")))
(func (export "blob") (param "count" u32) (param "size" u32) (canon lift (core func $main "blob"))))"#;

/// Gives the arguments back; for `add` the first of them.
extern "C" fn echo(
    _: *mut c_void,
    _: u64,
    function: u32,
    arguments: WeBuf,
    reply: *const ImportCall,
) {
    let answer =
        if function == 1 { WeBuf::new([7].as_ptr(), 1, nothing, null_mut()) } else { arguments };
    unsafe { we_reply_answer(reply, answer) };
}

extern "C" fn nothing(_: *mut c_void) {}

fn define_typed(host: &mut LinkerInstance<HostState>) -> Result<()> {
    host.func_wrap_async("nop", |_, ()| Box::new(async { Ok(()) }))?;
    host.func_wrap_async("add", |_, (a, _): (u32, u32)| Box::new(async move { Ok((a,)) }))?;
    host.func_wrap_async("blob", |_, (a,): (Vec<u8>,)| Box::new(async move { Ok((a,)) }))
}

/// Nanoseconds per call.
fn measure(
    engine: &Engine,
    pre: &InstancePre<HostState>,
    name: &str,
    count: u32,
    size: u32,
) -> f64 {
    let imports = WeImports { call: Some(echo), drop_resource: None, context: Context(null_mut()) };
    let mut store = new_store(engine, imports);
    block_on(async {
        let instance = pre.instantiate_async(&mut store).await.unwrap();
        let run = instance.get_typed_func::<(u32, u32), ()>(&mut store, name).unwrap();
        run.call_async(&mut store, (count / 10 + 1, size)).await.unwrap();
        let begin = Instant::now();
        run.call_async(&mut store, (count, size)).await.unwrap();
        begin.elapsed().as_nanos() as f64 / f64::from(count)
    })
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

#[test]
#[ignore = "prints figures"]
fn speed_of_imports_answered_inline() {
    for concurrency in [false, true] {
        let engine = engine(concurrency);
        let component = Component::new(&engine, wat::parse_str(TEXT).unwrap()).unwrap();
        let mut typed = Linker::new(&engine);
        define_typed(&mut typed.instance("test:speed/host").unwrap()).unwrap();
        let raw = extend(&Linker::new(&engine), &component, concurrency).unwrap();
        let (typed, raw) =
            (typed.instantiate_pre(&component).unwrap(), raw.instantiate_pre(&component).unwrap());
        let cases = [
            ("nop", 300_000, 0),
            ("add", 300_000, 0),
            ("blob", 100_000, 64),
            ("blob", 100_000, 4 << 10),
            ("blob", 1_000, 1 << 20),
        ];
        for (name, count, size) in cases {
            let rounds = 0..9;
            let (mut typed_ns, mut raw_ns) = (Vec::new(), Vec::new());
            for _ in rounds {
                typed_ns.push(measure(&engine, &typed, name, count, size));
                raw_ns.push(measure(&engine, &raw, name, count, size));
            }
            let (typed_ns, raw_ns) = (median(typed_ns), median(raw_ns));
            println!(
                "event loop {concurrency}, {name} {size}: typed {typed_ns:.0} ns, raw {raw_ns:.0} ns"
            );
        }
    }
}
