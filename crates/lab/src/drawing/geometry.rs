//! Points, boxes and the curve of a wire.

/// A point or a vector on the stage, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

impl Point {
    /// The point at (x, y).
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The point `t` of the way to `other`.
    #[must_use]
    pub fn towards(self, other: Self, t: f64) -> Self {
        Self::new(self.x + (other.x - self.x) * t, self.y + (other.y - self.y) * t)
    }

    /// How far `other` is.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// A width and a height.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// A box: its upper left corner and its size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// The box of `size` around `centre`.
    #[must_use]
    pub fn around(centre: Point, size: Size) -> Self {
        Self { x: centre.x - size.w / 2.0, y: centre.y - size.h / 2.0, w: size.w, h: size.h }
    }

    /// Its right edge.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// Its lower edge.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// Whether the two boxes have an area in common. Boxes that only touch do not.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Whether `other` lies within this box.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.x <= other.x && other.right() <= self.right() && self.y <= other.y && other.bottom() <= self.bottom()
    }
}

/// The direction in which a tree grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// Replicas below their master.
    #[default]
    Down,
    /// Replicas to the right of their master.
    Right,
}

/// Wires keep this distance from a card's corners.
const CORNER: f64 = 18.0;

/// How far the two directions of a wire run beside its middle, where each is drawn.
const APART: f64 = 5.0;
/// The place of an arrow's head, as a share of its way, and half of its length and width.
const ARROW_AT: f64 = 0.35;
const ARROW: f64 = 5.0;

/// A cubic Bézier curve: where a wire runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// Start, two control points, end.
    pub points: [Point; 4],
}

impl Curve {
    /// The wire between two cards of one size whose upper left corners are `a` and `b`.
    ///
    /// It enters the lower card (or the right one) in the middle of the facing edge, and leaves the other one as near
    /// to there as its edge allows, so that the wires of several replicas part early. `flow` decides which edges face
    /// where both could.
    #[must_use]
    pub fn between(a: Point, b: Point, card: Size, flow: Flow) -> Self {
        let apart_y = (a.y - b.y).abs() - card.h;
        let apart_x = (a.x - b.x).abs() - card.w;
        let upright = match flow {
            Flow::Down => apart_y >= apart_x.min(card.h * 0.25),
            Flow::Right => apart_x < apart_y.min(card.w * 0.25),
        };
        let middle = |corner: Point| Point::new(corner.x + card.w / 2.0, corner.y + card.h / 2.0);
        let (from, to) = (middle(a), middle(b));
        let lean = |from: f64, to: f64, side: f64| (to - from).clamp(CORNER - side / 2.0, side / 2.0 - CORNER);
        let (start, end, bend) = if upright {
            let down = if to.y >= from.y { 1.0 } else { -1.0 };
            let (mut start, mut end) =
                (Point::new(from.x, from.y + down * card.h / 2.0), Point::new(to.x, to.y - down * card.h / 2.0));
            if down > 0.0 {
                start.x += lean(from.x, to.x, card.w);
            } else {
                end.x += lean(to.x, from.x, card.w);
            }
            (start, end, Point::new(0.0, ((end.y - start.y).abs() * 0.5).max(16.0) * down))
        } else {
            let right = if to.x >= from.x { 1.0 } else { -1.0 };
            let (mut start, mut end) =
                (Point::new(from.x + right * card.w / 2.0, from.y), Point::new(to.x - right * card.w / 2.0, to.y));
            if right > 0.0 {
                start.y += lean(from.y, to.y, card.h);
            } else {
                end.y += lean(to.y, from.y, card.h);
            }
            (start, end, Point::new(((end.x - start.x).abs() * 0.5).max(16.0) * right, 0.0))
        };
        let first = Point::new(start.x + bend.x, start.y + bend.y);
        let second = Point::new(end.x - bend.x, end.y - bend.y);
        Self { points: [start, first, second, end] }
    }

    /// Whether it leaves its cards upwards or downwards, not sideways.
    #[must_use]
    pub fn is_upright(&self) -> bool {
        self.points[0].x == self.points[1].x
    }

    /// The point at `t` in 0..=1.
    #[must_use]
    pub fn at(&self, t: f64) -> Point {
        let [p0, p1, p2, p3] = self.points;
        let u = 1.0 - t;
        let (b0, b1, b2, b3) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
        Point::new(b0 * p0.x + b1 * p1.x + b2 * p2.x + b3 * p3.x, b0 * p0.y + b1 * p1.y + b2 * p2.y + b3 * p3.y)
    }

    /// The unit vector to the right of somebody who walks from start to end, at `t`.
    #[must_use]
    pub fn right_hand(&self, t: f64) -> Point {
        let ahead = self.at((t + 0.01).min(1.0));
        let behind = self.at((t - 0.01).max(0.0));
        let (dx, dy) = (ahead.x - behind.x, ahead.y - behind.y);
        let length = dx.hypot(dy).max(1e-6);
        Point::new(-dy / length, dx / length)
    }

    /// One direction of the wire, where each is drawn: at the right hand of whoever goes that way, as its packets are.
    #[must_use]
    pub fn direction(&self, forward: bool) -> Self {
        let side = self.right_hand(0.5);
        let by = if forward { APART } else { -APART };
        let (x, y) = if self.is_upright() { (side.x.signum() * by, 0.0) } else { (0.0, side.y.signum() * by) };
        Self { points: self.points.map(|point| Point::new(point.x + x, point.y + y)) }
    }

    /// The head of an arrow on the curve as an SVG path.
    #[must_use]
    pub fn arrow(&self, forward: bool) -> String {
        let place = if forward { ARROW_AT } else { 1.0 - ARROW_AT };
        let (at, side) = (self.at(place), self.right_hand(place));
        let size = if forward { ARROW } else { -ARROW };
        // The way ahead, seen from its right hand.
        let (x, y) = (side.y * size, -side.x * size);
        let (left, right) = (Point::new(at.x - x + y, at.y - y - x), Point::new(at.x - x - y, at.y - y + x));
        format!("M{:.1} {:.1}L{:.1} {:.1} {:.1} {:.1}Z", at.x + x, at.y + y, left.x, left.y, right.x, right.y)
    }

    /// The curve as an SVG path.
    #[must_use]
    pub fn path(&self) -> String {
        let [a, b, c, d] = self.points;
        format!("M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y)
    }
}

/// The circle sector between two radii and two angles (clockwise from the top, in turns of 0..=1) as an SVG path around
/// the origin.
#[must_use]
pub fn sector(inner: f64, outer: f64, from: f64, to: f64) -> String {
    let large = i32::from(to - from > 0.5);
    let (a, b) = (on_circle(outer, from), on_circle(outer, to));
    let (c, d) = (on_circle(inner, to), on_circle(inner, from));
    format!(
        "M{:.2} {:.2}A{outer:.2} {outer:.2} 0 {large} 1 {:.2} {:.2}L{:.2} {:.2}A{inner:.2} {inner:.2} 0 {large} 0 \
         {:.2} {:.2}Z",
        a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y
    )
}

/// The point on a circle around the origin, `turn` clockwise from the top.
#[must_use]
pub fn on_circle(radius: f64, turn: f64) -> Point {
    let angle = turn * std::f64::consts::TAU;
    Point::new(radius * libm::sin(angle), -radius * libm::cos(angle))
}

/// How far around the origin the direction to a point is, clockwise from the top: 0..1. See [`on_circle`].
#[must_use]
pub fn turn_of(right: f64, down: f64) -> f64 {
    (libm::atan2(right, -down) / std::f64::consts::TAU).rem_euclid(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: Size = Size { w: 200.0, h: 100.0 };

    #[test]
    fn a_turn_leads_to_a_point_and_back() {
        for turn in [0.0, 0.1, 0.25, 0.5, 0.6, 0.75, 0.99] {
            let point = on_circle(116.0, turn);
            assert!((turn_of(point.x, point.y) - turn).abs() < 1e-9, "{turn}");
        }
    }

    #[test]
    fn the_directions_of_a_wire_run_beside_each_other_at_the_right_hand_of_whoever_goes_there() {
        for (b, flow) in [((0.0, 300.0), Flow::Down), ((180.0, 300.0), Flow::Down), ((400.0, 20.0), Flow::Right)] {
            let wire = Curve::between(Point::new(0.0, 0.0), Point::new(b.0, b.1), CARD, flow);
            for forward in [true, false] {
                let line = wire.direction(forward);
                let side = wire.right_hand(0.5);
                let away = Point::new(line.at(0.5).x - wire.at(0.5).x, line.at(0.5).y - wire.at(0.5).y);
                assert_eq!(away.x * side.x + away.y * side.y > 0.0, forward, "{flow:?} {b:?}");
                assert!((away.x.hypot(away.y) - APART).abs() < 1e-9);
                // The head points to where the direction goes.
                let head = line.arrow(forward);
                let tip: Vec<f64> =
                    head[1..head.find('L').unwrap()].split(' ').map(|number| number.parse().unwrap()).collect();
                let at = line.at(if forward { ARROW_AT } else { 1.0 - ARROW_AT });
                let tip = Point::new(tip[0], tip[1]);
                let (to, from) = if forward { (line.at(1.0), line.at(0.0)) } else { (line.at(0.0), line.at(1.0)) };
                assert!(tip.distance(to) < at.distance(to) && tip.distance(from) > at.distance(from), "{head}");
            }
        }
    }

    #[test]
    fn a_wire_joins_facing_edges() {
        let ends = |a: (f64, f64), b: (f64, f64), flow| {
            let wire = Curve::between(Point::new(a.0, a.1), Point::new(b.0, b.1), CARD, flow);
            let point = |t| (wire.at(t).x, wire.at(t).y);
            (point(0.0), point(1.0))
        };
        // Below: straight down into the middle of the lower card.
        assert_eq!(ends((0.0, 0.0), (50.0, 300.0), Flow::Down), ((150.0, 100.0), (150.0, 300.0)));
        assert_eq!(ends((0.0, 300.0), (0.0, 0.0), Flow::Down), ((100.0, 300.0), (100.0, 100.0)));
        assert_eq!(ends((0.0, 0.0), (400.0, 10.0), Flow::Down), ((200.0, 60.0), (400.0, 60.0)));
        // Far to the right and a little below, it is the flow that decides.
        assert_eq!(ends((0.0, 0.0), (400.0, 150.0), Flow::Down), ((182.0, 100.0), (500.0, 150.0)));
        assert_eq!(ends((0.0, 0.0), (400.0, 150.0), Flow::Right), ((200.0, 82.0), (400.0, 200.0)));
        assert_eq!(ends((400.0, 150.0), (0.0, 0.0), Flow::Right), ((400.0, 200.0), (200.0, 82.0)));
        assert_eq!(ends((0.0, 0.0), (10.0, 300.0), Flow::Right), ((110.0, 100.0), (110.0, 300.0)));
    }

    #[test]
    fn the_right_hand_of_who_walks_down_is_left_on_the_screen() {
        let wire = Curve::between(Point::new(0.0, 0.0), Point::new(0.0, 300.0), CARD, Flow::Down);
        let side = wire.right_hand(0.5);
        assert!((side.x + 1.0).abs() < 1e-6 && side.y.abs() < 1e-6);
        assert!(wire.is_upright());
    }

    #[test]
    fn boxes_that_touch_do_not_overlap() {
        let box_ = Rect { x: 0.0, y: 0.0, w: 10.0, h: 10.0 };
        let beside = |x| Rect { x, y: 5.0, w: 10.0, h: 1.0 };
        assert!(!box_.overlaps(&beside(10.0)));
        assert!(box_.overlaps(&beside(9.9)));
        assert!(box_.contains(&beside(0.0)) && !box_.contains(&beside(0.1)));
        assert_eq!(Rect::around(Point::new(5.0, 5.0), Size { w: 10.0, h: 10.0 }), box_);
    }

    #[test]
    fn angles_go_clockwise_from_the_top() {
        let right = on_circle(10.0, 0.25);
        assert!((right.x - 10.0).abs() < 1e-9 && right.y.abs() < 1e-9);
        assert!((on_circle(10.0, 0.0).y + 10.0).abs() < 1e-9);
    }
}
