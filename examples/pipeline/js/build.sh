#!/usr/bin/env bash
# Builds and signs build/guests/pipeline-js/summarizer.wasm: `./dev guests pipeline/js` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

wit_folder
cp package.json package-lock.json build.mjs summarizer.js "$out/"
cd "$out"
# What was installed last; nothing happens again for the same lock file.
if ! cmp -s package-lock.json installed.json; then
    say "  installing componentize-js and what it needs from npm, into ${out#"$WEFT_ROOT"/}"
    npm ci --no-audit --no-fund --silent </dev/null
    cp package-lock.json installed.json
fi
node build.mjs wit unsigned.wasm >/dev/null
sign unsigned.wasm pipeline-statistics summarizer.wasm weft:pipeline/types,weft:pipeline/statistics
