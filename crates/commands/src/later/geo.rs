//! GEOSEARCHSTORE, and GEORADIUS and GEORADIUSBYMEMBER with ANY and with the areas of Redis 7 (`georadiusGeneric`).

use psyncscope_keyspace::Zset;
use psyncscope_resp::errors;

use crate::call::{Call, Shared};
use crate::geo::area::{Bounds, areas_within, degrees};
use crate::geo::hash::{EARTH_RADIUS_M, LATITUDES, LONGITUDES, Position, Span};
use crate::geo::{self, Found, Order, position, position_of, radius, sort_by_distance, unit};
use crate::later::zsets::store_at;
use crate::strings::integer;
use crate::zsets::double;

/// `GEORADIUS key longitude latitude radius unit …`, only with STORE or STOREDIST: without, nothing is propagated.
pub fn georadius(call: &mut Call<'_>) {
    if !stores(&call.argv[6..]) {
        return geo::georadius(call);
    }
    let argv = call.argv;
    let Ok(zset) = call.read::<Zset>(&argv[1]) else { return };
    let Some(centre) = position(call, &argv[2..]) else { return };
    let Some((shape, metres)) = circle(call, &argv[4..6]) else { return };
    let (centre, shape) = (Some(centre), Some(shape));
    let search = Search { centre, shape, metres, ..Search::default() };
    run(call, zset.as_ref(), search, &argv[6..], false);
}

/// `GEORADIUSBYMEMBER key member radius unit …`, only with STORE or STOREDIST.
pub fn georadiusbymember(call: &mut Call<'_>) {
    if !stores(&call.argv[5..]) {
        return geo::georadiusbymember(call);
    }
    let argv = call.argv;
    let Ok(zset) = call.read::<Zset>(&argv[1]) else { return };
    let mut search = Search::default();
    if let Some(zset) = &zset {
        let Some(centre) = centre_of_member(call, zset, &argv[2]) else { return };
        let Some((shape, metres)) = circle(call, &argv[3..5]) else { return };
        search = Search { centre: Some(centre), shape: Some(shape), metres, ..search };
    }
    run(call, zset.as_ref(), search, &argv[5..], false);
}

/// `GEOSEARCHSTORE destination source FROMMEMBER member | FROMLONLAT longitude latitude
/// BYRADIUS radius unit | BYBOX width height unit [ASC | DESC] [COUNT count [ANY]] [STOREDIST]`.
pub fn geosearchstore(call: &mut Call<'_>) {
    let argv = call.argv;
    let Ok(zset) = call.read::<Zset>(&argv[2]) else { return };
    let search = Search { store: Some(&argv[1]), ..Search::default() };
    run(call, zset.as_ref(), search, &argv[3..], true);
}

fn stores(options: &[Vec<u8>]) -> bool {
    options.iter().any(|word| word.eq_ignore_ascii_case(b"store") || word.eq_ignore_ascii_case(b"storedist"))
}

/// The area searched (`GeoShape`), in metres.
#[derive(Clone, Copy)]
enum Shape {
    Circle { radius_m: f64 },
    Box { width_m: f64, height_m: f64 },
}

#[derive(Default)]
struct Search<'a> {
    centre: Option<Position>,
    shape: Option<Shape>,
    /// The metres of the unit in which distances are stored.
    metres: f64,
    order: Option<Order>,
    count: Option<usize>,
    /// ANY: the search stops as soon as there are COUNT members.
    any: bool,
    store: Option<&'a [u8]>,
    /// Distances are stored instead of positions.
    distances: bool,
    /// FROMMEMBER or FROMLONLAT was seen, BYRADIUS or BYBOX was seen.
    from: bool,
    by: bool,
}

fn run<'a>(
    call: &mut Call<'_>,
    zset: Option<&Shared<Zset>>,
    search: Search<'a>,
    options: &'a [Vec<u8>],
    of_geosearch: bool,
) {
    let Some(search) = parse(call, zset, search, options, of_geosearch) else { return };
    let Some(destination) = search.store else { return };
    let mut found = match (zset, search.centre, search.shape) {
        (Some(zset), Some(centre), Some(shape)) => {
            let most = search.count.filter(|_| search.any).unwrap_or(usize::MAX);
            members_within(zset, centre, shape, most)
        }
        _ => Vec::new(),
    };
    let order = search.order.or((search.count.is_some() && !search.any).then_some(Order::Nearest));
    if let Some(order) = order {
        sort_by_distance(&mut found, order);
    }
    found.truncate(search.count.unwrap_or(usize::MAX));
    let limits = (call.config.encodings.zset_max_ziplist_entries, call.config.encodings.zset_max_ziplist_value);
    let mut result = Zset::default();
    for found in found {
        let score = if search.distances { found.distance_m / search.metres } else { found.score };
        if !score.is_nan() {
            result.insert_within(found.member, score, limits.0, limits.1);
        }
    }
    let event = if of_geosearch { "geosearchstore" } else { "georadiusstore" };
    store_at(call, destination, result, event, |len| len as u64);
}

/// The options, in any order. `None` after an error reply.
fn parse<'a>(
    call: &mut Call<'_>,
    zset: Option<&Shared<Zset>>,
    mut search: Search<'a>,
    words: &'a [Vec<u8>],
    of_geosearch: bool,
) -> Option<Search<'a>> {
    let mut rest = words;
    while let [word, tail @ ..] = rest {
        rest = match (word.to_ascii_lowercase().as_slice(), tail) {
            (b"any", _) => {
                search.any = true;
                tail
            }
            (b"asc", _) => {
                search.order = Some(Order::Nearest);
                tail
            }
            (b"desc", _) => {
                search.order = Some(Order::Farthest);
                tail
            }
            (b"count", [count, tail @ ..]) => {
                search.count = Some(positive(call, count)?);
                tail
            }
            (b"store", [key, tail @ ..]) if !of_geosearch => {
                (search.store, search.distances) = (Some(key.as_slice()), false);
                tail
            }
            (b"storedist", [key, tail @ ..]) if !of_geosearch => {
                (search.store, search.distances) = (Some(key.as_slice()), true);
                tail
            }
            (b"storedist", _) if of_geosearch => {
                search.distances = true;
                tail
            }
            (b"frommember", [member, tail @ ..]) if of_geosearch && !search.from => {
                if let Some(zset) = zset {
                    search.centre = Some(centre_of_member(call, zset, member)?);
                }
                search.from = true;
                tail
            }
            (b"fromlonlat", [_, _, after @ ..]) if of_geosearch && !search.from => {
                search.centre = Some(position(call, tail)?);
                search.from = true;
                after
            }
            (b"byradius", [_, _, after @ ..]) if of_geosearch && !search.by => {
                let (shape, metres) = circle(call, tail)?;
                (search.shape, search.metres, search.by) = (Some(shape), metres, true);
                after
            }
            (b"bybox", [_, _, _, after @ ..]) if of_geosearch && !search.by => {
                let (shape, metres) = rectangle(call, tail)?;
                (search.shape, search.metres, search.by) = (Some(shape), metres, true);
                after
            }
            _ => {
                call.reply.error(errors::SYNTAX);
                return None;
            }
        };
    }
    if of_geosearch && !(search.from && search.by) {
        let missing = if search.from { "BYRADIUS and BYBOX" } else { "FROMMEMBER or FROMLONLAT" };
        call.reply.error(format!("ERR exactly one of {missing} can be specified for geosearchstore"));
        return None;
    }
    if search.any && search.count.is_none() {
        call.reply.error("ERR the ANY argument requires COUNT argument");
        return None;
    }
    Some(search)
}

fn positive(call: &mut Call<'_>, word: &[u8]) -> Option<usize> {
    let count = usize::try_from(integer(call, word)?).ok().filter(|&count| count > 0);
    if count.is_none() {
        call.reply.error("ERR COUNT must be > 0");
    }
    count
}

/// `longLatFromMember`.
fn centre_of_member(call: &mut Call<'_>, zset: &Shared<Zset>, member: &[u8]) -> Option<Position> {
    let centre = position_of(Some(zset), member).map(on_the_map);
    if centre.is_none() {
        call.reply.error("ERR could not decode requested zset member");
    }
    centre
}

/// `extractDistanceOrReply`: a radius and its unit.
fn circle(call: &mut Call<'_>, words: &[Vec<u8>]) -> Option<(Shape, f64)> {
    let radius = radius(call, &words[0])?;
    let metres = unit(call, &words[1].to_ascii_lowercase())?;
    Some((Shape::Circle { radius_m: radius * metres }, metres))
}

/// `extractBoxOrReply`: a width, a height and their unit.
fn rectangle(call: &mut Call<'_>, words: &[Vec<u8>]) -> Option<(Shape, f64)> {
    let (width, height) = (double(call, &words[0])?, double(call, &words[1])?);
    if width < 0.0 || height < 0.0 {
        call.reply.error("ERR height or width cannot be negative");
        return None;
    }
    let metres = unit(call, &words[2].to_ascii_lowercase())?;
    Some((Shape::Box { width_m: width * metres, height_m: height * metres }, metres))
}

impl Shape {
    /// Half of its height and of its width.
    fn reach_m(self) -> (f64, f64) {
        match self {
            Self::Circle { radius_m } => (radius_m, radius_m),
            Self::Box { width_m, height_m } => (width_m / 2.0, height_m / 2.0),
        }
    }

    /// The distance of its farthest point.
    fn radius_m(self) -> f64 {
        match self {
            Self::Circle { radius_m } => radius_m,
            Self::Box { .. } => {
                let (x, y) = self.reach_m();
                (x * x + y * y).sqrt()
            }
        }
    }

    /// `geohashBoundingBox`.
    fn bounds(self, centre: Position) -> Bounds {
        let Position { longitude, latitude } = centre;
        let (width_m, height_m) = self.reach_m();
        let north = degrees(height_m / EARTH_RADIUS_M);
        let wide = |latitude: f64| degrees(width_m / EARTH_RADIUS_M / libm::cos(latitude.to_radians()));
        // The latitude at which a degree of longitude is shortest, towards the nearer pole.
        let east = if latitude < 0.0 { wide(latitude - north) } else { wide(latitude + north) };
        Bounds {
            longitudes: Span { min: longitude - east, max: longitude + east },
            latitudes: Span { min: latitude - north, max: latitude + north },
        }
    }

    /// `geoWithinShape`: how far `position` is from the centre; `None` outside.
    fn distance_m(self, centre: Position, position: Position) -> Option<f64> {
        match self {
            Self::Circle { radius_m } => {
                let distance_m = distance_m(centre, position);
                // A centre outside of the valid range can give NaN, which is not greater than the limit.
                let is_beyond = distance_m > radius_m;
                (!is_beyond).then_some(distance_m)
            }
            Self::Box { .. } => {
                let (width_m, height_m) = self.reach_m();
                let abreast = Position { longitude: centre.longitude, latitude: position.latitude };
                let is_beyond = latitude_distance_m(position.latitude, centre.latitude) > height_m
                    || distance_m(position, abreast) > width_m;
                (!is_beyond).then(|| distance_m(centre, position))
            }
        }
    }
}

/// `geohashGetLatDistance`.
fn latitude_distance_m(one: f64, other: f64) -> f64 {
    EARTH_RADIUS_M * (other.to_radians() - one.to_radians()).abs()
}

/// `geohashGetDistance`, which since Redis 7 has a shorter formula along a meridian.
fn distance_m(one: Position, other: Position) -> f64 {
    let east = libm::sin((other.longitude.to_radians() - one.longitude.to_radians()) / 2.0);
    if east == 0.0 { latitude_distance_m(one.latitude, other.latitude) } else { one.distance_m(other) }
}

/// `geohashDecodeAreaToLongLat`, which since Redis 6 clamps the position to the valid range.
fn on_the_map(position: Position) -> Position {
    Position {
        longitude: position.longitude.clamp(LONGITUDES.min, LONGITUDES.max),
        latitude: position.latitude.clamp(LATITUDES.min, LATITUDES.max),
    }
}

/// `membersOfAllNeighbors`: at most `most` members within the shape, box by box and by score within each.
fn members_within(zset: &Zset, centre: Position, shape: Shape, most: usize) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    for area in areas_within(centre, shape.radius_m(), &shape.bounds(centre)) {
        let scores = area.scores();
        let start = zset.count_while(&|score, _| score < scores.start);
        for (member, score) in zset.iter_ranks(start..zset.len()).take_while(|(_, score)| *score < scores.end) {
            if found.len() >= most {
                return found;
            }
            let position = on_the_map(Position::of_score(score));
            if let Some(distance_m) = shape.distance_m(centre, position) {
                found.push(Found { member, score, position, distance_m });
            }
        }
    }
    found
}
