#pragma once

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "weft_engine.h"

/// The C side of a soak: one engine, one thread, and what the process holds.
namespace soak {

inline void require(bool condition, const char* what) {
    if (condition) return;
    std::fprintf(stderr, "soak: %s\n", what);
    std::exit(1);
}

template <typename Options>
Options sized() {
    Options options{};
    options.size = sizeof(Options);
    return options;
}

/// Bytes that are not freed.
template <std::size_t N>
we_buf fixed(const std::uint8_t (&bytes)[N]) {
    return {bytes, N, nullptr, nullptr};
}

inline void release(we_buf buffer) {
    if (buffer.free != nullptr) buffer.free(buffer.owner);
}

inline we_str view(const char* text) {
    return {reinterpret_cast<const std::uint8_t*>(text), std::char_traits<char>::length(text)};
}

/// What the process holds, after free memory went back to the system.
struct Held {
    std::int64_t resident_bytes = 0;
    std::int64_t allocated_bytes = 0;

    static Held now() {
        malloc_trim(0);
        const auto heap = mallinfo2();
        return {resident(), static_cast<std::int64_t>(heap.uordblks + heap.hblkhd)};
    }
    /// /proc/self/statm is some hundred KiB behind.
    static std::int64_t resident() {
        std::ifstream pages("/proc/self/smaps_rollup");
        for (std::string word; pages >> word;)
            if (std::int64_t kib = 0; word == "Rss:" && pages >> kib) return kib * 1024;
        require(false, "the kernel does not say what is resident");
        return 0;
    }
    Held operator-(const Held& before) const {
        return {resident_bytes - before.resident_bytes, allocated_bytes - before.allocated_bytes};
    }
};

class Waiter {
  public:
    static we_waker_vtable vtable() {
        auto wakers = sized<we_waker_vtable>();
        wakers.clone = [](void*) {};
        wakers.drop = [](void*) {};
        wakers.wake = [](void* data) {
            auto& waiter = *static_cast<Waiter*>(data);
            const std::lock_guard lock(waiter.mutex_);
            waiter.woken_ = true;
            waiter.changed_.notify_one();
        };
        return wakers;
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return woken_; });
        woken_ = false;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = false;
};

/// An engine with the guests of the soak. Lives as long as the process.
class Machine {
  public:
    Machine() {
        const auto wakers = Waiter::vtable();
        require(we_runtime_init(&wakers, nullptr) == WE_OK, "the runtime does not start");
        config_.instances_max = 8;
        config_.epoch_tick_ms = 5;
        config_.memory_bytes_max = 32U << 20U;
        config_.keep_resident_bytes = 64U << 10U;
        config_.allocation = WE_ALLOC_POOL_IF_POSSIBLE;
        require(we_engine_new(&config_, &engine_, nullptr) == WE_OK, "the engine does not start");
    }
    we_component* compile(const std::string& name) const {
        std::ifstream file(std::filesystem::path(WEFT_SOURCE_DIR) / "src/io/engine/testdata" / name,
                           std::ios::binary);
        const std::vector<std::uint8_t> wasm{std::istreambuf_iterator<char>(file),
                                             std::istreambuf_iterator<char>()};
        we_component* component = nullptr;
        we_buf code{};
        require(we_artifact_new(&config_, {wasm.data(), wasm.size()}, &code, nullptr) == WE_OK,
                name.c_str());
        const int artifact = ::memfd_create("artifact", MFD_CLOEXEC);
        require(::write(artifact, code.data, code.size) == static_cast<ssize_t>(code.size),
                "no memory for code");
        require(we_component_load(engine_, artifact, code.size, WE_IMPORTS_CALLER, &component,
                                  nullptr) == WE_OK,
                name.c_str());
        ::close(artifact);
        code.free(code.owner);
        return component;
    }
    /// Nothing that was started may be left.
    void require_idle() const {
        auto metrics = sized<we_metrics>();
        require(we_engine_metrics(engine_, &metrics) == WE_OK, "no figures");
        require(metrics.tasks == 0 && metrics.instances == 0, "tasks or instances are left");
        require(metrics.pool_memories == 0 && metrics.pool_stacks == 0, "the pool lacks something");
    }

  private:
    we_engine_config config_ = sized<we_engine_config>();
    we_engine* engine_ = nullptr;
};

/// One instance and the call that it serves.
class Guest {
  public:
    explicit Guest(const we_component* component, we_instance_options options = defaults()) {
        options.context = this;
        options.fault = [](void* self, const we_error* error) {
            static_cast<Guest*>(self)->fault_ = we_error_code(error);
        };
        options.imports.context = this;
        options.imports.call = [](void* self, std::uint64_t, std::uint32_t, we_buf arguments,
                                  we_reply* reply) {
            static_cast<Guest*>(self)->on_import(arguments, reply);
        };
        require(we_instance_new(component, &options, &task_, nullptr) == WE_OK, "no instance");
    }
    Guest(const Guest&) = delete;
    ~Guest() { we_task_drop(task_); }

    static we_instance_options defaults() { return sized<we_instance_options>(); }

    /// Bytes that answer every import; none: answers are deferred.
    void answer_with(we_buf answer) { answer_ = answer; }
    /// Runs the guest until it waits for an answer.
    we_import* next_token() {
        while (!poll() && token_ == nullptr) waiter_.wait();
        return std::exchange(token_, nullptr);
    }
    we_status fault() const { return fault_; }
    bool has_ended() const { return ended_; }
    we_status outcome() const { return outcome_; }

    void call(std::uint32_t function, we_buf arguments) {
        ended_ = false;
        auto sink = sized<we_call_sink>();
        sink.context = this;
        sink.done = [](void* self, we_buf result, we_stream* const* streams, std::size_t count,
                       const we_error* error) {
            release(result);
            for (std::size_t place = 0; place < count; ++place) we_stream_free(streams[place]);
            static_cast<Guest*>(self)->end(error);
        };
        require(
            we_call_start(task_, function, arguments, nullptr, 0, &sink, &id_, nullptr) == WE_OK,
            "a call does not start");
    }

    void get(const char* path) {
        ended_ = false;
        auto request = sized<we_http_request>();
        request.method = view("GET");
        request.scheme = view("http");
        request.authority = view("soak.test");
        request.path_with_query = view(path);
        auto sink = sized<we_http_sink>();
        sink.context = this;
        sink.head = [](void*, std::uint16_t, const we_header*, std::size_t) {};
        sink.chunk = [](void*, we_str) { return 0; };
        sink.trailers = [](void*, const we_header*, std::size_t) {};
        sink.end = [](void* self, const we_error* error) { static_cast<Guest*>(self)->end(error); };
        require(we_http_start(task_, &request, &sink, &id_, nullptr) == WE_OK,
                "a request does not start");
    }

    void close() { we_instance_close(task_); }
    bool poll() { return we_task_poll(task_, &waiter_).state == WE_DONE; }
    /// Until the call has ended.
    void finish() {
        while (!poll() && !ended_) waiter_.wait();
        require(ended_, "a call has no end");
    }
    /// Until the task is done.
    void finish_all() {
        while (!poll()) waiter_.wait();
    }
    void give_up() { we_call_drop(task_, id_); }

  private:
    void end(const we_error* error) {
        ended_ = true;
        outcome_ = we_error_code(error);
    }
    void on_import(we_buf arguments, we_reply* reply) {
        release(arguments);
        if (answer_.data != nullptr)
            we_reply_answer(reply, answer_);
        else
            token_ = we_reply_defer(reply);
    }

    we_task* task_ = nullptr;
    Waiter& waiter_ = the_waiter();
    we_buf answer_{};
    we_import* token_ = nullptr;
    std::uint64_t id_ = 0;
    bool ended_ = false;
    we_status outcome_ = WE_OK;
    we_status fault_ = WE_OK;

    /// Wakers may outlive their task by a moment.
    static Waiter& the_waiter() {
        static auto* waiter = new Waiter;
        return *waiter;
    }
};

}  // namespace soak
