#include "base/value/map_builder.h"

#include "base/value/wire_put.h"

namespace weft::value {

void MapBuilder::add(Value key, Value value) {
    const auto bytes = wire_bytes(key, *type_->part(0));
    const auto [place, is_new] = places_.try_emplace(std::string(as_text(bytes)), entries_.size());
    std::vector<Value> pair;
    pair.push_back(std::move(key));
    pair.push_back(std::move(value));
    auto entry = Value::items(std::move(pair));
    if (is_new)
        entries_.push_back(std::move(entry));
    else
        entries_[place->second] = std::move(entry);
}

}  // namespace weft::value
