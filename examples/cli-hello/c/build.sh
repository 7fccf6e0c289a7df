#!/usr/bin/env bash
# Builds and signs hello.wasm, a component, and hello_p1.wasm, the core module in it: `./dev guests cli-hello/c` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

clang-19 --target=wasm32-wasi -std=c17 -Oz -Wall -Wextra -Werror -ffunction-sections -fdata-sections \
    -Wl,--gc-sections -Wl,--strip-all hello.c -o "$out/core.wasm"
component "$out/core.wasm" command "$out/hello.wasm"
sign "$out/core.wasm" cli-hello hello_p1.wasm wasi:cli/environment,wasi:filesystem
sign "$out/hello.wasm" cli-hello hello.wasm wasi:cli/environment,wasi:filesystem
