//! The event loop: ends turns (writes their output), and delivers timers, results of children and signals.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use psyncscope_engine::Input;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::spawn_local;
use tokio::time::{Instant, Sleep, sleep_until};

use super::server::{ChildResult, End, Shared};

/// Runs until the node ends; returns how it ended.
///
/// # Errors
/// If the task panics.
pub async fn run(
    shared: &Rc<Shared>,
    mut children: UnboundedReceiver<ChildResult>,
    mut signals: Signals,
) -> io::Result<End> {
    let shared = Rc::clone(shared);
    // A separate task: waking it is free, while waking the future of block_on costs a system call.
    let task = spawn_local(async move {
        let mut timer = pin!(sleep_until(Instant::now()));
        loop {
            match poll_fn(|cx| poll(cx, &shared, &mut children, &mut signals, timer.as_mut())).await {
                Step::End(end) => return end,
                // Serve everything that is ready first.
                Step::Again => tokio::task::yield_now().await,
            }
        }
    });
    task.await.map_err(io::Error::other)
}

/// What the loop does next.
enum Step {
    /// The node ended.
    End(End),
    /// A script continues at once, but other clients are served between its slices.
    Again,
}

fn poll(
    cx: &mut Context<'_>,
    shared: &Rc<Shared>,
    children: &mut UnboundedReceiver<ChildResult>,
    signals: &mut Signals,
    mut timer: std::pin::Pin<&mut Sleep>,
) -> Poll<Step> {
    loop {
        if signals.poll_end(cx) {
            shared.wake();
            shared.handle_input(Input::Terminate);
        }
        while !shared.is_asleep()
            && let Poll::Ready(Some(result)) = children.poll_recv(cx)
        {
            shared.child_done(result);
        }
        if shared.is_in_turn() {
            shared.end_turn();
        }
        if let Some(end) = shared.exit.get() {
            return Poll::Ready(Step::End(end));
        }
        let due = match shared.sleeps_until.get() {
            Some(until) => Some(shared.at(until)),
            None => shared.due(),
        };
        let Some(due) = due else { break };
        // The runtime's timers have a resolution of a millisecond: what is due needs no timer.
        if due > Instant::now() {
            if timer.deadline() != due {
                timer.as_mut().reset(due);
            }
            if timer.as_mut().poll(cx).is_pending() {
                break;
            }
        }
        if shared.is_asleep() {
            shared.wake();
        }
        shared.handle_input(Input::Timer);
        shared.notify_if_script_ended();
        if !shared.is_asleep() && shared.is_busy() {
            shared.end_turn();
            return Poll::Ready(Step::Again);
        }
    }
    let mut event_loop = shared.event_loop.borrow_mut();
    match &mut *event_loop {
        Some(waker) => waker.clone_from(cx.waker()),
        None => *event_loop = Some(cx.waker().clone()),
    }
    Poll::Pending
}

/// The signals that redis-server handles.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// Ignored, as in Redis: it must be received for that.
    hangup: Signal,
}

impl Signals {
    /// Installs the handlers.
    ///
    /// If the system refuses.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Whether the process was asked to end.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> bool {
        while self.hangup.poll_recv(cx).is_ready() {}
        self.terminate.poll_recv(cx).is_ready() || self.interrupt.poll_recv(cx).is_ready()
    }
}
