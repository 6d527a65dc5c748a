//! Where packets on their way are drawn: none over another, none over the label of a wire.
//!
//! Packets keep to the right of their direction, so that the two directions of a wire have a lane each. Packets of one
//! lane that would cover each other become one chip with a count. A chip that has no room among those of other wires
//! shrinks to a dot until it has.

use std::borrow::Cow;

use crate::model::geometry::{Curve, Point, Rect, Size};

/// A chip's height, and the width of one letter of its text (11 px monospace).
pub const CHIP_HEIGHT: f64 = 20.0;
const LETTER: f64 = 6.62;
/// Space at both ends of a chip's text, its border included.
const CHIP_PADDING: f64 = 14.0;
/// The diameter of a chip without text.
pub const DOT: f64 = 10.0;
/// The height of a wire's label, and what it is wider than its text.
const LABEL_HEIGHT: f64 = 22.0;
const LABEL_PADDING: f64 = 18.0;
/// Space between a wire's label and the card below it: the plug is there.
const PLUG: f64 = 13.0;
/// Space between a chip and its wire, and between chips.
const GAP: f64 = 4.0;
/// How fast a chip turns to the other side of the point of the wire at which it is.
const TURN: f64 = 3.0;
/// A chip that comes nearer than this to a label gives way to it.
const GIVE_WAY: f64 = 30.0;
/// Letters that fit a chip; what a packet carries more is in the panels.
const LETTERS_MAX: usize = 26;
/// Fewer letters tell nothing.
const LETTERS_MIN: usize = 5;

/// Where a wire runs, and what is drawn on it.
#[derive(Clone, Debug, PartialEq)]
pub struct WirePath {
    /// From the card with the lower number to the other one.
    pub curve: Curve,
    /// Where its label lies.
    pub label: Rect,
    /// The part of the curve on which packets are drawn.
    from: f64,
    to: f64,
    /// Whether packets pass beside the label.
    passes_label: bool,
    /// How much larger than on the plane labels and chips are drawn.
    magnified: f64,
    /// The letters for which a chip has room, on its way forward and back.
    letters: [usize; 2],
}

impl WirePath {
    /// A wire along `curve` with a label of so many letters. Labels and chips are drawn `magnified` times as large as
    /// the plane has them, so that they can be read when it is drawn small.
    ///
    /// The label of a wire that runs downwards lies at its lower end, above the replica's plug, where packets need not
    /// pass; otherwise in the middle, between the lanes.
    #[must_use]
    pub fn new(curve: Curve, label_letters: usize, magnified: f64) -> Self {
        let label =
            Size { w: (label_letters as f64 * LETTER + LABEL_PADDING) * magnified, h: LABEL_HEIGHT * magnified };
        let (start, end) = (curve.at(0.0), curve.at(1.0));
        let (top, bottom) = (start.y.min(end.y), start.y.max(end.y));
        let label_y = bottom - PLUG - label.h / 2.0;
        let stop_y = label_y - label.h / 2.0 - GAP - CHIP_HEIGHT * magnified / 2.0;
        let letters = [LETTERS_MAX; 2];
        if curve.is_upright() && stop_y - top > CHIP_HEIGHT * magnified {
            let rises = end.y < start.y;
            let stop = at(&curve, |p| p.y, stop_y);
            let (from, to) = if rises { (stop, 1.0) } else { (0.0, stop) };
            let label = Rect::around(curve.at(at(&curve, |p| p.y, label_y)), label);
            Self { curve, label, from, to, passes_label: false, magnified, letters }
        } else {
            let label = Rect::around(curve.at(0.5), label);
            Self { curve, label, from: 0.0, to: 1.0, passes_label: true, magnified, letters }
        }
    }

    /// The place on the curve after so much of the way, and the unit vector to the lane's side. Packets cover the
    /// height of an upright wire, or the width of another, at an even pace.
    fn lane(&self, forward: bool, progress: f64) -> (Point, Point) {
        let way = if forward { progress } else { 1.0 - progress };
        let (from, to) = (self.curve.at(self.from), self.curve.at(self.to));
        let t = if self.curve.is_upright() {
            at(&self.curve, |p| p.y, from.towards(to, way).y)
        } else {
            at(&self.curve, |p| p.x, from.towards(to, way).x)
        };
        let side = self.curve.right_hand(t);
        let side = if forward { side } else { Point::new(-side.x, -side.y) };
        (self.curve.at(t), side)
    }

    /// The place of something of `size` in its lane: clear of the wire, of the other lane and of the label.
    fn place(&self, forward: bool, progress: f64, size: Size) -> Rect {
        let (at, side) = self.lane(forward, progress);
        // How far a box reaches in the direction of `side`.
        let reach = |size: Size| side.x.abs() * size.w / 2.0 + side.y.abs() * size.h / 2.0;
        let label = match (self.passes_label, self.curve.is_upright()) {
            (false, _) => 0.0,
            (true, true) => reach(Size { w: self.label.w, h: self.label.h }),
            (true, false) => side.y.abs() * self.label.h / 2.0,
        };
        // The nearest corner lies at the wire, so that a wide chip is not far from it; where the wire turns from one
        // side to the other, the chip turns with it.
        let turn = |side: f64| (side * TURN).clamp(-1.0, 1.0);
        let (x, y) = (turn(side.x), turn(side.y));
        let short = side.x.abs() * (1.0 - x.abs()) * size.w / 2.0 + side.y.abs() * (1.0 - y.abs()) * size.h / 2.0;
        let away = GAP / 2.0 + label + short;
        let centre = Point::new(at.x + side.x * away + x * size.w / 2.0, at.y + side.y * away + y * size.h / 2.0);
        let mut place = Rect::around(centre, size);
        let above = self.label.y - GAP / 2.0 - size.h;
        if !self.passes_label {
            place.y = place.y.min(above);
        } else if !self.curve.is_upright() {
            // Where the wire is steep, the lane gives way to the label, above it or below it.
            let apart = (self.label.x - place.right()).max(place.x - self.label.right());
            let nearness = (1.0 - apart / GIVE_WAY).clamp(0.0, 1.0);
            let clear = if side.y < 0.0 { place.y.min(above) } else { place.y.max(self.label.bottom() + GAP / 2.0) };
            place.y += (clear - place.y) * nearness;
        }
        place
    }

    /// How wide a chip of a lane may be: up to the bounds all the way, to the middle between this wire and its
    /// neighbours half-way, or most of the length of a wire that runs sideways.
    fn room(&self, forward: bool, others: &[Curve], bounds: Rect) -> f64 {
        if !self.curve.is_upright() {
            return (self.curve.at(0.0).x - self.curve.at(1.0).x).abs() * 0.7;
        }
        let to_edge = |progress| {
            let (at, side) = self.lane(forward, progress);
            if side.x > 0.0 { bounds.right() - at.x } else { at.x - bounds.x }
        };
        let (middle, side) = self.lane(forward, 0.5);
        let to_neighbours = others
            .iter()
            .filter(|other| other.is_upright() && spans(other, middle.y))
            .map(|other| (other.at(at(other, |p| p.y, middle.y)).x - middle.x) * side.x.signum() / 2.0)
            .filter(|&half| half > 0.0);
        to_neighbours.fold(to_edge(0.0).min(to_edge(1.0)), f64::min) - GAP
    }
}

/// Tells each wire how many letters its chips have room for.
pub fn share_room(wires: &mut [WirePath], bounds: Rect) {
    let curves: Vec<Curve> = wires.iter().map(|wire| wire.curve).collect();
    for (nth, wire) in wires.iter_mut().enumerate() {
        let others: Vec<Curve> = curves.iter().enumerate().filter(|(i, _)| *i != nth).map(|(_, c)| *c).collect();
        let letters = |forward| {
            let room = wire.room(forward, &others, bounds) / wire.magnified;
            (((room - CHIP_PADDING) / LETTER).max(0.0) as usize).clamp(LETTERS_MIN, LETTERS_MAX)
        };
        wire.letters = [letters(true), letters(false)];
    }
}

/// Whether a curve begins above a height and ends below it, or the other way round.
fn spans(curve: &Curve, y: f64) -> bool {
    let (start, end) = (curve.at(0.0).y, curve.at(1.0).y);
    (start.min(end)..=start.max(end)).contains(&y)
}

/// Where along a curve a coordinate, which grows or falls all along it, has this value.
fn at(curve: &Curve, coordinate: fn(Point) -> f64, value: f64) -> f64 {
    let falls = coordinate(curve.at(1.0)) < coordinate(curve.at(0.0));
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..20 {
        let middle = (low + high) / 2.0;
        if (coordinate(curve.at(middle)) < value) == falls { high = middle } else { low = middle }
    }
    (low + high) / 2.0
}

/// A packet under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moving<'a> {
    /// Its wire, by its place among the wires.
    pub wire: usize,
    /// Whether it travels from the wire's start to its end.
    pub forward: bool,
    /// How much of its way it has gone, 0..=1.
    pub progress: f64,
    /// Whether it is lost already.
    pub lost: bool,
    /// What it carries.
    pub label: &'a str,
}

/// A chip to draw, for one packet or several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chip {
    /// The packet that it shows, by its place among the packets: the first to arrive.
    pub packet: usize,
    /// How many packets behind it it stands for as well.
    pub more: usize,
    /// How many letters of the label there are room for; none for a dot.
    pub letters: Option<usize>,
    /// Where it lies.
    pub place: Rect,
}

/// Lays out the packets under way. No two chips overlap, and none overlaps a label.
///
/// `packets` are in order of departure; that order decides who has room first, so that a chip on its way is not
/// disturbed by those that come later.
#[must_use]
pub fn place(packets: &[Moving<'_>], wires: &[WirePath]) -> Vec<Chip> {
    let mut placed: Vec<Chip> = Vec::with_capacity(packets.len());
    let mut groups = groups(packets, wires);
    // What is lost fades where it is: the others make way for it.
    groups.sort_by_key(|group| (!packets[group.packet].lost, group.packet));
    for group in groups {
        let packet = &packets[group.packet];
        let Some(wire) = wires.get(packet.wire) else { continue };
        let free = |place: &Rect| {
            !wires.iter().any(|wire| wire.label.overlaps(place)) && !placed.iter().any(|c| c.place.overlaps(place))
        };
        let dot = Size { w: DOT * wire.magnified, h: DOT * wire.magnified };
        let dot = Chip { letters: None, place: wire.place(packet.forward, packet.progress, dot), ..group };
        if let Some(chip) = [group, dot].into_iter().find(|chip| free(&chip.place)) {
            placed.push(chip);
        }
    }
    placed
}

/// Puts packets of one lane that would cover each other into one chip.
fn groups(packets: &[Moving<'_>], wires: &[WirePath]) -> Vec<Chip> {
    let mut by_lane: Vec<usize> = (0..packets.len()).collect();
    let lane = |i: usize| (packets[i].wire, packets[i].forward, packets[i].lost);
    by_lane.sort_by(|&i, &j| lane(i).cmp(&lane(j)).then(packets[j].progress.total_cmp(&packets[i].progress)));
    let mut groups: Vec<Chip> = Vec::new();
    for i in by_lane {
        let packet = &packets[i];
        let Some(wire) = wires.get(packet.wire) else { continue };
        let letters = wire.letters[usize::from(!packet.forward)];
        let chip = |packet: usize, more: usize| {
            let moving = &packets[packet];
            let width = chip_width(&chip_text(moving.label, more, letters));
            let size = Size { w: width * wire.magnified, h: CHIP_HEIGHT * wire.magnified };
            let place = wire.place(moving.forward, moving.progress, size);
            Chip { packet, more, letters: Some(letters), place }
        };
        let alone = chip(i, 0);
        match groups.last_mut() {
            Some(ahead) if lane(ahead.packet) == lane(i) && ahead.place.overlaps(&alone.place) => {
                *ahead = chip(ahead.packet, ahead.more + 1);
            }
            _ => groups.push(alone),
        }
    }
    groups
}

/// What stands on a chip with room for so many letters.
#[must_use]
pub fn chip_text(label: &str, more: usize, letters: usize) -> Cow<'_, str> {
    if more == 0 {
        return shortened(label, letters);
    }
    let count = format!(" +{more}");
    let rest = letters.saturating_sub(count.len()).max(LETTERS_MIN);
    Cow::Owned(shortened(label, rest).into_owned() + &count)
}

/// The width of a chip with this text.
#[must_use]
pub fn chip_width(text: &str) -> f64 {
    text.chars().count() as f64 * LETTER + CHIP_PADDING
}

/// The room that a wire's label takes, in letters: an ideogram is as wide as two.
#[must_use]
pub fn label_letters(text: &str) -> usize {
    text.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum()
}

/// At most so many letters of a label: without the name that all REPLCONF commands share, or cut off with a sign.
fn shortened(label: &str, letters: usize) -> Cow<'_, str> {
    let fits = |words: &str| words.chars().nth(letters).is_none();
    if fits(label) {
        return Cow::Borrowed(label);
    }
    let label = label.strip_prefix("REPLCONF ").unwrap_or(label);
    if fits(label) {
        return Cow::Borrowed(label);
    }
    Cow::Owned(label.chars().take(letters - 1).chain(['…']).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::geometry::Flow;

    const CARD: Size = Size { w: 174.0, h: 100.0 };
    const BOUNDS: Rect = Rect { x: 0.0, y: 0.0, w: 390.0, h: 330.0 };

    /// Wires from a card to others, on a phone's stage.
    fn wires(from: (f64, f64), to: &[(f64, f64)], flow: Flow, magnified: f64) -> Vec<WirePath> {
        let point = |(x, y)| Point::new(x, y);
        let curve = |&to| Curve::between(point(from), point(to), CARD, flow);
        let mut wires: Vec<WirePath> =
            to.iter().map(|to| WirePath::new(curve(to), "150 ms".len(), magnified)).collect();
        share_room(&mut wires, BOUNDS);
        wires
    }

    /// Stages of many kinds: what the page opens with on a phone, a master far above, beside, below, many replicas.
    fn stages() -> Vec<Vec<WirePath>> {
        vec![
            wires((108.0, 12.0), &[(12.0, 238.0), (204.0, 238.0)], Flow::Down, 1.0),
            wires((108.0, 12.0), &[(12.0, 238.0), (204.0, 238.0)], Flow::Down, 1.4),
            wires((12.0, 112.0), &[(320.0, 12.0), (320.0, 218.0)], Flow::Right, 1.0),
            wires((300.0, 218.0), &[(12.0, 12.0), (500.0, 12.0)], Flow::Down, 1.0),
            wires((400.0, 12.0), &[(0.0, 200.0), (190.0, 200.0), (380.0, 200.0), (570.0, 200.0)], Flow::Down, 1.0),
            wires((0.0, 0.0), &[(180.0, 90.0)], Flow::Down, 1.0),
        ]
    }

    const LABELS: [&str; 5] =
        ["SET user:1 lovelace", "REPLCONF ACK 1204", "PING", "\\n", "*1\\r\\n$4\\r\\nPING\\r\\n*3 and more"];

    #[test]
    fn chips_never_cover_each_other_nor_a_label() {
        for wires in stages() {
            for first in 0..40 {
                // A dozen packets both ways, close together and far apart, some of them lost.
                let packets: Vec<Moving<'_>> = (0..12)
                    .map(|i| {
                        let progress = (f64::from(first) / 40.0 + f64::from(i * i) * 0.013).fract();
                        Moving {
                            wire: i as usize % wires.len(),
                            forward: i % 3 != 0,
                            progress: if i == 7 { 0.5 } else { progress },
                            lost: i == 7,
                            label: LABELS[i as usize % LABELS.len()],
                        }
                    })
                    .collect();
                let chips = place(&packets, &wires);
                assert!(!chips.is_empty());
                for (i, chip) in chips.iter().enumerate() {
                    for wire in &wires {
                        assert!(!wire.label.overlaps(&chip.place), "{chip:?} covers the label {:?}", wire.label);
                    }
                    for other in &chips[i + 1..] {
                        assert!(!other.place.overlaps(&chip.place), "{chip:?} covers {other:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_two_directions_of_a_wire_pass_each_other_with_their_text() {
        for wires in stages() {
            for step in 0..=50 {
                let progress = f64::from(step) / 50.0;
                let packet = |forward, label| Moving { wire: 0, forward, progress, lost: false, label };
                let chips = place(&[packet(true, "SET k v"), packet(false, "REPLCONF ACK 12")], &wires[..1]);
                assert_eq!(chips.len(), 2, "{progress}");
                assert!(chips.iter().all(|chip| chip.letters.is_some()), "{progress}: {chips:?}");
            }
        }
    }

    #[test]
    fn packets_close_together_are_counted() {
        let wires = &stages()[0][..1];
        let packet = |progress, label| Moving { wire: 0, forward: true, progress, lost: false, label };
        let packets = [packet(0.52, "SET a 1"), packet(0.5, "SET b 2"), packet(0.48, "SET c 3"), packet(0.02, "PING")];
        let chips = place(&packets, wires);
        let counted: Vec<(usize, usize)> = chips.iter().map(|chip| (chip.packet, chip.more)).collect();
        assert_eq!(counted, [(0, 2), (3, 0)]);
        assert_eq!(chip_text("SET a 1", 2, 20), "SET a 1 +2");
    }

    #[test]
    fn a_lost_packet_is_not_counted_among_those_that_arrive() {
        let wires = &stages()[0][..1];
        let packet = |lost, progress| Moving { wire: 0, forward: true, progress, lost, label: "SET a 1" };
        let chips = place(&[packet(false, 0.8), packet(true, 0.5), packet(false, 0.2)], wires);
        assert_eq!(chips.len(), 3);
        assert!(chips.iter().all(|chip| chip.more == 0));
    }

    #[test]
    fn chips_have_the_room_between_wires_and_the_edge() {
        let wires = &stages()[0];
        for wire in wires {
            for letters in wire.letters {
                assert!((8..LETTERS_MAX).contains(&letters), "{letters}");
            }
        }
        // With nobody beside it, and where a wire runs sideways far enough, labels are whole.
        let alone =
            WirePath::new(Curve::between(Point::new(600.0, 0.0), Point::new(600.0, 300.0), CARD, Flow::Down), 6, 1.0);
        let mut alone = [alone];
        share_room(&mut alone, Rect { x: 0.0, y: 0.0, w: 1300.0, h: 400.0 });
        assert_eq!(alone[0].letters, [LETTERS_MAX; 2]);
    }

    #[test]
    fn a_label_lies_above_the_plug_or_between_the_lanes() {
        let wires = &stages()[0];
        for wire in wires {
            assert!((wire.label.bottom() - (238.0 - PLUG)).abs() < 0.1);
            let middle = wire.label.x + wire.label.w / 2.0;
            assert!((middle - wire.curve.at(1.0).x).abs() < 20.0);
        }
        let sideways = &stages()[2][0];
        assert!(sideways.passes_label);
    }

    #[test]
    fn long_labels_lose_what_tells_least() {
        assert_eq!(chip_text("PING", 0, 26), "PING");
        assert_eq!(chip_text("REPLCONF ACK 1204", 0, 26), "REPLCONF ACK 1204");
        assert_eq!(chip_text("REPLCONF ACK 1204", 0, 9), "ACK 1204");
        assert_eq!(chip_text("SET user:1 lovelace", 0, 10), "SET user:…");
        assert_eq!(chip_text("SET user:1 lovelace", 12, 12), "SET use… +12");
    }
}
