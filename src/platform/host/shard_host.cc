#include "platform/host/shard_host.h"

#include <algorithm>
#include <utility>

#include "platform/host/limit.h"
#include "platform/host/probe.h"

namespace weft::host {
namespace {

std::uint32_t share_of(std::uint32_t all, unsigned shards) {
    return all == 0 ? 0 : std::max(1U, (all + shards - 1) / shards);
}

PoolLimits pool_limits_of(const ComponentSpec& spec, unsigned shards) {
    const auto& reuse = spec.reuse;
    const bool concurrent = spec.code->http_kind() == engine::HttpKind::concurrent;
    PoolLimits limits;
    limits.reuse = reuse.calls != 0 ? reuse.calls : concurrent ? Reuse::reuse_concurrent : 1;
    limits.concurrent_max = concurrent ? std::max(1U, reuse.concurrent_max) : 1;
    limits.idle = reuse.idle;
    limits.instances_max = share_of(
        reuse.instances_max != 0 ? reuse.instances_max : 2 * spec.admission.concurrency_max,
        shards);
    limits.instances_min = std::min(share_of(reuse.instances_min, shards), limits.instances_max);
    return limits;
}

void log_failure(const GuestLogShared& logging, const capability::ComponentId& component,
                 std::uint64_t trace_id, const Error& error) {
    if (error.code == Errc::cancelled) return;
    if (const auto limit = limit_behind(error)) logging.probe.limits_reached.at(*limit).add();
    if (error.code == Errc::exhausted)
        logging.probe.calls_refused.add();
    else
        logging.probe.calls_failed.add();
    logging.log.warn("component.call_failed", obs::kv("component", component),
                     obs::kv("call", call_name(trace_id)), obs::kv("error", error.slug.text()),
                     obs::kv("reason", error.message));
}

/// The response's body as long as the call lasts: holds its place inside the limiter, and logs how
/// it fails.
class CallBody final : public rt::ByteSource {
  public:
    CallBody(std::unique_ptr<rt::ByteSource> inner, ConcurrencyLimiter::Permit permit,
             const GuestLogShared* logging, capability::ComponentId component,
             std::uint64_t trace_id)
        : inner_(std::move(inner)),
          permit_(std::move(permit)),
          logging_(logging),
          component_(std::move(component)),
          trace_id_(trace_id) {
        logging_->probe.calls_running.add(1);
    }
    ~CallBody() override { logging_->probe.calls_running.add(-1); }

    rt::Task<rt::Chunk> read() override {
        Result<rt::Chunk> chunk = co_await inner_->read();
        if (!chunk) log_failure(*logging_, component_, trace_id_, chunk.error());
        co_return chunk;
    }
    std::optional<Result<rt::Chunk>> try_read() override {
        auto chunk = inner_->try_read();
        if (chunk && !*chunk) log_failure(*logging_, component_, trace_id_, chunk->error());
        return chunk;
    }

  private:
    std::unique_ptr<rt::ByteSource> inner_;
    ConcurrencyLimiter::Permit permit_;
    const GuestLogShared* logging_;
    capability::ComponentId component_;
    std::uint64_t trace_id_;
};

}  // namespace

void ShardHost::put(ComponentSpec spec) {
    const auto pool_limits = pool_limits_of(spec, options_.shards);
    // Calls beyond what the pool can hold wait at the limiter, where waiting is bounded.
    const auto inside_max = std::min(share_of(spec.admission.concurrency_max, options_.shards),
                                     pool_limits.instances_max * pool_limits.concurrent_max);
    auto entry = std::make_shared<Entry>();
    entry->limiter = std::make_shared<ConcurrencyLimiter>(ConcurrencyLimiter::Limits{
        .inside_max = inside_max,
        .waiting_max = share_of(spec.admission.queue_max, options_.shards)});
    entry->pool =
        std::make_unique<Pool>(executor_, spec.code, spec.limits, pool_limits, &logging_->probe);
    entry->spec = std::move(spec);
    auto id = entry->spec.id;
    entries_.insert_or_assign(std::move(id), std::move(entry));
}

void ShardHost::remove(const capability::ComponentId& id) { entries_.erase(id); }

void ShardHost::stop() {
    for (const auto& [id, entry] : entries_) entry->pool->end_all();
    entries_.clear();
}

std::size_t ShardHost::calls() const {
    std::size_t count = 0;
    for (const auto& [id, entry] : entries_)
        count += entry->limiter->inside() + entry->limiter->waiting();
    return count;
}

std::size_t ShardHost::instances() const {
    std::size_t count = 0;
    for (const auto& [id, entry] : entries_) count += entry->pool->instances();
    return count;
}

rt::Task<net::HttpResponse> ShardHost::handle_http(rt::CallCtx ctx, capability::ComponentId target,
                                                   net::HttpRequest request) {
    const auto found = entries_.find(target);
    if (found == entries_.end())
        co_return fail(Errc::not_found, "host.component_unknown",
                       "no component '{}' runs on this host", target);
    const std::shared_ptr<const Entry> entry = found->second;
    const auto begin = executor_->now();
    ctx.deadline = std::min(ctx.deadline, begin + entry->spec.admission.deadline);
    logging_->probe.calls.add();

    ConcurrencyLimiter::Permit permit;
    if (!entry->limiter->try_enter(permit)) {
        Result<ConcurrencyLimiter::Permit> waited = co_await entry->limiter->enter(ctx.deadline);
        if (!waited) {
            log_failure(*logging_, entry->spec.id, ctx.trace_id, waited.error());
            co_return Failure(std::move(waited).error());
        }
        permit = std::move(*waited);
    }
    auto observer = std::make_shared<GuestLog>(
        logging_, executor_,
        GuestLog::Source{entry->spec.id, entry->spec.log_bytes_per_s, ctx.trace_id});
    const auto trace_id = ctx.trace_id;
    auto instance = entry->pool->acquire();
    if (!instance) {
        log_failure(*logging_, entry->spec.id, trace_id, instance.error());
        co_return Failure(std::move(instance).error());
    }
    Result<net::HttpResponse> response =
        co_await (*instance)->handle_http(std::move(ctx), std::move(request), std::move(observer));
    logging_->probe.call_seconds.observe(
        std::chrono::duration<double>(executor_->now() - begin).count());
    co_return finish(*entry, trace_id, std::move(permit), std::move(response));
}

Result<net::HttpResponse> ShardHost::finish(const Entry& entry, std::uint64_t trace_id,
                                            ConcurrencyLimiter::Permit permit,
                                            Result<net::HttpResponse> response) {
    if (!response) {
        log_failure(*logging_, entry.spec.id, trace_id, response.error());
        return response;
    }
    if (response->body)
        response->body = std::make_unique<CallBody>(std::move(response->body), std::move(permit),
                                                    logging_, entry.spec.id, trace_id);
    return response;
}

}  // namespace weft::host
