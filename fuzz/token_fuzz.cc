// Tokens and trust files come from strangers. Beside not crashing: what reads writes back to the
// same, and no input is ever admitted, as nobody is trusted.

#include <cstdint>
#include <cstdlib>

#include "base/codec/json.h"
#include "base/core/bytes.h"
#include "base/crypto/jwt.h"
#include "platform/claims/inspect.h"
#include "platform/claims/trust.h"
#include "platform/claims/verify.h"

namespace {

using namespace weft;

void expect(bool condition) {
    if (!condition) std::abort();
}

void read_as_claims(const codec::Json& json) {
    const auto token = claims::read_token(json);
    if (!token) return;
    const auto written = claims::write_token(*token);
    const auto again = claims::read_token(written);
    expect(again && claims::write_token(*again) == written);
}

void fuzz_token(std::string_view text) {
    const auto jwt = crypto::decode_jwt(text);
    if (!jwt) return;
    (void)crypto::verify_jwt(*jwt);
    read_as_claims(jwt->claims);
}

void fuzz_claims(std::string_view text) {
    const auto json = codec::parse_json(text);
    if (json) read_as_claims(*json);
}

void fuzz_trust(std::string_view text) {
    const auto policy = claims::read_trust(text);
    if (!policy) return;
    const auto written = claims::write_trust(*policy);
    const auto again = claims::read_trust(written);
    expect(again && claims::write_trust(*again) == written);
}

void fuzz_binary(std::string_view text) {
    expect(!claims::admit(as_bytes(text), {}, 1'800'000'000));
    const auto report = claims::inspect(as_bytes(text), 1'800'000'000);
    if (report) (void)codec::write_json(claims::to_json(*report));
}

}  // namespace

/// The first byte chooses the reader.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto text = weft::as_text({data + 1, size - 1});
    switch (data[0] % 4) {
        case 0: fuzz_token(text); break;
        case 1: fuzz_claims(text); break;
        case 2: fuzz_trust(text); break;
        default: fuzz_binary(text); break;
    }
    return 0;
}
