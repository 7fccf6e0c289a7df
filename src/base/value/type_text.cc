#include <array>

#include <fmt/format.h>

#include "base/core/assert.h"
#include "base/value/type.h"

namespace weft::value {
namespace {

constexpr std::array<std::string_view, 31> names = {
    "bool",          "s8",       "u8",      "s16",           "u16",
    "s32",           "u32",      "s64",     "u64",           "f32",
    "f64",           "char",     "string",  "error-context", "input-stream",
    "output-stream", "pollable", "list",    "option",        "result",
    "tuple",         "record",   "variant", "enum",          "flags",
    "own",           "borrow",   "stream",  "future",        "map",
    "list"};

class TypeWriter {
  public:
    void write(const Type& type) {
        out_ += kind_name(type.kind());
        switch (type.kind()) {
            case Kind::list:
            case Kind::option:
            case Kind::tuple:
            case Kind::map:
            case Kind::stream:
            case Kind::future: write_arguments(type); break;
            case Kind::result: write_result(type); break;
            case Kind::record:
            case Kind::variant:
            case Kind::enum_:
            case Kind::flags: write_body(type); break;
            case Kind::own:
            case Kind::borrow: out_.append("<").append(type.resource()).append(">"); break;
            case Kind::fixed_list:
                out_ += '<';
                write(type.element());
                out_ += fmt::format(", {}>", type.length());
                break;
            default: break;
        }
    }
    std::string take() { return std::move(out_); }

  private:
    /// `<a, b>`; nothing when the only part has no type.
    void write_arguments(const Type& type) {
        if (type.part(0) == nullptr) return;
        for (std::size_t i = 0; i < type.size(); ++i) {
            out_ += i == 0 ? "<" : ", ";
            write(*type.part(i));
        }
        out_ += '>';
    }

    void write_result(const Type& type) {
        const Type* const ok = type.part(0);
        const Type* const err = type.part(1);
        if (ok == nullptr && err == nullptr) return;
        out_ += '<';
        if (ok != nullptr)
            write(*ok);
        else
            out_ += '_';
        if (err != nullptr) {
            out_ += ", ";
            write(*err);
        }
        out_ += '>';
    }

    void write_body(const Type& type) {
        for (std::size_t i = 0; i < type.size(); ++i) {
            out_ += i == 0 ? " { " : ", ";
            out_ += type.name(i);
            const Type* const part = type.part(i);
            if (part == nullptr) continue;
            const bool is_field = type.kind() == Kind::record;
            out_ += is_field ? ": " : "(";
            write(*part);
            if (!is_field) out_ += ')';
        }
        out_ += " }";
    }

    std::string out_;
};

}  // namespace

std::string_view kind_name(Kind kind) {
    const auto index = static_cast<std::size_t>(kind);
    WEFT_ASSERT(index < names.size(), "every kind has a name");
    return names[index];
}

std::optional<Kind> find_primitive(std::string_view name) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Kind::list); ++i)
        if (names[i] == name) return static_cast<Kind>(i);
    return std::nullopt;
}

std::string type_text(const Type& type) {
    TypeWriter writer;
    writer.write(type);
    return writer.take();
}

}  // namespace weft::value
