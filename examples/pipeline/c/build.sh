#!/usr/bin/env bash
# Builds and signs splitter.wasm: `./dev guests pipeline/c` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

wit_folder
bindings c splitter
flags=(--target=wasm32-wasi -std=c17 -Oz -ffunction-sections -fdata-sections)
clang-19 "${flags[@]}" -Wall -Wextra -Werror -isystem "$out/bindings" -c splitter.c -o "$out/splitter.o"
clang-19 "${flags[@]}" -w -c "$out/bindings/splitter.c" -o "$out/bindings.o"
clang-19 "${flags[@]}" -mexec-model=reactor -Wl,--gc-sections -Wl,--strip-all \
    "$out/splitter.o" "$out/bindings.o" "$out/bindings/splitter_component_type.o" -o "$out/core.wasm"
component "$out/core.wasm" reactor "$out/splitter.wasm"
sign "$out/splitter.wasm" pipeline-tokens splitter.wasm weft:pipeline/types,weft:pipeline/tokens
