//! The two replication IDs of a card. When the first becomes the second, it slides there.

use psyncscope_lab::engine::ids::ReplId;
use psyncscope_lab::engine::view::NodeView;
use yew::prelude::*;

use crate::i18n::fill;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::shared::Shared;

/// Properties of [`CardChips`].
#[derive(Properties, PartialEq)]
pub struct CardChipsProps {
    /// The host's name.
    pub name: AttrValue,
    /// The node.
    pub node: Shared<NodeView>,
}

/// One or two chips. A chip belongs to an ID, not to a place: the stylesheet moves it when its place changes.
#[component]
pub fn CardChips(props: &CardChipsProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let CardChipsProps { name, node } = props;
    let (first, second) = (&node.replid, &node.replid2);
    let mut chips = vec![(first, chip(&ui, first, "first", format!("node-{name}-replid"), t.replid_title))];
    if !second.is_none() && second != first {
        let title = fill(t.replid2_title, &[("second", &node.second_replid_offset.to_string())]);
        chips.push((second, chip(&ui, second, "second", format!("node-{name}-replid2"), &title)));
    }
    // In the order of the IDs themselves: a chip that changes its place must not be put into the document again, or it
    // would jump instead of sliding.
    if second < first {
        chips.reverse();
    }
    // Where there is no second ID yet, what is said about it is said about their place.
    let place = (chips.len() == 1).then_some("replid2 second_replid_offset");
    html! { <div class="card-chips" data-field={place}>{ for chips.into_iter().map(|(_, chip)| chip) }</div> }
}

fn chip(ui: &UiContext, id: &ReplId, place: &str, testid: String, title: &str) -> Html {
    html! {
        <span
            key={id.to_string()}
            class={classes!("chip", format!("chip-{place}"), ui.colour(id))}
            data-field={if place == "first" { "replid" } else { "replid2 second_replid_offset" }}
            data-testid={testid}
            title={format!("{title}\n{id}")}
        >
            { id.short() }
        </span>
    }
}
