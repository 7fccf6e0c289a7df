#include "base/core/errc.h"

#include <array>

#include "base/core/assert.h"

namespace weft {
namespace {

constexpr std::array rows{
    ErrcRow{Errc::invalid_argument, "invalid_argument", 400, 2, false},
    ErrcRow{Errc::not_found, "not_found", 404, 3, false},
    ErrcRow{Errc::already_exists, "already_exists", 409, 4, false},
    ErrcRow{Errc::failed_precondition, "failed_precondition", 412, 5, false},
    ErrcRow{Errc::denied, "denied", 403, 6, false},
    ErrcRow{Errc::unauthenticated, "unauthenticated", 401, 7, false},
    ErrcRow{Errc::exhausted, "exhausted", 503, 8, true},
    ErrcRow{Errc::deadline, "deadline", 504, 9, true},
    ErrcRow{Errc::cancelled, "cancelled", 499, 10, false},
    ErrcRow{Errc::unavailable, "unavailable", 503, 11, true},
    ErrcRow{Errc::unsupported, "unsupported", 501, 12, false},
    ErrcRow{Errc::corrupt, "corrupt", 422, 13, false},
    ErrcRow{Errc::guest_trap, "guest_trap", 500, 14, false},
    ErrcRow{Errc::internal, "internal", 500, 70, false},
};

}  // namespace

std::span<const ErrcRow> errc_table() { return rows; }

const ErrcRow& errc_row(Errc code) {
    const auto index = static_cast<std::size_t>(code);
    WEFT_ASSERT(index < rows.size() && rows[index].code == code,
                "the table follows the enumeration");
    return rows[index];
}

}  // namespace weft
