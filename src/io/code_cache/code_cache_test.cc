#include "io/code_cache/code_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/obs/capture_sink_fixture.h"
#include "io/code_cache/copy.h"
#include "io/code_cache/seal_key.h"

namespace weft::code_cache {
namespace {

namespace fs = std::filesystem;

CodeKey key(std::uint8_t byte) {
    CodeKey key;
    key.fill(byte);
    return key;
}

/// Code in memory, as a compiler leaves it.
Descriptor memory_of(std::string_view code) {
    Descriptor file(::memfd_create("code", MFD_CLOEXEC));
    EXPECT_TRUE(write_all(file.get(), as_bytes(code)));
    return file;
}

std::string code_in(const Entry& entry) {
    std::string code;
    EXPECT_TRUE(read_through(entry.file.get(), entry.bytes, [&](BytesView bytes) {
        code.append(as_text(bytes));
        return true;
    }));
    return code;
}

class CodeCacheTest : public testing::Test {
  protected:
    CodeCacheTest() : folder_(::mkdtemp(template_)) {}
    ~CodeCacheTest() override { fs::remove_all(folder_); }

    CodeCache::Options options(std::uint64_t bytes_max = 1U << 20U) {
        return {.directory = directory().string(),
                .key_file = (folder_ / "key").string(),
                .bytes_max = bytes_max,
                .clock = &clock_,
                .random = &random_};
    }
    fs::path directory() const { return folder_ / "a/code"; }

    std::unique_ptr<CodeCache> open(const CodeCache::Options& with) {
        auto cache = CodeCache::open(with, obs::Log(&sink_, &clock_), Probe::in(registry_));
        EXPECT_TRUE(cache) << cache.error().message;
        return cache ? std::move(*cache) : nullptr;
    }
    std::string refusal(const CodeCache::Options& with) {
        const auto cache = CodeCache::open(with, obs::Log(&sink_, &clock_), Probe::in(registry_));
        EXPECT_FALSE(cache);
        return cache ? "" : std::string(cache.error().slug.text());
    }

    static void put(const CodeCache& cache, const CodeKey& key, std::string_view code) {
        const auto entry = cache.put(key, memory_of(code).get(), code.size());
        ASSERT_TRUE(entry) << entry.error().message;
        EXPECT_EQ(code_in(*entry), code);
    }

    std::vector<fs::path> files() const {
        std::vector<fs::path> all;
        for (const auto& one : fs::directory_iterator(directory())) all.push_back(one.path());
        std::ranges::sort(all);
        return all;
    }
    fs::path only_file() const {
        const auto all = files();
        EXPECT_EQ(all.size(), 1U);
        return all.empty() ? fs::path() : all.front();
    }

    /// Replaces an entry's content behind the back of the cache, with the mode that it wants.
    static void overwrite(const fs::path& path, std::string_view content) {
        fs::remove(path);
        std::ofstream(path, std::ios::binary) << content;
        ::chmod(path.c_str(), 0400);
    }
    static std::string content_of(const fs::path& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    /// An entry that counts as rejected, is warned about once and is gone.
    void expect_rejected(const CodeCache& cache, const CodeKey& code_key, const fs::path& path,
                         const std::string& reason) {
        const auto before = sink_.events("code_cache.entry_rejected").size();

        EXPECT_FALSE(cache.find(code_key)) << reason;

        const auto events = sink_.events("code_cache.entry_rejected");
        ASSERT_EQ(events.size(), before + 1) << reason;
        EXPECT_EQ(events.back().fields.at("reason"), reason);
        EXPECT_FALSE(fs::exists(fs::symlink_status(path)));
    }

    char template_[32] = "/tmp/weft-code-cache-XXXXXX";
    fs::path folder_;
    obs::CaptureSink sink_;
    SystemWallClock clock_;
    obs::Registry registry_;
    SeededRandom random_{1};
};

TEST_F(CodeCacheTest, GivesBackWhatWasPutIn) {
    const auto cache = open(options());
    EXPECT_FALSE(cache->find(key(1)));

    put(*cache, key(1), "first");
    put(*cache, key(2), "second");

    EXPECT_EQ(code_in(*cache->find(key(1))), "first");
    EXPECT_EQ(code_in(*open(options())->find(key(2))), "second");
    EXPECT_TRUE(sink_.events().empty());
}

TEST_F(CodeCacheTest, LetsOnlyItsUserIn) {
    const auto cache = open(options());
    put(*cache, key(1), "code");

    struct stat info{};
    ASSERT_EQ(::stat(directory().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0700U);
    ASSERT_EQ(::stat(only_file().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0400U);
    ASSERT_EQ(::stat(options().key_file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0600U);
}

TEST_F(CodeCacheTest, RejectsEveryFlippedBit) {
    const auto cache = open(options());
    std::string code(20'000, '\0');
    for (std::size_t at = 0; at < code.size(); ++at) code[at] = static_cast<char>(at * 7);
    put(*cache, key(1), code);
    const auto path = only_file();
    const auto whole = content_of(path);

    for (int round = 0; round < 1'000; ++round) {
        auto flipped = whole;
        // Every bit of the seal, then any.
        const auto bit = static_cast<std::size_t>(round) < Seal::size * 8
                             ? code.size() * 8 + static_cast<std::size_t>(round)
                             : random_.next() % (whole.size() * 8);
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1U << (bit % 8)));
        overwrite(path, flipped);
        ASSERT_FALSE(cache->find(key(1))) << "bit " << bit;
        ASSERT_FALSE(fs::exists(path)) << "bit " << bit;
    }
    EXPECT_EQ(sink_.events("code_cache.entry_rejected").size(), 1'000U);
    overwrite(path, whole);
    EXPECT_EQ(code_in(*cache->find(key(1))), code);
}

TEST_F(CodeCacheTest, RejectsAnEntryThatIsCutOrLonger) {
    const auto cache = open(options());
    put(*cache, key(1), "some code");
    const auto path = only_file();
    const auto whole = content_of(path);

    for (std::size_t size = 0; size <= whole.size() + 1; ++size) {
        if (size == whole.size()) continue;
        overwrite(path, (whole + "x").substr(0, size));
        expect_rejected(*cache, key(1), path,
                        size <= Seal::size ? "it is cut off" : "its seal does not fit");
    }
}

TEST_F(CodeCacheTest, RejectsTheEntryOfAnotherKey) {
    const auto cache = open(options());
    put(*cache, key(1), "first");
    const auto first = only_file();
    const auto content = content_of(first);
    fs::remove(first);
    put(*cache, key(2), "second");
    const auto second = only_file();

    overwrite(second, content);

    expect_rejected(*cache, key(2), second, "its seal does not fit");
}

TEST_F(CodeCacheTest, RejectsTheEntryOfAnotherHost) {
    auto other = options();
    other.key_file = (folder_ / "other-key").string();
    put(*open(other), key(1), "theirs");
    const auto theirs = only_file();
    const auto cache = open(options());
    EXPECT_FALSE(cache->find(key(1)));  // Has another name; nothing is rejected.
    EXPECT_TRUE(sink_.events().empty());
    put(*cache, key(1), "ours");
    const auto ours = files().front() == theirs ? files().back() : files().front();

    overwrite(ours, content_of(theirs));

    expect_rejected(*cache, key(1), ours, "its seal does not fit");
    EXPECT_TRUE(fs::exists(theirs));
}

TEST_F(CodeCacheTest, RejectsLinksAndOtherKindsOfFile) {
    const auto cache = open(options());
    put(*cache, key(1), "code");
    const auto path = only_file();
    const auto elsewhere = folder_ / "elsewhere";
    fs::rename(path, elsewhere);

    fs::create_symlink(elsewhere, path);
    expect_rejected(*cache, key(1), path, "it is a link");
    EXPECT_TRUE(fs::exists(elsewhere));

    fs::create_hard_link(elsewhere, path);
    expect_rejected(*cache, key(1), path, "it has another name as well");

    ASSERT_EQ(::mkfifo(path.c_str(), 0400), 0);
    expect_rejected(*cache, key(1), path, "it is not a regular file");

    fs::rename(elsewhere, path);
    EXPECT_EQ(code_in(*cache->find(key(1))), "code");
}

TEST_F(CodeCacheTest, RejectsAnEntryThatSomebodyMayWrite) {
    const auto cache = open(options());
    for (const mode_t mode : {0600U, 0440U, 0404U, 0500U, 04400U}) {
        put(*cache, key(1), "code");
        const auto path = only_file();
        ::chmod(path.c_str(), mode);

        expect_rejected(*cache, key(1), path, "its mode is not 0400");
    }
}

TEST_F(CodeCacheTest, RejectsAnEntryOfAnotherUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
    const auto cache = open(options());
    put(*cache, key(1), "code");
    const auto path = only_file();
    ASSERT_EQ(::chown(path.c_str(), 12345, static_cast<gid_t>(-1)), 0);

    expect_rejected(*cache, key(1), path, "it belongs to another user");
}

TEST_F(CodeCacheTest, RemovesWhatTheEngineDoesNotTake) {
    const auto cache = open(options());
    put(*cache, key(1), "code");
    const auto path = only_file();

    cache->reject(key(1), "of another build");

    EXPECT_FALSE(fs::exists(path));
    EXPECT_EQ(sink_.events("code_cache.entry_rejected").back().fields.at("reason"),
              "of another build");
}

TEST_F(CodeCacheTest, ReplacesAnEntryAsAWhole) {
    const auto cache = open(options());
    put(*cache, key(1), "old");
    const auto old = cache->find(key(1));

    put(*cache, key(1), "new");

    EXPECT_EQ(code_in(*old), "old");  // A reader that has it open still reads what it was.
    EXPECT_EQ(code_in(*cache->find(key(1))), "new");
    EXPECT_EQ(files().size(), 1U);
}

TEST_F(CodeCacheTest, LetsWhatWasUsedLeastRecentlyGoFirst) {
    const std::string code(1000, 'c');
    const auto cache = open(options(3 * (code.size() + Seal::size)));
    for (std::uint8_t each = 1; each <= 3; ++each) put(*cache, key(each), code);
    // Used last year, in the order 3, 1, 2; then 3 again.
    for (const auto& [age_days, each] : {std::pair(103, 3), {102, 1}, {101, 2}}) {
        const auto entry = cache->find(key(static_cast<std::uint8_t>(each)));
        const std::timespec used{std::time(nullptr) - age_days * 86'400L, 0};
        const std::timespec times[] = {used, used};
        ASSERT_EQ(::futimens(entry->file.get(), times), 0);
    }
    ASSERT_TRUE(cache->find(key(3)));

    put(*cache, key(4), code);

    EXPECT_FALSE(cache->find(key(1)));
    for (const std::uint8_t each : {2, 3, 4}) EXPECT_TRUE(cache->find(key(each))) << int{each};
    EXPECT_EQ(files().size(), 3U);
}

TEST_F(CodeCacheTest, ShrinksToASmallerLimitWhenOpened) {
    const std::string code(1000, 'c');
    put(*open(options()), key(1), code);
    put(*open(options()), key(2), code);

    const auto cache = open(options(1500));

    EXPECT_EQ(files().size(), 1U);
}

TEST_F(CodeCacheTest, RefusesWhatDoesNotFitAtAll) {
    const auto cache = open(options(1000));
    const std::string code(1000 - Seal::size + 1, 'c');
    put(*cache, key(2), code.substr(1));

    const auto refused = cache->put(key(1), memory_of(code).get(), code.size());

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug, Slug("code_cache.entry_too_large"));
    EXPECT_TRUE(cache->find(key(2)));  // It did not have to go.
}

TEST_F(CodeCacheTest, LeavesNothingWhenTheDiskIsFull) {
    const auto cache = open(options());
    const std::string code(1000, 'c');
    const auto memory = memory_of(code);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{100, before.rlim_max};  // From here on no file grows beyond it.
    ::setrlimit(RLIMIT_FSIZE, &small);

    const auto first = cache->put(key(1), memory.get(), code.size());
    const auto second = cache->put(key(1), memory.get(), code.size());
    ::setrlimit(RLIMIT_FSIZE, &before);

    EXPECT_EQ(first.error().slug, Slug("code_cache.store_failed"));
    EXPECT_FALSE(second);
    EXPECT_TRUE(files().empty());
    EXPECT_EQ(sink_.events("code_cache.store_failed").size(), 1U);
}

TEST_F(CodeCacheTest, RefusesADirectoryThatOthersCanChange) {
    fs::create_directories(directory());
    ::chmod(directory().c_str(), 0720);
    EXPECT_EQ(refusal(options()), "code_cache.directory_unsafe");
    ::chmod(directory().c_str(), 0702);
    EXPECT_EQ(refusal(options()), "code_cache.directory_unsafe");
    ::chmod(directory().c_str(), 0700);
    EXPECT_TRUE(open(options()));

    fs::rename(directory(), folder_ / "real");
    fs::create_symlink(folder_ / "real", directory());
    EXPECT_EQ(refusal(options()), "code_cache.directory_unsafe");
    fs::remove(directory());
    std::ofstream(directory()) << "a file";
    EXPECT_EQ(refusal(options()), "code_cache.directory_unsafe");
}

TEST_F(CodeCacheTest, RefusesADirectoryOfAnotherUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give directories away";
    fs::create_directories(directory());
    ASSERT_EQ(::chown(directory().c_str(), 12345, static_cast<gid_t>(-1)), 0);
    ::chmod(directory().c_str(), 0700);

    EXPECT_EQ(refusal(options()), "code_cache.directory_unsafe");
}

TEST_F(CodeCacheTest, SaysThatADirectoryCannotBeMade) {
    auto impossible = options();
    impossible.directory = "/proc/weft/code";
    EXPECT_EQ(refusal(impossible), "code_cache.directory_unusable");
    std::ofstream(folder_ / "file") << "x";
    impossible.directory = (folder_ / "file/code").string();
    EXPECT_EQ(refusal(impossible), "code_cache.directory_unusable");
}

TEST_F(CodeCacheTest, RefusesAKeyThatIsNotItsOwn) {
    open(options());
    const fs::path key_file = options().key_file;
    const auto secret = content_of(key_file);

    ::chmod(key_file.c_str(), 0640);
    EXPECT_EQ(refusal(options()), "code_cache.key_unsafe");
    overwrite(key_file, secret + "x");
    EXPECT_EQ(refusal(options()), "code_cache.key_unsafe");
    overwrite(key_file, "");
    EXPECT_EQ(refusal(options()), "code_cache.key_unsafe");
    fs::remove(key_file);
    overwrite(folder_ / "elsewhere", secret);
    fs::create_symlink(folder_ / "elsewhere", key_file);
    EXPECT_EQ(refusal(options()), "code_cache.key_unsafe");
    fs::remove(key_file);
    fs::create_directory(key_file);
    EXPECT_EQ(refusal(options()), "code_cache.key_unsafe");
    fs::remove(key_file);
    auto impossible = options();
    impossible.key_file = "/proc/weft/key";
    EXPECT_EQ(refusal(impossible), "code_cache.key_unusable");
}

TEST_F(CodeCacheTest, MakesOneKeyForAllWhoWantOne) {
    const auto path = (folder_ / "key").string();
    std::vector<std::string> names(8);
    std::vector<std::thread> threads;
    threads.reserve(names.size());
    for (auto& name : names)
        threads.emplace_back([&] {
            SystemRandom random;
            const auto made = ensure_seal_key(path, random);
            if (made) name = made->name_of(key(1));
        });
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(names.front().size(), 64U);
    EXPECT_EQ(std::count(names.begin(), names.end(), names.front()), 8);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

/// Puts and finds a handful of entries in a cache that has room for a few of them, in any order.
/// The number of entries that were not what they should be.
int use_at_random(const CodeCache& cache, std::uint64_t seed) {
    SeededRandom random(seed);
    int wrong = 0;
    for (int round = 0; round < 200; ++round) {
        const auto each = static_cast<std::uint8_t>(random.next() % 6);
        const std::string code(5'000U + each, static_cast<char>('a' + each));
        if (random.next() % 2 == 0) {
            const auto entry = cache.put(key(each), memory_of(code).get(), code.size());
            // Another may have pushed it out already.
            if (entry && code_in(*entry) != code) ++wrong;
        } else if (const auto entry = cache.find(key(each)); entry && code_in(*entry) != code) {
            ++wrong;
        }
    }
    return wrong;
}

TEST_F(CodeCacheTest, IsSharedByProcessesWithoutHarm) {
    const auto few = options(4 * (5'006 + Seal::size));
    const auto cache = open(few);
    std::vector<pid_t> others;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        others.push_back(::fork());
        if (others.back() == 0) {
            auto own = CodeCache::open(few, obs::Log(&sink_, &clock_), Probe());
            const bool is_right = own && use_at_random(**own, seed) == 0 && sink_.events().empty();
            ::_exit(is_right ? 0 : 1);
        }
    }

    EXPECT_EQ(use_at_random(*cache, 99), 0);

    for (const pid_t other : others) {
        int status = 0;
        ::waitpid(other, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_TRUE(sink_.events().empty());
    EXPECT_LE(files().size(), 7U);  // Four, and what others put in at the same moment.
}

TEST_F(CodeCacheTest, CountsWhatItDoes) {
    const auto cache = open(options());
    (void)cache->find(key(1));
    put(*cache, key(1), "code");
    (void)cache->find(key(1));
    overwrite(only_file(), "not code, but long enough to have a seal behind it: " +
                               std::string(Seal::size, 'x'));
    (void)cache->find(key(1));

    std::map<std::string_view, std::int64_t> values;
    for (const auto& sample : registry_.snapshot()) values[sample.name] = sample.value;
    EXPECT_EQ(values["weft_code_cache_hits_total"], 1);
    EXPECT_EQ(values["weft_code_cache_misses_total"], 2);
    EXPECT_EQ(values["weft_code_cache_rejected_total"], 1);
    EXPECT_EQ(values["weft_code_cache_evicted_total"], 0);
    EXPECT_EQ(values["weft_code_cache_bytes"], static_cast<std::int64_t>(4 + Seal::size));
}

}  // namespace
}  // namespace weft::code_cache
