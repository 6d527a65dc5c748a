//! What was said at a console.

use std::sync::Arc;

use psyncscope_lab::console::{ConsoleLine, LineKind};
use yew::prelude::*;

use crate::console::lines::ConsoleLines;
use crate::console::view::prompt;
use crate::i18n::fill;
use crate::model::time;
use crate::ui::context::use_ui;
use crate::ui::windowed_list::WindowedList;

/// The height of a line of one row, in CSS pixels.
const LINE_HEIGHT: f64 = 20.0;

/// How far beyond the visible part lines are kept: an answer of INFO is as long as that, and its command is before it.
const OVERSCAN: f64 = 600.0;

/// Properties of [`ConsoleOutput`].
#[derive(Properties, PartialEq)]
pub struct ConsoleOutputProps {
    /// The node's name.
    pub name: Arc<str>,
    /// Its port.
    pub port: u16,
    /// Whether its process runs.
    pub runs: bool,
    /// What was said.
    pub lines: ConsoleLines,
}

/// Commands and replies. Only those in view are in the document.
#[component]
pub fn ConsoleOutput(props: &ConsoleOutputProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let render_row = use_memo((props.lines.clone(), Arc::clone(&props.name), props.port), |(lines, name, port)| {
        let (lines, name, port) = (lines.clone(), Arc::clone(name), *port);
        Callback::from(move |row: usize| {
            lines.get(row).map(|line| row_html(row, &line, &name, port)).unwrap_or_default()
        })
    });
    let waiting = props.lines.last().is_some_and(|line| line.kind == LineKind::Command);
    html! {
        <WindowedList
            class="console-output"
            testid="console-output"
            label={t.console}
            count={props.lines.count()}
            row_height={LINE_HEIGHT}
            overscan={OVERSCAN}
            render_row={(*render_row).clone()}
            show_new_rows=true
        >
            if props.lines.count() == 0 {
                <p class="faint console-welcome">{ fill(t.console_welcome, &[("node", &props.name)]) }</p>
            }
            if waiting {
                <p class="faint console-waiting">{ t.console_waiting }</p>
            }
            if !props.runs {
                <p class="state-error console-down">{ t.console_down }</p>
            }
        </WindowedList>
    }
}

fn row_html(row: usize, line: &ConsoleLine, name: &str, port: u16) -> Html {
    let (class, before) = match line.kind {
        LineKind::Command => ("console-command", prompt(name, port, line.db)),
        LineKind::Reply => ("console-reply", String::new()),
        LineKind::Error => ("console-error", String::new()),
        LineKind::Notice => ("console-notice", String::new()),
    };
    html! {
        <p {class} data-line={row.to_string()} title={time::clock(line.at)}>
            <span class="console-prompt">{ before }</span>
            { line.text.to_string() }
        </p>
    }
}
