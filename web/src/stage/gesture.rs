//! What pointers do on the stage: they drag a card, draw a line from a plug, or move the view.

use psyncscope_lab::sim::frame::HostId;
use web_sys::{MouseEvent, PointerEvent};

use crate::model::geometry::Point;

/// A pointer drags once it has gone so many pixels: a click trembles.
pub const DRAG_FROM: f64 = 5.0;

/// How a card is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grip {
    /// To be moved.
    Card,
    /// By its plug, to be put onto another card.
    Plug,
}

/// A pointer that is down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pointer {
    /// The browser's number for it.
    pub id: i32,
    /// Where it went down, in the window.
    pub from: Point,
    /// Where it is now.
    pub at: Point,
}

impl Pointer {
    /// The pointer of an event that put it down.
    #[must_use]
    pub fn of(event: &PointerEvent) -> Self {
        Self { id: event.pointer_id(), from: point_of(event), at: point_of(event) }
    }

    /// Whether it went far enough to be no click.
    #[must_use]
    pub fn drags(&self) -> bool {
        self.from.distance(self.at) > DRAG_FROM
    }
}

/// What the pointers that are down are for.
#[derive(Clone, Debug, PartialEq)]
pub enum Gesture {
    /// A card or its plug is held.
    Hold {
        /// The card.
        host: HostId,
        /// How it is held.
        grip: Grip,
        /// Where the card was when it was taken, on the plane.
        corner: Point,
        /// Whether it has been dragged.
        dragged: bool,
    },
    /// The view is moved by one pointer or more.
    Look {
        /// Whether it has been moved.
        moved: bool,
    },
}

/// The middle of pointers, and how far they are from it on average.
#[must_use]
pub fn spread(pointers: &[Pointer]) -> (Point, f64) {
    let count = pointers.len().max(1) as f64;
    let sum = pointers.iter().fold(Point::default(), |sum, p| Point::new(sum.x + p.at.x, sum.y + p.at.y));
    let middle = Point::new(sum.x / count, sum.y / count);
    (middle, pointers.iter().map(|p| p.at.distance(middle)).sum::<f64>() / count)
}

/// Where an event happened, in the window.
#[must_use]
pub fn point_of(event: &MouseEvent) -> Point {
    Point::new(f64::from(event.client_x()), f64::from(event.client_y()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_that_trembles_is_no_drag() {
        let pointer = |x| Pointer { id: 0, from: Point::default(), at: Point::new(x, 0.0) };
        assert!(!pointer(DRAG_FROM).drags());
        assert!(pointer(DRAG_FROM + 0.1).drags());
    }

    #[test]
    fn two_fingers_have_a_middle_and_a_spread() {
        let finger = |x| Pointer { id: 0, from: Point::default(), at: Point::new(x, 10.0) };
        assert_eq!(spread(&[finger(0.0), finger(40.0)]), (Point::new(20.0, 10.0), 20.0));
        assert_eq!(spread(&[finger(30.0)]), (Point::new(30.0, 10.0), 0.0));
    }
}
