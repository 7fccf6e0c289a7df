#!/usr/bin/env bash
# ./dev fmt [--check]: clang-format over every C++ file, rustfmt over the engine.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

cd "$WEFT_ROOT"
mode=(-i)
rust_mode=()
if [[ ${1:-} == --check ]]; then
    mode=(--dry-run -Werror)
    rust_mode=(--check)
fi
mapfile -t files < <(git ls-files --cached --others --exclude-standard -- '*.cc' '*.h' | while read -r file; do
    [[ -f $file ]] && printf '%s\n' "$file"
done)
status=0
printf '%s\n' "${files[@]}" | xargs -r -n 20 -P "$WEFT_JOBS" clang-format-19 "${mode[@]}" || status=1
rust=not
if [[ -f engine-rs/Cargo.toml ]] && cargo fmt --version >/dev/null 2>&1; then
    rust=also
    cargo fmt --manifest-path engine-rs/Cargo.toml -- "${rust_mode[@]}" || status=1
fi
((status == 0)) || die "some files are not formatted; run './dev fmt' and look at the difference"
say "fmt: ${#files[@]} C++ files; Rust $rust checked"
