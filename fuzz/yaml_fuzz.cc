// Any text is either refused or a tree; a tree is written back to one with the same types, texts
// and keys, and every place lies within the text.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/codec/yaml.h"
#include "base/codec/yaml_events_fixture.h"
#include "base/codec/yaml_write.h"
#include "base/core/bytes.h"

namespace {

using namespace weft::codec;

void expect(bool condition) {
    if (!condition) std::abort();
}

void expect_same(const YamlNode& a, const YamlNode& b) {
    expect(a.kind == b.kind);
    expect((a.as_string() == nullptr) == (b.as_string() == nullptr));
    expect(a.is_null() == b.is_null());
    expect(a.is_null() || a.text == b.text);
    expect(a.items.size() == b.items.size() && a.entries.size() == b.entries.size());
    for (std::size_t i = 0; i < a.items.size(); ++i) expect_same(a.items[i], b.items[i]);
    for (std::size_t i = 0; i < a.entries.size(); ++i) {
        expect(a.entries[i].key == b.entries[i].key);
        expect_same(a.entries[i].value, b.entries[i].value);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = weft::as_text({data, size});
    const auto lines = static_cast<std::size_t>(std::ranges::count_if(
                           text, [](char c) { return c == '\n' || c == '\r'; })) +
                       1;
    Mark at;
    const auto documents = parse_yaml_documents(text, {}, &at);
    if (!documents) {
        const std::string_view message = documents.error().message;
        expect(!message.empty());
        expect(!message.ends_with("the value cannot be read"));  // the library failed, not the text
        expect(at.line >= 1 && at.line <= lines + 1 && at.column >= 1 && at.column <= size + 2);
        return 0;
    }
    expect(yaml_events(text).has_value());
    for (const auto& node : *documents) {
        const auto again = parse_yaml(write_yaml(node));
        expect(again.has_value());
        expect_same(node, *again);
    }
    return 0;
}
