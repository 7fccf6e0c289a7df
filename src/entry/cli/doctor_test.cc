#include "entry/cli/doctor.h"

#include "entry/cli/command_fixture_test.h"

namespace weft::cli {
namespace {

Finding finding(std::string name, Finding::State state, std::string remedy = "") {
    return {.name = std::move(name),
            .state = state,
            .message = "it is so",
            .remedy = std::move(remedy),
            .values = {}};
}

class DoctorCommand : public CommandTest {};

TEST_F(DoctorCommand, PrintsALineForEachFindingAndTheRemedyBelow) {
    findings = {finding("pool", Finding::State::ok),
                finding("descriptors", Finding::State::warn, "raise the limit")};

    ASSERT_EQ(run({"doctor"}), 0) << err;

    EXPECT_EQ(out,
              "ok    pool          it is so\n"
              "warn  descriptors   it is so\n"
              "                    raise the limit\n");
    EXPECT_EQ(err, "");
}

TEST_F(DoctorCommand, EndsWithFailedPreconditionWhenAHostWouldNotStart) {
    findings = {finding("compiler", Finding::State::fail, "use another kernel"),
                finding("pool", Finding::State::warn, "more room")};

    EXPECT_EQ(run({"doctor"}), 5);

    EXPECT_NE(out.find("fail  compiler"), std::string::npos) << out;
    EXPECT_NE(err.find("1 of 2 things that a host needs are missing"), std::string::npos) << err;
    EXPECT_NE(err.find("(doctor.unfit)"), std::string::npos) << err;
}

TEST_F(DoctorCommand, GivesProgramsTheFiguresToo) {
    findings = {finding("descriptors", Finding::State::warn, "raise the limit")};
    findings.front().values.set("soft", 1024).set("hard", 4096);

    ASSERT_EQ(run({"doctor", "-o", "json"}), 0) << err;

    const auto value = out_json();
    EXPECT_EQ(value.find("fit")->as_bool(), true);
    EXPECT_EQ(value.find("warnings")->as_int(), 1);
    const auto& check = value.find("checks")->as_array()->at(0);
    EXPECT_EQ(*check.find("name")->as_string(), "descriptors");
    EXPECT_EQ(*check.find("state")->as_string(), "warn");
    EXPECT_EQ(*check.find("message")->as_string(), "it is so");
    EXPECT_EQ(*check.find("remedy")->as_string(), "raise the limit");
    EXPECT_EQ(check.find("values")->find("hard")->as_int(), 4096);
}

TEST_F(DoctorCommand, LooksWhereAHostWouldKeepItsFiles) {
    ASSERT_EQ(run({"doctor"}), 0) << err;
    ASSERT_EQ(run({"doctor", "--data-dir", "d", "--code-cache", "/c", "--trust-file", "t.yaml",
                   "--addr", "[::1]:9"}),
              0)
        << err;

    ASSERT_EQ(doctor_calls.size(), 2U);
    EXPECT_EQ(doctor_calls[0].places.data_dir, home + "/.local/share/weft");
    EXPECT_EQ(doctor_calls[0].places.code_cache_dir, home + "/.cache/weft/code");
    EXPECT_EQ(doctor_calls[0].trust.file, home + "/.config/weft/trust.yaml");
    EXPECT_EQ(doctor_calls[0].address, "127.0.0.1:8000");
    EXPECT_FALSE(doctor_calls[0].trust.file_named || doctor_calls[0].address_named);
    EXPECT_EQ(doctor_calls[1].places.data_dir, home + "/d");
    EXPECT_EQ(doctor_calls[1].places.code_cache_dir, "/c");
    EXPECT_EQ(doctor_calls[1].trust.file, home + "/t.yaml");
    EXPECT_EQ(doctor_calls[1].address, "[::1]:9");
    EXPECT_TRUE(doctor_calls[1].trust.file_named && doctor_calls[1].address_named);
}

}  // namespace
}  // namespace weft::cli
