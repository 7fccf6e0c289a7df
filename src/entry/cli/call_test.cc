#include "entry/cli/call.h"

#include "base/codec/wasm.h"
#include "base/crypto/nkeys.h"
#include "base/value/wave.h"
#include "base/value/wire.h"
#include "base/value/world_json.h"
#include "entry/cli/command_fixture_test.h"

namespace weft::cli {
namespace {

constexpr std::string_view shop = R"({"imports":[],"exports":[
 {"name":"","resources":[],"functions":[
  {"name":"add","async":false,"params":[["a","u32"],["b","s32"]],"result":"s64"},
  {"name":"ping","async":false,"params":[],"result":null},
  {"name":"echo","async":false,"params":[["text","string"]],"result":"string"},
  {"name":"sum","async":false,"params":[["items",{"list":"f64"}]],"result":"f64"},
  {"name":"pick","async":true,"params":[["which",{"flags":["a","b"]}],["limit",{"option":"u8"}]],
   "result":{"result":[{"record":[["left","u8"],["note",{"option":"string"}]]},"string"]}},
  {"name":"open","async":false,"params":[["id","string"]],"result":{"own":"bucket"}},
  {"name":"drain","async":false,"params":[["of",{"list":{"stream":"u8"}}]],"result":null}]},
 {"name":"acme:shop/cart@1.2.0","resources":[],"functions":[
  {"name":"total","async":false,"params":[],"result":"u64"},
  {"name":"add","async":false,"params":[["sku","char"]],"result":"bool"}]},
 {"name":"acme:shop/admin@1.2.0","resources":[],"functions":[
  {"name":"total","async":false,"params":[],"result":"u64"}]}]})";

/// Answers with the value that a test wants, and remembers what it was asked.
class FakeCallee final : public Callee {
  public:
    struct Script {
        value::World world = value::read_world(shop).value();
        std::vector<std::string> calls;  ///< "interface index, function index: arguments"
        std::string answer;              ///< WAVE; empty: no result.
        std::optional<Error> failure;
        Bytes bytes;  ///< Answered instead, if there are any.
    };
    explicit FakeCallee(Script& script) : script_(&script) {}

    const value::World& world() const override { return script_->world; }

    Result<Bytes> call(ExportedFunction which, Bytes arguments) override {
        const auto& function = script_->world.exports[which.interface].functions[which.function];
        auto said = fmt::format("{}.{}:", which.interface, which.function);
        const auto values = value::decode_arguments(arguments, function).value();
        for (std::size_t i = 0; i < values.size(); ++i)
            said += " " + value::print_wave(values[i], function.params[i].type).value();
        script_->calls.push_back(said);
        if (script_->failure) return Failure(*script_->failure);
        if (!script_->bytes.empty()) return script_->bytes;
        Bytes out;
        if (!script_->answer.empty())
            CHECK(value::encode(value::parse_wave(script_->answer, *function.result).value(),
                                *function.result, out));
        return out;
    }

  private:
    Script* script_;
};

class CallCommand : public CommandTest {
  protected:
    CallCommand() {
        caller = [this](const GuestOptions& options, const CodeCheck& check,
                        const Console&) -> Result<std::unique_ptr<Callee>> {
            if (!code.empty()) CHECK(check(code));
            loaded.push_back(options);
            if (load_failure) return Failure(*load_failure);
            return std::make_unique<FakeCallee>(script);
        };
    }

    int call(std::vector<std::string> words, std::string answer = "") {
        script.calls.clear();
        script.answer = std::move(answer);
        words.insert(words.begin(), {"call", "shop.wasm"});
        return run(words);
    }

    FakeCallee::Script script;
    std::vector<GuestOptions> loaded;
    Bytes code;  ///< Checked before it is loaded, unless it is empty.
    std::optional<Error> load_failure;
};

using Calls = std::vector<std::string>;

TEST_F(CallCommand, TakesWordsBehindTheMarkAsTheyAre) {
    ASSERT_EQ(call({"add", "--", "2", "-3"}, "-1"), 0) << err;
    EXPECT_EQ(script.calls, Calls{"0.0: 2 -3"});
    ASSERT_EQ(call({"sum", "--", "[1, -inf]"}, "0"), 0) << err;
    EXPECT_EQ(script.calls, Calls{"0.3: [1, -inf]"});
    script.answer.clear();
    ASSERT_EQ(run({"call", "--", "shop.wasm", "ping"}), 0) << err;
    EXPECT_EQ(call({"add", "--", "2", "--trust"}), 2);
    EXPECT_FALSE(err.contains("cli.")) << err;
}

TEST_F(CallCommand, CountsTheColumnsOfAWordFromItsBegin) {
    EXPECT_EQ(call({"sum", "[1, x]"}), 2);
    EXPECT_TRUE(err.contains("line 1, column 5: ")) << err;
}

TEST_F(CallCommand, KnowsBeforeItCompilesThatAFunctionIsNotThere) {
    // A part that exports `total`, as an interface has it.
    Bytes part;
    codec::append_wasm_preamble(part, codec::WasmKind::component);
    codec::append_wasm_section(part, codec::component_section_export,
                               as_bytes(std::string_view("\x01\0\5total\1\0\0", 11)));
    codec::append_wasm_preamble(code, codec::WasmKind::component);
    codec::append_wasm_section(code, codec::component_section_component, part);

    EXPECT_EQ(call({"totl"}), 3);
    EXPECT_TRUE(err.contains("no function 'totl'; did you mean 'total'?")) << err;
    EXPECT_EQ(call({"acme:shop/cart@1.2.0#nothing_like_it()"}), 3);
    EXPECT_TRUE(err.ends_with("(call.function_unknown)\n")) << err;
    EXPECT_TRUE(loaded.empty());

    for (const auto* name : {"cart#total", "acme:shop/cart@1.2.0.total", "cart.total@1.2.0"}) {
        call({name}, "7");
        EXPECT_FALSE(loaded.empty()) << name;
        loaded.clear();
    }
}

TEST_F(CallCommand, TakesArgumentsAsWordsOrAsACall) {
    ASSERT_EQ(call({"add", "2", "-3"}, "-1"), 0) << err;
    EXPECT_EQ(script.calls, Calls{"0.0: 2 -3"});
    EXPECT_EQ(out, "-1\n");
    ASSERT_EQ(call({"add(2, -3)"}, "-1"), 0) << err;
    EXPECT_EQ(script.calls, Calls{"0.0: 2 -3"});
    EXPECT_EQ(err, "");
}

TEST_F(CallCommand, PrintsNothingForNoResult) {
    ASSERT_EQ(call({"ping"}), 0) << err;
    EXPECT_EQ(out, "");
    ASSERT_EQ(call({"ping()", "-o", "json"}), 0) << err;
    EXPECT_TRUE(out_json().find("result")->is_null());
}

TEST_F(CallCommand, PassesEveryKindOfWordOn) {
    ASSERT_EQ(call({"sum", "[]"}, "0"), 0) << err;
    EXPECT_EQ(script.calls, Calls{"0.3: []"});
    ASSERT_EQ(call({"sum", "[1, -inf,2.5]"}, "nan"), 0) << err;
    EXPECT_EQ(script.calls, Calls{"0.3: [1, -inf, 2.5]"});
    EXPECT_EQ(out, "nan\n");
    ASSERT_EQ(call({"pick", "{}", "7"}, "err(\"no\")"), 0) << err;
    EXPECT_EQ(script.calls, Calls{"0.4: {} some(7)"});
    ASSERT_EQ(call({"pick", "{b, a}"}, "err(\"no\")"), 0) << err;
    EXPECT_EQ(script.calls, Calls{"0.4: {a, b} none"});
    for (const auto* word : {"\"\"", "\"--trust\"", "\"up\"", "\"a,b\"", "\"[x]\""}) {
        ASSERT_EQ(call({"echo", word}, word), 0) << err;
        EXPECT_EQ(script.calls, Calls{std::string("0.2: ") + word});
        EXPECT_EQ(out, std::string(word) + "\n");
    }
}

TEST_F(CallCommand, TakesNumbersBelowZeroFromTheShell) {
    script.world.exports[0].functions[0].params[0].type = value::Type(value::Kind::f32);
    ASSERT_EQ(call({"add", "-inf", "-7"}, "0"), 0) << err;
    EXPECT_EQ(script.calls, Calls{"0.0: -inf -7"});
    ASSERT_EQ(call({"add", "-1.5", "-7"}, "0"), 0) << err;
    EXPECT_EQ(script.calls, Calls{"0.0: -1.5 -7"});
}

TEST_F(CallCommand, PrintsAsJsonToo) {
    ASSERT_EQ(call({"pick", "{a}", "-o", "json"}, "ok({left: 3})"), 0) << err;

    const auto json = out_json();
    EXPECT_EQ(json.get_string("function").value(), "pick");
    const auto& result = *json.find("result");
    EXPECT_EQ(result.get_string("wave").value(), "ok({left: 3})");
    EXPECT_EQ(result.get_string("type").value(),
              "result<record { left: u8, note: option<string> }, string>");
    EXPECT_EQ(codec::write_json(*result.find("value")), R"({"ok":{"left":3,"note":null}})");
}

TEST_F(CallCommand, ErrIsAResultAndNoFailure) {
    EXPECT_EQ(call({"pick", "{}"}, "err(\"sold out\")"), 0);
    EXPECT_EQ(out, "err(\"sold out\")\n");
    EXPECT_EQ(err, "");
}

TEST_F(CallCommand, ResultsCannotReachTheTerminalAndAreNotCut) {
    const std::string text = "\"\\u{1b}[2J" + std::string(200'000, 'x') + "\"";
    ASSERT_EQ(call({"echo", "\"\""}, text), 0) << err;
    EXPECT_EQ(out, text + "\n");
}

struct Spelling {
    std::string word;
    std::string call;
};

TEST_F(CallCommand, FindsFunctionsByAnyOfTheirNames) {
    for (const auto& [word, said] : std::vector<Spelling>{{"add", "0.0"},
                                                          {"acme:shop/cart@1.2.0#total", "1.0"},
                                                          {"acme:shop/cart@1.2.0.total", "1.0"},
                                                          {"acme:shop/cart#total", "1.0"},
                                                          {"acme:shop/cart.total", "1.0"},
                                                          {"acme:shop/cart.total@1.2.0", "1.0"},
                                                          {"cart#total", "1.0"},
                                                          {"admin.total", "2.0"},
                                                          {"cart.total()", "1.0"}}) {
        // `add` takes two arguments, the others none.
        const bool is_add = word == "add";
        ASSERT_EQ(is_add ? call({word, "1", "1"}, "2") : call({word}, "2"), 0) << word << err;
        EXPECT_TRUE(script.calls.at(0).starts_with(said)) << word << " " << script.calls[0];
    }
    ASSERT_EQ(call({"cart.add('x')", "-o", "json"}, "true"), 0) << err;
    EXPECT_EQ(out_json().get_string("function").value(), "acme:shop/cart@1.2.0#add");
}

TEST_F(CallCommand, ListsWhatThereIsToCall) {
    ASSERT_EQ(call({}), 0) << err;
    EXPECT_TRUE(out.starts_with("add: func(a: u32, b: s32) -> s64\nping: func()\n")) << out;
    EXPECT_TRUE(out.contains("\nacme:shop/cart@1.2.0#total: func() -> u64\n")) << out;
    EXPECT_TRUE(script.calls.empty());

    ASSERT_EQ(call({"-o", "json"}), 0) << err;
    const auto json = out_json();
    const auto& functions = *json.get_array("functions").value();
    ASSERT_EQ(functions.size(), 10U);
    EXPECT_EQ(codec::write_json(functions[0]),
              R"({"name":"add","async":false,"params":[{"name":"a","type":"u32"},)"
              R"({"name":"b","type":"s32"}],"result":"s64","call":"add"})");
    EXPECT_EQ(functions[7].get_string("call").value(), "acme:shop/cart@1.2.0#total");

    script.world.exports.clear();
    ASSERT_EQ(call({}), 0) << err;
    EXPECT_EQ(out, "the component exports no function\n");
}

TEST_F(CallCommand, HandsTheOptionsOn) {
    const auto account =
        crypto::Seed::generate(crypto::KeyKind::account, random).public_key().text();

    ASSERT_EQ(call({"ping", "--trust", account, "--trust-file", "t.yaml", "--unsigned"}), 0) << err;

    ASSERT_EQ(loaded.size(), 1U);
    EXPECT_EQ(loaded[0].guest.path, home + "/shop.wasm");
    EXPECT_EQ(loaded[0].trust.keys, std::vector<std::string>{account});
    EXPECT_EQ(loaded[0].trust.file, home + "/t.yaml");
    EXPECT_TRUE(loaded[0].trust.file_named);
    EXPECT_TRUE(loaded[0].guest.may_be_unsigned);
    ASSERT_EQ(call({"ping"}), 0) << err;
    EXPECT_EQ(loaded[1].trust.file, home + "/.config/weft/trust.yaml");
    EXPECT_FALSE(loaded[1].trust.file_named || loaded[1].guest.may_be_unsigned);
}

TEST_F(CallCommand, SaysWhatKeptItFromLoading) {
    load_failure = Error{Errc::unauthenticated, "test.unsigned", "nobody signed it"};
    EXPECT_EQ(call({"ping"}), 7);
    EXPECT_EQ(err, "weft: nobody signed it (test.unsigned)\n");
}

TEST_F(CallCommand, SaysThatTheGuestTrapped) {
    script.failure = Error{Errc::guest_trap, "test.trap", "unreachable"};
    EXPECT_EQ(call({"ping"}), 14);
    EXPECT_EQ(script.calls, Calls{"0.1:"});
}

TEST_F(CallCommand, RefusesAResultThatIsNone) {
    script.bytes = {0x80};
    EXPECT_EQ(call({"cart.total"}), 13);
    EXPECT_EQ(err,
              "weft: result of 'acme:shop/cart@1.2.0#total': offset 1: the bytes end within a "
              "value (wire.truncated)\n");
}

struct Refusal {
    std::string name;
    std::vector<std::string> words;
    int exit_code;
    std::string line;
};

class CallRefusal : public CallCommand, public ::testing::WithParamInterface<Refusal> {};

TEST_P(CallRefusal, CallsNothing) {
    EXPECT_EQ(call(GetParam().words), GetParam().exit_code);
    EXPECT_EQ(err, "weft: " + GetParam().line + "\n");
    EXPECT_EQ(out, "");
    EXPECT_TRUE(script.calls.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, CallRefusal,
    ::testing::Values(
        Refusal{"slip",
                {"acme:shop/cart#totl"},
                3,
                "the component exports no function 'acme:shop/cart#totl'; did you mean "
                "'acme:shop/cart#total'? (call.function_unknown)"},
        Refusal{"unknown",
                {"xyzzy()"},
                3,
                "the component exports no function 'xyzzy'; 'weft call FILE' lists what it exports "
                "(call.function_unknown)"},
        Refusal{"ambiguous",
                {"total"},
                2,
                "'total' may be 'acme:shop/cart@1.2.0#total', 'acme:shop/admin@1.2.0#total'; give "
                "the whole name (call.function_ambiguous)"},
        Refusal{"argument",
                {"add", "1", "[1]"},
                2,
                "argument 'b': line 1, column 1: expected a number of type s32, found '[' "
                "(wave.type_mismatch)"},
        Refusal{"argument_in_call",
                {"add(1, x)"},
                2,
                "argument 'b': line 1, column 8: expected a number of type s32, found the word 'x' "
                "(wave.type_mismatch)"},
        Refusal{"few",
                {"add", "1"},
                2,
                "there are 1 arguments, but the function is add: func(a: u32, b: s32) -> s64 "
                "(wave.size_wrong)"},
        Refusal{"twice",
                {"add(1, 2)", "3"},
                2,
                "'add' has its arguments in parentheses already, '3' is one too many "
                "(call.arguments_twice)"},
        Refusal{
            "handle",
            {"open", "\"x\""},
            12,
            "'open' cannot be called from here: its result is of type own<bucket>, which cannot "
            "be written as text (call.type_unsupported)"},
        Refusal{"stream",
                {"drain", "[]"},
                12,
                "'drain' cannot be called from here: its parameter 'of' is of type "
                "list<stream<u8>>, which cannot be written as text (call.type_unsupported)"},
        Refusal{"option",
                {"ping", "--unsinged"},
                2,
                "unknown option '--unsinged' of 'weft call'; did you mean '--unsigned'? "
                "(cli.option_unknown)"},
        Refusal{"no_name",
                {"(1)"},
                2,
                "line 1, column 1: expected a call of the form name(argument, argument) "
                "(wave.syntax)"}),
    [](const auto& param) { return param.param.name; });

TEST_F(CallCommand, NeedsAFile) {
    EXPECT_EQ(run({"call"}), 2);
    EXPECT_TRUE(err.contains("'weft call' needs FILE")) << err;
    EXPECT_EQ(run({"call", ""}), 2);
    EXPECT_TRUE(err.contains("cli.path_empty")) << err;
    EXPECT_TRUE(loaded.empty());
}

}  // namespace
}  // namespace weft::cli
