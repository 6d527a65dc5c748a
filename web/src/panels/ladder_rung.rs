//! A state of the handshake ladder.

use psyncscope_lab::format;
use psyncscope_lab::format::escape;
use psyncscope_lab::ladder::{Rung, Said, Status};
use psyncscope_lab::sim::frame::HostId;
use yew::prelude::*;

use crate::i18n::Messages;
use crate::intent::Intent;
use crate::steps::intent::StepsIntent;
use crate::ui::context::use_ui;
use crate::ui::lit_bytes::LitBytes;
use crate::ui::rich::{Fill, rich};

/// Properties of [`LadderRung`].
#[derive(Properties, PartialEq)]
pub struct LadderRungProps {
    /// The node.
    pub host: HostId,
    /// The state.
    pub rung: Rung,
}

/// A state: how it stands, when the attempt came to it, the bytes sent and read in it, and why the last attempt ended
/// here.
#[component]
pub fn LadderRung(props: &LadderRungProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let rung = &props.rung;
    let name = rung.state.name();
    let (status, slug) = match rung.status {
        Status::Passed => (t.status_passed, "passed"),
        Status::Current => (t.status_current, "current"),
        Status::Failed => (t.status_failed, "failed"),
        Status::Skipped => (t.status_skipped, "skipped"),
        Status::Pending => (t.status_pending, "pending"),
    };
    let is_current = rung.status == Status::Current;
    html! {
        <li
            class={classes!("rung", format!("rung-{slug}"))}
            data-status={slug}
            data-testid={format!("ladder-{name}")}
            aria-current={is_current.then_some("step")}
        >
            <span class="rung-dot"></span>
            <span class="rung-number num faint">{ rung.state as u8 }</span>
            // The first attempt begins without having come from anywhere.
            if let Some(at) = rung.at.or(rung.failed.as_ref().map(|failed| failed.at)) {
                <button
                    type="button"
                    class="rung-name link"
                    title={t.step_inside}
                    data-field={is_current.then_some("repl_state")}
                    onclick={ui.click(Intent::Steps(StepsIntent::State(props.host, rung.state, at)))}
                >
                    { name }
                </button>
            } else {
                <span class="rung-name" data-field={is_current.then_some("repl_state")}>{ name }</span>
            }
            <span class="rung-status">{ status }</span>
            <span class="rung-at num faint">{ rung.at.map_or_else(String::new, format::clock) }</span>
            <div class="rung-said">
                { for rung.sent.iter().map(|said| said_html(said, true, t)) }
                { for rung.received.iter().map(|said| said_html(said, false, t)) }
                if let Some(failed) = &rung.failed {
                    <p class="rung-failed">
                        { rich(t.failed_before, &|slot| match slot {
                            "at" => Fill::Text(format::clock(failed.at)),
                            _ => Fill::Html(html! { <code>{ failed.why.clone() }</code> }),
                        }) }
                    </p>
                }
            </div>
        </li>
    }
}

fn said_html(said: &Said, sent: bool, t: &Messages) -> Html {
    let (class, arrow, label) = if sent { ("rung-sent", "→", t.sent) } else { ("rung-received", "←", t.received) };
    html! {
        <p class={classes!("rung-bytes", class)} title={format::clock(said.at)}>
            <span class="rung-arrow" role="img" aria-label={label}>{ arrow }</span>
            <LitBytes bytes={said.stream}><code>{ escape(&said.bytes) }</code></LitBytes>
        </p>
    }
}
