#!/usr/bin/env bash
# Builds and signs build/guests/http-hello-js/hello.wasm: `./dev guests http-hello/js` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

wit_folder
cp package.json package-lock.json build.mjs hello.js "$out/"
cd "$out"
# What was installed last; nothing happens again for the same lock file.
if ! cmp -s package-lock.json installed.json; then
    say "  installing componentize-js and what it needs from npm, into ${out#"$WEFT_ROOT"/}"
    npm ci --no-audit --no-fund --silent </dev/null
    cp package-lock.json installed.json
fi
node build.mjs wit unsigned.wasm >/dev/null
# JavaScript's own fetch() is in the engine, so outgoing requests are among the imports; no link grants them.
sign unsigned.wasm hello hello.wasm wasi:http/incoming-handler,wasi:http/outgoing-handler
