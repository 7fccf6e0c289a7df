//! What is compiled ahead runs as if it had been compiled here, or is refused.

use super::host::*;
use super::run;
use crate::artifact::*;
use crate::component::*;
use crate::config::WeEngineConfig;
use crate::engine::*;
use crate::error::*;
use crate::module::*;
use std::fs::File;
use std::os::fd::AsRawFd;

fn fingerprint_of(config: &WeEngineConfig) -> Vec<u8> {
    let engine = engine(config).unwrap();
    let bytes = bytes_of(|out, error| unsafe { we_engine_fingerprint(engine, out, error) });
    unsafe { we_engine_free(engine) };
    bytes.unwrap()
}

fn load(engine: *const WeEngine, bytes: &[u8], size: usize) -> Result<*mut WeComponent, Fault> {
    let file = file_of(bytes);
    outcome(|out, error| unsafe {
        we_component_load(engine, file.as_raw_fd(), size as u64, 0, out, error)
    })
}

fn refusal(config: &WeEngineConfig, bytes: &[u8], size: usize) -> Fault {
    let engine = engine(config).unwrap();
    let fault = load(engine, bytes, size).expect_err("it must not load");
    unsafe { we_engine_free(engine) };
    fault
}

/// A binary of one section.
fn binary(layer: u8, id: u8, body: &[u8]) -> Vec<u8> {
    let version = if layer == 0 { 1 } else { 13 };
    let mut bytes = vec![0, b'a', b's', b'm', version, 0, layer, 0, id];
    bytes.extend(leb(body.len() as u32));
    bytes.extend_from_slice(body);
    bytes
}

fn leb(mut value: u32) -> Vec<u8> {
    let mut bytes = vec![];
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

#[test]
fn an_artefact_runs_in_an_engine_with_a_pool_and_in_one_without() {
    let mut artifact = artifact_of(&config(), GUEST).unwrap();
    let size = artifact.len();
    artifact.extend_from_slice(b"what others keep behind it");

    for allocation in [0, 1] {
        let engine = engine(&WeEngineConfig { allocation, ..config() }).unwrap();
        assert_eq!(metrics(engine).pooling, allocation as u64);
        let component = load(engine, &artifact, size).unwrap();

        let heard = Call::start(component, &get("/ignore"), call_options()).unwrap().finish();

        assert_eq!(heard.body, b"ignored");
        unsafe {
            we_component_free(component);
            we_engine_free(engine);
        }
    }
}

#[test]
fn what_is_no_component_is_refused_as_when_it_is_compiled_here() {
    let cut = &GUEST[..GUEST.len() / 2];

    assert_eq!(artifact_of(&config(), b"").unwrap_err().status, Status::NotWasm);
    assert_eq!(artifact_of(&config(), cut).unwrap_err().status, Status::Compile);
    let wrong = WeEngineConfig { instances_max: 0, ..config() };
    assert_eq!(artifact_of(&wrong, GUEST).unwrap_err().status, Status::Invalid);
}

#[test]
fn an_import_that_nobody_offers_is_named_when_it_is_loaded() {
    let text = r#"(component (import "acme:ledger/book@1.2.0" (instance (export "add" (func)))))"#;
    let artifact = artifact_of(&config(), &wat::parse_str(text).unwrap()).unwrap();

    let fault = refusal(&config(), &artifact, artifact.len());

    assert_eq!(fault.status, Status::Link);
    assert!(fault.message.contains("acme:ledger/book@1.2.0"), "{}", fault.message);
}

#[test]
fn what_is_not_an_artefact_of_this_kind_of_engine_does_not_load() {
    let mut artifact = artifact_of(&config(), GUEST).unwrap();
    let size = artifact.len();

    assert_eq!(refusal(&config(), &artifact, 0).status, Status::Artifact);
    assert_eq!(refusal(&config(), &artifact, size + 1).status, Status::Artifact);
    assert_eq!(refusal(&config(), GUEST, GUEST.len()).status, Status::Artifact);
    // Wasmtime's own check, under a tag that does not fit.
    artifact[size - 1] = b'c';
    let fault = refusal(&config(), &artifact, size);
    assert_eq!(fault.status, Status::Artifact);
    assert!(fault.message.contains("concurrency support"), "{}", fault.message);
}

#[test]
fn a_component_of_wasi_03_gets_the_event_loop() {
    let plain = artifact_of(&config(), GUEST).unwrap();
    let concurrent = artifact_of(&config(), GUEST_03).unwrap();

    assert_eq!(plain.last(), Some(&b'p'));
    assert_eq!(concurrent.last(), Some(&b'c'));
    let engine = engine(&config()).unwrap();
    for (artifact, version) in [(plain, 2), (concurrent, 3)] {
        let component = load(engine, &artifact, artifact.len()).unwrap();
        assert_eq!(unsafe { we_component_http(component) }, version);
        let heard = Call::start(component, &get("/ignore"), call_options()).unwrap().finish();
        assert_eq!(heard.status, 200);
        unsafe { we_component_free(component) };
    }
    unsafe { we_engine_free(engine) };
}

#[test]
fn names_of_wasi_03_are_found_where_they_count() {
    let importing = |name: &str| {
        let text = format!(r#"(component (import "{name}" (instance)))"#);
        wat::parse_str(text).unwrap()
    };
    let exporting = r#"(component (instance $i) (export "wasi:x/y@0.3.0" (instance $i)))"#;

    assert!(names_wasi_03(&importing("wasi:clocks/types@0.3.1")));
    assert!(names_wasi_03(&wat::parse_str(exporting).unwrap()));
    assert!(!names_wasi_03(&importing("wasi:clocks/types@0.2.3")));
    assert!(!names_wasi_03(&importing("acme:clocks/types@0.3.1")));
    let custom = wat::parse_str(r#"(component (@custom "wasi:a/b@0.3.0" "wasi:a/b@0.3.0"))"#);
    assert!(!names_wasi_03(&custom.unwrap()));
    assert!(!names_wasi_03(b"\0asm"));
}

#[test]
fn functions_are_counted_wherever_they_are() {
    let module = binary(0, 3, &leb(70_000));
    let inner = binary(1, 1, &module);
    let mut outer = binary(1, 4, &inner);
    outer.extend_from_slice(&binary(1, 1, &module)[8..]);
    outer.extend_from_slice(&binary(1, 8, &leb(60_000))[8..]);

    assert_eq!(count_functions(&module), 70_000);
    assert_eq!(count_functions(&outer), 200_000);
    assert!(check_functions(&outer).is_ok());
    outer.extend_from_slice(&binary(1, 8, &leb(1))[8..]);
    assert_eq!(
        check_functions(&outer).unwrap_err().message,
        "it has 200001 functions, at most 200000 are compiled"
    );
    assert_eq!(artifact_of(&config(), &outer).unwrap_err().status, Status::TooManyFunctions);
    let engine = engine(&config()).unwrap();
    assert_eq!(compile(engine, &outer).unwrap_err().status, Status::TooManyFunctions);
    unsafe { we_engine_free(engine) };
}

#[test]
fn counting_stops_where_a_binary_is_damaged() {
    let module = binary(0, 3, &leb(7));

    for size in 0..module.len() {
        assert_eq!(count_functions(&module[..size]), 0);
    }
    assert_eq!(count_functions(&binary(0, 3, &[0xff; 9])), 0);
    assert_eq!(count_functions(&binary(1, 1, b"\0as")), 0);
    assert_eq!(
        count_functions(&[&module[..8], &[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]].concat()),
        0
    );
}

#[test]
fn a_fingerprint_is_that_of_the_build_whatever_the_pool() {
    let pool = fingerprint_of(&config());

    assert_eq!(fingerprint_of(&config()), pool);
    assert_eq!(fingerprint_of(&WeEngineConfig { allocation: 0, ..config() }), pool);
    let build = pool.windows(7).any(|bytes| bytes == b"48.0.8+");
    assert!(build, "the build's version is in it");
    assert!(include_str!("../../Cargo.toml").contains(r#"wasmtime = { version = "=48.0.8""#));
}

fn load_module(engine: *const WeEngine, bytes: &[u8]) -> Result<*mut WeModule, Fault> {
    let file = file_of(bytes);
    outcome(|out, error| unsafe {
        we_module_load(engine, file.as_raw_fd(), bytes.len() as u64, out, error)
    })
}

#[test]
fn a_core_module_is_an_artefact_of_its_own_kind() {
    let engine = engine(&config()).unwrap();
    let module = artifact_of(&config(), run::MODULE).unwrap();
    let component = artifact_of(&config(), GUEST).unwrap();

    let loaded = load_module(engine, &module).unwrap();
    let told = run::Config::doing(&["exit", "7"]);
    assert_eq!(run::run_in(run::Code::Module(loaded), &told).end.unwrap(), 7);

    assert_eq!(load_module(engine, &component).err().unwrap().status, Status::Artifact);
    assert_eq!(load(engine, &module, module.len()).err().unwrap().status, Status::Artifact);
    let cut = &module[..module.len() / 2];
    assert_eq!(load_module(engine, cut).err().unwrap().status, Status::Artifact);
    unsafe {
        we_module_free(loaded);
        we_engine_free(engine);
    }
}

#[test]
fn a_descriptor_that_is_not_open_is_refused() {
    let engine = engine(&config()).unwrap();
    let path = std::env::temp_dir().join(format!("weft-write-only-{}", std::process::id()));
    let write_only = File::create(&path).unwrap();
    std::fs::remove_file(&path).unwrap();

    // No process has so many files open.
    for fd in [-1, i32::MIN, i32::MAX, write_only.as_raw_fd()] {
        for size in [0, 100, u64::MAX] {
            let component =
                outcome(|out, error| unsafe { we_component_load(engine, fd, size, 0, out, error) });
            let module =
                outcome(|out, error| unsafe { we_module_load(engine, fd, size, out, error) });
            let fault = component.err().unwrap();
            assert_eq!(fault.status, Status::Invalid);
            assert_eq!(fault.message, format!("'fd' {fd} is not open for reading"));
            assert_eq!(module.err().unwrap().status, Status::Invalid);
        }
    }
    unsafe { we_engine_free(engine) };
}

#[test]
fn a_core_module_with_too_many_functions_is_not_compiled() {
    let functions = binary(0, 3, &leb(FUNCTIONS_MAX as u32 + 1));

    let fault = artifact_of(&config(), &functions).unwrap_err();

    assert_eq!(fault.status, Status::TooManyFunctions);
}
