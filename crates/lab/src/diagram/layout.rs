//! Where things are: downwards in lines of text, sideways in columns. Nothing is laid over anything else beside the
//! same host.
//!
//! Time runs downwards, but not evenly: what follows closely needs a line each, and seconds in which nothing happens
//! need not be seen. Each instant has a block: what arrives is at its top, what happens then in its middle, what leaves
//! at its bottom.

use std::collections::BTreeMap;

use psyncscope_sim::frame::SimTime;

use crate::diagram::{Diagram, Item};

/// Between two instants, at least, in lines.
const SPACE_MIN: f64 = 0.3;
/// For each power of ten that they are apart, in milliseconds.
const SPACE_PER_DECADE: f64 = 0.55;
/// At most.
const SPACE_MAX: f64 = 2.6;
/// Between the heads of arrows that arrive at the same instant, in lines.
const ARRIVAL: f64 = 0.4;
/// The height of a mark.
const MARK: f64 = 1.15;
/// The height of an arrow's text.
const DEPARTURE: f64 = 1.0;
/// A time in which nothing is to be seen is worth a word from so many microseconds on.
const QUIET_US: u64 = 2_000_000;

/// How many letters of the Latin alphabet a character is as wide as.
#[must_use]
pub const fn letters(c: char) -> f64 {
    if c.is_ascii() { 1.0 } else { 1.7 }
}

/// Where an item is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// An arrow leaves here and arrives there; its text stands just above its beginning.
    Arrow {
        /// Where it begins.
        from: f64,
        /// Where it ends.
        to: f64,
    },
    /// A mark's middle.
    Mark(f64),
}

/// A time in which nothing happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quiet {
    /// Its middle.
    pub y: f64,
    /// How long it is, in microseconds.
    pub us: u64,
}

/// The layout of a diagram, in lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// How high it is.
    pub height: f64,
    /// Where each item is, in the order of [`Diagram::items`].
    pub places: Vec<Place>,
    /// Where nothing happens.
    pub quiet: Vec<Quiet>,
    /// Each instant with the top and the bottom of its block.
    instants: Vec<(SimTime, f64, f64)>,
}

/// What has to be seen at one instant.
#[derive(Default)]
struct Block {
    /// How many arrows arrive, by column.
    arrivals: BTreeMap<usize, usize>,
    /// How many lines of marks there are, by column.
    marks: BTreeMap<usize, usize>,
    /// How many arrows leave, by the space between two columns in which their texts stand: after this one.
    departures: BTreeMap<usize, usize>,
    top: f64,
}

impl Block {
    fn marks_at(&self) -> f64 {
        self.top + ARRIVAL * most(&self.arrivals)
    }

    fn departures_at(&self) -> f64 {
        self.marks_at() + MARK * most(&self.marks)
    }

    fn bottom(&self) -> f64 {
        self.departures_at() + DEPARTURE * most(&self.departures)
    }
}

fn most(counts: &BTreeMap<usize, usize>) -> f64 {
    counts.values().copied().max().unwrap_or(0) as f64
}

/// The place of one more among its like.
fn next(counts: &mut BTreeMap<usize, usize>, key: usize) -> usize {
    let count = counts.entry(key).or_default();
    *count += 1;
    *count - 1
}

impl Layout {
    /// Lays a diagram out.
    #[must_use]
    pub fn new(diagram: &Diagram) -> Self {
        // First what each instant has to hold, with the place of each item among its like; then the places themselves.
        let mut blocks: BTreeMap<SimTime, Block> = BTreeMap::new();
        let mut turns = Vec::with_capacity(diagram.items.len());
        let column = |host| diagram.column(host).unwrap_or(0);
        for item in &diagram.items {
            turns.push(match item {
                Item::Arrow(arrow) => {
                    let (from, to) = (column(arrow.from), column(arrow.to));
                    let space = if from < to { from } else { from.saturating_sub(1) };
                    let left = next(&mut blocks.entry(arrow.sent).or_default().departures, space);
                    (left, next(&mut blocks.entry(arrow.arrives).or_default().arrivals, to))
                }
                Item::Mark(mark) => {
                    // A mark about a wire crosses the columns between its ends: none of them has another in its line.
                    let (a, b) = (column(mark.host), column(mark.other.unwrap_or(mark.host)));
                    let marks = &mut blocks.entry(mark.at).or_default().marks;
                    let line = marks.range(a.min(b)..=a.max(b)).map(|(_, &lines)| lines).max().unwrap_or(0);
                    marks.extend((a.min(b)..=a.max(b)).map(|column| (column, line + 1)));
                    (line, 0)
                }
            });
        }
        let mut y = 0.0;
        let mut quiet = Vec::new();
        let mut before: Option<SimTime> = None;
        for (&at, block) in &mut blocks {
            if let Some(before) = before {
                let us = at.0 - before.0;
                let space = SPACE_MIN + SPACE_PER_DECADE * (1.0 + us as f64 / 1000.0).log10();
                let space = space.min(SPACE_MAX);
                if us >= QUIET_US {
                    quiet.push(Quiet { y: y + space / 2.0, us });
                }
                y += space;
            }
            block.top = y;
            y = block.bottom();
            before = Some(at);
        }
        let place = |(item, &(first, second)): (&Item, &(usize, usize))| match item {
            Item::Arrow(arrow) => {
                let (left, came) = (&blocks[&arrow.sent], &blocks[&arrow.arrives]);
                let from = left.departures_at() + DEPARTURE * (first + 1) as f64;
                // What arrives in the instant in which it left does so below.
                Place::Arrow { from, to: (came.top + ARRIVAL * second as f64).max(from) }
            }
            Item::Mark(mark) => Place::Mark(blocks[&mark.at].marks_at() + MARK * (first as f64 + 0.5)),
        };
        Self {
            height: y,
            places: diagram.items.iter().zip(&turns).map(place).collect(),
            quiet,
            instants: blocks.iter().map(|(&at, block)| (at, block.top, block.bottom())).collect(),
        }
    }

    /// Where a moment is: just below all that has happened, between instants in proportion.
    #[must_use]
    pub fn y_of(&self, at: SimTime) -> f64 {
        let next = self.instants.partition_point(|&(instant, ..)| instant <= at);
        let Some(&(last, _, bottom)) = next.checked_sub(1).and_then(|last| self.instants.get(last)) else { return 0.0 };
        let Some(&(then, top, _)) = self.instants.get(next) else { return bottom };
        bottom + (top - bottom) * ((at.0 - last.0) as f64 / (then.0 - last.0) as f64)
    }
}
