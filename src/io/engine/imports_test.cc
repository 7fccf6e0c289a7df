#include "io/engine/imports.h"

#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace weft::engine {
namespace {

/// Writes down what becomes of its tokens, which are those logs.
class Logged final : public LaterReply::Backend {
  public:
    Result<std::uint32_t> attach(void* token, std::unique_ptr<rt::ByteSource>) const override {
        return log(token, "attach "), 0U;
    }
    Result<Output> attach_output(void* token) const override {
        return log(token, "attach_output "), Output{};
    }
    bool watch(void* token, rt::Job) const override { return log(token, "watch "), true; }
    bool answer(void* token, Payload) const override { return log(token, "answer "), true; }
    bool refuse(void* token, const Error&) const override { return log(token, "refuse "), false; }
    void drop(void* token) const override { log(token, "drop "); }

  private:
    static void log(void* token, std::string_view what) {
        *static_cast<std::string*>(token) += what;
    }
};

constexpr Logged backend;

TEST(LaterReply, IsUsedOnce) {
    std::string log;
    {
        LaterReply reply(backend, &log);
        EXPECT_TRUE(reply.attach(nullptr));
        EXPECT_TRUE(reply.attach_output());
        EXPECT_TRUE(reply.on_abandoned([] {}));
        EXPECT_TRUE(reply.answer({}));
    }
    EXPECT_EQ(log, "attach attach_output watch answer ");
    EXPECT_FALSE(LaterReply(backend, &log).refuse({Errc::denied, "test.denied", "no"}));
    EXPECT_EQ(log, "attach attach_output watch answer refuse ");
}

TEST(LaterReply, IsDroppedByItsLastOwner) {
    std::string first;
    std::string second;
    {
        LaterReply reply(backend, &first);
        LaterReply moved = std::move(reply);
        EXPECT_EQ(first, "");
        moved = LaterReply(backend, &second);
        EXPECT_EQ(first, "drop ");
        EXPECT_EQ(second, "");
    }
    EXPECT_EQ(first, "drop ");
    EXPECT_EQ(second, "drop ");
}

TEST(LaterReply, WithStreamsStaysOnItsThread) {
    std::string log;
    LaterReply free(backend, &log);
    std::thread([&] { free.answer({}); }).join();

    EXPECT_DEATH(
        {
            LaterReply bound(backend, &log);
            (void)bound.attach(nullptr);
            std::thread([&] { bound.answer({}); }).join();
        },
        "on the executor of its instance");
}

}  // namespace
}  // namespace weft::engine
