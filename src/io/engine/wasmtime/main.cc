#include "io/engine/wasmtime/compile/compile_worker.h"

// A program that does nothing but compile: what the tests of this module start. `weft` itself is
// one when it is called with `compile_worker_command`.
int main() { weft::engine::wasmtime::run_compile_worker(); }
