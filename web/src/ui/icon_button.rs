//! Buttons that show an icon alone.

use yew::prelude::*;

use crate::ui::button::Button;
use crate::ui::icon::{Icon, Shape};

/// Properties of [`IconButton`].
#[derive(Properties, PartialEq)]
pub struct IconButtonProps {
    /// The icon.
    pub shape: Shape,
    /// The accessible name and tooltip.
    pub label: AttrValue,
    /// CSS classes.
    #[prop_or(AttrValue::Static("icon-button"))]
    pub class: AttrValue,
    /// The name that tests find it by.
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    /// Called when it is pressed.
    pub onclick: Callback<MouseEvent>,
}

/// A button with an icon.
#[component]
pub fn IconButton(props: &IconButtonProps) -> Html {
    let IconButtonProps { shape, label, class, testid, onclick } = props;
    html! {
        <Button class={class.clone()} testid={testid.clone()} label={label.clone()} {onclick}>
            <Icon shape={*shape} />
        </Button>
    }
}
