#include <algorithm>
#include <unordered_set>

#include "base/codec/interface_name.h"
#include "base/core/nearest.h"
#include "base/value/label.h"
#include "base/value/type_reader.h"
#include "base/value/world_json.h"

namespace weft::value {
namespace {

using codec::Json;

/// Each type takes at most three levels of JSON (`{"record":[["f",T]]}`), what is above them nine.
constexpr std::size_t json_depth_max = 3 * Type::depth_max + 9;

/// Exactly the members named, none less or more.
Result<void> check_members(const Json& json, const TreePath& place,
                           std::span<const std::string_view> names) {
    const auto* const object = json.as_object();
    if (object == nullptr) return wrong_form(place, "an object");
    for (const auto name : names)
        if (json.find(name) == nullptr)
            return fail(Errc::invalid_argument, "types.member_missing", "{}: the member is missing",
                        TreePath(place, name).text());
    for (const auto& member : *object)
        if (std::ranges::find(names, member.key) == names.end())
            return fail(Errc::invalid_argument, "types.member_unknown",
                        "{}: there is no such member", TreePath(place, member.key).text());
    return ok();
}

/// The same name twice in one list would make calls ambiguous.
class Names {
  public:
    Result<void> add(std::string_view name, const TreePath& place) {
        if (seen_.insert(std::string(name)).second) return ok();
        return fail(Errc::invalid_argument, "types.name_duplicate",
                    "{}: the name '{}' is there twice", place.text(), name);
    }

  private:
    std::unordered_set<std::string> seen_;
};

Failure bad_name(const TreePath& place, std::string_view name, std::string_view wanted) {
    return fail(Errc::invalid_argument, "types.name_invalid", "{}: '{}' is not a {}", place.text(),
                name, wanted);
}

/// "add", "[constructor]bucket", "[method]bucket.get", "[async static]bucket.open"
bool is_function_name(std::string_view name) {
    if (!name.starts_with('[')) return is_label(name);
    const auto end = name.find(']');
    if (end == std::string_view::npos) return false;
    const auto what = name.substr(1, end - 1);
    const bool is_plain = !what.empty() && std::ranges::all_of(what, [](char c) {
        return (c >= 'a' && c <= 'z') || c == ' ';
    });
    const auto rest = name.substr(end + 1);
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) return is_plain && is_label(rest);
    return is_plain && is_label(rest.substr(0, dot)) && is_label(rest.substr(dot + 1));
}

bool is_interface_name(std::string_view name) {
    if (name.empty() || is_label(name)) return true;
    const auto parsed = codec::parse_interface_name(name);
    return parsed && !parsed->interface.empty();
}

class WorldReader {
  public:
    explicit WorldReader(std::size_t types_max) : types_(types_max) {}

    Result<World> read(const Json& json) {
        const TreePath root;
        constexpr std::string_view members[] = {"imports", "exports"};
        CHECK(check_members(json, root, members));
        World world;
        TRY(world.imports, read_interfaces(*json.find("imports"), TreePath(root, "imports")));
        TRY(world.exports, read_interfaces(*json.find("exports"), TreePath(root, "exports")));
        return world;
    }

  private:
    Result<std::vector<Interface>> read_interfaces(const Json& json, const TreePath& place) {
        TRY(const auto* const items, read_array(json, place, 0, "an array of interfaces"));
        std::vector<Interface> interfaces;
        Names names;
        for (std::size_t i = 0; i < items->size(); ++i) {
            const TreePath at(place, i);
            TRY(auto interface, read_interface((*items)[i], at));
            CHECK(names.add(interface.name, at));
            interfaces.push_back(std::move(interface));
        }
        return interfaces;
    }

    Result<Interface> read_interface(const Json& json, const TreePath& place) {
        constexpr std::string_view members[] = {"name", "functions", "resources"};
        CHECK(check_members(json, place, members));
        Interface interface;
        TRY(interface.name, read_text(*json.find("name"), TreePath(place, "name")));
        if (!is_interface_name(interface.name))
            return bad_name(TreePath(place, "name"), interface.name, "name of an interface");
        TRY(interface.functions,
            read_functions(*json.find("functions"), TreePath(place, "functions")));
        TRY(interface.resources,
            read_resources(*json.find("resources"), TreePath(place, "resources")));
        return interface;
    }

    Result<std::vector<std::string>> read_resources(const Json& json, const TreePath& place) {
        TRY(auto resources, read_texts(json, place));
        Names names;
        for (std::size_t i = 0; i < resources.size(); ++i) {
            const TreePath at(place, i);
            if (!is_label(resources[i])) return bad_name(at, resources[i], "name of a resource");
            CHECK(names.add(resources[i], at));
        }
        return resources;
    }

    Result<std::vector<Function>> read_functions(const Json& json, const TreePath& place) {
        TRY(const auto* const items, read_array(json, place, 0, "an array of functions"));
        std::vector<Function> functions;
        Names names;
        for (std::size_t i = 0; i < items->size(); ++i) {
            const TreePath at(place, i);
            TRY(auto function, read_function((*items)[i], at));
            CHECK(names.add(function.name, at));
            functions.push_back(std::move(function));
        }
        return functions;
    }

    Result<Function> read_function(const Json& json, const TreePath& place) {
        constexpr std::string_view members[] = {"name", "async", "params", "result"};
        CHECK(check_members(json, place, members));
        Function function;
        TRY(function.name, read_text(*json.find("name"), TreePath(place, "name")));
        if (!is_function_name(function.name))
            return bad_name(TreePath(place, "name"), function.name, "name of a function");
        const auto is_async = json.find("async")->as_bool();
        if (!is_async) return wrong_form(TreePath(place, "async"), "true or false");
        function.is_async = *is_async;
        TRY(function.params, read_params(*json.find("params"), TreePath(place, "params")));
        TRY(function.result, types_.read_maybe(*json.find("result"), TreePath(place, "result")));
        return function;
    }

    Result<std::vector<Parameter>> read_params(const Json& json, const TreePath& place) {
        TRY(const auto* const items, read_array(json, place, 0, "an array of parameters"));
        std::vector<Parameter> params;
        Names names;
        for (std::size_t i = 0; i < items->size(); ++i) {
            const TreePath at(place, i);
            TRY(auto pair, types_.read_pair((*items)[i], at, TypeReader::Null::refused));
            if (!is_label(pair.name)) return bad_name(at, pair.name, "name of a parameter");
            CHECK(names.add(pair.name, at));
            params.push_back({.name = std::move(pair.name), .type = *std::move(pair.type)});
        }
        return params;
    }

    TypeReader types_;
};

}  // namespace

Result<World> read_world(std::string_view text, WorldLimits limits) {
    TRY(const auto json,
        codec::parse_json(text, {.bytes_max = limits.bytes_max, .depth_max = json_depth_max}));
    return WorldReader(limits.types_max).read(json);
}

}  // namespace weft::value
