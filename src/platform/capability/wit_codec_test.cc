#include "platform/capability/wit_codec.h"

#include <random>

#include <gtest/gtest.h>

#include "base/value/arbitrary_test.h"
#include "base/value/wire.h"
#include "platform/capability/wit/weft_kinds_1_2_0_fixture.h"

namespace weft::wit {
namespace {

namespace kinds = weft_kinds_kinds_1_2_0;

/// Streams that a test puts and takes.
class HeldStreams final : public StreamPlaces {
  public:
    std::unique_ptr<rt::ByteSource> take(std::uint32_t place) override {
        return place < streams.size() ? std::move(streams[place]) : nullptr;
    }
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) override {
        if (streams.size() >= streams_max) return fail(Errc::exhausted, "test.full", "full");
        streams.push_back(std::move(source));
        return static_cast<std::uint32_t>(streams.size() - 1);
    }
    std::vector<std::unique_ptr<rt::ByteSource>> streams;
    std::size_t streams_max = 10;
};

template <typename T>
Result<T> read(BytesView bytes) {
    HeldStreams streams;
    Decoder in(bytes, streams);
    T value = get<T>(in);
    CHECK(in.finish());
    return value;
}

template <typename T>
Bytes written(T value) {
    HeldStreams streams;
    Encoder out(streams);
    put(out, value);
    return std::move(out).finish().value();
}

TEST(WitCodec, DescribesTypesAsTheComponentModelDoes) {
    EXPECT_EQ(value::type_text(type_of<kinds::Rights>()),
              "flags { read, write, execute, share, move, copy, list, link, own }");
    EXPECT_EQ(value::type_text(type_of<kinds::Shape>()),
              "variant { empty, circle(f64), named(string), both(tuple<u8, string>) }");
    EXPECT_EQ(value::type_text(type_of<kinds::Shade>()), "enum { red, dark-green, default }");
    EXPECT_EQ(value::type_text(type_of<kinds::Numbers>()),
              "record { a: u8, b: s8, c: u16, d: s16, e: u32, f: s32, g: u64, h: s64, i: f32, "
              "j: f64, k: char, l: bool }");
    EXPECT_EQ(value::type_text(type_of<Own<kinds::Counter>>()), "own<counter>");
    EXPECT_EQ(value::type_text(type_of<std::vector<Borrow<kinds::Counter>>>()),
              "list<borrow<counter>>");
    EXPECT_EQ(value::type_text(type_of<std::tuple<Stream, Future<std::string>>>()),
              "tuple<stream<u8>, future<string>>");
    EXPECT_EQ(value::type_text(type_of<std::expected<void, std::monostate>>()), "result");
    EXPECT_EQ(value::type_text(type_of<std::expected<void, std::string>>()), "result<_, string>");
}

// The codec of base/value, which goes by the type, is the oracle: what it writes is read here, and
// written again byte for byte.
TEST(WitCodec, ReadsAndWritesWhatTheGenericCodecWrites) {
    std::mt19937_64 random(7);  // NOLINT: the same values each time.
    value::Arbitrary arbitrary([&] { return random(); }, value::Arbitrary::Handles::yes);
    const auto type = type_of<kinds::All>();
    for (int i = 0; i < 2'000; ++i) {
        Bytes bytes;
        ASSERT_TRUE(value::encode(arbitrary.value(type), type, bytes));

        const auto all = read<kinds::All>(bytes);

        ASSERT_TRUE(all) << all.error().message;
        ASSERT_EQ(written(*all), bytes);
    }
}

TEST(WitCodec, WritesWhatTheGenericCodecReads) {
    kinds::All all;
    all.numbers = {1, -2, 300, -300, 70'000, -70'000, 1ULL << 63U, -1, 0.5F, -0.25, U'ü', true};
    all.text = "text";
    all.raw = {1, 2, 3};
    all.truths = {true, false, true};
    all.maybe.emplace();
    all.shapes = {kinds::Shape::empty(), kinds::Shape::both({7, "seven"})};
    all.shade = kinds::Shade::dark_green;
    all.rights.own = true;
    all.outcome = std::unexpected(std::string("bad"));
    all.only = std::unexpected(std::monostate());

    const auto value = value::decode(written(all), type_of<kinds::All>());

    ASSERT_TRUE(value) << value.error().message;
    using value::Value;
    const auto& items = *value->as_items();
    EXPECT_EQ(items[0].as_items()->at(6), Value::unsigned_number(1ULL << 63U));
    EXPECT_EQ(items[0].as_items()->at(10), Value::character(U'ü'));
    EXPECT_EQ(items[2], Value::bytes({1, 2, 3}));
    EXPECT_EQ(items[5], Value::some(Value::none()));
    EXPECT_EQ(items[6].as_items()->at(1),
              Value::choice(3, Value::items({Value::unsigned_number(7), Value::string("seven")})));
    EXPECT_EQ(items[7], Value::choice(1));
    EXPECT_EQ(items[8].as_flags()->at(8), true);
    EXPECT_EQ(items[9], Value::choice(1, Value::string("bad")));
    EXPECT_EQ(items[11], Value::choice(1));
    EXPECT_EQ(items[12], Value::choice(0));
}

TEST(WitCodec, HandlesAreOpaqueBytes) {
    const auto type = type_of<Own<kinds::Counter>>();
    Bytes bytes;
    ASSERT_TRUE(value::encode(value::Value::bytes({9, 8}), type, bytes));

    EXPECT_EQ(read<Own<kinds::Counter>>(bytes).value().handle, Bytes({9, 8}));
    EXPECT_EQ(written(Borrow<kinds::Counter>{{9, 8}}), bytes);
}

// Every prefix of every value is truncated, and no byte more is read than came.
TEST(WitCodec, RefusesWhatIsCutShort) {
    const Bytes bytes = written(kinds::All());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto all = read<kinds::All>(BytesView(bytes).first(size));
        ASSERT_FALSE(all) << size;
        EXPECT_EQ(all.error().code, Errc::corrupt);
    }
}

TEST(WitCodec, RefusesWrongCasesFlagsAndCounts) {
    EXPECT_EQ(read<kinds::Shape>(Bytes{4}).error().slug.text(), "wire.case_unknown");
    EXPECT_EQ(read<kinds::Shade>(Bytes{3}).error().slug.text(), "wire.case_unknown");
    EXPECT_EQ(read<kinds::Rights>(Bytes{0, 2}).error().slug.text(), "wire.flags_unknown");
    EXPECT_EQ(
        read<std::vector<std::string>>(Bytes{0xff, 0xff, 0xff, 0xff, 0x0f}).error().slug.text(),
        "wire.count_exceeded");
    EXPECT_EQ(read<std::uint8_t>(Bytes{1, 2}).error().slug.text(), "wire.trailing");
}

TEST(WitCodec, StreamsGoBesideTheValues) {
    HeldStreams streams;
    auto first = rt::source_of({1});
    auto second = rt::source_of({2});
    const auto* const first_at = first.get();
    const auto* const second_at = second.get();
    std::tuple given(Stream{std::move(first)}, Future<std::string>{std::move(second)});
    Encoder out(streams);

    put(out, given);

    const auto bytes = std::move(out).finish().value();
    EXPECT_EQ(bytes, Bytes({0, 1}));
    Decoder in(bytes, streams);
    const auto taken = get<std::tuple<Stream, Future<std::string>>>(in);
    EXPECT_TRUE(in.finish());
    EXPECT_EQ(std::get<0>(taken).source.get(), first_at);
    EXPECT_EQ(std::get<1>(taken).source.get(), second_at);
}

TEST(WitCodec, AStreamThatIsMissingOrOneTooManyIsAFailure) {
    EXPECT_EQ(read<Stream>(Bytes{0}).error().slug.text(), "capability.stream_missing");
    HeldStreams full;
    full.streams_max = 0;
    Encoder out(full);
    Stream stream{rt::source_of({})};

    put(out, stream);

    EXPECT_EQ(std::move(out).finish().error().slug.text(), "test.full");
}

}  // namespace
}  // namespace weft::wit
