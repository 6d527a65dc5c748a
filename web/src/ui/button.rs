//! Buttons.

use yew::prelude::*;

/// Properties of [`Button`].
#[derive(Properties, PartialEq)]
pub struct ButtonProps {
    /// CSS classes.
    #[prop_or(AttrValue::Static("button"))]
    pub class: AttrValue,
    /// The name that tests find it by.
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    /// Its accessible name and tooltip, where the content does not say it.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// Its role, where it is not `button`.
    #[prop_or_default]
    pub role: Option<AttrValue>,
    /// Called when it is pressed.
    pub onclick: Callback<MouseEvent>,
    /// The content.
    #[prop_or_default]
    pub children: Html,
}

/// A button.
#[component]
pub fn Button(props: &ButtonProps) -> Html {
    let ButtonProps { class, testid, label, role, onclick, children } = props;
    html! {
        <button
            type="button"
            class={class.clone()}
            data-testid={testid.clone()}
            aria-label={label.clone()}
            title={label.clone()}
            role={role.clone()}
            {onclick}
        >
            { children.clone() }
        </button>
    }
}
