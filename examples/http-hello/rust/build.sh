#!/usr/bin/env bash
# Builds and signs hello.wasm: ./build.sh. Needs cargo with the target wasm32-wasip2, and weft in the PATH.
# `./dev guests http-hello` installs what is missing and calls it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

out=../../../build/guests/http-hello-rust
CARGO_TARGET_DIR=$out cargo build --quiet --locked --release --target wasm32-wasip2
weft claims sign "$out/wasm32-wasip2/release/http_hello.wasm" --name hello --ver 0.1.0 \
    --caps wasi:http/incoming-handler \
    --key ../../keys/account.nk --subject "$(cat ../../keys/hello.pub)" --out hello.wasm
