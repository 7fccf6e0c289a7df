#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "weft_engine.h"

/// What the C side of the boundary keeps, with every promise of the header that can be checked.
namespace engine_abi {

using Bytes = std::vector<std::uint8_t>;

inline void expect(bool condition, const char* promise) {
    if (condition) return;
    std::fprintf(stderr, "engine_abi: broken: %s\n", promise);
    std::abort();
}

/// The input as decisions; zeros when it is over.
class Input {
  public:
    explicit Input(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
    bool is_over() const { return rest_.empty(); }
    std::uint8_t next() {
        if (rest_.empty()) return 0;
        const auto byte = rest_.front();
        rest_ = rest_.subspan(1);
        return byte;
    }
    unsigned below(std::size_t limit) {
        return limit < 2 ? 0 : next() % static_cast<unsigned>(limit);
    }
    Bytes take(std::size_t count) {
        const auto taken = rest_.first(std::min(count, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return {taken.begin(), taken.end()};
    }
    template <typename T>
    T* pick(std::vector<T>& from) {
        return from.empty() ? nullptr : &from[below(from.size())];
    }

  private:
    std::span<const std::uint8_t> rest_;
};

inline we_str view(const Bytes& bytes) { return {bytes.data(), bytes.size()}; }
inline we_str view(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

template <typename Options>
Options sized() {
    Options options{};
    options.size = sizeof(Options);
    return options;
}

/// What is woken: all tasks and streams of the process wake this one.
class Waiter {
  public:
    static Waiter& the() {
        static auto* waiter = new Waiter;
        return *waiter;
    }
    static we_waker_vtable vtable() {
        auto wakers = sized<we_waker_vtable>();
        wakers.clone = [](void* data) { of(data).add(1); };
        wakers.wake = [](void* data) { of(data).woken_ = true; };
        wakers.drop = [](void* data) { of(data).add(-1); };
        return wakers;
    }
    bool take_wake() { return woken_.exchange(false); }
    /// The reactor may hold one for a moment after its task is gone.
    void expect_no_references() {
        std::unique_lock lock(mutex_);
        const auto none = [this] { return references_ == 0; };
        expect(changed_.wait_for(lock, std::chrono::seconds(10), none), "wakers are given back");
    }

  private:
    static Waiter& of(void* data) { return *static_cast<Waiter*>(data); }
    void add(int references) {
        const std::lock_guard lock(mutex_);
        references_ += references;
        expect(references_ >= 0, "a waker is given back once");
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    int references_ = 0;
    std::atomic<bool> woken_ = false;
};

/// Bytes that move to the library, each of which frees them exactly once.
class Buffers {
  public:
    we_buf give(Bytes bytes) {
        auto& owner = all_.emplace_back(std::move(bytes));
        return {owner.bytes.data(), owner.bytes.size(),
                [](void* moved) { ++static_cast<Owner*>(moved)->freed; }, &owner};
    }
    void expect_all_freed() const {
        for (const auto& owner : all_) expect(owner.freed == 1, "a buffer is freed exactly once");
    }

  private:
    struct Owner {
        explicit Owner(Bytes given) : bytes(std::move(given)) {}
        Bytes bytes;
        std::atomic<int> freed = 0;
    };
    std::deque<Owner> all_;
};

/// Copies bytes of the library's and gives them back.
inline Bytes taken(we_buf buffer) {
    Bytes bytes(buffer.data, buffer.data + buffer.size);
    if (buffer.free != nullptr) buffer.free(buffer.owner);
    return bytes;
}

/// Looks at all of an error, and frees it.
inline void check_error(we_status status, we_error* error) {
    if (status == WE_OK) return expect(error == nullptr, "no error beside WE_OK");
    expect(error != nullptr, "an error beside a status");
    expect(we_error_code(error) == status, "an error has its status");
    expect(we_error_message(error).size > 0, "an error has a message");
    expect(we_error_backtrace(error).size <= 8 * 1024, "a stack has at most 8 KiB");
    we_error_free(error);
}

inline void look_at(const we_error* error) {
    if (error == nullptr) return;
    expect(we_error_code(error) != WE_OK, "a failure is none of WE_OK");
    expect(we_error_message(error).size > 0, "an error has a message");
}

/// One call or response: told once, and not after it was given up.
struct Sink {
    void* host = nullptr;
    std::uint64_t id = 0;
    bool is_paused = false;
    bool has_head = false;
    bool has_trailers = false;
    bool has_ended = false;
    bool given_up = false;

    void tell(bool at_end) {
        expect(!has_ended, "nothing follows the end of a call");
        expect(!given_up, "a call that was given up is not told");
        has_ended = at_end;
    }
};

/// A request body or a stream that the C side feeds.
struct Body {
    void* host = nullptr;
    we_body* raw = nullptr;
    bool wanted = false;
    bool is_closed = false;
};

inline void read_stream(we_stream* stream) {
    we_buf chunk{};
    const auto state = we_stream_poll(stream, &Waiter::the(), &chunk);
    expect(state >= WE_STREAM_PENDING && state <= WE_STREAM_CUT, "there are four states");
    if (state == WE_STREAM_CHUNK) expect(taken(chunk).size() <= 64 * 1024, "at most 64 KiB");
}

/// Gives a guest something to write: `stream` if another guest handed it over for that, or a new
/// one. What it writes is read as any of `streams`.
inline void attach_output(we_reply* reply, std::vector<we_stream*>& streams, we_stream** stream) {
    we_body* body = stream == nullptr ? nullptr : we_output_of(*stream);
    if (body != nullptr) {
        streams.erase(streams.begin() + (stream - streams.data()));
    } else {
        we_stream* written = nullptr;
        expect(we_output_new(&written, &body, nullptr) == WE_OK, "it can always be made");
        streams.push_back(written);
    }
    we_reply_attach(reply, body);
    expect(we_reply_attach(reply, body) == UINT32_MAX, "it is given once");
    we_body_free(body);
}

/// Bytes of a file of the project.
inline Bytes read_file(const std::string& name) {
    std::ifstream file(std::filesystem::path(WEFT_SOURCE_DIR) / name, std::ios::binary);
    Bytes bytes{std::istreambuf_iterator<char>(file), {}};
    expect(!bytes.empty(), name.c_str());
    return bytes;
}

}  // namespace engine_abi
