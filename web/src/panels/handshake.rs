//! The handshake panel: the ladder of the sixteen states.

use yew::prelude::*;

use crate::i18n::Text;
use crate::model::bytes::escape;
use crate::model::ladder::{Ladder, Rung, Said, Status};
use crate::model::time;
use crate::ui::atoms::{code, div, para, row, span, text};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::part::Part;
use crate::ui::rich::{Fill, rich};

/// The states from NONE to CONNECTED, each with the bytes exchanged in it.
#[derive(PartialEq)]
pub struct HandshakePanel {
    /// The ladder.
    pub ladder: Ladder,
    /// Whom the node is to follow, `host:port`; a master has none.
    pub master: Option<String>,
}

impl Part for HandshakePanel {
    fn draw(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let whom = match &self.master {
            Some(master) => rich(t.ladder_attempts, &|name| match name {
                "master" => Fill::Html(code(master.clone())),
                _ => Fill::Text(self.ladder.attempts.to_string()),
            }),
            None => text(t.ladder_master),
        };
        let rungs = self.ladder.rungs.iter().map(|rung| rung_html(rung, t)).collect();
        let ladder = el("ol").class("ladder").set("aria-label", t.ladder).all(rungs).html();
        div("handshake", row(vec![para("panel-line", whom), ladder]))
    }
}

fn rung_html(rung: &Rung, t: &Text) -> Html {
    let name = rung.state.name();
    let (status, slug) = match rung.status {
        Status::Passed => (t.status_passed, "passed"),
        Status::Current => (t.status_current, "current"),
        Status::Failed => (t.status_failed, "failed"),
        Status::Skipped => (t.status_skipped, "skipped"),
        Status::Pending => (t.status_pending, "pending"),
    };
    let mut said: Vec<Html> = Vec::new();
    said.extend(rung.sent.iter().map(|s| said_html(s, "→", t.sent, "rung-bytes rung-sent")));
    said.extend(rung.received.iter().map(|s| said_html(s, "←", t.received, "rung-bytes rung-received")));
    said.extend(rung.failed.iter().map(|failed| {
        let words = rich(t.failed_before, &|name| match name {
            "at" => Fill::Text(time::clock(failed.at)),
            _ => Fill::Html(code(failed.why.clone())),
        });
        para("rung-failed", words)
    }));
    let mut li = el("li").key(name).class(format!("rung rung-{slug}")).set("data-status", slug);
    if rung.status == Status::Current {
        li = li.set("aria-current", "step");
    }
    li.testid(format!("ladder-{name}"))
        .put(span("rung-dot", ""))
        .put(span("rung-number num faint", (rung.state as u8).to_string()))
        .put(span("rung-name", name))
        .put(span("rung-status", status))
        .put(span("rung-at num faint", rung.at.map_or_else(String::new, time::clock)))
        .put(div("rung-said", row(said)))
        .html()
}

fn said_html(said: &Said, arrow: &'static str, label: &'static str, class: &'static str) -> Html {
    let arrow = el("span").class("rung-arrow").set("role", "img").set("aria-label", label).text(arrow);
    el("p").class(class).set("title", time::clock(said.at)).put(arrow).put(code(escape(&said.bytes))).html()
}
