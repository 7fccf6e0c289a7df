#include "platform/capability/served_import.h"

#include <map>

#include <gtest/gtest.h>

#include "base/rt/byte_stream_fixture.h"
#include "base/rt/one_shot.h"
#include "base/rt/sim_loop_fixture.h"
#include "base/value/wire.h"
#include "platform/capability/export_calls.h"
#include "platform/capability/import_reply_fixture.h"
#include "platform/capability/wit/wasi_config_0_2_0_draft.h"
#include "platform/capability/wit/wasi_config_0_2_0_rc_1.h"
#include "platform/capability/wit/wasi_keyvalue_0_2_0_draft.h"
#include "platform/capability/wit/wasi_logging.h"
#include "platform/capability/wit/wasi_logging_0_1_0_draft.h"
#include "platform/capability/wit/wasmcloud_bus_1_0_0.h"
#include "platform/capability/wit/wasmcloud_bus_2_0_1.h"
#include "platform/capability/wit/weft_kinds_1_2_0_fixture.h"

namespace weft::capability {
namespace {

namespace kinds = wit::weft_kinds_kinds_1_2_0;
using kinds::Counter;
using kinds::Shape;
using kinds::Ticket;
using value::Kind;
using value::Type;
using value::Value;
using wit::Borrow;
using wit::Own;

/// Answers at once, except for `wait`, which answers when `arrived` is complete.
class Kinds final : public kinds::Functions {
  public:
    rt::Task<Own<Counter>> create_counter(rt::CallCtx /*ctx*/, std::uint64_t start) override {
        co_return Own<Counter>{{static_cast<std::uint8_t>(start)}};
    }
    rt::Task<std::uint64_t> counter_add(rt::CallCtx /*ctx*/, Borrow<Counter> self,
                                        std::uint64_t delta) override {
        co_return self.handle.at(0) + delta;
    }
    rt::Task<std::expected<Own<Counter>, std::string>> counter_merge(
        rt::CallCtx /*ctx*/, std::vector<Own<Counter>> counters) override {
        if (counters.empty())
            co_return std::expected<Own<Counter>, std::string>(std::unexpect, "none");
        co_return counters.front();
    }
    rt::Task<kinds::All> echo(rt::CallCtx /*ctx*/, kinds::All all) override { co_return all; }
    rt::Task<Own<Ticket>> lend(rt::CallCtx /*ctx*/, Borrow<Counter> /*counter*/,
                               Borrow<Ticket> ticket) override {
        co_return Own<Ticket>{ticket.handle};
    }
    rt::Task<std::expected<void, Shape>> check(rt::CallCtx ctx, std::uint32_t number) override {
        deadline = ctx.deadline;
        if (number == 0) co_return fail(Errc::unavailable, "test.down", "the store is down");
        if (number == 1) co_return std::expected<void, Shape>(std::unexpect, Shape::named("one"));
        co_return std::expected<void, Shape>();
    }
    rt::Task<void> note(rt::CallCtx /*ctx*/, std::string text) override {
        noted = std::move(text);
        co_return ok();
    }
    rt::Task<std::string> wait(rt::CallCtx /*ctx*/, std::string name) override {
        auto got = co_await arrived[name];
        ended.push_back(got ? name : name + " " + std::string(got.error().slug.text()));
        co_return got;
    }
    rt::Task<std::tuple<wit::Stream, wit::Future<std::string>>> copy(
        rt::CallCtx /*ctx*/, wit::Stream source, wit::Future<std::string> last) override {
        co_return std::tuple<wit::Stream, wit::Future<std::string>>(std::move(source),
                                                                    std::move(last));
    }
    void drop_counter(BytesView handle) override { dropped.assign(handle.begin(), handle.end()); }

    TimePoint deadline{};
    std::string noted;
    std::map<std::string, rt::OneShot<std::string>> arrived;
    std::vector<std::string> ended;
    Bytes dropped;
};

Type list_of(Kind kind) { return Type::list(Type(kind)).value(); }

value::Function check_function() {
    return {"check",
            false,
            {{"number", Type(Kind::u32)}},
            Type::result(std::nullopt, wit::type_of<Shape>()).value()};
}
value::Function note_function() {
    return {"note", false, {{"text", Type(Kind::string)}}, std::nullopt};
}
value::Function wait_function() {
    return {"wait", true, {{"namespace", Type(Kind::string)}}, Type(Kind::string)};
}
value::Function add_function() {
    return {"[method]counter.add",
            false,
            {{"self", Type::borrow("counter").value()}, {"delta", Type(Kind::u64)}},
            Type(Kind::u64)};
}
value::Function copy_function() {
    const auto both =
        std::vector{Type::stream(Type(Kind::u8)).value(), Type::future(Type(Kind::string)).value()};
    return {"copy", false, {{"source", both[0]}, {"last", both[1]}}, Type::tuple(both).value()};
}

/// What a component may import; its functions have other numbers than in the WIT file.
value::Interface wanted(std::string name = "weft:kinds/kinds@1.2.0") {
    return {std::move(name),
            {check_function(), note_function(), wait_function(), add_function(), copy_function()},
            {"counter"}};
}
constexpr std::uint32_t check = 0;
constexpr std::uint32_t note = 1;
constexpr std::uint32_t wait = 2;
constexpr std::uint32_t add = 3;
constexpr std::uint32_t copy = 4;

class ServedImportTest : public testing::Test {
  protected:
    using Outcome = std::shared_ptr<RecordingReply::Outcome>;

    void SetUp() override { target_ = kinds::serve(&loop_, kinds_, wanted()).value(); }

    Outcome call_with(std::uint32_t function, Bytes arguments, rt::CallCtx ctx = {}) {
        RecordingReply reply;
        target_->call(std::move(ctx), function, engine::Payload::of(std::move(arguments)), reply);
        return reply.share();
    }
    Outcome call(std::uint32_t function, std::vector<Value> arguments, rt::CallCtx ctx = {}) {
        return call_with(function, encoded(function, arguments), std::move(ctx));
    }
    static Bytes encoded(std::uint32_t function, const std::vector<Value>& arguments) {
        Bytes bytes;
        const auto interface = wanted();
        EXPECT_TRUE(value::encode_arguments(arguments, interface.functions[function], bytes));
        return bytes;
    }
    static std::optional<Value> result(std::uint32_t function, const Outcome& outcome) {
        if (!outcome->result) {
            ADD_FAILURE() << (outcome->error ? outcome->error->message : "no answer");
            return std::nullopt;
        }
        return value::decode_result(*outcome->result, wanted().functions[function]).value();
    }

    /// As the engine does when a guest ends.
    void leave(RecordingReply::Outcome& outcome) {
        outcome.is_gone = true;
        loop_.post(std::move(outcome.abandoned));
    }

    rt::SimLoop loop_;
    std::shared_ptr<Kinds> kinds_ = std::make_shared<Kinds>();
    std::unique_ptr<ImportTarget> target_;
};

TEST_F(ServedImportTest, AnswersAtOnceWhatIsDoneAtOnce) {
    const auto outcome = call(add, {Value::bytes({40}), Value::unsigned_number(2)});

    EXPECT_FALSE(outcome->deferred);
    EXPECT_EQ(result(add, outcome), Value::unsigned_number(42));
}

TEST_F(ServedImportTest, AFunctionWithoutResultAnswersWithNothing) {
    const auto outcome = call(note, {Value::string("hello")});

    EXPECT_EQ(outcome->result, Bytes());
    EXPECT_EQ(kinds_->noted, "hello");
}

TEST_F(ServedImportTest, PassesTheContextOfTheCall) {
    const rt::CallCtx ctx{.deadline = TimePoint(std::chrono::seconds(9))};

    const auto outcome = call(check, {Value::unsigned_number(2)}, ctx);

    EXPECT_EQ(result(check, outcome), Value::choice(0));
    EXPECT_EQ(kinds_->deadline, ctx.deadline);
}

TEST_F(ServedImportTest, AnErrorOfTheInterfaceIsAValue) {
    const auto outcome = call(check, {Value::unsigned_number(1)});

    EXPECT_EQ(result(check, outcome), Value::choice(1, Value::choice(2, Value::string("one"))));
}

TEST_F(ServedImportTest, AFailureOfTheTaskEndsTheGuest) {
    const auto outcome = call(check, {Value::unsigned_number(0)});

    ASSERT_TRUE(outcome->error);
    EXPECT_EQ(outcome->error->slug.text(), "test.down");
    EXPECT_FALSE(outcome->result);
}

TEST_F(ServedImportTest, WrongArgumentsAreRefusedAndReachNobody) {
    const auto right = encoded(note, {Value::string("hello")});
    for (std::size_t size = 0; size < right.size(); ++size) {
        const auto outcome =
            call_with(note, {right.begin(), right.begin() + static_cast<long>(size)});
        ASSERT_TRUE(outcome->error) << size;
        EXPECT_EQ(outcome->error->slug.text(),
                  size == 0 ? "wire.truncated" : "wire.count_exceeded");
    }
    EXPECT_EQ(call_with(note, {1, 0xff})->error->slug.text(), "wire.utf8_invalid");
    EXPECT_EQ(call_with(note, {1, 'a', 'b'})->error->slug.text(), "wire.trailing");
    EXPECT_EQ(kinds_->noted, "");
}

TEST_F(ServedImportTest, AnswersLaterWhatWaits) {
    const auto outcome = call(wait, {Value::string("a")});
    EXPECT_TRUE(outcome->deferred);
    EXPECT_TRUE(outcome->is_waiting());

    kinds_->arrived["a"].complete(std::string("here"));
    loop_.run_until_idle();

    EXPECT_EQ(result(wait, outcome), Value::string("here"));
}

TEST_F(ServedImportTest, ALaterFailureEndsTheGuest) {
    const auto outcome = call(wait, {Value::string("a")});

    kinds_->arrived["a"].complete(fail(Errc::denied, "test.denied", "no"));
    loop_.run_until_idle();

    ASSERT_TRUE(outcome->error);
    EXPECT_EQ(outcome->error->slug.text(), "test.denied");
}

TEST_F(ServedImportTest, AnAbandonedCallIsCancelledAndNoOther) {
    const auto left = call(wait, {Value::string("left")});
    const auto kept = call(wait, {Value::string("kept")});

    leave(*left);
    loop_.run_until_idle();

    EXPECT_EQ(kinds_->ended, std::vector<std::string>{"left rt.cancelled"});
    EXPECT_TRUE(kept->is_waiting());
    kinds_->arrived["kept"].complete(std::string("x"));
    loop_.run_until_idle();
    EXPECT_EQ(result(wait, kept), Value::string("x"));
}

TEST_F(ServedImportTest, AJobForAnAbandonedCallMayComeAfterItsAnswer) {
    const auto outcome = call(wait, {Value::string("a")});
    auto late = std::move(outcome->abandoned);
    kinds_->arrived["a"].complete(std::string("x"));
    loop_.run_until_idle();
    target_.reset();

    late();

    EXPECT_EQ(result(wait, outcome), Value::string("x"));
}

TEST_F(ServedImportTest, CallsUnderWayOutliveTheTarget) {
    const auto outcome = call(wait, {Value::string("a")});
    const std::weak_ptr<Kinds> functions = kinds_;

    target_.reset();
    loop_.run_until_idle();
    EXPECT_TRUE(outcome->is_waiting());
    kinds_->arrived["a"].complete(std::string("x"));
    loop_.run_until_idle();

    EXPECT_EQ(result(wait, outcome), Value::string("x"));
    kinds_.reset();
    EXPECT_TRUE(functions.expired());
}

TEST_F(ServedImportTest, OneCallTooManyIsRefused) {
    std::vector<Outcome> waiting;
    for (std::size_t i = 0; i < waiting_calls_max; ++i)
        waiting.push_back(call(wait, {Value::string(std::to_string(i))}));

    const auto refused = call(note, {Value::string("x")});

    EXPECT_TRUE(waiting.back()->is_waiting());
    ASSERT_TRUE(refused->error);
    EXPECT_EQ(refused->error->slug.text(), "capability.calls_full");
    for (const auto& outcome : waiting) leave(*outcome);
    loop_.run_until_idle();
}

TEST_F(ServedImportTest, DroppedHandlesComeBack) {
    target_->drop(0, Bytes{5, 6});

    EXPECT_EQ(kinds_->dropped, Bytes({5, 6}));
}

TEST_F(ServedImportTest, StreamsComeAndGoWithACall) {
    RecordingReply reply;
    reply.outcome().arguments.push_back(rt::source_of(to_bytes("data")));
    reply.outcome().arguments.push_back(rt::source_of(to_bytes("last")));

    target_->call({}, copy, engine::Payload::of({0, 1}), reply);

    auto& outcome = reply.outcome();
    EXPECT_EQ(outcome.result, Bytes({0, 1}));
    ASSERT_EQ(outcome.attached.size(), 2U);
    EXPECT_EQ(loop_.run(rt::read_all(outcome.attached[0].get(), 10)), to_bytes("data"));
    EXPECT_EQ(loop_.run(rt::read_all(outcome.attached[1].get(), 10)), to_bytes("last"));
}

TEST_F(ServedImportTest, OtherTypesAreNamedWithBoth) {
    auto other = wanted();
    other.functions[check].params[0].type = Type(Kind::u64);

    const auto served = kinds::serve(&loop_, kinds_, other);

    ASSERT_FALSE(served);
    EXPECT_EQ(served.error().slug.text(), "capability.import_mismatch");
    const auto& message = served.error().message;
    EXPECT_NE(message.find("'" + value::function_text(other.functions[check]) + "'"),
              std::string::npos)
        << message;
    EXPECT_NE(message.find("'" + value::function_text(check_function()) + "'"), std::string::npos)
        << message;
}

TEST_F(ServedImportTest, EveryPartOfATypeCounts) {
    const auto refuses = [&](auto change) {
        auto other = wanted();
        change(other);
        const auto served = kinds::serve(&loop_, kinds_, other);
        return !served && served.error().slug == Slug("capability.import_mismatch");
    };

    EXPECT_TRUE(refuses([](auto& it) { it.functions[check].name = "chec"; }));
    EXPECT_TRUE(refuses([](auto& it) { it.functions[check].params[0].name = "n"; }));
    EXPECT_TRUE(refuses([](auto& it) { it.functions[check].result.reset(); }));
    EXPECT_TRUE(refuses([](auto& it) { it.functions[check].is_async = true; }));
    EXPECT_TRUE(refuses([](auto& it) { it.functions[note].result = list_of(Kind::u8); }));
    EXPECT_TRUE(
        refuses([](auto& it) { it.functions[add].params[0].type = Type::own("counter").value(); }));
    EXPECT_TRUE(refuses([](auto& it) { it.resources.push_back("other"); }));
    EXPECT_FALSE(refuses([](auto& it) { it.functions.resize(1); }));
}

/// What the files of wit/ say, as a component would import it.
template <typename Functions>
std::string mismatch_of(Result<std::unique_ptr<ImportTarget>> (*serve)(rt::Executor*,
                                                                       std::shared_ptr<Functions>,
                                                                       const value::Interface&),
                        std::string_view name, value::Function function) {
    rt::SimLoop loop;
    const auto served = serve(&loop, nullptr, {std::string(name), {std::move(function)}, {}});
    return served ? "" : served.error().message;
}

TEST(WitFiles, SayWhatComponentsImport) {
    const Type text(Kind::string);
    const auto error = [&](std::vector<value::Part> cases) {
        return Type::variant(std::move(cases)).value();
    };
    const auto config_error = error({{"upstream", text}, {"io", text}});
    const auto maybe_text = Type::option(text).value();
    const value::Function get{
        "get", false, {{"key", text}}, Type::result(maybe_text, config_error).value()};
    const auto pair = Type::tuple({text, text}).value();
    const value::Function get_all{
        "get-all", false, {}, Type::result(Type::list(pair).value(), config_error).value()};
    const auto level =
        Type::enumeration({"trace", "debug", "info", "warn", "error", "critical"}).value();
    const value::Function log{
        "log", false, {{"level", level}, {"context", text}, {"message", text}}, std::nullopt};
    const auto target = Type::own("call-target-interface").value();
    const value::Function create{"[constructor]call-target-interface",
                                 false,
                                 {{"namespace", text}, {"package", text}, {"interface", text}},
                                 target};
    const value::Function link{"set-link-name",
                               false,
                               {{"name", text}, {"interfaces", Type::list(target).value()}},
                               std::nullopt};
    auto checked_link = link;
    checked_link.result = Type::result(std::nullopt, text).value();
    namespace w = weft::wit;

    for (const auto& function : {get, get_all}) {
        EXPECT_EQ(mismatch_of(&w::wasi_config_runtime_0_2_0_draft::serve,
                              "wasi:config/runtime@0.2.0-draft", function),
                  "");
        EXPECT_EQ(mismatch_of(&w::wasi_config_store_0_2_0_draft::serve,
                              "wasi:config/store@0.2.0-draft", function),
                  "");
        EXPECT_EQ(mismatch_of(&w::wasi_config_store_0_2_0_rc_1::serve,
                              "wasi:config/store@0.2.0-rc.1", function),
                  "");
    }
    EXPECT_EQ(mismatch_of(&w::wasi_logging_logging_0_1_0_draft::serve,
                          "wasi:logging/logging@0.1.0-draft", log),
              "");
    EXPECT_EQ(mismatch_of(&w::wasi_logging_logging::serve, "wasi:logging/logging", log), "");
    for (const auto& function : {create, link})
        EXPECT_EQ(mismatch_of(&w::wasmcloud_bus_lattice_1_0_0::serve, "wasmcloud:bus/lattice@1.0.0",
                              function),
                  "");
    for (const auto* const version : {"2.0.0", "2.0.1"})
        for (const auto& function : {create, checked_link})
            EXPECT_EQ(mismatch_of(&w::wasmcloud_bus_lattice_2_0_1::serve,
                                  std::string("wasmcloud:bus/lattice@") + version, function),
                      "");
    const value::Function debug{
        "[method]error.to-debug-string", false, {{"self", Type::borrow("error").value()}}, text};
    EXPECT_EQ(mismatch_of(&w::wasmcloud_bus_error_2_0_1::serve, "wasmcloud:bus/error@2.0.1", debug),
              "");
}

/// A component that exports an interface; it answers with what an ImportTarget would.
class LoopBack final : public ExportTarget {
  public:
    explicit LoopBack(std::unique_ptr<ImportTarget> target) : target_(std::move(target)) {}
    rt::Task<engine::Values> call(rt::CallCtx ctx, std::uint32_t function,
                                  engine::Values arguments) override {
        RecordingReply reply;
        reply.outcome().arguments = std::move(arguments.streams);
        target_->call(std::move(ctx), function, std::move(arguments.payload), reply);
        auto& outcome = reply.outcome();
        if (outcome.error) co_return Failure(*outcome.error);
        auto bytes = cut ? Bytes() : *outcome.result;
        co_return engine::Values(engine::Payload::of(std::move(bytes)),
                                 std::move(outcome.attached));
    }
    bool cut = false;

  private:
    std::unique_ptr<ImportTarget> target_;
};

/// All functions of the interface, in another order than in the WIT file.
value::Interface exported() {
    auto interface = wanted();
    const Type text(Kind::string);
    const auto own = Type::own("counter").value();
    const auto ticket = Type::own("ticket").value();
    interface.functions.push_back(
        {"[constructor]counter", false, {{"start", Type(Kind::u64)}}, own});
    interface.functions.push_back({"[static]counter.merge",
                                   false,
                                   {{"counters", Type::list(own).value()}},
                                   Type::result(own, text).value()});
    interface.functions.push_back(
        {"echo", false, {{"all", wit::type_of<kinds::All>()}}, wit::type_of<kinds::All>()});
    interface.functions.push_back(
        {"lend",
         false,
         {{"counter", Type::borrow("counter").value()}, {"ticket", Type::borrow("ticket").value()}},
         ticket});
    return interface;
}

class ExportCallsTest : public testing::Test {
  protected:
    rt::SimLoop loop_;
    std::shared_ptr<Kinds> kinds_ = std::make_shared<Kinds>();
    LoopBack component_{kinds::serve(&loop_, kinds_, exported()).value()};
    kinds::Calls calls_ = kinds::Calls::bind(&component_, exported()).value();
};

TEST_F(ExportCallsTest, CallsWhatAComponentExports) {
    kinds::All all;
    all.text = "there and back";
    all.shapes = {Shape::circle(2)};

    EXPECT_EQ(loop_.run(calls_.echo({}, all)).value(), all);
    EXPECT_TRUE(loop_.run(calls_.note({}, "noted")));
    EXPECT_EQ(kinds_->noted, "noted");
    EXPECT_EQ(loop_.run(calls_.check({}, 1)).value().error(), Shape::named("one"));
    EXPECT_EQ(loop_.run(calls_.create_counter({}, 7)).value().handle, Bytes({7}));
    EXPECT_EQ(loop_.run(calls_.counter_merge({}, {})).value().error(), "none");
}

TEST_F(ExportCallsTest, FailuresAndBadResultsAreFailures) {
    EXPECT_EQ(loop_.run(calls_.check({}, 0)).error().slug.text(), "test.down");
    component_.cut = true;
    EXPECT_EQ(loop_.run(calls_.check({}, 2)).error().slug.text(), "wire.truncated");
}

TEST_F(ExportCallsTest, StreamsGoThereAndBack) {
    auto both = loop_.run(
        calls_.copy({}, {rt::source_of(to_bytes("data"))}, {rt::source_of(to_bytes("last"))}));

    ASSERT_TRUE(both);
    EXPECT_EQ(loop_.run(rt::read_all(std::get<0>(*both).source.get(), 10)), to_bytes("data"));
    EXPECT_EQ(loop_.run(rt::read_all(std::get<1>(*both).source.get(), 10)), to_bytes("last"));
}

TEST_F(ExportCallsTest, OtherExportsAreNamed) {
    auto other = exported();
    other.functions[note].params[0].type = Type(Kind::char_);
    EXPECT_NE(kinds::Calls::bind(&component_, other).error().message.find("note: func(text: char)"),
              std::string::npos);
    other.functions.erase(other.functions.begin() + note);
    EXPECT_EQ(kinds::Calls::bind(&component_, other).error().slug.text(),
              "capability.export_mismatch");
    EXPECT_FALSE(kinds::Calls::bind(&component_, {"weft:kinds/kinds@2.0.0", {}, {}}));
}

TEST(WatcherCalls, HaveTheTypesOfTheInterface) {
    const Type text(Kind::string);
    const auto bucket = Type::own("bucket").value();
    const value::Interface watcher{
        "wasi:keyvalue/watcher@0.2.0-draft",
        {{"on-delete", false, {{"bucket", bucket}, {"key", text}}, std::nullopt},
         {"on-set",
          false,
          {{"bucket", bucket}, {"key", text}, {"value", list_of(Kind::u8)}},
          std::nullopt}},
        {}};

    EXPECT_TRUE(wit::wasi_keyvalue_watcher_0_2_0_draft::Calls::bind(nullptr, watcher));
}

}  // namespace
}  // namespace weft::capability
