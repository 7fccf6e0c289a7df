#include "entry/app/doctor.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "entry/app/data_dir.h"

namespace weft::app {
namespace {

using State = cli::Finding::State;

class Places {
  public:
    Places() : path_(::mkdtemp(template_)) {}
    ~Places() { std::filesystem::remove_all(path_); }
    cli::HostPlaces options() const {
        return {.data_dir = path_ + "/data", .code_cache_dir = path_ + "/cache/code"};
    }
    const std::string& path() const { return path_; }

  private:
    char template_[36] = "/tmp/weft-doctor-test-XXXXXX";
    std::string path_;
};

TEST(Doctor, TellsAPoolFromInstancesOnDemand) {
    engine::EngineStats stats;
    stats.pooling = true;
    stats.reset = engine::MemoryReset::resident_pages;
    stats.reset_reason = "the kernel can";
    stats.instances_max = 1'000;
    stats.memory_bytes_max = 256U << 20U;
    stats.reserved_bytes = 4ULL << 40U;

    const auto pooled = judge_engine(stats);
    ASSERT_EQ(pooled.size(), 4U);
    for (const auto& finding : pooled) {
        EXPECT_EQ(finding.state, State::ok) << finding.name;
        EXPECT_EQ(finding.remedy, "") << finding.name;
    }
    EXPECT_NE(pooled[1].message.find("the kernel can"), std::string::npos);
    EXPECT_NE(
        pooled[2].message.find("1000 at the same time, each with memories of at most 256 MiB"),
        std::string::npos)
        << pooled[2].message;
    EXPECT_NE(pooled[3].message.find("4.0 TiB"), std::string::npos) << pooled[3].message;

    stats.pooling = false;
    stats.pooling_refusal = "mmap failed";
    const auto on_demand = judge_engine(stats);
    EXPECT_EQ(on_demand.at(0).state, State::warn);
    EXPECT_NE(on_demand[0].message.find("mmap failed"), std::string::npos);
    EXPECT_NE(on_demand[0].remedy, "");
    EXPECT_EQ(on_demand.size(), 3U) << "without a pool nothing is reset";
}

TEST(Doctor, WarnsWhenMemoryIsCopiedOnWriteAgain) {
    engine::EngineStats stats;
    stats.pooling = true;
    stats.reset_reason = "an old kernel";

    const auto reset = judge_engine(stats).at(1);

    EXPECT_EQ(reset.state, State::warn);
    EXPECT_NE(reset.message.find("an old kernel"), std::string::npos);
    EXPECT_NE(reset.remedy.find("Linux 6.7"), std::string::npos);
}

TEST(Doctor, CallsAMachineUnfitOnWhichNothingCanBeCompiled) {
    EXPECT_EQ(judge_compiler(ok()).state, State::ok);

    const auto finding =
        judge_compiler(fail(Errc::unavailable, "engine.compiler_unavailable", "no seccomp"));

    EXPECT_EQ(finding.state, State::fail);
    EXPECT_EQ(finding.message, "no seccomp");
    EXPECT_NE(finding.remedy, "");
}

TEST(Doctor, WarnsOfFewDescriptors) {
    EXPECT_EQ(judge_descriptors(1024, 4096).state, State::ok);
    EXPECT_EQ(judge_descriptors(1024, RLIM_INFINITY).state, State::ok);

    const auto few = judge_descriptors(256, 1024);

    EXPECT_EQ(few.state, State::warn);
    EXPECT_NE(few.message.find("256 files may be open, and a host raises that to 1024"),
              std::string::npos)
        << few.message;
    EXPECT_NE(few.remedy, "");
}

TEST(Doctor, LooksAtTheCacheWithoutMakingIt) {
    const Places places;

    const auto absent = judge_cache(places.options());
    EXPECT_EQ(absent.state, State::ok) << absent.message;
    EXPECT_NE(absent.message.find("is not there yet"), std::string::npos);
    EXPECT_TRUE(std::filesystem::is_empty(places.path()));

    std::filesystem::create_directories(places.options().code_cache_dir);
    ::chmod(places.options().code_cache_dir.c_str(), 0700);
    std::ofstream(places.options().code_cache_dir + "/entry") << std::string(3'000, 'x');
    const auto there = judge_cache(places.options());
    EXPECT_EQ(there.state, State::ok) << there.message;
    EXPECT_NE(there.message.find("2.9 KiB in 1 files"), std::string::npos) << there.message;
}

TEST(Doctor, WarnsOfACacheThatAHostWouldNotTake) {
    const Places places;
    std::filesystem::create_directories(places.options().code_cache_dir);
    ::chmod(places.options().code_cache_dir.c_str(), 0777);

    const auto open_to_all = judge_cache(places.options());
    EXPECT_EQ(open_to_all.state, State::warn);
    EXPECT_NE(open_to_all.message.find("can be written by other users"), std::string::npos);

    ::chmod(places.options().code_cache_dir.c_str(), 0700);
    std::filesystem::create_directories(places.options().data_dir);
    std::ofstream(places.options().data_dir + "/code.key") << "short";
    const auto wrong_key = judge_cache(places.options());
    EXPECT_EQ(wrong_key.state, State::warn);
    EXPECT_NE(wrong_key.message.find("code.key"), std::string::npos) << wrong_key.message;
    EXPECT_NE(wrong_key.remedy, "");
}

TEST(Doctor, FindsADataDirectoryThatAHostCouldNotHave) {
    const Places places;
    const auto data_dir = places.options().data_dir;
    EXPECT_EQ(judge_data_dir(data_dir).state, State::ok);
    EXPECT_TRUE(std::filesystem::is_empty(places.path()));
    {
        const auto held = DataDir::open(data_dir);
        ASSERT_TRUE(held);
        const auto in_use = judge_data_dir(data_dir);
        EXPECT_EQ(in_use.state, State::fail);
        EXPECT_TRUE(in_use.message.contains("a host already runs")) << in_use.message;
    }
    EXPECT_EQ(judge_data_dir(data_dir).state, State::ok);

    std::ofstream(places.path() + "/file") << "x";
    for (const auto* in_the_way : {"/file", "/file/below"}) {
        const auto finding = judge_data_dir(places.path() + in_the_way);
        EXPECT_EQ(finding.state, State::fail) << in_the_way;
        EXPECT_NE(finding.remedy, "");
    }
    std::filesystem::remove(data_dir + "/host.lock");
    std::filesystem::create_directory(data_dir + "/host.lock");
    EXPECT_EQ(judge_data_dir(data_dir).state, State::fail);
}

TEST(Doctor, FindsATrustFileThatAHostWouldNotRead) {
    const Places places;
    const auto file = places.path() + "/trust.yaml";
    const auto judge = [&](bool is_named) {
        return judge_trust({.keys = {}, .file = file, .file_named = is_named});
    };
    EXPECT_EQ(judge(false).state, State::ok);
    EXPECT_TRUE(judge(false).message.contains("trusts nobody")) << judge(false).message;
    EXPECT_EQ(judge(true).state, State::fail);

    std::ofstream(file) << "unsigned: allow\n";
    EXPECT_EQ(judge(false).state, State::warn);

    ::chmod(file.c_str(), 0666);
    EXPECT_EQ(judge(false).state, State::fail);
    EXPECT_TRUE(judge(false).message.contains("chmod go-w")) << judge(false).message;

    ::chmod(file.c_str(), 0600);
    std::ofstream(file) << "isuers: []\n";
    EXPECT_EQ(judge(false).state, State::fail);
    EXPECT_NE(judge(false).remedy, "");
}

TEST(Doctor, FindsAPortThatIsTaken) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listener, 1), 0);
    ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
    cli::DoctorOptions options;
    options.address = fmt::format("127.0.0.1:{}", ntohs(address.sin_port));

    EXPECT_EQ(judge_port(options).state, State::warn);
    options.address_named = true;
    EXPECT_EQ(judge_port(options).state, State::fail);
    EXPECT_NE(judge_port(options).remedy, "");
    ::close(listener);
    EXPECT_EQ(judge_port(options).state, State::ok) << judge_port(options).message;
}

}  // namespace
}  // namespace weft::app
