#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace weft::cli {

struct Selection;

/// An option that may be given several times, each with one value; commas separate values too.
CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<std::string>& list,
                      const std::string& help);

/// `-o json|text`.
void add_output(CLI::App& command, Selection& selection);

}  // namespace weft::cli
