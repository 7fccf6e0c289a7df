//! What every function promises, whatever it does.

use super::host::*;
use crate::artifact::we_component_load;
use crate::component::*;
use crate::config::WeEngineConfig;
use crate::engine::*;
use crate::error::*;
use crate::runtime::*;
use crate::task::*;
use std::ptr::{null, null_mut};

#[test]
fn the_version_is_that_of_the_header() {
    let header = include_str!("../../include/weft_engine.h");
    assert!(header.contains(&format!("#define WE_ABI_VERSION {}u", crate::we_abi_version())));
}

#[test]
fn a_struct_of_another_size_is_refused() {
    let config = WeEngineConfig { size: size_of::<WeEngineConfig>() - 8, ..config() };

    let fault = engine(&config).unwrap_err();

    assert_eq!(fault.status, Status::Invalid);
    assert_eq!(fault.message, "'we_engine_config' is 40 bytes where 48 are expected");
}

#[test]
fn a_null_is_refused_and_not_followed() {
    init();
    let null_config = outcome(|out, error| unsafe { we_engine_new(null(), out, error) });
    let null_engine =
        outcome(|out, error| unsafe { we_component_load(null(), 0, 0, 0, out, error) });

    assert_eq!(null_config.unwrap_err().status, Status::Invalid);
    assert_eq!(null_engine.err().unwrap().message, "'engine' is null");
    assert_eq!(unsafe { we_engine_new(&config(), null_mut(), null_mut()) }, 1);
    assert_eq!(unsafe { we_component_http(null()) }, 0);
    assert_eq!(unsafe { we_error_code(null()) }, 0);
    assert!(unsafe { we_error_message(null()).bytes() }.is_empty());
    unsafe {
        we_engine_free(null_mut());
        we_component_free(null_mut());
        we_task_drop(null_mut());
        we_error_free(null_mut());
    }
}

#[test]
fn figures_out_of_range_are_refused_by_name() {
    let wrong = [
        (WeEngineConfig { instances_max: 0, ..config() }, "instances_max"),
        (WeEngineConfig { epoch_tick_ms: 0, ..config() }, "epoch_tick_ms"),
        (WeEngineConfig { memory_bytes_max: 1 << 40, ..config() }, "memory_bytes_max"),
        (WeEngineConfig { memory_bytes_max: 65_537, ..config() }, "modulo 64 KiB"),
        (WeEngineConfig { keep_resident_bytes: 1 << 40, ..config() }, "keep_resident_bytes"),
        (WeEngineConfig { allocation: 2, ..config() }, "allocation"),
    ];
    for (config, name) in wrong {
        let fault = engine(&config).unwrap_err();
        assert_eq!(fault.status, Status::Invalid);
        assert!(fault.message.contains(name), "{}", fault.message);
    }
}

#[test]
fn a_second_initialisation_is_refused() {
    init();
    let mut error = null_mut();

    assert_eq!(unsafe { we_runtime_init(&waker_vtable(), &mut error) }, Status::State as i32);

    assert_eq!(unsafe { we_error_code(error) }, Status::State as i32);
    assert_eq!(unsafe { we_error_trap(error) }, TrapKind::None as i32);
    assert!(!unsafe { we_error_message(error).bytes() }.is_empty());
    unsafe { we_error_free(error) };
}

#[test]
fn a_pool_that_does_not_fit_becomes_an_engine_on_demand() {
    // 100,000 slots of at least 4 GiB are more than any address space has.
    let huge = engine(&WeEngineConfig { instances_max: 100_000, ..config() }).unwrap();
    let fits = engine(&config()).unwrap();

    assert_eq!(metrics(huge).pooling, 0);
    assert_eq!(metrics(fits).pooling, 1);
    unsafe {
        we_engine_free(huge);
        we_engine_free(fits);
    }
}
