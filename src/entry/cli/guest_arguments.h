#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "entry/cli/guest_options.h"
#include "entry/cli/up.h"

namespace weft::cli {

/// What the commands that run one file take, as the user typed it. `weft run` and `weft call` do
/// not use what belongs to serving.
struct GuestArguments : HostArguments {
    std::vector<std::string> dirs;
    std::vector<std::string> env;
    std::vector<std::string> allow_net;
    std::optional<std::string> memory;
    std::optional<std::string> cpu_time;
    std::optional<std::string> deadline;
    bool may_be_unsigned = false;
};

void define_guest(Syntax& syntax, GuestArguments& arguments);

/// Errors: those of `read_trust`, `read_optional_places` and `read_guest`.
Result<GuestOptions> read_guest_options(const GuestArguments& arguments, const std::string& file,
                                        const Environment& environment);

/// The file and what it may use. Errors: those of `get_input_path`, `get_path`,
/// `files::check_directory`, `codec::parse_size`,
/// `codec::parse_duration` and `net::parse_address_range`; invalid_argument (`cli.dir_wrong`,
/// `cli.env_wrong`, `cli.memory_wrong`).
Result<host::ComponentSettings> read_guest(const GuestArguments& arguments, const std::string& file,
                                           const Environment& environment);

/// Adds to the error of a file that was refused how `command` could run it all the same. `unread`
/// is what the user wrote behind the file, if the command leaves that to the program.
Failure with_remedy(Error error, std::string_view command, const std::string& file,
                    std::span<const std::string> unread = {});

}  // namespace weft::cli
