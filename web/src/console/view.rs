//! The console: a tab for each node, what was said, and the command line.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::console::{ConsoleLine, LineKind};
use psyncscope_lab::sim::frame::HostId;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::console::input::CommandLine;
use crate::i18n::{fill, use_text};
use crate::intent::{Intent, use_desk};
use crate::model::time;
use crate::ui::trouble::{Trouble, TroubleNote};

/// Properties of [`Console`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// Every node: number and name.
    pub nodes: Vec<(HostId, Arc<str>)>,
    /// The node at which one types, its name and port.
    pub here: Option<(HostId, Arc<str>, u16)>,
    /// Whether its process runs.
    pub runs: bool,
    /// What was said.
    pub lines: Rc<Vec<ConsoleLine>>,
    /// A refusal of what was typed.
    pub trouble: Option<Trouble>,
}

/// The console of the selected node.
#[component]
pub fn Console(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let output = use_node_ref();
    {
        let output = output.clone();
        use_effect_with((props.lines.len(), props.here.as_ref().map(|h| h.0), props.trouble.clone()), move |_| {
            if let Some(output) = output.cast::<HtmlElement>() {
                output.set_scroll_top(output.scroll_height());
            }
        });
    }
    let Some((id, name, port)) = props.here.clone() else { return html! {} };
    let tabs = html! {
        <div class="console-tabs" role="tablist" aria-label={t.console}>
            { for props.nodes.iter().map(|(node, node_name)| {
                let node = *node;
                html! {
                    <button key={node.0} type="button" role="tab" class="console-tab" aria-selected={(node == id).to_string()}
                        data-testid={format!("console-tab-{node_name}")} onclick={desk.on(move |_: MouseEvent| Intent::Select(node))}>
                        { node_name.to_string() }
                    </button>
                }
            }) }
            <span class="console-hint faint">{ t.console_hint }</span>
        </div>
    };
    let waiting = props.lines.last().is_some_and(|l| l.kind == LineKind::Command);
    // In history: what was typed here, without what was typed twice in a row.
    let mut history: Vec<String> =
        props.lines.iter().filter(|l| l.kind == LineKind::Command).map(|l| l.text.to_string()).collect();
    history.dedup();
    html! {
        <section class="console" aria-label={t.console}>
            { tabs }
            <div class="console-output" ref={output} role="log" aria-live="polite" tabindex="0" aria-label={t.console}
                data-testid="console-output">
                if props.lines.is_empty() {
                    <p class="faint">{ fill(t.console_welcome, &[("node", &name)]) }</p>
                }
                { for props.lines.iter().enumerate().map(|(i, line)| line_html(i, line, &name, port)) }
                if waiting { <p class="faint console-waiting">{ t.console_waiting }</p> }
                if !props.runs { <p class="state-trouble">{ t.console_down }</p> }
            </div>
            if let Some(trouble) = &props.trouble {
                <TroubleNote trouble={trouble.clone()} on_dismiss={desk.on(|()| Intent::DismissTrouble)} />
            }
            <CommandLine key={id.0} prompt={prompt(&name, port, props.lines.last().map_or(0, |line| line.db))} {history}
                on_enter={desk.on(move |command: String| Intent::Exec(id, command))} />
        </section>
    }
}

fn line_html(i: usize, line: &ConsoleLine, name: &str, port: u16) -> Html {
    match line.kind {
        LineKind::Command => html! {
            <p key={i} class="console-command" title={time::clock(line.at)}>
                <span class="console-prompt">{ prompt(name, port, line.db) }</span>{ line.text.to_string() }
            </p>
        },
        kind => {
            let class = match kind {
                LineKind::Error => "console-error",
                LineKind::Notice => "console-notice",
                LineKind::Command | LineKind::Reply => "console-reply",
            };
            html! { <p key={i} {class} title={time::clock(line.at)}>{ line.text.to_string() }</p> }
        }
    }
}

/// redis-cli's prompt, with the node's name for its address.
fn prompt(name: &str, port: u16, db: u32) -> String {
    if db == 0 { format!("{name}:{port}> ") } else { format!("{name}:{port}[{db}]> ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn the_prompt_names_the_database() {
        assert_eq!(prompt("a", 6379, 0), "a:6379> ");
        assert_eq!(prompt("a", 6379, 2), "a:6379[2]> ");
    }
}
