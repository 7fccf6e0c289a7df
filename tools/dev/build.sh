#!/usr/bin/env bash
# ./dev build [PRESET]: release by default, and then only the binary: build/release/weft, stripped.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

preset=${1:-release}
case $preset in
dev | release | asan | tsan | fuzz) ;;
*) die "build: there is no preset '$preset'; choose dev, release, asan, tsan or fuzz" ;;
esac

"$WEFT_ROOT/tools/dev/setup.sh"
step "dev build: build/$preset"
if [[ $preset == release ]]; then
    build_targets release weft
    [[ -x $WEFT_ROOT/build/release/weft ]] || die "the build ended without build/release/weft; remove build/release and try again"
else
    build_targets "$preset"
fi
