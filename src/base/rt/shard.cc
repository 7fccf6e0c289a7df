#include "base/rt/shard.h"

#include <pthread.h>

#include <atomic>
#include <deque>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/rt/timer_queue.h"

namespace weft::rt {
namespace asio = boost::asio;
namespace {

/// How many ready jobs may run before a low-priority one gets its turn.
constexpr int ready_jobs_max = 64;

thread_local const Shard* current_shard = nullptr;

std::chrono::steady_clock::time_point to_steady(TimePoint time) {
    return std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(time.time_since_epoch()));
}

}  // namespace

struct Shard::Loop {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    asio::steady_timer alarm{io};  // Wakes the loop for the earliest timer.
    TimePoint alarm_due = TimePoint::max();
    TimerQueue timers;
    std::deque<Job> low;
    std::atomic<bool> stopped = false;

    void set_alarm() {
        const auto earliest = timers.earliest();
        if (!earliest || *earliest >= alarm_due) return;
        alarm_due = *earliest;
        alarm.expires_at(to_steady(alarm_due));
        alarm.async_wait([this](const boost::system::error_code& error) {
            if (error == asio::error::operation_aborted) return;
            alarm_due = TimePoint::max();
            timers.fire_due(TimePoint(std::chrono::steady_clock::now().time_since_epoch()));
            set_alarm();
        });
    }

    void turn() {
        if (low.empty()) {
            io.run_one();
            return;
        }
        for (int ran = 0; ran < ready_jobs_max && io.poll_one() != 0; ++ran) {
        }
        Job job = std::move(low.front());
        low.pop_front();
        job();
    }
};

Shard::Shard(unsigned index) : index_(index), loop_(std::make_unique<Loop>()) {}
Shard::~Shard() = default;

void Shard::post(Job job) { asio::post(loop_->io, std::move(job)); }

void Shard::post_low(Job job) {
    WEFT_ASSERT(is_current(), "low-priority jobs come from the shard itself");
    loop_->low.push_back(std::move(job));
}

void Shard::arm(Timer& timer, TimePoint due) {
    WEFT_ASSERT(is_current(), "timers are armed on their own shard");
    loop_->timers.arm(timer, due);
    loop_->set_alarm();
}

TimePoint Shard::now() const {
    return TimePoint(std::chrono::steady_clock::now().time_since_epoch());
}

bool Shard::is_current() const { return current_shard == this; }

void* Shard::native() const { return &loop_->io; }

void Shard::run() {
    WEFT_ASSERT(current_shard == nullptr, "one shard runs on one thread");
    current_shard = this;
    while (!loop_->stopped.load(std::memory_order_relaxed)) loop_->turn();
    current_shard = nullptr;
}

void Shard::stop() {
    asio::post(loop_->io, [this] { loop_->stopped.store(true, std::memory_order_relaxed); });
}

ShardThread::ShardThread(unsigned index) : shard_(index) {
    thread_ = std::thread([this] {
        const auto name = "weft-shard-" + std::to_string(shard_.index());
        ::pthread_setname_np(::pthread_self(), name.c_str());
        shard_.run();
    });
}

ShardThread::~ShardThread() {
    shard_.stop();
    thread_.join();
}

}  // namespace weft::rt
