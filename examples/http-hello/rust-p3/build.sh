#!/usr/bin/env bash
# Builds and signs hello.wasm: `./dev guests http-hello/rust-p3` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

cargo_component
sign "$out/wasm32-wasip2/release/http_hello_p3.wasm" hello hello.wasm wasi:http/handler
