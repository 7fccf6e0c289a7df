#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/core/bytes.h"
#include "base/rt/byte_stream.h"
#include "base/value/type.h"
#include "base/value/wire_reader.h"
#include "base/value/wire_writer.h"

// clang-format off
/// WIT types as types of C++, and their wRPC encoding. What tools/wit makes are plain structs that
/// say their names and parts; the templates here read, write and describe them:
///
///   list<u8>; list<T>          Bytes; std::vector<T>
///   option, tuple, result      std::optional, std::tuple, std::expected (no error type: monostate)
///   record                     struct with `names` and `parts()`
///   flags                      struct of bools with `names` and `flags()`
///   variant                    struct with `names` and a std::variant `held`
///   enum                       enum class with `names_of`
///   own<R>, borrow<R>          Own<R>, Borrow<R>: bytes that only who defines R understands
///   stream<u8>, future<T>      Stream, Future<T>: a source, as ImportReply describes them
// clang-format on
namespace weft::wit {

/// The engine carries no handle of more bytes. Source: docs/reference/engine-abi.md.
inline constexpr std::size_t handle_bytes_max = 256;

template <typename Resource>
struct Own {
    Bytes handle;
    friend bool operator==(const Own&, const Own&) = default;
};
template <typename Resource>
struct Borrow {
    Bytes handle;
    friend bool operator==(const Borrow&, const Borrow&) = default;
};
struct Stream {
    std::unique_ptr<rt::ByteSource> source;
};
template <typename T>
struct Future {
    std::unique_ptr<rt::ByteSource> source;
};

/// Where the streams beside encoded values are taken from and put.
class StreamPlaces {
  public:
    /// Null: there is none, or it was taken.
    virtual std::unique_ptr<rt::ByteSource> take(std::uint32_t place) = 0;
    virtual Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) = 0;

  protected:
    ~StreamPlaces() = default;
};

/// Values that are read. What was read counts only after `finish`.
struct Decoder {
    Decoder(BytesView bytes, StreamPlaces& from) : wire(bytes), places(&from) {}

    std::unique_ptr<rt::ByteSource> take_stream();
    /// Errors: those of WireReader::finish; corrupt (`capability.stream_missing`).
    Result<void> finish() const;

    value::WireReader wire;
    StreamPlaces* places;
    bool stream_missing = false;
};

/// Values that are written. Streams leave them.
struct Encoder {
    explicit Encoder(StreamPlaces& to) : places(&to) {}
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    void attach_stream(std::unique_ptr<rt::ByteSource> source);
    /// The first failure of attaching a stream, or the bytes.
    Result<Bytes> finish() &&;

    Bytes bytes;
    value::WireWriter wire{bytes};
    StreamPlaces* places;
    std::optional<Error> failure;
};

/// The types of WIT that tools/wit lets through are well-formed.
value::Type well_formed(Result<value::Type> type);

/// `get` reads a value, `put` writes one, which a stream leaves, `type` describes them.
template <typename T>
struct Codec;

template <typename T>
T get(Decoder& in) {
    return Codec<T>::get(in);
}
template <typename T>
void put(Encoder& out, T& value) {
    Codec<T>::put(out, value);
}
template <typename T>
value::Type type_of() {
    return Codec<T>::type();
}
/// Nothing for what carries nothing.
template <typename T>
std::optional<value::Type> payload_type() {
    if constexpr (std::is_void_v<T> || std::is_same_v<T, std::monostate>)
        return std::nullopt;
    else
        return type_of<T>();
}

template <typename T, auto read, auto write, value::Kind kind>
struct PlainCodec {
    static T get(Decoder& in) { return T((in.wire.*read)()); }
    static void put(Encoder& out, const T& value) { (out.wire.*write)(value); }
    static value::Type type() { return value::Type(kind); }
};

// A row for each kind without parts.
using Read = value::WireReader;
using Write = value::WireWriter;
using Of = value::Kind;
template <>
struct Codec<bool> : PlainCodec<bool, &Read::boolean, &Write::boolean, Of::bool_> {};
template <>
struct Codec<std::uint8_t> : PlainCodec<std::uint8_t, &Read::u8, &Write::u8, Of::u8> {};
template <>
struct Codec<std::int8_t> : PlainCodec<std::int8_t, &Read::s8, &Write::s8, Of::s8> {};
template <>
struct Codec<std::uint16_t> : PlainCodec<std::uint16_t, &Read::u16, &Write::u16, Of::u16> {};
template <>
struct Codec<std::int16_t> : PlainCodec<std::int16_t, &Read::s16, &Write::s16, Of::s16> {};
template <>
struct Codec<std::uint32_t> : PlainCodec<std::uint32_t, &Read::u32, &Write::u32, Of::u32> {};
template <>
struct Codec<std::int32_t> : PlainCodec<std::int32_t, &Read::s32, &Write::s32, Of::s32> {};
template <>
struct Codec<std::uint64_t> : PlainCodec<std::uint64_t, &Read::u64, &Write::u64, Of::u64> {};
template <>
struct Codec<std::int64_t> : PlainCodec<std::int64_t, &Read::s64, &Write::s64, Of::s64> {};
template <>
struct Codec<float> : PlainCodec<float, &Read::f32, &Write::f32, Of::f32> {};
template <>
struct Codec<double> : PlainCodec<double, &Read::f64, &Write::f64, Of::f64> {};
template <>
struct Codec<char32_t> : PlainCodec<char32_t, &Read::character, &Write::character, Of::char_> {};
template <>
struct Codec<std::string> : PlainCodec<std::string, &Read::string, &Write::string, Of::string> {};

/// What a case without payload holds.
template <>
struct Codec<std::monostate> {
    static std::monostate get(Decoder& /*in*/) { return {}; }
    static void put(Encoder& /*out*/, std::monostate /*value*/) {}
};

template <>
struct Codec<Bytes> {
    static Bytes get(Decoder& in) {
        const BytesView bytes = in.wire.bytes();
        return {bytes.begin(), bytes.end()};
    }
    static void put(Encoder& out, const Bytes& value) { out.wire.bytes(value); }
    static value::Type type() {
        return well_formed(value::Type::list(value::Type(value::Kind::u8)));
    }
};

template <typename T>
struct Codec<std::vector<T>> {
    static std::vector<T> get(Decoder& in) {
        std::vector<T> items;
        // Every value takes a byte at least, so the count is bounded by what came.
        const auto count = in.wire.count(1);
        for (std::uint32_t i = 0; i < count && in.wire.ok(); ++i) items.push_back(wit::get<T>(in));
        return items;
    }
    static void put(Encoder& out, std::vector<T>& value) {
        out.wire.count(value.size());
        if constexpr (std::is_same_v<T, bool>)
            for (const bool item : value) out.wire.boolean(item);
        else
            for (T& item : value) wit::put(out, item);
    }
    static value::Type type() { return well_formed(value::Type::list(type_of<T>())); }
};

template <typename T>
struct Codec<std::optional<T>> {
    static std::optional<T> get(Decoder& in) {
        if (!in.wire.is_some()) return std::nullopt;
        return std::optional<T>(std::in_place, wit::get<T>(in));
    }
    static void put(Encoder& out, std::optional<T>& value) {
        out.wire.case_index(value ? 1 : 0);
        if (value) wit::put(out, *value);
    }
    static value::Type type() { return well_formed(value::Type::option(type_of<T>())); }
};

template <typename... T>
struct Codec<std::tuple<T...>> {
    // Braces keep the order.
    static std::tuple<T...> get(Decoder& in) { return std::tuple<T...>{wit::get<T>(in)...}; }
    static void put(Encoder& out, std::tuple<T...>& value) {
        std::apply([&](T&... items) { (wit::put(out, items), ...); }, value);
    }
    static value::Type type() { return well_formed(value::Type::tuple({type_of<T>()...})); }
};

template <typename T, typename E>
struct Codec<std::expected<T, E>> {
    static std::expected<T, E> get(Decoder& in) {
        if (in.wire.case_index(2) == 1) return std::expected<T, E>(std::unexpect, wit::get<E>(in));
        if constexpr (std::is_void_v<T>)
            return {};
        else
            return std::expected<T, E>(std::in_place, wit::get<T>(in));
    }
    static void put(Encoder& out, std::expected<T, E>& value) {
        out.wire.case_index(value ? 0 : 1);
        if (!value) {
            wit::put(out, value.error());
            return;
        }
        if constexpr (!std::is_void_v<T>) wit::put(out, *value);
    }
    static value::Type type() {
        return well_formed(value::Type::result(payload_type<T>(), payload_type<E>()));
    }
};

template <typename T>
concept Record = requires(T value) {
    T::names;
    value.parts();
};
template <Record T>
struct Codec<T> {
    static T get(Decoder& in) {
        T value;
        std::apply([&](auto&... parts) { ((parts = part_of(parts, in)), ...); }, value.parts());
        return value;
    }
    static void put(Encoder& out, T& value) {
        std::apply([&](auto&... parts) { (wit::put(out, parts), ...); }, value.parts());
    }
    static value::Type type() {
        std::vector<value::Part> described;
        add_parts(described, static_cast<decltype(std::declval<T&>().parts())*>(nullptr));
        return well_formed(value::Type::record(std::move(described)));
    }

  private:
    template <typename P>
    static P part_of(const P& /*part*/, Decoder& in) {
        return wit::get<P>(in);
    }
    template <typename... P>
    static void add_parts(std::vector<value::Part>& described, std::tuple<P&...>* /*type*/) {
        (described.push_back({std::string(T::names[described.size()]), type_of<P>()}), ...);
    }
};

template <typename T>
concept Variant = requires(T value) {
    T::names;
    value.held;
};
template <Variant T>
struct Codec<T> {
    using Held = decltype(T::held);
    using Places = std::make_index_sequence<std::variant_size_v<Held>>;

    static T get(Decoder& in) {
        T value;
        read_case(in, in.wire.case_index(std::variant_size_v<Held>), value.held, Places());
        return value;
    }
    static void put(Encoder& out, T& value) {
        out.wire.case_index(static_cast<std::uint32_t>(value.held.index()));
        std::visit([&](auto& payload) { wit::put(out, payload); }, value.held);
    }
    static value::Type type() {
        std::vector<value::Part> cases;
        add_cases(cases, Places());
        return well_formed(value::Type::variant(std::move(cases)));
    }

  private:
    template <std::size_t... place>
    static void read_case(Decoder& in, std::uint32_t index, Held& held,
                          std::index_sequence<place...> /*places*/) {
        ((index == place ? read_payload<place>(in, held) : void()), ...);
    }
    template <std::size_t place>
    static void read_payload(Decoder& in, Held& held) {
        held.template emplace<place>(wit::get<std::variant_alternative_t<place, Held>>(in));
    }
    template <std::size_t... place>
    static void add_cases(std::vector<value::Part>& cases,
                          std::index_sequence<place...> /*places*/) {
        (cases.push_back({std::string(T::names[place]),
                          payload_type<std::variant_alternative_t<place, Held>>()}),
         ...);
    }
};

template <typename T>
concept Enumeration = std::is_enum_v<T> && requires(T value) { names_of(value); };
template <Enumeration T>
struct Codec<T> {
    static constexpr auto names = names_of(T());
    static T get(Decoder& in) { return static_cast<T>(in.wire.case_index(names.size())); }
    static void put(Encoder& out, T value) {
        out.wire.case_index(static_cast<std::uint32_t>(value));
    }
    static value::Type type() {
        return well_formed(value::Type::enumeration({names.begin(), names.end()}));
    }
};

template <typename T>
concept Flags = requires(T value) {
    T::names;
    value.flags();
};
template <Flags T>
struct Codec<T> {
    static T get(Decoder& in) {
        T value;
        std::uint64_t bits = in.wire.flag_bits(T::names.size());
        const auto next = [&] { return (std::exchange(bits, bits >> 1U) & 1U) != 0; };
        std::apply([&](auto&... flags) { ((flags = next()), ...); }, value.flags());
        return value;
    }
    static void put(Encoder& out, T& value) {
        std::uint64_t bits = 0;
        unsigned at = 0;
        const auto add = [&](bool flag) { bits |= std::uint64_t{flag} << at++; };
        std::apply([&](auto&... flags) { (add(flags), ...); }, value.flags());
        out.wire.flag_bits(bits, T::names.size());
    }
    static value::Type type() {
        return well_formed(value::Type::flags({T::names.begin(), T::names.end()}));
    }
};

template <typename R>
struct Codec<Own<R>> {
    static Own<R> get(Decoder& in) { return {Codec<Bytes>::get(in)}; }
    static void put(Encoder& out, const Own<R>& value) { out.wire.bytes(value.handle); }
    static value::Type type() { return well_formed(value::Type::own(std::string(R::resource))); }
};
template <typename R>
struct Codec<Borrow<R>> {
    static Borrow<R> get(Decoder& in) { return {Codec<Bytes>::get(in)}; }
    static void put(Encoder& out, const Borrow<R>& value) { out.wire.bytes(value.handle); }
    static value::Type type() { return well_formed(value::Type::borrow(std::string(R::resource))); }
};

template <>
struct Codec<Stream> {
    static Stream get(Decoder& in) { return {in.take_stream()}; }
    static void put(Encoder& out, Stream& value) { out.attach_stream(std::move(value.source)); }
    static value::Type type() {
        return well_formed(value::Type::stream(value::Type(value::Kind::u8)));
    }
};
template <typename T>
struct Codec<Future<T>> {
    static Future<T> get(Decoder& in) { return {in.take_stream()}; }
    static void put(Encoder& out, Future<T>& value) { out.attach_stream(std::move(value.source)); }
    static value::Type type() { return well_formed(value::Type::future(type_of<T>())); }
};

}  // namespace weft::wit
