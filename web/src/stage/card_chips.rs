//! The two replication IDs of a card. When the first becomes the second, it slides there.

use psyncscope_lab::engine::ids::ReplId;
use psyncscope_lab::engine::view::NodeView;
use yew::prelude::*;

use crate::i18n::fill;
use crate::ui::context::UiContext;
use crate::ui::el::el;

/// One or two chips. A chip belongs to an ID, not to a place: the stylesheet moves it when its place changes.
pub fn card_chips(name: &str, node: &NodeView, cx: &UiContext) -> Html {
    let t = cx.t();
    let (first, second) = (&node.replid, &node.replid2);
    let second_title = fill(t.replid2_title, &[("second", &node.second_replid_offset.to_string())]);
    let mut chips = vec![(first, chip(name, first, "first", "replid", t.replid_title, cx))];
    if !second.is_none() && second != first {
        chips.push((second, chip(name, second, "second", "replid2", &second_title, cx)));
    }
    // In the order of the IDs themselves: a chip that changes its place must not be put into the document anew, or it
    // would jump instead of sliding.
    if let [(a, _), (b, _)] = &chips[..]
        && b < a
    {
        chips.swap(0, 1);
    }
    el("div").class("card-chips").all(chips.into_iter().map(|(_, chip)| chip).collect()).html()
}

fn chip(name: &str, id: &ReplId, place: &str, field: &str, title: &str, cx: &UiContext) -> Html {
    el("span")
        .key(id.to_string())
        .class(format!("chip chip-{place} {}", cx.colour(id)))
        .testid(format!("node-{name}-{field}"))
        .set("title", format!("{title}\n{id}"))
        .text(id.short())
        .html()
}
