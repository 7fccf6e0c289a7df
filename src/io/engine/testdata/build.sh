#!/bin/sh
# Rebuilds the .wasm files after a change to their sources: testguest and testguest_p3 answer HTTP, testprogram is a
# program, testmodule the same one as a core module of preview 1, early a guest that writes before it answers. Needs Rust with the targets wasm32-wasip1 and
# wasm32-wasip2, and the engine's crates (they carry the WIT of WASI 0.3).
set -eu
cd "$(dirname "$0")"
target="${CARGO_TARGET_DIR:-$(mktemp -d)}"
engine=$(pwd)/../../../../engine-rs
# No path of this machine in what is committed.
RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$(rustc --print sysroot)=/rust"
export RUSTFLAGS

# build CRATE TARGET FILE
build() {
    (cd "$1" && CARGO_TARGET_DIR="$target" cargo build --locked --release --target "$2")
    cp "$target/$2/release/$1.wasm" "$3"
    ls -l "$3"
}

wit=$(cargo metadata --locked --format-version 1 --manifest-path "$engine/Cargo.toml" | python3 -c '
import json, os, sys
for package in json.load(sys.stdin)["packages"]:
    if package["name"] == "wasmtime-wasi-http":
        print(os.path.join(os.path.dirname(package["manifest_path"]), "src/p3/wit"))')
rm -rf testguest_p3/wit
cp -r "$wit" testguest_p3/wit
trap 'rm -rf testguest_p3/wit' EXIT

build testguest wasm32-wasip2 testguest.wasm
build testguest_p3 wasm32-wasip2 testguest_p3.wasm
build testprogram wasm32-wasip2 testprogram.wasm
build testprogram wasm32-wasip1 testmodule.wasm
# What C does not hide: needs Debian's clang-19 and lld-19, and wasm-tools.
clang-19 --target=wasm32 -std=c23 -O2 -Wall -nostdlib -Wl,--no-entry -o "$target/early.core.wasm" early.c
wasm-tools component embed "$wit/../../../wit" --world bindings "$target/early.core.wasm" -o "$target/early.wasm"
wasm-tools component new "$target/early.wasm" -o early.wasm
# Those in text form are assembled by the test that compares both.
(cd "$engine" && WEFT_UPDATE_TESTDATA=1 cargo test --locked --profile fast testdata)
