//! The ruler: one line for each node, all on the same axis.

use psyncscope_lab::ruler::Ruler;
use psyncscope_lab::sim::frame::HostId;
use yew::prelude::*;

use crate::ruler::place;
use crate::ruler::row::RulerRow;
use crate::ui::chip::Chip;
use crate::ui::context::use_ui;
use crate::ui::rich::{Fill, rich};

/// Properties of [`RulerView`].
#[derive(Properties, PartialEq)]
pub struct RulerViewProps {
    /// The ruler.
    pub ruler: Ruler,
    /// The selected node.
    pub selected: Option<HostId>,
}

/// Thin bars for history, thick ones for what the backlog holds, dashed lines where histories part.
#[component]
pub fn RulerView(props: &RulerViewProps) -> Html {
    let t = use_ui().t();
    let RulerViewProps { ruler, selected } = props;
    let partings = ruler.partings.iter().map(|parting| {
        let words = rich(t.ruler_parting, &|name| match name {
            "second" => Fill::from(parting.second.0),
            _ => Fill::Html(html! { <Chip id={parting.id} /> }),
        });
        html! { <span class="ruler-parting-label">{ words }</span> }
    });
    let rows = ruler.rows.iter().map(|row| {
        let selected = *selected == Some(row.host);
        html! {
            <RulerRow
                key={row.host.0}
                axis={ruler.axis}
                row={row.clone()}
                partings={ruler.partings.clone()}
                {selected}
            />
        }
    });
    let ticks = ruler.ticks.iter().map(|&tick| {
        html! { <span class="ruler-tick num" style={place(&ruler.axis, tick)}>{ tick }</span> }
    });
    html! {
        <section class="ruler" aria-label={t.ruler} data-testid="ruler">
            <header class="ruler-head">
                <h2>{ t.ruler }</h2>
                <span class="ruler-legend faint"><i class="legend-history"></i>{ t.ruler_legend_history }</span>
                <span class="ruler-legend faint"><i class="legend-backlog"></i>{ t.ruler_legend_backlog }</span>
                { for partings }
            </header>
            <div class="ruler-rows">
                { for rows }
                <div key="axis" class="ruler-row ruler-axis" aria-hidden="true">
                    <span class="ruler-name"></span>
                    <div class="ruler-track">{ for ticks }</div>
                </div>
            </div>
        </section>
    }
}
