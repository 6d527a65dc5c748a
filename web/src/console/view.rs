//! The console: a tab for each node, what was said, and the command line.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::console::{ConsoleLine, LineKind};
use psyncscope_lab::sim::frame::HostId;
use yew::prelude::*;

use crate::console::input::CommandLine;
use crate::i18n::fill;
use crate::intent::Intent;
use crate::model::time;
use crate::ui::atoms::{bare_button, para, span, text};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::error::UiError;
use crate::ui::error_note::error_note;
use crate::ui::part::Part;

/// The console of the selected node. The app keeps its last line in view.
#[derive(PartialEq)]
pub struct Console {
    /// Every node: number and name.
    pub nodes: Vec<(HostId, Arc<str>)>,
    /// The node at which one types.
    pub id: HostId,
    /// Its name.
    pub name: Arc<str>,
    /// Its port.
    pub port: u16,
    /// Whether its process runs.
    pub runs: bool,
    /// What was said.
    pub lines: Rc<Vec<ConsoleLine>>,
    /// A refusal of what was typed.
    pub error: Option<UiError>,
}

impl Part for Console {
    fn draw(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let mut said: Vec<Html> = Vec::new();
        if self.lines.is_empty() {
            said.push(para("faint", text(fill(t.console_welcome, &[("node", &self.name)]))));
        }
        said.extend(self.lines.iter().map(|line| self.line(line)));
        if self.lines.last().is_some_and(|l| l.kind == LineKind::Command) {
            said.push(para("faint", text(t.console_waiting)));
        }
        if !self.runs {
            said.push(para("state-error", text(t.console_down)));
        }
        // What was typed here, without what was typed twice in a row.
        let mut history: Vec<String> =
            self.lines.iter().filter(|l| l.kind == LineKind::Command).map(|l| l.text.to_string()).collect();
        history.dedup();
        let db = self.lines.last().map_or(0, |line| line.db);
        let (dispatch, id) = (cx.dispatch.clone(), self.id);
        let on_enter = Callback::from(move |command| dispatch.emit(Intent::Exec(id, command)));
        let follow = format!("{}.{}", self.id.0, self.lines.len());
        let output = el("div")
            .class("console-output")
            .set("data-follow", follow)
            .set("role", "log")
            .set("aria-live", "polite")
            .set("tabindex", "0")
            .set("aria-label", t.console)
            .testid("console-output")
            .all(said);
        let line = html! {
            <CommandLine key={self.id.0} prompt={self.prompt(db)} {history} label={t.console_input} {on_enter} />
        };
        el("section")
            .class("console")
            .set("aria-label", t.console)
            .put(self.tabs(cx))
            .put(output)
            .maybe(self.error.as_ref().map(|error| error_note(error, "", cx)))
            .put(line)
            .html()
    }
}

impl Console {
    fn tabs(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let tabs = self.nodes.iter().map(|(id, name)| {
            bare_button("console-tab")
                .key(id.0)
                .set("role", "tab")
                .set("aria-selected", (*id == self.id).to_string())
                .testid(format!("console-tab-{name}"))
                .on_click(cx.click(Intent::Select(*id)))
                .text(name.to_string())
                .html()
        });
        let row = el("div").class("console-tabs").set("role", "tablist").set("aria-label", t.console);
        row.put(tabs.collect::<Html>()).put(span("console-hint faint", t.console_hint)).html()
    }

    fn line(&self, line: &ConsoleLine) -> Html {
        let (class, prompt) = match line.kind {
            LineKind::Command => ("console-command", self.prompt(line.db)),
            LineKind::Reply => ("console-reply", String::new()),
            LineKind::Error => ("console-error", String::new()),
            LineKind::Notice => ("console-notice", String::new()),
        };
        let said = el("p").class(class).set("title", time::clock(line.at));
        said.put(span("console-prompt", prompt)).text(line.text.to_string()).html()
    }

    /// redis-cli's prompt, with the node's name for its address.
    fn prompt(&self, db: u32) -> String {
        let db = if db == 0 { String::new() } else { format!("[{db}]") };
        format!("{}:{}{db}> ", self.name, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_names_the_database() {
        let console = Console {
            nodes: Vec::new(),
            id: HostId(0),
            name: Arc::from("a"),
            port: 6379,
            runs: true,
            lines: Rc::default(),
            error: None,
        };
        assert_eq!(console.prompt(0), "a:6379> ");
        assert_eq!(console.prompt(2), "a:6379[2]> ");
    }
}
