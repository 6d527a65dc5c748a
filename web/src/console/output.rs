//! What was said at a console.

use std::sync::Arc;

use psyncscope_lab::console::LineKind;
use psyncscope_lab::stream_bytes;
use yew::prelude::*;

use crate::app::run_ref::RunRef;
use crate::console::lines::ConsoleLines;
use crate::console::row::ConsoleRow;
use crate::i18n::fill;
use crate::ui::context::use_ui;
use crate::ui::windowed_list::WindowedList;

/// The height of a line of one row, in CSS pixels.
const LINE_HEIGHT: f64 = 20.0;

/// Properties of [`ConsoleOutput`].
#[derive(Properties, PartialEq)]
pub struct ConsoleOutputProps {
    /// The node's name.
    pub name: Arc<str>,
    /// Its port.
    pub port: u16,
    /// Whether its process runs.
    pub runs: bool,
    /// The run that it was said in.
    pub run: RunRef,
    /// What was said.
    pub lines: ConsoleLines,
}

/// Commands and replies. Only those in view are in the document.
#[component]
pub fn ConsoleOutput(props: &ConsoleOutputProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let memo = (props.lines.clone(), Arc::clone(&props.name), props.port, props.run.clone());
    let render_row = use_memo(memo, |(lines, name, port, run)| {
        let (lines, name, port, run) = (lines.clone(), Arc::clone(name), *port, run.clone());
        Callback::from(move |row: usize| {
            let Some(line) = lines.get(row) else { return Html::default() };
            let entry = lines.entry_of(row).filter(|_| line.kind == LineKind::Command);
            let bytes = entry.and_then(|entry| {
                let run = run.borrow();
                stream_bytes::of_entry(run.lab(), run.index(), entry)
            });
            html! { <ConsoleRow {row} {line} name={Arc::clone(&name)} {port} {bytes} /> }
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
