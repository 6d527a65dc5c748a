//! The boxes that a search covers (`geohashGetAreasByRadius`): the one with its centre, and neighbours within reach.

use std::ops::Range;

use super::hash::{EARTH_RADIUS_M, LATITUDES, Position, STEPS_MAX, Span, spans};

/// Half the circumference of the Earth on the map (`MERCATOR_MAX`).
const MERCATOR_MAX_M: f64 = 20_037_726.37;

/// The bits of a hash that hold the longitude; the others hold the latitude.
const LONGITUDE_BITS: u64 = 0xaaaa_aaaa_aaaa_aaaa;

/// A box of the map: a hash with that many bits for each coordinate.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Area {
    bits: u64,
    steps: u32,
}

impl Area {
    fn around(centre: Position, steps: u32) -> Self {
        let bits = if centre.is_on_the_map() { centre.hash_of(steps, LATITUDES) } else { 0 };
        Self { bits, steps }
    }

    /// The box this many columns to the east and rows to the north. The map wraps around at its edges.
    fn neighbour(self, east: i64, north: i64) -> Self {
        let all = u64::MAX >> (64 - 2 * self.steps);
        let (x, y) = (LONGITUDE_BITS & all, !LONGITUDE_BITS & all);
        // With ones in the bits of the other coordinate a carry passes through them; with zeros a borrow does.
        let step = |own: u64, other: u64, by: i64, unit: u64| match by {
            1 => (self.bits & own | other).wrapping_add(unit) & own,
            -1 => (self.bits & own).wrapping_sub(unit) & own,
            _ => self.bits & own,
        };
        Self { bits: step(x, y, east, 2) | step(y, x, north, 1), ..self }
    }

    /// The scores of members within: the first, and the first that is beyond.
    pub(crate) fn scores(self) -> Range<f64> {
        let align = |bits: u64| (bits << (2 * (STEPS_MAX - self.steps))) as f64;
        align(self.bits)..align(self.bits.wrapping_add(1))
    }
}

/// Bits for each coordinate at which boxes are about this size (`geohashEstimateStepsByRadius`); wider near the
/// poles.
fn estimate_steps(radius_m: f64, latitude: f64) -> u32 {
    if radius_m == 0.0 {
        return STEPS_MAX;
    }
    let (mut steps, mut reach) = (1_i32, radius_m);
    while reach < MERCATOR_MAX_M {
        reach *= 2.0;
        steps += 1;
    }
    steps -= 2;
    steps -= i32::from(latitude.abs() > 66.0) + i32::from(latitude.abs() > 80.0);
    steps.clamp(1, STEPS_MAX as i32) as u32
}

/// Whether boxes of this size are too small: the search reaches beyond the adjacent boxes.
fn is_too_small(area: Area, centre: Position, radius_m: f64) -> bool {
    let of = |east, north| {
        let neighbour = area.neighbour(east, north);
        spans(neighbour.bits, neighbour.steps)
    };
    let Position { longitude, latitude } = centre;
    let ends = [
        Position { longitude, latitude: of(0, 1).1.max },
        Position { longitude, latitude: of(0, -1).1.min },
        Position { longitude: of(1, 0).0.max, latitude },
        Position { longitude: of(-1, 0).0.min, latitude },
    ];
    ends.into_iter().any(|end| centre.distance_m(end) < radius_m)
}

/// `rad_deg`, by a division: the standard library multiplies, which rounds differently.
pub(crate) fn degrees(radians: f64) -> f64 {
    radians / (std::f64::consts::PI / 180.0)
}

/// The longitudes and latitudes that a search reaches (`geohashBoundingBox`).
pub(crate) struct Bounds {
    pub(crate) longitudes: Span,
    pub(crate) latitudes: Span,
}

/// The boxes to search, in order.
pub(super) fn areas(centre: Position, radius_m: f64) -> Vec<Area> {
    let mut area = Area::around(centre, estimate_steps(radius_m, centre.latitude));
    if is_too_small(area, centre, radius_m) && area.steps > 1 {
        area = Area::around(centre, area.steps - 1);
    }
    let angle = radius_m / EARTH_RADIUS_M;
    let reach_north = degrees(angle);
    let reach_east = degrees(angle / libm::cos(centre.latitude.to_radians()));
    let Position { longitude, latitude } = centre;
    let bounds = Bounds {
        longitudes: Span { min: longitude - reach_east, max: longitude + reach_east },
        latitudes: Span { min: latitude - reach_north, max: latitude + reach_north },
    };
    with_neighbours(area, &bounds)
}

/// [`areas`] as Redis 7 has them: of boxes as well as circles, whose corners or edges are within `radius_m`
/// (`geohashCalculateAreasByShapeWGS84`).
pub(crate) fn areas_within(centre: Position, radius_m: f64, bounds: &Bounds) -> Vec<Area> {
    let mut area = Area::around(centre, estimate_steps(radius_m, centre.latitude));
    let of = |east, north| {
        let neighbour = area.neighbour(east, north);
        spans(neighbour.bits, neighbour.steps)
    };
    let too_small = of(0, 1).1.max < bounds.latitudes.max
        || of(0, -1).1.min > bounds.latitudes.min
        || of(1, 0).0.max < bounds.longitudes.max
        || of(-1, 0).0.min > bounds.longitudes.min;
    if too_small && area.steps > 1 {
        area = Area::around(centre, area.steps - 1);
    }
    with_neighbours(area, bounds)
}

/// The box in the middle and those around it that a search within `bounds` may reach.
fn with_neighbours(area: Area, bounds: &Bounds) -> Vec<Area> {
    let (longitudes, latitudes) = spans(area.bits, area.steps);
    // A neighbour is skipped if the centre box already extends beyond the search on that side.
    let useless = |east: i64, north: i64| {
        area.steps >= 2
            && (north < 0 && latitudes.min < bounds.latitudes.min
                || north > 0 && latitudes.max > bounds.latitudes.max
                || east < 0 && longitudes.min < bounds.longitudes.min
                || east > 0 && longitudes.max > bounds.longitudes.max)
    };
    let around = [(0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)];
    let mut areas: Vec<Area> = vec![area];
    for (east, north) in around.into_iter().filter(|&(east, north)| !useless(east, north)) {
        let neighbour = area.neighbour(east, north);
        // With few boxes on the map some neighbours are the same box: Redis compares only with the last one, and
        // never with the centre, so a member can be found twice.
        if areas.len() == 1 || areas.last() != Some(&neighbour) {
            areas.push(neighbour);
        }
    }
    areas
}
