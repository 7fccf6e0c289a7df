#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "io/net/address_range.h"

namespace weft::engine {

/// A directory that a guest may see.
struct Directory {
    enum class Access : std::uint8_t { read, read_write };

    std::string host;   ///< Its path on this machine, absolute.
    std::string guest;  ///< What the guest calls it, such as "/".
    Access access = Access::read;

    bool operator==(const Directory&) const = default;
};

/// Which addresses a guest may use; names are looked up where there is any.
struct Network {
    /// Without any, `none` also refuses to make sockets, each of which is a descriptor of this
    /// process; `listed` makes them, and they reach nothing.
    enum class Reach : std::uint8_t { none, listed, all };

    Reach reach = Reach::none;
    /// Where it connects to, sends to and receives from, binds to and listens on. Who calls a guest
    /// that listens is let in.
    std::vector<net::AddressRange> listed;

    bool reaches_nothing() const {
        return reach == Reach::none || (reach == Reach::listed && listed.empty());
    }
    bool operator==(const Network&) const = default;
};

/// Where the standard streams of a guest lead.
enum class Console : std::uint8_t {
    observer,  ///< What it prints goes to its GuestObserver; its input is empty.
    process,   ///< All three are the process's own; writing may block the guest's thread.
};

/// What may happen to the thread that runs a guest while it waits for a file or for time.
enum class Waiting : std::uint8_t {
    elsewhere,  ///< Nothing: it does other work, and the guest can be ended.
    in_place,   ///< It blocks, which is faster, for a guest that nothing but its process ends.
};

/// What a guest may see of the machine it runs on. As it is made, nothing.
struct WasiContext {
    std::vector<std::string> arguments;  ///< The first is the program's name.
    std::vector<std::pair<std::string, std::string>> environment;
    std::vector<Directory> directories;
    Network network;
    Console console = Console::observer;
    Waiting waiting = Waiting::elsewhere;

    bool operator==(const WasiContext&) const = default;
};

}  // namespace weft::engine
