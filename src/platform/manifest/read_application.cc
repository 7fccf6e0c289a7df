#include <array>

#include <fmt/format.h>

#include "platform/manifest/read.h"

namespace weft::manifest {
namespace {

constexpr std::array<std::string_view, 4> top_keys{"apiVersion", "kind", "metadata", "spec"};
constexpr std::array<std::string_view, 3> metadata_keys{"name", "annotations", "labels"};
constexpr std::array<std::string_view, 2> spec_keys{"components", "policies"};
constexpr std::array<std::string_view, 3> policy_keys{"name", "type", "properties"};
constexpr std::string_view api_version = "core.oam.dev/v1beta1";
constexpr std::string_view kind = "Application";
constexpr std::string_view sharing_annotation = "experimental.wasmcloud.dev/shared";

void check_constant(const NodeReader& reader, const Node& document, std::string_view key,
                    std::string_view wanted) {
    const auto text = reader.required_text(document, key, PlainText::accepted);
    if (text.empty() || text == wanted) return;
    reader.findings().error(
        "manifest.format_unsupported", reader.find(document, key)->place(),
        fmt::format("'{}' is {}, only '{}' is supported", key, quoted(text), wanted), wanted);
}

void read_metadata(const NodeReader& reader, const Node& metadata, Application& application) {
    application.metadata_place = metadata.place();
    if (!reader.is_mapping(metadata)) return;
    reader.check_keys(metadata, metadata_keys, UnknownKey::ignored);
    application.name = reader.required_text(metadata, "name", PlainText::accepted);
    if (const auto labels = reader.find(metadata, "labels"))
        application.labels = reader.text_map(*labels, PlainText::accepted);
    if (const auto annotations = reader.find(metadata, "annotations")) {
        application.annotations = reader.text_map(*annotations, PlainText::accepted);
        const auto shared = annotations->yaml->is_mapping()
                                ? reader.find(*annotations, sharing_annotation)
                                : std::nullopt;
        if (shared && shared->yaml->is_scalar() && shared->yaml->text == "true")
            application.sharing_place = shared->place();
    }
    if (metadata.yaml->find("annotations") == nullptr)
        reader.findings().warn("manifest.annotations_missing", metadata.place(),
                               "there are no 'annotations'; wadm refuses a manifest without them");
    if (const auto version = application.annotations.find("version");
        version != application.annotations.end())
        application.version = version->second;
}

Policy read_policy(const NodeReader& reader, const Node& node) {
    Policy policy;
    policy.place = node.place();
    if (!reader.is_mapping(node)) return policy;
    reader.check_keys(node, policy_keys, UnknownKey::ignored);
    policy.name = reader.required_text(node, "name", PlainText::accepted);
    policy.type = reader.required_text(node, "type", PlainText::accepted);
    if (const auto properties = reader.require(node, "properties"))
        policy.properties = reader.text_map(*properties, PlainText::accepted);
    return policy;
}

void read_spec(const NodeReader& reader, const Node& spec, Application& application) {
    if (!reader.is_mapping(spec)) return;
    reader.check_keys(spec, spec_keys, UnknownKey::ignored);
    if (const auto components = reader.require(spec, "components"))
        for (const auto& item : reader.items(*components))
            application.components.push_back(read_component(reader, item));
    if (const auto policies = reader.find(spec, "policies"))
        for (const auto& item : reader.items(*policies))
            application.policies.push_back(read_policy(reader, item));
}

}  // namespace

Application read_application(const NodeReader& reader, const Node& document) {
    Application application;
    if (!document.yaml->is_mapping()) {
        reader.findings().error(
            "manifest.not_a_manifest", document.place(),
            fmt::format("this is {}, a manifest is a mapping with the keys apiVersion, kind, "
                        "metadata and spec",
                        kind_of(*document.yaml)));
        return application;
    }
    reader.check_keys(document, top_keys, UnknownKey::error);
    check_constant(reader, document, "apiVersion", api_version);
    check_constant(reader, document, "kind", kind);
    if (const auto metadata = reader.require(document, "metadata"))
        read_metadata(reader, *metadata, application);
    if (const auto spec = reader.require(document, "spec")) read_spec(reader, *spec, application);
    return application;
}

}  // namespace weft::manifest
