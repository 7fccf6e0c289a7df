#include "platform/capability/keyvalue_imports.h"

#include <limits>

#include <fmt/format.h>

#include "base/codec/interface_name.h"
#include "base/codec/utf8.h"
#include "platform/capability/wit/wasi_keyvalue_0_2_0_draft.h"
#include "platform/capability/wit/wasi_keyvalue_0_2_0_draft2.h"

namespace weft::capability {
namespace {

namespace draft_store = wit::wasi_keyvalue_store_0_2_0_draft;
namespace draft_atomics = wit::wasi_keyvalue_atomics_0_2_0_draft;
namespace draft_batch = wit::wasi_keyvalue_batch_0_2_0_draft;
namespace draft2_store = wit::wasi_keyvalue_store_0_2_0_draft2;
namespace draft2_atomics = wit::wasi_keyvalue_atomics_0_2_0_draft2;
namespace draft2_batch = wit::wasi_keyvalue_batch_0_2_0_draft2;

constexpr std::size_t walked_pages_max = 1'000;

bool is_text(std::string_view bytes) {
    return codec::find_invalid_utf8(bytes) == std::string_view::npos;
}

/// The types of a version that differ by name only.
struct Draft {
    using StoreFunctions = draft_store::Functions;
    using BatchFunctions = draft_batch::Functions;
    using Bucket = draft_store::Bucket;
    using Error = draft_store::Error;
    using KeyResponse = draft_store::KeyResponse;
    using Cursor = std::uint64_t;
};
struct Draft2 {
    using StoreFunctions = draft2_store::Functions;
    using BatchFunctions = draft2_batch::Functions;
    using Bucket = draft2_store::Bucket;
    using Error = draft2_store::Error;
    using KeyResponse = draft2_store::KeyResponse;
    using Cursor = std::string;
};

/// The error as the guest sees it, or again as a failure when nobody is there to see it.
template <typename E>
Result<E> guest_error(Error error) {
    if (error.code == Errc::cancelled || error.code == Errc::deadline)
        return Failure(std::move(error));
    if (error.slug.text() == "keyvalue.store_unknown") return E::no_such_store();
    if (error.slug.text() == "keyvalue.access_denied") return E::access_denied();
    return E::other(is_text(error.message) ? std::move(error.message)
                                           : std::string(error.slug.text()));
}

/// What a function gives back for what the store gave.
template <typename E, typename T>
Result<std::expected<T, E>> guest_result(Result<T> result) {
    if (result) {
        if constexpr (std::is_void_v<T>)
            return std::expected<T, E>();
        else
            return std::expected<T, E>(*std::move(result));
    }
    TRY(auto error, guest_error<E>(std::move(result).error()));
    return std::expected<T, E>(std::unexpect, std::move(error));
}

template <typename T, typename E>
std::expected<T, E> other(std::string message) {
    return std::expected<T, E>(std::unexpect, E::other(std::move(message)));
}

template <typename Handle>
std::string bucket_of(const Handle& handle) {
    return std::string(as_text(handle.handle));
}

/// Keys that WIT can carry.
std::vector<std::string> texts_of(std::vector<std::string> keys) {
    std::erase_if(keys, [](const std::string& key) { return !is_text(key); });
    return keys;
}

template <typename Version>
class StoreImport final : public Version::StoreFunctions {
    using Bucket = typename Version::Bucket;
    using Error = typename Version::Error;
    using KeyResponse = typename Version::KeyResponse;
    using Cursor = typename Version::Cursor;
    template <typename T>
    using Answer = rt::Task<std::expected<T, Error>>;

  public:
    explicit StoreImport(std::shared_ptr<KeyValue> store) : store_(std::move(store)) {}

    Answer<wit::Own<Bucket>> open(rt::CallCtx /*ctx*/, std::string identifier) override {
        if (identifier.size() > wit::handle_bytes_max)
            co_return other<wit::Own<Bucket>, Error>(
                fmt::format("the bucket's name has {} bytes, at most {} are possible",
                            identifier.size(), wit::handle_bytes_max));
        auto opened = co_await store_->open(identifier);
        if (opened) co_return wit::Own<Bucket>{to_bytes(identifier)};
        CO_TRY(auto error, guest_error<Error>(std::move(opened).error()));
        co_return std::expected<wit::Own<Bucket>, Error>(std::unexpect, std::move(error));
    }
    Answer<std::optional<Bytes>> bucket_get(rt::CallCtx /*ctx*/, wit::Borrow<Bucket> self,
                                            std::string key) override {
        co_return guest_result<Error>(co_await store_->get(bucket_of(self), std::move(key)));
    }
    Answer<void> bucket_set(rt::CallCtx /*ctx*/, wit::Borrow<Bucket> self, std::string key,
                            Bytes value) override {
        co_return guest_result<Error>(
            co_await store_->set(bucket_of(self), std::move(key), std::move(value)));
    }
    Answer<void> bucket_delete(rt::CallCtx /*ctx*/, wit::Borrow<Bucket> self,
                               std::string key) override {
        co_return guest_result<Error>(co_await store_->remove(bucket_of(self), std::move(key)));
    }
    Answer<bool> bucket_exists(rt::CallCtx /*ctx*/, wit::Borrow<Bucket> self,
                               std::string key) override {
        co_return guest_result<Error>(co_await store_->exists(bucket_of(self), std::move(key)));
    }
    Answer<KeyResponse> bucket_list_keys(rt::CallCtx /*ctx*/, wit::Borrow<Bucket> self,
                                         std::optional<Cursor> cursor) override {
        co_return guest_result<Error>(co_await list(bucket_of(self), std::move(cursor)));
    }

  private:
    rt::Task<KeyResponse> list(std::string bucket, std::optional<std::string> cursor) {
        CO_TRY(auto page, co_await store_->list_keys(std::move(bucket), std::move(cursor)));
        if (page.next && !is_text(*page.next))
            co_return fail(Errc::unsupported, "capability.cursor_unusable",
                           "the list cannot go on: its next key is not UTF-8");
        co_return KeyResponse{texts_of(std::move(page.keys)), std::move(page.next)};
    }

    /// `before` keys of the walk are left out.
    rt::Task<KeyResponse> list(std::string bucket, std::optional<std::uint64_t> before) {
        const std::uint64_t wanted = before.value_or(0);
        std::uint64_t passed = 0;
        std::optional<std::string> next;
        for (std::size_t pages = 0; pages < walked_pages_max; ++pages) {
            CO_TRY(auto page, co_await store_->list_keys(bucket, next));
            passed += page.keys.size();
            next = std::move(page.next);
            if (passed <= wanted && next) continue;
            const auto fresh = static_cast<std::size_t>(passed > wanted ? passed - wanted : 0);
            page.keys.erase(page.keys.begin(), page.keys.end() - static_cast<long>(fresh));
            co_return KeyResponse{texts_of(std::move(page.keys)),
                                  next ? std::optional(passed) : std::nullopt};
        }
        co_return fail(Errc::unsupported, "capability.cursor_unusable",
                       "the cursor {} is beyond {} pages of keys; wasi:keyvalue 0.2.0-draft2 lists "
                       "more",
                       wanted, walked_pages_max);
    }

    std::shared_ptr<KeyValue> store_;
};

template <typename Version>
class BatchImport final : public Version::BatchFunctions {
    using Error = typename Version::Error;
    using Bucket = wit::Borrow<typename Version::Bucket>;
    using Entry = std::tuple<std::string, Bytes>;
    template <typename T>
    using Answer = rt::Task<std::expected<T, Error>>;

  public:
    explicit BatchImport(std::shared_ptr<KeyValue> store) : store_(std::move(store)) {}

    Answer<std::vector<std::optional<Entry>>> get_many(rt::CallCtx /*ctx*/, Bucket bucket,
                                                       std::vector<std::string> keys) override {
        co_return guest_result<Error>(co_await entries(bucket_of(bucket), std::move(keys)));
    }
    Answer<void> set_many(rt::CallCtx /*ctx*/, Bucket bucket,
                          std::vector<Entry> key_values) override {
        std::vector<KeyValue::Entry> entries;
        entries.reserve(key_values.size());
        for (auto& [key, value] : key_values) entries.push_back({std::move(key), std::move(value)});
        co_return guest_result<Error>(
            co_await store_->set_many(bucket_of(bucket), std::move(entries)));
    }
    Answer<void> delete_many(rt::CallCtx /*ctx*/, Bucket bucket,
                             std::vector<std::string> keys) override {
        co_return guest_result<Error>(
            co_await store_->remove_many(bucket_of(bucket), std::move(keys)));
    }

  private:
    rt::Task<std::vector<std::optional<Entry>>> entries(std::string bucket,
                                                        std::vector<std::string> keys) {
        CO_TRY(auto values, co_await store_->get_many(std::move(bucket), keys));
        WEFT_ASSERT(values.size() == keys.size(), "a store gives a value for each key");
        std::vector<std::optional<Entry>> entries(keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (values[i]) entries[i].emplace(std::move(keys[i]), *std::move(values[i]));
        co_return entries;
    }

    std::shared_ptr<KeyValue> store_;
};

/// A number of the store is signed, here both are not.
class DraftAtomicsImport final : public draft_atomics::Functions {
    using Error = draft_store::Error;

  public:
    explicit DraftAtomicsImport(std::shared_ptr<KeyValue> store) : store_(std::move(store)) {}

    rt::Task<std::expected<std::uint64_t, Error>> increment(rt::CallCtx /*ctx*/,
                                                            wit::Borrow<draft_store::Bucket> bucket,
                                                            std::string key,
                                                            std::uint64_t delta) override {
        if (delta > std::numeric_limits<std::int64_t>::max())
            co_return other<std::uint64_t, Error>("the number to add is 2^63 or more");
        const auto sum = guest_result<Error>(co_await store_->increment(
            bucket_of(bucket), std::move(key), static_cast<std::int64_t>(delta)));
        if (!sum) co_return Failure(sum.error());
        if (!*sum) co_return std::expected<std::uint64_t, Error>(std::unexpect, sum->error());
        if (**sum < 0)
            co_return other<std::uint64_t, Error>(
                fmt::format("the number is now {}, which is below 0", **sum));
        co_return static_cast<std::uint64_t>(**sum);
    }

  private:
    std::shared_ptr<KeyValue> store_;
};

/// What a handle of a cas stands for.
struct CasState {
    std::string bucket;
    std::string key;
    std::uint64_t version = 0;
};

Bytes cas_handle(const CasState& state) {
    Bytes handle;
    value::WireWriter out(handle);
    out.string(state.bucket);
    out.string(state.key);
    out.u64(state.version);
    return handle;
}

Result<CasState> read_cas(BytesView handle) {
    value::WireReader in(handle);
    CasState state{std::string(in.string()), std::string(in.string()), in.u64()};
    CHECK(in.finish().context("a handle of a cas"));
    return state;
}

class Draft2AtomicsImport final : public draft2_atomics::Functions {
    using Bucket = draft2_store::Bucket;
    using Error = draft2_store::Error;
    using Cas = draft2_atomics::Cas;
    using CasError = draft2_atomics::CasError;

  public:
    explicit Draft2AtomicsImport(std::shared_ptr<KeyValue> store) : store_(std::move(store)) {}

    rt::Task<std::expected<wit::Own<Cas>, Error>> cas_new(rt::CallCtx /*ctx*/,
                                                          wit::Borrow<Bucket> bucket,
                                                          std::string key) override {
        co_return guest_result<Error>(co_await observe({bucket_of(bucket), std::move(key)}));
    }
    /// The value may be newer than the handle; `swap` finds that out.
    rt::Task<std::expected<std::optional<Bytes>, Error>> cas_current(
        rt::CallCtx /*ctx*/, wit::Borrow<Cas> self) override {
        CO_TRY(auto cas, read_cas(self.handle));
        co_return guest_result<Error>(
            co_await store_->get(std::move(cas.bucket), std::move(cas.key)));
    }
    rt::Task<std::expected<std::int64_t, Error>> increment(rt::CallCtx /*ctx*/,
                                                           wit::Borrow<Bucket> bucket,
                                                           std::string key,
                                                           std::int64_t delta) override {
        co_return guest_result<Error>(
            co_await store_->increment(bucket_of(bucket), std::move(key), delta));
    }
    rt::Task<std::expected<void, CasError>> swap(rt::CallCtx /*ctx*/, wit::Own<Cas> cas,
                                                 Bytes value) override {
        CO_TRY(auto state, read_cas(cas.handle));
        auto swapped =
            co_await store_->swap(state.bucket, state.key, state.version, std::move(value));
        if (swapped && *swapped) co_return std::expected<void, CasError>();
        if (!swapped) co_return store_error(std::move(swapped).error());
        auto latest = co_await observe(std::move(state));
        if (!latest) co_return store_error(std::move(latest).error());
        co_return std::expected<void, CasError>(std::unexpect,
                                                CasError::cas_failed(*std::move(latest)));
    }

  private:
    static Result<std::expected<void, CasError>> store_error(weft::Error error) {
        TRY(auto seen, guest_error<Error>(std::move(error)));
        return std::expected<void, CasError>(std::unexpect, CasError::store_error(std::move(seen)));
    }

    /// A handle of what the key has now; the version of `cas` does not count.
    rt::Task<wit::Own<Cas>> observe(CasState cas) {
        CO_TRY(const auto now, co_await store_->get_versioned(cas.bucket, cas.key));
        cas.version = now.version;
        auto handle = cas_handle(cas);
        if (handle.size() > wit::handle_bytes_max)
            co_return fail(Errc::invalid_argument, "capability.handle_too_long",
                           "the names of bucket and key are too long for a cas: it takes {} bytes, "
                           "at most {} are possible",
                           handle.size(), wit::handle_bytes_max);
        co_return wit::Own<Cas>{std::move(handle)};
    }

    std::shared_ptr<KeyValue> store_;
};

/// One interface of one version.
struct Row {
    std::string_view name;
    Result<std::unique_ptr<ImportTarget>> (*serve)(rt::Executor* executor,
                                                   std::shared_ptr<KeyValue> store,
                                                   const value::Interface& wanted);
};

template <typename Import, auto serve>
constexpr Row row(std::string_view name) {
    return {name, [](rt::Executor* executor, std::shared_ptr<KeyValue> store,
                     const value::Interface& wanted) {
                return serve(executor, std::make_shared<Import>(std::move(store)), wanted);
            }};
}

constexpr Row rows[] = {
    row<StoreImport<Draft>, &draft_store::serve>(draft_store::interface_name),
    row<DraftAtomicsImport, &draft_atomics::serve>(draft_atomics::interface_name),
    row<BatchImport<Draft>, &draft_batch::serve>(draft_batch::interface_name),
    row<StoreImport<Draft2>, &draft2_store::serve>(draft2_store::interface_name),
    row<Draft2AtomicsImport, &draft2_atomics::serve>(draft2_atomics::interface_name),
    row<BatchImport<Draft2>, &draft2_batch::serve>(draft2_batch::interface_name),
};

}  // namespace

Result<std::unique_ptr<ImportTarget>> serve_keyvalue(rt::Executor* executor,
                                                     std::shared_ptr<KeyValue> store,
                                                     const value::Interface& wanted) {
    std::string names;
    for (const auto& one : rows) {
        if (codec::interface_fits(one.name, wanted.name))
            return one.serve(executor, std::move(store), wanted);
        names.append(names.empty() ? "" : ", ").append(one.name);
    }
    return fail(Errc::unsupported, "capability.import_mismatch",
                "{} is not offered by a key-value store; it offers: {}", wanted.name, names);
}

}  // namespace weft::capability
