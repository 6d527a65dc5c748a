//! A checkbox with its label.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`Checkbox`].
#[derive(Properties, PartialEq)]
pub struct CheckboxProps {
    /// The label.
    pub label: AttrValue,
    /// The name that tests find it by.
    pub testid: AttrValue,
    /// Whether it is checked.
    pub checked: bool,
    /// Called with the new state.
    pub oncheck: Callback<bool>,
}

/// A checkbox with its label.
#[component]
pub fn Checkbox(props: &CheckboxProps) -> Html {
    let oncheck = props.oncheck.clone();
    let onchange = Callback::from(move |event: Event| {
        oncheck.emit(event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked()));
    });
    html! {
        <label class="check">
            <input type="checkbox" checked={props.checked} data-testid={props.testid.clone()} {onchange} />
            { &props.label }
        </label>
    }
}
