//! Tests through the C functions, as the C++ side calls them. The guest is the engine's test guest,
//! whose source is in `src/io/engine/testdata/testguest`.

mod artifact;
mod body;
mod call_queue;
mod component;
mod contract;
mod exports;
mod faults;
pub mod host;
mod http;
mod instances;
mod limits;
mod program;
mod run;
mod testdata;
mod wasi_context;
