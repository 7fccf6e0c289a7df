#include "io/engine/wasmtime/compile/code_source.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "base/obs/capture_sink_fixture.h"
#include "io/engine/wasmtime/compile/compile_fixture_test.h"
#include "io/engine/wasmtime/compile/compiler.h"
#include "io/engine/wasmtime/failure.h"
#include "io/engine/wasmtime/wasmtime_engine.h"
#include "io/process/memory_file.h"

namespace weft::engine::wasmtime {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Bytes test_guest() {
    return to_bytes(content_of(WEFT_SOURCE_DIR "/src/io/engine/testdata/testguest.wasm"));
}

code_cache::Entry copy_of(BytesView code) {
    auto file = process::make_memory_file();
    EXPECT_TRUE(file && process::write_memory_file(file->get(), code));
    return {std::move(*file), code.size()};
}

std::string code_in(const code_cache::Entry& entry) {
    std::string code(entry.bytes, '\0');
    EXPECT_EQ(::pread(entry.file.get(), code.data(), code.size(), 0),
              static_cast<ssize_t>(code.size()));
    return code;
}

class CodeSourceTest : public testing::Test {
  protected:
    /// A source whose compiler gives `code` and counts.
    CodeSource source(std::string_view fingerprint, std::string code = "code") {
        auto cache = code_cache::CodeCache::open(folder_.options(), obs::Log(&sink_, &clock_), {});
        EXPECT_TRUE(cache) << cache.error().message;
        return {std::move(*cache), as_bytes(fingerprint), [this, code](BytesView) {
                    ++compiled_;
                    return Result<code_cache::Entry>(copy_of(as_bytes(code)));
                }};
    }
    std::string load(const CodeSource& source, std::string_view wasm) {
        std::string loaded = "nothing";
        const auto done = source.load(as_bytes(wasm), [&](const code_cache::Entry& entry) {
            loaded = code_in(entry);
            return ok();
        });
        return done ? loaded : std::string(done.error().slug.text());
    }
    fs::path only_file() const {
        EXPECT_EQ(std::distance(fs::directory_iterator(folder_.code()), {}), 1);
        return fs::directory_iterator(folder_.code())->path();
    }

    CacheFolder folder_;
    obs::CaptureSink sink_;
    SystemWallClock clock_;
    int compiled_ = 0;
};

TEST_F(CodeSourceTest, CompilesOnceForEachComponentAndEngine) {
    const auto one = source("engine 1", "code 1");
    const auto two = source("engine 2", "code 2");

    EXPECT_EQ(load(one, "wasm a"), "code 1");
    EXPECT_EQ(load(one, "wasm a"), "code 1");
    EXPECT_EQ(compiled_, 1);
    EXPECT_EQ(load(one, "wasm b"), "code 1");
    EXPECT_EQ(compiled_, 2);
    EXPECT_EQ(load(two, "wasm a"), "code 2");
    EXPECT_EQ(compiled_, 3);
    EXPECT_EQ(load(source("engine 1"), "wasm a"), "code 1");  // From the disk: a later process.
    EXPECT_EQ(compiled_, 3);
}

TEST_F(CodeSourceTest, CompilesEachTimeWithoutACache) {
    const CodeSource none(nullptr, as_bytes("engine"), [this](BytesView) {
        ++compiled_;
        return Result<code_cache::Entry>(copy_of(as_bytes("code")));
    });

    EXPECT_EQ(load(none, "wasm"), "code");
    EXPECT_EQ(load(none, "wasm"), "code");
    EXPECT_EQ(compiled_, 2);
}

TEST_F(CodeSourceTest, CompilesAgainWhatTheEngineDoesNotTake) {
    const auto source = this->source("engine");
    EXPECT_EQ(load(source, "wasm"), "code");
    int refusals = 1;

    const auto done = source.load(as_bytes("wasm"), [&](const code_cache::Entry&) -> Result<void> {
        if (refusals-- > 0) return failure_of(WE_ARTIFACT, "of another build");
        return ok();
    });

    EXPECT_TRUE(done);
    EXPECT_EQ(compiled_, 2);
    const auto events = sink_.events("code_cache.entry_rejected");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].fields.at("reason"), "of another build");
}

TEST_F(CodeSourceTest, KeepsWhatIsFineButCannotBeLinked) {
    const auto source = this->source("engine");
    for (int round = 0; round < 2; ++round) {
        const auto done = source.load(as_bytes("wasm"), [](const code_cache::Entry&) {
            return Result<void>(failure_of(WE_LINK, "acme:book is not offered"));
        });
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().slug, Slug("engine.import_unknown"));
    }
    EXPECT_EQ(compiled_, 1);
    EXPECT_TRUE(sink_.events().empty());
}

TEST_F(CodeSourceTest, KeepsNothingOfWhatCannotBeCompiled) {
    auto cache = code_cache::CodeCache::open(folder_.options(), {}, {});
    const CodeSource failing(std::move(*cache), as_bytes("engine"), [](BytesView) {
        return Result<code_cache::Entry>(failure_of(WE_COMPILE, "at offset 8"));
    });

    EXPECT_EQ(load(failing, "wasm"), "engine.component_corrupt");
    EXPECT_TRUE(fs::is_empty(folder_.code()));
}

// Native code of a real component with one bit flipped anywhere, 1,000 times: none is loaded.
TEST_F(CodeSourceTest, LoadsNoEntryWithAFlippedBit) {
    auto settings = sized<we_engine_config>();
    settings.instances_max = 1;
    settings.epoch_tick_ms = 10;
    settings.memory_bytes_max = 64U << 20U;
    const auto compiled = Compiler(settings, "", {}).compile(test_guest());
    ASSERT_TRUE(compiled) << compiled.error().message;
    const auto source = this->source("engine", code_in(*compiled));
    ASSERT_EQ(load(source, "wasm"), code_in(*compiled));
    const auto path = only_file();
    const auto whole = content_of(path);
    SeededRandom random(7);
    std::size_t wrong = 0;

    for (int round = 0; round < 1'000; ++round) {
        const auto bit = random.next() % (whole.size() * 8);
        auto flipped = whole;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1U << (bit % 8)));
        fs::remove(path);
        std::ofstream(path, std::ios::binary) << flipped;
        ::chmod(path.c_str(), 0400);
        if (load(source, "wasm") != code_in(*compiled)) ++wrong;
    }

    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(compiled_, 1 + 1'000);
    EXPECT_EQ(sink_.events("code_cache.entry_rejected").size(), 1'000U);
}

TEST(MakeEngine, LoadsFromTheCacheWhatAnEarlierOneCompiled) {
    const CacheFolder folder;
    obs::Registry registry;
    auto options = with_worker(WEFT_COMPILE_WORKER);
    options.cache = folder.options();
    options.registry = &registry;
    ASSERT_TRUE((*make_engine({}, options))->compile(test_guest()));
    options.worker = "/nonexistent";  // To compile now fails.

    const auto warm = make_engine({}, options);
    const auto component = (*warm)->compile(test_guest());

    ASSERT_TRUE(component) << component.error().message;
    EXPECT_EQ((*component)->http_kind(), HttpKind::sequential);
    const auto snapshot = registry.snapshot();
    const auto hits = std::ranges::find(snapshot, "weft_code_cache_hits_total", &obs::Sample::name);
    ASSERT_NE(hits, snapshot.end());
    EXPECT_EQ(hits->value, 1);
}

TEST(MakeEngine, WorksWithoutACacheThatCannotBeUsed) {
    obs::CaptureSink sink;
    SystemWallClock clock;
    auto options = with_worker(WEFT_COMPILE_WORKER);
    options.cache = {.directory = "/proc/weft", .key_file = "/proc/key"};
    options.log = {&sink, &clock};

    const auto engine = make_engine({}, options);

    ASSERT_TRUE(engine);
    EXPECT_TRUE((*engine)->compile(test_guest()));
    const auto events = sink.events();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].name, "code_cache.directory_refused");
    EXPECT_EQ(events[0].fields.at("slug"), "code_cache.directory_unusable");
}

}  // namespace
}  // namespace weft::engine::wasmtime
