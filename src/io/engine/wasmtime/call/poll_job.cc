#include "io/engine/wasmtime/call/poll_job.h"

namespace weft::engine::wasmtime {

/// One turn on the executor, run or not.
class PollJob::Turn {
  public:
    explicit Turn(PollJob* job) : job_(job) { ++job_->turns_; }
    Turn(Turn&& other) noexcept : job_(std::exchange(other.job_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
        if (job_ != nullptr) job_->let_go();
    }
    void operator()() const { job_->run(); }

  private:
    PollJob* job_;
};

PollJobPtr PollJob::create(rt::Executor* executor, TaskHandle task, Client* client) {
    PollJobPtr job(new PollJob(executor, std::move(task), client));
    job->add_reference();
    return job;
}

rt::Job PollJob::turn() { return Turn(this); }

void PollJob::let_go() {
    if (--turns_ == 0) drop_reference();
}

void PollJob::wake() noexcept {
    if (std::this_thread::get_id() == thread_)
        wake_here();
    else
        wake_from_elsewhere();
}

void PollJob::wake_here() {
    if (state_ == State::idle) {
        state_ = State::scheduled;
        executor_->post(turn());
    } else if (state_ == State::running) {
        state_ = State::notified;
    }
}

void PollJob::wake_from_elsewhere() {
    const std::lock_guard lock(mutex_);
    if (!is_open_ || std::exchange(is_on_the_way_, true)) return;
    executor_->post([self = PollJobPtr(this)] { self->arrive(); });
}

void PollJob::arrive() {
    {
        const std::lock_guard lock(mutex_);
        is_on_the_way_ = false;
    }
    if (state_ != State::idle) return;
    state_ = State::scheduled;
    run();
}

void PollJob::end() {
    if (state_ == State::ended) return;
    state_ = State::ended;
    {
        const std::lock_guard lock(mutex_);
        is_open_ = false;
    }
    task_.reset();
    let_go();
}

void PollJob::run() {
    if (state_ != State::scheduled) return;
    state_ = State::running;
    const we_poll polled = we_task_poll(task_.get(), waker());
    settle(polled);
    client_->after_poll(polled);
}

void PollJob::settle(we_poll polled) {
    if (polled.state == WE_DONE) return end();
    if (polled.yielded != 0) {
        state_ = State::scheduled;
        executor_->post_low(turn());
    } else if (state_ == State::notified) {
        state_ = State::scheduled;
        executor_->post(turn());
    } else {
        state_ = State::idle;
    }
}

}  // namespace weft::engine::wasmtime
