#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/value/value.h"
#include "base/value/wave.h"
#include "base/value/wave_scanner.h"
#include "base/value/world.h"

namespace weft::value {

/// Reads WAVE from the top down, led by the type; so the type bounds the depth. The text must be
/// valid UTF-8. Errors: those of `parse_wave`.
class WaveParser {
  public:
    WaveParser(std::string_view text, std::size_t offset, std::size_t nodes_max)
        : scanner_(text, offset), nodes_left_(nodes_max), nodes_max_(nodes_max) {}

    Result<Value> read(const Type& type);
    /// `(arg, arg)`; arguments of option type at the end may be left out.
    Result<std::vector<Value>> read_arguments(const Function& function);
    /// Nothing may follow.
    Result<void> finish() const;

  private:
    using Token = WaveScanner::Token;
    using Label = WaveScanner::Label;

    Result<Value> read_bool();
    Result<Value> read_number(const Type& type);
    Result<Value> read_real(const Type& type);
    Result<Value> read_list(const Type& type);
    Result<Value> read_bytes();
    Result<Value> read_tuple(const Type& type);
    Result<Value> read_record(const Type& type);
    Result<Value> read_map(const Type& type);
    Result<Value> read_flags(const Type& type);
    Result<Value> read_variant(const Type& type);
    Result<Value> read_option(const Type& type);
    Result<Value> read_result(const Type& type);

    /// The field that stands next, behind its ':', into its place.
    Result<void> read_field(const Type& type, std::vector<std::optional<Value>>& fields);
    /// What a record holds where no field was given.
    Result<std::vector<Value>> complete(const Type& type, std::size_t offset,
                                        std::vector<std::optional<Value>> fields);
    /// The index of a label among the type's names.
    Result<std::size_t> get_name(const Type& type, const Label& label, std::string_view what) const;
    /// `(payload)` when `type` is one, nothing when it is nullptr.
    Result<Value> read_payload(const Label& label, std::uint32_t index, const Type* type);
    /// Calls `read_item` for each item up to the closing symbol; the opening one was taken.
    template <typename ReadItem>
    Result<void> read_items(char close, ReadItem read_item);

    Result<void> expect(char symbol);
    Result<void> count_node();
    /// Something else stands next.
    Failure mismatch(const Type& type) const;
    Failure unexpected(std::string_view wanted) const;
    WaveScanner scanner_;
    std::size_t nodes_left_;
    std::size_t nodes_max_;
};

}  // namespace weft::value
