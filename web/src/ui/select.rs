//! A list to choose one entry from.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// Properties of [`Select`].
#[derive(Properties, PartialEq)]
pub struct SelectProps {
    /// The accessible name and tooltip.
    pub label: AttrValue,
    /// The name that tests find it by.
    pub testid: AttrValue,
    /// The entries.
    pub entries: Vec<AttrValue>,
    /// The index of the chosen entry.
    pub selected: usize,
    /// Called with the index of the entry that was chosen.
    pub onselect: Callback<usize>,
}

/// A list to choose one entry from.
#[component]
pub fn Select(props: &SelectProps) -> Html {
    let onselect = props.onselect.clone();
    let onchange = Callback::from(move |event: Event| {
        let index = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.selected_index());
        if let Some(Ok(index)) = index.map(usize::try_from) {
            onselect.emit(index);
        }
    });
    let options = props.entries.iter().enumerate().map(|(i, words)| {
        html! { <option key={i} value={i.to_string()} selected={i == props.selected}>{ words }</option> }
    });
    html! {
        <select
            class="select"
            aria-label={props.label.clone()}
            title={props.label.clone()}
            data-testid={props.testid.clone()}
            {onchange}
        >
            { for options }
        </select>
    }
}
