//! A line of the console's output.

use std::sync::Arc;

use psyncscope_lab::console::{ConsoleLine, LineKind};
use psyncscope_lab::format;
use psyncscope_lab::sim::frame::StreamBytes;
use yew::prelude::*;

use crate::console::view::prompt;
use crate::ui::context::use_ui;
use crate::ui::lit::use_lit;
use crate::ui::lit_bytes::{Light, bytes_text};

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
    /// Of a command: the bytes that it put into the stream.
    pub bytes: Option<StreamBytes>,
}

/// A command behind its prompt, or an answer.
#[component]
pub fn ConsoleRow(props: &ConsoleRowProps) -> Html {
    let ui = use_ui();
    let lit = use_lit();
    let ConsoleRowProps { row, line, name, port, bytes } = props;
    let light = bytes.map(|bytes| Light::of(bytes, &ui));
    let is_lit = lit.zip(*bytes).is_some_and(|(lit, bytes)| lit.overlaps(&bytes));
    let title = match bytes {
        Some(bytes) => format!("{} · {}", format::clock(line.at), bytes_text(bytes, ui.t())),
        None => format::clock(line.at),
    };
    let (class, before) = match line.kind {
        LineKind::Command => ("console-command", prompt(name, *port, line.db)),
        LineKind::Reply => ("console-reply", String::new()),
        LineKind::Error => ("console-error", String::new()),
        LineKind::Notice => ("console-notice", String::new()),
    };
    html! {
        <p
            class={classes!(class, light.is_some().then_some("stream-row"), is_lit.then_some("lit"))}
            data-line={row.to_string()}
            {title}
            tabindex={light.is_some().then_some("0")}
            onpointerenter={light.as_ref().map(|light| light.enter.clone())}
            onpointerleave={light.as_ref().map(|light| light.leave.clone())}
            onfocus={light.as_ref().map(|light| light.focus.clone())}
            onblur={light.map(|light| light.blur)}
        >
            <span class="console-prompt">{ before }</span>
            { line.text.to_string() }
        </p>
    }
}
