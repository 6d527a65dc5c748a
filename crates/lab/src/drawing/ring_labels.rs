//! Where the labels around a ring stand: no label covers another label, the ring or a leader line, and no two leader
//! lines cross.
//!
//! Each label owns a sector of the plane around the ring's centre. The sectors do not overlap and lie in the order of
//! the places that they point at, so neither labels nor leaders can meet. A leader winds from its place at the ring's
//! edge to the middle of its sector; at every radius between the two circles the leaders keep their order.

use crate::drawing::geometry::{Point, Size, on_circle};

/// The largest ring that is drawn byte by byte.
pub const CELLS_MAX: usize = 128;

/// How many labels fit around a ring whatever they point at, if none is larger than [`LABEL_MAX`].
pub const LABELS_MAX: usize = 12;

/// The largest label.
pub const LABEL_MAX: Size = Size { w: 56.0, h: 18.0 };

/// The longest straight piece of a leader, in turns around the ring: short enough to look like a curve.
const LEADER_STEP: f64 = 0.006;

/// Free space between two sectors, in turns.
const GAP: f64 = 0.004;

/// A label and what it points at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RingLabel {
    /// The place on the ring, in turns clockwise from the top.
    pub turn: f64,
    /// How large the label is.
    pub size: Size,
}

/// Where a label stands.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedLabel {
    /// The middle of the label, from the ring's centre.
    pub centre: Point,
    /// Its leader, from the ring's edge to the label's edge.
    pub leader: Vec<Point>,
}

/// Places labels outside a circle of radius `outside`, each as near to its place on the ring as the others let it be.
/// `edge` is the ring's outer radius, where the leaders begin. The answers come in the order of the labels.
///
/// Labels that point at the same place stand clockwise in the order in which they are given.
#[must_use]
pub fn place(labels: &[RingLabel], edge: f64, outside: f64) -> Vec<PlacedLabel> {
    debug_assert!(labels.len() <= LABELS_MAX, "group what is pointed at: {} labels", labels.len());
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| labels[a].turn.rem_euclid(1.0).total_cmp(&labels[b].turn.rem_euclid(1.0)));
    let wanted: Vec<f64> = order.iter().map(|&i| labels[i].turn.rem_euclid(1.0)).collect();
    let half = |at: usize, turn: f64| half_sector(labels[order[at]].size, turn, outside) + GAP / 2.0;

    // How wide a label's sector must be depends on where the label stands, and the other way round: widen until it
    // fits.
    let mut halves: Vec<f64> = wanted.iter().enumerate().map(|(at, &turn)| half(at, turn)).collect();
    let mut turns = spread(&wanted, &halves);
    for _ in 0..8 {
        let needed: Vec<f64> = turns.iter().enumerate().map(|(at, &turn)| half(at, turn)).collect();
        if needed.iter().zip(&halves).all(|(needed, has)| *needed <= has + 1e-9) {
            break;
        }
        halves = needed.iter().zip(&halves).map(|(needed, has)| needed.max(*has)).collect();
        turns = spread(&wanted, &halves);
    }
    if turns.iter().enumerate().any(|(at, &turn)| half(at, turn) > halves[at] + 1e-9) {
        // Wide enough wherever they come to stand.
        halves = order.iter().map(|&i| widest_half_sector(labels[i].size, outside) + GAP / 2.0).collect();
        turns = spread(&wanted, &halves);
    }

    let mut placed = vec![PlacedLabel { centre: Point::default(), leader: Vec::new() }; labels.len()];
    for (at, &i) in order.iter().enumerate() {
        placed[i] = place_one(labels[i].size, wanted[at], turns[at], edge, outside);
    }
    placed
}

fn place_one(size: Size, wanted: f64, turn: f64, edge: f64, outside: f64) -> PlacedLabel {
    let direction = on_circle(1.0, turn);
    let (sin, cos) = (direction.x.abs(), direction.y.abs());
    // The label touches the tangent of the outer circle from outside.
    let distance = outside + size.w / 2.0 * sin + size.h / 2.0 * cos;
    let to_border = (size.w / 2.0 / sin.max(1e-9)).min(size.h / 2.0 / cos.max(1e-9));
    let steps = ((turn - wanted).abs() / LEADER_STEP).ceil().max(1.0);
    let mut leader: Vec<Point> = (0..=steps as usize)
        .map(|n| n as f64 / steps)
        .map(|way| on_circle(edge + (outside - edge) * way, wanted + (turn - wanted) * way))
        .collect();
    leader.push(on_circle(distance - to_border, turn));
    PlacedLabel { centre: on_circle(distance, turn), leader }
}

/// Half of the sector, in turns, that a label at `turn` takes.
fn half_sector(size: Size, turn: f64, outside: f64) -> f64 {
    let direction = on_circle(1.0, turn);
    let across = size.w / 2.0 * direction.y.abs() + size.h / 2.0 * direction.x.abs();
    across.atan2(outside) / std::f64::consts::TAU
}

/// The same at the turn where it is largest.
fn widest_half_sector(size: Size, outside: f64) -> f64 {
    (size.w / 2.0).hypot(size.h / 2.0).atan2(outside) / std::f64::consts::TAU
}

/// Neighbours that stand side by side without room between them.
struct Cluster {
    /// The turns that the members want, in order; they may go beyond 1.
    wanted: Vec<f64>,
    /// Half of each member's sector.
    halves: Vec<f64>,
    /// Where the members are among all.
    members: Vec<usize>,
}

impl Cluster {
    fn width(&self) -> f64 {
        self.halves.iter().sum::<f64>() * 2.0
    }

    /// Where the cluster begins so that its members are as near as possible to where they want to be.
    fn start(&self) -> f64 {
        let mut before = 0.0;
        let mut sum = 0.0;
        for (wanted, half) in self.wanted.iter().zip(&self.halves) {
            sum += wanted - before - half;
            before += half * 2.0;
        }
        sum / self.wanted.len() as f64
    }

    /// Takes in the cluster that follows clockwise, `turns` turns further on.
    fn absorb(&mut self, next: Self, turns: f64) {
        self.wanted.extend(next.wanted.iter().map(|wanted| wanted + turns));
        self.halves.extend(next.halves);
        self.members.extend(next.members);
    }
}

/// Moves sectors apart on a circle: `wanted` are their middles in ascending order, `halves` half of their widths. They
/// keep their order; each is moved as little as the others allow.
fn spread(wanted: &[f64], halves: &[f64]) -> Vec<f64> {
    let mut clusters: Vec<Cluster> = wanted
        .iter()
        .zip(halves)
        .enumerate()
        .map(|(i, (&wanted, &half))| Cluster { wanted: vec![wanted], halves: vec![half], members: vec![i] })
        .collect();
    while let Some((at, next, turns)) = overlapping(&clusters) {
        let absorbed = clusters.remove(next);
        let at = if next < at { at - 1 } else { at };
        clusters[at].absorb(absorbed, turns);
    }
    let mut turns = vec![0.0; wanted.len()];
    for cluster in &clusters {
        let mut before = cluster.start();
        for ((&member, half), wanted) in cluster.members.iter().zip(&cluster.halves).zip(&cluster.wanted) {
            // A cluster across the top counts beyond 1; its members are told from where they want to be.
            turns[member] = before + half - (wanted - wanted.rem_euclid(1.0));
            before += half * 2.0;
        }
    }
    turns
}

/// Two neighbours that overlap: their indices, and by how many turns the second is to be moved to follow the first.
fn overlapping(clusters: &[Cluster]) -> Option<(usize, usize, f64)> {
    if clusters.len() < 2 {
        return None;
    }
    (0..clusters.len()).find_map(|at| {
        let next = (at + 1) % clusters.len();
        let turns = if next == 0 { 1.0 } else { 0.0 };
        let end = clusters[at].start() + clusters[at].width();
        (end > clusters[next].start() + turns + 1e-9).then_some((at, next, turns))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGE: f64 = 118.0;
    const OUTSIDE: f64 = 128.0;

    /// Left, top, right, bottom.
    fn bounds(label: &RingLabel, placed: &PlacedLabel) -> [f64; 4] {
        let (w, h) = (label.size.w / 2.0, label.size.h / 2.0);
        [placed.centre.x - w, placed.centre.y - h, placed.centre.x + w, placed.centre.y + h]
    }

    fn overlap(a: [f64; 4], b: [f64; 4]) -> bool {
        a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
    }

    /// How far to the right of the line from `a` to `b` a point lies.
    fn side(a: Point, b: Point, p: Point) -> f64 {
        ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)) / a.distance(b).max(1e-9)
    }

    fn cross(a: [Point; 2], b: [Point; 2]) -> bool {
        // Lines that begin at the same place run together for a while; less than this cannot be seen.
        const TOUCH: f64 = 0.05;
        let opposite = |p: f64, q: f64| (p > TOUCH && q < -TOUCH) || (p < -TOUCH && q > TOUCH);
        opposite(side(a[0], a[1], b[0]), side(a[0], a[1], b[1]))
            && opposite(side(b[0], b[1], a[0]), side(b[0], b[1], a[1]))
    }

    fn segments(leader: &[Point]) -> impl Iterator<Item = [Point; 2]> {
        leader.windows(2).map(|w| [w[0], w[1]])
    }

    fn goes_through(segment: [Point; 2], [left, top, right, bottom]: [f64; 4]) -> bool {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)].map(|(x, y)| Point::new(x, y));
        let inside = |p: Point| p.x > left && p.x < right && p.y > top && p.y < bottom;
        segment.iter().any(|&p| inside(p)) || (0..4).any(|i| cross(segment, [corners[i], corners[(i + 1) % 4]]))
    }

    #[track_caller]
    fn check(labels: &[RingLabel]) -> Vec<PlacedLabel> {
        let placed = place(labels, EDGE, OUTSIDE);
        assert_eq!(placed.len(), labels.len());
        for (i, a) in placed.iter().enumerate() {
            let rect = bounds(&labels[i], a);
            let nearest = Point::new(0.0_f64.clamp(rect[0], rect[2]), 0.0_f64.clamp(rect[1], rect[3]));
            assert!(nearest.distance(Point::default()) > EDGE, "label {i} lies on the ring: {labels:?}");
            let start = on_circle(EDGE, labels[i].turn);
            assert!(a.leader[0].distance(start) < 1e-6, "leader {i} begins where it points: {labels:?}");
            for segment in segments(&a.leader) {
                let middle = segment[0].towards(segment[1], 0.5);
                assert!(middle.distance(Point::default()) > EDGE - 0.5, "leader {i} enters the ring: {labels:?}");
            }
            for (j, b) in placed.iter().enumerate().filter(|(j, _)| *j != i) {
                let other = bounds(&labels[j], b);
                assert!(!overlap(rect, other), "labels {i} and {j} overlap: {labels:?}");
                for segment in segments(&a.leader) {
                    assert!(!goes_through(segment, other), "leader {i} goes through label {j}: {labels:?}");
                    assert!(!segments(&b.leader).any(|s| cross(segment, s)), "leaders {i} and {j} cross: {labels:?}");
                }
            }
        }
        placed
    }

    fn label(turn: f64, w: f64) -> RingLabel {
        RingLabel { turn, size: Size { w, h: 18.0 } }
    }

    #[test]
    fn a_lonely_label_stands_at_its_place() {
        for turn in [0.0, 0.1, 0.25, 0.5, 0.77] {
            let placed = check(&[label(turn, 40.0)]);
            let middle = placed[0].centre;
            let ray = on_circle(middle.distance(Point::default()), turn);
            assert!(middle.distance(ray) < 1e-6, "{turn}: {middle:?}");
        }
    }

    #[test]
    fn readers_at_the_write_index_stand_beside_it() {
        for place in 0..64 {
            let turn = f64::from(place) / 64.0;
            check(&[label(turn, 50.0), label(turn, 24.0)]);
            check(&[label(turn, 50.0), label(turn, 24.0), label(turn, 56.0)]);
        }
    }

    #[test]
    fn across_the_top_nothing_overlaps() {
        check(&[label(0.999, 50.0), label(0.0, 40.0), label(0.001, 56.0), label(0.98, 24.0)]);
        check(&[label(0.0, 56.0); 12]);
        check(&[label(0.999, 56.0); 12]);
    }

    #[test]
    fn no_label_is_ever_covered() {
        // Places by a fixed sequence (a linear congruential generator): the same at every run.
        let mut state = 12345_u64;
        let mut next = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for size in [16, 20, 64, 128, 200, 1000, 1 << 20] {
            for readers in 0..LABELS_MAX {
                for _ in 0..60 {
                    let narrow = next(4) == 0;
                    let window = if narrow { (size / 16).max(2) } else { size };
                    let start = next(size);
                    let labels: Vec<RingLabel> = (0..=readers)
                        .map(|_| {
                            let turn = ((start + next(window)) % size) as f64 / size as f64;
                            label(turn, 20.0 + next(37) as f64)
                        })
                        .collect();
                    check(&labels);
                }
            }
        }
    }
}
