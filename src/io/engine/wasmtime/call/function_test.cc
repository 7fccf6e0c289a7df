#include <array>
#include <fstream>
#include <iterator>
#include <optional>

#include <gmock/gmock.h>

#include "io/engine/export_stream_suite.h"
#include "io/engine/passing_suite.h"
#include "io/engine/wasmtime/wasmtime_engine.h"

namespace weft::engine::wasmtime {
namespace {

Bytes file(const std::string& name) {
    std::ifstream in(WEFT_SOURCE_DIR "/src/io/engine/testdata/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Doubles what a guest sends it: at once, later, or never.
class Doubler final : public ImportHandler {
  public:
    enum class When { now, later, never, refuse };

    Doubler(rt::Executor* executor, When when) : executor_(executor), when_(when) {}

    void on_import(rt::CallCtx ctx, std::uint32_t function, Payload arguments,
                   ImportReply& reply) override {
        functions.push_back(function);
        deadlines.push_back(ctx.deadline);
        Bytes twice(arguments.bytes().begin(), arguments.bytes().end());
        for (auto& byte : twice) byte = static_cast<std::uint8_t>(2 * byte);
        if (when_ == When::now) return reply.answer(Payload::of(std::move(twice)));
        if (when_ == When::refuse)
            return reply.refuse({Errc::denied, "test.denied", "not allowed"});
        auto later = reply.defer();
        if (when_ == When::never) return;
        executor_->post([later = std::move(later), twice = std::move(twice)]() mutable {
            later.answer(Payload::of(std::move(twice)));
        });
    }
    void on_drop(std::uint32_t, BytesView) override {}

    std::vector<std::uint32_t> functions;
    std::vector<TimePoint> deadlines;

  private:
    rt::Executor* executor_;
    When when_;
};

/// Calls into testdata/doubling.wat: `twice(u32) -> u32` asks the import of the same form.
class FunctionTest : public testing::Test {
  protected:
    void SetUp() override {
        auto engine = make_engine({});
        ASSERT_TRUE(engine) << engine.error().message;
        engine_ = *engine;
        auto compiled = engine_->compile(file("doubling.wasm"), Engine::Imports::handler);
        ASSERT_TRUE(compiled) << compiled.error().message;
        component_ = *compiled;
    }

    using Done = std::promise<Result<Bytes>>;

    Result<Bytes> call(std::shared_ptr<Instance> instance, std::uint32_t function,
                       Bytes arguments) {
        Done done;
        on_shard([&] {
            scope_->spawn(keep(std::move(instance), {}, function, std::move(arguments), &done))
                .value();
        });
        return done.get_future().get();
    }
    /// An instance that may serve many calls.
    std::shared_ptr<Instance> open(std::shared_ptr<ImportHandler> handler) {
        std::shared_ptr<Instance> opened;
        on_shard([&] {
            opened = component_
                         ->open(&thread_.shard(),
                                {.limits = {{Limit::reuse, 100}, {Limit::concurrent, 8}},
                                 .imports = std::move(handler)})
                         .value();
        });
        return opened;
    }
    template <typename Work>
    void on_shard(Work work) {
        std::promise<void> done;
        thread_.shard().post([&] {
            if (!scope_) scope_.emplace(&thread_.shard());
            work();
            done.set_value();
        });
        done.get_future().wait();
    }
    void TearDown() override {
        on_shard([&] { instance_.reset(); });
        on_shard([&] { scope_.reset(); });
        EXPECT_EQ(engine_->stats().instances, 0U);
    }
    Result<Bytes> twice(Doubler::When when, std::uint8_t number) {
        handler_ = std::make_shared<Doubler>(&thread_.shard(), when);
        instance_ = open(handler_);
        return call(instance_, 0, {number});
    }

    rt::ShardThread thread_{0};
    std::shared_ptr<Engine> engine_;
    std::shared_ptr<const Component> component_;
    std::shared_ptr<Doubler> handler_;
    std::shared_ptr<Instance> instance_;
    std::optional<rt::Scope> scope_;

    static rt::Task<void> keep(std::shared_ptr<Instance> instance, rt::CallCtx ctx,
                               std::uint32_t function, Bytes arguments, Done* done) {
        Result<Values> result = co_await instance->call(std::move(ctx), function,
                                                        Payload::of(std::move(arguments)), nullptr);
        instance.reset();
        if (result)
            done->set_value(Bytes(result->payload.bytes().begin(), result->payload.bytes().end()));
        else
            done->set_value(Failure(std::move(result).error()));
        co_return ok();
    }
};

TEST_F(FunctionTest, DescribesWhatAComponentNeedsAndOffers) {
    const auto world = component_->describe().value();

    ASSERT_EQ(world.imports.size(), 1U);
    EXPECT_EQ(world.imports[0].name, "test:double/host");
    ASSERT_EQ(world.exports.size(), 1U);
    EXPECT_EQ(value::function_text(world.exports[0].functions.at(0)), "twice: func(n: u32) -> u32");
}

TEST_F(FunctionTest, AnImportIsAnsweredAtOnceOrLater) {
    EXPECT_EQ(twice(Doubler::When::now, 21).value(), Bytes{42});
    EXPECT_EQ(twice(Doubler::When::later, 4).value(), Bytes{8});
    EXPECT_EQ(handler_->functions, std::vector<std::uint32_t>{0});
    EXPECT_EQ(call(instance_, 0, {5}).value(), Bytes{10});
}

// They wait for the instance, which serves one after the other.
TEST_F(FunctionTest, AnImportBringsTheContextOfItsCall) {
    for (const auto when : {Doubler::When::now, Doubler::When::later}) {
        handler_ = std::make_shared<Doubler>(&thread_.shard(), when);
        instance_ = open(handler_);
        std::vector<TimePoint> deadlines;
        std::array<Done, 3> done;
        on_shard([&] {
            for (auto& one : done) {
                deadlines.push_back(thread_.shard().now() +
                                    std::chrono::hours(deadlines.size() + 1));
                scope_->spawn(keep(instance_, {.deadline = deadlines.back()}, 0, {1}, &one))
                    .value();
            }
        });
        for (auto& one : done) EXPECT_EQ(one.get_future().get().value(), Bytes{2});

        EXPECT_EQ(handler_->deadlines, deadlines);
    }
}

TEST_F(FunctionTest, AnImportThatIsRefusedOrForgottenEndsTheGuest) {
    const auto refused = twice(Doubler::When::refuse, 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug, Slug("engine.trap"));
    EXPECT_NE(refused.error().message.find("not allowed"), std::string::npos);

    EXPECT_FALSE(twice(Doubler::When::never, 1));
    EXPECT_TRUE(instance_->has_ended());
}

TEST_F(FunctionTest, AnImportWithoutAHandlerEndsTheGuest) {
    instance_ = open(nullptr);

    EXPECT_EQ(call(instance_, 0, {1}).error().code, Errc::internal);
    EXPECT_TRUE(instance_->has_ended());
}

TEST_F(FunctionTest, WrongArgumentsLeaveTheInstanceAsItWas) {
    EXPECT_EQ(twice(Doubler::When::now, 1).value(), Bytes{2});

    const auto wrong = call(instance_, 0, {1, 2});

    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().slug, Slug("engine.arguments_invalid"));
    EXPECT_EQ(call(instance_, 0, {3}).value(), Bytes{6});
}

TEST_F(FunctionTest, WithoutAHandlerTheImportIsRefusedByName) {
    const auto refused = engine_->compile(file("doubling.wasm"));

    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("test:double/host"), std::string::npos);
}

EngineSetUp set_up_streaming(const EngineConfig& config) {
    auto engine = make_engine(config);
    EXPECT_TRUE(engine) << engine.error().message;
    EngineSetUp made;
    made.engine = *engine;
    made.test_streaming = file("streaming.wasm");
    made.test_passing = file("passing.wasm");
    return made;
}

}  // namespace
}  // namespace weft::engine::wasmtime

namespace weft::engine {
INSTANTIATE_TEST_SUITE_P(Wasmtime, EngineStreams,
                         testing::Values(EngineUnderTest{"wasmtime", wasmtime::set_up_streaming}));
INSTANTIATE_TEST_SUITE_P(Wasmtime, EnginePassing,
                         testing::Values(EngineUnderTest{"wasmtime", wasmtime::set_up_streaming}));
INSTANTIATE_TEST_SUITE_P(Wasmtime, EngineExportStreams,
                         testing::Values(EngineUnderTest{"wasmtime", wasmtime::set_up_streaming}));
}  // namespace weft::engine
