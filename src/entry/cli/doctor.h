#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/codec/json.h"
#include "base/core/result.h"
#include "entry/cli/console.h"

namespace weft::cli {

/// What `weft doctor` is to look at. Directories are absolute.
struct DoctorOptions {
    std::string data_dir;
    std::string code_cache_dir;
};

/// How one thing stands that a host needs.
struct Finding {
    enum class State : std::uint8_t {
        ok,
        warn,  ///< A host runs, but less well than it could.
        fail,  ///< A host does not start.
    };
    std::string name;  ///< For programs: one lower-case word, "pool".
    State state = State::ok;
    std::string message;  ///< What is, and why; a sentence as in `fail`.
    std::string remedy;   ///< What to do; empty exactly if it is ok.
    codec::Json values;   ///< Figures for programs, an object; null when there are none.
};

/// `weft doctor` as it was typed.
struct DoctorArguments {
    std::optional<std::string> data_dir;
    std::optional<std::string> code_cache;
};

/// Prints what the doctor finds. Errors: failed_precondition (`doctor.unfit`: something keeps a
/// host from starting; all is printed all the same), those of `get_path` and of `default_data_dir`.
Result<void> doctor(const Console& console, const DoctorArguments& arguments, const Doctor& look);

}  // namespace weft::cli
