#include "base/value/tree_path.h"

#include <fmt/format.h>

namespace weft::value {

std::string TreePath::text() const {
    if (parent_ == nullptr) return {};
    std::string out = parent_->text();
    if (name_.empty()) return out + fmt::format("[{}]", index_);
    if (!out.empty()) out += '.';
    return out.append(name_);
}

std::string TreePath::prefix() const { return parent_ == nullptr ? std::string() : text() + ": "; }

}  // namespace weft::value
