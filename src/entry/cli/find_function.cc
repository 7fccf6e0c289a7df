#include "entry/cli/find_function.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/codec/component_interface.h"
#include "base/codec/interface_name.h"
#include "base/codec/wasm.h"
#include "base/core/nearest.h"

namespace weft::cli {
namespace {

std::string join(std::string_view interface, char separator, std::string_view function) {
    return std::string(interface) + separator + std::string(function);
}

/// What people may call a function of an interface, its full name first.
std::vector<std::string> spellings(std::string_view interface, std::string_view function) {
    if (interface.empty()) return {std::string(function)};
    std::vector<std::string> out = {join(interface, '#', function), join(interface, '.', function),
                                    std::string(function)};
    const auto name = codec::parse_interface_name(interface);
    if (!name) return out;
    auto unversioned = *name;
    unversioned.version.clear();
    const auto plain = codec::format_interface_name(unversioned);
    for (const auto& shorter : {plain, name->interface}) {
        out.push_back(join(shorter, '#', function));
        out.push_back(join(shorter, '.', function));
    }
    if (!name->version.empty()) out.push_back(join(join(plain, '.', function), '@', name->version));
    return out;
}

/// An exported function with all that it may be called.
struct Candidate {
    ExportedFunction which;
    std::vector<std::string> names;
};

std::vector<Candidate> list_candidates(const value::World& world) {
    std::vector<Candidate> out;
    for (std::size_t i = 0; i < world.exports.size(); ++i) {
        const auto& interface = world.exports[i];
        for (std::size_t k = 0; k < interface.functions.size(); ++k)
            out.push_back({.which = {.interface = i, .function = k},
                           .names = spellings(interface.name, interface.functions[k].name)});
    }
    return out;
}

Failure unknown(std::string_view name, const std::vector<std::string_view>& names) {
    if (names.empty())
        return fail(Errc::not_found, "call.function_unknown", "the component exports no function");
    const auto close = nearest(name, names);
    if (!close.empty())
        return fail(Errc::not_found, "call.function_unknown",
                    "the component exports no function '{}'; did you mean '{}'?", name, close);
    return fail(Errc::not_found, "call.function_unknown",
                "the component exports no function '{}'; 'weft call FILE' lists what it exports",
                name);
}

std::vector<std::string_view> names_of(const std::vector<Candidate>& candidates) {
    std::vector<std::string_view> names;
    for (const auto& candidate : candidates)
        names.insert(names.end(), candidate.names.begin(), candidate.names.end());
    return names;
}

/// What a name may say of the function alone, as `spellings` makes them.
std::vector<std::string_view> function_parts(std::string_view name) {
    std::vector<std::string_view> parts = {name};
    for (const auto text : {name, name.substr(0, name.find_last_of('@'))})
        for (const char separator : {'#', '.'})
            if (const auto at = text.find_last_of(separator); at != std::string_view::npos)
                parts.push_back(text.substr(at + 1));
    return parts;
}

/// Names in a binary have their length in front, one byte of it for those that people type.
bool has_name(BytesView code, std::string_view name) {
    constexpr std::size_t short_name_bytes_max = 127;
    if (name.size() > short_name_bytes_max) return true;
    const auto wanted = static_cast<char>(name.size()) + std::string(name);
    return as_text(code).contains(wanted);
}

/// Names of functions that a component, or one inside it, exports: those of an interface are
/// exported by a part. For proposals only.
std::vector<std::string> exported_names(BytesView code) {
    std::vector<std::string> names;
    const auto add = [&names](BytesView binary) {
        const auto interface = codec::read_interface(binary);
        if (!interface || interface->kind != codec::WasmKind::component) return;
        for (const auto& offered : interface->exports)
            if (offered.sort == codec::ExternSort::func) names.push_back(offered.name);
    };
    add(code);
    auto reader = codec::WasmReader::create(code);
    if (!reader || reader->kind() != codec::WasmKind::component) return names;
    for (auto section = reader->next(); section && *section; section = reader->next())
        if ((*section)->id == codec::component_section_component) add((*section)->body);
    return names;
}

Failure ambiguous(std::string_view name, const std::vector<const Candidate*>& meant) {
    std::string list;
    for (const auto* candidate : meant)
        list.append(list.empty() ? "'" : ", '").append(candidate->names.front()).append("'");
    return fail(Errc::invalid_argument, "call.function_ambiguous",
                "'{}' may be {}; give the whole name", name, list);
}

}  // namespace

std::string full_name(const value::World& world, ExportedFunction which) {
    const auto& interface = world.exports.at(which.interface);
    return spellings(interface.name, interface.functions.at(which.function).name).front();
}

Result<ExportedFunction> find_function(const value::World& world, std::string_view name) {
    const auto candidates = list_candidates(world);
    std::vector<const Candidate*> meant;
    for (const auto& candidate : candidates) {
        if (candidate.names.front() == name) return candidate.which;
        if (std::ranges::find(candidate.names, name) != candidate.names.end())
            meant.push_back(&candidate);
    }
    if (meant.empty()) return unknown(name, names_of(candidates));
    if (meant.size() > 1) return ambiguous(name, meant);
    return meant.front()->which;
}

Result<void> check_function_name(BytesView code, std::string_view name) {
    const auto kind = codec::read_wasm_preamble(code);
    if (!kind || *kind != codec::WasmKind::component) return ok();  // The engine says what it is.
    const auto parts = function_parts(name);
    if (std::ranges::any_of(parts, [code](auto part) { return has_name(code, part); })) return ok();
    const auto exported = exported_names(code);
    std::vector<std::string_view> names(exported.begin(), exported.end());
    // An interface may come from elsewhere, with names that are not among these.
    if (names.empty()) names.emplace_back();
    return unknown(name, names);
}

}  // namespace weft::cli
