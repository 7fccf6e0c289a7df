// The requests of llhttp's own tests: what llhttp refuses is refused here, and what both accept is
// read the same.
#include <algorithm>
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
        Case one{.name = file.stem().string() + " " +
                         text.substr(heading, text.find('\n', heading) - heading),
                 .input = unescaped(block(text, "http", at)),
                 .log = block(text, "log", at)};
        if (meta.find(R"("type": "request")") != std::string::npos) cases.push_back(std::move(one));
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

TEST(LlhttpCorpus, IsReadTheSameOrRefused) {
    const auto folder = codec::corpora_root() / "llhttp";
    WEFT_NEED_CORPUS(folder);
    int compared = 0;
    int refused = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (!file.path().filename().string().starts_with("request_")) continue;
        for (const auto& one : cases_of(file.path())) {
            const auto own = read(with_host(one.input));
            const auto completed = one.log.find("message complete");
            if (completed == std::string::npos &&
                one.log.find("error code=") != std::string::npos) {
                if (unknown_methods.contains(one.name)) continue;
                EXPECT_NE(own.kind, Outcome::Kind::whole) << one.name << ": " << own.text;
                ++refused;
            } else if (own.kind == Outcome::Kind::whole) {
                EXPECT_EQ(own.text, spans(one.log, "method") + " " +
                                        path_of(spans(one.log, "url")) + " " +
                                        spans(one.log, "body"))
                    << one.name;
                ++compared;
            }
        }
    }
    EXPECT_GE(compared, 60);
    EXPECT_GE(refused, 45);
}

}  // namespace
}  // namespace weft::net
