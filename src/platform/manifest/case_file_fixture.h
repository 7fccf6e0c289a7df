#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "platform/manifest/finding.h"

namespace weft::manifest {

/// One section of tests/cases/manifest/*.case.
struct Case {
    std::string name;
    std::string wadm;                   ///< Verdict of wadm 0.21: valid, invalid, unreadable.
    std::string stricter;               ///< Why Weft refuses what wadm accepts, or empty.
    std::string laxer;                  ///< Why Weft accepts what wadm refuses, or empty.
    std::vector<std::string> findings;  ///< As `describe` writes them.
    std::string text;
};

/// `error manifest.key_unknown 8:39 spec.components[0].properties.imge => image`
inline std::string describe(const Finding& finding) {
    constexpr std::array<const char*, 3> names{"error ", "unsupported ", "warning "};
    std::string line = names.at(static_cast<std::size_t>(finding.severity));
    line +=
        finding.slug + " " + std::to_string(finding.line) + ":" + std::to_string(finding.column);
    if (!finding.path.empty()) line += " " + finding.path;
    if (!finding.suggestion.empty()) line += " => " + finding.suggestion;
    return line;
}

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Reads the sections of a case file: `=== name`, `key: value` lines and findings, `---`, text.
inline std::vector<Case> read_cases(const std::filesystem::path& path) {
    std::vector<Case> cases;
    bool is_text = false;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const auto value = [&line](std::string_view key) { return line.substr(key.size()); };
        if (line.starts_with("=== ")) {
            cases.emplace_back().name = value("=== ");
            is_text = false;
        } else if (cases.empty()) {
            continue;
        } else if (is_text) {
            cases.back().text += line + "\n";
        } else if (line == "---") {
            is_text = true;
        } else if (line.starts_with("wadm: ")) {
            cases.back().wadm = value("wadm: ");
        } else if (line.starts_with("stricter: ")) {
            cases.back().stricter = value("stricter: ");
        } else if (line.starts_with("laxer: ")) {
            cases.back().laxer = value("laxer: ");
        } else {
            cases.back().findings.push_back(line);
        }
    }
    return cases;
}

}  // namespace weft::manifest
