//! Points, boxes and the curve of a wire.

/// A point or a vector on the stage, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

use crate::model::math;

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

/// How far a wire leans towards the card below when it leaves the one above.
const LEAN: f64 = 0.6;

/// A cubic Bézier curve: where a wire runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// Start, two control points, end.
    pub points: [Point; 4],
}

impl Curve {
    /// The wire between two cards of one size whose upper left corners are `a` and `b`.
    ///
    /// It leaves the card above at its lower edge, on the side of the one below, so that wires to several replicas part
    /// early, and enters that one in the middle of its upper edge. Cards side by side are joined at their facing sides.
    #[must_use]
    pub fn between(a: Point, b: Point, card: Size) -> Self {
        let apart_y = (a.y - b.y).abs() - card.h;
        let apart_x = (a.x - b.x).abs() - card.w;
        let (start, end, bend) = if apart_y >= apart_x.min(card.h * 0.25) {
            let down = if b.y >= a.y { 1.0 } else { -1.0 };
            let lean = ((b.x - a.x) * LEAN).clamp(24.0 - card.w / 2.0, card.w / 2.0 - 24.0);
            let (from, to) = (a.x + card.w / 2.0, b.x + card.w / 2.0);
            let (start, end) = if down > 0.0 {
                (Point::new(from + lean, a.y + card.h), Point::new(to, b.y))
            } else {
                (Point::new(from, a.y), Point::new(to - lean, b.y + card.h))
            };
            let reach = ((end.y - start.y).abs() * 0.5).max(16.0) * down;
            (start, end, Point::new(0.0, reach))
        } else {
            let right = if b.x >= a.x { 1.0 } else { -1.0 };
            let start = Point::new(if right > 0.0 { a.x + card.w } else { a.x }, a.y + card.h / 2.0);
            let end = Point::new(if right > 0.0 { b.x } else { b.x + card.w }, b.y + card.h / 2.0);
            let reach = ((end.x - start.x).abs() * 0.5).max(16.0) * right;
            (start, end, Point::new(reach, 0.0))
        };
        let first = Point::new(start.x + bend.x, start.y + bend.y);
        let second = Point::new(end.x - bend.x, end.y - bend.y);
        Self { points: [start, first, second, end] }
    }

    /// The point at `t` in 0..=1.
    #[must_use]
    pub fn at(&self, t: f64) -> Point {
        let [p0, p1, p2, p3] = self.points;
        let u = 1.0 - t;
        let (b0, b1, b2, b3) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
        Point::new(b0 * p0.x + b1 * p1.x + b2 * p2.x + b3 * p3.x, b0 * p0.y + b1 * p1.y + b2 * p2.y + b3 * p3.y)
    }

    /// The point at `t`, moved sideways by `by`: the lane of one direction.
    #[must_use]
    pub fn beside(&self, t: f64, by: f64) -> Point {
        let p = self.at(t);
        let ahead = self.at((t + 0.01).min(1.0));
        let behind = self.at((t - 0.01).max(0.0));
        let (dx, dy) = (ahead.x - behind.x, ahead.y - behind.y);
        let length = dx.hypot(dy).max(1e-6);
        Point::new(p.x - dy / length * by, p.y + dx / length * by)
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
        "M{:.2} {:.2}A{outer:.2} {outer:.2} 0 {large} 1 {:.2} {:.2}L{:.2} {:.2}A{inner:.2} {inner:.2} 0 {large} 0 {:.2} {:.2}Z",
        a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y
    )
}

/// The point on a circle around the origin, `turn` clockwise from the top.
#[must_use]
pub fn on_circle(radius: f64, turn: f64) -> Point {
    let angle = turn * std::f64::consts::TAU;
    Point::new(radius * math::sin(angle), -radius * math::cos(angle))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: Size = Size { w: 200.0, h: 100.0 };

    #[test]
    fn a_wire_joins_facing_edges() {
        let below = Curve::between(Point::new(0.0, 0.0), Point::new(50.0, 300.0), CARD);
        assert_eq!(below.at(0.0), Point::new(130.0, 100.0));
        assert_eq!(below.at(1.0), Point::new(150.0, 300.0));
        let above = Curve::between(Point::new(0.0, 300.0), Point::new(0.0, 0.0), CARD);
        assert_eq!(above.at(0.0), Point::new(100.0, 300.0));
        assert_eq!(above.at(1.0), Point::new(100.0, 100.0));
        let beside = Curve::between(Point::new(0.0, 0.0), Point::new(400.0, 10.0), CARD);
        assert_eq!(beside.at(0.0), Point::new(200.0, 50.0));
        assert_eq!(beside.at(1.0), Point::new(400.0, 60.0));
    }

    #[test]
    fn lanes_lie_on_both_sides() {
        let wire = Curve::between(Point::new(0.0, 0.0), Point::new(0.0, 300.0), CARD);
        assert!(wire.beside(0.5, 10.0).x < 100.0);
        assert!(wire.beside(0.5, -10.0).x > 100.0);
        assert!((wire.beside(0.5, 10.0).distance(wire.at(0.5)) - 10.0).abs() < 1e-6);
    }

    #[test]
    fn angles_go_clockwise_from_the_top() {
        let right = on_circle(10.0, 0.25);
        assert!((right.x - 10.0).abs() < 1e-9 && right.y.abs() < 1e-9);
        assert!((on_circle(10.0, 0.0).y + 10.0).abs() < 1e-9);
    }
}
