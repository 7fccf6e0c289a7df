#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/value/world.h"
#include "entry/cli/guest_options.h"

namespace weft::cli {

/// Which function of `World::exports`.
struct ExportedFunction {
    std::size_t interface = 0;
    std::size_t function = 0;
    friend bool operator==(const ExportedFunction&, const ExportedFunction&) = default;
};

/// A component that was verified and compiled, ready to be called.
class Callee {
  public:
    virtual ~Callee() = default;
    virtual const value::World& world() const = 0;
    /// Calls a function of a new instance and waits for it. Arguments and result are in wRPC
    /// encoding, as `value::encode_arguments` and `value::decode_result` have it. Errors: what
    /// kept the call from ending, such as guest_trap, deadline, exhausted.
    virtual Result<Bytes> call(ExportedFunction which, Bytes arguments) = 0;
};

class Console;

/// Looks at the code before it is compiled.
using CodeCheck = std::function<Result<void>(BytesView code)>;

/// Reads, verifies, checks and compiles the component; warnings go through the console. Errors:
/// what is wrong with it, and those of the check.
using Caller = std::function<Result<std::unique_ptr<Callee>>(const GuestOptions&, const CodeCheck&,
                                                             const Console&)>;

}  // namespace weft::cli
