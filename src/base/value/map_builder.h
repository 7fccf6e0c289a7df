#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/value/type.h"
#include "base/value/value.h"

namespace weft::value {

/// Collects the entries of a map. Of entries with the same key the last one counts, at the place of
/// the first. Source: component-model `WIT.md`, maps.
class MapBuilder {
  public:
    /// `type` is borrowed.
    explicit MapBuilder(const Type& type) : type_(&type) {}

    /// Both are of the map's types.
    void add(Value key, Value value);
    Value take() { return Value::items(std::move(entries_)); }

  private:
    const Type* type_;
    std::vector<Value> entries_;
    std::unordered_map<std::string, std::size_t> places_;  ///< By the bytes of the key.
};

}  // namespace weft::value
