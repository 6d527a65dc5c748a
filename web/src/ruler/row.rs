//! A node's line on the ruler.

use psyncscope_lab::ruler::{Asks, Axis, Parting, Row};
use yew::prelude::*;

use crate::intent::Intent;
use crate::ruler::bar::RulerBar;
use crate::ruler::place;
use crate::ui::context::use_ui;
use crate::ui::rich::{Fill, rich};

/// Properties of [`RulerRow`].
#[derive(Properties, PartialEq)]
pub struct RulerRowProps {
    /// The axis.
    pub axis: Axis,
    /// The line.
    pub row: Row,
    /// Where histories part.
    pub partings: Vec<Parting>,
    /// Whether the node is selected.
    pub selected: bool,
}

/// The node's name, its history, what its backlog holds, and its offset.
#[component]
pub fn RulerRow(props: &RulerRowProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let RulerRowProps { axis, row, partings, selected } = props;
    let place = |offset| place(axis, offset);
    let partings = partings.iter().map(|parting| {
        let class = classes!("ruler-parting", ui.colour(&parting.id));
        html! { <span class="ruler-at" style={place(parting.second.had().0)}><i {class}></i></span> }
    });
    let (mark, asks) = match row.asks {
        Some(Asks::Byte(id, next)) => {
            let class = classes!("ruler-asks", ui.colour(&id));
            let mark = html! { <span class="ruler-at" style={place(next.had().0)}><i {class}></i></span> };
            (Some(mark), Some(rich(t.asks_for, &|_| Fill::from(next.0))))
        }
        Some(Asks::Everything) => (None, Some(html! { { t.asks_everything } })),
        None => (None, None),
    };
    html! {
        <div
            class={classes!("ruler-row", row.dead.then_some("dead"), selected.then_some("selected"))}
            data-of={row.host.0.to_string()}
        >
            <button
                type="button"
                class="ruler-name"
                aria-pressed={selected.to_string()}
                onclick={ui.click(Intent::Select(row.host))}
            >
                { row.name.to_string() }
            </button>
            <div class="ruler-track" role="img" aria-label={label(row)}>
                { for row.history.iter().map(|&piece| html! {
                    <RulerBar class="ruler-history" axis={*axis} {piece} />
                }) }
                { for row.backlog.iter().map(|&piece| html! {
                    <RulerBar class="ruler-backlog" axis={*axis} {piece} />
                }) }
                { for partings }
                { mark.unwrap_or_default() }
                <span class="ruler-at" style={place(row.offset.0)}>
                    <span class="ruler-offset num" data-field="master_repl_offset reploff psync_offset">
                        { row.offset.to_string() }
                        if let Some(asks) = asks {
                            <em>{ asks }</em>
                        }
                    </span>
                </span>
            </div>
        </div>
    }
}

/// The line in words: Redis's own field names need no translation.
fn label(row: &Row) -> String {
    let mut label = format!("{}: master_repl_offset {}", row.name, row.offset);
    if let (Some(first), Some(last)) = (row.backlog.first(), row.backlog.last()) {
        label.push_str(&format!(", repl_backlog {}–{}", first.from + 1, last.to));
    }
    label
}
