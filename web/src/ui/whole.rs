//! Drawings are whole: what a message changes is rendered, with all that it leads to, before the browser draws.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use wasm_bindgen_futures::spawn_local;
use yew::html::Scope;
use yew::{BaseComponent, scheduler};

/// Sends a message and has it handled and rendered at once.
///
/// Yew's own scheduler lets the browser draw when 16 ms are over, also between a component and its children: on slow
/// machines the page would be of two instants. `flush` does not; it runs first because it is spawned first.
pub fn send<C: BaseComponent>(link: &Scope<C>, msg: C::Message) {
    spawn_local(async {
        let mut flush = pin!(scheduler::flush());
        // Its first poll does it all. It would go on to wait for the scheduler's own run, which has nothing left to do;
        // and two that wait wake each other for ever.
        poll_fn(|cx| {
            let _ = flush.as_mut().poll(cx);
            Poll::Ready(())
        })
        .await;
    });
    link.send_message(msg);
}
