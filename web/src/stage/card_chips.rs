//! The two replication IDs of a card. When the first becomes the second, it slides there.

use psyncscope_lab::engine::ids::{NextByte, ReplId};
use yew::prelude::*;

use crate::i18n::{fill, use_text};
use crate::model::colours::ColourMap;

/// Properties of [`CardChips`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The node's name, for tests.
    pub name: AttrValue,
    /// `replid`.
    pub replid: ReplId,
    /// `replid2`.
    pub replid2: ReplId,
    /// `second_replid_offset`.
    pub second: NextByte,
}

/// One or two chips. A chip belongs to an ID, not to a place: the stylesheet moves it when its place changes.
#[component]
pub fn CardChips(props: &Props) -> Html {
    let t = use_text();
    let colours = use_context::<ColourMap>().unwrap_or_default();
    let first = html! {
        <span key={props.replid.to_string()} class={classes!("chip", "chip-first", colours.class(&props.replid))}
            data-testid={format!("node-{}-replid", props.name)} title={format!("{}\n{}", t.replid_title, props.replid)}>
            { props.replid.short() }
        </span>
    };
    let second = (!props.replid2.is_none() && props.replid2 != props.replid).then(|| {
        let title = fill(t.replid2_title, &[("second", &props.second.to_string())]);
        html! {
            <span key={props.replid2.to_string()} class={classes!("chip", "chip-second", colours.class(&props.replid2))}
                data-testid={format!("node-{}-replid2", props.name)} title={format!("{title}\n{}", props.replid2)}>
                { props.replid2.short() }
            </span>
        }
    });
    // In the order of the IDs themselves: a chip that changes its place must not be put into the document anew, or it
    // would jump instead of sliding.
    let chips: Vec<Html> = match second {
        Some(second) if props.replid2 < props.replid => vec![second, first],
        Some(second) => vec![first, second],
        None => vec![first],
    };
    html! { <div class="card-chips">{ for chips }</div> }
}
