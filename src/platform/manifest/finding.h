#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "platform/manifest/model.h"

namespace weft::manifest {

enum class Severity : std::uint8_t { error, warning };

/// One thing that is wrong in a manifest, for a person and for a program.
struct Finding {
    Severity severity;
    std::string slug;        ///< Stable, listed in docs/errors.md: `manifest.key_unknown`.
    std::string path;        ///< `spec.components[0].traits[1]`; empty for the whole text.
    std::uint32_t line;      ///< 1-based.
    std::uint32_t column;    ///< 1-based, in characters.
    std::string message;     ///< One sentence; text of the manifest in it is escaped and cut.
    std::string suggestion;  ///< The nearest valid key or name, or empty.
};

/// Whether warnings stay warnings or are errors.
enum class Strictness : std::uint8_t { lenient, strict };

/// Gathers findings while a manifest is read.
class Findings {
  public:
    /// Further ones are counted only.
    static constexpr std::size_t findings_max = 200;

    explicit Findings(Strictness strictness) : strictness_(strictness) {}

    void error(Slug slug, const Place& place, std::string message,
               std::string_view suggestion = {});
    /// A warning, or an error when strict.
    void warn(Slug slug, const Place& place, std::string message, std::string_view suggestion = {});
    /// An error that a lower module reported; its slug is kept.
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
};

/// `text` in single quotes, hostile characters escaped, cut after 80 bytes.
std::string quoted(std::string_view text);

}  // namespace weft::manifest
