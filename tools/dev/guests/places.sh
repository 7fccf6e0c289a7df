# shellcheck shell=bash
# What the examples are built with: versions, places. Sourced by what installs it (install.sh) and by what uses it
# (recipe.sh), after tools/dev/env.sh. Versions of crates are in crates/, of npm's and PyPI's packages beside the sources.

# shellcheck disable=SC2034 # used where this is sourced
wasm_tools_version=1.263.0 wit_bindgen_version=0.63.0 go_version=1.26.8

# Programs that cargo builds; kept across checkouts.
guest_tools=$WEFT_CACHE/tools
export PATH=$guest_tools/bin:$PATH

guest_crates=$WEFT_ROOT/tools/dev/guests/crates/Cargo.toml

# Go fetches its own releases as modules.
go_toolchain() { printf 'golang.org/toolchain@v0.0.1-go%s.linux-%s\n' "$go_version" "$(go env GOARCH)"; }

# rust_has PART: whether this Rust brings wasm32-wasip2, or src, of which that target can be built.
rust_has() { [[ -d $(rustc --print sysroot)/lib/rustlib/$1 ]]; }
