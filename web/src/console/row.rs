//! A line of the console's output.

use std::sync::Arc;

use psyncscope_lab::console::{ConsoleLine, LineKind};
use psyncscope_lab::format;
use yew::prelude::*;

use crate::console::view::prompt;

/// Properties of [`ConsoleRow`].
#[derive(Properties, PartialEq)]
pub struct ConsoleRowProps {
    /// The number of the line.
    pub row: usize,
    /// The line.
    pub line: ConsoleLine,
    /// The node's name.
    pub name: Arc<str>,
    /// Its port.
    pub port: u16,
}

/// A command behind its prompt, or an answer.
#[component]
pub fn ConsoleRow(props: &ConsoleRowProps) -> Html {
    let ConsoleRowProps { row, line, name, port } = props;
    let (class, before) = match line.kind {
        LineKind::Command => ("console-command", prompt(name, *port, line.db)),
        LineKind::Reply => ("console-reply", String::new()),
        LineKind::Error => ("console-error", String::new()),
        LineKind::Notice => ("console-notice", String::new()),
    };
    html! {
        <p {class} data-line={row.to_string()} title={format::clock(line.at)}>
            <span class="console-prompt">{ before }</span>
            { line.text.to_string() }
        </p>
    }
}
