#include "platform/host/shard_host.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "platform/host/call_log.h"

namespace weft::host {

using engine::Limit;

namespace {

/// With what is left to the component: a pool twice as large as its concurrency, so that instances
/// whose guests go on after their responses hold up no call.
engine::Limits resolved(const engine::Limits& limits, engine::HttpKind kind) {
    auto out = engine::for_kind(limits, kind);
    if (out[Limit::instances_max] == 0) out.set(Limit::instances_max, 2 * out[Limit::concurrency]);
    return out;
}

/// Calls beyond what the pools can hold wait at the limiter, where waiting is bounded.
SharedPermits::Limits call_limits(const engine::Limits& limits) {
    const auto held = limits[Limit::instances_max] * limits[Limit::concurrent];
    return {.inside_max = static_cast<std::uint32_t>(std::min(limits[Limit::concurrency], held)),
            .waiting_max = limits.count(Limit::queue)};
}

Error unknown(const capability::ComponentId& id) {
    return fail(Errc::not_found, "host.component_unknown", "no component '{}' runs on this host",
                id)
        .error();
}

/// Whether one of the calls that led here is a component's.
bool is_caller(const rt::CallSource* source, const capability::ComponentId& id) {
    for (; source != nullptr; source = source->before.get())
        if (source->component == id) return true;
    return false;
}

/// The path without its query, in which there may be secrets, as long as a log may say it.
std::string path_for_log(std::string_view path_and_query) {
    constexpr std::size_t bytes_max = 256;
    return std::string(path_and_query.substr(0, std::min(path_and_query.find('?'), bytes_max)));
}

}  // namespace

/// The response's body as long as the call lasts: holds its place inside the limiter, and logs how
/// it fails.
class ShardHost::CallBody final : public rt::ByteSource {
  public:
    using PermitPtr = std::shared_ptr<ConcurrencyLimiter::Permit>;
    CallBody(std::unique_ptr<rt::ByteSource> inner, PermitPtr permit,
             std::weak_ptr<const Entry> entry, std::shared_ptr<const CallLog> call)
        : inner_(std::move(inner)),
          permit_(std::move(permit)),
          entry_(std::move(entry)),
          call_(std::move(call)) {
        call_->probe().calls_running.add(1);
    }
    ~CallBody() override { call_->probe().calls_running.add(-1); }

    rt::Task<rt::Chunk> read() override {
        Result<rt::Chunk> chunk = co_await inner_->read();
        const bool is_left = (co_await rt::current_context())->is_cancelled();
        if (!chunk && !is_left) call_->failed(chunk.error());
        co_return chunk;
    }
    std::optional<Result<rt::Chunk>> try_read() override {
        auto chunk = inner_->try_read();
        if (chunk && !*chunk) call_->failed(chunk->error());
        return chunk;
    }
    bool is_wanted() const override {
        const auto entry = entry_.lock();
        return entry && (entry->limiter->is_wanted() || entry->pool->is_wanted());
    }

  private:
    std::unique_ptr<rt::ByteSource> inner_;
    PermitPtr permit_;
    std::weak_ptr<const Entry> entry_;
    std::shared_ptr<const CallLog> call_;
};

SharedLimits SharedLimits::of(const engine::Limits& limits, engine::HttpKind kind,
                              unsigned shards) {
    const auto all = resolved(limits, kind);
    return {.calls = std::make_shared<SharedPermits>(call_limits(all), shards),
            .instances = std::make_shared<SharedPermits>(Pool::room_for(all), shards)};
}

/// The minimum is divided, for each shard makes its own: the parts add up to it.
engine::Limits ShardHost::part_of(const engine::Limits& limits, engine::HttpKind kind) const {
    auto part = resolved(limits, kind);
    const auto all = std::min(part[Limit::instances_min], part[Limit::instances_max]);
    part.set(Limit::instances_min,
             all / options_.shards + (options_.shard < all % options_.shards ? 1 : 0));
    return part;
}

void ShardHost::put(ComponentSettings settings, std::shared_ptr<const engine::Component> code,
                    const SharedLimits& shared, ImportTablePtr imports) {
    auto entry = std::make_shared<Entry>();
    entry->id = std::move(settings.id);
    entry->kind = code->http_kind();
    entry->limits = std::make_shared<const engine::Limits>(part_of(settings.limits, entry->kind));
    const auto share = [this](std::shared_ptr<SharedPermits> permits) {
        return ConcurrencyLimiter::Share{std::move(permits), options_.shard, executor_};
    };
    entry->limiter = std::make_shared<ConcurrencyLimiter>(share(shared.calls));
    entry->code = std::move(code);
    Pool::MakeImports make_imports;
    if (imports) {
        entry->imports = std::make_shared<ComponentImports>(
            ComponentImports{entry->id, std::move(imports), logging_, executor_});
        make_imports = [imports = entry->imports] {
            return std::make_shared<ImportDispatch>(imports);
        };
    }
    entry->pool = std::make_unique<Pool>(share(shared.instances), entry->code, *entry->limits,
                                         &logging_->probe, std::move(make_imports));
    auto& slot = entries_[entry->id];
    auto before = std::exchange(slot, std::move(entry));
    // Refused once the host stops: then its instances are ended anyway.
    if (before) std::ignore = retiring_.spawn(end_retired(std::move(before)));
}

void ShardHost::change_limits(const capability::ComponentId& id, engine::Limits limits) {
    const auto found = entries_.find(id);
    WEFT_ASSERT(found != entries_.end(), "limits are changed of what is served");
    auto& entry = *found->second;
    entry.limits = std::make_shared<const engine::Limits>(part_of(limits, entry.kind));
    entry.limiter->change(call_limits(*entry.limits));
    entry.pool->change(*entry.limits);
}

void ShardHost::change_imports(const capability::ComponentId& id, ImportTablePtr imports) {
    const auto entry = find(id);
    if (entry && entry->imports) entry->imports->table = std::move(imports);
}

std::shared_ptr<ShardHost::Entry> ShardHost::find(const capability::ComponentId& id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : found->second;
}

void ShardHost::write_guest_line(const capability::ComponentId& component, const rt::TraceId& call,
                                 obs::Level level, std::string_view context,
                                 std::string_view message) {
    auto entry = find(component);
    if (!entry) {  // Calls that end may have more to say.
        const auto found = std::ranges::find(
            retired_, component, [](const auto& one) -> const auto& { return one->id; });
        if (found == retired_.end()) return;
        entry = *found;
    }
    GuestLog(logging_, executor_, {component, (*entry->limits)[Limit::log], call})
        .write_logged(level, context, message);
}

void ShardHost::note_refused_import(const capability::ComponentId& component,
                                    std::string_view interface, const rt::TraceId& call,
                                    const Error& error) {
    const auto write = [&](const auto&... more) {
        logging_->failures->write(
            obs::Level::warn, "component.import_refused", component, executor_->now(),
            obs::kv("component", component), obs::kv("interface", interface),
            obs::kv("error", error.slug.text()), obs::kv("reason", error.message), more...);
    };
    if (call == rt::TraceId())
        write();
    else
        write(obs::kv("call", call.text()));
}

std::shared_ptr<const engine::Component> ShardHost::code_of(
    const capability::ComponentId& id) const {
    const auto entry = find(id);
    return entry ? entry->code : nullptr;
}

rt::Task<void> ShardHost::retire(capability::ComponentId id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) co_return ok();
    auto entry = std::move(found->second);
    entries_.erase(found);
    CO_CHECK(co_await end_retired(std::move(entry)));
    co_return ok();
}

rt::Task<void> ShardHost::end_retired(std::shared_ptr<Entry> entry) {
    retired_.push_back(entry);
    entry->pool->retire();
    const auto due = executor_->now() + options_.retire_wait;
    Result<void> ended = co_await entry->limiter->until_idle(due);
    if (ended) ended = co_await entry->pool->until_empty(due);
    if (!ended) {
        entry->pool->end_all();
        logging_->log.warn("component.retired_by_force", obs::kv("component", entry->id),
                           obs::kv("calls", entry->limiter->inside()));
    }
    std::erase(retired_, entry);
    logging_->probe.components_retired.add();
    co_return ok();
}

rt::Task<void> ShardHost::stop() {
    co_await between_.close();
    co_await retiring_.close();
    for (const auto& [id, entry] : entries_) entry->pool->end_all();
    entries_.clear();
    co_return ok();
}

std::size_t ShardHost::calls() const {
    std::size_t count = 0;
    const auto add = [&](const Entry& entry) {
        count += entry.limiter->inside() + entry.limiter->waiting();
    };
    for (const auto& [id, entry] : entries_) add(*entry);
    for (const auto& entry : retired_) add(*entry);
    return count;
}

std::size_t ShardHost::instances() const {
    std::size_t count = 0;
    for (const auto& [id, entry] : entries_) count += entry->pool->instances();
    for (const auto& entry : retired_) count += entry->pool->instances();
    return count;
}

rt::Task<net::HttpResponse> ShardHost::handle_http(rt::CallCtx ctx, capability::ComponentId target,
                                                   net::HttpRequest request) {
    const auto* const context = co_await rt::current_context();
    const auto entry = find(target);
    const auto log =
        std::make_shared<const CallLog>(logging_, executor_,
                                        CallLog::Call{.component = std::move(target),
                                                      .trace_id = ctx.trace_id,
                                                      .method = request.method,
                                                      .path = path_for_log(request.path_and_query),
                                                      .limits = entry ? entry->limits : nullptr});
    // No client is told of a failure that the log does not explain; one that left is told nothing.
    const auto failed = [&](Error error) {
        if (!context->is_cancelled()) log->failed(error);
        return Failure(std::move(error));
    };
    if (!entry) co_return failed(unknown(log->component()));
    ctx.deadline = std::min(ctx.deadline, log->begin() + entry->limits->time(Limit::deadline));
    logging_->probe.calls.add();

    Result<Entered> entered = co_await enter(entry, ctx);
    if (!entered) co_return failed(std::move(entered).error());
    auto& [permit, instance, observer] = *entered;
    Result<net::HttpResponse> response =
        co_await instance->handle_http(std::move(ctx), std::move(request), std::move(observer));
    logging_->probe.call_seconds.observe(
        std::chrono::duration<double>(executor_->now() - log->begin()).count());
    if (!response) co_return failed(std::move(response).error());
    log->answered(response->status);
    if (response->body)
        response->body = std::make_unique<CallBody>(
            std::move(response->body),
            std::make_shared<ConcurrencyLimiter::Permit>(std::move(permit)), entry, log);
    co_return response;
}

/// Waits until the call may run and has an instance; it must begin there before the next wait.
rt::Task<ShardHost::Entered> ShardHost::enter(std::shared_ptr<const Entry> entry, rt::CallCtx ctx) {
    Entered out;
    if (!entry->limiter->try_enter(out.permit)) {
        if (is_caller(ctx.source.get(), entry->id))
            co_return fail(Errc::exhausted, "host.call_recursive",
                           "component '{}' has no place left for a call that its own calls led to; "
                           "raise its limit 'concurrency', or let it not call itself",
                           entry->id);
        CO_TRY(out.permit, co_await entry->limiter->enter(ctx.deadline));
    }
    out.observer = std::make_shared<GuestLog>(
        logging_, executor_,
        GuestLog::Source{entry->id, (*entry->limits)[Limit::log], ctx.trace_id});
    CO_TRY(out.instance, entry->pool->try_acquire());
    if (!out.instance) {
        CO_TRY(out.instance, co_await entry->pool->acquire(ctx.deadline));
    }
    co_return out;
}

rt::Task<engine::Values> ShardHost::call(rt::CallCtx ctx, capability::ComponentId target,
                                         Export function, engine::Values arguments) {
    const auto* const context = co_await rt::current_context();
    const auto entry = find(target);
    const auto log =
        std::make_shared<const CallLog>(logging_, executor_,
                                        CallLog::Call{.component = std::move(target),
                                                      .trace_id = ctx.trace_id,
                                                      .method = "call",
                                                      .path = std::move(function.name),
                                                      .limits = entry ? entry->limits : nullptr});
    const auto failed = [&](Error error) {
        if (!context->is_cancelled()) log->failed(error);
        return Failure(std::move(error));
    };
    if (!entry) co_return failed(unknown(log->component()));
    if (ctx.depth > depth_max)
        co_return failed(fail(Errc::exhausted, "host.depth_exceeded",
                              "more than {} calls between components led to this one", depth_max)
                             .error());
    ctx.deadline = std::min(ctx.deadline, log->begin() + entry->limits->time(Limit::deadline));
    // Spans tell the calls of an instance apart; so many calls no shard begins.
    ctx.span_id = (++calls_begun_ << 8U) | (options_.shard & 0xffU);
    logging_->probe.calls.add();
    Result<Entered> entered = co_await enter(entry, ctx);
    if (!entered) co_return failed(std::move(entered).error());
    auto& [permit, instance, observer] = *entered;
    Result<engine::Values> result = co_await instance->call(
        std::move(ctx), function.number, std::move(arguments), std::move(observer));
    logging_->probe.call_seconds.observe(
        std::chrono::duration<double>(executor_->now() - log->begin()).count());
    if (!result) co_return failed(std::move(result).error());
    if (result->streams.empty()) co_return result;
    // The place is free when the last of them has gone.
    const auto shared = std::make_shared<ConcurrencyLimiter::Permit>(std::move(permit));
    for (auto& stream : result->streams)
        stream = std::make_unique<CallBody>(std::move(stream), shared, entry, log);
    co_return result;
}

}  // namespace weft::host
