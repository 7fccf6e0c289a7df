#pragma once

#include <memory>

#include "bench/engine/figure.h"
#include "bench/engine/guests.h"
#include "bench/engine/handlers.h"

namespace weft::bench {

/// One call of the caller's `run`, which calls the import `count` times: its share of each is lost
/// in their number.
class ImportCalls : public Operation {
  public:
    ImportCalls(engine::Instance* caller, What what, std::uint32_t size)
        : caller_(caller), what_(what), size_(size) {}
    rt::Task<void> repeat(std::uint32_t count) override;

  private:
    engine::Instance* caller_;
    What what_;
    std::uint32_t size_;
};

/// The same where the import leads to another guest; each call is timed.
class JoinedCalls final : public ImportCalls {
  public:
    JoinedCalls(engine::Instance* caller, Joined* handler, What what, std::uint32_t size)
        : ImportCalls(caller, what, size), handler_(handler) {}
    std::vector<double> take_call_times() override { return handler_->take_intervals(); }

  private:
    Joined* handler_;
};

/// Calls of the service's exports, one after the other, in an instance that is warm.
class ExportCalls final : public Operation {
  public:
    ExportCalls(engine::Instance* service, What what, std::uint32_t size)
        : service_(service), what_(what), size_(size) {}
    rt::Task<void> repeat(std::uint32_t count) override;

  private:
    engine::Instance* service_;
    What what_;
    std::uint32_t size_;
};

/// An instance from nothing to nothing: opened, started, ended. With `call` it serves one.
class Instantiations final : public Operation {
  public:
    Instantiations(const engine::Component* component, rt::Executor* executor)
        : component_(component), executor_(executor) {}
    rt::Task<void> repeat(std::uint32_t count) override;

  private:
    const engine::Component* component_;
    rt::Executor* executor_;
};

}  // namespace weft::bench
