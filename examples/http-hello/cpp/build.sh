#!/usr/bin/env bash
# Builds and signs hello.wasm: ./build.sh. Needs clang-19 with the libraries for wasm32-wasi, cargo, and weft in the PATH.
# `./dev guests http-hello` installs what is missing and calls it; the first time it builds two tools with cargo (half an
# hour on two slow cores), which are then kept in the cache folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

tools=${XDG_CACHE_HOME:-$HOME/.cache}/weft/tools
out=../../../build/guests/http-hello-cpp
export PATH=$tools/bin:$PATH

# need PROGRAM CRATE VERSION
need() {
    [[ $("$1" --version 2>/dev/null || true) == *" $3"* ]] && return
    CARGO_TARGET_DIR=$tools/target cargo install --locked --root "$tools" "$2@$3"
    rm -rf "$tools/target"
}
need wit-bindgen wit-bindgen-cli 0.63.0
need wasm-tools wasm-tools 1.263.0

# WIT of WASI, and the adapter between wasi-libc's preview 1 and components, come from two crates that are only fetched.
mkdir -p "$out/crates/src"
cat >"$out/crates/Cargo.toml" <<'TOML'
[package]
name = "files"
version = "0.0.0"
edition = "2024"
[workspace]
[dependencies]
wasmcloud-component = "=0.2.0"
wasi-preview1-component-adapter-provider = "=50.0.1"
TOML
: >"$out/crates/src/lib.rs"
folder_of() {
    cargo metadata --quiet --format-version 1 --manifest-path "$out/crates/Cargo.toml" | python3 -c '
import json, os, sys
packages = json.load(sys.stdin)["packages"]
print(next(os.path.dirname(one["manifest_path"]) for one in packages if one["name"] == sys.argv[1]))' "$1"
}
wit=$(folder_of wasmcloud-component)/wit/deps
adapter=$(folder_of wasi-preview1-component-adapter-provider)/artefacts/wasi_snapshot_preview1.proxy.wasm

rm -rf "$out/wit" "$out/bindings"
mkdir -p "$out/wit"
cp wit/world.wit "$out/wit/"
cp -r "$wit" "$out/wit/deps"
wit-bindgen cpp "$out/wit" --world hello --out-dir "$out/bindings" >/dev/null

flags=(--target=wasm32-wasi -std=c++23 -Oz -fno-exceptions -fno-rtti -ffunction-sections -fdata-sections)
clang++-19 "${flags[@]}" -Wall -Wextra -Werror -isystem "$out/bindings" -c hello.cpp -o "$out/hello.o"
clang++-19 "${flags[@]}" -w -I"$out/bindings" -c "$out/bindings/hello.cpp" -o "$out/bindings.o"
clang++-19 "${flags[@]}" -mexec-model=reactor -Wl,--gc-sections -Wl,--strip-all \
    "$out/hello.o" "$out/bindings.o" "$out/bindings/hello_component_type.o" -o "$out/core.wasm"
wasm-tools component new "$out/core.wasm" --adapt "wasi_snapshot_preview1=$adapter" -o "$out/hello.wasm"
weft claims sign "$out/hello.wasm" --name hello --ver 0.1.0 \
    --caps wasi:http/incoming-handler \
    --key ../../keys/account.nk --subject "$(cat ../../keys/hello.pub)" --out hello.wasm
