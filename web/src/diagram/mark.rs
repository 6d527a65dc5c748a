//! Something that happened, in the sequence diagram.

use psyncscope_lab::diagram::Mark;
use psyncscope_lab::format::clock;
use yew::prelude::*;

use crate::diagram::arrow::light;
use crate::diagram::item::{ItemState, on_click, on_key};
use crate::i18n::fill;
use crate::model::diagram::text_width;
use crate::model::tones;
use crate::ui::context::use_ui;

/// Properties of [`DiagramMark`].
#[derive(Properties, PartialEq)]
pub struct DiagramMarkProps {
    /// What happened.
    pub mark: Mark,
    /// The text that has room.
    pub text: AttrValue,
    /// The names of the nodes that it is about.
    pub nodes: AttrValue,
    /// Its middle.
    pub at: (f64, f64),
    /// The edges that it must stay between.
    pub between: (f64, f64),
    /// Whether it is about bytes that are pointed at.
    pub lit: bool,
    /// Its place in the list.
    pub state: ItemState,
}

/// A box on a host's line, or between two.
#[component]
pub fn DiagramMark(props: &DiagramMarkProps) -> Html {
    let ui = use_ui();
    let mark = &props.mark;
    let width = text_width(&props.text) + 12.0;
    let (left, right) = props.between;
    let (x, y) = props.at;
    let x = x.min(right - width / 2.0).max(left + width / 2.0);
    let text = mark.text();
    let label = fill(ui.t().diagram_mark, &[("at", &clock(mark.at)), ("node", &props.nodes), ("text", &text)]);
    html! {
        <g
            class={classes!(props.state.classes("mark", tones::class(mark.tone)), props.lit.then_some("lit"))}
            id={props.state.id()}
            role="button"
            tabindex={props.state.tabindex()}
            data-entry={mark.entry.to_string()}
            onpointerenter={light(&ui, mark.stream)}
            onfocus={light(&ui, mark.stream)}
            onclick={on_click(&ui, mark.at, mark.host)}
            onkeydown={on_key(&ui, mark.at, mark.host)}
        >
            // Its name: the texts beside it may be cut.
            <title>{ label }</title>
            <rect x={format!("{:.1}", x - width / 2.0)} y={format!("{:.1}", y - 8.5)} width={format!("{width:.1}")} height="17" rx="4" />
            <text aria-hidden="true" x={format!("{x:.1}")} y={format!("{:.1}", y + 3.5)} text-anchor="middle">{ &props.text }</text>
            { props.state.time(mark.at, y + 3.5) }
        </g>
    }
}
