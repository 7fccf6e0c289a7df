#include "io/code_cache/eviction.h"

#include <algorithm>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

namespace weft::code_cache {
namespace {

constexpr std::string_view draft_prefix = "draft-";
constexpr std::time_t draft_age_s_max = 3600;

bool is_draft(std::string_view name) { return name.starts_with(draft_prefix); }

bool is_entry(std::string_view name) {
    return name.size() == 64 &&
           name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

auto age_order(const Directory::File& file) {
    return std::tuple(file.used.tv_sec, file.used.tv_nsec, std::string_view(file.name));
}

}  // namespace

std::string draft_name(std::uint64_t process, std::uint64_t number) {
    return fmt::format("{}{}-{}", draft_prefix, process, number);
}

Eviction plan_eviction(std::vector<Directory::File> files, std::uint64_t bytes_wanted,
                       std::uint64_t bytes_max, std::time_t now) {
    Eviction plan{.entries = {}, .left_over = {}, .bytes_after = bytes_wanted};
    for (const auto& file : files) {
        if (is_draft(file.name) && now - file.used.tv_sec > draft_age_s_max)
            plan.left_over.push_back(file.name);
        else if (is_draft(file.name) || is_entry(file.name))
            plan.bytes_after += file.bytes;
    }
    std::erase_if(files, [](const Directory::File& file) { return !is_entry(file.name); });
    std::ranges::sort(files, {}, age_order);
    for (const auto& file : files) {
        if (plan.bytes_after <= bytes_max) break;
        plan.bytes_after -= file.bytes;
        plan.entries.push_back(file.name);
    }
    return plan;
}

}  // namespace weft::code_cache
