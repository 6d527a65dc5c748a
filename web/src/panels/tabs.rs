//! The row of tabs above the panels.

use yew::prelude::*;

use crate::i18n::{Text, fill};
use crate::intent::{Intent, Tab};
use crate::ui::atoms::bare_button;
use crate::ui::context::UiContext;
use crate::ui::dom;
use crate::ui::el::el;
use crate::ui::part::Part;

/// The tabs of wide screens, then those that only narrow ones need.
const TABS: [Tab; 6] = [Tab::Backlog, Tab::Handshake, Tab::Info, Tab::Log, Tab::Console, Tab::Ruler];
const WIDE: usize = 4;

/// Tabs with a roving focus: arrows move within the row, Tab leaves it.
#[derive(PartialEq)]
pub struct Tabs {
    /// The panel shown.
    pub tab: Tab,
    /// Whether the screen is narrow.
    pub narrow: bool,
    /// The selected node's name.
    pub node: Option<String>,
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

impl Part for Tabs {
    fn draw(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let shown = if self.narrow { &TABS[..] } else { &TABS[..WIDE] };
        let (dispatch, tab, count) = (cx.dispatch.clone(), self.tab, shown.len());
        let onkeydown = Callback::from(move |event: KeyboardEvent| {
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
            dispatch.emit(Intent::SetTab(TABS[next]));
            dom::focus(&format!("tab-{}", slug(TABS[next])));
        });
        let node = self
            .node
            .as_ref()
            .map(|node| el("span").class("tabs-node").testid("selected").text(fill(t.node, &[("node", node)])).html());
        let tabs = el("div")
            .class("tab-row")
            .set("role", "tablist")
            .set("aria-label", t.panels)
            .on_key_down(onkeydown)
            .all(shown.iter().map(|&tab| button(tab, tab == self.tab, cx)).collect());
        el("div").class("tabs").put(tabs).maybe(node).html()
    }
}

fn button(tab: Tab, here: bool, cx: &UiContext) -> Html {
    let (words, id) = (name(tab, cx.t()), format!("tab-{}", slug(tab)));
    bare_button("tab")
        .set("role", "tab")
        .set("id", id.clone())
        .testid(id)
        .set("aria-selected", here.to_string())
        .set("aria-controls", "panel")
        .set("tabindex", if here { "0" } else { "-1" })
        .set("data-label", words)
        .on_click(cx.click(Intent::SetTab(tab)))
        .text(words)
        .html()
}
