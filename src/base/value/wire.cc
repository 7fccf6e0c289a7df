#include "base/value/wire.h"

#include "base/value/map_builder.h"
#include "base/value/wire_put.h"
#include "base/value/wire_reader.h"

namespace weft::value {
namespace {

/// Builds values from a reader. Depth is bounded by the type's.
class Decoder {
  public:
    Decoder(BytesView bytes, ValueLimits limits)
        : reader_(bytes), nodes_left_(limits.nodes_max), nodes_max_(limits.nodes_max) {}

    Result<Value> read(const Type& type) {
        CHECK(count_node());
        switch (type.kind()) {
            case Kind::list:
            case Kind::stream: return read_list(type);
            case Kind::fixed_list: return read_items(type.part(0), type.length());
            case Kind::tuple:
            case Kind::record: return read_fields(type);
            case Kind::map: return read_map(type);
            case Kind::option:
            case Kind::future: return read_choice(2, nullptr, type.part(0));
            case Kind::result: return read_choice(2, type.part(0), type.part(1));
            case Kind::variant:
            case Kind::enum_: return read_case(type);
            case Kind::flags: return read_flags(type);
            case Kind::own:
            case Kind::borrow: return read_bytes();
            case Kind::input_stream:
            case Kind::output_stream:
            case Kind::pollable:
            case Kind::error_context:
                return fail(Errc::unsupported, "value.kind_unsupported",
                            "there are no values of {} yet", kind_name(type.kind()));
            default: return read_scalar(type.kind());
        }
    }

    Result<void> finish() const { return reader_.finish(); }

  private:
    Result<void> count_node() {
        if (nodes_left_ == 0)
            return fail(Errc::exhausted, "wire.nodes_exceeded",
                        "offset {}: there are more than {} values", reader_.offset(), nodes_max_);
        --nodes_left_;
        return ok();
    }

    /// What was just read, if reading went well.
    Result<Value> checked(Value value) const {
        if (!reader_.ok()) [[unlikely]]
            CHECK(reader_.check());
        return value;
    }

    Result<Value> read_scalar(Kind kind) {
        switch (kind) {
            case Kind::bool_: return checked(Value::boolean(reader_.boolean()));
            case Kind::s8: return checked(Value::signed_number(reader_.s8()));
            case Kind::u8: return checked(Value::unsigned_number(reader_.u8()));
            case Kind::s16: return checked(Value::signed_number(reader_.s16()));
            case Kind::u16: return checked(Value::unsigned_number(reader_.u16()));
            case Kind::s32: return checked(Value::signed_number(reader_.s32()));
            case Kind::u32: return checked(Value::unsigned_number(reader_.u32()));
            case Kind::s64: return checked(Value::signed_number(reader_.s64()));
            case Kind::u64: return checked(Value::unsigned_number(reader_.u64()));
            case Kind::f32: return checked(Value::real32(reader_.f32()));
            case Kind::f64: return checked(Value::real64(reader_.f64()));
            case Kind::char_: return checked(Value::character(reader_.character()));
            default: return checked(Value::string(std::string(reader_.string())));
        }
    }

    Result<Value> read_bytes() {
        const auto bytes = reader_.bytes();
        return checked(Value::bytes(Bytes(bytes.begin(), bytes.end())));
    }

    Result<Value> read_list(const Type& type) {
        const Type* const element = type.part(0);
        if (element != nullptr && element->kind() == Kind::u8) return read_bytes();
        const auto items = reader_.count(element == nullptr ? 0 : element->wire_bytes_min());
        CHECK(reader_.check());
        return read_items(element, items);
    }

    /// So many items of one type; without a type they are empty.
    Result<Value> read_items(const Type* type, std::uint32_t count) {
        std::vector<Value> items;
        for (std::uint32_t i = 0; i < count; ++i) {
            if (type == nullptr) {
                CHECK(count_node());
                items.push_back(Value::items({}));
                continue;
            }
            TRY(auto item, read(*type));
            items.push_back(std::move(item));
        }
        return Value::items(std::move(items));
    }

    Result<Value> read_fields(const Type& type) {
        std::vector<Value> fields;
        fields.reserve(type.size());
        for (std::size_t i = 0; i < type.size(); ++i) {
            TRY(auto field, read(*type.part(i)));
            fields.push_back(std::move(field));
        }
        return Value::items(std::move(fields));
    }

    Result<Value> read_map(const Type& type) {
        const auto least = type.part(0)->wire_bytes_min() + type.part(1)->wire_bytes_min();
        const auto entries = reader_.count(least);
        CHECK(reader_.check());
        MapBuilder map(type);
        for (std::uint32_t i = 0; i < entries; ++i) {
            CHECK(count_node());
            TRY(auto key, read(*type.part(0)));
            TRY(auto value, read(*type.part(1)));
            map.add(std::move(key), std::move(value));
        }
        return map.take();
    }

    Result<Value> read_case(const Type& type) {
        const auto index = reader_.case_index(static_cast<std::uint32_t>(type.size()));
        CHECK(reader_.check());
        return read_payload(index, type.part(index));
    }

    Result<Value> read_choice(std::uint32_t cases, const Type* first, const Type* second) {
        const auto index = reader_.case_index(cases);
        CHECK(reader_.check());
        return read_payload(index, index == 0 ? first : second);
    }

    Result<Value> read_payload(std::uint32_t index, const Type* type) {
        if (type == nullptr) return Value::choice(index);
        TRY(auto payload, read(*type));
        return Value::choice(index, std::move(payload));
    }

    Result<Value> read_flags(const Type& type) {
        const auto bytes = reader_.flags(type.size());
        CHECK(reader_.check());
        std::vector<bool> set(type.size());
        for (std::size_t i = 0; i < set.size(); ++i) set[i] = ((bytes[i / 8] >> (i % 8)) & 1U) != 0;
        return Value::flags(std::move(set));
    }

    WireReader reader_;
    std::size_t nodes_left_;
    std::size_t nodes_max_;
};

}  // namespace

Result<void> encode(const Value& value, const Type& type, Bytes& out) {
    CHECK(conforms(value, type));
    WireWriter writer(out);
    put_value(writer, value, type);
    return ok();
}

Result<Value> decode(BytesView bytes, const Type& type, ValueLimits limits) {
    Decoder decoder(bytes, limits);
    TRY(auto value, decoder.read(type));
    CHECK(decoder.finish());
    return value;
}

Result<void> encode_arguments(std::span<const Value> arguments, const Function& function,
                              Bytes& out) {
    const auto& params = function.params;
    if (arguments.size() != params.size())
        return fail(Errc::invalid_argument, "value.size_wrong",
                    "'{}' takes {} arguments, there are {}", function.name, params.size(),
                    arguments.size());
    for (std::size_t i = 0; i < params.size(); ++i)
        CHECK(conforms(arguments[i], params[i].type).context("argument '{}'", params[i].name));
    WireWriter writer(out);
    for (std::size_t i = 0; i < params.size(); ++i) put_value(writer, arguments[i], params[i].type);
    return ok();
}

Result<std::vector<Value>> decode_arguments(BytesView bytes, const Function& function,
                                            ValueLimits limits) {
    Decoder decoder(bytes, limits);
    std::vector<Value> arguments;
    for (const auto& param : function.params) {
        TRY(auto argument, decoder.read(param.type).context("argument '{}'", param.name));
        arguments.push_back(std::move(argument));
    }
    CHECK(decoder.finish());
    return arguments;
}

Result<std::optional<Value>> decode_result(BytesView bytes, const Function& function,
                                           ValueLimits limits) {
    Decoder decoder(bytes, limits);
    std::optional<Value> result;
    if (function.result) {
        TRY(result, decoder.read(*function.result));
    }
    CHECK(decoder.finish());
    return result;
}

}  // namespace weft::value
