#!/usr/bin/env bash
# ./dev guests [APP[/LANGUAGE]...]: builds and signs the examples from source again, by examples/APP/LANGUAGE/build.sh: all of
# them, those of an application, or one. The small ones are in the repository signed, so nothing else needs this; the large
# ones end up in build/guests. WEFT_BINARY names a weft that signs; without it one is built.
set -euo pipefail
# shellcheck source=tools/dev/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

recipes=()
for wanted in "${@:-*}"; do
    [[ $wanted == */* ]] || wanted="$wanted/*"
    mapfile -t found < <(compgen -G "$WEFT_ROOT/examples/$wanted/build.sh" | sort || true)
    ((${#found[@]} > 0)) || die "guests: there is no examples/$wanted/build.sh; examples/README.md lists what can be built"
    recipes+=("${found[@]}")
done
languages=$(for recipe in "${recipes[@]}"; do basename "$(dirname "$recipe")"; done | sort -u | paste -sd,)

step "dev guests: ${#recipes[@]} to build; what they need is installed first"
"$WEFT_ROOT/tools/dev/setup.sh" "--guests=$languages"
[[ ${WEFT_BINARY:-} ]] || "$WEFT_ROOT/tools/dev/build.sh" quick
for recipe in "${recipes[@]}"; do
    step "dev guests: ${recipe#"$WEFT_ROOT"/}"
    "$recipe" || die "${recipe#"$WEFT_ROOT"/} failed; the lines above say why"
done
