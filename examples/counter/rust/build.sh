#!/usr/bin/env bash
# Builds and signs counter.wasm: `./dev guests counter/rust` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

cargo_component
sign "$out/wasm32-wasip2/release/counter.wasm" counter counter.wasm \
    wasi:http/incoming-handler,wasi:keyvalue/store,wasi:keyvalue/atomics
