#include "io/engine/wasmtime/poll_job.h"

namespace weft::engine::wasmtime {

PollJobPtr PollJob::create(rt::Executor* executor, TaskHandle task, Client* client) {
    return PollJobPtr(new PollJob(executor, std::move(task), client));
}

rt::Job PollJob::job() {
    return [self = PollJobPtr(this)] { self->run(); };
}

void PollJob::wake() noexcept {
    const std::lock_guard lock(mutex_);
    if (state_ == State::idle) {
        state_ = State::scheduled;
        executor_->post(job());
    } else if (state_ == State::running) {
        state_ = State::notified;
    }
}

void PollJob::end() {
    {
        const std::lock_guard lock(mutex_);
        state_ = State::ended;
    }
    if (task_) client_->before_drop();
    task_.reset();
}

void PollJob::run() {
    {
        const std::lock_guard lock(mutex_);
        if (state_ != State::scheduled) return;
        state_ = State::running;
    }
    const we_poll polled = we_task_poll(task_.get(), waker());
    settle(polled);
    client_->after_poll(polled);
}

void PollJob::settle(we_poll polled) {
    if (polled.state == WE_DONE) return end();
    const std::lock_guard lock(mutex_);
    if (polled.yielded != 0) {
        state_ = State::scheduled;
        executor_->post_low(job());
    } else if (state_ == State::notified) {
        state_ = State::scheduled;
        executor_->post(job());
    } else {
        state_ = State::idle;
    }
}

}  // namespace weft::engine::wasmtime
