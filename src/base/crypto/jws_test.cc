#include "base/crypto/jws.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/codec/base64url.h"
#include "base/crypto/jwt.h"
#include "base/crypto/small_order_test.h"

namespace weft::crypto {
namespace {

constexpr std::string_view good_header = R"({"typ":"jwt","alg":"Ed25519"})";

Seed account() {
    SeededRandom random(7);
    return Seed::generate(KeyKind::account, random);
}

/// Signs any header and payload text rightly, so that only the check under test can refuse it.
std::string signed_token(std::string_view header, std::string_view payload = "{}") {
    auto text = codec::encode_base64url(as_bytes(header)) + "." +
                codec::encode_base64url(as_bytes(payload));
    return text + "." + codec::encode_base64url(account().sign(as_bytes(text)).value());
}

std::string signed_parts(std::string_view header, std::string_view payload) {
    const auto text = std::string(header) + "." + std::string(payload);
    return text + "." + codec::encode_base64url(account().sign(as_bytes(text)).value());
}

std::string slug_of_token(std::string_view token) {
    const auto jws = decode_jws(token);
    if (!jws) return std::string(jws.error().slug.text());
    const auto verdict = verify_jws(*jws, account().public_key());
    return verdict ? "accepted" : std::string(verdict.error().slug.text());
}

TEST(Jws, AcceptsWhatItSigns) {
    const auto token = sign_jws(as_bytes("any bytes"), account()).value();

    const auto jws = decode_jws(token);

    ASSERT_TRUE(jws);
    EXPECT_TRUE(token.starts_with("eyJ0eXAiOiJqd3QiLCJhbGciOiJFZDI1NTE5In0."));
    EXPECT_EQ(as_text(jws->payload), "any bytes");
    EXPECT_TRUE(verify_jws(*jws, account().public_key()));
    EXPECT_EQ(slug_of_token(signed_token(good_header)), "accepted");
}

// Each of these is signed rightly; only its header is not the one that there is.
TEST(Jws, RefusesEveryOtherHeader) {
    for (const std::string_view header : {
             R"({"typ":"jwt","alg":"none"})",
             R"({"typ":"jwt","alg":"None"})",
             R"({"typ":"jwt","alg":"NONE"})",
             R"({"typ":"jwt","alg":""})",
             R"({"typ":"jwt","alg":null})",
             R"({"typ":"jwt","alg":["Ed25519"]})",
             R"({"typ":"jwt","alg":"HS256"})",
             R"({"typ":"jwt","alg":"HS512"})",
             R"({"typ":"jwt","alg":"RS256"})",
             R"({"typ":"jwt","alg":"ES256"})",
             R"({"typ":"jwt","alg":"PS256"})",
             R"({"typ":"jwt","alg":"EdDSA"})",
             R"({"typ":"jwt","alg":"ed25519"})",
             R"({"typ":"jwt","alg":"ED25519"})",
             R"({"typ":"jwt","alg":"Ed25519 "})",
             R"({"typ":"jwt","alg":"Ed25519\u0000"})",
             R"({"typ":"jwt","alg":"Ed25519ph"})",
             R"({"typ":"jwt","alg":"Ed448"})",
             R"({"typ":"jwt","ALG":"Ed25519"})",
             R"({"typ":"jwt"})",
             R"({"alg":"Ed25519"})",
             R"({"typ":"JWT","alg":"Ed25519"})",
             R"({"typ":"jws","alg":"Ed25519"})",
             R"({"typ":null,"alg":"Ed25519"})",
             R"({"typ":1,"alg":"Ed25519"})",
             R"({"typ":"jwt","alg":"Ed25519","kid":"x"})",
             R"({"typ":"jwt","alg":"Ed25519","kid":"../../etc/passwd"})",
             R"({"typ":"jwt","alg":"Ed25519","jku":"https://example.org/keys"})",
             R"({"typ":"jwt","alg":"Ed25519","jwk":{"kty":"OKP"}})",
             R"({"typ":"jwt","alg":"Ed25519","x5u":"https://example.org/x"})",
             R"({"typ":"jwt","alg":"Ed25519","x5c":[]})",
             R"({"typ":"jwt","alg":"Ed25519","crit":["exp"]})",
             R"({"typ":"jwt","alg":"Ed25519","b64":false})",
             R"({"typ":"jwt","alg":"Ed25519","cty":"JWT"})",
             R"({"typ":"jwt","alg":"Ed25519","zip":"DEF"})",
             R"({"typ":"jwt","alg":"Ed25519","":0})",
             R"({"typ":"jwt","alg":"none","alg":"Ed25519"})",
             R"({"typ":"jwt","alg":"Ed25519","alg":"none"})",
             R"({"typ":"jwt","alg":"Ed25519","\u0061lg":"none"})",
             R"({"typ":"jwt","typ":"jwt","alg":"Ed25519"})",
             R"({"typ":"jwt","alg":"Ed25519"} {})",
             R"({"typ":"jwt","alg":"Ed25519",})",
             R"({"typ":"jwt","alg":"Ed25519")",
             R"(["typ","jwt","alg","Ed25519"])",
             R"("Ed25519")",
             "\xef\xbb\xbf{\"typ\":\"jwt\",\"alg\":\"Ed25519\"}",
             R"(null)",
             R"()",
         })
        EXPECT_EQ(slug_of_token(signed_token(header)), "jwt.header_invalid") << header;
}

TEST(Jws, AcceptsWhiteSpaceAndOrderInTheHeader) {
    EXPECT_EQ(slug_of_token(signed_token("{ \"alg\" : \"Ed25519\",\n\t\"typ\":\"jwt\" }")),
              "accepted");
}

TEST(Jws, RefusesOtherNumbersOfParts) {
    const auto token = sign_jws(as_bytes("{}"), account()).value();
    const auto dot = token.rfind('.');
    for (const auto& shape :
         {std::string(), std::string("."), token.substr(0, dot), token + ".", token + ".AA",
          "." + token, token.substr(0, token.find('.')),
          std::string(R"({"payload":"e30","signatures":[{"protected":"","signature":""}]})")})
        EXPECT_EQ(slug_of_token(shape), "jwt.parts_wrong") << shape;
}

// Each text is signed as it stands, so that only its encoding can be refused.
TEST(Jws, RefusesEveryOtherEncodingOfAPart) {
    const auto header = codec::encode_base64url(as_bytes(good_header));
    for (const std::string_view payload :
         {"e30=", "e30==", "e3 0", "e30 ", " e30", "e30\n", "e31", "e3-+", "e3/0", "e", "e30?"})
        EXPECT_EQ(slug_of_token(signed_parts(header, payload)), "jwt.encoding_invalid") << payload;
    for (const auto& other : {header + "=", header + "==", " " + header, header + "\r\n"})
        EXPECT_EQ(slug_of_token(signed_parts(other, "e30")), "jwt.encoding_invalid") << other;

    const auto token = signed_parts(header, "e30");
    auto bits = token;
    bits.back() = static_cast<char>(bits.back() + 1);
    for (const auto& changed : {token + "=", token + "==", token + "\n", bits})
        EXPECT_EQ(slug_of_token(changed), "jwt.encoding_invalid") << changed;
    EXPECT_EQ(slug_of_token(token), "accepted");
}

TEST(Jws, RefusesSignaturesOfOtherLengths) {
    const auto token = sign_jws(as_bytes("{}"), account()).value();
    const auto text = token.substr(0, token.rfind('.') + 1);
    for (const std::size_t size : {0U, 1U, 32U, 63U, 65U, 128U})
        EXPECT_EQ(slug_of_token(text + codec::encode_base64url(Bytes(size, 1))),
                  "jwt.signature_length");
    EXPECT_EQ(slug_of_token(text + codec::encode_base64url(Bytes(64, 0))),
              "crypto.signature_invalid");
}

TEST(Jws, RefusesTokensOverTheLimitOnBothSides) {
    // 40 + 1 + 1 + 86 characters surround the payload, which takes four for three.
    const Bytes fits((token_bytes_max - 40 - 1 - 1 - 86) / 4 * 3, 'x');
    Bytes over = fits;
    over.resize(fits.size() + 3);

    const auto token = sign_jws(fits, account());

    ASSERT_TRUE(token);
    EXPECT_LE(token->size(), token_bytes_max);
    EXPECT_EQ(slug_of_token(*token), "accepted");
    EXPECT_EQ(sign_jws(over, account()).error().slug.text(), "jwt.too_long");
    EXPECT_EQ(slug_of_token(signed_token(good_header, as_text(over))), "jwt.too_long");
    EXPECT_EQ(slug_of_token(std::string(token_bytes_max, '.')), "jwt.parts_wrong");
}

TEST(Jws, RefusesCurveKeys) {
    SeededRandom random(3);
    const auto curve = Seed::generate(KeyKind::curve, random);
    const auto token = sign_jws(as_bytes("{}"), account()).value();

    EXPECT_EQ(verify_jws(decode_jws(token).value(), curve.public_key()).error().slug.text(),
              "key.cannot_sign");
    EXPECT_EQ(sign_jws(as_bytes("{}"), curve).error().slug.text(), "key.cannot_sign");
}

TEST(Jwt, GivesBackClaimsAndTheKeyThatSigned) {
    const auto seed = account();
    codec::Json claims;
    claims.set("iss", seed.public_key().text()).set("sub", "x");

    const auto token = sign_jwt(claims, seed).value();
    const auto jwt = decode_jwt(token);

    ASSERT_TRUE(jwt);
    EXPECT_EQ(jwt->claims, claims);
    EXPECT_EQ(verify_jwt(*jwt).value(), seed.public_key());
}

TEST(Jwt, RefusesClaimsThatAreNoObjectOrNameNoIssuer) {
    for (const std::string_view claims :
         {"", "null", "[]", "\"iss\"", "{}", R"({"iss":1})", R"({"iss":null})", R"({"iss":"A")",
          R"({"iss":"A","iss":"B"})", R"({"iss":"A","sub":"x","sub":"y"})",
          R"({"iss":"A","wascap":{"hash":"1","hash":"2"}})", "{\"iss\":\"\xff\"}"}) {
        const auto token = signed_token(good_header, claims);
        const auto jwt = decode_jwt(token);
        ASSERT_FALSE(jwt) << claims;
        EXPECT_EQ(jwt.error().slug.text(), "jwt.claims_invalid") << claims;
    }
}

TEST(Jwt, RefusesIssuersThatAreNoKeysOrDidNotSign) {
    SeededRandom random(9);
    const auto other = Seed::generate(KeyKind::account, random);
    const auto verdict_on = [](const std::string& issuer) {
        codec::Json claims;
        claims.set("iss", issuer);
        const auto token = sign_jwt(claims, account()).value();
        return std::string(verify_jwt(decode_jwt(token).value()).error().slug.text());
    };

    EXPECT_EQ(verdict_on(""), "jwt.issuer_invalid");
    EXPECT_EQ(verdict_on("me"), "jwt.issuer_invalid");
    EXPECT_EQ(verdict_on(other.text().reveal()), "jwt.issuer_invalid");
    EXPECT_EQ(verdict_on(Seed::generate(KeyKind::curve, random).public_key().text()),
              "key.cannot_sign");
    EXPECT_EQ(verdict_on(other.public_key().text()), "crypto.signature_invalid");
}

}  // namespace
}  // namespace weft::crypto
