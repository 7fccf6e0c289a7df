// The requests of llhttp's own tests: what llhttp refuses is refused here, and what both accept is
// read the same.
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/codec/corpus_test.h"
#include "io/net/http1_body.h"
#include "io/net/http1_request.h"

namespace weft::net {
namespace {

struct Case {
    std::string name;  ///< File and heading.
    std::string type;  ///< "request", "request-lenient-headers", "response", ...
    std::string input;
    std::string log;  ///< What llhttp reports.
};

std::string replaced(const std::string& text, const char* pattern, const char* by) {
    return std::regex_replace(text, std::regex(pattern), by);
}

/// As llhttp's test program reads an `http` block.
std::string unescaped(std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    text = replaced(text, R"(\\\n)", "");
    text = replaced(text, "\n", "\r\n");
    text = replaced(text, R"(\\r)", "\r");
    text = replaced(text, R"(\\n)", "\n");
    text = replaced(text, R"(\\t)", "\t");
    text = replaced(text, R"(\\f)", "\f");
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.compare(at, 2, "\\x") == 0 && at + 3 < text.size()) {
            out += static_cast<char>(std::stoi(text.substr(at + 2, 2), nullptr, 16));
            at += 3;
        } else {
            out += text[at];
        }
    }
    return out;
}

/// The block that begins with "```" and `kind` after `at`; moves `at` behind it.
std::string block(const std::string& text, const char* kind, std::size_t& at) {
    const auto begin = text.find('\n', text.find(std::string("```") + kind, at)) + 1;
    const auto end = text.find("```", begin);
    at = end + 3;
    return text.substr(begin, end - begin);
}

std::vector<Case> cases_of(const std::filesystem::path& file) {
    const std::string text = codec::read_whole_file(file);
    std::vector<Case> cases;
    for (std::size_t at = 0; (at = text.find("<!-- meta={", at)) != std::string::npos;) {
        const auto meta = text.substr(at, text.find('\n', at) - at);
        const auto heading = text.rfind("\n#", at) + 1;
        std::smatch type;
        std::regex_search(meta, type, std::regex(R"re("type": "([a-z-]*)")re"));
        cases.push_back({.name = file.stem().string() + " " +
                                 text.substr(heading, text.find('\n', heading) - heading),
                         .type = type[1],
                         .input = unescaped(block(text, "http", at)),
                         .log = block(text, "log", at)});
    }
    return cases;
}

/// llhttp asks for no Host field, so most of its requests have none.
std::string with_host(const std::string& input) {
    const auto line = input.find_first_not_of("\r\n");
    const auto end = input.find("\r\n", line);
    if (line == std::string::npos || end == std::string::npos ||
        std::regex_search(input, std::regex("\r\nhost:", std::regex::icase)))
        return input;
    return input.substr(0, end) + "\r\nHost: h" + input.substr(end);
}

/// All pieces of one kind in the log, up to the end of the first message.
std::string spans(const std::string& log, const std::string& kind) {
    std::string all;
    const std::regex line("span\\[" + kind + "\\]=\"(.*)\"");
    const auto first = log.substr(0, log.find("message complete"));
    for (std::sregex_iterator it(first.begin(), first.end(), line), end; it != end; ++it)
        all += (*it)[1];
    return all;
}

struct Outcome {
    enum class Kind { refused, incomplete, whole } kind = Kind::incomplete;
    std::string text;  ///< Slug and message, or method, target and content.
};

Outcome read(std::string_view input) {
    std::size_t used = 0;
    auto head = RequestHeadReader(64U << 10U).read(as_bytes(input), used);
    const auto refused = [](const Error& error) {
        return Outcome{Outcome::Kind::refused,
                       std::string(error.slug.text()) + ": " + error.message};
    };
    if (!head) return refused(head.error());
    if (!*head) return {};
    input.remove_prefix(used);
    Outcome out{Outcome::Kind::whole,
                (*head)->request.method + " " + (*head)->request.path_and_query + " "};
    auto decoder = *BodyDecoder::create(**head, 1U << 20U);
    while (!decoder.is_done()) {
        auto piece = decoder.read(as_bytes(input), used);
        if (!piece) return refused(piece.error());
        if (!*piece) return {};
        input.remove_prefix(used);
        out.text += as_text((*piece)->data);
    }
    return out;
}

/// llhttp gives the target as it came; here its authority is taken off.
std::string path_of(const std::string& url) {
    return std::regex_replace(url, std::regex("^https?://[^/?]*/?"), "/");
}

/// llhttp has a list of methods; here a method is any token, since a guest answers it.
const std::set<std::string> unknown_methods{"request_invalid ### HTTP protocol and ANNOUNCE method",
                                            "request_invalid ### Invalid method"};

/// What llhttp accepts and is refused here, and why: the begin of what is said.
const std::map<std::string, std::string> stricter{
    // A quote and a fragment have no place in a target (RFC 9112 section 3.2).
    {"request_transfer-encoding ## POST with `chunked` as last transfer-encoding",
     "net.http_bad_request: the target holds"},
    {"request_transfer-encoding ## POST with `chunked` as last transfer-encoding (multiple "
     "headers)",
     "net.http_bad_request: the target holds"},
    {"request_uri ## Quotes in URI", "net.http_bad_request: the target holds"},
    {"request_uri ## Fragment in URI", "net.http_bad_request: the target holds"},
    // This is not a proxy.
    {"request_method ### CONNECT request", "net.http_connect"},
    {"request_method ### CONNECT request with CAPS", "net.http_connect"},
    {"request_method ### CONNECT with body", "net.http_connect"},
    {"request_uri ## Underscore in hostname", "net.http_connect"},
    // '*' is for OPTIONS (RFC 9112 section 3.2.4).
    {"request_method ### M-SEARCH request", "net.http_bad_request: the target is neither"},
    // Other protocols, and HTTP/0.9.
    {"request_method ### SOURCE request with ICE", "net.http_version"},
    {"request_method ### OPTIONS request with RTSP", "net.http_version"},
    {"request_method ### ANNOUNCE request with RTSP", "net.http_version"},
    {"request_sample ## No HTTP version", "net.http_bad_request: the request line"},
    // llhttp is told that there is no content; here the content is not complete.
    {"request_content-length ## Content-Length reset when no body is received", ""},
    // A user name in a host is for phishing (RFC 9110 section 4.2.4).
    {"request_uri ## `host:port` and basic auth", "net.http_bad_request: the target's host"},
};

class LlhttpCorpus : public testing::Test {
  protected:
    void check(const Case& one) {
        ++cases_[one.type];
        if (!one.type.starts_with("request")) return;  // Nothing here reads responses.
        const auto own = read(with_host(one.input));
        const bool is_whole = own.kind == Outcome::Kind::whole;
        const bool is_done = one.log.find("message complete") != std::string::npos;
        if (is_whole && is_done) {
            EXPECT_EQ(own.text, spans(one.log, "method") + " " + path_of(spans(one.log, "url")) +
                                    " " + spans(one.log, "body"))
                << one.name;
            ++read_the_same_;
        } else if (is_whole) {
            EXPECT_TRUE(unknown_methods.contains(one.name)) << one.name << ": " << own.text;
        } else if (is_done && one.type == "request") {
            const auto reason = stricter.find(one.name);
            ASSERT_NE(reason, stricter.end()) << one.name << ": " << own.text;
            EXPECT_TRUE(own.text.starts_with(reason->second)) << one.name << ": " << own.text;
            ++stricter_;
        }
        // What is left is refused or incomplete for both; or llhttp was told to be lenient.
    }

    std::map<std::string, int> cases_;
    int read_the_same_ = 0;
    std::size_t stricter_ = 0;
};

TEST_F(LlhttpCorpus, IsReadTheSameOrRefused) {
    const auto folder = codec::corpora_root() / "llhttp";
    WEFT_NEED_CORPUS(folder);

    for (const auto& file : std::filesystem::directory_iterator(folder))
        if (file.path().extension() == ".md")
            for (const auto& one : cases_of(file.path())) check(one);

    int all = 0;
    for (const auto& [type, count] : cases_) all += count;
    EXPECT_EQ(all, 251);
    EXPECT_EQ(cases_["request"], 133);
    EXPECT_EQ(stricter_, stricter.size());
    EXPECT_GE(read_the_same_, 60);
}

}  // namespace
}  // namespace weft::net
