#pragma once

// What the suite of streams gives to guests and answers them with.

#include <memory>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "base/rt/byte_stream.h"
#include "base/rt/one_shot.h"
#include "io/engine/imports.h"

namespace weft::engine {

/// Counts what is read of it, and says when it is given up. Endless, or with nothing to give.
class WatchedSource final : public rt::ByteSource {
  public:
    struct Seen {
        int reads = 0;
        int alive = 0;
    };
    enum class Kind { endless, silent };

    WatchedSource(Kind kind, Seen* seen) : kind_(kind), seen_(seen) { ++seen_->alive; }
    ~WatchedSource() override { --seen_->alive; }
    rt::Task<rt::Chunk> read() override {
        ++seen_->reads;
        if (kind_ == Kind::silent) CO_CHECK(co_await never_);
        co_return rt::Chunk{.data = Bytes(100, 1)};
    }
    std::optional<Result<rt::Chunk>> try_read() override { return std::nullopt; }

  private:
    Kind kind_;
    Seen* seen_;
    rt::OneShot<void> never_;
};

/// Answers with a source if there is one, else with nothing.
template <typename Reply>
auto give_to(Reply&& reply, std::unique_ptr<rt::ByteSource> source) {
    Bytes value;
    if (source) value.push_back(static_cast<std::uint8_t>(*reply.attach(std::move(source))));
    return reply.answer(Payload::of(std::move(value)));
}

/// Answers the imports of testdata/streaming.wat, at once or when the test says so.
class StreamHost final : public ImportHandler, public std::enable_shared_from_this<StreamHost> {
  public:
    enum class When { now, later };
    enum Function : std::uint32_t { take, get, promise, fetch };

    explicit StreamHost(When when) : when_(when) {}

    void on_import(rt::CallCtx ctx, std::uint32_t function, Payload, ImportReply& reply) override {
        deadline = ctx.deadline;
        if (function == take || function == promise) {
            taken = reply.take_stream(0);
            EXPECT_EQ(reply.take_stream(0), nullptr) << "taken twice";
            EXPECT_EQ(reply.take_stream(1), nullptr) << "never given";
        }
        if (when_ == When::later) {
            later = reply.defer();
            EXPECT_TRUE(later->on_abandoned([host = weak_from_this()] {
                if (const auto told = host.lock()) ++told->abandoned;
            }));
        } else {
            give_to(reply, std::move(given));
        }
        asked.complete(ok());
    }
    void on_drop(std::uint32_t, BytesView) override {}

    /// Answers a call that waits; false when its guest is gone.
    bool answer_now() { return give_to(*std::exchange(later, std::nullopt), std::move(given)); }

    std::unique_ptr<rt::ByteSource> taken;  ///< From the guest.
    std::unique_ptr<rt::ByteSource> given;  ///< For the guest.
    std::optional<LaterReply> later;
    rt::OneShot<void> asked;
    TimePoint deadline{};  ///< Of the newest call.
    int abandoned = 0;     ///< Calls whose guest went before they were answered.

  private:
    When when_;
};

/// Attaches more than one answer may bring.
class GenerousHost final : public ImportHandler {
  public:
    explicit GenerousHost(WatchedSource::Seen* seen) : seen_(seen) {}
    void on_import(rt::CallCtx, std::uint32_t, Payload, ImportReply& reply) override {
        for (std::uint32_t place = 0; place < 128; ++place) EXPECT_EQ(attach(reply), place);
        const auto refused = attach(reply);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().slug, Slug("engine.streams_full"));
        reply.answer(Payload::of(Bytes{127}));
    }
    void on_drop(std::uint32_t, BytesView) override {}

  private:
    Result<std::uint32_t> attach(ImportReply& reply) {
        return reply.attach(std::make_unique<WatchedSource>(WatchedSource::Kind::endless, seen_));
    }
    WatchedSource::Seen* seen_;
};

}  // namespace weft::engine
