#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "platform/manifest/builtin.h"

namespace weft::manifest {

/// Where a component's code comes from.
struct ImageRef {
    enum class Form : std::uint8_t {
        builtin,   ///< `weft+builtin://name`, `wasmcloud+builtin://name`.
        file,      ///< `file://path`.
        relative,  ///< A path beside the manifest: `./hello.wasm`, `build/hello.wasm`.
        http,      ///< `https://host/hello.wasm@sha256:...`.
        oci,       ///< `ghcr.io/acme/hello:0.1.0`, `ghcr.io/acme/hello@sha256:...`.
    };
    Form form = Form::oci;
    std::string text;        ///< As written.
    std::string path;        ///< Of file and relative.
    std::string url;         ///< Of http, without the digest.
    std::string repository;  ///< Of oci: with the registry, without tag and digest.
    std::string tag;         ///< Of oci; "latest" when neither tag nor digest is written.
    std::string digest;      ///< "sha256:" and 64 lower-case hex digits, or empty.
    /// The provider inside Weft that serves this image: of builtin, and of wasmCloud's own images.
    std::optional<Builtin> builtin;
};

/// Classifies an image reference. A text without a scheme is a path when it begins with `/`, `./`
/// or `../`, or ends with `.wasm` or `.par`, has neither ':' nor '@' and its first part has no dot
/// (a first part with a dot is a registry's host, unless it is all there is). At most 1,024 bytes.
/// Errors: invalid_argument (`manifest.image_empty`, `manifest.image_too_long`,
/// `manifest.image_scheme_unknown`, `manifest.image_path_missing`, `manifest.image_digest_missing`,
/// `manifest.image_digest_invalid`, `manifest.image_reference_invalid`), not_found
/// (`manifest.builtin_unknown`).
Result<ImageRef> classify_image(std::string_view text);

}  // namespace weft::manifest
