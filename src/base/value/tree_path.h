#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::value {

/// A way down a tree, for messages: "exports[0].functions[2]". A link of a chain that stands on the
/// stack of the one who walks down; costs nothing until somebody asks for the text.
class TreePath {
  public:
    TreePath() = default;
    TreePath(const TreePath& parent, std::string_view name) : parent_(&parent), name_(name) {}
    TreePath(const TreePath& parent, std::size_t index) : parent_(&parent), index_(index) {}
    TreePath(const TreePath&) = delete;
    TreePath& operator=(const TreePath&) = delete;

    /// Empty for the root.
    std::string text() const;
    /// The text with ": " behind it; empty for the root.
    std::string prefix() const;

  private:
    const TreePath* parent_ = nullptr;
    std::string_view name_;  ///< Empty: an index.
    std::size_t index_ = 0;
};

}  // namespace weft::value
