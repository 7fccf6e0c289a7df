#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "platform/manifest/model.h"

namespace weft::manifest {

enum class Severity : std::uint8_t {
    error,        ///< The manifest is wrong.
    unsupported,  ///< The manifest is right, but this version cannot run it.
    warning,      ///< It runs, but not all of it has an effect.
};

/// One thing that is wrong in a manifest, for a person and for a program.
struct Finding {
    Severity severity;
    std::string slug;        ///< Stable, listed in docs/errors.md: `manifest.key_unknown`.
    std::string path;        ///< `spec.components[0].traits[1]`; empty for the whole text.
    std::uint32_t line;      ///< 1-based.
    std::uint32_t column;    ///< 1-based, in characters.
    std::string message;     ///< One sentence; text of the manifest in it is escaped and cut.
    std::string suggestion;  ///< The nearest valid key or name, or empty.

    bool operator==(const Finding&) const = default;
};

/// How many of `findings` have this severity.
std::size_t count(const std::vector<Finding>& findings, Severity severity);

/// Whether warnings stay warnings or are errors.
enum class Strictness : std::uint8_t { lenient, strict };

/// Gathers findings while a manifest is read. One that is there already is not added again.
class Findings {
  public:
    /// Further ones are counted only.
    static constexpr std::size_t findings_max = 200;

    explicit Findings(Strictness strictness) : strictness_(strictness) {}

    void error(Slug slug, const Place& place, std::string message,
               std::string_view suggestion = {});
    void unsupported(Slug slug, const Place& place, std::string message,
                     std::string_view suggestion = {});
    /// A warning, or an error when strict.
    void warn(Slug slug, const Place& place, std::string message, std::string_view suggestion = {});
    /// An error of another module: unsupported if that is its code. Its slug is kept.
    void error(const Error& error, const Place& place);

    /// Errors so far, those that are counted only too.
    std::size_t errors() const { return errors_; }
    /// True when further findings are counted only, so that looking for a suggestion is in vain.
    bool is_full() const { return findings_.size() >= findings_max; }

    /// All of them sorted by place; the last one says how many were left out.
    std::vector<Finding> take() &&;

  private:
    void add(Finding finding);

    Strictness strictness_;
    std::vector<Finding> findings_;  // Invariant: size() <= findings_max.
    std::size_t errors_ = 0;
    std::size_t omitted_ = 0;
    Severity worst_ = Severity::warning;
};

/// `text` in single quotes, hostile characters escaped, cut after 80 bytes.
std::string quoted(std::string_view text);

}  // namespace weft::manifest
