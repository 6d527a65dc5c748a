//! The backlog as a large ring.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::ids::{NextByte, Offset};
use psyncscope_lab::engine::replication::backlog::Backlog;
use psyncscope_lab::engine::view::NodeView;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::i18n::{Text, fill, use_text};
use crate::model::bytes;
use crate::model::colours::ColourMap;
use crate::model::geometry::{on_circle, sector};
use crate::model::labels::{self, Wanted};
use crate::model::ring::{self, CELLS_MAX, Eras};
use crate::ui::chip::IdChip;
use crate::ui::shared::Shared;

const OUTER: f64 = 116.0;
const INNER: f64 = 91.0;
/// Where labels start: from here a short line leads to the ring.
const LABEL: f64 = 128.0;
const LINE: f64 = 16.0;

/// A replica's place on the ring.
#[derive(Clone, Debug, PartialEq)]
pub struct Reader {
    /// Its name.
    pub name: Arc<str>,
    /// The last byte it has.
    pub has: Offset,
}

/// Properties of [`Ring`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The node; it must have a backlog.
    pub node: Shared<NodeView>,
    /// The replicas that read from it.
    pub readers: Rc<Vec<Reader>>,
}

/// A label beside the ring: where it points, its lines, and how it looks.
struct Label {
    turn: f64,
    lines: Vec<String>,
    class: &'static str,
}

/// Byte cells (arcs, if the backlog is large), the write index, and where each replica stands. Pointing at a byte reads it.
#[component]
pub fn Ring(props: &Props) -> Html {
    let t = use_text();
    let colours = use_context::<ColourMap>().unwrap_or_default();
    let pointed = use_state(|| Option::<usize>::None);
    let Some(view) = &props.node.backlog else { return html! {} };
    let backlog = &view.0;
    let eras = Eras::of(&props.node);
    let size = backlog.size();
    let (first, last) = (backlog.off(), backlog.off().0 + backlog.histlen() as i64 - 1);

    let onpointerover = {
        let pointed = pointed.clone();
        Callback::from(move |event: PointerEvent| {
            let cell = event.target().and_then(|t| t.dyn_into::<Element>().ok());
            let index = cell.and_then(|e| e.get_attribute("data-index")?.parse().ok());
            if index.is_some() && index != *pointed {
                pointed.set(index);
            }
        })
    };
    let onpointerleave = {
        let pointed = pointed.clone();
        Callback::from(move |_: PointerEvent| pointed.set(None))
    };

    let cells: Html = if size <= CELLS_MAX { fine(backlog, &eras, &colours) } else { coarse(backlog, &eras, &colours) };
    let labels = labels_of(backlog, &props.readers, t);
    let label = fill(
        t.ring_label,
        &[
            ("from", &first.to_string()),
            ("to", &last.to_string()),
            ("histlen", &backlog.histlen().to_string()),
            ("size", &size.to_string()),
        ],
    );
    let read = (*pointed).filter(|&at| at < size).map(|at| reading(backlog, &eras, at, t));
    let spelt = match read {
        Some(html) => html,
        None if backlog.histlen() == 0 => html! {
            <>
                <span class="faint">{ "repl_backlog" }</span>
                <span class="ring-range">{ t.ring_empty }</span>
                <span class="faint num">{ fill(t.ring_histlen, &[("histlen", "0"), ("size", &size.to_string())]) }</span>
            </>
        },
        None => html! {
            <>
                <span class="faint">{ "repl_backlog" }</span>
                <span class="ring-range num">{ format!("{first} … {last}") }</span>
                <span class="faint num">
                    { fill(t.ring_histlen, &[("histlen", &backlog.histlen().to_string()), ("size", &size.to_string())]) }
                </span>
                if size <= CELLS_MAX { <span class="ring-signs faint" lang="en">{ bytes::SIGNS }</span> }
            </>
        },
    };
    html! {
        <div class="ring-box">
            <svg class="ring" viewBox="-196 -130 392 260" role="img" aria-label={label} data-testid="ring"
                data-idx={backlog.idx().to_string()} {onpointerover} {onpointerleave}>
                { cells }
                { labels }
            </svg>
            <div class="ring-centre">{ spelt }</div>
        </div>
    }
}

/// One cell for each byte.
fn fine(backlog: &Backlog, eras: &Eras, colours: &ColourMap) -> Html {
    let n = backlog.size() as f64;
    let room = (OUTER + INNER) * std::f64::consts::PI / n;
    let cells = ring::cells(backlog).into_iter().map(|cell| {
        let (from, to) = (cell.index as f64 / n, (cell.index as f64 + 1.0) / n);
        let d = sector(INNER, OUTER, from, to);
        let index = cell.index.to_string();
        let Some((offset, byte)) = cell.held else {
            return html! { <path key={index.clone()} class="cell cell-empty" {d} data-index={index} /> };
        };
        let faint = bytes::is_faint(byte);
        let font = (room * if faint { 0.9 } else { 1.0 }).min(11.0);
        let middle = (from + to) / 2.0;
        let at = on_circle((OUTER + INNER) / 2.0, middle);
        let turn = format!("translate({:.2} {:.2}) rotate({:.2})", at.x, at.y, middle * 360.0);
        let newest = offset.0 >= backlog.off().0 + backlog.histlen() as i64 - 1;
        let class = classes!("cell", colours.class(&eras.id_at(offset)), newest.then_some("cell-newest"));
        html! {
            <g key={format!("{index}.{offset}")} {class}>
                <path {d} data-index={index} data-offset={offset.to_string()} data-byte={byte.to_string()} />
                <text class={faint.then_some("cell-faint")} transform={turn} font-size={format!("{font:.1}")} dy="0.34em">
                    { bytes::byte_glyph(byte) }
                </text>
            </g>
        }
    });
    html! { <g class="cells">{ for cells }</g> }
}

/// Equal parts of a large backlog.
fn coarse(backlog: &Backlog, eras: &Eras, colours: &ColourMap) -> Html {
    let n = backlog.size() as f64;
    let parts = ring::coarse(backlog).into_iter().map(|(from, to, newest)| {
        let d = sector(INNER, OUTER, from as f64 / n, to as f64 / n);
        let class = newest.map_or("cell-empty", |offset| colours.class(&eras.id_at(offset)));
        html! {
            <path key={from} class={classes!("cell", class)} {d} data-index={from.to_string()}
                data-offset={newest.map(|o| o.to_string())} />
        }
    });
    html! { <g class="cells">{ for parts }</g> }
}

/// The write index and the replicas, each label with its line to the ring.
fn labels_of(backlog: &Backlog, readers: &[Reader], t: &Text) -> Html {
    let idx = backlog.idx() as f64 / backlog.size() as f64;
    let idx_lines = fill(t.ring_idx, &[("idx", &backlog.idx().to_string())]);
    let mut wanted = vec![Label { turn: idx, lines: lines_of(&idx_lines), class: "ring-idx" }];
    // Replicas at the same place share a label.
    let mut places: Vec<(Offset, Vec<&str>)> = Vec::new();
    for reader in readers {
        match places.iter_mut().find(|(has, _)| *has == reader.has) {
            Some((_, names)) => names.push(&reader.name),
            None => places.push((reader.has, vec![&reader.name])),
        }
    }
    for (has, names) in places {
        let (turn, served) = ring::position(backlog, has);
        let words = match (served, names.len()) {
            (true, 1) => t.ring_has,
            (true, _) => t.ring_have,
            (false, _) => t.ring_lost,
        };
        let text = fill(words, &[("node", &names_of(&names)), ("n", &has.to_string())]);
        let class = if served { "ring-reader" } else { "ring-reader ring-lost" };
        wanted.push(Label { turn, lines: lines_of(&text), class });
    }
    let wishes: Vec<Wanted> =
        wanted.iter().map(|l| Wanted { turn: l.turn, height: l.lines.len() as f64 * LINE }).collect();
    let placed = labels::place(&wishes, LABEL, 118.0);
    let drawn = wanted.iter().zip(placed).enumerate().map(|(i, (label, at))| {
        let side = if at.right { 1.0 } else { -1.0 };
        // The label keeps clear of the circle at its own height.
        let clear = (LABEL * LABEL - at.y * at.y).max(0.0).sqrt().max(28.0);
        let x = side * (clear + 6.0);
        let elbow = on_circle(OUTER + 7.0, label.turn);
        let root = on_circle(if label.class == "ring-idx" { INNER } else { (INNER + OUTER) / 2.0 }, label.turn);
        let anchor = if at.right { "start" } else { "end" };
        let top = at.y - (label.lines.len() as f64 - 1.0) * LINE / 2.0;
        html! {
            <g key={i} class={label.class}>
                <path class="ring-lead" d={format!("M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}", root.x, root.y, elbow.x, elbow.y, x - side * 3.0, top)} />
                { for label.lines.iter().enumerate().map(|(n, line)| html! {
                    <text x={format!("{x:.1}")} y={format!("{:.1}", top + n as f64 * LINE)} dy="0.34em" text-anchor={anchor}
                        class={(n > 0).then_some("faint")}>{ line.clone() }</text>
                }) }
            </g>
        }
    });
    html! { <g>{ for drawn }</g> }
}

/// The lines of a label.
fn lines_of(label: &str) -> Vec<String> {
    label.lines().map(str::to_owned).collect()
}

/// The names of replicas that share a label, shortened where they would not fit beside the ring.
fn names_of(names: &[&str]) -> String {
    const FITS: usize = 10;
    let all = names.join(", ");
    if all.chars().count() <= FITS { all } else { all.chars().take(FITS - 1).chain(['…']).collect() }
}

/// What the pointed byte is.
fn reading(backlog: &Backlog, eras: &Eras, index: usize, t: &Text) -> Html {
    if backlog.size() > CELLS_MAX {
        let part = ring::coarse(backlog).into_iter().find(|p| p.0 == index);
        return part.map_or_else(Html::default, |(from, to, newest)| {
            html! {
                <>
                    <span class="faint num">
                        { fill(t.ring_arc, &[("from", &from.to_string()), ("to", &to.saturating_sub(1).to_string())]) }
                    </span>
                    <span class="ring-range num">{ newest.map_or_else(|| t.ring_empty.to_owned(), |o| format!("… {o}")) }</span>
                    if let Some(offset) = newest { <IdChip id={eras.id_at(offset)} /> }
                </>
            }
        });
    }
    let Some(offset) = ring::offset_at(backlog, index) else {
        return html! { <><span class="ring-range">{ t.ring_empty }</span><span class="faint num">{ fill(t.ring_index, &[("idx", &index.to_string())]) }</span></> };
    };
    let byte = backlog.byte_at(index);
    html! {
        <>
            <span class="faint num">{ fill(t.ring_index, &[("idx", &index.to_string())]) }</span>
            <span class="ring-range num">{ format!("{offset}  {}", bytes::byte_name(byte)) }</span>
            <IdChip id={eras.id_at(offset)} />
        </>
    }
}

/// What the next byte will overwrite, in words.
#[must_use]
pub fn next_write(backlog: &Backlog, t: &Text) -> String {
    let idx = backlog.idx().to_string();
    let oldest: Option<NextByte> = ring::offset_at(backlog, backlog.idx());
    match oldest {
        Some(offset) => fill(
            t.ring_next_overwrites,
            &[("idx", &idx), ("n", &offset.to_string()), ("byte", &bytes::byte_name(backlog.byte_at(backlog.idx())))],
        ),
        None => fill(t.ring_next_free, &[("idx", &idx)]),
    }
}
