#!/usr/bin/env bash
# ./dev setup [--servers] [--clippy] [--guests[=LANGUAGE,...]]: installs what is missing, after naming it. The languages are
# those of the folders of examples/*/; without any, all of them.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

packages=(clang-19 clang-tidy-19 clang-format-19 lld-19 llvm-19 libclang-rt-19-dev ccache cmake ninja-build pkg-config
    libboost1.81-dev libfmt-dev libfyaml-dev libsodium-dev libsqlite3-dev libssl-dev libcli11-dev libgtest-dev libgmock-dev
    python3 curl git ca-certificates iproute2 shellcheck)
server_packages=(nginx-light wrk)
server_services=(nginx)
cargo_packages=(rustc-web cargo-web)
clippy_packages=(rust-web-clippy)

# What Debian has for an example in a language; Go, Node.js and npm may also come from elsewhere.
guest_packages() {
    case $1 in
    rust* | c) echo wasi-libc libclang-rt-19-dev-wasm32 ;;
    cpp) echo wasi-libc libclang-rt-19-dev-wasm32 libc++-19-dev-wasm32 libc++abi-19-dev-wasm32 ;;
    go) command -v go >/dev/null || echo golang-go ;;
    js)
        command -v node >/dev/null || echo nodejs
        command -v npm >/dev/null || echo npm
        ;;
    python) echo python3-venv ;;
    *) die "setup: there is no example in '$1'; the folders of examples/*/ name the languages" ;;
    esac
}

servers=false clippy=false languages=()
for argument in "$@"; do
    case $argument in
    --servers) servers=true ;;
    --clippy) clippy=true ;;
    --guests) languages=(c cpp go js python rust) ;;
    --guests=*) IFS=, read -ra languages <<<"${argument#*=}" ;;
    *) die "setup: unknown argument '$argument'; it takes --servers, --clippy and --guests[=LANGUAGE,...]" ;;
    esac
done
$servers && packages+=("${server_packages[@]}")
for language in "${languages[@]}"; do
    wanted=$(guest_packages "$language")
    read -ra wanted <<<"${wanted//$'\n'/ }"
    packages+=("${wanted[@]}")
done
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | awk '!seen[$0]++')

has_clippy() { cargo clippy --version >/dev/null 2>&1; }

is_debian_12() {
    local ID="" VERSION_ID=""
    [[ -r /etc/os-release ]] && source /etc/os-release
    [[ $ID == debian && $VERSION_ID == 12 ]]
}

# Prints the packages of its arguments that are not installed.
missing_packages() {
    local installed
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p' || true)
    local name
    for name in "$@"; do
        grep -qxF -- "$name" <<<"$installed" || printf '%s\n' "$name"
    done
}

# Elsewhere than on Debian 12 nothing is installed: the programs must be there.
check_other_system() {
    local missing=() program library
    for program in clang++-19 ld.lld-19 clang-format-19 clang-tidy-19 ccache cmake ninja pkg-config python3 curl git; do
        command -v "$program" >/dev/null || missing+=("$program")
    done
    if command -v pkg-config >/dev/null; then
        for library in fmt libfyaml libsodium sqlite3 openssl gtest gmock CLI11; do
            pkg-config --exists "$library" || missing+=("$library (development files)")
        done
    fi
    [[ -f /usr/include/boost/asio.hpp ]] || missing+=("boost 1.81 (headers)")
    cargo_is_new_enough || missing+=("cargo >= 1.$cargo_minor_min")
    ((${#missing[@]} == 0)) || {
        printf '  %s\n' "${missing[@]}" >&2
        die "this is not Debian 12, so nothing is installed for you; install what is listed above and try again"
    }
}

# as_root COMMAND...: sudo when needed; never waits for a password where nobody can type one.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif ! command -v sudo >/dev/null; then
        die "installing needs root and there is no sudo; run './dev setup' as root once"
    elif [[ -t 0 ]]; then
        sudo "$@"
    else
        sudo -n "$@" || die "installing needs root; run './dev setup' in a terminal, or allow sudo without a password"
    fi
}

# Debian starts and enables the daemons it installs. The policy forbids the start while apt runs; a policy that is there
# already stays as it is.
policy=/usr/sbin/policy-rc.d
policy_is_ours=false
forbid_starting() {
    [[ -e $policy ]] && return
    # shellcheck disable=SC2016 # the quotes belong to the file
    as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
    policy_is_ours=true
}
allow_starting() {
    if $policy_is_ours; then as_root rm -f "$policy"; fi
}

disable_services() {
    local service
    for service in "$@"; do
        if command -v systemctl >/dev/null; then
            as_root systemctl disable --quiet "$service.service" 2>/dev/null || true
        elif [[ -e /etc/init.d/$service ]]; then
            as_root update-rc.d "$service" disable >/dev/null || true
        fi
    done
}

install() {
    step "dev setup: installing $# Debian packages: $*"
    $servers && say "  (servers are installed for tests; none is started or enabled)"
    forbid_starting
    trap allow_starting EXIT
    as_root apt-get update -qq </dev/null ||
        say "dev: the package lists could not be refreshed; trying with those that are here"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" </dev/null >&2 ||
        die "apt-get could not install $*; check the network and /etc/apt/sources.list*, then run './dev setup' again"
    allow_starting
    trap - EXIT
}

if ! is_debian_12; then
    check_other_system
else
    cargo_is_new_enough || packages+=("${cargo_packages[@]}")
    # A cargo of rustup has a clippy of its own, which Debian's does not fit.
    if $clippy && ! has_clippy && [[ $(command -v cargo || echo /usr/bin/cargo) == /usr/bin/cargo ]]; then
        packages+=("${clippy_packages[@]}")
    fi
    mapfile -t missing < <(missing_packages "${packages[@]}")
    if ((${#missing[@]} > 0)); then
        install "${missing[@]}"
        for service in "${server_services[@]}"; do
            [[ " ${missing[*]} " == *" $service"* ]] && disable_services "$service"
        done
    fi
    hash -r
    cargo_is_new_enough || die "cargo is '$(cargo --version 2>&1 || true)', needed is 1.$cargo_minor_min or newer; \
update it with 'rustup update stable', or install '${cargo_packages[*]}' from bookworm-security and put /usr/bin first"
fi

if $clippy && ! has_clippy; then
    die "cargo has no clippy; install it with 'rustup component add clippy'"
fi

((${#languages[@]} == 0)) || "$WEFT_ROOT/tools/dev/guests/install.sh" "${languages[@]}"
