//! tokio-micro: what tasks cost on tokio's current_thread runtime. Prints one line of JSON: nanoseconds for one operation,
//! under the names of the Go benchmarks in ../../../micro, which measure the same things.
//!
//! usage: tokio-micro

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc as threads;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::unconstrained;
use tokio::time::sleep;

/// How many operations one measurement takes: some tenths of a second. Picked.
const OPERATIONS: u64 = 1_000_000;
const WAKES: u64 = 2_000;
const TASKS: u64 = 1_000_000;

/// The runtime falls asleep before the next wake from outside.
const PAUSE_BETWEEN_WAKES: Duration = Duration::from_micros(200);

/// A future made of its poll function.
struct PollFn<F>(F);

impl<T, F: FnMut(&mut Context<'_>) -> Poll<T> + Unpin> Future for PollFn<F> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        (self.0)(cx)
    }
}

/// Nanoseconds of each of n operations.
fn each(elapsed: Duration, n: u64) -> f64 {
    elapsed.as_nanos() as f64 / n as f64
}

/// A task that does nothing, from its spawn to its result in the task that spawned it.
async fn spawn() -> f64 {
    let begin = Instant::now();
    for _ in 0..OPERATIONS {
        tokio::spawn(async {}).await.unwrap();
    }
    each(begin.elapsed(), OPERATIONS)
}

/// A yield of the only task that is ready.
async fn yield_now() -> f64 {
    let begin = Instant::now();
    for _ in 0..OPERATIONS {
        tokio::task::yield_now().await;
    }
    each(begin.elapsed(), OPERATIONS)
}

/// What one of two tasks waits at, and the other opens.
#[derive(Default)]
struct Gate {
    open: bool,
    waker: Option<Waker>,
}

// A task must be Send, so it finds its gates here and holds no reference: on one thread that needs no lock.
thread_local! {
    static GATES: [RefCell<Gate>; 2] = Default::default();
}

fn open(gate: usize) {
    GATES.with(|gates| {
        let mut gate = gates[gate].borrow_mut();
        gate.open = true;
        if let Some(waker) = &gate.waker {
            waker.wake_by_ref();
        }
    });
}

fn poll_gate(gate: usize, cx: &mut Context<'_>) -> Poll<()> {
    GATES.with(|gates| {
        let mut gate = gates[gate].borrow_mut();
        if std::mem::take(&mut gate.open) {
            return Poll::Ready(());
        }
        if !matches!(&gate.waker, Some(waker) if waker.will_wake(cx.waker())) {
            gate.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    })
}

/// One of two tasks that wake each other by turns: one park and one resume.
async fn park_resume() -> f64 {
    let begin = Instant::now();
    let other = tokio::spawn(async {
        for _ in 0..OPERATIONS / 2 {
            PollFn(|cx: &mut Context<'_>| poll_gate(1, cx)).await;
            open(0);
        }
    });
    for _ in 0..OPERATIONS / 2 {
        open(1);
        PollFn(|cx: &mut Context<'_>| poll_gate(0, cx)).await;
    }
    other.await.unwrap();
    each(begin.elapsed(), OPERATIONS)
}

/// A number there and back, over two channels with room for one.
async fn ping_pong() -> f64 {
    let (ping, mut pings) = mpsc::channel(1);
    let (pong, mut pongs) = mpsc::channel(1);
    let other = tokio::spawn(async move {
        while let Some(n) = pings.recv().await {
            pong.send(n).await.unwrap();
        }
    });
    let begin = Instant::now();
    for n in 0..OPERATIONS {
        ping.send(n).await.unwrap();
        assert_eq!(pongs.recv().await, Some(n));
    }
    let elapsed = begin.elapsed();
    drop(ping);
    other.await.unwrap();
    each(elapsed, OPERATIONS)
}

/// One of a million tasks that are spawned together and joined.
async fn join_million() -> f64 {
    let begin = Instant::now();
    let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(async {})).collect();
    for task in tasks {
        task.await.unwrap();
    }
    each(begin.elapsed(), TASKS)
}

/// How far ahead the i-th timer is armed: one to about two hours, spread evenly and without order.
fn ahead(i: u64) -> Duration {
    Duration::from_secs(3600) + Duration::from_micros(u64::from((i as u32).wrapping_mul(2_654_435_761)))
}

async fn poll_once<F: Future>(mut f: Pin<&mut F>) -> bool {
    PollFn(|cx: &mut Context<'_>| Poll::Ready(f.as_mut().poll(cx).is_ready())).await
}

/// A timer that is armed and cancelled while so many others are armed. A task that has polled 128 things is told to wait,
/// and a timer that is polled then is not armed: hence unconstrained, below.
async fn timer(armed: u64) -> f64 {
    let mut others = Vec::with_capacity(armed as usize);
    for i in 0..armed {
        let mut other = Box::pin(sleep(ahead(i)));
        assert!(!poll_once(other.as_mut()).await);
        others.push(other);
    }
    let begin = Instant::now();
    for i in 0..OPERATIONS {
        let one = sleep(ahead(armed + i));
        tokio::pin!(one);
        assert!(!poll_once(one.as_mut()).await);
    }
    each(begin.elapsed(), OPERATIONS)
}

/// From a wake on another thread to the poll of the task, while the runtime sleeps: the median.
async fn remote_wake() -> f64 {
    let (to_thread, wakers) = threads::sync_channel::<Waker>(1);
    let (woken, wakes) = threads::sync_channel::<Instant>(1);
    let thread = std::thread::spawn(move || {
        let mut times = Vec::new();
        for waker in wakers {
            std::thread::sleep(PAUSE_BETWEEN_WAKES);
            let begin = Instant::now();
            waker.wake();
            times.push(wakes.recv().unwrap() - begin);
        }
        times.sort();
        times[times.len() / 2]
    });
    for _ in 0..WAKES {
        let mut asked = false;
        PollFn(|cx: &mut Context<'_>| {
            if std::mem::replace(&mut asked, true) {
                return Poll::Ready(());
            }
            to_thread.send(cx.waker().clone()).unwrap();
            Poll::Pending
        })
        .await;
        woken.send(Instant::now()).unwrap();
    }
    drop(to_thread);
    each(thread.join().unwrap(), 1)
}

/// Runs a benchmark as a task of a runtime of its own.
fn run<F: Future<Output = f64> + Send + 'static>(f: F) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { tokio::spawn(f).await.unwrap() })
}

fn main() {
    let results = [
        ("Spawn", run(spawn())),
        ("Yield", run(yield_now())),
        ("ParkResume", run(park_resume())),
        ("PingPong", run(ping_pong())),
        ("JoinMillion", run(join_million())),
        ("Timer10", run(unconstrained(timer(10)))),
        ("Timer10k", run(unconstrained(timer(10_000)))),
        ("Timer1M", run(unconstrained(timer(1_000_000)))),
        ("RemoteWake", run(remote_wake())),
    ];
    let fields: Vec<String> = results
        .iter()
        .map(|(name, ns)| format!("\"{}\":{:.1}", name, ns))
        .collect();
    println!("{{{}}}", fields.join(","));
}
