#!/usr/bin/env bash
# ./dev check [--all] [--keep-going] [--list] [LANE...]: what CI runs, cheap lanes first; stops at the first that fails.
# Each lane prints its seconds; a table closes the run.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
# shellcheck source=tools/dev/lanes.sh
source "$(dirname "${BASH_SOURCE[0]}")/lanes.sh"

lanes=(lint format clippy house headers test tidy tsan fuzz release system)
slow_lanes=(tidy_tests tsan_all release_tests fuzz_long soak seeds)

all=false keep_going=false chosen=()
for argument in "$@"; do
    case $argument in
    --all) all=true ;;
    --keep-going) keep_going=true ;;
    --list) printf '%s\n' "${lanes[@]}" "${slow_lanes[@]/%/ (--all)}" && exit ;;
    *)
        [[ " ${lanes[*]} ${slow_lanes[*]} " == *" $argument "* ]] ||
            die "check: there is no lane '$argument'; './dev check --list' names them"
        chosen+=("$argument")
        ;;
    esac
done
if ((${#chosen[@]} == 0)); then
    chosen=("${lanes[@]}")
    $all && chosen+=("${slow_lanes[@]}")
fi

rows=() failed=()
print_table() {
    printf '\n%-14s %-8s %7s\n' lane result seconds
    ((${#rows[@]} == 0)) || printf '%s\n' "${rows[@]}"
    printf '%-14s %-8s %7d\n' total "" "$SECONDS"
}

"$WEFT_ROOT/tools/dev/setup.sh" --clippy
cd "$WEFT_ROOT"
for lane in "${chosen[@]}"; do
    if ((${#failed[@]} > 0)) && ! $keep_going; then
        rows+=("$(printf '%-14s %-8s %7s' "$lane" "not run" -)")
        continue
    fi
    step "== $lane: $(lane_title "$lane")"
    started=$SECONDS
    # A shell of its own, so that `set -e` holds inside the lane.
    if (lane_"$lane") </dev/null; then result=ok; else result=FAILED && failed+=("$lane"); fi
    rows+=("$(printf '%-14s %-8s %7d' "$lane" "$result" $((SECONDS - started)))")
    printf '== %s: %s after %d s\n' "$lane" "$result" $((SECONDS - started))
done
print_table
((${#failed[@]} == 0)) || die "check: failed: ${failed[*]}; run one again with './dev check ${failed[0]}'"
