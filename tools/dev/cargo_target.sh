#!/usr/bin/env bash
# Prints the folder of cargo's output: $XDG_CACHE_HOME/weft/cargo/<start of the lock file's hash>. The engine takes long to
# compile, so its output outlives the work tree and is shared by every build whose lock file is the same.
# The one place that knows this: tools/dev/env.sh and cmake/weft_cargo_target.cmake both ask here.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
hash=$(sha256sum <"$root/engine-rs/Cargo.lock")
printf '%s/weft/cargo/%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}" "${hash:0:16}"
