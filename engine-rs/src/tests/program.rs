//! Programs: how they end, what stops them, and which exports make one.

use super::host::*;
use super::run::*;
use crate::component::*;
use crate::config::WeEngineConfig;
use crate::engine::we_engine_free;
use crate::error::*;
use crate::limits::WeInstanceOptions;
use crate::module::*;

fn run(code: Code, words: &[&str]) -> Outcome {
    run_in(code, &Config::doing(words))
}

fn run_with(code: Code, words: &[&str], options: WeInstanceOptions) -> Fault {
    let wasi_context = Config::doing(words).wasi_context().unwrap();
    Run::start(code, wasi_context, options).unwrap().finish().end.unwrap_err()
}

#[test]
fn a_program_that_returns_ends_with_zero() {
    for code in programs() {
        assert_eq!(run(code, &[]).end.unwrap(), 0);
        assert_eq!(run(code, &["exit", "0"]).end.unwrap(), 0);
    }
}

#[test]
fn a_module_gives_its_exit_code_and_a_component_what_0_2_can_say() {
    let [component, module] = programs();

    assert_eq!(run(module, &["exit", "33"]).end.unwrap(), 33);
    assert_eq!(run(component, &["exit", "33"]).end.unwrap(), 1);
}

#[test]
fn a_program_prints_to_its_caller() {
    for code in programs() {
        let outcome = run(code, &["complain", "to stderr"]);
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", "to stderr"));
        assert_eq!(run(code, &["arguments", "a", "b c"]).stdout, "program\narguments\na\nb c\n");
    }
}

#[test]
fn a_program_that_traps_is_a_fault_with_a_story() {
    for code in programs() {
        let fault = run(code, &["abort"]).end.unwrap_err();
        assert_eq!((fault.status, fault.trap), (Status::Trap, TrapKind::Unreachable));
        assert!(!fault.backtrace.is_empty());
    }
}

#[test]
fn a_program_is_held_to_its_memory_and_its_cpu_time() {
    let memory = WeInstanceOptions { memory_bytes_max: 8 << 20, ..call_options() };
    let ticks = WeInstanceOptions { cpu_time_ns_max: 20_000_000, ..call_options() };
    for code in programs() {
        assert_eq!(run_with(code, &["eat"], memory).status, Status::Memory);
        assert_eq!(run_with(code, &["spin"], ticks).status, Status::Cpu);
    }
}

#[test]
fn a_program_is_held_to_its_handles() {
    let options = WeInstanceOptions { handles_max: 1, ..call_options() };
    for code in programs() {
        assert_eq!(run_with(code, &["arguments"], options).status, Status::Handles);
    }
}

#[test]
fn a_spinning_program_gives_its_thread_back() {
    for code in programs() {
        let wasi_context = Config::doing(&["spin"]).wasi_context().unwrap();
        let mut spinner = Run::start(code, wasi_context, call_options()).unwrap();
        assert!(!spinner.poll());
        assert_eq!(spinner.heard.yields, 1);
    }
}

#[test]
fn a_dropped_program_ends_at_once() {
    let engine = engine(&config()).unwrap();
    let component = compile(engine, PROGRAM).unwrap();
    let module = compile_module(engine, MODULE).unwrap();
    for code in [Code::Component(component), Code::Module(module)] {
        let wasi_context = Config::doing(&["spin"]).wasi_context().unwrap();
        let mut spinner = Run::start(code, wasi_context, call_options()).unwrap();
        assert!(!spinner.poll());
        assert_eq!((metrics(engine).instances, metrics(engine).tasks), (1, 1));
        drop(spinner);
        assert_eq!((metrics(engine).instances, metrics(engine).tasks), (0, 0));
    }
    unsafe {
        we_component_free(component);
        we_module_free(module);
        we_engine_free(engine);
    }
}

#[test]
fn programs_count_as_instances() {
    let engine = engine(&WeEngineConfig { instances_max: 1, ..config() }).unwrap();
    let component = compile(engine, PROGRAM).unwrap();
    let module = compile_module(engine, MODULE).unwrap();
    let wasi_context = || Config::doing(&["spin"]).wasi_context().unwrap();
    let mut first = Run::start(Code::Module(module), wasi_context(), call_options()).unwrap();
    assert!(!first.poll());
    for code in [Code::Component(component), Code::Module(module)] {
        let outcome = Run::start(code, wasi_context(), call_options()).unwrap().finish();
        assert_eq!(outcome.end.unwrap_err().status, Status::PoolFull);
    }
    drop(first);
    unsafe {
        we_component_free(component);
        we_module_free(module);
        we_engine_free(engine);
    }
}

/// A component whose `run` has this version and result.
fn returning(version: &str, kind: &str, result: i32) -> Vec<u8> {
    let text = format!(
        r#"(component
          (core module $m (func (export "run") (result i32) i32.const {result}))
          (core instance $i (instantiate $m))
          (type $run {kind})
          (func $run (type $run) (canon lift (core func $i "run")))
          (instance $run (export "run" (func $run)))
          (export "wasi:cli/run@{version}" (instance $run)))"#
    );
    wat::parse_str(text).unwrap()
}

#[test]
fn interfaces_are_matched_by_semantic_version() {
    let engine = engine(&config()).unwrap();
    let (sync, concurrent) = ("(func (result (result)))", "(func async (result (result)))");
    for (version, function, kind) in [
        ("0.2.0", sync, 2),
        ("0.2.3", sync, 2),
        ("0.2.99", sync, 2),
        ("0.3.0", concurrent, 3),
        ("0.3.7", concurrent, 3),
    ] {
        for result in [0, 1] {
            let component = compile(engine, &returning(version, function, result)).unwrap();
            assert_eq!(unsafe { we_component_command(component) }, kind, "{version}");
            let outcome = run(Code::Component(component), &[]);
            assert_eq!(outcome.end.unwrap(), result, "{version}");
            unsafe { we_component_free(component) };
        }
    }
    unsafe { we_engine_free(engine) };
}

#[test]
fn imports_are_matched_by_semantic_version() {
    let engine = engine(&config()).unwrap();
    for (version, is_offered) in
        [("0.2.0", true), ("0.2.99", true), ("0.3.7", true), ("0.1.0", false), ("0.4.0", false)]
    {
        let function = "(func (result (list string)))";
        let text = format!(
            r#"(component (import "wasi:cli/environment@{version}"
                (instance (export "get-arguments" {function}))))"#
        );
        let result = compile(engine, &wat::parse_str(text).unwrap());
        match result {
            Ok(component) => unsafe { we_component_free(component) },
            Err(ref fault) => assert_eq!(fault.status, Status::Link),
        }
        assert_eq!(result.is_ok(), is_offered, "{version}");
    }
    unsafe { we_engine_free(engine) };
}

#[test]
fn other_components_and_modules_are_no_programs() {
    let engine = engine(&config()).unwrap();
    for text in ["(component)", r#"(component (core module $m (func (export "run"))))"#] {
        let component = compile(engine, &wat::parse_str(text).unwrap()).unwrap();
        assert_eq!(unsafe { we_component_command(component) }, 0);
        let wasi_context = Config::default().wasi_context().unwrap();
        let refused =
            Run::start(Code::Component(component), wasi_context, call_options()).err().unwrap();
        assert_eq!(refused.status, Status::NoCommand);
        unsafe { we_component_free(component) };
    }
    for text in [
        "(module)",
        r#"(module (func (export "_start") (param i32)))"#,
        r#"(module (memory (export "_start") 1))"#,
    ] {
        let module = compile_module(engine, &wat::parse_str(text).unwrap()).unwrap();
        assert_eq!(unsafe { we_module_is_command(module) }, 0);
        let wasi_context = Config::default().wasi_context().unwrap();
        let refused = Run::start(Code::Module(module), wasi_context, call_options()).err().unwrap();
        assert_eq!(refused.status, Status::NoCommand);
        unsafe { we_module_free(module) };
    }
    assert_eq!(unsafe { we_component_command(guest()) }, 0);
    unsafe { we_engine_free(engine) };
}

#[test]
fn modules_that_cannot_run_are_refused() {
    let engine = engine(&config()).unwrap();
    let refused = |wasm: &[u8]| compile_module(engine, wasm).err().unwrap();

    assert_eq!(refused(b"no wasm").status, Status::NotWasm);
    assert_eq!(refused(&MODULE[..MODULE.len() / 2]).status, Status::Compile);
    assert_eq!(refused(PROGRAM).status, Status::Artifact, "a component");
    let import = refused(&wat::parse_str(r#"(module (import "env" "fork" (func)))"#).unwrap());
    assert_eq!(import.status, Status::Link);
    assert!(import.message.contains("env::fork"), "{}", import.message);
    let shared = refused(&wat::parse_str("(module (memory 1 2 shared))").unwrap());
    assert_eq!(shared.status, Status::Artifact, "a shared memory would escape the memory limit");
    unsafe { we_engine_free(engine) };
}
