#pragma once

#include <cstdint>
#include <vector>

#include "entry/cli/doctor.h"
#include "io/engine/engine.h"

namespace weft::app {

/// Looks at this machine by doing what a host does when it starts: makes an engine, compiles a
/// component in a child process, writes to the data directory, opens the cache if it is there,
/// reads the trust file, looks at the port. Leaves nothing behind.
Result<std::vector<cli::Finding>> examine(const cli::DoctorOptions& options);

/// What an engine that was made says of itself: pool, reset, instances, memory.
std::vector<cli::Finding> judge_engine(const engine::EngineStats& stats);

/// Whether a component could be compiled in a child process and its code loaded.
cli::Finding judge_compiler(const Result<void>& compiled);

/// The directory of compiled components and the key that seals them. Makes neither.
cli::Finding judge_cache(const cli::HostPlaces& options);

/// Whether a host could have its data directory.
cli::Finding judge_data_dir(const std::string& path);

/// Whether the trust file can be read, and whom it trusts.
cli::Finding judge_trust(const cli::TrustOptions& options);

/// Whether a host could listen there. That the usual address is taken is only a warning.
cli::Finding judge_port(const cli::DoctorOptions& options);

/// How many files may be open: `hard` is how far a host raises the limit.
cli::Finding judge_descriptors(std::uint64_t soft, std::uint64_t hard);

}  // namespace weft::app
