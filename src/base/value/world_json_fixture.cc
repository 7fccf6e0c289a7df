#include "base/value/world_json_fixture.h"

namespace weft::value {
namespace {

using codec::Json;

Json tagged(std::string_view tag, Json value) {
    Json out = Json::Object();
    out.set(tag, std::move(value));
    return out;
}

Json write_maybe(const Type* type) { return type == nullptr ? Json() : write_type(*type); }

Json write_list(const Type& type) {
    Json out = Json::Array();
    for (std::size_t i = 0; i < type.size(); ++i) out.push(write_maybe(type.part(i)));
    return out;
}

Json write_pairs(const Type& type) {
    Json out = Json::Array();
    for (std::size_t i = 0; i < type.size(); ++i)
        out.push(Json::Array{type.name(i), write_maybe(type.part(i))});
    return out;
}

Json write_names(const Type& type) {
    Json out = Json::Array();
    for (std::size_t i = 0; i < type.size(); ++i) out.push(type.name(i));
    return out;
}

Json write_function(const Function& function) {
    Json params = Json::Array();
    for (const auto& param : function.params)
        params.push(Json::Array{param.name, write_type(param.type)});
    Json out = Json::Object();
    out.set("name", function.name).set("async", function.is_async);
    out.set("params", std::move(params));
    return out.set("result", write_maybe(function.result ? &*function.result : nullptr));
}

Json write_interfaces(const std::vector<Interface>& interfaces) {
    Json out = Json::Array();
    for (const auto& interface : interfaces) {
        Json functions = Json::Array();
        for (const auto& function : interface.functions) functions.push(write_function(function));
        Json resources = Json::Array();
        for (const auto& resource : interface.resources) resources.push(resource);
        Json item = Json::Object();
        item.set("name", interface.name).set("functions", std::move(functions));
        out.push(item.set("resources", std::move(resources)));
    }
    return out;
}

}  // namespace

Json write_type(const Type& type) {
    const auto tag = kind_name(type.kind());
    switch (type.kind()) {
        case Kind::list:
        case Kind::option:
        case Kind::stream:
        case Kind::future: return tagged(tag, write_maybe(type.part(0)));
        case Kind::result:
        case Kind::tuple:
        case Kind::map: return tagged(tag, write_list(type));
        case Kind::record:
        case Kind::variant: return tagged(tag, write_pairs(type));
        case Kind::enum_:
        case Kind::flags: return tagged(tag, write_names(type));
        case Kind::own:
        case Kind::borrow: return tagged(tag, type.resource());
        case Kind::fixed_list:
            return tagged("fixed_list", Json::Array{write_type(type.element()), type.length()});
        default: return tag;
    }
}

Json write_world(const World& world) {
    Json out = Json::Object();
    out.set("imports", write_interfaces(world.imports));
    return out.set("exports", write_interfaces(world.exports));
}

}  // namespace weft::value
