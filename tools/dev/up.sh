#!/usr/bin/env bash
# ./dev up MANIFEST [ARGS...]: builds weft, then runs the manifest with the examples' published key trusted.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

[[ ${1:-} && $1 != -* ]] || die "up: name a manifest first, for example './dev up examples/http-hello/app.yaml'"
[[ -e $1 ]] || die "up: there is no file '$1'; paths start where you stand ($PWD)"
# The public account key; worth nothing by design, so only this command passes it.
key=$(grep -rhoE '\bA[A-Z2-7]{55}\b' "$WEFT_ROOT/examples/keys" 2>/dev/null | head -n 1) ||
    die "up: examples/keys/ holds no public account key; restore it with 'git checkout examples/keys'"

"$WEFT_ROOT/tools/dev/build.sh" quick
say "dev up: trusting the examples' published key $key for this run"
exec "$WEFT_ROOT/build/quick/weft" up "$@" --trust "$key"
