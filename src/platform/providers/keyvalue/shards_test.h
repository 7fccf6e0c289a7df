#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/obs/capture_sink_fixture.h"
#include "base/obs/limited_log.h"
#include "base/rt/concurrent.h"
#include "base/rt/shard.h"
#include "platform/providers/keyvalue/linked_keyvalue.h"

namespace weft::providers::keyvalue {

/// Real shards on which a test runs tasks, and the log of what failed.
class Shards {
  public:
    explicit Shards(unsigned count = 3) {
        for (unsigned at = 0; at < count; ++at) {
            threads_.push_back(std::make_unique<rt::ShardThread>(at));
            on(at, [&] { scopes_.push_back(std::make_unique<rt::Scope>(&executor(at))); });
        }
    }
    ~Shards() {
        for (std::size_t at = 0; at < threads_.size(); ++at) on(at, [&] { scopes_[at].reset(); });
    }

    std::size_t size() const { return threads_.size(); }
    rt::Shard& executor(std::size_t at) { return threads_[at]->shard(); }
    rt::Scope* scope(std::size_t at) { return scopes_[at].get(); }

    template <typename Work>
    void on(std::size_t at, Work work) {
        std::promise<void> done;
        executor(at).post([&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }
    template <typename T>
    std::future<Result<T>> start(std::size_t at, rt::Task<T> task) {
        auto done = std::make_shared<std::promise<Result<T>>>();
        auto got = done->get_future();
        on(at, [&] { WEFT_ASSERT(scopes_[at]->spawn(keep(std::move(task), done)), "it is open"); });
        return got;
    }
    template <typename T>
    Result<T> run(rt::Task<T> task, std::size_t at = 0) {
        return start(at, std::move(task)).get();
    }
    obs::CaptureSink& log() { return sink_; }
    obs::LimitedLog* failures() { return &failures_; }

  private:
    template <typename T>
    static rt::Task<void> keep(rt::Task<T> task, std::shared_ptr<std::promise<Result<T>>> done) {
        Result<T> result = co_await std::move(task);
        done->set_value(std::move(result));
        co_return ok();
    }

    SystemWallClock clock_;
    obs::CaptureSink sink_;
    obs::Registry registry_;
    obs::LimitedLog failures_{obs::Log(&sink_, &clock_), registry_};
    std::vector<std::unique_ptr<rt::ShardThread>> threads_;
    std::vector<std::unique_ptr<rt::Scope>> scopes_;
};

/// A link to a store as its stubs see it.
inline std::shared_ptr<LinkState> link_to(std::shared_ptr<Store> store, Limits limits = {}) {
    return std::make_shared<LinkState>(std::make_shared<const LinkTarget>(
        LinkTarget{std::move(store), limits, std::nullopt, std::nullopt}));
}

}  // namespace weft::providers::keyvalue
