#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "io/engine/imports.h"
#include "io/engine/wasmtime/streams/body_feed.h"

namespace weft::engine::wasmtime {

/// The streams and futures between the guest of one instance and C++, in both directions. Shared by
/// the instance and by the readers that outlive it. Shard-local.
class Streams : public std::enable_shared_from_this<Streams> {
  public:
    /// `executor` outlives the instance.
    explicit Streams(rt::Executor* executor) : executor_(executor) {}

    /// Hands `source` to the guest by `give`, whose result is its place, or UINT32_MAX. Errors:
    /// those of `LaterReply::attach`.
    using Give = std::function<std::uint32_t(const we_body*)>;
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source, const Give& give);
    /// Gives the guest something to write, in the same way.
    Result<Output> attach_output(const Give& give);

    bool has_sources() const { return !feeds_.empty(); }
    /// After each poll of the instance.
    void pump();
    /// The guest's store is gone: gives up all sources.
    void stop();

    /// What an end is met with whose instance is gone.
    static Failure unwanted();

  private:
    Result<std::uint32_t> add(std::shared_ptr<BodyFeed> feed, const Give& give);

    rt::Executor* executor_;
    std::vector<std::shared_ptr<BodyFeed>> feeds_;
    bool stopped_ = false;
};

}  // namespace weft::engine::wasmtime
