#include "base/rt/shard.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <deque>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/rt/timer_queue.h"

namespace weft::rt {
namespace asio = boost::asio;
namespace {

/// How much of one kind of ready work may run before the other kind is looked at.
constexpr int own_jobs_max = 16;
constexpr int io_jobs_max = 64;
/// After a low-priority job, ready work may run this many times as long as that did.
constexpr int ready_share = 2;
/// And while it keeps coming at least this often, the thread waits for it, all in all as long as
/// that job ran: a client that asks again right after each answer must not find the thread busy.
constexpr std::chrono::milliseconds ready_patience{1};

using Clock = std::chrono::steady_clock;

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
    std::deque<Job> own;  // Posted by this thread: they need neither a lock nor a system call.
    std::deque<Job> low;
    bool slice_used = false;      // By the job that runs now: it posted to `low`.
    bool ready_came = false;      // Since the last low-priority job.
    Clock::duration run_left{};   // What is left to ready work until the next low-priority job,
    Clock::duration wait_left{};  // and to waiting for it.
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
            run_own();
            if (own.empty() && low.empty())
                io.run_one();
            else
                run_io();
            return;
        }
        const auto begin = Clock::now();
        const int ran = run_own() + run_io();
        run_left -= Clock::now() - begin;
        ready_came |= ran > 0;
        if (ran > 0 ? run_left <= Clock::duration::zero() : !wait_for_ready_work()) run_low();
    }

    // Both end early after a job that used up a time slice: the other kind has waited for it.
    int run_own() {
        int ran = 0;
        slice_used = false;
        for (; ran < own_jobs_max && !own.empty() && !slice_used; ++ran) {
            Job& job = own.front();  // Stays where it is: what it posts comes behind it,
            job();
            job.drop();  // also when it goes.
            own.pop_front();
        }
        return ran;
    }

    int run_io() {
        int ran = 0;
        slice_used = false;
        while (ran < io_jobs_max && !slice_used && io.poll_one() != 0) ++ran;
        return ran;
    }

    bool wait_for_ready_work() {
        if (!ready_came || wait_left <= Clock::duration::zero()) return false;
        const auto begin = Clock::now();
        const auto ran = io.run_one_for(std::min<Clock::duration>(ready_patience, wait_left));
        wait_left -= Clock::now() - begin;
        return ran != 0;
    }

    void run_low() {
        ready_came = false;
        Job job = std::move(low.front());
        low.pop_front();
        const auto begin = Clock::now();
        job();
        wait_left = Clock::now() - begin;
        run_left = ready_share * wait_left;
    }
};

Shard::Shard(unsigned index) : index_(index), loop_(std::make_unique<Loop>()) {}
Shard::~Shard() = default;

void Shard::post(Job job) {
    if (is_current())
        loop_->own.push_back(std::move(job));
    else
        asio::post(loop_->io, std::move(job));
}

void Shard::post_low(Job job) {
    WEFT_ASSERT(is_current(), "low-priority jobs come from the shard itself");
    loop_->slice_used = true;
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
