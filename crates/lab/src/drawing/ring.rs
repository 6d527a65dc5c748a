//! A node's backlog as a picture.

use std::f64::consts::PI;
use std::fmt::Write as _;

use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_sim::frame::{Frame, HostFrame};

use super::bytes::{byte_glyph, is_faint};
use super::geometry::{on_circle, sector};
use super::ring_labels::{CELLS_MAX, PlacedLabel, RingLabel, place};
use super::ring_readers::{label_size, labels};
use super::svg::{begun, colours, escaped};
use crate::histories::Histories;
use crate::ring::arcs::ring_arcs;
use crate::ring::readers::{groups, readers};
use crate::ring::{self, Eras};

/// The ring's radii, in units of the drawing.
const OUTER: f64 = 116.0;
const INNER: f64 = 91.0;
/// Where leaders begin, and the circle that labels stand around.
const EDGE: f64 = OUTER + 2.0;
const LABELS: f64 = OUTER + 12.0;
/// The largest letters.
const FONT_MAX: f64 = 11.0;
/// Redis's name of the write index.
const IDX: &str = "idx";

const STYLE: &str = "text{font:11px ui-monospace,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:#1a1a19;\
text-anchor:middle;dominant-baseline:central}.empty{fill:none;stroke:#dedcd6}.leader{fill:none;stroke:#0b6a94;stroke-width:1.4}\
.label{fill:#fff;stroke:#0b6a94;stroke-width:1.2}.reader text{fill:#0b6a94}.lost .leader,.lost .label{stroke:#b42318}\
.lost text{fill:#b42318}.idx .leader{stroke:#1a1a19}.idx .label{fill:#1a1a19;stroke:#1a1a19}.idx text{fill:#fff}\
.tick{stroke:#1a1a19;stroke-width:2.4}.faint{fill:#5c5b57}.name{font:bold 15px system-ui,sans-serif}\
.range{font-size:18px}";

/// The backlog of a node at a frame's moment as an SVG file; `None` if it has none.
#[must_use]
pub fn ring_svg(frame: &Frame, host: &HostFrame, histories: &Histories) -> Option<String> {
    let node = host.node.as_ref()?;
    let backlog = &node.backlog.as_ref()?.0;
    let eras = Eras::of(node);
    let mut out = begun(-200.0, -168.0, 400.0, 336.0, STYLE);
    let _ = writeln!(
        out,
        "<text class=\"name\" x=\"-186\" y=\"-150\" style=\"text-anchor:start\">{}</text>",
        escaped(&host.name)
    );
    if backlog.size() <= CELLS_MAX {
        cells(&mut out, backlog, &eras, histories);
    } else {
        arcs(&mut out, backlog, &eras, histories);
    }
    marks(&mut out, frame, host, backlog);
    let range = match backlog.histlen() {
        0 => "–".to_owned(),
        _ => format!("{}..{}", backlog.off(), backlog.end().had()),
    };
    let _ = writeln!(
        out,
        "<text class=\"faint\" y=\"-24\">repl_backlog</text><text class=\"range\">{range}</text>\
         <text class=\"faint\" y=\"24\">histlen {} / size {}</text>\n</svg>",
        backlog.histlen(),
        backlog.size()
    );
    Some(out)
}

/// A cell for each byte.
fn cells(out: &mut String, backlog: &Backlog, eras: &Eras, histories: &Histories) {
    let size = backlog.size() as f64;
    let font = ((OUTER + INNER) * PI / size * 1.15).min(FONT_MAX);
    for cell in ring::cells(backlog) {
        let at = cell.index as f64;
        let d = sector(INNER, OUTER, at / size, (at + 1.0) / size);
        let Some((offset, byte)) = cell.held else {
            let _ = writeln!(out, "<path class=\"empty\" d=\"{d}\"/>");
            continue;
        };
        let (fill, stroke) = colours(histories, &eras.id_at(offset));
        let middle = on_circle(f64::midpoint(OUTER, INNER), (at + 0.5) / size);
        let class = if is_faint(byte) { " class=\"faint\"" } else { "" };
        let _ = writeln!(
            out,
            "<path fill=\"{fill}\" stroke=\"{stroke}\" d=\"{d}\"/>\
             <text{class} style=\"font-size:{font:.1}px\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            middle.x,
            middle.y,
            escaped(byte_glyph(byte))
        );
    }
}

/// An arc for each command of a large backlog.
fn arcs(out: &mut String, backlog: &Backlog, eras: &Eras, histories: &Histories) {
    let size = backlog.size() as f64;
    for arc in ring_arcs(backlog).arcs {
        let paint = arc.held.map(|(_, newest)| colours(histories, &eras.id_at(newest)));
        let paint =
            paint.map_or("class=\"empty\"".to_owned(), |(fill, stroke)| format!("fill=\"{fill}\" stroke=\"{stroke}\""));
        for (from, to) in arc.pieces(backlog.size()) {
            let _ =
                writeln!(out, "<path {paint} d=\"{}\"/>", sector(INNER, OUTER, from as f64 / size, to as f64 / size));
        }
    }
}

/// The write index, and where the replicas stand.
fn marks(out: &mut String, frame: &Frame, host: &HostFrame, backlog: &Backlog) {
    let idx_turn = backlog.idx() as f64 / backlog.size() as f64;
    let readers = labels(&groups(backlog, &readers(frame, host)));
    let label = |turn, text: &str| RingLabel { turn, size: label_size(text) };
    let mut wanted = vec![label(idx_turn, IDX)];
    wanted.extend(readers.iter().map(|reader| label(reader.turn, &reader.text)));
    let placed = place(&wanted, EDGE, LABELS);
    let (inner, outer) = (on_circle(INNER - 3.0, idx_turn), on_circle(EDGE, idx_turn));
    let _ = writeln!(out, "<path class=\"tick\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>", inner.x, inner.y, outer.x, outer.y);
    let classes = readers.iter().map(|reader| if reader.served { "reader" } else { "reader lost" });
    let texts = readers.iter().map(|reader| reader.text.as_str());
    for (((class, text), label), placed) in
        std::iter::once("idx").chain(classes).zip(std::iter::once(IDX).chain(texts)).zip(&wanted).zip(&placed)
    {
        mark(out, class, text, label, placed);
    }
}

fn mark(out: &mut String, class: &str, text: &str, label: &RingLabel, placed: &PlacedLabel) {
    let (size, centre) = (label.size, placed.centre);
    let leader: Vec<String> = placed.leader.iter().map(|point| format!("{:.1} {:.1}", point.x, point.y)).collect();
    let _ = writeln!(
        out,
        "<g class=\"{class}\"><path class=\"leader\" d=\"M{}\"/><rect class=\"label\" x=\"{:.1}\" y=\"{:.1}\" \
         width=\"{:.1}\" height=\"{:.1}\" rx=\"{:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
        leader.join("L"),
        centre.x - size.w / 2.0,
        centre.y - size.h / 2.0,
        size.w,
        size.h,
        size.h / 2.0,
        centre.x,
        centre.y,
        escaped(text)
    );
}
