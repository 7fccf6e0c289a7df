#!/usr/bin/env bash
# ./dev run -- ARGS: the built weft with these arguments.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

[[ ${1:-} == -- ]] && shift
"$WEFT_ROOT/tools/dev/build.sh" quick
exec "$WEFT_ROOT/build/quick/weft" "$@"
