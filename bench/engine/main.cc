#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/engine/calls.h"
#include "bench/engine/keyvalue.h"
#include "bench/engine/resident.h"
#include "io/process/heap.h"

namespace weft::bench {
namespace {

/// `first` is the place of the first option.
Result<Options> read_options(const std::vector<std::string>& words, std::size_t first) {
    Options options{.guests = words.at(1), .only = {}};
    for (std::size_t at = first; at + 1 < words.size(); at += 2) {
        const auto& value = words[at + 1];
        if (words[at] == "--only")
            options.only = value;
        else if (words[at] == "--batches")
            options.batches = static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
        else if (words[at] == "--count")
            options.count = static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
        else
            return fail(Errc::invalid_argument, "bench.option", "'{}' is not an option", words[at]);
    }
    return options;
}

Result<void> run(const std::vector<std::string>& words) {
    if (words.size() >= 2 && words[0] == "calls") {
        TRY(const auto options, read_options(words, 2));
        return measure_calls(options);
    }
    if (words.size() >= 3 && words[0] == "keyvalue") {
        TRY(const auto options, read_options(words, 3));
        return measure_keyvalue(options, words[2]);
    }
    if (words.size() == 3 && words[0] == "resident") return measure_resident(words[1], words[2]);
    return fail(
        Errc::invalid_argument, "bench.usage",
        "calls GUESTS [--batches N] [--count N] [--only PREFIX], keyvalue GUESTS FOLDER with "
        "the same options, or resident COMPONENTS CACHE");
}

}  // namespace
}  // namespace weft::bench

/// The native side of `./dev bench engine`.
int main(int count, char** values) {
    std::vector<std::string> words(values + 1, values + count);
    // As the host does, unless it is asked what that brings.
    if (!words.empty() && words[0] == "--default-heap")
        words.erase(words.begin());
    else
        weft::process::keep_large_buffers();
    const auto done = weft::bench::run(words);
    if (done) return 0;
    std::fprintf(stderr, "bench: %s\n", done.error().message.c_str());
    return 1;
}
