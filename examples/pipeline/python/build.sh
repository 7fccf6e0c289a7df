#!/usr/bin/env bash
# Builds and signs build/guests/pipeline-python/summarizer.wasm: `./dev guests pipeline/python` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

wit_folder
if ! cmp -s requirements.txt "$out/installed.txt"; then
    say "  installing componentize-py from PyPI, into ${out#"$WEFT_ROOT"/}"
    python3 -m venv --clear "$out/venv"
    "$out/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
    cp requirements.txt "$out/installed.txt"
fi
"$out/venv/bin/componentize-py" --wit-path "$out/wit" --world summarizer componentize app -o "$out/unsigned.wasm" >/dev/null
sign "$out/unsigned.wasm" pipeline-statistics "$out/summarizer.wasm" weft:pipeline/types,weft:pipeline/statistics
