//! A replication ID in its colour.

use psyncscope_lab::engine::ids::ReplId;
use yew::prelude::*;

use crate::model::colours::ColourMap;

/// Properties of [`IdChip`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The ID.
    pub id: ReplId,
}

/// The first four characters of a replication ID in the colour of its history; the whole ID as a tooltip.
#[component]
pub fn IdChip(props: &Props) -> Html {
    let colours = use_context::<ColourMap>().unwrap_or_default();
    html! {
        <span class={classes!("chip", colours.class(&props.id))} title={props.id.to_string()}>{ props.id.short() }</span>
    }
}
