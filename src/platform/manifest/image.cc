#include "platform/manifest/image.h"

#include <algorithm>
#include <ranges>
#include <vector>

#include "base/core/nearest.h"

namespace weft::manifest {
namespace {

constexpr std::size_t reference_bytes_max = 1024;
constexpr std::size_t repository_bytes_max = 255;  // OCI distribution 1.1, pulling manifests.
constexpr std::size_t tag_bytes_max = 128;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

std::string small_letters(std::string_view text) {
    std::string small(text);
    std::ranges::transform(small, small.begin(),
                           [](char c) { return is_upper(c) ? char(c - 'A' + 'a') : c; });
    return small;
}

bool is_digest(std::string_view text) {
    constexpr std::string_view prefix = "sha256:";
    return text.size() == prefix.size() + 64 && text.starts_with(prefix) &&
           std::ranges::all_of(text.substr(prefix.size()), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

/// One part between slashes: words of [a-z0-9] joined by '.', '_', '__' or dashes.
bool is_repository_part(std::string_view part) {
    if (part.empty() || !is_lower_or_digit(part.front()) || !is_lower_or_digit(part.back()))
        return false;
    std::size_t joint_begin = 0;
    for (std::size_t i = 1; i < part.size(); ++i) {
        if (!is_lower_or_digit(part[i])) {
            if (part[i] != '.' && part[i] != '_' && part[i] != '-') return false;
            if (is_lower_or_digit(part[i - 1])) joint_begin = i;
            continue;
        }
        if (is_lower_or_digit(part[i - 1])) continue;
        const auto joint = part.substr(joint_begin, i - joint_begin);
        const bool is_dashes = joint.find_first_not_of('-') == std::string_view::npos;
        if (joint != "." && joint != "_" && joint != "__" && !is_dashes) return false;
    }
    return true;
}

/// `host`, `host:port`; a first part is a host only when it has a dot, a port, or is localhost.
bool is_registry_host(std::string_view part) {
    const auto colon = part.find(':');
    const auto host = part.substr(0, colon);
    if (colon == std::string_view::npos && host.find('.') == std::string_view::npos)
        return host == "localhost";
    const auto port = colon == std::string_view::npos ? "1" : part.substr(colon + 1);
    return !host.empty() && !port.empty() && port.size() <= 5 &&
           std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; }) &&
           std::ranges::all_of(host, [](char c) {
               return is_lower_or_digit(c) || is_upper(c) || c == '.' || c == '-';
           });
}

bool is_repository(std::string_view text) {
    if (text.empty() || text.size() > repository_bytes_max) return false;
    const auto slash = text.find('/');
    if (slash != std::string_view::npos && is_registry_host(text.substr(0, slash)))
        text.remove_prefix(slash + 1);
    return std::ranges::all_of(std::views::split(text, '/'), [](const auto& part) {
        return is_repository_part(std::string_view(part.begin(), part.end()));
    });
}

bool is_tag(std::string_view tag) {
    return !tag.empty() && tag.size() <= tag_bytes_max && tag.front() != '.' &&
           tag.front() != '-' && std::ranges::all_of(tag, [](char c) {
               return is_lower_or_digit(c) || is_upper(c) || c == '.' || c == '_' || c == '-';
           });
}

bool is_path(std::string_view text) {
    if (text.starts_with('/') || text.starts_with("./") || text.starts_with("../")) return true;
    if (!text.ends_with(".wasm") && !text.ends_with(".par")) return false;
    if (text.find_first_of(":@") != std::string_view::npos) return false;
    const auto slash = text.find('/');
    return slash == std::string_view::npos ||
           text.substr(0, slash).find('.') == std::string_view::npos;
}

ImageRef image_of(ImageRef::Form form, std::string_view text) {
    ImageRef image;
    image.form = form;
    image.text = text;
    return image;
}

Result<ImageRef> classify_builtin(std::string_view text, std::string_view name) {
    const auto found = find_builtin(name);
    if (found) {
        auto image = image_of(ImageRef::Form::builtin, text);
        image.builtin = found;
        return image;
    }
    std::vector<std::string_view> names;
    for (const auto& row : builtins()) names.push_back(row.name);
    const auto close = nearest(name, names);
    return fail(Errc::not_found, "manifest.builtin_unknown",
                "there is no built-in provider '{}'{}{}{}", name,
                close.empty() ? "" : "; did you mean '", close, close.empty() ? "" : "'?");
}

Result<ImageRef> classify_http(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == std::string_view::npos)
        return fail(Errc::invalid_argument, "manifest.image_digest_missing",
                    "image '{}' has no digest; append '@sha256:' and its 64 hex digits", text);
    if (!is_digest(text.substr(at + 1)))
        return fail(Errc::invalid_argument, "manifest.image_digest_invalid",
                    "'{}' is not a digest; write 'sha256:' and 64 lower-case hex digits",
                    text.substr(at + 1));
    const auto url = text.substr(0, at);
    if (url.ends_with("://") || url.find_first_of(" \t\r\n@#") != std::string_view::npos)
        return fail(Errc::invalid_argument, "manifest.image_reference_invalid",
                    "'{}' is not a URL of an image", url);
    auto image = image_of(ImageRef::Form::http, text);
    image.url = url;
    image.digest = text.substr(at + 1);
    return image;
}

Result<ImageRef> classify_oci(std::string_view text) {
    auto image = image_of(ImageRef::Form::oci, text);
    // The specification of OCI has no capital letters; wasmCloud's hosts take them as small ones.
    const auto small = small_letters(text);
    std::string_view rest = small;
    if (const auto at = rest.find('@'); at != std::string_view::npos) {
        image.digest = rest.substr(at + 1);
        rest = rest.substr(0, at);
        if (!is_digest(image.digest))
            return fail(Errc::invalid_argument, "manifest.image_digest_invalid",
                        "'{}' is not a digest; write 'sha256:' and 64 lower-case hex digits",
                        image.digest);
    }
    const auto slash = rest.rfind('/');
    const auto colon = rest.find(':', slash == std::string_view::npos ? 0 : slash);
    image.repository = rest.substr(0, colon);
    const bool has_tag = colon != std::string_view::npos;
    if (has_tag) image.tag = rest.substr(colon + 1);
    if (!has_tag && image.digest.empty()) image.tag = "latest";
    if ((has_tag && !is_tag(image.tag)) || !is_repository(image.repository))
        return fail(Errc::invalid_argument, "manifest.image_reference_invalid",
                    "'{}' is not an image reference; write 'registry/name:tag', "
                    "'file://path' or './path'",
                    text);
    image.builtin = find_builtin_for_image(image.repository);
    return image;
}

}  // namespace

Result<ImageRef> classify_image(std::string_view text) {
    using Form = ImageRef::Form;
    if (text.empty())
        return fail(Errc::invalid_argument, "manifest.image_empty",
                    "the image is empty; name a file or an OCI reference");
    if (text.size() > reference_bytes_max)
        return fail(Errc::invalid_argument, "manifest.image_too_long",
                    "the image reference has {} bytes, limit {}", text.size(), reference_bytes_max);
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) {
        if (!is_path(text)) return classify_oci(text);
        auto image = image_of(Form::relative, text);
        image.path = text;
        return image;
    }
    const auto scheme = small_letters(text.substr(0, scheme_end));
    const auto rest = text.substr(scheme_end + 3);
    if (scheme == "weft+builtin" || scheme == "wasmcloud+builtin")
        return classify_builtin(text, rest);
    if (scheme == "http" || scheme == "https") return classify_http(text);
    if (scheme != "file")
        return fail(
            Errc::invalid_argument, "manifest.image_scheme_unknown",
            "image scheme '{}' is not known; use file, http, https or weft+builtin, or none "
            "for an OCI reference",
            scheme);
    if (rest.empty() || rest.ends_with('/') || rest.find('\0') != std::string_view::npos)
        return fail(Errc::invalid_argument, "manifest.image_path_missing",
                    "image '{}' names no file; write 'file:///path/to/component.wasm'", text);
    auto image = image_of(Form::file, text);
    image.path = rest;
    return image;
}

}  // namespace weft::manifest
