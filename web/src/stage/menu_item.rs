//! An item of a menu.

use yew::prelude::*;

/// Properties of [`MenuItem`].
#[derive(Properties, PartialEq)]
pub struct MenuItemProps {
    /// What it does.
    pub label: AttrValue,
    /// What that means.
    #[prop_or_default]
    pub why: AttrValue,
    /// The name that tests find it by.
    pub testid: AttrValue,
    /// The CSS class.
    #[prop_or(AttrValue::Static("menu-item"))]
    pub class: AttrValue,
    /// Called when it is chosen.
    pub onclick: Callback<MouseEvent>,
}

/// The item.
#[component]
pub fn MenuItem(props: &MenuItemProps) -> Html {
    let MenuItemProps { label, why, testid, class, onclick } = props;
    html! {
        <button type="button" class={class.clone()} role="menuitem" data-testid={testid.clone()} {onclick}>
            <span>{ label }</span>
            if !why.is_empty() {
                <span class="menu-why">{ why }</span>
            }
        </button>
    }
}
