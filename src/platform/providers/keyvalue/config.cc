#include "platform/providers/keyvalue/config.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/codec/units.h"
#include "platform/capability/keyvalue.h"
#include "platform/manifest/settings.h"

namespace weft::providers::keyvalue {
namespace {

constexpr std::uint64_t memory_bytes_max = 64U << 20U;  // As long as the user says nothing.

/// A setting that is there and not empty.
const std::string* find(const capability::Link& link, std::string_view name) {
    for (const auto* const config : {&link.target_config, &link.provider_config})
        for (const auto& [key, value] : *config)
            if (!value.empty() && manifest::same_setting(key, name)) return &value;
    return nullptr;
}

Result<Backend> parse_backend(std::string_view text) {
    if (text == "sqlite") return Backend::sqlite;
    if (text == "memory") return Backend::memory;
    return fail(Errc::invalid_argument, "keyvalue.backend_unknown",
                "'{}' is unknown; choose sqlite or memory", text);
}

Result<store::Durability> parse_durability(std::string_view text) {
    if (text == "relaxed") return store::Durability::relaxed;
    if (text == "full") return store::Durability::full;
    return fail(Errc::invalid_argument, "keyvalue.durability_unknown",
                "'{}' is unknown; choose relaxed or full", text);
}

/// Names with commas between them; blanks beside these do not count.
Result<std::vector<std::string>> parse_buckets(std::string_view text) {
    std::vector<std::string> names;
    for (;;) {
        const auto comma = text.find(',');
        auto name = text.substr(0, comma);
        name.remove_prefix(std::min(name.find_first_not_of(" \t\n"), name.size()));
        name = name.substr(0, name.find_last_not_of(" \t\n") + 1);
        if (name.empty() || name.size() > capability::KeyValue::key_bytes_max)
            return fail(Errc::invalid_argument, "keyvalue.bucket_invalid",
                        "'{}' is not a bucket; write names of 1 to {} bytes with commas between "
                        "them",
                        name, capability::KeyValue::key_bytes_max);
        names.emplace_back(name);
        if (comma == std::string_view::npos) return names;
        text.remove_prefix(comma + 1);
    }
}

Result<std::uint64_t> parse_value_bytes(std::string_view text) {
    TRY(const auto bytes, codec::parse_size(text));
    if (bytes >= 1 && bytes <= capability::KeyValue::value_bytes_max) return bytes;
    return fail(Errc::invalid_argument, "keyvalue.limit_invalid",
                "'{}' is outside of what a value may have, 1B to {}MiB", text,
                capability::KeyValue::value_bytes_max >> 20U);
}

Result<std::uint64_t> parse_keys(std::string_view text) {
    constexpr std::uint64_t keys_max = 1'000'000'000;
    std::uint64_t keys = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), keys);
    if (error == std::errc() && end == text.data() + text.size() && keys >= 1 && keys <= keys_max)
        return keys;
    return fail(Errc::invalid_argument, "keyvalue.limit_invalid",
                "'{}' is not a number of keys from 1 to {}", text, keys_max);
}

/// Reads the settings of one link.
class Reader {
  public:
    Reader(const capability::Link& link, const OnFault& on_fault)
        : link_(link), on_fault_(on_fault) {}

    /// The value of a setting as `parse` reads it, or nothing.
    template <typename T>
    std::optional<T> read(std::string_view name, Result<T> (*parse)(std::string_view)) const {
        const auto* const text = find(link_, name);
        if (text == nullptr) return std::nullopt;
        auto value = parse(*text).context("{} of provider '{}'", name, link_.target);
        if (value) return std::move(*value);
        on_fault_(name, std::move(value).error());
        return std::nullopt;
    }

  private:
    const capability::Link& link_;
    const OnFault& on_fault_;
};

}  // namespace

Settings read_settings(const capability::Link& link, const OnFault& on_fault) {
    const Reader reader(link, on_fault);
    Settings settings;
    if (const auto backend = reader.read("backend", parse_backend))
        settings.store.backend = *backend;
    if (const auto durability = reader.read("durability", parse_durability))
        settings.store.durability = *durability;
    const bool is_memory = settings.store.backend == Backend::memory;
    if (is_memory && settings.store.durability == store::Durability::full)
        on_fault("durability", {Errc::invalid_argument, "keyvalue.durability_unfit",
                                "what is in memory survives nothing; choose backend sqlite, or "
                                "take 'durability' out"});
    if (is_memory) settings.limits.bytes_max = memory_bytes_max;
    if (const auto bytes = reader.read("value_bytes_max", parse_value_bytes))
        settings.limits.value_bytes_max = *bytes;
    if (const auto keys = reader.read("keys_max", parse_keys)) settings.limits.keys_max = *keys;
    if (const auto bytes = reader.read("bytes_max", codec::parse_size))
        settings.limits.bytes_max = *bytes;
    auto buckets = reader.read("bucket", parse_buckets);
    if (buckets && link.provider == "keyvalue-nats")
        settings.one_bucket = std::move(buckets->front());
    else
        settings.buckets = std::move(buckets);
    for (const std::string_view name : {"cluster_uri", "url", "addr"})
        if (find(link, name) != nullptr) settings.server_setting = name;
    return settings;
}

}  // namespace weft::providers::keyvalue
