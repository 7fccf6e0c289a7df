// Made by `python3 -m tools.wit` from wit/fixtures/weft-kinds-1.2.0.wit.
// clang-format off
// NOLINTBEGIN(readability-identifier-naming,performance-move-const-arg)
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "platform/capability/export_calls.h"
#include "platform/capability/served_import.h"

namespace weft::wit::weft_kinds_names_1_2_0 {

inline constexpr std::string_view interface_name = "weft:kinds/names@1.2.0";

/// `ticket`, resource.
struct Ticket {
    static constexpr std::string_view resource = "ticket";
};

/// `colour`, enum.
enum class Colour : std::uint32_t { red, dark_green, default_ };
constexpr auto names_of(Colour /*type*/) {
    return std::array<std::string_view, 3>{"red", "dark-green", "default"};
}

}  // namespace weft::wit::weft_kinds_names_1_2_0

namespace weft::wit::weft_kinds_kinds_1_2_0 {

inline constexpr std::string_view interface_name = "weft:kinds/kinds@1.2.0";

/// `ticket`, use.
using Ticket = weft_kinds_names_1_2_0::Ticket;

/// `shade`, use.
using Shade = weft_kinds_names_1_2_0::Colour;

/// `word`, alias.
using Word = std::string;

/// `numbers`, record.
struct Numbers {
    static constexpr auto names = std::array<std::string_view, 12>{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    std::uint8_t a{};
    std::int8_t b{};
    std::uint16_t c{};
    std::int16_t d{};
    std::uint32_t e{};
    std::int32_t f{};
    std::uint64_t g{};
    std::int64_t h{};
    float i{};
    double j{};
    char32_t k{};
    bool l{};
    auto parts() { return std::tie(a, b, c, d, e, f, g, h, i, j, k, l); }
    friend bool operator==(const Numbers&, const Numbers&) = default;
};

/// `rights`, flags.
struct Rights {
    static constexpr auto names = std::array<std::string_view, 9>{
            "read", "write", "execute", "share", "move", "copy", "list", "link", "own"};
    bool read = false;
    bool write = false;
    bool execute = false;
    bool share = false;
    bool move = false;
    bool copy = false;
    bool list = false;
    bool link = false;
    bool own = false;
    auto flags() { return std::tie(read, write, execute, share, move, copy, list, link, own); }
    friend bool operator==(const Rights&, const Rights&) = default;
};

/// `shape`, variant.
struct Shape {
    static constexpr auto names = std::array<std::string_view, 4>{"empty", "circle", "named", "both"};
    enum class Case : std::uint32_t { empty, circle, named, both };
    std::variant<std::monostate, double, Word, std::tuple<std::uint8_t, std::string>> held;
    Case which() const { return static_cast<Case>(held.index()); }
    static Shape empty() {
        return {decltype(held)(std::in_place_index<0>)};
    }
    static Shape circle(double value) {
        return {decltype(held)(std::in_place_index<1>, std::move(value))};
    }
    static Shape named(Word value) {
        return {decltype(held)(std::in_place_index<2>, std::move(value))};
    }
    static Shape both(std::tuple<std::uint8_t, std::string> value) {
        return {decltype(held)(std::in_place_index<3>, std::move(value))};
    }
    friend bool operator==(const Shape&, const Shape&) = default;
};

/// `all`, record.
struct All {
    static constexpr auto names = std::array<std::string_view, 14>{
            "numbers", "text", "raw", "signed", "truths", "maybe", "shapes", "shade", "rights",
            "outcome", "done", "only", "nothing", "pair"};
    Numbers numbers;
    Word text;
    Bytes raw;
    std::vector<std::int8_t> signed_;
    std::vector<bool> truths;
    std::optional<std::optional<std::string>> maybe;
    std::vector<Shape> shapes;
    Shade shade{};
    Rights rights;
    std::expected<std::uint32_t, std::string> outcome;
    std::expected<void, Shape> done;
    std::expected<std::vector<std::string>, std::monostate> only;
    std::expected<void, std::monostate> nothing;
    std::tuple<char32_t, std::vector<std::tuple<std::string, Bytes>>> pair;
    auto parts() { return std::tie(
            numbers, text, raw, signed_, truths, maybe, shapes, shade, rights, outcome, done, only,
            nothing, pair); }
    friend bool operator==(const All&, const All&) = default;
};

/// `counter`, resource.
struct Counter {
    static constexpr std::string_view resource = "counter";
};

/// What answers those who import it; see ServedFunctions.
class Functions : public capability::ServedFunctions {
  public:
    virtual rt::Task<Own<Counter>> create_counter(rt::CallCtx ctx, std::uint64_t start) = 0;
    virtual rt::Task<std::uint64_t> counter_add(
            rt::CallCtx ctx, Borrow<Counter> self, std::uint64_t delta) = 0;
    virtual rt::Task<std::expected<Own<Counter>, std::string>> counter_merge(
            rt::CallCtx ctx, std::vector<Own<Counter>> counters) = 0;
    virtual rt::Task<All> echo(rt::CallCtx ctx, All all) = 0;
    virtual rt::Task<Own<Ticket>> lend(
            rt::CallCtx ctx, Borrow<Counter> counter, Borrow<Ticket> ticket) = 0;
    virtual rt::Task<std::expected<void, Shape>> check(rt::CallCtx ctx, std::uint32_t number) = 0;
    virtual rt::Task<void> note(rt::CallCtx ctx, Word text) = 0;
    virtual rt::Task<std::string> wait(rt::CallCtx ctx, std::string namespace_) = 0;
    virtual rt::Task<std::tuple<Stream, Future<std::string>>> copy(
            rt::CallCtx ctx, Stream source, Future<std::string> last) = 0;
    virtual void drop_counter(BytesView /*handle*/) {}
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

/// Calls a component that exports it.
class Calls {
  public:
    /// Errors: those of match_exports.
    static Result<Calls> bind(capability::ExportTarget* target, const value::Interface& exported);
    rt::Task<Own<Counter>> create_counter(rt::CallCtx ctx, std::uint64_t start) const {
        return capability::call_export<Own<Counter>>(
            target_, numbers_[0], std::move(ctx), std::move(start));
    }
    rt::Task<std::uint64_t> counter_add(
            rt::CallCtx ctx, Borrow<Counter> self, std::uint64_t delta) const {
        return capability::call_export<std::uint64_t>(
            target_, numbers_[1], std::move(ctx), std::move(self), std::move(delta));
    }
    rt::Task<std::expected<Own<Counter>, std::string>> counter_merge(
            rt::CallCtx ctx, std::vector<Own<Counter>> counters) const {
        return capability::call_export<std::expected<Own<Counter>, std::string>>(
            target_, numbers_[2], std::move(ctx), std::move(counters));
    }
    rt::Task<All> echo(rt::CallCtx ctx, All all) const {
        return capability::call_export<All>(
            target_, numbers_[3], std::move(ctx), std::move(all));
    }
    rt::Task<Own<Ticket>> lend(
            rt::CallCtx ctx, Borrow<Counter> counter, Borrow<Ticket> ticket) const {
        return capability::call_export<Own<Ticket>>(
            target_, numbers_[4], std::move(ctx), std::move(counter), std::move(ticket));
    }
    rt::Task<std::expected<void, Shape>> check(rt::CallCtx ctx, std::uint32_t number) const {
        return capability::call_export<std::expected<void, Shape>>(
            target_, numbers_[5], std::move(ctx), std::move(number));
    }
    rt::Task<void> note(rt::CallCtx ctx, Word text) const {
        return capability::call_export<void>(
            target_, numbers_[6], std::move(ctx), std::move(text));
    }
    rt::Task<std::string> wait(rt::CallCtx ctx, std::string namespace_) const {
        return capability::call_export<std::string>(
            target_, numbers_[7], std::move(ctx), std::move(namespace_));
    }
    rt::Task<std::tuple<Stream, Future<std::string>>> copy(
            rt::CallCtx ctx, Stream source, Future<std::string> last) const {
        return capability::call_export<std::tuple<Stream, Future<std::string>>>(
            target_, numbers_[8], std::move(ctx), std::move(source), std::move(last));
    }

  private:
    capability::ExportTarget* target_ = nullptr;  // Outlives it.
    std::array<std::uint32_t, 9> numbers_{};
};

}  // namespace weft::wit::weft_kinds_kinds_1_2_0

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
