#!/usr/bin/env bash
# Builds and signs hello.wasm: `./dev guests http-hello/c` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

wit_folder
bindings c hello
flags=(--target=wasm32-wasi -std=c17 -Oz -ffunction-sections -fdata-sections)
clang-19 "${flags[@]}" -Wall -Wextra -Werror -isystem "$out/bindings" -c hello.c -o "$out/hello.o"
clang-19 "${flags[@]}" -w -c "$out/bindings/hello.c" -o "$out/bindings.o"
clang-19 "${flags[@]}" -mexec-model=reactor -Wl,--gc-sections -Wl,--strip-all \
    "$out/hello.o" "$out/bindings.o" "$out/bindings/hello_component_type.o" -o "$out/core.wasm"
component "$out/core.wasm" proxy "$out/hello.wasm"
sign "$out/hello.wasm" hello hello.wasm wasi:http/incoming-handler
