//! Which wakes of the future inside of wasmtime's event loop ask for another poll of its task.

use super::host::Wakes;
use crate::call_queue::{CallQueue, Job};
use crate::export_call::ExportRequest;
use crate::serve::CallRequest;
use crate::value::Value;
use futures::task::waker;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

struct Meeting {
    task: Arc<Wakes>,
    queue: CallQueue,
    inner: Waker,
}

impl Meeting {
    fn new() -> Self {
        let (task, queue) = (Arc::new(Wakes::default()), CallQueue::default());
        let inner = Waker::from(queue.waker.clone());
        Meeting { task, queue, inner }
    }

    /// One poll of the task, in which its future has a turn between the two; true if another is due.
    fn poll(&self, before: impl FnOnce(&Waker), after: impl FnOnce(&Waker)) -> bool {
        self.queue.waker.begin_poll();
        before(&self.inner);
        self.queue.begin_poll_inside(&waker(self.task.clone()));
        after(&self.inner);
        self.queue.waker.end_poll()
    }

    fn wakes(&self) -> u32 {
        self.task.count()
    }
}

#[test]
fn a_wake_that_a_turn_follows_costs_no_poll() {
    let meeting = Meeting::new();

    assert!(!meeting.poll(Waker::wake_by_ref, |_| {}));
    assert_eq!(meeting.wakes(), 0);
}

#[test]
fn a_wake_after_the_last_turn_asks_for_another_poll_once() {
    let meeting = Meeting::new();

    assert!(meeting.poll(|_| {}, Waker::wake_by_ref));
    assert!(!meeting.poll(|_| {}, |_| {}));
    assert_eq!(meeting.wakes(), 0, "whoever polls is asked");
}

#[test]
fn a_wake_between_polls_wakes_the_task() {
    let meeting = Meeting::new();
    meeting.poll(|_| {}, |_| {});

    meeting.inner.wake_by_ref();

    assert_eq!(meeting.wakes(), 1);
}

#[test]
fn a_wake_from_another_thread_wakes_the_task_also_during_a_poll() {
    let meeting = Meeting::new();
    let elsewhere = |inner: &Waker| {
        let inner = inner.clone();
        std::thread::spawn(move || inner.wake()).join().unwrap();
    };
    meeting.poll(|_| {}, |_| {});

    assert!(!meeting.poll(elsewhere, |_| {}));
    assert!(!meeting.poll(|_| {}, elsewhere));
    assert_eq!(meeting.wakes(), 2);
}

#[test]
fn a_call_that_comes_wakes_whoever_waits_for_one() {
    let meeting = Meeting::new();
    meeting.poll(
        |_| {},
        |inner| {
            assert!(meeting.queue.poll_next(&mut Context::from_waker(inner)).is_pending());
        },
    );
    let request = ExportRequest { function: 0, arguments: Value::default() };

    meeting.queue.add(Job { id: 7, request: CallRequest::Export(request) });

    assert_eq!((meeting.wakes(), meeting.queue.calls()), (1, 1));
    let next = meeting.queue.poll_next(&mut Context::from_waker(&meeting.inner));
    assert!(matches!(next, Poll::Ready(Some(Job { id: 7, .. }))));
    meeting.queue.end_call();
    meeting.queue.close();
    assert_eq!((meeting.wakes(), meeting.queue.calls()), (2, 0));
    let next = meeting.queue.poll_next(&mut Context::from_waker(&meeting.inner));
    assert!(matches!(next, Poll::Ready(None)));
}
