#!/usr/bin/env bash
# Builds and signs build/guests/http-hello-go/hello.wasm: `./dev guests http-hello/go` installs what is missing and runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/dev/guests/recipe.sh
source ../../../tools/dev/guests/recipe.sh

go_component hello wasi_http_incoming_handler
sign "$out/unsigned.wasm" hello "$out/hello.wasm" wasi:http/incoming-handler
