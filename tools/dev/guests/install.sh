#!/usr/bin/env bash
# tools/dev/guests/install.sh LANGUAGE...: the tools that those examples are built with, beside Debian's packages. Called by
# ./dev setup --guests.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
# shellcheck source=tools/dev/guests/places.sh
source "$WEFT_ROOT/tools/dev/guests/places.sh"

# install_cargo_tool PROGRAM CRATE VERSION FEATURES: with the features that the recipes use, and no others.
install_cargo_tool() {
    [[ $("$1" --version 2>/dev/null || true) == *" $3"* ]] && return
    step "dev setup: building $2 $3 with cargo, once (minutes on two cores); it is kept in $guest_tools"
    CARGO_TARGET_DIR=$guest_tools/target cargo install --quiet --locked --root "$guest_tools" "$2@$3" \
        --no-default-features --features "$4" </dev/null ||
        die "cargo could not build $2 $3; the lines above say why"
}

install_component_tools() {
    install_cargo_tool wasm-tools wasm-tools "$wasm_tools_version" component,validate,print
    install_cargo_tool wit-bindgen wit-bindgen-cli "$wit_bindgen_version" c,cpp,go,async
    rm -rf "$guest_tools/target"
}

fetch_crates() {
    cargo metadata --quiet --format-version 1 --locked --offline --manifest-path "$guest_crates" >/dev/null 2>&1 && return
    step "dev setup: fetching the crates of ${guest_crates#"$WEFT_ROOT"/}"
    cargo fetch --quiet --locked --manifest-path "$guest_crates" </dev/null
}

# Where rustup cannot fetch the target, the recipes build its standard library from source.
install_rust_target() {
    rust_has wasm32-wasip2 && return
    if command -v rustup >/dev/null; then
        step "dev setup: adding the Rust target wasm32-wasip2"
        rustup target add wasm32-wasip2 </dev/null && return
        rust_has src && return
        step "dev setup: that failed; adding the sources of Rust's standard library instead"
        rustup component add rust-src </dev/null && return
    fi
    rust_has src || die "Rust has neither the target wasm32-wasip2 nor the sources of its standard library; \
install one of them: 'rustup target add wasm32-wasip2' or 'rustup component add rust-src'"
    compgen -G "$(rustc --print sysroot)/lib/rustlib/*/bin/wasm-component-ld" >/dev/null || command -v wasm-component-ld >/dev/null ||
        die "this Rust has no wasm-component-ld and so cannot build the Rust examples; Debian's has not, rustup's has"
}

# Debian's Go is too old for the bindings, yet can fetch a newer one.
fetch_go() {
    local release
    release=$(go_toolchain)
    [[ $(go env GOVERSION) == "go$go_version" || -x $(go env GOMODCACHE)/$release/bin/go ]] && return
    step "dev setup: fetching Go $go_version"
    (cd / && GOFLAGS=-mod=mod GOTOOLCHAIN=local go mod download "$release") </dev/null ||
        die "go could not fetch $release; the lines above say why"
    # Modules carry no modes of files.
    chmod +x "$(go env GOMODCACHE)/$release"/{bin/*,pkg/tool/*/*}
}

for language in "$@"; do
    case $language in
    rust*) install_rust_target ;;
    c | cpp) install_component_tools && fetch_crates ;;
    go) install_component_tools && fetch_crates && fetch_go ;;
    js | python) fetch_crates ;;
    *) die "setup: there is no example in '$language'" ;;
    esac
done
