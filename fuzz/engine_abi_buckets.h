#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>
#include <span>
#include <string_view>

#include "engine_abi_host.h"

namespace engine_abi {

/// The handles that a guest of `resources.wat` was given in answers: each comes back once.
class Buckets {
  public:
    bool are_counted = false;

    bool is_empty() const { return given_.empty(); }
    /// Whether an answer of this import is a handle.
    bool can_come_from(std::uint32_t function) const {
        return are_counted && (function == open || function == store);
    }
    /// An answer with a new handle, for which something may follow that makes it a wrong value.
    Bytes give(std::uint64_t number, bool is_wrong) {
        given_.insert(number);
        Bytes bytes{handle_size};
        bytes.insert(bytes.end(), mark.begin(), mark.end());
        bytes.resize(1 + handle_size);
        std::memcpy(&bytes[1 + mark.size()], &number, sizeof(number));
        if (is_wrong) bytes.push_back(0);
        return bytes;
    }
    /// The guest's arguments for an import may end with a handle.
    void take_arguments(std::uint32_t function, const Bytes& arguments) {
        if (are_counted && (function == close || function == store) &&
            arguments.size() > handle_size)
            take_back(std::span(arguments).last(handle_size));
    }
    void take_back(std::span<const std::uint8_t> handle) {
        if (handle.size() != handle_size || !std::equal(mark.begin(), mark.end(), handle.begin()))
            return;
        std::uint64_t number = 0;
        std::memcpy(&number, &handle[mark.size()], sizeof(number));
        expect(given_.erase(number) == 1, "a handle comes back once");
    }

  private:
    // Functions as the description numbers them.
    static constexpr std::uint32_t open = 0;
    static constexpr std::uint32_t close = 2;
    static constexpr std::uint32_t store = 3;
    /// Begins every handle that is counted, and nothing else of an input.
    static constexpr std::string_view mark = "counted bucket ";
    static constexpr std::size_t handle_size = mark.size() + sizeof(std::uint64_t);

    std::set<std::uint64_t> given_;
};

}  // namespace engine_abi
