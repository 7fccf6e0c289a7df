# shellcheck shell=bash
# What every sub-command of ./dev knows: places, messages, how to install. Sourced, never run.

WEFT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WEFT_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/weft
export WEFT_ROOT WEFT_CACHE WEFT_JOBS=${WEFT_JOBS:-$(nproc)}
export PYTHONDONTWRITEBYTECODE=1

# ccache: paths relative to the work tree, so that two checkouts share what they compiled.
export CCACHE_BASEDIR=$WEFT_ROOT CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}
# What ccache asks for before it keeps what was compiled with a precompiled header.
export CCACHE_SLOPPINESS=pch_defines,time_macros

# cargo: the user's own first; Debian's `cargo-web` installs /usr/bin/cargo.
cargo_minor_min=95
if [[ -x $HOME/.cargo/bin/cargo && :$PATH: != *:$HOME/.cargo/bin:* ]]; then
    export PATH=$HOME/.cargo/bin:$PATH
fi

say() { printf '%s\n' "$*" >&2; }
step() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
# A failure is one sentence with its remedy.
die() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}
[[ -t 2 ]] || step() { say "$@"; }

cargo_is_new_enough() {
    local version
    version=$(cargo --version 2>/dev/null) || return 1
    [[ $version =~ ^cargo\ 1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= cargo_minor_min))
}

# Puts the folder of cargo's output into the environment; CMake and cargo read it.
use_cargo_target() {
    [[ -f $WEFT_ROOT/engine-rs/Cargo.lock ]] || return 0
    WEFT_CARGO_TARGET=${WEFT_CARGO_TARGET:-$("$WEFT_ROOT/tools/dev/cargo_target.sh")}
    export WEFT_CARGO_TARGET CARGO_TARGET_DIR=$WEFT_CARGO_TARGET
}

# configure PRESET: makes build/PRESET if it is not there or its presets are newer.
configure() {
    local folder=$WEFT_ROOT/build/$1
    use_cargo_target
    if [[ ! -f $folder/build.ninja || $WEFT_ROOT/CMakePresets.json -nt $folder/build.ninja ]]; then
        (cd "$WEFT_ROOT" && cmake --preset "$1" >"$WEFT_ROOT/build/$1.configure.log" 2>&1) || {
            tail -n 30 "$WEFT_ROOT/build/$1.configure.log" >&2
            die "cannot configure build/$1; read the lines above (all of them: build/$1.configure.log)"
        }
    fi
}

# build_targets PRESET [TARGET...]: ninja shows its progress.
build_targets() {
    local preset=$1
    shift
    mkdir -p "$WEFT_ROOT/build"
    configure "$preset"
    # WEFT_TARGETS is for the step that shows progress: tools/dev/engine.py.
    WEFT_TARGETS=$* NINJA_STATUS="[%f/%t %es] " cmake --build "$WEFT_ROOT/build/$preset" -j "$WEFT_JOBS" ${1:+--target "$@"} >&2 ||
        die "build/$preset does not build; the first 'error:' above says why"
}
