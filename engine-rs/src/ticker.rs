//! The threads that advance epochs tick only while guests run, so that an idle process sleeps.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// How many pauses without a poll before a ticker sleeps.
const IDLE_PAUSES: u32 = 20;

/// The polls of one thread: twice as many as have ended, and one more while it is in one.
type Polls = Arc<AtomicU64>;

/// Of every thread that has polled.
static THREADS: Mutex<Vec<Weak<AtomicU64>>> = Mutex::new(Vec::new());
/// How many tickers sleep, or are about to.
static ASLEEP: AtomicUsize = AtomicUsize::new(0);
static SLEEP: Mutex<()> = Mutex::new(());
static WOKEN: Condvar = Condvar::new();

thread_local! {
    static POLLS: Polls = new_thread();
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn new_thread() -> Polls {
    let polls = Polls::default();
    let mut threads = lock(&THREADS);
    threads.retain(|thread| thread.strong_count() > 0);
    threads.push(Arc::downgrade(&polls));
    polls
}

/// A poll begins on this thread: from now on epochs advance.
pub fn begin_poll() {
    POLLS.with(|polls| polls.store(polls.load(Relaxed) + 1, SeqCst));
    // Either this sees the ticker that falls asleep, or that sees the poll.
    if ASLEEP.load(SeqCst) > 0 {
        wake();
    }
}

pub fn end_poll() {
    POLLS.with(|polls| polls.store(polls.load(Relaxed) + 1, SeqCst));
}

/// Wakes every ticker: a guest runs, or an engine is gone.
pub fn wake() {
    drop(lock(&SLEEP));
    WOKEN.notify_all();
}

/// A number that changes with every poll; none while a thread is in one.
fn polls_so_far() -> Option<u64> {
    let threads = lock(&THREADS);
    let mut counts = threads.iter().filter_map(Weak::upgrade).map(|polls| polls.load(SeqCst));
    counts.try_fold(0, |sum, count| (count % 2 == 0).then(|| sum + count))
}

/// Calls `tick` after each pause, until it says that nobody needs it.
pub fn run(pause: Duration, tick: impl Fn() -> bool) {
    let (mut seen, mut idle) = (None, 0);
    loop {
        std::thread::sleep(pause);
        if !tick() {
            return;
        }
        let now = polls_so_far();
        idle = if now.is_some() && now == seen { idle + 1 } else { 0 };
        seen = now;
        if idle >= IDLE_PAUSES {
            sleep_after(seen);
            idle = 0;
        }
    }
}

/// Sleeps until a poll begins, if none has since `seen`.
fn sleep_after(seen: Option<u64>) {
    let guard = lock(&SLEEP);
    ASLEEP.fetch_add(1, SeqCst);
    if polls_so_far() == seen {
        drop(WOKEN.wait(guard));
    }
    ASLEEP.fetch_sub(1, SeqCst);
}
