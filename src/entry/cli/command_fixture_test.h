#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/codec/json.h"
#include "base/core/fixed_clock_fixture.h"
#include "base/core/folder_fixture.h"
#include "base/core/random.h"
#include "entry/cli/console.h"
#include "entry/cli/doctor.h"
#include "entry/cli/run.h"

namespace weft::cli {

class EmptyCallee final : public Callee {
  public:
    const value::World& world() const override { return world_; }
    Result<Bytes> call(ExportedFunction, Bytes) override { return Bytes(); }

  private:
    value::World world_;
};

/// A temporary folder is the user's home; `run` is the program.
class CommandTest : public FolderTest {
  protected:
    CommandTest() { variables["HOME"] = home; }

    /// Returns the exit code; what was printed is in `out` and `err`.
    int run(const std::vector<std::string>& args) {
        out.clear();
        err.clear();
        const Environment environment{
            .variable =
                [this](const std::string& name) {
                    const auto found = variables.find(name);
                    return found == variables.end() ? std::nullopt
                                                    : std::optional<std::string>(found->second);
                },
            .current_dir = current_dir,
            .clock = &clock,
            .random = &random,
            .out = [this](std::string_view text) { out += text; },
            .err = [this](std::string_view text) { err += text; },
            .providers = providers,
            .handlers = {.up =
                             [this](const UpOptions& options, const Console&) {
                                 up_calls.push_back(options);
                                 return up_result;
                             },
                         .call = caller,
                         .run =
                             [this](const RunOptions& options, const Console& console) {
                                 run_calls.push_back(options);
                                 if (while_running) while_running(console);
                                 return run_result;
                             },
                         .doctor =
                             [this](const DoctorOptions& options) {
                                 doctor_calls.push_back(options);
                                 return Result<std::vector<Finding>>(findings);
                             }}};
        return cli::run(args, environment);
    }

    codec::Json out_json() const {
        auto value = codec::parse_json(out);
        if (!value) ADD_FAILURE() << "not JSON: " << out;
        return value.value_or(codec::Json());
    }

    static constexpr std::array<std::string_view, 1> interfaces{"wasi:http/incoming-handler"};
    static constexpr std::array providers{capability::ProviderKind{
        "http-server", interfaces, {}, nullptr, [](const std::vector<capability::Link>&) {
            return std::vector<capability::LinkFault>();
        }}};

    std::string current_dir = home;
    std::map<std::string, std::string> variables;
    FixedClock clock;
    SeededRandom random{7};
    std::string out;
    std::string err;
    std::vector<UpOptions> up_calls;
    Result<void> up_result;
    std::vector<RunOptions> run_calls;
    std::function<void(const Console&)> while_running;
    Result<int> run_result = 0;
    std::vector<DoctorOptions> doctor_calls;
    std::vector<Finding> findings;  ///< Of `weft doctor`.
    /// What `weft call` ends in; components that export nothing if a test does not replace it.
    Caller caller = [](const GuestOptions&, const CodeCheck&,
                       const Console&) -> Result<std::unique_ptr<Callee>> {
        return std::make_unique<EmptyCallee>();
    };
};

}  // namespace weft::cli
