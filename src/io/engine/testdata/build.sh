#!/bin/sh
# Rebuilds the .wasm files after a change to their sources. Needs Rust with the target wasm32-wasip2 and the engine's
# crates (they carry the WIT of WASI 0.3).
set -eu
cd "$(dirname "$0")"
target="${CARGO_TARGET_DIR:-$(mktemp -d)}"
engine=$(pwd)/../../../../engine-rs
# No path of this machine in what is committed.
RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$(rustc --print sysroot)=/rust"
export RUSTFLAGS

build() {
    (cd "$1" && CARGO_TARGET_DIR="$target" cargo build --locked --release --target wasm32-wasip2)
    cp "$target/wasm32-wasip2/release/$1.wasm" "$1.wasm"
    ls -l "$1.wasm"
}

wit=$(cargo metadata --locked --format-version 1 --manifest-path "$engine/Cargo.toml" | python3 -c '
import json, os, sys
for package in json.load(sys.stdin)["packages"]:
    if package["name"] == "wasmtime-wasi-http":
        print(os.path.join(os.path.dirname(package["manifest_path"]), "src/p3/wit"))')
rm -rf testguest_p3/wit
cp -r "$wit" testguest_p3/wit
trap 'rm -rf testguest_p3/wit' EXIT

build testguest
build testguest_p3
# The one in text form is assembled by the test that compares both.
(cd "$engine" && WEFT_UPDATE_TESTDATA=1 cargo test --locked --profile fast testdata)
