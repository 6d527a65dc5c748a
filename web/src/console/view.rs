//! The console of the selected node.

use std::sync::Arc;

use psyncscope_lab::sim::frame::HostId;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use crate::app::run_ref::RunRef;
use crate::console::input::{self, CommandLine};
use crate::console::lines::ConsoleLines;
use crate::console::output::ConsoleOutput;
use crate::console::tabs::ConsoleTabs;
use crate::intent::Intent;
use crate::ui::context::use_ui;
use crate::ui::dom;
use crate::ui::error::UiError;
use crate::ui::error_note::ErrorNote;

/// Properties of [`Console`].
#[derive(Properties, PartialEq)]
pub struct ConsoleProps {
    /// Every node and its name.
    pub nodes: Vec<(HostId, Arc<str>)>,
    /// The node at which one types.
    pub id: HostId,
    /// Its name.
    pub name: Arc<str>,
    /// Its port.
    pub port: u16,
    /// Whether its process runs.
    pub runs: bool,
    /// The run that it was said in.
    pub run: RunRef,
    /// What was said.
    pub lines: ConsoleLines,
    /// Why what was typed last was refused.
    pub error: Option<UiError>,
}

/// A tab for each node, what was said, and the command line.
#[component]
pub fn Console(props: &ConsoleProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let ConsoleProps { nodes, id, name, port, runs, run, lines, error } = props;
    let on_enter = {
        let (dispatch, id) = (ui.dispatch.clone(), *id);
        Callback::from(move |command| dispatch.emit(Intent::Exec(id, command)))
    };
    let db = lines.last().map_or(0, |line| line.db);
    html! {
        <section class="console" aria-label={t.console} onclick={Callback::from(type_here)}>
            <ConsoleTabs nodes={nodes.clone()} selected={*id} />
            <ConsoleOutput
                key={lines.key()}
                name={Arc::clone(name)}
                port={*port}
                runs={*runs}
                run={run.clone()}
                lines={lines.clone()}
            />
            if let Some(error) = error {
                <ErrorNote error={error.clone()} />
            }
            <CommandLine
                key={format!("line-{}", id.0)}
                prompt={prompt(name, *port, db)}
                lines={lines.clone()}
                label={t.console_input}
                {on_enter}
            />
        </section>
    }
}

/// A click anywhere in the console means its command line, as in a terminal: unless it chose or marked something there, or
/// came from a finger, which scrolls by it and would get a keyboard.
fn type_here(event: MouseEvent) {
    let by_finger = event.dyn_ref::<PointerEvent>().is_some_and(|event| event.pointer_type() == "touch");
    let chose = event.target_dyn_into::<Element>().is_some_and(|target| dom::is_control(&target));
    if !by_finger && !chose && !dom::has_selection() {
        dom::focus(input::ID);
    }
}

/// redis-cli's prompt, with the node's name for its address.
pub(super) fn prompt(name: &str, port: u16, db: u32) -> String {
    let db = if db == 0 { String::new() } else { format!("[{db}]") };
    format!("{name}:{port}{db}> ")
}

#[cfg(test)]
mod tests {
    use super::prompt;

    #[test]
    fn the_prompt_names_the_database() {
        assert_eq!(prompt("a", 6379, 0), "a:6379> ");
        assert_eq!(prompt("a", 6379, 2), "a:6379[2]> ");
    }
}
