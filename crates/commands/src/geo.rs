//! Geospatial commands (geo.c): sorted sets whose scores are positions.
//!
//! A score is the 52-bit geohash of a position as an integer, which a double holds exactly. Geohash crates use
//! another grid (latitudes to ±90°).
//!
//! * here: commands on single members
//! * `hash`: positions, their hashes, distances; `area`: the boxes that a search covers
//! * `radius`: the searches

pub(super) mod area;
pub(super) mod hash;
mod radius;

use hash::Position;
use psyncscope_keyspace::Zset;
use psyncscope_resp::{Reply, errors};

use crate::call::{Call, Shared};
use crate::zsets::{AddOptions, add_pairs, double};

pub(super) use radius::{Found, Order, radius, sort_by_distance};
pub use radius::{georadius, georadius_ro, georadiusbymember, georadiusbymember_ro};

/// GEOADD key longitude latitude member [longitude latitude member …]. Propagated as ZADD.
pub fn geoadd(call: &mut Call<'_>) {
    let argv = call.argv;
    let triples = &argv[2..];
    if !triples.len().is_multiple_of(3) {
        call.reply.error("ERR syntax error. Try GEOADD key [x1] [y1] [name1] [x2] [y2] [name2] ... ");
        return;
    }
    let mut pairs = Vec::with_capacity(triples.len() / 3);
    let mut words = vec![b"zadd".to_vec(), argv[1].clone()];
    for triple in triples.as_chunks::<3>().0 {
        let Some(position) = position(call, triple) else { return };
        let score = position.hash();
        words.extend([score.to_string().into_bytes(), triple[2].clone()]);
        pairs.push((score as f64, triple[2].as_slice()));
    }
    call.rewritten = Some(words);
    add_pairs(call, AddOptions::default(), pairs);
}

/// `extractLongLatOrReply`: the longitude and the latitude in the first two arguments.
pub(super) fn position(call: &mut Call<'_>, words: &[Vec<u8>]) -> Option<Position> {
    let position = Position { longitude: double(call, &words[0])?, latitude: double(call, &words[1])? };
    if position.is_on_the_map() {
        return Some(position);
    }
    let Position { longitude, latitude } = position;
    call.reply.error(format!("ERR invalid longitude,latitude pair {longitude:.6},{latitude:.6}"));
    None
}

/// `extractUnitOrReply`: the metres of a unit.
pub(super) fn unit(call: &mut Call<'_>, word: &[u8]) -> Option<f64> {
    Some(match word {
        b"m" => 1.0,
        b"km" => 1000.0,
        b"ft" => 0.3048,
        b"mi" => 1609.34,
        _ => {
            call.reply.error("ERR unsupported unit provided. please use m, km, ft, mi");
            return None;
        }
    })
}

/// `addReplyDoubleDistance`: four digits after the point.
fn reply_distance(reply: &mut Reply, distance: f64) {
    reply.bulk(if distance.is_nan() { "-nan".to_owned() } else { format!("{distance:.4}") });
}

/// Longitude and latitude, up to seventeen digits after the point (human-readable `ld2string`).
fn reply_position(reply: &mut Reply, position: Position) {
    reply.array(2);
    for degrees in [position.longitude, position.latitude] {
        let digits = format!("{degrees:.17}");
        reply.bulk(digits.trim_end_matches('0').trim_end_matches('.'));
    }
}

/// GEOHASH key [member …]: each position as a standard geohash of eleven letters, the last always `0`.
pub fn geohash(call: &mut Call<'_>) {
    each_member(call, Reply::null, |reply, position| reply.bulk(position.standard_hash()));
}

/// GEOPOS key [member …].
pub fn geopos(call: &mut Call<'_>) {
    each_member(call, Reply::null_array, reply_position);
}

fn each_member(call: &mut Call<'_>, missing: fn(&mut Reply), found: fn(&mut Reply, Position)) {
    let argv = call.argv;
    let Ok(zset) = call.read::<Zset>(&argv[1]) else { return };
    call.reply.array(argv.len() - 2);
    for member in &argv[2..] {
        match position_of(zset.as_ref(), member) {
            Some(position) => found(call.reply, position),
            None => missing(call.reply),
        }
    }
}

/// The position of a member.
pub(super) fn position_of(zset: Option<&Shared<Zset>>, member: &[u8]) -> Option<Position> {
    Some(Position::of_score(zset?.score(member)?))
}

/// GEODIST key member member [unit].
pub fn geodist(call: &mut Call<'_>) {
    let argv = call.argv;
    let metres = match &argv[4..] {
        [] => 1.0,
        [word] => match unit(call, word) {
            Some(metres) => metres,
            None => return,
        },
        _ => return call.reply.error(errors::SYNTAX),
    };
    let Ok(zset) = call.read::<Zset>(&argv[1]) else { return };
    match position_of(zset.as_ref(), &argv[2]).zip(position_of(zset.as_ref(), &argv[3])) {
        Some((one, other)) => reply_distance(call.reply, one.distance_m(other) / metres),
        None => call.reply.null(),
    }
}

#[cfg(test)]
mod tests;
