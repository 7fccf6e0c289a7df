// Made by `python3 -m tools.wit` from wit/wasi-keyvalue-0.2.0-draft2.wit.
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

namespace weft::wit::wasi_keyvalue_store_0_2_0_draft2 {

inline constexpr std::string_view interface_name = "wasi:keyvalue/store@0.2.0-draft2";

/// `error`, variant.
struct Error {
    static constexpr auto names = std::array<std::string_view, 3>{"no-such-store", "access-denied", "other"};
    enum class Case : std::uint32_t { no_such_store, access_denied, other };
    std::variant<std::monostate, std::monostate, std::string> held;
    Case which() const { return static_cast<Case>(held.index()); }
    static Error no_such_store() {
        return {decltype(held)(std::in_place_index<0>)};
    }
    static Error access_denied() {
        return {decltype(held)(std::in_place_index<1>)};
    }
    static Error other(std::string value) {
        return {decltype(held)(std::in_place_index<2>, std::move(value))};
    }
    friend bool operator==(const Error&, const Error&) = default;
};

/// `key-response`, record.
struct KeyResponse {
    static constexpr auto names = std::array<std::string_view, 2>{"keys", "cursor"};
    std::vector<std::string> keys;
    std::optional<std::string> cursor;
    auto parts() { return std::tie(keys, cursor); }
    friend bool operator==(const KeyResponse&, const KeyResponse&) = default;
};

/// `bucket`, resource.
struct Bucket {
    static constexpr std::string_view resource = "bucket";
};

/// What answers those who import it; see ServedFunctions.
class Functions : public capability::ServedFunctions {
  public:
    virtual rt::Task<std::expected<std::optional<Bytes>, Error>> bucket_get(
            rt::CallCtx ctx, Borrow<Bucket> self, std::string key) = 0;
    virtual rt::Task<std::expected<void, Error>> bucket_set(
            rt::CallCtx ctx, Borrow<Bucket> self, std::string key, Bytes value) = 0;
    virtual rt::Task<std::expected<void, Error>> bucket_delete(
            rt::CallCtx ctx, Borrow<Bucket> self, std::string key) = 0;
    virtual rt::Task<std::expected<bool, Error>> bucket_exists(
            rt::CallCtx ctx, Borrow<Bucket> self, std::string key) = 0;
    virtual rt::Task<std::expected<KeyResponse, Error>> bucket_list_keys(
            rt::CallCtx ctx, Borrow<Bucket> self, std::optional<std::string> cursor) = 0;
    virtual rt::Task<std::expected<Own<Bucket>, Error>> open(
            rt::CallCtx ctx, std::string identifier) = 0;
    virtual void drop_bucket(BytesView /*handle*/) {}
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

}  // namespace weft::wit::wasi_keyvalue_store_0_2_0_draft2

namespace weft::wit::wasi_keyvalue_atomics_0_2_0_draft2 {

inline constexpr std::string_view interface_name = "wasi:keyvalue/atomics@0.2.0-draft2";

/// `bucket`, use.
using Bucket = wasi_keyvalue_store_0_2_0_draft2::Bucket;

/// `error`, use.
using Error = wasi_keyvalue_store_0_2_0_draft2::Error;

/// `cas`, resource.
struct Cas {
    static constexpr std::string_view resource = "cas";
};

/// `cas-error`, variant.
struct CasError {
    static constexpr auto names = std::array<std::string_view, 2>{"store-error", "cas-failed"};
    enum class Case : std::uint32_t { store_error, cas_failed };
    std::variant<Error, Own<Cas>> held;
    Case which() const { return static_cast<Case>(held.index()); }
    static CasError store_error(Error value) {
        return {decltype(held)(std::in_place_index<0>, std::move(value))};
    }
    static CasError cas_failed(Own<Cas> value) {
        return {decltype(held)(std::in_place_index<1>, std::move(value))};
    }
    friend bool operator==(const CasError&, const CasError&) = default;
};

/// What answers those who import it; see ServedFunctions.
class Functions : public capability::ServedFunctions {
  public:
    virtual rt::Task<std::expected<Own<Cas>, Error>> cas_new(
            rt::CallCtx ctx, Borrow<Bucket> bucket, std::string key) = 0;
    virtual rt::Task<std::expected<std::optional<Bytes>, Error>> cas_current(
            rt::CallCtx ctx, Borrow<Cas> self) = 0;
    virtual rt::Task<std::expected<std::int64_t, Error>> increment(
            rt::CallCtx ctx, Borrow<Bucket> bucket, std::string key, std::int64_t delta) = 0;
    virtual rt::Task<std::expected<void, CasError>> swap(
            rt::CallCtx ctx, Own<Cas> cas, Bytes value) = 0;
    virtual void drop_cas(BytesView /*handle*/) {}
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

}  // namespace weft::wit::wasi_keyvalue_atomics_0_2_0_draft2

namespace weft::wit::wasi_keyvalue_batch_0_2_0_draft2 {

inline constexpr std::string_view interface_name = "wasi:keyvalue/batch@0.2.0-draft2";

/// `bucket`, use.
using Bucket = wasi_keyvalue_store_0_2_0_draft2::Bucket;

/// `error`, use.
using Error = wasi_keyvalue_store_0_2_0_draft2::Error;

/// What answers those who import it; see ServedFunctions.
class Functions : public capability::ServedFunctions {
  public:
    virtual rt::Task<std::expected<std::vector<std::optional<std::tuple<std::string, Bytes>>>, Error>> get_many(
            rt::CallCtx ctx, Borrow<Bucket> bucket, std::vector<std::string> keys) = 0;
    virtual rt::Task<std::expected<void, Error>> set_many(
            rt::CallCtx ctx, Borrow<Bucket> bucket,
            std::vector<std::tuple<std::string, Bytes>> key_values) = 0;
    virtual rt::Task<std::expected<void, Error>> delete_many(
            rt::CallCtx ctx, Borrow<Bucket> bucket, std::vector<std::string> keys) = 0;
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

}  // namespace weft::wit::wasi_keyvalue_batch_0_2_0_draft2

namespace weft::wit::wasi_keyvalue_watcher_0_2_0_draft2 {

inline constexpr std::string_view interface_name = "wasi:keyvalue/watcher@0.2.0-draft2";

/// `bucket`, use.
using Bucket = wasi_keyvalue_store_0_2_0_draft2::Bucket;

/// What answers those who import it; see ServedFunctions.
class Functions : public capability::ServedFunctions {
  public:
    virtual rt::Task<void> on_set(
            rt::CallCtx ctx, Own<Bucket> bucket, std::string key, Bytes value) = 0;
    virtual rt::Task<void> on_delete(rt::CallCtx ctx, Own<Bucket> bucket, std::string key) = 0;
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

/// Calls a component that exports it.
class Calls {
  public:
    /// Errors: those of match_exports.
    static Result<Calls> bind(capability::ExportTarget* target, const value::Interface& exported);
    rt::Task<void> on_set(rt::CallCtx ctx, Own<Bucket> bucket, std::string key, Bytes value) const {
        return capability::call_export<void>(
            target_, numbers_[0], std::move(ctx), std::move(bucket), std::move(key), std::move(value));
    }
    rt::Task<void> on_delete(rt::CallCtx ctx, Own<Bucket> bucket, std::string key) const {
        return capability::call_export<void>(
            target_, numbers_[1], std::move(ctx), std::move(bucket), std::move(key));
    }

  private:
    capability::ExportTarget* target_ = nullptr;  // Outlives it.
    std::array<std::uint32_t, 2> numbers_{};
};

}  // namespace weft::wit::wasi_keyvalue_watcher_0_2_0_draft2

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
