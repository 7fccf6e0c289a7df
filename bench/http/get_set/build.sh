#!/usr/bin/env bash
# Builds and signs get_set.wasm, as ./dev guests does with the examples: `./dev setup --guests=rust` installs what is missing,
# WEFT_BINARY names a weft that signs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

cargo_component
sign "$out/wasm32-wasip2/release/get_set.wasm" counter get_set.wasm wasi:http/incoming-handler,wasi:keyvalue/store
