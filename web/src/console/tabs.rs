//! The console's tabs.

use std::sync::Arc;

use psyncscope_lab::sim::frame::HostId;
use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::context::use_ui;

/// Properties of [`ConsoleTabs`].
#[derive(Properties, PartialEq)]
pub struct ConsoleTabsProps {
    /// Every node and its name.
    pub nodes: Vec<(HostId, Arc<str>)>,
    /// The node whose console is shown.
    pub selected: HostId,
}

/// One tab for each node.
#[component]
pub fn ConsoleTabs(props: &ConsoleTabsProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let tab = |(id, name): &(HostId, Arc<str>)| {
        html! {
            <button
                key={id.0}
                type="button"
                class="console-tab"
                role="tab"
                aria-selected={(*id == props.selected).to_string()}
                data-testid={format!("console-tab-{name}")}
                onclick={ui.click(Intent::Select(*id))}
            >
                { name.to_string() }
            </button>
        }
    };
    html! {
        <div class="console-tabs">
            <div class="console-tab-list" role="tablist" aria-label={t.console}>
                { for props.nodes.iter().map(tab) }
            </div>
            <span class="console-hint faint">{ t.console_hint }</span>
        </div>
    }
}
