//! The part of the stage's plane that is in view.

use crate::model::geometry::{Point, Rect, Size};

/// The least and the largest magnification that a reader can choose.
const SCALE_MIN: f64 = 0.25;
const SCALE_MAX: f64 = 2.5;
/// So much of the plane stays in view however far it is moved, in pixels.
const KEEP_IN_VIEW: f64 = 64.0;
/// Space left around what is brought into view, in pixels.
const MARGIN: f64 = 12.0;

/// How the plane on which cards stand is mapped to the stage: `stage = plane * scale + offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    /// Pixels of the stage for each unit of the plane.
    pub scale: f64,
    /// Where the plane's origin lies on the stage.
    pub offset: Point,
}

impl Default for Viewport {
    fn default() -> Self {
        Self::fit(1.0)
    }
}

impl Viewport {
    /// The plane's origin in the stage's corner.
    #[must_use]
    pub const fn fit(scale: f64) -> Self {
        Self { scale, offset: Point::new(0.0, 0.0) }
    }

    /// The place on the plane that lies at `at` of the stage.
    #[must_use]
    pub fn to_plane(self, at: Point) -> Point {
        Point::new((at.x - self.offset.x) / self.scale, (at.y - self.offset.y) / self.scale)
    }

    /// The place on the stage at which `at` of the plane lies.
    #[must_use]
    pub fn to_stage(self, at: Point) -> Point {
        Point::new(at.x * self.scale + self.offset.x, at.y * self.scale + self.offset.y)
    }

    /// Magnified by `factor`; what lies at `at` of the stage stays there.
    #[must_use]
    pub fn zoomed(self, factor: f64, at: Point) -> Self {
        let scale = (self.scale * factor).clamp(SCALE_MIN.min(self.scale), SCALE_MAX.max(self.scale));
        let fixed = self.to_plane(at);
        Self { scale, offset: Point::new(at.x - fixed.x * scale, at.y - fixed.y * scale) }
    }

    /// Moved by so many pixels.
    #[must_use]
    pub fn moved(self, by: Point) -> Self {
        Self { offset: Point::new(self.offset.x + by.x, self.offset.y + by.y), ..self }
    }

    /// Moved back so far that some of a plane of size `plane` is on a stage of size `stage`.
    #[must_use]
    pub fn kept_in_view(self, plane: Size, stage: Size) -> Self {
        let keep = |offset: f64, plane: f64, stage: f64| {
            let keep = KEEP_IN_VIEW.min(stage / 2.0);
            offset.clamp(keep - plane * self.scale, (stage - keep).max(keep - plane * self.scale))
        };
        let offset = Point::new(keep(self.offset.x, plane.w, stage.w), keep(self.offset.y, plane.h, stage.h));
        Self { offset, ..self }
    }

    /// Moved as little as it takes to have `rect` of the plane in view; its upper left corner, if it is too large.
    #[must_use]
    pub fn revealing(self, rect: Rect, stage: Size) -> Self {
        let shift = |from: f64, to: f64, stage: f64| {
            let back = (stage - MARGIN - to).min(0.0);
            if from + back < MARGIN { MARGIN - from } else { back }
        };
        let from = self.to_stage(Point::new(rect.x, rect.y));
        let to = self.to_stage(Point::new(rect.right(), rect.bottom()));
        self.moved(Point::new(shift(from.x, to.x, stage.w), shift(from.y, to.y, stage.h)))
    }

    /// The part of the plane that is in view on a stage of this size.
    #[must_use]
    pub fn visible(self, stage: Size) -> Rect {
        let corner = self.to_plane(Point::default());
        Rect { x: corner.x, y: corner.y, w: stage.w / self.scale, h: stage.h / self.scale }
    }

    /// The view between `self` and `other` that has gone `t` of the way.
    #[must_use]
    pub fn towards(self, other: Self, t: f64) -> Self {
        Self { scale: self.scale + (other.scale - self.scale) * t, offset: self.offset.towards(other.offset, t) }
    }

    /// Whether the eye could not tell the two apart.
    #[must_use]
    pub fn is_close_to(self, other: Self) -> bool {
        (self.scale - other.scale).abs() < 0.001 && self.offset.distance(other.offset) < 0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGE: Size = Size { w: 800.0, h: 400.0 };
    const PLANE: Size = Size { w: 1000.0, h: 500.0 };

    fn close(a: Point, b: Point) -> bool {
        a.distance(b) < 1e-6
    }

    #[test]
    fn zooming_keeps_what_is_pointed_at() {
        let at = Point::new(300.0, 100.0);
        let view = Viewport::fit(0.8).moved(Point::new(20.0, -30.0));
        for factor in [0.5, 1.25, 100.0, 0.001] {
            let zoomed = view.zoomed(factor, at);
            assert!(close(zoomed.to_plane(at), view.to_plane(at)), "{factor}");
            assert!((SCALE_MIN..=SCALE_MAX).contains(&zoomed.scale), "{factor}");
        }
        assert!(close(view.to_stage(view.to_plane(at)), at));
    }

    #[test]
    fn a_fit_smaller_than_the_least_magnification_does_not_jump() {
        assert_eq!(Viewport::fit(0.1).zoomed(0.5, Point::default()).scale, 0.1);
        assert!(Viewport::fit(0.1).zoomed(1.5, Point::default()).scale > 0.1);
    }

    #[test]
    fn the_plane_cannot_be_lost() {
        for by in [1e5, -1e5] {
            let view = Viewport::fit(0.8).moved(Point::new(by, by)).kept_in_view(PLANE, STAGE);
            let plane = Rect { x: 0.0, y: 0.0, w: PLANE.w, h: PLANE.h };
            assert!(view.visible(STAGE).overlaps(&plane), "{view:?}");
        }
        let fit = Viewport::fit(0.8);
        assert_eq!(fit.kept_in_view(PLANE, STAGE), fit);
    }

    #[test]
    fn what_is_out_of_view_is_brought_in() {
        let card = Rect { x: 900.0, y: 100.0, w: 90.0, h: 100.0 };
        let view = Viewport::fit(1.0);
        assert!(!view.visible(STAGE).contains(&card));
        let moved = view.revealing(card, STAGE);
        assert!(moved.visible(STAGE).contains(&card));
        assert_eq!(moved.offset.y, 0.0, "no further than it takes");
        assert_eq!(moved.revealing(card, STAGE), moved);
        let back = moved.revealing(Rect { x: 0.0, y: 0.0, w: 90.0, h: 100.0 }, STAGE);
        assert!(back.visible(STAGE).contains(&Rect { x: 0.0, y: 0.0, w: 90.0, h: 100.0 }));
    }
}
