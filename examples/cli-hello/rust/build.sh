#!/usr/bin/env bash
# Builds and signs hello.wasm: `./dev guests cli-hello/rust` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

cargo_component
sign "$out/wasm32-wasip2/release/cli-hello.wasm" cli-hello hello.wasm wasi:cli/environment,wasi:filesystem
