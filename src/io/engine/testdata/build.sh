#!/bin/sh
# Rebuilds testguest.wasm after a change to its source. Needs Rust with the target wasm32-wasip2.
set -eu
cd "$(dirname "$0")/testguest"
target="${CARGO_TARGET_DIR:-$(mktemp -d)}"
CARGO_TARGET_DIR="$target" cargo build --locked --release --target wasm32-wasip2
cp "$target/wasm32-wasip2/release/testguest.wasm" ../testguest.wasm
ls -l ../testguest.wasm
