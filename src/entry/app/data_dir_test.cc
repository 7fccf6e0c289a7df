#include "entry/app/data_dir.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "entry/app/detach.h"
#include "entry/app/signals.h"
#include "io/files/files.h"

namespace weft::app {
namespace {

class TempFolder {
  public:
    TempFolder() : path_(::mkdtemp(template_)) {}
    ~TempFolder() { std::filesystem::remove_all(path_); }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  private:
    char template_[32] = "/tmp/weft-app-test-XXXXXX";
    std::string path_;
};

TEST(DataDir, IsHeldByOneHostAndFreeAgainAfterIt) {
    const TempFolder folder;
    const auto path = folder / "a/b";
    {
        const auto first = DataDir::open(path);
        ASSERT_TRUE(first) << first.error().message;

        const auto second = DataDir::open(path);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().slug, Slug("app.data_dir_in_use"));
        EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())),
                  std::string::npos);
    }
    EXPECT_TRUE(DataDir::open(path));
}

TEST(DataDir, AFileInItsPlaceIsSaid) {
    const TempFolder folder;
    ASSERT_TRUE(files::write_file(folder / "data", as_bytes("x"), 0600, files::Overwrite::no));
    EXPECT_EQ(DataDir::open(folder / "data").error().slug, Slug("file.not_directory"));

    ASSERT_TRUE(files::ensure_directory(folder / "other/host.lock"));
    EXPECT_EQ(DataDir::open(folder / "other").error().slug, Slug("app.data_dir_unwritable"));
}

/// Runs `host` on the host's side of a fork and returns the command's side.
template <typename Host>
Detached detach(const std::string& log, Host host) {
    auto detached = Detached::fork(log);
    EXPECT_TRUE(detached);
    if (detached->side() == Detached::Side::host) {
        host(*detached);
        std::_Exit(0);
    }
    int status = 0;
    ::wait(&status);
    return std::move(*detached);
}

TEST(Detached, TheCommandHearsHowItWent) {
    const TempFolder folder;
    const auto log = folder / "log";

    const auto served = detach(log, [](Detached& host) { host.tell("serving"); });
    EXPECT_TRUE(served.outcome());
    EXPECT_EQ(served.report(), "serving");

    const auto refused =
        detach(log, [](Detached& host) { host.tell_failure({Errc::denied, "test.no", "no way"}); });
    ASSERT_FALSE(refused.outcome());
    EXPECT_EQ(refused.outcome().error().code, Errc::denied);
    EXPECT_EQ(refused.outcome().error().message, "no way (test.no)");

    const auto silent = detach(log, [](Detached&) {});
    ASSERT_FALSE(silent.outcome());
    EXPECT_EQ(silent.outcome().error().slug, Slug("app.background_ended"));
}

TEST(Detached, ALogThatCannotBeWrittenIsSaid) {
    EXPECT_EQ(Detached::fork("/proc/none/log").error().slug, Slug("app.detach_failed"));
}

}  // namespace
}  // namespace weft::app
