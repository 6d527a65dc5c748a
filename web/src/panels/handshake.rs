//! The handshake panel: the ladder of the sixteen states.

use std::rc::Rc;

use yew::prelude::*;

use crate::i18n::{Text, use_text};
use crate::model::bytes::escape;
use crate::model::ladder::{Ladder, Rung, Said, Status};
use crate::model::time;
use crate::ui::rich::{Fill, rich};

/// Properties of [`HandshakePanel`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The ladder.
    pub ladder: Rc<Ladder>,
    /// Whom the node is to follow, `host:port`; a master has none.
    pub master: Option<AttrValue>,
}

/// The states from NONE to CONNECTED, each with the bytes exchanged in it.
#[component]
pub fn HandshakePanel(props: &Props) -> Html {
    let t = use_text();
    html! {
        <div class="handshake">
            <p class="panel-line">
                if let Some(master) = &props.master {
                    { rich(t.ladder_attempts, |name| match name {
                        "master" => Fill::Html(html! { <code>{ master }</code> }),
                        _ => Fill::Text(props.ladder.attempts.to_string()),
                    }) }
                } else {
                    { t.ladder_master }
                }
            </p>
            <ol class="ladder" aria-label={t.ladder}>
                { for props.ladder.rungs.iter().map(|rung| rung_html(rung, t)) }
            </ol>
        </div>
    }
}

fn rung_html(rung: &Rung, t: &Text) -> Html {
    let name = rung.state.name();
    let status = match rung.status {
        Status::Passed => t.status_passed,
        Status::Current => t.status_current,
        Status::Failed => t.status_failed,
        Status::Skipped => t.status_skipped,
        Status::Pending => t.status_pending,
    };
    html! {
        <li key={name} class={classes!("rung", format!("rung-{}", rung.status.name()))} data-status={rung.status.name()}
            data-testid={format!("ladder-{name}")} aria-current={(rung.status == Status::Current).then_some("step")}>
            <span class="rung-dot" aria-hidden="true"></span>
            <span class="rung-number num faint">{ rung.state as u8 }</span>
            <span class="rung-name">{ name }</span>
            <span class="rung-status">{ status }</span>
            <span class="rung-at num faint">{ rung.at.map(time::clock) }</span>
            <div class="rung-said">
                { for rung.sent.iter().map(|said| said_html(said, "→", t.sent, "rung-sent")) }
                { for rung.received.iter().map(|said| said_html(said, "←", t.received, "rung-received")) }
                if let Some(failed) = &rung.failed {
                    <p class="rung-failed">
                        { rich(t.failed_before, |name| match name {
                            "at" => Fill::Text(time::clock(failed.at)),
                            _ => Fill::Html(html! { <code>{ failed.why.clone() }</code> }),
                        }) }
                    </p>
                }
            </div>
        </li>
    }
}

fn said_html(said: &Said, arrow: &str, label: &str, class: &'static str) -> Html {
    html! {
        <p class={classes!("rung-bytes", class)} title={time::clock(said.at)}>
            <span class="rung-arrow" role="img" aria-label={label.to_owned()}>{ arrow.to_owned() }</span>
            <code>{ escape(&said.bytes) }</code>
        </p>
    }
}
