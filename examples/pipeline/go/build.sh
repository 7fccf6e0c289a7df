#!/usr/bin/env bash
# Builds and signs build/guests/pipeline-go/summarizer.wasm: `./dev guests pipeline/go` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

go_component summarizer weft_pipeline_statistics
sign "$out/unsigned.wasm" pipeline-statistics "$out/summarizer.wasm" weft:pipeline/types,weft:pipeline/statistics
