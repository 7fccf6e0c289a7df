#include "entry/cli/call.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/value/value_json.h"
#include "base/value/wave.h"
#include "base/value/wire.h"
#include "base/value/world_json.h"
#include "entry/cli/find_function.h"
#include "entry/cli/guest_arguments.h"

namespace weft::cli {
namespace {

using codec::Json;

struct CallArguments : GuestArguments {
    std::string file;
    std::string function;  ///< A name, or `name(arg, arg)`; empty: show what there is.
    std::vector<std::string> arguments;
};

void define_call(Syntax& syntax, CallArguments& arguments) {
    syntax.word("FILE", Need::required, arguments.file, "The component");
    syntax.word("FUNCTION", Need::optional, arguments.function,
                "Name, interface#name, or a whole call: 'name(arg, arg)'");
    syntax.words("ARG", Need::optional, arguments.arguments,
                 "Arguments in WAVE: 7, -1.5, '\"text\"', '[1, 2]', '{field: 1}', 'some(1)'");
    define_guest(syntax, arguments);
}

Json to_json(const value::Function& function) {
    Json params = Json::Array();
    for (const auto& param : function.params) {
        Json item = Json::Object();
        item.set("name", param.name).set("type", value::type_text(param.type));
        params.push(std::move(item));
    }
    Json out = Json::Object();
    out.set("name", function.name).set("async", function.is_async);
    out.set("params", std::move(params));
    return out.set("result", function.result ? Json(value::type_text(*function.result)) : Json());
}

void list_functions(const Console& console, const value::World& world) {
    std::vector<std::string> lines;
    Json list = Json::Array();
    for (std::size_t i = 0; i < world.exports.size(); ++i) {
        const auto& interface = world.exports[i];
        for (std::size_t k = 0; k < interface.functions.size(); ++k) {
            const auto& function = interface.functions[k];
            const auto prefix = interface.name.empty() ? std::string() : interface.name + "#";
            lines.push_back(prefix + value::function_text(function));
            Json item = to_json(function);
            list.push(item.set("call", full_name(world, {.interface = i, .function = k})));
        }
    }
    if (lines.empty()) lines.emplace_back("the component exports no function");
    Json out = Json::Object();
    console.show(lines, out.set("functions", std::move(list)));
}

/// What WAVE cannot say is refused before anything runs.
Result<void> check_types(const std::string& name, const value::Function& function) {
    const auto refuse = [&](std::string_view what, const value::Type& type) {
        return fail(Errc::unsupported, "call.type_unsupported",
                    "'{}' cannot be called from here: {} is of type {}, which cannot be written as "
                    "text",
                    name, what, value::type_text(type));
    };
    for (const auto& param : function.params)
        if (!value::has_wave_notation(param.type))
            return refuse(fmt::format("its parameter '{}'", param.name), param.type);
    if (function.result && !value::has_wave_notation(*function.result))
        return refuse("its result", *function.result);
    return ok();
}

/// A function and the arguments for it.
struct Call {
    ExportedFunction which;
    Bytes arguments;
};

bool is_call_text(const CallArguments& typed) { return typed.function.contains('('); }

/// The name in what the user typed. Errors: those of `value::parse_call_name`, invalid_argument
/// (`call.arguments_twice`).
Result<std::string> read_name(const CallArguments& typed) {
    if (!is_call_text(typed)) return typed.function;
    TRY(const auto name, value::parse_call_name(typed.function));
    if (!typed.arguments.empty())
        return fail(Errc::invalid_argument, "call.arguments_twice",
                    "'{}' has its arguments in parentheses already, '{}' is one too many", name,
                    typed.arguments.front());
    return std::string(name);
}

Result<Call> prepare(const value::World& world, const CallArguments& typed) {
    TRY(const auto name, read_name(typed));
    Call call;
    TRY(call.which, find_function(world, name));
    const auto& function = world.exports[call.which.interface].functions[call.which.function];
    CHECK(check_types(name, function));
    TRY(const auto values, is_call_text(typed) ? value::parse_call(typed.function, function)
                                               : value::parse_arguments(typed.arguments, function));
    CHECK(value::encode_arguments(values, function, call.arguments));
    return call;
}

/// The text of a result is not cut, however long it is; `print_wave` leaves nothing in it that a
/// terminal would act on.
Result<void> show_result(const Console& console, const std::string& name,
                         const value::Function& function,
                         const std::optional<value::Value>& result) {
    Json out = Json::Object();
    out.set("function", name).set("result", Json());
    std::string line;
    if (result) {
        TRY(const auto text, value::print_wave(*result, *function.result));
        TRY(auto json, value::to_json(*result, *function.result));
        Json item = Json::Object();
        item.set("type", value::type_text(*function.result)).set("wave", text);
        out.set("result", item.set("value", std::move(json)));
        line = text + "\n";
    }
    if (console.format() == Format::json)
        console.show({}, out);
    else
        console.environment().out(line);
    return ok();
}

Result<void> run_call(const Console& console, const CallArguments& arguments) {
    const auto& environment = console.environment();
    TRY(const auto options, read_guest_options(arguments, arguments.file, environment));
    TRY(const auto wanted, read_name(arguments));
    const auto check = [&wanted](BytesView code) {
        return wanted.empty() ? ok() : check_function_name(code, wanted);
    };
    const auto callee = environment.handlers.call(options, check, console);
    if (!callee) return with_remedy(callee.error(), "call", arguments.file);
    const auto& world = (*callee)->world();
    if (arguments.function.empty()) {
        list_functions(console, world);
        return ok();
    }
    TRY(auto call, prepare(world, arguments));
    const auto name = full_name(world, call.which);
    const auto& function = world.exports[call.which.interface].functions[call.which.function];
    TRY(const auto bytes, (*callee)->call(call.which, std::move(call.arguments)));
    TRY(const auto result, value::decode_result(bytes, function).context("result of '{}'", name));
    return show_result(console, name, function, result);
}

}  // namespace

constexpr Command call_command{
    .path = "call",
    .summary = "Call a function of a component, or list its functions",
    .examples =
        "  weft call calc.wasm\n"
        "  weft call calc.wasm add 2 3\n"
        "  weft call calc.wasm 'add(2, 3)' -o json\n"
        "  weft call shop.wasm acme:shop/cart#total '[{sku: \"a1\", count: 2}]'",
    .prepare = prepare<CallArguments, define_call, run_call>};

}  // namespace weft::cli
