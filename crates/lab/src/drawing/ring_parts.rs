//! What a ring is drawn of, on the page and in files: its size, its letters, and the marks around it.

use std::f64::consts::PI;

use super::geometry::{Point, on_circle};
use super::ring_labels::{PlacedLabel, RingLabel, place};
use super::ring_readers::{ReaderLabel, label_size};

/// The ring's outer radius, in units of the drawing.
pub const OUTER: f64 = 116.0;
/// The ring's inner radius.
pub const INNER: f64 = 91.0;
/// The largest letters.
pub const FONT_MAX: f64 = 11.0;
/// Redis's name of the write index.
pub const IDX: &str = "idx";

/// Where leaders begin: just outside the ring.
const EDGE: f64 = OUTER + 2.0;
/// The circle that labels stand around.
const LABELS: f64 = OUTER + 12.0;
/// The size of letters that just fit between others above and below, in units of the space that each has.
const LINE: f64 = 1.15;

/// The size of letters that fit into the cells of a ring of `size` bytes, if it is less than [`FONT_MAX`].
#[must_use]
pub fn letter_room(size: usize) -> f64 {
    (OUTER + INNER) * PI / size as f64 * LINE
}

/// The middle of a cell.
#[must_use]
pub fn middle(index: usize, size: usize) -> Point {
    on_circle(f64::midpoint(OUTER, INNER), (index as f64 + 0.5) / size as f64)
}

/// The line across the ring at the write index, as an SVG path.
#[must_use]
pub fn tick(idx: usize, size: usize) -> String {
    let turn = idx as f64 / size as f64;
    let (inner, outer) = (on_circle(INNER - 3.0, turn), on_circle(EDGE, turn));
    format!("M{:.1} {:.1}L{:.1} {:.1}", inner.x, inner.y, outer.x, outer.y)
}

/// A mark around the ring.
#[derive(Clone, Debug, PartialEq)]
pub struct RingMark {
    /// What its label says.
    pub text: String,
    /// For replicas: whether the backlog can serve them; the write index has none.
    pub served: Option<bool>,
    /// Its label.
    pub label: RingLabel,
    /// Where the label stands.
    pub placed: PlacedLabel,
}

impl RingMark {
    /// Its leader as an SVG path.
    #[must_use]
    pub fn leader(&self) -> String {
        let points = self.placed.leader.iter().enumerate();
        points.map(|(i, p)| format!("{}{:.1} {:.1}", if i == 0 { 'M' } else { 'L' }, p.x, p.y)).collect()
    }
}

/// The marks of the write index and of the replicas, placed so that nothing overlaps.
#[must_use]
pub fn marks(idx: usize, size: usize, readers: &[ReaderLabel]) -> Vec<RingMark> {
    let mut marks = vec![(IDX, idx as f64 / size as f64, None)];
    marks.extend(readers.iter().map(|reader| (reader.text.as_str(), reader.turn, Some(reader.served))));
    let labels: Vec<RingLabel> =
        marks.iter().map(|&(text, turn, _)| RingLabel { turn, size: label_size(text) }).collect();
    let placed = place(&labels, EDGE, LABELS);
    let whole = marks.into_iter().zip(labels).zip(placed);
    whole
        .map(|(((text, _, served), label), placed)| RingMark { text: text.to_owned(), served, label, placed })
        .collect()
}
