//! A replication ID in its colour.

use psyncscope_lab::engine::ids::ReplId;
use yew::prelude::*;

use crate::ui::cx::Cx;

/// The first four characters of a replication ID in the colour of its history; the whole ID as a tooltip.
pub fn chip(id: &ReplId, cx: &Cx) -> Html {
    html! { <span class={format!("chip {}", cx.colour(id))} title={id.to_string()}>{ id.short() }</span> }
}
