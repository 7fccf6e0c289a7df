#include "io/engine/wasmtime/poll_job.h"

namespace weft::engine::wasmtime {

PollJobPtr PollJob::create(rt::Executor* executor, TaskHandle task, Client* client) {
    return PollJobPtr(new PollJob(executor, std::move(task), client));
}

rt::Job PollJob::job() {
    return [self = PollJobPtr(this)] { self->run(); };
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
        executor_->post(job());
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
    state_ = State::ended;
    {
        const std::lock_guard lock(mutex_);
        is_open_ = false;
    }
    if (task_) client_->before_drop();
    task_.reset();
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
        executor_->post_low(job());
    } else if (state_ == State::notified) {
        state_ = State::scheduled;
        executor_->post(job());
    } else {
        state_ = State::idle;
    }
}

}  // namespace weft::engine::wasmtime
