#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/core.h>

namespace weft {

/// What kind of failure an error is. Retry, HTTP status and exit code are derived from it
/// (`core/errc.h`), never from the text. docs/errors.md lists all of them.
enum class Errc {
    invalid_argument,     ///< The caller's input is wrong and stays wrong.
    not_found,            ///< The thing named does not exist.
    already_exists,       ///< The thing named is there already.
    failed_precondition,  ///< Right input at the wrong time or in the wrong state.
    denied,               ///< Known caller, not allowed.
    unauthenticated,      ///< Nobody trusted vouches for the caller or the artefact.
    exhausted,            ///< A limit of the configuration is reached.
    deadline,             ///< The time given to the call is over.
    cancelled,            ///< The owner gave up the call.
    unavailable,  ///< A peer, a port or a resource cannot be reached now; trying again may help.
    unsupported,  ///< Well formed, but not something this build does.
    corrupt,      ///< Bytes that should be valid are not.
    guest_trap,   ///< A component trapped; its instance is gone.
    internal,     ///< A bug of ours.
};

/// Names the site of a message for ever: a literal of the form `area.noun_reason`, listed with
/// cause and remedy in docs/errors.md (a test compares both).
class Slug {
  public:
    template <std::size_t N>
    consteval Slug(const char (&literal)[N])
        : text_(literal, N - 1) {  // NOLINT(google-explicit-constructor)
        if (text_.find('.') == std::string_view::npos) throw "a slug has the form area.noun_reason";
        for (const char c : text_)
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'))
                throw "a slug is lower case letters, digits, '_' and '.'";
    }
    constexpr std::string_view text() const { return text_; }
    friend constexpr bool operator==(const Slug&, const Slug&) = default;

  private:
    std::string_view text_;
};

/// A failure as a value. `message` is one sentence for a person: cause first, then the remedy where
/// there is one; lower case, no full stop, values in single quotes.
struct Error {
    Errc code;
    Slug slug;
    std::string message;
};

/// What `fail` returns: turns into any `Result<T>`.
using Failure = std::unexpected<Error>;

/// Makes a failure: `return fail(Errc::denied, "claims.hash_mismatch", "module hash is '{}'",
/// hash);`
template <typename... Args>
[[nodiscard]] Failure fail(Errc code, Slug slug, fmt::format_string<Args...> format,
                           Args&&... args) {
    return Failure(Error{code, slug, fmt::vformat(format, fmt::make_format_args(args...))});
}

/// A value or an Error. Never ignored: [[nodiscard]].
template <typename T>
class [[nodiscard]] Result : public std::expected<T, Error> {
    using Base = std::expected<T, Error>;

  public:
    using Base::Base;
    Result(Base base) : Base(std::move(base)) {}           // NOLINT(google-explicit-constructor)
    Result(Failure failure) : Base(std::move(failure)) {}  // NOLINT(google-explicit-constructor)

    /// Prepends what the caller was doing: "reading 'app.yaml': no such file". Once per module
    /// boundary.
    template <typename... Args>
    Result context(fmt::format_string<Args...> format, Args&&... args) && {
        if (!this->has_value()) {
            auto doing = fmt::vformat(format, fmt::make_format_args(args...));
            doing.append(": ").append(this->error().message);
            this->error().message = std::move(doing);
        }
        return std::move(*this);
    }
};

/// Success of a `Result<void>`.
[[nodiscard]] inline Result<void> ok() { return {}; }

}  // namespace weft

#define WEFT_CONCAT_INNER(a, b) a##b
#define WEFT_CONCAT(a, b) WEFT_CONCAT_INNER(a, b)
#define WEFT_TRY_IMPL(result, declaration, expression, return_word) \
    auto result = (expression);                                     \
    if (!result) [[unlikely]]                                       \
        return_word ::weft::Failure(std::move(result).error());     \
    declaration = std::move(*result)
#define WEFT_CHECK_IMPL(expression, return_word)                         \
    do {                                                                 \
        auto weft_result = (expression);                                 \
        if (!weft_result) [[unlikely]]                                   \
            return_word ::weft::Failure(std::move(weft_result).error()); \
    } while (false)

/// `TRY(auto value, read(path));` declares `value`, or returns the error to the caller.
#define TRY(declaration, expression) \
    WEFT_TRY_IMPL(WEFT_CONCAT(weft_try_, __COUNTER__), declaration, expression, return)
/// `CHECK(write(path, value));` goes on, or returns the error to the caller.
#define CHECK(expression) WEFT_CHECK_IMPL(expression, return)
/// The same in a coroutine: `CO_TRY(auto value, co_await store->get(ctx, key));` One await per
/// statement.
#define CO_TRY(declaration, expression) \
    WEFT_TRY_IMPL(WEFT_CONCAT(weft_try_, __COUNTER__), declaration, expression, co_return)
#define CO_CHECK(expression) WEFT_CHECK_IMPL(expression, co_return)
