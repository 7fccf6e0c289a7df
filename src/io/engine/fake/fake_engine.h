#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/engine/engine.h"

namespace weft::engine::fake {

struct Count;
struct Program;

/// As of the real engine.
constexpr std::size_t streams_max = 128;
Failure out_of_time();

/// Encoded values, and the streams and futures that they name by place.
struct Carried {
    Bytes bytes;
    /// Null where there is something to write.
    std::vector<std::unique_ptr<rt::ByteSource>> streams = {};
    std::map<std::uint32_t, std::shared_ptr<rt::ByteSink>> outputs = {};
};

/// What a fake guest sees of its host; its waits obey the deadline and the CPU budget as a real
/// guest's do.
class GuestHost {
  public:
    GuestHost(rt::CallCtx ctx, Limits limits, std::shared_ptr<GuestObserver> observer,
              Duration tick, std::uint32_t call, std::shared_ptr<const engine::WasiContext> granted)
        : ctx_(std::move(ctx)),
          limits_(limits),
          observer_(std::move(observer)),
          tick_(tick),
          call_(call),
          granted_(std::move(granted)) {}

    /// Errors: deadline, cancelled.
    rt::Task<void> sleep(Duration time);
    /// Uses up CPU time until something ends it. Errors: exhausted (the budget), deadline,
    /// cancelled.
    rt::Task<void> spin();
    void print(GuestStream stream, std::string_view text);
    /// It asked for this and was told that it gets nothing.
    void refuse(Refusal what, std::string_view target);
    /// `co_return host->trap("unreachable");`
    Failure trap(std::string_view message);

    /// Calls an import. An error ends a real guest: return it. Errors: guest_trap (the host
    /// refused), internal (nobody answered), deadline, cancelled.
    rt::Task<Carried> import(std::uint32_t function, Carried arguments);

    TimePoint deadline() const { return ctx_.deadline; }
    /// How many calls the instance has begun, this one included.
    std::uint32_t call() const { return call_; }
    /// What it may see of the machine.
    const engine::WasiContext& granted() const { return *granted_; }

    /// Who answers its imports; null: nobody.
    void set_imports(std::shared_ptr<ImportHandler> imports) { imports_ = std::move(imports); }

  private:
    rt::CallCtx ctx_;
    Limits limits_;
    std::shared_ptr<GuestObserver> observer_;
    Duration tick_;
    std::uint32_t call_;
    std::shared_ptr<const engine::WasiContext> granted_;
    std::shared_ptr<ImportHandler> imports_;
};

/// A component written as a C++ function: answers one request.
using Guest =
    std::function<rt::Task<net::HttpResponse>(std::shared_ptr<GuestHost>, net::HttpRequest)>;

/// The exported functions of a component, by number: encoded arguments in, the encoded result out.
using Functions = std::function<rt::Task<Carried>(std::shared_ptr<GuestHost>,
                                                  std::uint32_t function, Carried arguments)>;

/// A program written as a C++ function: runs to its exit code.
using Main = std::function<rt::Task<int>(std::shared_ptr<GuestHost>)>;

/// An engine whose "compiler" looks the bytes up in a table of guests, so that all layers above
/// test without Rust, and on a SimLoop. Single-threaded except for `compile`.
class FakeEngine final : public Engine {
  public:
    explicit FakeEngine(EngineConfig config = {});

    /// Bytes equal to `wasm` compile to `guest` from now on.
    void add(std::string wasm, Guest guest, HttpKind kind = HttpKind::sequential,
             value::World world = {});
    void add(std::string wasm, Main main);

    /// Bytes equal to `wasm` compile to a component of functions from now on.
    void add(std::string wasm, value::World world, Functions functions);

    using Engine::compile;
    Result<std::shared_ptr<const Component>> compile(BytesView wasm, Imports imports) override;
    EngineStats stats() const override;
    void stop_compiling() override;

    /// From now on compiling takes until it is stopped.
    void hold_compiling();
    /// Returns when somebody compiles. For `hold_compiling`; not on the thread that compiles.
    void wait_for_compiling();

  private:
    EngineConfig config_;
    std::map<std::string, std::shared_ptr<const Program>> programs_;
    std::shared_ptr<Count> count_;
    std::mutex compiling_;  // Guards what follows.
    std::condition_variable changed_;
    bool is_held_ = false;
    bool is_compiling_ = false;
    bool is_stopped_ = false;
};

/// Behaves by path as the test guest of testdata/ does, as far as the port suite asks.
Guest test_guest();
/// Behaves by argument as the test program of testdata/ does, as far as the port suite asks.
Main test_program();
/// Streams and futures as testdata/streaming.wat has them.
Functions test_streaming();
/// Streams and pollables of WASI 0.2 as testdata/passing.wat has them.
Functions test_passing();

}  // namespace weft::engine::fake
