//! The backlog as a large ring.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::ids::Offset;
use psyncscope_lab::engine::replication::backlog::Backlog;
use psyncscope_lab::engine::view::NodeView;
use web_sys::Element;
use yew::prelude::*;

use crate::i18n::{Text, fill};
use crate::intent::Intent;
use crate::model::bytes;
use crate::model::geometry::{on_circle, sector};
use crate::model::labels::{self, Wanted};
use crate::model::ring::{self, CELLS_MAX, Eras};
use crate::ui::atoms::{div, path, row, span};
use crate::ui::chip::chip;
use crate::ui::context::UiContext;
use crate::ui::el::el;

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

/// Byte cells (arcs, if the backlog is large), the write index, and where each replica stands. Pointing at a byte reads it.
pub struct Ring<'a> {
    /// The node.
    pub node: &'a NodeView,
    /// Its backlog.
    pub backlog: &'a Backlog,
    /// The replicas that read from it.
    pub readers: &'a [Reader],
    /// The byte pointed at, by its index.
    pub pointed: Option<usize>,
}

impl Ring<'_> {
    /// Draws the ring.
    pub fn draw(&self, cx: &UiContext) -> Html {
        let (backlog, t) = (self.backlog, cx.t());
        let eras = Eras::of(self.node);
        let (first, last) = (backlog.off().to_string(), (backlog.off().0 + backlog.histlen() as i64 - 1).to_string());
        let (histlen, size) = (backlog.histlen().to_string(), backlog.size().to_string());
        let sizes = [("from", &*first), ("to", &*last), ("histlen", &*histlen), ("size", &*size)];

        let (over, leave, pointed) = (cx.dispatch.clone(), cx.dispatch.clone(), self.pointed);
        let onpointerover = Callback::from(move |event: PointerEvent| {
            let cell = event.target_dyn_into::<Element>();
            let index = cell.and_then(|e| e.get_attribute("data-index")?.parse().ok());
            if index.is_some() && index != pointed {
                over.emit(Intent::Point(index));
            }
        });
        let onpointerleave = Callback::from(move |_: PointerEvent| leave.emit(Intent::Point(None)));

        let cells = if backlog.size() <= CELLS_MAX { fine(backlog, &eras, cx) } else { coarse(backlog, &eras, cx) };
        let spelt = match self.pointed.filter(|&at| at < backlog.size()) {
            Some(at) => reading(backlog, &eras, at, cx),
            None => {
                let range =
                    if backlog.histlen() == 0 { t.ring_empty.to_owned() } else { format!("{first} … {last}") };
                let signs = if backlog.size() <= CELLS_MAX { bytes::SIGNS } else { "" };
                row(vec![
                    span("faint", "repl_backlog"),
                    span("ring-range num", range),
                    span("faint num", fill(t.ring_histlen, &sizes)),
                    span("ring-signs faint", signs),
                ])
            }
        };
        let ring = el("svg")
            .class("ring")
            .set("viewBox", "-196 -130 392 260")
            .set("role", "img")
            .set("aria-label", fill(t.ring_label, &sizes))
            .testid("ring")
            .set("data-idx", backlog.idx().to_string())
            .on(Rc::new(html::onpointerover::Wrapper::new(onpointerover)))
            .on(Rc::new(html::onpointerleave::Wrapper::new(onpointerleave)))
            .put(cells)
            .put(labels_of(backlog, self.readers, t));
        el("div").class("ring-box").put(ring).put(div("ring-centre", spelt)).html()
    }
}

/// A label beside the ring: where it points, its lines, and how it looks.
struct Label {
    turn: f64,
    lines: Vec<String>,
    class: &'static str,
}

/// One cell for each byte.
fn fine(backlog: &Backlog, eras: &Eras, cx: &UiContext) -> Html {
    let n = backlog.size() as f64;
    let room = (OUTER + INNER) * std::f64::consts::PI / n;
    let newest = backlog.off().0 + backlog.histlen() as i64 - 1;
    let cells = ring::cells(backlog).into_iter().map(|cell| {
        let (from, to) = (cell.index as f64 / n, (cell.index as f64 + 1.0) / n);
        let d = sector(INNER, OUTER, from, to);
        let index = cell.index.to_string();
        let Some((offset, byte)) = cell.held else {
            return el("path").key(index.clone()).class("cell cell-empty").set("d", d).set("data-index", index).html();
        };
        let faint = bytes::is_faint(byte);
        let font = (room * if faint { 0.9 } else { 1.0 }).min(11.0);
        let middle = (from + to) / 2.0;
        let at = on_circle((OUTER + INNER) / 2.0, middle);
        let turn = format!("translate({:.2} {:.2}) rotate({:.2})", at.x, at.y, middle * 360.0);
        let looks = if offset.0 == newest { "cell cell-newest" } else { "cell" };
        let key = format!("{index}.{offset}");
        let shape = el("path")
            .set("d", d)
            .set("data-index", index)
            .set("data-offset", offset.to_string())
            .set("data-byte", byte.to_string());
        let sign = el("text")
            .class(if faint { "cell-faint" } else { "" })
            .set("transform", turn)
            .set("font-size", format!("{font:.1}"))
            .set("dy", "0.34em")
            .text(bytes::byte_glyph(byte));
        let looks = format!("{looks} {}", cx.colour(&eras.id_at(offset)));
        el("g").key(key).class(looks).put(shape).put(sign).html()
    });
    el("g").class("cells").all(cells.collect()).html()
}

/// Equal parts of a large backlog.
fn coarse(backlog: &Backlog, eras: &Eras, cx: &UiContext) -> Html {
    let n = backlog.size() as f64;
    let parts = ring::coarse(backlog).into_iter().map(|(from, to, newest)| {
        let d = sector(INNER, OUTER, from as f64 / n, to as f64 / n);
        let looks = newest.map_or("cell-empty", |offset| cx.colour(&eras.id_at(offset)));
        let index = from.to_string();
        let offset = newest.map_or_else(String::new, |o| o.to_string());
        let part = el("path").key(index.clone()).class(format!("cell {looks}")).set("d", d);
        part.set("data-index", index).set("data-offset", offset).html()
    });
    el("g").class("cells").all(parts.collect()).html()
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
        let d = format!("M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}", root.x, root.y, elbow.x, elbow.y, x - side * 3.0, top);
        let mut drawn = el("g").key(i).class(label.class).put(path("ring-lead", d));
        for (n, line) in label.lines.iter().enumerate() {
            let text = el("text")
                .set("x", format!("{x:.1}"))
                .set("y", format!("{:.1}", top + n as f64 * LINE))
                .set("dy", "0.34em")
                .set("text-anchor", anchor)
                .class(if n > 0 { "faint" } else { "" });
            drawn = drawn.put(text.text(line.clone()));
        }
        drawn.html()
    });
    el("g").all(drawn.collect()).html()
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
fn reading(backlog: &Backlog, eras: &Eras, index: usize, cx: &UiContext) -> Html {
    let t = cx.t();
    let (place, range, offset) = if backlog.size() > CELLS_MAX {
        let Some(part) = ring::coarse(backlog).into_iter().find(|p| p.0 == index) else { return Html::default() };
        let (from, to, newest) = part;
        let place = fill(t.ring_arc, &[("from", &from.to_string()), ("to", &to.saturating_sub(1).to_string())]);
        (place, newest.map(|offset| format!("… {offset}")), newest)
    } else {
        let offset = ring::offset_at(backlog, index);
        let range = offset.map(|offset| format!("{offset}  {}", bytes::byte_name(backlog.byte_at(index))));
        (fill(t.ring_index, &[("idx", &index.to_string())]), range, offset)
    };
    let mut parts =
        vec![span("faint num", place), span("ring-range num", range.unwrap_or_else(|| t.ring_empty.to_owned()))];
    parts.extend(offset.map(|offset| chip(&eras.id_at(offset), cx)));
    row(parts)
}

/// What the next byte will overwrite, in words.
#[must_use]
pub fn next_write(backlog: &Backlog, t: &Text) -> String {
    let idx = backlog.idx().to_string();
    match ring::offset_at(backlog, backlog.idx()) {
        Some(offset) => fill(
            t.ring_next_overwrites,
            &[("idx", &idx), ("n", &offset.to_string()), ("byte", &bytes::byte_name(backlog.byte_at(backlog.idx())))],
        ),
        None => fill(t.ring_next_free, &[("idx", &idx)]),
    }
}
