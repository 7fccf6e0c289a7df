//! The engine behind `include/weft_engine.h`: Wasmtime as a static library whose tasks are polled by
//! foreign threads. The header is the contract; the comments here say only what it does not.
//!
//! One file per concept: `abi` holds the plain C types, every other file its opaque handle and the
//! `extern "C"` functions on it.

mod abi;
mod allocator;
mod artifact;
mod body;
mod call_queue;
mod checks;
mod command;
mod component;
mod config;
mod engine;
mod error;
mod export_call;
mod export_reply;
mod fields;
mod http;
mod http_handler;
mod instance;
mod limits;
mod module;
mod network;
mod outgoing_body;
mod program;
mod request;
mod response;
mod runtime;
mod serve;
mod stdio;
mod store;
mod task;
mod ticker;
mod value;
mod wasi_context;
mod window;

#[cfg(test)]
mod tests;

/// Changes together with `WE_ABI_VERSION` in the header.
const ABI_VERSION: u32 = 12;

#[unsafe(no_mangle)]
pub extern "C" fn we_abi_version() -> u32 {
    ABI_VERSION
}
