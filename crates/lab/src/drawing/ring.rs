//! A node's backlog as a picture.

use std::fmt::Write as _;

use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_sim::frame::{Frame, HostFrame};

use super::bytes::{byte_glyph, is_faint};
use super::geometry::sector;
use super::ring_labels::CELLS_MAX;
use super::ring_parts::{FONT_MAX, INNER, OUTER, RingMark, letter_room, middle, tick};
use super::ring_readers::labels;
use super::svg::{begun, colours, escaped};
use crate::histories::Histories;
use crate::ring::arcs::ring_arcs;
use crate::ring::readers::{groups, readers};
use crate::ring::{self, Eras};

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
    let font = letter_room(backlog.size()).min(FONT_MAX);
    for cell in ring::cells(backlog) {
        let at = cell.index as f64;
        let d = sector(INNER, OUTER, at / size, (at + 1.0) / size);
        let Some((offset, byte)) = cell.held else {
            let _ = writeln!(out, "<path class=\"empty\" d=\"{d}\"/>");
            continue;
        };
        let (fill, stroke) = colours(histories, &eras.id_at(offset));
        let middle = middle(cell.index, backlog.size());
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
    let readers = labels(&groups(backlog, &readers(frame, host)));
    let _ = writeln!(out, "<path class=\"tick\" d=\"{}\"/>", tick(backlog.idx(), backlog.size()));
    for mark in super::ring_parts::marks(backlog.idx(), backlog.size(), &readers) {
        self::mark(out, &mark);
    }
}

fn mark(out: &mut String, mark: &RingMark) {
    let class = match mark.served {
        None => "idx",
        Some(true) => "reader",
        Some(false) => "reader lost",
    };
    let (size, centre) = (mark.label.size, mark.placed.centre);
    let _ = writeln!(
        out,
        "<g class=\"{class}\"><path class=\"leader\" d=\"{}\"/><rect class=\"label\" x=\"{:.1}\" y=\"{:.1}\" \
         width=\"{:.1}\" height=\"{:.1}\" rx=\"{:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
        mark.leader(),
        centre.x - size.w / 2.0,
        centre.y - size.h / 2.0,
        size.w,
        size.h,
        size.h / 2.0,
        centre.x,
        centre.y,
        escaped(&mark.text)
    );
}
