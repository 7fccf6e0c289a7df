#include "entry/cli/syntax.h"

#include <CLI/CLI.hpp>

namespace weft::cli {
namespace {

constexpr char hiding_mark = '\x01';

}  // namespace

std::string hide(std::string_view word) { return hiding_mark + std::string(word); }

std::string reveal(std::string_view word) {
    return std::string(word.substr(word.starts_with(hiding_mark) ? 1 : 0));
}

void Syntax::word(const char* name, Need need, std::string& to, const char* help) {
    const auto store = [&to](const CLI::results_t& words) {
        to = reveal(words.front());
        return true;
    };
    command_->add_option(name, store, help)->required(need == Need::required);
}

void Syntax::words(const char* name, Need need, std::vector<std::string>& to, const char* help) {
    // By hand: the parser's own conversion would take the word `{}` for an empty list.
    const auto store = [&to](const CLI::results_t& words) {
        to.clear();
        for (const auto& word : words) to.push_back(reveal(word));
        return true;
    };
    command_->add_option(name, store, help)
        ->required(need == Need::required)
        ->expected(0, -1)
        ->allow_extra_args();
}

void Syntax::rest(const char* name, std::vector<std::string>& to, const char* help) {
    command_->positionals_at_end();
    command_->add_option(name, to, help)->required();
}

void Syntax::option(OptionName name, std::optional<std::string>& to, const char* help) {
    command_->add_option(name.name, to, help)->type_name(name.value);
}

void Syntax::option(OptionName name, std::string& to, const char* help, Need need) {
    command_->add_option(name.name, to, help)
        ->type_name(name.value)
        ->required(need == Need::required);
}

void Syntax::list(OptionName name, std::vector<std::string>& to, const char* help,
                  Separator separator) {
    auto* const option = command_->add_option(name.name, to, help);
    option->type_name(name.value)->allow_extra_args(false);
    if (separator == Separator::comma) option->delimiter(',');
}

void Syntax::flag(const char* name, bool& to, const char* help) {
    command_->add_flag(name, to, help);
}

}  // namespace weft::cli
