#!/usr/bin/env bash
# Builds and signs summarizer.wasm: `./dev guests pipeline/rust` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

cargo_component
sign "$out/wasm32-wasip2/release/summarizer.wasm" pipeline-statistics summarizer.wasm weft:pipeline/types,weft:pipeline/statistics
