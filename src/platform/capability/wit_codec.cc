#include "platform/capability/wit_codec.h"

#include "base/core/assert.h"

namespace weft::wit {

std::unique_ptr<rt::ByteSource> Decoder::take_stream() {
    const auto place = wire.u32();
    auto source = wire.ok() ? places->take(place) : nullptr;
    if (source == nullptr) stream_missing = true;
    return source;
}

Result<void> Decoder::finish() const {
    CHECK(wire.finish());
    if (stream_missing)
        return fail(Errc::corrupt, "capability.stream_missing",
                    "the values name a stream that did not come with them");
    return ok();
}

void Encoder::attach_stream(std::unique_ptr<rt::ByteSource> source) {
    if (failure) return;
    WEFT_ASSERT(source != nullptr, "a stream that is given away is there");
    const auto place = places->attach(std::move(source));
    if (place)
        wire.u32(*place);
    else
        failure = place.error();
}

Result<Bytes> Encoder::finish() && {
    if (failure) return Failure(std::move(*failure));
    return std::move(bytes);
}

value::Type well_formed(Result<value::Type> type) {
    WEFT_ASSERT(type.has_value(), "tools/wit lets only well-formed types through");
    return *std::move(type);
}

}  // namespace weft::wit
