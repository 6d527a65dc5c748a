//! The row of tabs above the panels.

use yew::prelude::*;

use crate::i18n::{Text, fill, use_text};
use crate::intent::{Intent, Tab, use_desk};
use crate::ui::dom;

/// The tabs of wide screens, then those that only narrow ones need.
const TABS: [Tab; 6] = [Tab::Backlog, Tab::Handshake, Tab::Info, Tab::Log, Tab::Console, Tab::Ruler];
const WIDE: usize = 4;

/// Properties of [`Tabs`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The panel shown.
    pub tab: Tab,
    /// Whether the screen is narrow.
    pub narrow: bool,
    /// The selected node's name.
    pub node: Option<AttrValue>,
}

const fn name(tab: Tab, t: &Text) -> &'static str {
    match tab {
        Tab::Backlog => t.tab_backlog,
        Tab::Handshake => t.tab_handshake,
        Tab::Info => t.tab_info,
        Tab::Log => t.tab_log,
        Tab::Ruler => t.tab_ruler,
        Tab::Console => t.tab_console,
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
        Tab::Ruler => "ruler",
        Tab::Console => "console",
    }
}

/// Tabs with a roving focus: arrows move within the row, Tab leaves it.
#[component]
pub fn Tabs(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let shown = if props.narrow { &TABS[..] } else { &TABS[..WIDE] };
    let onkeydown = {
        let desk = desk.clone();
        let (tab, count) = (props.tab, shown.len());
        Callback::from(move |event: KeyboardEvent| {
            let at = TABS.iter().position(|&x| x == tab).unwrap_or(0);
            let next = match event.key().as_str() {
                "ArrowRight" => (at + 1) % count,
                "ArrowLeft" => (at + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            desk.ask(Intent::SetTab(TABS[next]));
            dom::focus(&format!("tab-{}", slug(TABS[next])));
        })
    };
    html! {
        <div class="tabs">
            <div class="tab-row" role="tablist" aria-label={t.panels} {onkeydown}>
                { for shown.iter().map(|&tab| {
                    let here = tab == props.tab;
                    html! {
                        <button type="button" role="tab" class="tab" id={format!("tab-{}", slug(tab))} aria-selected={here.to_string()}
                            aria-controls="panel" tabindex={if here { "0" } else { "-1" }} data-testid={format!("tab-{}", slug(tab))}
                            data-label={name(tab, t)} onclick={desk.on(move |_: MouseEvent| Intent::SetTab(tab))}>
                            { name(tab, t) }
                        </button>
                    }
                }) }
            </div>
            if let Some(node) = &props.node {
                <span class="tabs-node" data-testid="selected">{ fill(t.node, &[("node", node)]) }</span>
            }
        </div>
    }
}
