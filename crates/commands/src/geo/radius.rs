//! GEORADIUS and its variants (`georadiusGeneric`).

use psyncscope_keyspace::Zset;
use psyncscope_resp::{errors, parse_double};

use super::area::areas;
use super::hash::Position;
use super::{position, position_of, reply_distance, reply_position, unit};
use crate::call::Call;
use crate::events::Events;
use crate::strings::integer;

/// `GEORADIUS key longitude latitude radius unit [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count] [ASC|DESC] [STORE key]
/// [STOREDIST key]`.
pub fn georadius(call: &mut Call<'_>) {
    search(call, false, true);
}

/// GEORADIUS without its STORE, so that replicas can serve it.
pub fn georadius_ro(call: &mut Call<'_>) {
    search(call, false, false);
}

/// `GEORADIUSBYMEMBER key member radius unit …`: around a member.
pub fn georadiusbymember(call: &mut Call<'_>) {
    search(call, true, true);
}

/// GEORADIUSBYMEMBER without its STORE.
pub fn georadiusbymember_ro(call: &mut Call<'_>) {
    search(call, true, false);
}

/// A found member (`geoPoint`).
pub(crate) struct Found<'a> {
    pub member: &'a [u8],
    pub score: f64,
    pub position: Position,
    pub distance_m: f64,
}

/// ASC, DESC.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Order {
    Nearest,
    Farthest,
}

/// Sorts by distance; equal ones stay in their order.
pub(crate) fn sort_by_distance(found: &mut [Found<'_>], order: Order) {
    found.sort_by(|one, other| {
        let nearest_first = one.distance_m.total_cmp(&other.distance_m);
        if order == Order::Farthest { nearest_first.reverse() } else { nearest_first }
    });
}

/// The options after the circle.
struct Options<'a> {
    with_distance: bool,
    with_hash: bool,
    with_position: bool,
    order: Option<Order>,
    count: Option<usize>,
    /// Where to store the result, and whether distances become the scores.
    store: Option<(&'a [u8], bool)>,
}

fn search(call: &mut Call<'_>, by_member: bool, may_store: bool) {
    let argv = call.argv;
    let Ok(zset) = call.read::<Zset>(&argv[1]) else { return };
    let Some(zset) = zset else { return call.reply.empty_array() };
    let (centre, rest) = if by_member {
        let Some(centre) = position_of(Some(&zset), &argv[2]) else {
            return call.reply.error("ERR could not decode requested zset member");
        };
        (centre, &argv[3..])
    } else {
        let Some(centre) = position(call, &argv[2..]) else { return };
        (centre, &argv[4..])
    };
    let Some(radius) = radius(call, &rest[0]) else { return };
    let Some(metres) = unit(call, &rest[1]) else { return };
    let Some(options) = parse(call, &rest[2..], may_store) else { return };
    let mut found = within(&zset, centre, radius * metres);
    if let Some(order) = options.order {
        sort_by_distance(&mut found, order);
    }
    found.truncate(options.count.unwrap_or(usize::MAX));
    match options.store {
        Some((key, distances)) => store(call, key, &found, distances.then_some(metres)),
        None => reply(call, &found, &options, metres),
    }
}

pub(crate) fn radius(call: &mut Call<'_>, word: &[u8]) -> Option<f64> {
    match parse_double(word) {
        None => call.reply.error("ERR need numeric radius"),
        Some(radius) if radius < 0.0 => call.reply.error("ERR radius cannot be negative"),
        radius => return radius,
    }
    None
}

fn parse<'a>(call: &mut Call<'_>, words: &'a [Vec<u8>], may_store: bool) -> Option<Options<'a>> {
    let mut options =
        Options { with_distance: false, with_hash: false, with_position: false, order: None, count: None, store: None };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let next = words.as_slice().first();
        match (word.to_ascii_lowercase().as_slice(), next) {
            (b"withdist", _) => options.with_distance = true,
            (b"withhash", _) => options.with_hash = true,
            (b"withcoord", _) => options.with_position = true,
            (b"asc", _) => options.order = Some(Order::Nearest),
            (b"desc", _) => options.order = Some(Order::Farthest),
            (b"count", Some(count)) => {
                let Some(count) = usize::try_from(integer(call, count)?).ok().filter(|&count| count > 0) else {
                    call.reply.error("ERR COUNT must be > 0");
                    return None;
                };
                options.count = Some(count);
                words.next();
            }
            (how @ (b"store" | b"storedist"), Some(key)) if may_store => {
                options.store = Some((key, how == b"storedist"));
                words.next();
            }
            _ => {
                call.reply.error(errors::SYNTAX);
                return None;
            }
        }
    }
    if options.store.is_some() && (options.with_distance || options.with_hash || options.with_position) {
        call.reply
            .error("ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORDS options");
        return None;
    }
    if options.count.is_some() {
        options.order = options.order.or(Some(Order::Nearest));
    }
    Some(options)
}

/// The members within the circle, box by box and by score within each.
fn within(zset: &Zset, centre: Position, radius_m: f64) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    for scores in areas(centre, radius_m).into_iter().map(super::area::Area::scores) {
        let start = zset.count_while(&|score, _| score < scores.start);
        for (member, score) in zset.iter_ranks(start..zset.len()).take_while(|(_, score)| *score < scores.end) {
            let position = Position::of_score(score);
            let distance_m = centre.distance_m(position);
            // A centre outside the map can give NaN distances: these count as within.
            let is_beyond = distance_m > radius_m;
            if !is_beyond {
                found.push(Found { member, score, position, distance_m });
            }
        }
    }
    found
}

fn reply(call: &mut Call<'_>, found: &[Found<'_>], options: &Options<'_>, metres: f64) {
    let Options { with_distance, with_hash, with_position, .. } = *options;
    let parts = usize::from(with_distance) + usize::from(with_hash) + usize::from(with_position);
    call.reply.array(found.len());
    for found in found {
        if parts > 0 {
            call.reply.array(parts + 1);
        }
        call.reply.bulk(found.member);
        if with_distance {
            reply_distance(call.reply, found.distance_m / metres);
        }
        if with_hash {
            call.reply.integer(found.score as i64);
        }
        if with_position {
            reply_position(call.reply, found.position);
        }
    }
}

/// Stores the result as a sorted set, with distances in units of `metres` as scores, or the hashes.
fn store(call: &mut Call<'_>, key: &[u8], found: &[Found<'_>], metres: Option<f64>) {
    let limits = (call.config.encodings.zset_max_ziplist_entries, call.config.encodings.zset_max_ziplist_value);
    let mut result = Zset::default();
    for found in found {
        let score = metres.map_or(found.score, |metres| found.distance_m / metres);
        if !score.is_nan() {
            result.insert_within(found.member, score, limits.0, limits.1);
        }
    }
    if !found.is_empty() {
        call.set_key(key, result);
        call.notify(Events::ZSET, "georadiusstore", key);
        call.dirty += found.len() as u64;
    } else if call.keyspace.delete(call.db, key) {
        call.notify(Events::GENERIC, "del", key);
        call.dirty += 1;
    }
    call.reply.integer(found.len() as i64);
}
