#!/usr/bin/env bash
# Builds and signs build/guests/pipeline-go/summarizer.wasm: `./dev guests pipeline/go` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

go=$(go env GOMODCACHE)/$(go_toolchain)/bin/go
[[ -x $go ]] || go=$(command -v go)

wit_folder
bindings go summarizer
mkdir -p "$out/bindings/export_weft_pipeline_statistics"
cp summarizer.go "$out/bindings/export_weft_pipeline_statistics/"

# What the bindings call at run time comes with their generator; it names a newer Go than it needs.
rm -rf "$out/pkg"
cp -r --no-preserve=mode "$(crate wit-bindgen-go)/src/pkg" "$out/pkg"
export GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GOWORK=off
(cd "$out/pkg" && "$go" mod edit -go=1.26)
cd "$out/bindings"
"$go" mod edit -replace go.bytecodealliance.org/pkg=../pkg
GOOS=wasip1 GOARCH=wasm "$go" build -buildmode=c-shared -trimpath -ldflags='-s -w -checklinkname=0' -o "$out/core.wasm" .

wasm-tools component embed "$out/wit" --world summarizer "$out/core.wasm" -o "$out/typed.wasm"
component "$out/typed.wasm" reactor "$out/unsigned.wasm"
sign "$out/unsigned.wasm" pipeline-statistics "$out/summarizer.wasm" weft:pipeline/types,weft:pipeline/statistics
