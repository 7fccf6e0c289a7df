#!/usr/bin/env bash
# ./dev guests [APP]: builds the examples' components from source again: each examples/APP/LANGUAGE/build.sh in turn.
# Not needed for anything else: the signed .wasm files are in the repository.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

app=${1:-*}
mapfile -t recipes < <(compgen -G "$WEFT_ROOT/examples/$app/*/build.sh" || true)
((${#recipes[@]} > 0)) || die "guests: no examples/$app/*/build.sh; name an application of examples/"
"$WEFT_ROOT/tools/dev/setup.sh" --guests
"$WEFT_ROOT/tools/dev/build.sh" release
export PATH=$WEFT_ROOT/build/release:$PATH
for recipe in "${recipes[@]}"; do
    step "dev guests: ${recipe#"$WEFT_ROOT"/}"
    (cd "$(dirname "$recipe")" && ./build.sh) || die "${recipe#"$WEFT_ROOT"/} failed; the lines above say why"
done
