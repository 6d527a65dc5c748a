//! The log panel: what the nodes' logs say, and the decisions about PSYNC among them.

use std::sync::Arc;

use psyncscope_lab::engine::event::LogLevel;
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::intent::Intent;
use crate::model::narrate::Note;
use crate::model::time;
use crate::ui::atoms::{check, div, para, row, span, span_of, text};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::note::note;
use crate::ui::part::Part;
use crate::ui::rich::{Fill, rich};

/// How many lines are shown; older ones are counted.
pub const LINES_MAX: usize = 150;

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub enum Says {
    /// A line of the Redis log.
    Redis(LogLevel, String),
    /// A decision, in our words.
    Verdict(Note),
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its place in the timeline.
    pub entry: usize,
    /// When.
    pub at: SimTime,
    /// Which node.
    pub node: Arc<str>,
    /// What.
    pub says: Says,
}

/// The lines; the app keeps the newest in view as long as the reader does not scroll up.
#[derive(PartialEq)]
pub struct LogPanel {
    /// The newest lines, in order of time.
    pub lines: Vec<Line>,
    /// How many older ones there are.
    pub older: usize,
    /// Whether they are of all nodes.
    pub all: bool,
}

impl Part for LogPanel {
    fn draw(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let mut lines: Vec<Html> = Vec::new();
        if self.older > 0 {
            lines.push(para("faint", rich(t.log_older, &|_| Fill::Text(self.older.to_string()))));
        }
        if self.lines.is_empty() {
            lines.push(para("faint", text(t.log_empty)));
        }
        lines.extend(self.lines.iter().map(|line| line_html(line, cx)));
        let newest = self.lines.last().map_or(0, |line| line.entry);
        let list = el("div")
            .class("log-lines")
            .testid("log")
            .set("data-follow", newest.to_string())
            .set("role", "log")
            .set("tabindex", "0")
            .set("aria-label", t.tab_log)
            .all(lines)
            .html();
        div("log", row(vec![check(cx, "log-all", t.log_all, self.all, Intent::SetLogAll), list]))
    }
}

fn line_html(line: &Line, cx: &UiContext) -> Html {
    let says = match &line.says {
        Says::Redis(level, words) => {
            let looks = if *level == LogLevel::Warning { "log-text log-warning" } else { "log-text" };
            span(looks, format!("{} {words}", sign(*level)))
        }
        Says::Verdict(told) => span_of(format!("log-text log-verdict {}", told.tone.class()), note(told, cx)),
    };
    let parts = vec![span("log-at num", time::clock(line.at)), span("log-node", line.node.to_string()), says];
    div("log-line", row(parts))
}

/// The sign of a level in a Redis log.
const fn sign(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => ".",
        LogLevel::Verbose => "-",
        LogLevel::Notice => "*",
        LogLevel::Warning => "#",
    }
}
