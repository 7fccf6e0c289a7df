#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/rt/byte_stream.h"
#include "io/engine/payload.h"

namespace weft::engine {

/// Encoded values, and the streams and futures that they name by place, as ImportReply describes
/// them.
struct Values {
    Values() = default;
    Values(Payload values) : payload(std::move(values)) {}
    Values(Payload values, std::vector<std::unique_ptr<rt::ByteSource>> sources)
        : payload(std::move(values)), streams(std::move(sources)) {}

    Payload payload;
    std::vector<std::unique_ptr<rt::ByteSource>> streams;
};

}  // namespace weft::engine
