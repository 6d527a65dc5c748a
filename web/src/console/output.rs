//! What was said at a console.

use std::sync::Arc;

use psyncscope_lab::console::LineKind;
use yew::prelude::*;

use crate::console::lines::ConsoleLines;
use crate::console::row::ConsoleRow;
use crate::i18n::fill;
use crate::ui::context::use_ui;
use crate::ui::windowed_list::WindowedList;

/// The height of a line of one row, in CSS pixels.
const LINE_HEIGHT: f64 = 20.0;

/// How far beyond the visible part lines are kept: a section of INFO is as long as that, and its command is before it.
const OVERSCAN: f64 = 800.0;

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
            let Some(line) = lines.get(row) else { return Html::default() };
            html! { <ConsoleRow {row} {line} name={Arc::clone(&name)} {port} /> }
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
