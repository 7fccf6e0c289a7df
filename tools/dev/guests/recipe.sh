# shellcheck shell=bash
# What the recipes of the examples share. Sourced by examples/APP/LANGUAGE/build.sh, which ./dev guests runs after it has
# installed what is missing; the recipe stands in its own folder.

# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
# shellcheck source=tools/dev/guests/places.sh
source "$WEFT_ROOT/tools/dev/guests/places.sh"

# Where this recipe may write.
out=$WEFT_ROOT/build/guests/$(basename "$(dirname "$PWD")")-$(basename "$PWD")
mkdir -p "$out"

# crate NAME: the folder of one of the crates that are fetched for their files.
crate() {
    cargo metadata --quiet --format-version 1 --locked --offline --manifest-path "$guest_crates" | python3 -c '
import json, os, sys
packages = json.load(sys.stdin)["packages"]
print(next(os.path.dirname(one["manifest_path"]) for one in packages if one["name"] == sys.argv[1]))' "$1"
}

# wit_folder: the application's world and the packages of WASI that it speaks of, in $out/wit.
wit_folder() {
    rm -rf "$out/wit"
    mkdir -p "$out/wit"
    cp ../wit/world.wit "$out/wit/"
    cp -r "$(crate wasip2)/wit/deps" "$out/wit/deps"
}

# bindings LANGUAGE WORLD: of that world, in $out/bindings.
bindings() {
    rm -rf "$out/bindings"
    wit-bindgen "$1" "$out/wit" --world "$2" --out-dir "$out/bindings" >"$out/bindings.log" 2>&1 || {
        cat "$out/bindings.log" >&2
        return 1
    }
}

# component CORE ADAPTER COMPONENT: ADAPTER is proxy, reactor or command, after what the component is.
component() {
    wasm-tools component new "$1" -o "$3" \
        --adapt "wasi_snapshot_preview1=$(crate wasi-preview1-component-adapter-provider)/artefacts/wasi_snapshot_preview1.$2.wasm"
}

# cargo_component: builds the crate of this folder, into $out/wasm32-wasip2/release. Paths of this machine stay out of it.
cargo_component() {
    local sysroot flags options=()
    sysroot=$(rustc --print sysroot)
    flags="--remap-path-prefix=$sysroot/lib/rustlib/src/rust=rust --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
    flags+=" --remap-path-prefix=$PWD=."
    if ! rust_has wasm32-wasip2; then
        # Its standard library from source and C's from Debian. Without a crt1 that runs the constructors once, the linker has
        # them run in each call from the host, where they may call nothing.
        local libc=/usr/lib/wasm32-wasi
        options=(-Z "build-std=std,panic_abort")
        flags+=" -C link-self-contained=no -L native=$libc"
        if grep -q '^\[lib\]' Cargo.toml; then
            flags+=" -C link-arg=$libc/crt1-reactor.o -C link-arg=--export=_initialize"
        else
            flags+=" -C link-arg=$libc/crt1.o"
        fi
        export RUSTC_BOOTSTRAP=1
    fi
    RUSTFLAGS=$flags CARGO_TARGET_DIR=$out cargo build --quiet --locked --release --target wasm32-wasip2 "${options[@]}"
}

# go_component WORLD EXPORT: the Go file of this folder, which exports EXPORT of that world, into $out/unsigned.wasm.
go_component() {
    local go
    go=$(go env GOMODCACHE)/$(go_toolchain)/bin/go
    [[ -x $go ]] || go=$(command -v go)
    wit_folder
    bindings go "$1"
    mkdir -p "$out/bindings/export_$2"
    cp ./*.go "$out/bindings/export_$2/"

    # What the bindings call at run time comes with their generator; it names a newer Go than it needs.
    rm -rf "$out/pkg"
    cp -r --no-preserve=mode "$(crate wit-bindgen-go)/src/pkg" "$out/pkg"
    (
        export GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GOWORK=off
        cd "$out/pkg" && "$go" mod edit -go=1.26
        cd "$out/bindings" && "$go" mod edit -replace go.bytecodealliance.org/pkg=../pkg
        GOOS=wasip1 GOARCH=wasm "$go" build -buildmode=c-shared -trimpath -ldflags='-s -w -checklinkname=0' -o "$out/core.wasm" .
    )
    wasm-tools component embed "$out/wit" --world "$1" "$out/core.wasm" -o "$out/typed.wasm"
    component "$out/typed.wasm" reactor "$out/unsigned.wasm"
}

# claims_of FILE: what the token says, except for when it was made.
claims_of() {
    "$weft" claims inspect -o json "$1" 2>/dev/null | python3 -c '
import json, sys
claims = json.load(sys.stdin)["tokens"][0]["claims"]
print({name: value for name, value in sorted(claims.items()) if name not in ("iat", "jti")})' 2>/dev/null
}

# sign FILE NAME SIGNED [CAPABILITIES]: with the published key of examples/keys. A file that says the same of the same code
# stays as it is, so that building again changes nothing.
weft=${WEFT_BINARY:-$WEFT_ROOT/build/quick/weft}
sign() {
    local keys=$WEFT_ROOT/examples/keys fresh=$out/signed.wasm
    install -m 600 "$keys/account.nk" "$out/account.nk"  # Git keeps no modes, and a seed that others may read is refused.
    ! command -v wasm-tools >/dev/null || wasm-tools validate --features all "$1"
    "$weft" claims sign "$1" --name "$2" --ver 0.1.0 ${4:+--caps "$4"} \
        --key "$out/account.nk" --subject "$(cat "$keys/$2.pub")" --out "$fresh" >/dev/null
    local kept="as before"
    if [[ $(claims_of "$fresh") != "$(claims_of "$3")" ]]; then
        mv "$fresh" "$3"
        kept=new
    fi
    rm -f "$fresh"
    say "  $(realpath --relative-to="$WEFT_ROOT" "$3"): $kept, $(($(stat -c %s "$3") / 1000)) kB"
    "$weft" inspect "$3" | sed -n 's/^\(import\|export\)  */    \1 /p' >&2
}
