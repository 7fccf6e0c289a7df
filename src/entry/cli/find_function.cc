#include "entry/cli/find_function.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/codec/interface_name.h"
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

Failure unknown(std::string_view name, const std::vector<Candidate>& candidates) {
    if (candidates.empty())
        return fail(Errc::not_found, "call.function_unknown", "the component exports no function");
    std::vector<std::string_view> names;
    for (const auto& candidate : candidates)
        names.insert(names.end(), candidate.names.begin(), candidate.names.end());
    const auto close = nearest(name, names);
    if (!close.empty())
        return fail(Errc::not_found, "call.function_unknown",
                    "the component exports no function '{}'; did you mean '{}'?", name, close);
    return fail(Errc::not_found, "call.function_unknown",
                "the component exports no function '{}'; 'weft call FILE' lists what it exports",
                name);
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
    if (meant.empty()) return unknown(name, candidates);
    if (meant.size() > 1) return ambiguous(name, meant);
    return meant.front()->which;
}

}  // namespace weft::cli
