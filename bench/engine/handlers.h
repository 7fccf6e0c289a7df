#pragma once

#include <memory>
#include <vector>

#include "base/rt/executor.h"
#include "base/rt/scope.h"
#include "io/engine/engine.h"

/// Who answers what a guest imports, in the four ways there are. Each answers with what it was
/// given, which is right for `nop` and `echo`, and for `add` up to its second number.
namespace weft::bench {

/// Answers inside the call.
class Inline final : public engine::ImportHandler {
  public:
    void on_import(rt::CallCtx ctx, std::uint32_t function, engine::Payload arguments,
                   engine::ImportReply& reply) override;
    void on_drop(std::uint32_t, BytesView) override {}
};

/// Answers in a job of its own on `executor`: the instance's own, or one of another thread.
class Posted final : public engine::ImportHandler {
  public:
    explicit Posted(rt::Executor* executor) : executor_(executor) {}
    void on_import(rt::CallCtx ctx, std::uint32_t function, engine::Payload arguments,
                   engine::ImportReply& reply) override;
    void on_drop(std::uint32_t, BytesView) override {}

  private:
    rt::Executor* executor_;
};

/// Joins a guest to another one on the same shard, as a host does: each call becomes a task that
/// calls the export of the same number. Notes when calls came.
class Joined final : public engine::ImportHandler {
  public:
    /// `callee` takes calls one after the other. All outlive it.
    Joined(rt::Executor* executor, rt::Scope* scope, engine::Instance* callee)
        : executor_(executor), scope_(scope), callee_(callee) {}
    void on_import(rt::CallCtx ctx, std::uint32_t function, engine::Payload arguments,
                   engine::ImportReply& reply) override;
    void on_drop(std::uint32_t, BytesView) override {}

    /// Nanoseconds from each call to the one after it, since the last time this was asked.
    std::vector<double> take_intervals();

  private:
    rt::Executor* executor_;
    rt::Scope* scope_;
    engine::Instance* callee_;
    std::vector<double> came_;
};

}  // namespace weft::bench
