#!/usr/bin/env bash
# ./dev bench NAME [ARGS]: bench/NAME/run measures weft beside its peers; nothing here passes or fails by time.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

names() { find "$WEFT_ROOT/bench" -mindepth 2 -maxdepth 2 -name run -printf '%h\n' | sed 's|.*/||' | sort | paste -sd' '; }
[[ ${1:-} && -x $WEFT_ROOT/bench/$1/run ]] || die "bench: name one of: $(names)"
"$WEFT_ROOT/tools/dev/setup.sh" --servers
"$WEFT_ROOT/tools/dev/build.sh" release
name=$1
shift
exec "$WEFT_ROOT/bench/$name/run" "$@"
