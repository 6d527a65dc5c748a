//! A form field with its label above it.

use yew::prelude::*;

/// Properties of [`Field`].
#[derive(Properties, PartialEq)]
pub struct FieldProps {
    /// The label.
    pub label: Html,
    /// The input.
    pub children: Html,
}

/// A form field with its label above it.
#[component]
pub fn Field(props: &FieldProps) -> Html {
    html! {
        <label class="field">
            <span>{ props.label.clone() }</span>
            { props.children.clone() }
        </label>
    }
}
