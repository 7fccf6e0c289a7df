//! The queue between an instance and its guest's task.

use super::host::Wakes;
use crate::call_queue::{CallQueue, CallRequest, ExportRequest, QueuedCall};
use crate::value::Value;
use futures::task::waker;
use std::sync::Arc;
use std::task::{Context, Poll};

#[test]
fn a_call_that_comes_wakes_the_task_that_waits_for_one() {
    let (task, queue) = (Arc::new(Wakes::default()), CallQueue::default());
    let waker = waker(task.clone());
    let cx = &mut Context::from_waker(&waker);
    assert!(queue.poll_next(cx).is_pending());
    let request = ExportRequest { function: 0, arguments: Value::default() };

    queue.add(QueuedCall { id: 7, request: CallRequest::Export(request) });

    assert_eq!((task.count(), queue.calls()), (1, 1));
    assert!(matches!(queue.poll_next(cx), Poll::Ready(Some(QueuedCall { id: 7, .. }))));
    queue.end_call();
    queue.close();
    assert_eq!((task.count(), queue.calls()), (2, 0));
    assert!(matches!(queue.poll_next(cx), Poll::Ready(None)));
}
