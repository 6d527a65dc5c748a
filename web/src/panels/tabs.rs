//! The row of tabs above the panels.

use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::{Intent, Tab};
use crate::steps::intent::StepsIntent;
use crate::ui::context::use_ui;
use crate::ui::dom;

/// The tabs of wide screens, then the one that the top bar leads to, then those that only narrow ones need.
const TABS: [Tab; 10] = [
    Tab::Backlog,
    Tab::Handshake,
    Tab::Diagram,
    Tab::Why,
    Tab::Log,
    Tab::Info,
    Tab::Script,
    Tab::Steps,
    Tab::Console,
    Tab::Ruler,
];
const WIDE: usize = 6;

/// Properties of [`Tabs`].
#[derive(Properties, PartialEq)]
pub struct TabsProps {
    /// The panel shown.
    pub tab: Tab,
    /// Whether the screen is narrow.
    pub narrow: bool,
    /// Whether the steps are shown beside the panels.
    pub steps: bool,
    /// The selected node's name.
    pub node: Option<AttrValue>,
}

/// Tabs with a roving focus: arrows move within the row, Tab leaves it.
#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let tab = props.tab;
    // Wide screens have room for the script's tab only while it is shown.
    let count = if props.narrow { TABS.len() } else { WIDE + usize::from(tab == Tab::Script) };
    let shown = &TABS[..count];
    let onkeydown = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            let at = TABS.iter().position(|&other| other == tab).unwrap_or(0);
            let next = match event.key().as_str() {
                "ArrowRight" => (at + 1) % count,
                "ArrowLeft" => (at + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            dispatch.emit(Intent::SetTab(TABS[next]));
            dom::focus(&tab_id(TABS[next]));
        })
    };
    let buttons = shown.iter().map(|&other| {
        let (words, id) = (name(other, t), tab_id(other));
        let selected = other == tab;
        html! {
            <button
                key={slug(other)}
                type="button"
                class="tab"
                role="tab"
                id={id.clone()}
                data-testid={id}
                aria-selected={selected.to_string()}
                aria-controls="panel"
                tabindex={if selected { "0" } else { "-1" }}
                data-label={words}
                onclick={ui.click(Intent::SetTab(other))}
            >
                { words }
            </button>
        }
    });
    html! {
        <div class="tabs">
            <div class="tab-row" role="tablist" aria-label={t.panels} {onkeydown}>{ for buttons }</div>
            if !props.narrow {
                <button
                    type="button"
                    class="steps-toggle"
                    data-testid="steps-toggle"
                    title={format!("{} (s)", t.steps_toggle)}
                    aria-pressed={props.steps.to_string()}
                    onclick={ui.click(Intent::Steps(StepsIntent::Show(!props.steps)))}
                >
                    { t.steps }
                </button>
            }
            if let Some(node) = &props.node {
                <span class="tabs-node" data-testid="selected">{ fill(t.node, &[("node", node)]) }</span>
            }
        </div>
    }
}

/// The name of a tab.
#[must_use]
pub const fn name(tab: Tab, t: &Messages) -> &'static str {
    match tab {
        Tab::Backlog => t.tab_backlog,
        Tab::Handshake => t.tab_handshake,
        Tab::Info => t.tab_info,
        Tab::Log => t.tab_log,
        Tab::Why => t.tab_why,
        Tab::Steps => t.steps,
        Tab::Ruler => t.tab_ruler,
        Tab::Console => t.tab_console,
        Tab::Diagram => t.tab_diagram,
        Tab::Script => t.tab_script,
    }
}

/// The stable name of a tab, for tests and for the panel's `aria-labelledby`.
#[must_use]
pub const fn slug(tab: Tab) -> &'static str {
    match tab {
        Tab::Backlog => "backlog",
        Tab::Handshake => "handshake",
        Tab::Info => "info",
        Tab::Log => "log",
        Tab::Why => "why",
        Tab::Steps => "steps",
        Tab::Ruler => "ruler",
        Tab::Console => "console",
        Tab::Diagram => "diagram",
        Tab::Script => "script",
    }
}

/// The ID of a tab's element.
#[must_use]
pub fn tab_id(tab: Tab) -> String {
    format!("tab-{}", slug(tab))
}
