#!/usr/bin/env bash
# ./dev clean [--cache]: removes build/ of this checkout; --cache also the engine's output for other lock files and what
# headers and clang-tidy remember.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

rm -rf "${WEFT_ROOT:?}/build"
say "clean: removed build/"
if [[ ${1:-} == --cache ]]; then
    use_cargo_target
    for folder in "$WEFT_CACHE"/cargo/*/; do
        [[ ${folder%/} == "${WEFT_CARGO_TARGET:-}" || ! -d $folder ]] && continue
        rm -rf "$folder"
        say "clean: removed $folder"
    done
    rm -rf "${WEFT_CACHE:?}/headers" "${WEFT_CACHE:?}/tidy"
fi
