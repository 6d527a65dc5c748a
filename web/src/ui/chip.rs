//! A replication ID in its colour.

use psyncscope_lab::engine::ids::ReplId;
use yew::prelude::*;

use crate::ui::cx::Cx;
use crate::ui::el::el;

/// The first four characters of a replication ID in the colour of its history; the whole ID as a tooltip.
pub fn chip(id: &ReplId, cx: &Cx) -> Html {
    el("span").class(format!("chip {}", cx.colour(id))).set("title", id.to_string()).text(id.short()).html()
}
