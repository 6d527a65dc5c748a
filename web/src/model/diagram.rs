//! The part of the sequence diagram that the panel shows, in pixels.

use psyncscope_lab::diagram::layout::{Layout, Place, letters};
use psyncscope_lab::diagram::{Detail, Diagram, DiagramCache, Item, Stretch};
use psyncscope_lab::index::Index;
use psyncscope_lab::sim::frame::{HostId, SimTime};
use psyncscope_lab::{Lab, Lang};

/// The height of a line.
const LINE: f64 = 18.0;
/// The width of a letter.
const LETTER: f64 = 6.05;
/// Where times stand, to the left of everything.
pub const TIMES: f64 = 48.0;
/// From the times to the first host's line, and from the last one's to the right edge.
const SIDE: f64 = 40.0;
/// Hosts' lines come no closer than this; what has no room is scrolled to.
const COLUMN_MIN: f64 = 92.0;
/// Space above the first line.
const TOP: f64 = 10.0;
/// The part before the moment shown begins this many frames before it, less than the second number earlier.
const fn frames_before(detail: Detail) -> (usize, usize) {
    match detail {
        Detail::Overview => (1200, 400),
        Detail::Messages => (450, 150),
        Detail::Segments => (225, 75),
    }
}
/// And it goes on for so many recorded frames.
const FRAMES_AFTER: usize = 60;

/// The stretch of time to be shown around a moment: it begins at the same instant for many moments, so that what is
/// drawn stays where it is while time passes.
#[must_use]
pub fn stretch(lab: &Lab, at: SimTime, detail: Detail) -> Stretch {
    let frames = lab.world().frames();
    let here = frames.until(at);
    let (before, every) = frames_before(detail);
    let first = here.saturating_sub(before) / every * every;
    let from = if first == 0 { SimTime(0) } else { frames.at(first).unwrap_or_default() };
    let to = frames.at((here + FRAMES_AFTER).min(frames.len().saturating_sub(1))).unwrap_or(at).max(at);
    Stretch { from, to, detail }
}

/// What the panel draws.
#[derive(Clone, Debug, PartialEq)]
pub struct DiagramView {
    /// Hosts, arrows and marks.
    pub diagram: Diagram,
    /// Where they are, in lines.
    pub layout: Layout,
    /// The width that it should fill, in pixels.
    pub room: f64,
    /// Where the part begins.
    pub from: SimTime,
    /// The vertical place of the moment shown.
    pub now: f64,
    /// The last item that has begun by then.
    pub last: Option<usize>,
}

impl DiagramView {
    /// The part around a moment. `cache` has what was looked up for the last part; `room` is the width that it should fill.
    #[must_use]
    pub fn new(
        run: (&Lab, &Index),
        at: SimTime,
        detail: Detail,
        lang: Lang,
        cache: &mut DiagramCache,
        room: f64,
    ) -> Self {
        let (lab, index) = run;
        let stretch = stretch(lab, at, detail);
        let diagram = Diagram::cached(lab, index, stretch, lang, cache);
        let layout = Layout::new(&diagram);
        let now = y(layout.y_of(at));
        let last = diagram.items.partition_point(|item| item.at() <= at).checked_sub(1);
        Self { diagram, layout, room, from: stretch.from, now, last }
    }

    /// From one host's line to the next.
    #[must_use]
    pub fn column_width(&self) -> f64 {
        ((self.room - TIMES - 2.0 * SIDE) / self.diagram.columns.len().saturating_sub(1).max(1) as f64).max(COLUMN_MIN)
    }

    /// The width of everything.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.x(self.diagram.columns.len().saturating_sub(1)) + SIDE
    }

    /// The height of everything.
    #[must_use]
    pub fn height(&self) -> f64 {
        y(self.layout.height) + TOP
    }

    /// The horizontal place of a column.
    #[must_use]
    pub fn x(&self, column: usize) -> f64 {
        TIMES + SIDE + self.column_width() * column as f64
    }

    /// The horizontal place of a host.
    #[must_use]
    pub fn x_of(&self, host: HostId) -> f64 {
        self.x(self.diagram.column(host).unwrap_or(0))
    }

    /// Every item with its place, and whether its time is shown beside it.
    pub fn items(&self) -> impl Iterator<Item = (&Item, Place, bool)> {
        let before = std::iter::once(None).chain(self.diagram.items.iter().map(|item| Some(item.at())));
        let placed = self.diagram.items.iter().zip(&self.layout.places);
        placed.zip(before).map(|((item, &place), before)| (item, place, before != Some(item.at())))
    }

    /// How wide a mark at a host may be: marks of the same line stand beside each other, and those at the edges are moved
    /// inwards.
    #[must_use]
    pub fn mark_room(&self, host: HostId) -> f64 {
        let place = self.diagram.column(host).unwrap_or(0);
        let is_edge = place == 0 || place + 1 == self.diagram.columns.len();
        if is_edge { self.column_width() / 2.0 + SIDE } else { self.column_width() - 8.0 }
    }

    /// The text of a mark or an arrow that has so much room: what is too long ends with dots.
    #[must_use]
    pub fn fitting(&self, text: &str, room: f64) -> String {
        let room = room - 12.0;
        let mut width = 0.0;
        let fits = |c: char| {
            width += letter(c);
            width <= room
        };
        let kept = text.chars().take_while({
            let mut fits = fits;
            move |&c| fits(c)
        });
        let kept: String = kept.collect();
        if kept.len() == text.len() { kept } else { psyncscope_lab::format::shortened(text, kept.chars().count() - 1) }
    }
}

/// The width of a letter.
fn letter(c: char) -> f64 {
    letters(c) * LETTER
}

/// The width of a text.
#[must_use]
pub fn text_width(text: &str) -> f64 {
    text.chars().map(letter).sum()
}

/// The vertical place of a line.
#[must_use]
pub fn y(line: f64) -> f64 {
    TOP + line * LINE
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::examples;

    fn lab(ms: u64) -> (Lab, Index) {
        let mut lab = Lab::new(examples::opening().config).expect("the opening");
        lab.run_for(ms * 1000);
        let mut index = Index::default();
        index.extend(&lab);
        (lab, index)
    }

    #[test]
    fn the_part_shown_moves_in_leaps() {
        let (lab, _) = lab(60_000);
        let starts: std::collections::BTreeSet<SimTime> =
            (0..600).map(|tenth| stretch(&lab, SimTime(tenth * 100_000), Detail::Segments).from).collect();
        assert!((2..20).contains(&starts.len()), "{starts:?}");
    }

    #[test]
    fn the_moment_shown_is_below_all_that_has_begun() {
        let (lab, index) = lab(8000);
        let mut cache = DiagramCache::default();
        for ms in [0, 300, 1200, 2500, 8000] {
            let at = SimTime(ms * 1000);
            let view = DiagramView::new((&lab, &index), at, Detail::Messages, Lang::En, &mut cache, 380.0);
            for (nth, (item, place, _)) in view.items().enumerate() {
                let begins = match place {
                    Place::Arrow { from, .. } => from,
                    Place::Mark(at) => at,
                };
                assert_eq!(view.last.is_some_and(|last| nth <= last), item.at().0 <= ms * 1000);
                assert_eq!(y(begins) <= view.now, item.at().0 <= ms * 1000, "{ms} ms: {item:?}");
            }
        }
    }

    #[test]
    fn texts_end_where_their_columns_do() {
        let (lab, index) = lab(3000);
        let mut cache = DiagramCache::default();
        let view = DiagramView::new((&lab, &index), SimTime(0), Detail::Overview, Lang::En, &mut cache, 380.0);
        let room = view.column_width();
        assert_eq!(view.fitting("PING", room), "PING");
        for text in ["PSYNC ✗ asks for everything there is", "请求全部数据请求全部数据请求全部数据"]
        {
            let cut = view.fitting(text, room);
            assert!(cut.ends_with('…') && text_width(&cut) <= view.column_width() - 8.0, "{cut}");
        }
    }
}
