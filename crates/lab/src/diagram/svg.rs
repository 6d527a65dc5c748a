//! The diagram as a picture: one SVG file that needs nothing else.

use std::fmt::Write as _;

use psyncscope_sim::frame::{Fate, SimTime};

use crate::diagram::layout::{Layout, Place, letters};
use crate::diagram::{Arrow, Diagram, Item, Mark};
use crate::drawing::svg::escaped;
use crate::format::{clock, duration, shortened};
use crate::narration::Tone;

/// The height of a line, in pixels.
const LINE: f64 = 18.0;
/// From one host to the next.
const COLUMN: f64 = 230.0;
/// To the left of the first host's line, where times stand, and to the right of the last one's.
const LEFT: f64 = 190.0;
const RIGHT: f64 = 120.0;
/// Above the first line: the hosts' names.
const TOP: f64 = 56.0;
const BOTTOM: f64 = 24.0;
/// The width of a letter.
const LETTER: f64 = 6.7;
/// Letters that have room between two hosts.
const LABEL_MAX: usize = 31;

const STYLE: &str = "text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#1b1b1b}\
.name{font:bold 15px system-ui,sans-serif;text-anchor:middle}\
.time{fill:#5c5c5c;text-anchor:end}.quiet{fill:#5c5c5c;text-anchor:middle;font-style:italic}\
.life{stroke:#b9b6ae}.arrow{fill:none;stroke:#3a3a3a;stroke-width:1.4}\
.stream{stroke:#0a6a94}.ack,.nothing{stroke:#8a8a8a;stroke-dasharray:4 3}.lost{stroke:#a8321c}\
.label{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}\
.mark rect{fill:#f3f1ec;stroke:#b9b6ae;rx:4px}.mark text{text-anchor:middle}\
.good rect{fill:#e2f1e6;stroke:#2c7a46}.full rect{fill:#fdeedd;stroke:#a85a00}.fault rect{fill:#fbe5e0;stroke:#a8321c}";

impl Diagram {
    /// A whole SVG document.
    #[must_use]
    pub fn svg(&self) -> String {
        let layout = Layout::new(self);
        let width = LEFT + RIGHT + COLUMN * self.columns.len().saturating_sub(1) as f64;
        let height = TOP + layout.height * LINE + BOTTOM;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\">\n<style>{STYLE}</style>\n\
             <defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"context-stroke\"/></marker></defs>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        );
        for (place, column) in self.columns.iter().enumerate() {
            let x = x_of(place);
            let _ = writeln!(
                out,
                "<line class=\"life\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\
                 <text class=\"name\" x=\"{x:.1}\" y=\"26\">{}</text>",
                TOP - 16.0,
                height - 8.0,
                escaped(&column.name)
            );
        }
        for quiet in &layout.quiet {
            let (x, y) = (width / 2.0, y_of(quiet.y) + 4.0);
            let _ = writeln!(
                out,
                "<text class=\"quiet label\" x=\"{x:.1}\" y=\"{y:.1}\">… {} …</text>",
                duration(quiet.us)
            );
        }
        let placed = || self.items.iter().zip(&layout.places);
        for (item, place) in placed() {
            if let (Item::Arrow(arrow), Place::Arrow { from, to }) = (item, place) {
                self.put_arrow(arrow, y_of(*from), y_of(*to), &mut out);
            }
        }
        for (item, place) in placed() {
            if let (Item::Mark(mark), Place::Mark(y)) = (item, place) {
                self.put_mark(mark, y_of(*y), &mut out);
            }
        }
        let mut before = None;
        for (item, place) in placed() {
            if before != Some(item.at()) {
                put_time(item.at(), *place, &mut out);
            }
            before = Some(item.at());
        }
        out.push_str("</svg>\n");
        out
    }

    fn x(&self, host: psyncscope_sim::frame::HostId) -> f64 {
        x_of(self.column(host).unwrap_or(0))
    }

    fn put_arrow(&self, arrow: &Arrow, y1: f64, y2: f64, out: &mut String) {
        let (x1, x2) = (self.x(arrow.from), self.x(arrow.to));
        let class = arrow.class();
        let rightwards = x2 > x1;
        let _ = match arrow.fate {
            Fate::Arrives => writeln!(
                out,
                "<path class=\"arrow {class}\" d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" marker-end=\"url(#head)\"/>"
            ),
            Fate::Lost | Fate::Cut => {
                let (x, y) = (f64::midpoint(x1, x2), f64::midpoint(y1, y2));
                writeln!(
                    out,
                    "<path class=\"arrow {class}\" d=\"M{x1:.1} {y1:.1}L{x:.1} {y:.1}m-5 -5l10 10m0 -10l-10 10\"/>"
                )
            }
        };
        let (x, anchor) = if rightwards { (x1 + 8.0, "start") } else { (x1 - 8.0, "end") };
        let _ = writeln!(
            out,
            "<text class=\"label\" text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
            y1 - 4.0,
            escaped(&shortened(&arrow.text(), LABEL_MAX))
        );
    }

    fn put_mark(&self, mark: &Mark, y: f64, out: &mut String) {
        let tone = match mark.tone {
            Tone::Command | Tone::State => "",
            Tone::Good => " good",
            Tone::Full => " full",
            Tone::Fault => " fault",
        };
        let x = f64::midpoint(self.x(mark.host), self.x(mark.other.unwrap_or(mark.host)));
        let width = mark.text().chars().map(letters).sum::<f64>() * LETTER + 14.0;
        let _ = writeln!(
            out,
            "<g class=\"mark{tone}\"><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"17\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\">{}</text></g>",
            x - width / 2.0,
            y - 8.5,
            y + 3.5,
            escaped(&mark.text())
        );
    }
}

fn put_time(at: SimTime, place: Place, out: &mut String) {
    let y = match place {
        Place::Arrow { from, .. } => y_of(from) - 4.0,
        Place::Mark(y) => y_of(y) + 3.5,
    };
    let _ = writeln!(out, "<text class=\"time\" x=\"78\" y=\"{y:.1}\">{}</text>", clock(at));
}

fn x_of(column: usize) -> f64 {
    LEFT + COLUMN * column as f64
}

fn y_of(line: f64) -> f64 {
    TOP + line * LINE
}
