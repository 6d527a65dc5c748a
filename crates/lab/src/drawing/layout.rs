//! Where the cards stand: a tree that fits the stage, masters before their replicas.

use litemap::LiteMap;
use psyncscope_sim::frame::HostId;

use crate::drawing::geometry::{Flow, Point, Size};

/// Space kept free around the cards.
const MARGIN: f64 = 12.0;
/// The least space between generations: a packet must be seen on its way, beside the wire's label.
const GENERATION_GAP_MIN: Gap = Gap { down: 100.0, right: 136.0 };
/// The most space between generations; beyond it the eye loses the connection.
const GENERATION_GAP_MAX: Gap = Gap { down: 190.0, right: 260.0 };
/// The same between siblings.
const SIBLING_GAP_MIN: Gap = Gap { down: 14.0, right: 14.0 };
const SIBLING_GAP_MAX: Gap = Gap { down: 220.0, right: 90.0 };

/// A distance for each flow of the tree.
struct Gap {
    down: f64,
    right: f64,
}

impl Gap {
    const fn of(&self, flow: Flow) -> f64 {
        match flow {
            Flow::Down => self.down,
            Flow::Right => self.right,
        }
    }
}

/// How large cards are. The stylesheet has the same sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CardSize {
    /// With everything on them.
    #[default]
    Regular,
    /// Where there is little room.
    Compact,
}

impl CardSize {
    /// Width and height, in pixels at scale 1.
    #[must_use]
    pub const fn size(self) -> Size {
        match self {
            Self::Regular => Size { w: 216.0, h: 108.0 },
            Self::Compact => Size { w: 174.0, h: 100.0 },
        }
    }
}

/// A layout on a plane of its own, which is as wide and as high as the stage when it is drawn at `scale`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The upper left corner of each card.
    pub corners: LiteMap<HostId, Point>,
    /// How large the cards are.
    pub card: CardSize,
    /// Where replicas stand.
    pub flow: Flow,
    /// The scale at which everything is on the stage, at most 1.
    pub scale: f64,
    /// The size of the plane.
    pub plane: Size,
}

/// Lays out `hosts` (in order) for a stage of size `stage`, with `masters` telling who follows whom.
///
/// Of all arrangements it takes the one that can be drawn largest; masters above replicas, regular cards and one row
/// for a generation count for something.
#[must_use]
pub fn layout(hosts: &[HostId], masters: &LiteMap<HostId, HostId>, stage: Size) -> Layout {
    let forest = Forest::new(hosts, masters);
    let tidy = forest.tidy();
    let mut candidates = vec![
        Arrangement { generations: tidy.clone(), flow: Flow::Down, preference: 1.0 },
        Arrangement { generations: tidy, flow: Flow::Right, preference: 0.9 },
    ];
    let widest = forest.widest_generation();
    candidates.extend((2..widest).map(|columns| Arrangement {
        generations: forest.wrapped(columns),
        flow: Flow::Down,
        preference: 0.7,
    }));
    let sizes = [(CardSize::Regular, 1.0), (CardSize::Compact, 0.95)];
    let best = candidates
        .iter()
        .flat_map(|arrangement| sizes.map(|(card, preference)| (arrangement, card, preference)))
        .map(|(arrangement, card, preference)| {
            let scale = arrangement.scale(stage, card.size());
            (arrangement, card, scale, scale * preference * arrangement.preference)
        })
        // The first of equals.
        .reduce(|best, other| if other.3 > best.3 { other } else { best });
    match best {
        Some((arrangement, card, scale, _)) => arrangement.spread(stage, card, scale),
        None => Layout { scale: 1.0, plane: stage, ..Layout::default() },
    }
}

/// Keeps a card that is dragged on the plane.
#[must_use]
pub fn keep_inside(corner: Point, plane: Size, card: Size) -> Point {
    Point::new(corner.x.clamp(0.0, (plane.w - card.w).max(0.0)), corner.y.clamp(0.0, (plane.h - card.h).max(0.0)))
}

/// Cards side by side, each with its place among its siblings; places may be fractions.
type Generation = Vec<(HostId, f64)>;

/// An arrangement of cards whose distances are still open.
struct Arrangement {
    generations: Vec<Generation>,
    flow: Flow,
    /// How much it is liked beside others of the same scale, at most 1.
    preference: f64,
}

impl Arrangement {
    /// The number of places side by side, and of generations.
    fn counts(&self) -> (f64, f64) {
        let places = self.generations.iter().flatten().fold(1.0, |most: f64, (_, place)| most.max(place + 1.0));
        (places, self.generations.len().max(1) as f64)
    }

    /// How many cards stand side by side horizontally and vertically, and the distances between them.
    fn grid(&self, sibling: f64, generation: f64) -> [(f64, f64); 2] {
        let (places, generations) = self.counts();
        let (siblings, generations) = ((places, sibling), (generations, generation));
        match self.flow {
            Flow::Down => [siblings, generations],
            Flow::Right => [generations, siblings],
        }
    }

    /// The scale at which it fits the stage.
    fn scale(&self, stage: Size, card: Size) -> f64 {
        let [across, down] = self.grid(SIBLING_GAP_MIN.of(self.flow), GENERATION_GAP_MIN.of(self.flow));
        let (w, h) = (length(across, card.w) + 2.0 * MARGIN, length(down, card.h) + 2.0 * MARGIN);
        (stage.w / w).min(stage.h / h).min(1.0)
    }

    /// Spreads the cards over the room that there is.
    fn spread(&self, stage: Size, card_size: CardSize, scale: f64) -> Layout {
        let card = card_size.size();
        let plane = Size { w: stage.w / scale, h: stage.h / scale };
        let (places, generations) = self.counts();
        let (along, across, side, depth) = match self.flow {
            Flow::Down => (plane.w, plane.h, card.w, card.h),
            Flow::Right => (plane.h, plane.w, card.h, card.w),
        };
        // `ends` is the air at both ends together, as a share of the gap.
        let gap = |room: f64, count: f64, side: f64, ends: f64, least: &Gap, most: &Gap| {
            let even = (room - 2.0 * MARGIN - count * side) / (count - 1.0 + ends);
            even.clamp(least.of(self.flow), most.of(self.flow))
        };
        let sibling = gap(along, places, side, 1.0, &SIBLING_GAP_MIN, &SIBLING_GAP_MAX);
        let generation = gap(across, generations, depth, 0.3, &GENERATION_GAP_MIN, &GENERATION_GAP_MAX);
        let [columns, rows] = self.grid(sibling, generation);
        let left = (plane.w - length(columns, card.w)) / 2.0;
        let top = (plane.h - length(rows, card.h)) / 2.0;
        let corner = |place: f64, nth: usize| {
            let (column, row) = match self.flow {
                Flow::Down => (place, nth as f64),
                Flow::Right => (nth as f64, place),
            };
            let (x, y) = (left + column * (card.w + columns.1), top + row * (card.h + rows.1));
            Point::new(x.round(), y.round())
        };
        let mut corners = LiteMap::new_vec();
        for (nth, cards) in self.generations.iter().enumerate() {
            for &(host, place) in cards {
                corners.insert(host, corner(place, nth));
            }
        }
        Layout { corners, card: card_size, flow: self.flow, scale, plane }
    }
}

/// The length of so many cards with so much space between them.
fn length((count, gap): (f64, f64), side: f64) -> f64 {
    count * side + (count - 1.0) * gap
}

struct Forest {
    roots: Vec<HostId>,
    children: LiteMap<HostId, Vec<HostId>>,
}

impl Forest {
    /// Two nodes may follow each other: a circle is opened at its first member, which counts as a root.
    fn new(hosts: &[HostId], masters: &LiteMap<HostId, HostId>) -> Self {
        let mut children: LiteMap<HostId, Vec<HostId>> = LiteMap::new_vec();
        let mut roots = Vec::new();
        for &host in hosts {
            match masters.get(&host) {
                Some(master) if hosts.contains(master) && !is_first_of_circle(host, masters) => {
                    children.entry(*master).or_default().push(host);
                }
                _ => roots.push(host),
            }
        }
        Self { roots, children }
    }

    fn of(&self, host: HostId) -> &[HostId] {
        self.children.get(&host).map_or(&[], Vec::as_slice)
    }

    fn generations(&self) -> Vec<Vec<HostId>> {
        let mut generations = Vec::new();
        let mut generation = self.roots.clone();
        while !generation.is_empty() {
            let next = generation.iter().flat_map(|&h| self.of(h).iter().copied()).collect();
            generations.push(std::mem::replace(&mut generation, next));
        }
        generations
    }

    fn widest_generation(&self) -> usize {
        self.generations().iter().map(Vec::len).max().unwrap_or(0)
    }

    /// Each leaf has a place of its own, each parent stands in the middle of its children.
    fn tidy(&self) -> Vec<Generation> {
        fn place(
            forest: &Forest,
            host: HostId,
            depth: usize,
            next: &mut f64,
            generations: &mut Vec<Generation>,
        ) -> f64 {
            if generations.len() <= depth {
                generations.push(Generation::new());
            }
            let children: Vec<f64> =
                forest.of(host).iter().map(|&c| place(forest, c, depth + 1, next, generations)).collect();
            let place = match (children.first(), children.last()) {
                (Some(first), Some(last)) => (first + last) / 2.0,
                _ => {
                    *next += 1.0;
                    *next - 1.0
                }
            };
            generations[depth].push((host, place));
            place
        }
        let (mut generations, mut next) = (Vec::new(), 0.0);
        for &root in &self.roots {
            place(self, root, 0, &mut next, &mut generations);
        }
        generations
    }

    /// Each generation in as many rows as it takes, `columns` cards in a row, each row centred. Every second row of a
    /// generation stands between the columns of the one above it, where wires to it can pass.
    fn wrapped(&self, columns: usize) -> Vec<Generation> {
        let mut rows = Vec::new();
        for generation in self.generations() {
            for (nth, row) in generation.chunks(columns).enumerate() {
                let shift = if nth % 2 == 1 && (columns - row.len()).is_multiple_of(2) { 0.5 } else { 0.0 };
                let indent = (columns - row.len()) as f64 / 2.0 + shift;
                rows.push(row.iter().enumerate().map(|(i, &h)| (h, indent + i as f64)).collect());
            }
        }
        rows
    }
}

/// Whether following masters from `host` leads back to it, and it is the lowest of that circle.
fn is_first_of_circle(host: HostId, masters: &LiteMap<HostId, HostId>) -> bool {
    let mut seen = vec![host];
    let mut at = host;
    while let Some(&next) = masters.get(&at) {
        if next == host {
            return seen.iter().all(|&other| host <= other);
        }
        if seen.contains(&next) {
            return false;
        }
        seen.push(next);
        at = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::geometry::Rect;

    /// The stage of the page at 1440 by 900 and at 1024 by 768.
    const DESKTOP: Size = Size { w: 1000.0, h: 500.0 };
    const SMALL: Size = Size { w: 676.0, h: 380.0 };
    /// A phone held upright, and on its side.
    const PHONE: Size = Size { w: 390.0, h: 376.0 };
    const ASIDE: Size = Size { w: 480.0, h: 220.0 };

    const STAR: &[(u16, u16)] = &[(1, 0), (2, 0)];
    /// A chain of four and one more replica.
    const CHAIN: &[(u16, u16)] = &[(1, 0), (2, 0), (3, 1), (4, 3)];

    #[track_caller]
    fn check(hosts: u16, links: &[(u16, u16)], stage: Size) -> Layout {
        let masters = links.iter().map(|&(r, m)| (HostId(r), HostId(m))).collect();
        let ids: Vec<HostId> = (0..hosts).map(HostId).collect();
        let made = layout(&ids, &masters, stage);
        assert_eq!(made.corners.len(), ids.len(), "every host has a place");
        assert!((made.plane.w * made.scale - stage.w).abs() < 1e-6, "the plane is as wide as the stage");
        assert!((made.plane.h * made.scale - stage.h).abs() < 1e-6, "the plane is as high as the stage");
        assert!(made.scale <= 1.0);
        let plane = Rect { x: 0.0, y: 0.0, w: made.plane.w, h: made.plane.h };
        let card = made.card.size();
        let cards: Vec<Rect> = made.corners.values().map(|c| Rect { x: c.x, y: c.y, w: card.w, h: card.h }).collect();
        for (i, a) in cards.iter().enumerate() {
            assert!(plane.contains(a), "{a:?} is on the stage {plane:?}");
            for b in &cards[i + 1..] {
                assert!(!a.overlaps(b), "{a:?} and {b:?} overlap");
            }
        }
        made
    }

    #[test]
    fn masters_stand_in_the_middle_above_their_replicas() {
        let made = check(3, STAR, DESKTOP);
        let at = |i| made.corners.get(&HostId(i)).copied().expect("it has a place");
        assert_eq!((made.flow, made.card, made.scale), (Flow::Down, CardSize::Regular, 1.0));
        assert!(at(0).y + made.card.size().h < at(1).y);
        assert_eq!(at(1).y, at(2).y);
        assert!((at(0).x * 2.0 - at(1).x - at(2).x).abs() <= 1.0);
    }

    #[test]
    fn a_low_stage_has_masters_at_the_left() {
        let made = check(5, CHAIN, DESKTOP);
        assert_eq!(made.flow, Flow::Right);
        let xs: Vec<f64> = [0, 1, 3, 4].iter().map(|&i| made.corners[&HostId(i)].x).collect();
        assert!(xs.is_sorted_by(|a, b| a < b), "{xs:?}");
        let made = check(3, STAR, ASIDE);
        assert_eq!(made.flow, Flow::Right);
    }

    #[test]
    fn what_the_page_opens_with_can_be_read_everywhere() {
        for stage in [DESKTOP, SMALL, PHONE, ASIDE] {
            let made = check(3, STAR, stage);
            assert!(made.scale >= 0.85, "{stage:?}: {}", made.scale);
        }
        for (stage, least) in [(DESKTOP, 0.85), (SMALL, 0.55), (PHONE, 0.4), (ASIDE, 0.4)] {
            let made = check(5, CHAIN, stage);
            assert!(made.scale >= least, "{stage:?}: {}", made.scale);
        }
    }

    #[test]
    fn circles_and_strangers_have_a_place() {
        check(2, &[(0, 1), (1, 0)], DESKTOP);
        check(3, &[(0, 1), (1, 2), (2, 1)], DESKTOP);
        check(2, &[(1, 9)], DESKTOP);
        check(0, &[], DESKTOP);
        check(1, &[], DESKTOP);
    }

    #[test]
    fn many_nodes_wrap_and_shrink() {
        let star: Vec<(u16, u16)> = (1..11).map(|i| (i, 0)).collect();
        for stage in [DESKTOP, SMALL, PHONE, ASIDE] {
            check(5, &[(1, 0), (2, 0), (3, 0), (4, 0)], stage);
            check(16, &[], stage);
            check(7, &[(1, 0), (2, 0), (3, 0), (4, 1), (5, 1), (6, 2)], stage);
            check(11, &star, stage);
        }
        assert!(check(11, &star, DESKTOP).scale > 0.7);
    }

    #[test]
    fn neighbours_are_not_torn_apart_on_a_huge_stage() {
        let made = check(3, STAR, Size { w: 3000.0, h: 1600.0 });
        let at = |i| made.corners[&HostId(i)];
        assert_eq!(at(2).x - at(1).x, made.card.size().w + SIBLING_GAP_MAX.down);
        assert_eq!(at(1).y - at(0).y, made.card.size().h + GENERATION_GAP_MAX.down);
    }
}
