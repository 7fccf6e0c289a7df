#!/usr/bin/env bash
# Builds and signs front.wasm: `./dev guests pipeline/rust-front` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

cargo_component
sign "$out/wasm32-wasip2/release/front.wasm" pipeline-front front.wasm wasi:http/incoming-handler,weft:pipeline
