//! A replication ID in its colour.

use psyncscope_lab::engine::ids::ReplId;
use yew::prelude::*;

use crate::ui::context::{UiContext, use_ui};

/// Properties of [`Chip`].
#[derive(Properties, PartialEq)]
pub struct ChipProps {
    /// The replication ID.
    pub id: ReplId,
}

/// The first characters of a replication ID in its colour; the whole ID is the tooltip.
#[component]
pub fn Chip(props: &ChipProps) -> Html {
    chip(&props.id, &use_ui())
}

/// [`Chip`] for code that has the context already.
pub fn chip(id: &ReplId, cx: &UiContext) -> Html {
    html! { <span class={classes!("chip", cx.colour(id))} title={id.to_string()}>{ id.short() }</span> }
}
