//! The ruler drawn: one line for each node, all on the same axis.

use psyncscope_lab::sim::frame::HostId;
use yew::prelude::*;

use crate::i18n::use_text;
use crate::intent::{Intent, use_desk};
use crate::model::colours::ColourMap;
use crate::model::ruler::{Asks, Parting, Piece, Row, Ruler};
use crate::ui::chip::IdChip;
use crate::ui::rich::{Fill, rich};

/// Properties of [`RulerView`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The ruler.
    pub ruler: Ruler,
    /// The selected node.
    pub selected: Option<HostId>,
}

/// Thin bars for history, thick ones for what the backlog holds, dashed lines where histories part.
#[component]
pub fn RulerView(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let colours = use_context::<ColourMap>().unwrap_or_default();
    let ruler = &props.ruler;
    let place = |offset: i64| format!("left:{:.3}%", ruler.at(offset) * 100.0);
    html! {
        <section class="ruler" aria-label={t.ruler} data-testid="ruler">
            <header class="ruler-head">
                <h2>{ t.ruler }</h2>
                <span class="ruler-legend faint"><i class="legend-history"></i>{ t.ruler_legend_history }</span>
                <span class="ruler-legend faint"><i class="legend-backlog"></i>{ t.ruler_legend_backlog }</span>
                { for ruler.partings.iter().map(|p| parting_label(p, t)) }
            </header>
            <div class="ruler-rows">
                { for ruler.rows.iter().map(|row| {
                    let id = row.host;
                    let here = props.selected == Some(id);
                    html! {
                        <div key={id.0} class={classes!("ruler-row", row.dead.then_some("dead"), here.then_some("selected"))}>
                            <button type="button" class="ruler-name" aria-pressed={here.to_string()}
                                onclick={desk.on(move |_: MouseEvent| Intent::Select(id))}>{ row.name.to_string() }</button>
                            <div class="ruler-track" role="img" aria-label={row_label(row)}>
                                { for row.history.iter().map(|p| piece("ruler-history", p, ruler, &colours)) }
                                { for row.backlog.iter().map(|p| piece("ruler-backlog", p, ruler, &colours)) }
                                { for ruler.partings.iter().map(|p| html! {
                                    <i class={classes!("ruler-parting", colours.class(&p.id))} style={place(p.second.had().0)}></i>
                                }) }
                                { asked(row, ruler, &colours) }
                                <span class="ruler-offset num" style={place(row.offset.0)}>
                                    { row.offset.to_string() }
                                    { match row.asks {
                                        Some(Asks::Byte(_, next)) => html! { <em>{ rich(t.asks_for, |_| Fill::from(next.0)) }</em> },
                                        Some(Asks::Everything) => html! { <em>{ t.asks_everything }</em> },
                                        None => html! {},
                                    } }
                                </span>
                            </div>
                        </div>
                    }
                }) }
                <div class="ruler-row ruler-axis" aria-hidden="true">
                    <span class="ruler-name"></span>
                    <div class="ruler-track">
                        { for ruler.ticks.iter().map(|&tick| html! { <span key={tick} class="ruler-tick num" style={place(tick)}>{ tick }</span> }) }
                    </div>
                </div>
            </div>
        </section>
    }
}

fn piece(class: &'static str, piece: &Piece, ruler: &Ruler, colours: &ColourMap) -> Html {
    let (from, to) = (ruler.at(piece.from), ruler.at(piece.to));
    let style = format!("left:{:.3}%;width:{:.3}%", from * 100.0, (to - from) * 100.0);
    html! { <i class={classes!(class, colours.class(&piece.id))} {style}></i> }
}

/// A mark at the byte asked for; where nothing is asked for, nothing.
fn asked(row: &Row, ruler: &Ruler, colours: &ColourMap) -> Html {
    let Some(Asks::Byte(id, next)) = row.asks else { return html! {} };
    let style = format!("left:{:.3}%", ruler.at(next.had().0) * 100.0);
    html! { <i class={classes!("ruler-asks", colours.class(&id))} {style}></i> }
}

fn parting_label(parting: &Parting, t: &crate::i18n::Text) -> Html {
    let key = parting.second.0;
    html! {
        <span {key} class="ruler-parting-label">
            { rich(t.ruler_parting, |name| match name {
                "second" => Fill::from(parting.second.0),
                _ => Fill::Html(html! { <IdChip id={parting.id} /> }),
            }) }
        </span>
    }
}

/// The row in words: Redis's own field names need no translation.
fn row_label(row: &Row) -> String {
    let mut label = format!("{}: master_repl_offset {}", row.name, row.offset);
    if let (Some(first), Some(last)) = (row.backlog.first(), row.backlog.last()) {
        label.push_str(&format!(", repl_backlog {}–{}", first.from + 1, last.to));
    }
    label
}
