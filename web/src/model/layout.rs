//! Where the cards stand: masters above their replicas.

use std::collections::BTreeMap;

use psyncscope_lab::sim::frame::HostId;

use crate::model::geometry::{Point, Size};

/// Space kept free around the cards and between neighbours.
const MARGIN: f64 = 12.0;
/// The least space between two rows: a packet's chip must be seen on its way.
const ROW_GAP_MIN: f64 = 76.0;
/// The most space between two rows and two columns; beyond it the eye loses the connection.
const ROW_GAP_MAX: f64 = 190.0;
/// The least space between two rows of which another stands aside.
const ASIDE_GAP_MIN: f64 = 40.0;
const COLUMN_GAP_MAX: f64 = 220.0;

/// A layout: the upper left corner of each card, and the height that the stage needs for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The upper left corner of each card.
    pub corners: BTreeMap<HostId, Point>,
    /// The height that the stage must have.
    pub height: f64,
}

/// Lays out `hosts` (in order) on a stage of `stage`, with `masters` telling who follows whom.
#[must_use]
pub fn layout(hosts: &[HostId], masters: &BTreeMap<HostId, HostId>, stage: Size, card: Size) -> Layout {
    let forest = Forest::new(hosts, masters);
    let fits = ((stage.w - MARGIN) / (card.w + MARGIN)).floor().max(1.0) as usize;
    let rows = if forest.leaves() <= fits { forest.tidy() } else { forest.wrapped(fits) };

    // Too tall for the stage, and room beside: every other row moves aside, and rows may come closer.
    let tall = rows.len() as f64 * (card.h + ROW_GAP_MIN) - ROW_GAP_MIN + 2.0 * MARGIN > stage.h;
    let wide = rows.iter().flatten().fold(1.0, |most: f64, (_, column)| most.max(column + 1.0));
    let aside = tall && wide * 2.0 <= fits as f64;
    let rows: Vec<Row> = if aside {
        let shift =
            |(i, row): (usize, Row)| row.into_iter().map(|(h, c)| (h, if i % 2 == 1 { c + wide } else { c })).collect();
        rows.into_iter().enumerate().map(shift).collect()
    } else {
        rows
    };

    let columns = rows.iter().flatten().fold(1.0, |most: f64, (_, column)| most.max(column + 1.0));
    let gap_x = ((stage.w - columns * card.w) / (columns + 1.0)).clamp(MARGIN, COLUMN_GAP_MAX);
    let width = columns * card.w + (columns - 1.0) * gap_x;
    let left = ((stage.w - width) / 2.0).max(MARGIN);

    let count = rows.len().max(1) as f64;
    let gap_y = if rows.len() > 1 {
        let (least, room) = if aside {
            ((ASIDE_GAP_MIN - card.h) / 2.0, (stage.h - count * card.h - 2.0 * MARGIN) / (count - 1.0))
        } else {
            (ROW_GAP_MIN, (stage.h - count * card.h - 2.0 * MARGIN) / count)
        };
        room.clamp(least, ROW_GAP_MAX)
    } else {
        0.0
    };
    let needed = count * card.h + (count - 1.0) * gap_y;
    let top = ((stage.h - needed) / 2.0).max(MARGIN);

    let mut corners = BTreeMap::new();
    for (row, cards) in rows.iter().enumerate() {
        for &(host, column) in cards {
            let x = left + column * (card.w + gap_x);
            let y = top + row as f64 * (card.h + gap_y);
            corners.insert(host, Point::new(x.round(), y.round()));
        }
    }
    Layout { corners, height: (needed + 2.0 * MARGIN).max(stage.h) }
}

/// Keeps a dragged card on the stage.
#[must_use]
pub fn keep_inside(corner: Point, stage: Size, card: Size) -> Point {
    Point::new(corner.x.clamp(0.0, (stage.w - card.w).max(0.0)), corner.y.clamp(0.0, (stage.h - card.h).max(0.0)))
}

/// Cards in a row, each with its column; columns may be fractions.
type Row = Vec<(HostId, f64)>;

struct Forest {
    roots: Vec<HostId>,
    children: BTreeMap<HostId, Vec<HostId>>,
}

impl Forest {
    /// Two nodes may follow each other: a circle is opened at its first member, which counts as a root.
    fn new(hosts: &[HostId], masters: &BTreeMap<HostId, HostId>) -> Self {
        let mut children: BTreeMap<HostId, Vec<HostId>> = BTreeMap::new();
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

    fn leaves(&self) -> usize {
        fn count(forest: &Forest, host: HostId) -> usize {
            forest.of(host).iter().map(|&c| count(forest, c)).sum::<usize>().max(1)
        }
        self.roots.iter().map(|&r| count(self, r)).sum()
    }

    /// Each leaf has a column of its own, each parent stands in the middle above its children.
    fn tidy(&self) -> Vec<Row> {
        fn place(forest: &Forest, host: HostId, depth: usize, next: &mut f64, rows: &mut Vec<Row>) -> f64 {
            if rows.len() <= depth {
                rows.push(Row::new());
            }
            let kids: Vec<f64> = forest.of(host).iter().map(|&c| place(forest, c, depth + 1, next, rows)).collect();
            let column = match (kids.first(), kids.last()) {
                (Some(first), Some(last)) => (first + last) / 2.0,
                _ => {
                    *next += 1.0;
                    *next - 1.0
                }
            };
            rows[depth].push((host, column));
            column
        }
        let (mut rows, mut next) = (Vec::new(), 0.0);
        for &root in &self.roots {
            place(self, root, 0, &mut next, &mut rows);
        }
        rows
    }

    /// Each generation in as many rows as it takes, `fits` cards in a row, each row centred.
    fn wrapped(&self, fits: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut generation = self.roots.clone();
        while !generation.is_empty() {
            for chunk in generation.chunks(fits) {
                let indent = (fits - chunk.len()) as f64 / 2.0;
                rows.push(chunk.iter().enumerate().map(|(i, &h)| (h, indent + i as f64)).collect());
            }
            generation = generation.iter().flat_map(|&h| self.of(h).iter().copied()).collect();
        }
        rows
    }
}

/// Whether following masters from `host` leads back to it, and it is the lowest of that circle.
fn is_first_of_circle(host: HostId, masters: &BTreeMap<HostId, HostId>) -> bool {
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

    const CARD: Size = Size { w: 208.0, h: 108.0 };
    const WIDE: Size = Size { w: 1000.0, h: 560.0 };
    const PHONE: Size = Size { w: 390.0, h: 340.0 };

    fn world(hosts: u16, links: &[(u16, u16)]) -> (Vec<HostId>, BTreeMap<HostId, HostId>) {
        let masters = links.iter().map(|&(r, m)| (HostId(r), HostId(m))).collect();
        ((0..hosts).map(HostId).collect(), masters)
    }

    #[track_caller]
    fn check(hosts: u16, links: &[(u16, u16)], stage: Size, card: Size) -> Layout {
        let (ids, masters) = world(hosts, links);
        let made = layout(&ids, &masters, stage, card);
        assert_eq!(made.corners.len(), ids.len(), "every host has a place");
        let corners: Vec<Point> = made.corners.values().copied().collect();
        for (i, a) in corners.iter().enumerate() {
            assert!(a.x >= 0.0 && a.x + card.w <= stage.w, "{a:?} is on the stage");
            assert!(a.y >= 0.0 && a.y + card.h <= made.height, "{a:?} is on the stage");
            for b in &corners[i + 1..] {
                let apart = (a.x - b.x).abs() >= card.w || (a.y - b.y).abs() >= card.h;
                assert!(apart, "{a:?} and {b:?} overlap");
            }
        }
        made
    }

    #[test]
    fn masters_stand_in_the_middle_above_their_replicas() {
        let made = check(3, &[(1, 0), (2, 0)], WIDE, CARD);
        let at = |i| made.corners.get(&HostId(i)).copied().expect("it has a place");
        assert!(at(0).y + CARD.h < at(1).y);
        assert_eq!(at(1).y, at(2).y);
        assert!((at(0).x * 2.0 - at(1).x - at(2).x).abs() <= 1.0);
    }

    #[test]
    fn chains_go_down() {
        let made = check(4, &[(1, 0), (2, 1), (3, 2)], WIDE, CARD);
        let ys: Vec<f64> = made.corners.values().map(|p| p.y).collect();
        assert!(ys.is_sorted());
    }

    #[test]
    fn long_chains_zigzag_where_there_is_room() {
        let made = check(6, &[(1, 0), (2, 1), (3, 2), (4, 3), (5, 4)], WIDE, CARD);
        assert!(made.height <= WIDE.h, "six in a chain fit a stage that is wide enough");
        let ys: Vec<f64> = made.corners.values().map(|p| p.y).collect();
        assert!(ys.is_sorted());
    }

    #[test]
    fn circles_and_strangers_have_a_place() {
        check(2, &[(0, 1), (1, 0)], WIDE, CARD);
        check(3, &[(0, 1), (1, 2), (2, 1)], WIDE, CARD);
        check(2, &[(1, 9)], WIDE, CARD);
        check(0, &[], WIDE, CARD);
        check(1, &[], WIDE, CARD);
    }

    #[test]
    fn phones_wrap() {
        let card = Size { w: 172.0, h: 104.0 };
        let made = check(5, &[(1, 0), (2, 0), (3, 0), (4, 0)], PHONE, card);
        assert!(made.height > PHONE.h);
        check(16, &[], PHONE, card);
        check(7, &[(1, 0), (2, 0), (3, 0), (4, 1), (5, 1), (6, 2)], Size { w: 320.0, h: 300.0 }, card);
    }
}
