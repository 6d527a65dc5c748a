//! MIGRATE between `psyncscope serve` and a redis-server, both ways.

use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::server::{Client, Kind, Reply};
use super::serving::{assert_catches_up, follow, start};
use super::writes;

fn digest(client: &mut Client) -> Reply {
    let digest = client.call(&["DEBUG", "DIGEST"]);
    assert!(matches!(digest, Reply::Status(_)), "{digest:?}");
    digest
}

fn call(client: &mut Client, line: &str) -> Reply {
    client.call(&line.split(' ').map(|word| word.trim_matches('"')).collect::<Vec<_>>())
}

fn ok() -> Reply {
    Reply::Status("OK".into())
}

/// Moves all that a server holds, of every type, and compares digests; its replica has nothing left either.
fn check_all_types(from: Kind, to: Kind, seed: u64) {
    let replica = start(if from == Kind::Real { Kind::Ours } else { Kind::Real }, &[]);
    let (source, target) = (start(from, &[]), start(to, &["--requirepass", "secret"]));
    let (mut at_source, mut at_target) = (source.client(), target.client());
    let mut at_replica = replica.client();
    at_target.ok(&["AUTH", "secret"]);
    follow(&mut at_replica, source.port());
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    at_source.pipeline(&writes::of_all_types(&mut rng, 5000));
    let before = digest(&mut at_source);
    let port = target.port().to_string();
    for db in ["0", "1", "2"] {
        at_source.ok(&["SELECT", db]);
        let Reply::Array(keys) = at_source.call(&["KEYS", "*"]) else { panic!("KEYS answers with an array") };
        let keys: Vec<Vec<u8>> =
            keys.into_iter().map(|key| if let Reply::Bulk(key) = key { key } else { panic!() }).collect();
        for some in keys.chunks(20) {
            let words = ["MIGRATE", "127.0.0.1", &port, "", db, "5000", "AUTH", "secret", "KEYS"];
            let words = words.into_iter().map(str::as_bytes).chain(some.iter().map(Vec::as_slice));
            assert_eq!(at_source.call(&words.collect::<Vec<_>>()), ok(), "database {db}, seed {seed}");
        }
        assert_eq!(at_source.integer(&[b"DBSIZE"]), 0);
    }
    assert_eq!(digest(&mut at_target), before, "seed {seed}");
    assert_catches_up(&mut at_source, &mut at_replica);
    assert_eq!(at_source.info("migrate_cached_sockets"), 1);
}

/// What is copied, replaced and refused, and what is said then.
fn check_options(from: Kind, to: Kind) {
    let (source, target) = (start(from, &[]), start(to, &[]));
    let (mut at_source, mut at_target) = (source.client(), target.client());
    let to = format!("MIGRATE 127.0.0.1 {}", target.port());
    at_source.ok(&["MSET", "a", "1", "b", "2", "c", "3"]);
    at_source.ok(&["PEXPIRE", "b", "10000000"]);
    assert_eq!(call(&mut at_source, &format!("{to} none 0 5000")), Reply::Status("NOKEY".into()));
    assert_eq!(call(&mut at_source, &format!("{to} a 0 5000 COPY")), ok());
    let busy = "ERR Target instance replied with error: BUSYKEY Target key name already exists.";
    at_source.ok(&["INCR", "a"]);
    let both = call(&mut at_source, &format!("{to} \"\" 0 5000 KEYS b none a"));
    assert_eq!(both, Reply::Error(busy.into()));
    assert_eq!(at_source.integer(&[b"EXISTS", b"a", b"b"]), 1);
    assert!(at_target.integer(&[b"PTTL", b"b"]) > 9_000_000);
    assert_eq!(call(&mut at_source, &format!("{to} a 0 5000 REPLACE")), ok());
    assert_eq!(at_target.call(&["GET", "a"]), Reply::Bulk(b"2".into()));
    assert_eq!(call(&mut at_source, &format!("{to} c 9 5000")), ok());
    at_target.ok(&["SELECT", "9"]);
    assert_eq!(at_target.integer(&[b"EXISTS", b"c"]), 1);
    at_source.ok(&["SET", "d", "4"]);
    let error = call(&mut at_source, &format!("{to} d 99 5000"));
    assert_eq!(error, Reply::Error("ERR Target instance replied with error: ERR DB index is out of range".into()));
    assert_eq!(at_source.integer(&[b"EXISTS", b"d"]), 1);
    // RESTORE went to the database that was selected before.
    assert_eq!(at_target.integer(&[b"EXISTS", b"d"]), 1);
    // The target closes the kept connection: another is made.
    at_target.ok(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    assert_eq!(call(&mut at_source, &format!("{to} d 9 5000 REPLACE")), ok());
    assert_eq!(at_source.integer(&[b"EXISTS", b"d"]), 0);
    // In a transaction.
    at_source.ok(&["SET", "e", "5"]);
    at_source.ok(&["MULTI"]);
    call(&mut at_source, &format!("{to} e 9 5000"));
    at_source.ok(&["EXISTS", "e"]);
    assert_eq!(at_source.call(&["EXEC"]), Reply::Array(vec![ok(), Reply::Integer(0)]));
}

#[test]
fn all_types_go_from_ours_to_a_real_one() {
    check_all_types(Kind::Ours, Kind::Real, 31);
}

#[test]
fn all_types_go_from_a_real_one_to_ours() {
    check_all_types(Kind::Real, Kind::Ours, 32);
}

#[test]
fn options_mean_the_same_both_ways() {
    check_options(Kind::Ours, Kind::Real);
    check_options(Kind::Real, Kind::Ours);
}
