//! Numbers that are expected here were shown by a real server for the same commands.

use super::*;
use crate::call::testing::Bench;
use crate::strings::set;
use crate::zsets::{zadd, zrange};

const CENTRE: &str = "15 37 200 km";

fn sicily() -> Bench {
    let mut b = Bench::new();
    let done = b.run(
        geoadd,
        "GEOADD s 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 12.758489 38.788135 edge1 17.241510 \
         38.788135 edge2",
    );
    assert_eq!((done.reply.as_str(), done.dirty, done.ready), (":4|", 4, vec!["s".to_owned()]));
    let zadd = "zadd s 3479099956230698 Palermo 3479447370796909 Catania 3479273021651468 edge1 3481342659049484 edge2";
    assert_eq!(done.rewritten.as_deref(), Some(zadd));
    b
}

#[test]
fn places_are_scores() {
    let mut b = sicily();
    b.check(zrange, "ZRANGE s 0 0 WITHSCORES", "*2|$7|Palermo|$16|3479099956230698", 0);
    b.check(geopos, "GEOPOS s Palermo no", "*2|*2|$20|13.36138933897018433|$20|38.11555639549629859|*-1", 0);
    b.check(geohash, "GEOHASH s Palermo no Catania", "*3|$11|sqc8b49rny0|$-1|$11|sqdtr74hyu0", 0);
    b.check(geopos, "GEOPOS nothing a", "*1|*-1", 0);
    b.check(geohash, "GEOHASH nothing a", "*1|$-1", 0);
    b.check(geopos, "GEOPOS s", "*0", 0);
}

#[test]
fn distances_in_every_unit() {
    let mut b = sicily();
    for (unit, distance) in [
        ("", "$11|166274.1516"),
        (" m", "$11|166274.1516"),
        (" km", "$8|166.2742"),
        (" mi", "$8|103.3182"),
        (" ft", "$11|545518.8700"),
    ] {
        b.check(geodist, &format!("GEODIST s Palermo Catania{unit}"), distance, 0);
    }
    b.check(geodist, "GEODIST s Palermo Palermo", "$6|0.0000", 0);
    b.check(geodist, "GEODIST s Palermo no", "$-1", 0);
    b.check(geodist, "GEODIST nothing a b", "$-1", 0);
    b.check(geodist, "GEODIST s a b KM", "-ERR unsupported unit provided. please use m, km, ft, mi", 0);
    b.check(geodist, "GEODIST s a b m m", "-ERR syntax error", 0);
}

#[test]
fn scores_without_a_position() {
    let mut b = Bench::new();
    b.run(zadd, "ZADD w -1 neg inf inf 1e300 big 9e18 n9 -inf minf 1e19 b19");
    for (member, position) in [
        ("neg", "$23|11339.99999731779098511|$22|5358.22111187263908505"),
        ("inf", "$22|-179.99999731779098511|$21|-85.05112751263942528"),
        ("big", "$22|-179.99999731779098511|$21|-85.05112751263942528"),
        ("n9", "$22|9664.04663354158401489|$22|9894.58715884207413183"),
        ("minf", "$23|11340.00000268220901489|$21|-85.05112751263942528"),
        ("b19", "$23|16498.36395531892776489|$21|385.73573285033540969"),
    ] {
        b.check(geopos, &format!("GEOPOS w {member}"), &format!("*1|*2|{position}"), 0);
    }
    b.check(geohash, "GEOHASH w inf", "*1|$11|00bh0hbj200", 0);
    b.check(geodist, "GEODIST w neg n9", "$12|7712616.8394", 0);
}

#[test]
fn searches() {
    let mut b = sicily();
    let (palermo, catania) = (
        "*4|$7|Palermo|$8|190.4424|:3479099956230698|*2|$20|13.36138933897018433|$20|38.11555639549629859",
        "*4|$7|Catania|$7|56.4413|:3479447370796909|*2|$20|15.08726745843887329|$20|37.50266842333162032",
    );
    let all = format!("GEORADIUS s {CENTRE} WITHDIST withcoord WITHHASH");
    b.check(georadius, &format!("{all} ASC"), &format!("*2|{catania}|{palermo}"), 0);
    b.check(georadius_ro, &format!("{all} desc"), &format!("*2|{palermo}|{catania}"), 0);
    b.check(georadius, &format!("{all} COUNT 1"), &format!("*1|{catania}"), 0);
    b.check(georadius, &format!("GEORADIUS s {CENTRE}"), "*2|$7|Palermo|$7|Catania", 0);
    b.check(georadius, "GEORADIUS s 15 37 1 m", "*0", 0);
    b.check(georadius, "GEORADIUS nothing 15 37 1 m", "*0", 0);
    let near = "*3|$7|Catania|$5|edge1|$7|Palermo";
    b.check(georadiusbymember, "GEORADIUSBYMEMBER s Palermo 200 km DESC", near, 0);
    b.check(georadiusbymember_ro, "GEORADIUSBYMEMBER_RO s Palermo 200 km DESC", near, 0);
}

#[test]
fn results_are_stored() {
    let mut b = sicily();
    b.check(georadius, "GEORADIUS s 15 37 300 km STORE d", ":4", 4);
    b.check(zrange, "ZRANGE d 0 1 WITHSCORES", "*4|$7|Palermo|$16|3479099956230698|$5|edge1|$16|3479273021651468", 0);
    b.check(georadius, "GEORADIUS s 15 37 300 km STORE x STOREDIST d", ":4", 4);
    b.check(
        zrange,
        "ZRANGE d 0 -1 WITHSCORES",
        "*8|$7|Catania|$18|56.441257870158204|$7|Palermo|$18|190.44242984775784|$5|edge2|$17|279.7403417843143|$5|edge1\
         |$18|279.74045213563431",
        0,
    );
    b.check(georadiusbymember, "GEORADIUSBYMEMBER s Palermo 1 m COUNT 1 STORE d", ":1", 1);
    b.check(georadius, "GEORADIUS s 15 37 1 m STORE d", ":0", 1);
    b.check(georadius, "GEORADIUS s 15 37 1 m STORE d", ":0", 0);
    b.check(georadius, "GEORADIUS nothing 15 37 1 m STORE s", "*0", 0);
}

#[test]
fn refusals() {
    let mut b = sicily();
    b.run(set, "SET str x");
    let wrong_type = "-WRONGTYPE Operation against a key holding the wrong kind of value";
    let syntax = "-ERR syntax error";
    for (handler, line, error) in [
        (
            geoadd as fn(&mut Call<'_>),
            "GEOADD s 1 2 a 3",
            "-ERR syntax error. Try GEOADD key [x1] [y1] [name1] [x2] [y2] [name2] ... ",
        ),
        (geoadd, "GEOADD s 181 2 a", "-ERR invalid longitude,latitude pair 181.000000,2.000000"),
        (geoadd, "GEOADD s 1 2 a 1 -85.06 b", "-ERR invalid longitude,latitude pair 1.000000,-85.060000"),
        (geoadd, "GEOADD s 1 x a", "-ERR value is not a valid float"),
        (georadius, "GEORADIUS s 15 37 x km", "-ERR need numeric radius"),
        (georadius, "GEORADIUS s 15 37 -1 km", "-ERR radius cannot be negative"),
        (georadius, "GEORADIUS s 15 37 1 KM", "-ERR unsupported unit provided. please use m, km, ft, mi"),
        (georadius, "GEORADIUS s 15 37 1 km COUNT 0", "-ERR COUNT must be > 0"),
        (georadius, "GEORADIUS s 15 37 1 km COUNT", syntax),
        (georadius, "GEORADIUS s 15 37 1 km FOO", syntax),
        (georadius_ro, "GEORADIUS_RO s 15 37 1 km STORE d", syntax),
        (georadiusbymember_ro, "GEORADIUSBYMEMBER_RO s Palermo 1 km STOREDIST d", syntax),
        (georadiusbymember, "GEORADIUSBYMEMBER s no 1 km", "-ERR could not decode requested zset member"),
        (
            georadius,
            "GEORADIUS s 15 37 1 km STORE d WITHDIST",
            "-ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORDS options",
        ),
        (georadius, "GEORADIUS str 15 37 1 km", wrong_type),
        (geopos, "GEOPOS str a", wrong_type),
        (geohash, "GEOHASH str a", wrong_type),
        (geodist, "GEODIST str a b", wrong_type),
    ] {
        b.check(handler, line, error, 0);
    }
    assert_eq!(b.run(geoadd, "GEOADD str 1 2 a").reply, format!("{wrong_type}|"));
}

/// Every member within the circle is found, wherever it is, and none beyond.
#[test]
fn a_search_equals_a_full_scan() {
    let mut seed = 5_u64;
    let mut next = |min: f64, max: f64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        min + (seed >> 11) as f64 / (1_u64 << 53) as f64 * (max - min)
    };
    let mut b = Bench::new();
    let mut positions = Vec::new();
    for member in 0..300 {
        let position = Position { longitude: next(-180.0, 180.0), latitude: next(-80.0, 80.0) };
        b.run(geoadd, &format!("GEOADD w {} {} {member}", position.longitude, position.latitude));
        positions.push(Position::of_score(position.hash() as f64));
    }
    for round in 0..200 {
        // Far enough from the edges of the map, and small enough, that it does what it says.
        let centre = Position { longitude: next(-120.0, 120.0), latitude: next(-50.0, 50.0) };
        let radius = next(1.0, 2_000_000.0);
        let mut found: Vec<String> = b
            .run(georadius, &format!("GEORADIUS w {} {} {radius} m", centre.longitude, centre.latitude))
            .reply
            .split('|')
            .filter(|part| part.parse::<usize>().is_ok())
            .map(str::to_owned)
            .collect();
        found.sort();
        let inside = positions.iter().enumerate().filter(|(_, position)| centre.distance_m(**position) <= radius);
        let mut expected: Vec<String> = inside.map(|(member, _)| member.to_string()).collect();
        expected.sort();
        assert_eq!(found, expected, "round {round}");
    }
}
