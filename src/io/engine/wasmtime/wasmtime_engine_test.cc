#include "io/engine/wasmtime/wasmtime_engine.h"

#include <fstream>
#include <iterator>

#include "base/rt/byte_stream_fixture.h"
#include "io/engine/port_suite.h"
#include "io/engine/wasmtime/compile/compile_fixture_test.h"

namespace weft::engine::wasmtime {
namespace {

Bytes test_guest(const std::string& name = "testguest") {
    std::ifstream file(WEFT_SOURCE_DIR "/src/io/engine/testdata/" + name + ".wasm",
                       std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

EngineSetUp set_up(const EngineConfig& config) {
    auto engine = make_engine(config);
    EXPECT_TRUE(engine) << engine.error().message;
    return {*engine, test_guest(), test_guest("testguest_p3"), {}};
}

EngineSetUp set_up_with_cache(const EngineConfig& config) {
    static const CacheFolder folder;
    auto options = with_worker(WEFT_COMPILE_WORKER);
    options.cache = folder.options();
    auto engine = make_engine(config, options);
    EXPECT_TRUE(engine) << engine.error().message;
    return {*engine, test_guest(), test_guest("testguest_p3"), {}};
}

constexpr std::string_view component_preamble("\0asm\x0d\0\1\0", 8);

/// A component that imports the function `add` of the instance `name` and does nothing else.
Bytes importing(std::string_view name) {
    std::string wasm(component_preamble);
    wasm.append(
        "\x07\x10\x01\x42\x02\x01\x40\x00\x01\x00\x04\x00\x03"
        "add\x01\x00",
        18);
    wasm.append(
        {'\x0a', static_cast<char>(name.size() + 5), '\1', '\0', static_cast<char>(name.size())});
    wasm.append(name).append("\x05\x00", 2);
    return to_bytes(wasm);
}

/// Says when it is given up, and never has anything.
class SilentSource final : public rt::ByteSource {
  public:
    explicit SilentSource(bool* gone) : gone_(gone) {}
    ~SilentSource() override { *gone_ = true; }
    rt::Task<rt::Chunk> read() override {
        CO_CHECK(co_await never_);
        co_return rt::Chunk{};
    }
    std::optional<Result<rt::Chunk>> try_read() override { return std::nullopt; }

  private:
    bool* gone_;
    rt::OneShot<void> never_;
};

class WasmtimeEngine : public EnginePort {
  protected:
    rt::Executor* shard() { return &thread_.shard(); }

    std::string refusal(BytesView wasm) {
        const auto refused = engine_->compile(wasm);
        EXPECT_FALSE(refused);
        return refused ? "" : std::string(refused.error().slug.text());
    }

    /// The response's fields, then its content.
    rt::Task<std::string> fetch_with_fields(net::HttpRequest request) {
        CO_TRY(auto response,
               co_await call_once(component_.get(), {}, std::move(request), {}, observer_));
        std::string text;
        for (const auto& header : response.headers) text += header.name + "=" + header.value + "\n";
        CO_TRY(Bytes body, co_await rt::read_all(response.body.get(), 10'000));
        text.append(as_text(body));
        co_return text;
    }

    rt::Task<std::string> fetch_posting(std::string path, std::unique_ptr<rt::ByteSource> body) {
        auto request = get(std::move(path));
        request.body = std::move(body);
        return fetch(std::move(request), Limits{}, rt::CallCtx{});
    }

    /// Lets everything that is ready on the shard run, many times.
    rt::Task<void> settle() {
        for (int turn = 0; turn < 100; ++turn) CO_CHECK(co_await rt::sleep_until(shard()->now()));
        co_return ok();
    }

    rt::Task<std::string> read_once_and_look_how_far_the_guest_came() {
        CO_TRY(auto response,
               co_await call_once(component_.get(), {}, get("/big?16777216"), Limits{}, observer_));
        CO_TRY(const auto first, co_await response.body->read());
        std::string so_far;
        do {
            so_far = observer_->err;
            CO_CHECK(co_await settle());
        } while (so_far != observer_->err);
        co_return so_far;
    }

    rt::Task<std::string> wait_for_no_instance() {
        const auto patience = shard()->now() + std::chrono::seconds(30);
        while (engine_->stats().instances != 0 && shard()->now() < patience)
            CO_CHECK(co_await rt::sleep_until(shard()->now() + std::chrono::milliseconds(1)));
        co_return "";
    }

    rt::Task<std::string> cancel_while_the_guest_reads(bool* gone) {
        rt::Scope inner(shard());
        std::string outcome;
        auto posting = fetch_posting("/echo", std::make_unique<SilentSource>(gone));
        CO_CHECK(inner.spawn(note(std::move(posting), &outcome)));
        CO_CHECK(co_await settle());
        co_await inner.close();
        CO_CHECK(co_await settle());
        co_return outcome;
    }

    rt::Task<std::string> post_in(std::shared_ptr<Instance> instance,
                                  std::unique_ptr<rt::ByteSource> body) {
        auto request = get("/echo");
        request.body = std::move(body);
        CO_TRY(auto response, co_await instance->handle_http({}, std::move(request), observer_));
        CO_TRY(Bytes text, co_await rt::read_all(response.body.get(), 1000));
        co_return std::string(as_text(text));
    }

    /// A call is given up whose guest goes on, because it serves another, and reads its request.
    rt::Task<std::string> give_up_a_posting_call(bool* gone) {
        CO_TRY(auto instance, open(component_03()));
        rt::Scope given_up(shard());
        rt::Scope kept(shard());
        std::string ignored;
        std::string outcome;
        auto posting = post_in(instance, std::make_unique<SilentSource>(gone));
        CO_CHECK(kept.spawn(note(fetch_in(instance, "/sleep?20"), &outcome)));
        CO_CHECK(given_up.spawn(note(std::move(posting), &ignored)));
        CO_CHECK(co_await settle());
        co_await given_up.close();
        CO_CHECK(co_await settle());
        EXPECT_TRUE(*gone) << "the source is kept for a guest whose answer nobody wants";
        co_await kept.drain();
        co_return outcome;
    }

    /// A call that sleeps for 200 ms, beside one of `path` whose guest may go on for 20 ms after
    /// its response.
    rt::Task<std::string> sleep_beside(std::string path) {
        auto options = many;
        options.after_response_max = std::chrono::milliseconds(20);
        CO_TRY(auto instance, open(component_03(), options));
        rt::Scope inner(shard());
        std::string slept;
        CO_CHECK(inner.spawn(note(fetch_in(instance, "/sleep?200"), &slept)));
        CO_TRY(auto response, co_await instance->handle_http({}, get(std::move(path)), observer_));
        if (response.body) CO_CHECK(co_await rt::read_all(response.body.get(), 1000));
        response.body.reset();
        while (slept.empty())
            CO_CHECK(co_await rt::sleep_until(shard()->now() + std::chrono::milliseconds(1)));
        co_await inner.close();
        co_return slept + (instance->has_ended() ? ", ended" : ", alive");
    }

    /// A long call that begins while the guest still works on after another one.
    rt::Task<std::string> sleep_after_one_that_went_on() {
        auto options = many;
        options.after_response_max = std::chrono::milliseconds(100);
        CO_TRY(auto instance, open(component_03(), options));
        CO_TRY(auto response, co_await instance->handle_http({}, get("/late?10"), observer_));
        CO_CHECK(co_await rt::read_all(response.body.get(), 1000));
        response.body.reset();
        CO_TRY(std::string slept, co_await fetch_in(instance, "/sleep?300"));
        co_return slept + (instance->has_ended() ? ", ended" : ", alive");
    }

    /// Short calls beside a guest that never gives up its thread by itself.
    rt::Task<std::string> answer_beside_a_spinner() {
        rt::Scope inner(shard());
        std::string spinner;
        CO_CHECK(inner.spawn(note(fetch(get("/spin"), Limits{}, rt::CallCtx{}), &spinner)));
        for (int call = 0; call < 20; ++call) {
            CO_TRY(const std::string text,
                   co_await fetch(get("/sleep?1"), Limits{}, rt::CallCtx{}));
        }
        co_await inner.close();
        co_return spinner;
    }

    rt::Task<std::string> content_of(std::string path) {
        CO_TRY(auto response,
               co_await call_once(component_.get(), {}, get(std::move(path)), {}, observer_));
        co_return response.body ? "a body" : "no body";
    }
};

TEST_P(WasmtimeEngine, CarriesTheRequestInAndTheFieldsOut) {
    auto request = get("/a/b?c=d");
    request.method = "PURGE";
    request.headers = {{"X-One", "1"}, {"x-one", "2"}};

    const auto text = run(fetch_with_fields(std::move(request))).value();

    EXPECT_NE(text.find("content-type=text/plain\nx-twice=one\nx-twice=two\n"), text.npos) << text;
    EXPECT_NE(text.find("PURGE"), text.npos) << text;
    EXPECT_NE(text.find("\ntest\n/a/b?c=d\nx-one: 1\nx-one: 2\n"), text.npos) << text;
}

TEST_P(WasmtimeEngine, GivesARequestWithoutAuthorityADefault) {
    auto request = get("/x");
    request.authority.clear();

    const auto text = run(fetch_with_fields(std::move(request))).value();

    EXPECT_NE(text.find("\nlocalhost\n/x\n"), text.npos) << text;
}

TEST_P(WasmtimeEngine, GivesNoBodyWhenThereIsNoContent) {
    EXPECT_EQ(run(content_of("/big?0")).value(), "no body");
    EXPECT_EQ(run(content_of("/big?1")).value(), "a body");
}

TEST_P(WasmtimeEngine, NamesWhyItRefusesAFile) {
    const Bytes whole = test_guest();
    EXPECT_EQ(refusal({}), "engine.not_wasm");
    EXPECT_EQ(refusal(BytesView(whole).first(whole.size() / 2)), "engine.component_corrupt");
    EXPECT_EQ(refusal(importing("acme:ledger/book@1.2.0")), "engine.import_unknown");
}

TEST_P(WasmtimeEngine, NamesAnImportThatNobodyOffers) {
    const auto refused = engine_->compile(importing("acme:ledger/book@1.2.0"));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unsupported);
    EXPECT_NE(refused.error().message.find("acme:ledger/book@1.2.0"), std::string::npos)
        << refused.error().message;
}

TEST_P(WasmtimeEngine, SendsNoRequestToAComponentThatTakesNone) {
    component_ = engine_->compile(as_bytes(component_preamble)).value();

    EXPECT_EQ(component_->http_kind(), HttpKind::none);
    EXPECT_EQ(slug_of(fetch("/ignore")), "engine.no_http_handler");
}

TEST_P(WasmtimeEngine, TellsTheEndsOfGuestsApart) {
    EXPECT_EQ(slug_of(fetch("/trap")), "engine.trap");
    EXPECT_EQ(slug_of(fetch("/exit?3")), "engine.trap_exit");
    EXPECT_EQ(slug_of(fetch("/overflow")), "engine.trap_stack");
    EXPECT_EQ(slug_of(fetch("/error")), "engine.guest_error");
    EXPECT_EQ(slug_of(fetch("/forget")), "engine.no_response");
    EXPECT_EQ(slug_of(fetch("/cut")), "engine.body_incomplete");
    EXPECT_EQ(slug_of(fetch("/leak")), "engine.body_incomplete");
    EXPECT_EQ(fetch("/trap-after").value(), "200 complete");
}

TEST_P(WasmtimeEngine, HoldsAGuestToItsLimits) {
    Limits small;
    small.set(Limit::memory, 8U << 20U);
    small.set(Limit::cpu_time, std::chrono::milliseconds(20));

    EXPECT_EQ(slug_of(fetch("/eat", small)), "engine.memory_limit");
    EXPECT_EQ(fetch("/grow?16", small).value(), "200 refused");
    EXPECT_EQ(slug_of(fetch("/spin", small)), "engine.cpu_budget");
    small.set(Limit::handles, 50);
    EXPECT_EQ(slug_of(fetch("/handles", small)), "engine.handle_limit");
    small.set(Limit::fields, 10'000);
    EXPECT_EQ(slug_of(fetch("/fields", small)), "engine.field_limit");
    small.set(Limit::random, 1'000);
    EXPECT_EQ(slug_of(fetch("/random?1001", small)), "engine.random_limit");
    EXPECT_EQ(fetch("/random?1000", small).value(), "200 1000");
    small.set(Limit::host_data, 1'000);
    EXPECT_EQ(slug_of(fetch("/big?65536", small)), "engine.host_data_limit");
    EXPECT_EQ(slug_of(fetch("/", {{Limit::parts, 1}})), "engine.parts_limit");
}

TEST_P(WasmtimeEngine, RefusesLimitsOfZero) {
    EXPECT_EQ(slug_of(fetch("/", {{Limit::memory, 0}})), "engine.limits_invalid");
    EXPECT_EQ(slug_of(fetch("/", {{Limit::table_elements, 0}})), "engine.limits_invalid");
    EXPECT_EQ(slug_of(fetch("/", {{Limit::handles, 0}})), "engine.limits_invalid");
}

TEST_P(WasmtimeEngine, RefusesARequestItCannotExpress) {
    EXPECT_EQ(slug_of(fetch("/\x01")), "engine.request_invalid");
    auto request = get("/echo");
    request.method = "NOT A METHOD";
    request.body = rt::source_of(to_bytes("never read"));
    EXPECT_EQ(slug_of(run(fetch(std::move(request), Limits{}, rt::CallCtx{}))),
              "engine.request_invalid");
}

TEST_P(WasmtimeEngine, TellsTheGuestThatItsRequestBodyFailed) {
    for (const auto code :
         {Errc::exhausted, Errc::deadline, Errc::unavailable, Errc::cancelled, Errc::internal}) {
        auto body = rt::failing_source(to_bytes("ab"), Error{code, "test.broken", "broken"});
        EXPECT_EQ(run(fetch_posting("/echo", std::move(body))).value(),
                  "200 ab[request body failed]");
    }
}

TEST_P(WasmtimeEngine, GivesUpARequestBodyThatNobodyReads) {
    bool gone = false;

    const auto text = run(fetch_posting("/ignore", std::make_unique<SilentSource>(&gone)));

    EXPECT_EQ(text.value(), "200 ignored");
    EXPECT_TRUE(gone);
}

TEST_P(WasmtimeEngine, CancelsTheReadOfARequestBody) {
    bool gone = false;

    EXPECT_EQ(run(cancel_while_the_guest_reads(&gone)).value(), "rt.cancelled");

    EXPECT_TRUE(gone);
}

TEST_P(WasmtimeEngine, GivesUpTheRequestBodyOfACallInCompany) {
    bool gone = false;

    EXPECT_EQ(run(give_up_a_posting_call(&gone)).value(), "200 woke");
}

TEST_P(WasmtimeEngine, HoldsBackAGuestWhoseResponseNobodyReads) {
    const auto far = run(read_once_and_look_how_far_the_guest_came()).value();

    // The last line is how many bytes the guest has written.
    const auto line = far.rfind('\n', far.size() - 2) + 1;
    EXPECT_LE(std::stoul(far.substr(line)), 8U * 64U << 10U);
}

TEST_P(WasmtimeEngine, EndsASlowBodyAtTheDeadline) {
    EXPECT_EQ(code_of(run(fetch_before("/spin-late", std::chrono::milliseconds(50)))),
              Errc::deadline);
}

TEST_P(WasmtimeEngine, LetsAGuestGoOnAfterItsResponse) {
    EXPECT_EQ(fetch("/late?5").value(), "200 early");

    ASSERT_TRUE(run(wait_for_no_instance()));
    EXPECT_EQ(observer_->err, "still here\n");
}

TEST_P(WasmtimeEngine, TheTimeAfterAResponseIsNotTheNeighbours) {
    EXPECT_EQ(run(sleep_beside("/ignore")).value(), "200 woke, alive");
    EXPECT_EQ(run(sleep_beside("/late?60000")).value(), "200 woke, ended");
    EXPECT_EQ(observer_->trap, "it went on for too long after its response");
    EXPECT_EQ(observer_->err, "");
}

TEST_P(WasmtimeEngine, WorkThatHasEndedCostsALaterCallNothing) {
    EXPECT_EQ(run(sleep_after_one_that_went_on()).value(), "200 woke, alive");
    EXPECT_EQ(observer_->trap, "");
}

TEST_P(WasmtimeEngine, EndsWorkThatAGuestStartedAndAnswered) {
    auto options = many;
    options.after_response_max = std::chrono::milliseconds(20);
    for (const auto& component : {component_, component_03()}) {
        EXPECT_EQ(run(in_one_instance(component, {"/late?60000"}, options)).value(), "200 early");
        ASSERT_TRUE(run(wait_for_no_instance()));
    }
    EXPECT_EQ(observer_->err, "");
}

TEST_P(WasmtimeEngine, EndsAGuestThatGoesOnPastItsDeadline) {
    EXPECT_EQ(run(fetch_before("/late?60000", std::chrono::milliseconds(200))).value(),
              "200 early");

    ASSERT_TRUE(run(wait_for_no_instance()));
    EXPECT_EQ(observer_->err, "");
}

TEST_P(WasmtimeEngine, AnswersBesideASpinner) {
    EXPECT_EQ(run(answer_beside_a_spinner()).value(), "rt.cancelled");

    EXPECT_GT(engine_->stats().epoch_yields, 0U);
}

TEST_P(WasmtimeEngine, RefusesSettingsOutOfRangeByName) {
    const auto refused = make_engine({.epoch_tick_ms = 0});

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug.text(), "engine.config_invalid");
    EXPECT_NE(refused.error().message.find("epoch_tick_ms"), std::string::npos);
}

TEST_P(WasmtimeEngine, WorksWithoutAPoolWhereItDoesNotFit) {
    EXPECT_TRUE(engine_->stats().pooling);

    start({.instances_max = 100'000});

    EXPECT_FALSE(engine_->stats().pooling);
    EXPECT_NE(engine_->stats().pooling_refusal, "");
    EXPECT_EQ(fetch("/ignore").value(), "200 ignored");
}

}  // namespace
}  // namespace weft::engine::wasmtime

namespace weft::engine {
INSTANTIATE_TEST_SUITE_P(Wasmtime, EnginePort,
                         testing::Values(EngineUnderTest{"wasmtime", wasmtime::set_up},
                                         EngineUnderTest{"cached", wasmtime::set_up_with_cache}));
namespace wasmtime {
INSTANTIATE_TEST_SUITE_P(Own, WasmtimeEngine, testing::Values(EngineUnderTest{"wasmtime", set_up}));
}
}  // namespace weft::engine
