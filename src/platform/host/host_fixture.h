#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/core/fixed_clock_fixture.h"
#include "base/obs/capture_sink_fixture.h"
#include "base/rt/sim_loop_fixture.h"
#include "io/engine/fake/fake_engine.h"
#include "platform/host/shard_host.h"

namespace weft::host {

/// For tests of one shard of a host over the fake engine, on virtual time.
class HostTest : public testing::Test {
  protected:
    ~HostTest() override { EXPECT_TRUE(loop_.run(host_.stop())); }

    void put_in(ShardHost& host, std::string id, const std::string& code,
                engine::Limits limits = {}, ImportTablePtr table = nullptr) {
        ComponentSettings settings;
        settings.id = std::move(id);
        settings.limits = limits;
        auto compiled = engine_.compile(to_bytes(code)).value();
        const auto shared = SharedLimits::of(limits, compiled->http_kind(), 1);
        host.put(std::move(settings), std::move(compiled), shared, std::move(table));
    }
    std::int64_t counted(std::string_view name) {
        for (const auto& sample : registry_.snapshot())
            if (sample.name == name) return sample.value;
        return -1;
    }

    rt::SimLoop loop_;
    obs::CaptureSink events_;
    FixedClock clock_;
    obs::Registry registry_;
    obs::RateLimiter limiter_{{.budget_per_s = 100, .sources_max = 16}};
    obs::Log log_{&events_, &clock_, obs::Level::debug};
    obs::LimitedLog failures_{log_, registry_};
    GuestLogShared logging_{log_, Probe::in(registry_), &limiter_, &failures_};
    engine::fake::FakeEngine engine_;
    ShardHost host_{&loop_, {.shards = 1}, &logging_};
};

}  // namespace weft::host
