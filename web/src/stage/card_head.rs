//! The first line of a card: name, role, and the button for its menu.

use psyncscope_lab::sim::frame::HostId;
use yew::prelude::*;

use crate::i18n::fill;
use crate::stage::card::open_menu;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::icon::{Icon, Shape};

/// Properties of [`CardHead`].
#[derive(Properties, PartialEq)]
pub struct CardHeadProps {
    /// The host.
    pub id: HostId,
    /// Its name.
    pub name: AttrValue,
    /// Its role.
    pub role: String,
    /// Whether its menu is open.
    pub menu_open: bool,
}

/// The line. A finger moves the card by it.
#[component]
pub fn CardHead(props: &CardHeadProps) -> Html {
    let ui = use_ui();
    let CardHeadProps { id, name, role, menu_open } = props;
    let label = fill(ui.t().node_menu, &[("node", name)]);
    html! {
        <div class="card-head">
            <span class="card-name">{ name }</span>
            <span class="card-role" data-field="masterhost" data-testid={format!("node-{name}-role")}>{ role }</span>
            <button
                type="button"
                class="icon-button card-menu"
                aria-label={label.clone()}
                title={label}
                aria-haspopup="menu"
                aria-expanded={menu_open.to_string()}
                data-testid={format!("menu-{name}")}
                onclick={on_menu(&ui, *id)}
            >
                <Icon shape={Shape::Menu} />
            </button>
        </div>
    }
}

fn on_menu(ui: &UiContext, id: HostId) -> Callback<MouseEvent> {
    let dispatch = ui.dispatch.clone();
    Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        open_menu(&dispatch, id, event.target());
    })
}
