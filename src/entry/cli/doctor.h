#pragma once

#include <cstdint>
#include <string>

#include "base/codec/json.h"
#include "entry/cli/command.h"
#include "entry/cli/places.h"
#include "entry/cli/trust_options.h"

namespace weft::cli {

/// What a host would be started with.
struct DoctorOptions {
    HostPlaces places;
    TrustOptions trust;
    std::string address;         ///< Where it would listen, HOST:PORT.
    bool address_named = false;  ///< By a flag.
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

/// `weft doctor`: prints the findings of `Handlers::doctor`. Errors: failed_precondition
/// (`doctor.unfit`, after all findings: something keeps a host from starting), those of
/// `read_places`, `get_path` and `net::parse_address`.
extern const Command doctor_command;

}  // namespace weft::cli
