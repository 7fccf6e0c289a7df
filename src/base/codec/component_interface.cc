#include "base/codec/component_interface.h"

#include <algorithm>

#include "base/codec/leb128.h"
#include "base/codec/utf8.h"

namespace weft::codec {

namespace {

/// Reads a section's body. After the first thing that does not fit, `failed()` holds and every
/// read gives 0 or an empty name, so that one check an entry is enough.
class Cursor {
  public:
    explicit Cursor(BytesView body) : rest_(body) {}

    bool failed() const { return failed_; }
    bool at_end() const { return rest_.empty(); }

    std::uint8_t byte() {
        if (rest_.empty()) return give_up();
        const std::uint8_t value = rest_.front();
        rest_ = rest_.subspan(1);
        return value;
    }

    std::uint32_t u32() {
        const auto read = read_leb128_u32(rest_);
        if (!read) return give_up();
        rest_ = rest_.subspan(read->bytes);
        return read->value;
    }

    std::uint64_t u64() {
        const auto read = read_leb128_u64(rest_);
        if (!read) return give_up();
        rest_ = rest_.subspan(read->bytes);
        return read->value;
    }

    /// A signed number of 33 bits, as type references are; only its length matters here.
    void skip_s33() {
        constexpr int bytes_max = 5;
        for (int i = 0; i < bytes_max; ++i)
            if ((byte() & 0x80) == 0) return;
        give_up();
    }

    std::string name() {
        const std::uint32_t length = u32();
        const auto text = as_text(rest_.first(std::min<std::size_t>(length, rest_.size())));
        if (text.size() != length || find_invalid_utf8(text) != std::string_view::npos) {
            give_up();
            return {};
        }
        rest_ = rest_.subspan(length);
        return std::string(text);
    }

    /// Marks the body as not following the format.
    std::uint8_t give_up() {
        failed_ = true;
        rest_ = {};
        return 0;
    }

  private:
    BytesView rest_;
    bool failed_ = false;
};

/// importname and exportname: a form byte, then the name.
std::string component_name(Cursor& cursor) {
    if (cursor.byte() > 1) cursor.give_up();
    return cursor.name();
}

/// externdesc
ExternSort component_extern(Cursor& cursor) {
    switch (cursor.byte()) {
        case 0x00:
            if (cursor.byte() != 0x11) cursor.give_up();
            cursor.u32();
            return ExternSort::module;
        case 0x01: cursor.u32(); return ExternSort::func;
        case 0x02:  // a value: equal to another one, or of a type
            switch (cursor.byte()) {
                case 0x00: cursor.u32(); break;
                case 0x01: cursor.skip_s33(); break;
                default: cursor.give_up();
            }
            return ExternSort::value;
        case 0x03:  // a type: equal to another one, or a new resource
            switch (cursor.byte()) {
                case 0x00: cursor.u32(); break;
                case 0x01: break;
                default: cursor.give_up();
            }
            return ExternSort::type;
        case 0x04: cursor.u32(); return ExternSort::component;
        case 0x05: cursor.u32(); return ExternSort::instance;
        default: cursor.give_up(); return ExternSort::func;
    }
}

/// sortidx; a component exports nothing of the core sorts but modules.
ExternSort component_sort(Cursor& cursor) {
    const std::uint8_t sort = cursor.byte();
    if (sort == 0x00 && cursor.byte() != 0x11) cursor.give_up();
    cursor.u32();
    switch (sort) {
        case 0x00: return ExternSort::module;
        case 0x01: return ExternSort::func;
        case 0x02: return ExternSort::value;
        case 0x03: return ExternSort::type;
        case 0x04: return ExternSort::component;
        case 0x05: return ExternSort::instance;
        default: cursor.give_up(); return ExternSort::func;
    }
}

ExternImport component_import(Cursor& cursor) {
    ExternImport import;
    import.name = component_name(cursor);
    import.sort = component_extern(cursor);
    return import;
}

ExternExport component_export(Cursor& cursor) {
    ExternExport exported;
    exported.name = component_name(cursor);
    exported.sort = component_sort(cursor);
    switch (cursor.byte()) {  // a type that the export is given, if any
        case 0x00: break;
        case 0x01: component_extern(cursor); break;
        default: cursor.give_up();
    }
    return exported;
}

/// reftype and valtype: one byte, or two forms that a heap type follows.
void skip_value_type(Cursor& cursor) {
    const std::uint8_t type = cursor.byte();
    if (type == 0x63 || type == 0x64) cursor.skip_s33();
}

void skip_limits(Cursor& cursor) {
    constexpr std::uint8_t has_maximum = 1;
    constexpr std::uint8_t has_page_size = 8;
    const std::uint8_t flags = cursor.byte();
    if (flags > 0x0F) cursor.give_up();
    cursor.u64();
    if (flags & has_maximum) cursor.u64();
    if (flags & has_page_size) cursor.u32();
}

ExternSort module_sort(std::uint8_t kind, Cursor& cursor) {
    switch (kind) {
        case 0x00: return ExternSort::func;
        case 0x01: return ExternSort::table;
        case 0x02: return ExternSort::memory;
        case 0x03: return ExternSort::global;
        case 0x04: return ExternSort::tag;
        default: cursor.give_up(); return ExternSort::func;
    }
}

ExternImport module_import(Cursor& cursor) {
    ExternImport import;
    import.module = cursor.name();
    import.name = cursor.name();
    import.sort = module_sort(cursor.byte(), cursor);
    switch (import.sort) {
        case ExternSort::func: cursor.u32(); break;
        case ExternSort::table:
            skip_value_type(cursor);
            skip_limits(cursor);
            break;
        case ExternSort::memory: skip_limits(cursor); break;
        case ExternSort::global:
            skip_value_type(cursor);
            if (cursor.byte() > 3) cursor.give_up();  // mutable and shared
            break;
        default:
            if (cursor.byte() != 0) cursor.give_up();
            cursor.u32();
    }
    return import;
}

ExternExport module_export(Cursor& cursor) {
    ExternExport exported;
    exported.name = cursor.name();
    exported.sort = module_sort(cursor.byte(), cursor);
    cursor.u32();
    return exported;
}

/// The two sections that are read, in words and by slug.
struct Side {
    Slug slug;
    std::string_view word;
};
constexpr Side import_side{"wasm.import_corrupt", "import"};
constexpr Side export_side{"wasm.export_corrupt", "export"};

template <typename Entry>
Result<void> read_entries(const WasmSection& section, const Side& side, std::size_t entries_max,
                          Entry (*read)(Cursor&), std::vector<Entry>& out) {
    Cursor cursor(section.body);
    const std::uint32_t count = cursor.u32();
    for (std::uint32_t i = 0; i < count && !cursor.failed(); ++i) {
        Entry entry = read(cursor);
        if (cursor.failed())
            return fail(Errc::corrupt, side.slug,
                        "{} {} of {} in the section at offset {} does not follow the format",
                        side.word, i + 1, count, section.offset);
        if (i == entries_max)
            return fail(Errc::exhausted, "wasm.names_exceeded",
                        "the binary imports and exports more than {} names", extern_names_max);
        out.push_back(std::move(entry));
    }
    if (cursor.failed() || !cursor.at_end())
        return fail(Errc::corrupt, side.slug,
                    "the {} section at offset {} and its count {} do not agree", side.word,
                    section.offset, count);
    return ok();
}

Result<void> read_section(const WasmSection& section, ComponentInterface& out) {
    const bool component = out.kind == WasmKind::component;
    const std::size_t left = extern_names_max - out.imports.size() - out.exports.size();
    if (section.id == (component ? component_section_import : module_section_import))
        return read_entries(section, import_side, left,
                            component ? component_import : module_import, out.imports);
    if (section.id == (component ? component_section_export : module_section_export))
        return read_entries(section, export_side, left,
                            component ? component_export : module_export, out.exports);
    return ok();
}

}  // namespace

Result<ComponentInterface> read_interface(BytesView bytes) {
    TRY(WasmReader reader, WasmReader::create(bytes));
    ComponentInterface out;
    out.kind = reader.kind();
    while (true) {
        TRY(const auto section, reader.next());
        if (!section) return out;
        CHECK(read_section(*section, out));
    }
}

}  // namespace weft::codec
