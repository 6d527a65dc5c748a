//! Positions, their hashes (geohash.c) and distances (geohash_helper.c).

/// Bits of a score for each of the two coordinates (`GEO_STEP_MAX`).
pub(crate) const STEPS_MAX: u32 = 26;

/// The longitudes of the map, in degrees.
pub(crate) const LONGITUDES: Span = Span { min: -180.0, max: 180.0 };

/// The latitudes of the map, in degrees: those of a square Mercator map.
pub(crate) const LATITUDES: Span = Span { min: -85.051_128_78, max: 85.051_128_78 };

/// The mean radius of the Earth.
pub(crate) const EARTH_RADIUS_M: f64 = 6_372_797.560_856;

/// The alphabet of a standard geohash.
const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

/// A range of degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Span {
    /// The index of the interval with `degrees`, of two to the power of `steps` intervals.
    fn part(self, degrees: f64, steps: u32) -> u64 {
        let share = (degrees - self.min) / (self.max - self.min);
        (share * (1_u64 << steps) as f64) as u64
    }

    /// That interval. Scores not made by GEOADD can be outside; their numbers have 32 bits.
    pub(super) fn of_part(self, part: u32, steps: u32) -> Self {
        let scale = self.max - self.min;
        let at = |part: u32| self.min + f64::from(part) / (1_u64 << steps) as f64 * scale;
        Self { min: at(part), max: at(part.wrapping_add(1)) }
    }

    fn middle(self) -> f64 {
        (self.min + self.max) / 2.0
    }
}

/// A position, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Position {
    pub(crate) longitude: f64,
    pub(crate) latitude: f64,
}

impl Position {
    /// Whether it has a hash: the poles have none.
    pub(crate) fn is_on_the_map(self) -> bool {
        (LONGITUDES.min..=LONGITUDES.max).contains(&self.longitude)
            && (LATITUDES.min..=LATITUDES.max).contains(&self.latitude)
    }

    /// Its 52-bit hash, the score of a member.
    pub(super) fn hash(self) -> u64 {
        self.hash_of(STEPS_MAX, LATITUDES)
    }

    /// Its hash with `steps` bits for each coordinate: the latitude's in the even places, the longitude's in the odd
    /// ones.
    pub(crate) fn hash_of(self, steps: u32, latitudes: Span) -> u64 {
        spread(latitudes.part(self.latitude, steps)) | spread(LONGITUDES.part(self.longitude, steps)) << 1
    }

    /// `decodeGeohash`: the centre of the box of a score.
    pub(crate) fn of_score(score: f64) -> Self {
        let (longitudes, latitudes) = spans(whole(score), STEPS_MAX);
        Self { longitude: longitudes.middle(), latitude: latitudes.middle() }
    }

    /// The standard geohash, with latitudes up to the poles. 52 bits give ten letters; the eleventh is `0`.
    pub(super) fn standard_hash(self) -> Vec<u8> {
        let hash = if self.is_on_the_map() { self.hash_of(STEPS_MAX, Span { min: -90.0, max: 90.0 }) } else { 0 };
        let letter = |n: u32| ALPHABET[(hash >> (52 - 5 * n) & 31) as usize];
        (1..=10).map(letter).chain(*b"0").collect()
    }

    /// The great-circle distance to `other`, by haversines (`geohashGetDistance`).
    pub(crate) fn distance_m(self, other: Self) -> f64 {
        let (latitude, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let u = libm::sin((to - latitude) / 2.0);
        let v = libm::sin((other.longitude.to_radians() - self.longitude.to_radians()) / 2.0);
        2.0 * EARTH_RADIUS_M * libm::asin((u * u + libm::cos(latitude) * libm::cos(to) * v * v).sqrt())
    }
}

/// The box of a hash: its longitudes and its latitudes.
pub(crate) fn spans(hash: u64, steps: u32) -> (Span, Span) {
    (LONGITUDES.of_part(gather(hash >> 1), steps), LATITUDES.of_part(gather(hash), steps))
}

/// The cast from double to 64 bits unsigned as current C compilers do it, also where C leaves it undefined: negative
/// numbers wrap, and numbers out of range give the bits of the lowest negative number, or 0 above.
fn whole(score: f64) -> u64 {
    const TOP: f64 = 9_223_372_036_854_775_808.0;
    let signed = |value: f64| if (-TOP..TOP).contains(&value) { value as i64 } else { i64::MIN };
    if score < TOP { signed(score) as u64 } else { signed(score - TOP) as u64 ^ 1 << 63 }
}

/// Spreads 32 bits to the even positions of 64.
fn spread(bits: u64) -> u64 {
    let mut x = bits & 0xffff_ffff;
    for (shift, mask) in [
        (16, 0x0000_ffff_0000_ffff),
        (8, 0x00ff_00ff_00ff_00ff),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ] {
        x = (x | x << shift) & mask;
    }
    x
}

/// The bits at the even positions of 64.
fn gather(bits: u64) -> u32 {
    let mut x = bits & 0x5555_5555_5555_5555;
    for (shift, mask) in [
        (1, 0x3333_3333_3333_3333),
        (2, 0x0f0f_0f0f_0f0f_0f0f),
        (4, 0x00ff_00ff_00ff_00ff),
        (8, 0x0000_ffff_0000_ffff),
        (16, 0xffff_ffff),
    ] {
        x = (x | x >> shift) & mask;
    }
    x as u32
}
