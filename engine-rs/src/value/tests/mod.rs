//! Tests of the codec and of calls. `oracle` compares it with wasmtime's own dynamic values, over random
//! types and values; the rest are examples with guests written by hand.

mod asynchronous;
mod codec;
mod deferred;
mod describe;
mod dynamic;
mod echo;
mod hostile;
mod io;
mod liar;
mod random;
mod resources;
mod speed;
mod streams;
mod units;
mod world;
