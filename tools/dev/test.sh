#!/usr/bin/env bash
# ./dev test [-R REGEX]: all tests of one build (debug, AddressSanitizer and UBSan), then the engine's own.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

regex=""
while (($#)); do
    case $1 in
    -R) regex=${2:?dev test: -R needs a regular expression} && shift 2 ;;
    *) die "test: unknown argument '$1'; it takes -R REGEX" ;;
    esac
done

"$WEFT_ROOT/tools/dev/setup.sh"
step "dev test: building build/asan"
build_targets asan
step "dev test: running the tests"
status=0
ctest --test-dir "$WEFT_ROOT/build/asan" --output-on-failure --no-tests=error -j "$WEFT_JOBS" \
    ${regex:+-R "$regex"} || status=1
if [[ -z $regex && -f $WEFT_ROOT/engine-rs/Cargo.toml ]]; then
    step "dev test: the engine's tests"
    (cd "$WEFT_ROOT/engine-rs" && cargo test --locked --profile fast) || status=1
fi
((status == 0)) || die "tests failed; run one again with './dev test -R NAME'"
