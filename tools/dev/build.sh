#!/usr/bin/env bash
# ./dev build [PRESET]: release by default. Of release and quick only the binary is built: build/PRESET/weft.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

preset=${1:-release}
case $preset in
dev | quick | release | asan | tsan | fuzz) ;;
*) die "build: there is no preset '$preset'; choose dev, quick, release, asan, tsan or fuzz" ;;
esac

"$WEFT_ROOT/tools/dev/setup.sh"
step "dev build: build/$preset"
if [[ $preset == release || $preset == quick ]]; then
    build_targets "$preset" weft
    [[ -x $WEFT_ROOT/build/$preset/weft ]] || die "the build ended without build/$preset/weft; remove build/$preset and try again"
else
    build_targets "$preset"
fi
