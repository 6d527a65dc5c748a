//! `psyncscope serve` and a redis-server as processes, each in both roles, over a wire that is cut, while clients of the
//! master block for data.

use std::time::{Duration, Instant};

use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::proxy::Proxy;
use super::readers::Readers;
use super::server::{Client, Kind, Reply, Server};
use super::writes;

/// What is waited for happens within this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writes in all, and in how many pieces; the wire is cut between some.
const WRITES: usize = 10_000;
const PIECES: usize = 20;

#[track_caller]
pub(super) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "it never came to be that {what}");
        std::thread::yield_now();
    }
}

/// Which makes itself a replica of a port.
pub(super) fn follow(replica: &mut Client, port: u16) {
    replica.ok(&["REPLICAOF", "127.0.0.1", &port.to_string()]);
}

/// Waits until a replica has all that its master has, then compares the data.
#[track_caller]
pub(super) fn assert_catches_up(master: &mut Client, replica: &mut Client) {
    wait_until("the replica has all its master has", || {
        replica.info_text("master_link_status") == "up"
            && replica.info("slave_repl_offset") == master.info("master_repl_offset")
    });
    let (theirs, ours) = (master.call(&["DEBUG", "DIGEST"]), replica.call(&["DEBUG", "DIGEST"]));
    assert!(matches!(theirs, Reply::Status(_)), "{theirs:?}");
    assert_eq!(theirs, ours, "{:?} and {:?}", master.call(&["INFO", "keyspace"]), replica.call(&["INFO", "keyspace"]));
}

pub(super) fn start(kind: Kind, lines: &[&str]) -> Server {
    let mut all = vec!["--repl-diskless-sync", "no", "--repl-ping-replica-period", "3600"];
    if kind == Kind::Real {
        // Since 7.0 DEBUG must be allowed.
        all.extend(["--enable-debug-command", "yes"]);
    }
    all.extend_from_slice(lines);
    Server::start_kind(kind, &all, None)
}

/// Ten thousand writes and the blocking reads that they serve, the wire cut after every fourth piece: one full resync,
/// then partial ones.
fn check_partial(master: Kind, replica: Kind, lines: &[&str], seed: u64) {
    let master = start(master, lines);
    let replica = start(replica, &[]);
    let (mut at_master, mut at_replica) = (master.client(), replica.client());
    let wire = Proxy::to(master.port());
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    at_master.pipeline(&writes::of_all_types(&mut rng, 500));
    follow(&mut at_replica, wire.port());
    assert_catches_up(&mut at_master, &mut at_replica);
    let readers = Readers::start(&master, seed);
    let mut cuts = 0;
    for piece in 1..=PIECES {
        at_master.pipeline(&writes::of_all_types(&mut rng, WRITES / PIECES));
        if piece % 4 == 0 {
            wire.cut(false);
            cuts += 1;
            at_master.pipeline(&writes::of_all_types(&mut rng, 50));
            // The link is up again before it is cut once more, so that every cut costs one resync.
            wait_until("the link is up again", || at_master.info("sync_partial_ok") == cuts);
        }
    }
    readers.end();
    assert_catches_up(&mut at_master, &mut at_replica);
    assert_eq!((at_master.info("sync_full"), at_master.info("sync_partial_ok")), (1, cuts), "seed {seed}");
}

/// What was written while the wire was cut no longer fits the backlog: the second resync is a full one.
fn check_overrun(master: Kind, replica: Kind, seed: u64) {
    let master = start(master, &["--repl-backlog-size", "16kb"]);
    let replica = start(replica, &[]);
    let (mut at_master, mut at_replica) = (master.client(), replica.client());
    let wire = Proxy::to(master.port());
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    at_master.pipeline(&writes::of_all_types(&mut rng, 500));
    follow(&mut at_replica, wire.port());
    assert_catches_up(&mut at_master, &mut at_replica);
    wire.cut(true);
    at_master.pipeline(&writes::of_all_types(&mut rng, 3000));
    wire.mend();
    assert_catches_up(&mut at_master, &mut at_replica);
    let (full, partial) = (at_master.info("sync_full"), at_master.info("sync_partial_ok"));
    assert_eq!((full, partial), (2, 0), "seed {seed}");
}

#[test]
fn a_real_replica_of_ours_resynchronises_partially() {
    check_partial(Kind::Ours, Kind::Real, &[], 11);
}

#[test]
fn our_replica_of_a_real_one_resynchronises_partially() {
    check_partial(Kind::Real, Kind::Ours, &[], 12);
}

#[test]
fn without_a_file_on_the_masters_disk() {
    let diskless = ["--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0"];
    check_partial(Kind::Ours, Kind::Real, &diskless, 13);
    check_partial(Kind::Real, Kind::Ours, &diskless, 14);
}

#[test]
fn a_real_replica_of_ours_resynchronises_fully_after_an_overrun() {
    check_overrun(Kind::Ours, Kind::Real, 15);
}

#[test]
fn our_replica_of_a_real_one_resynchronises_fully_after_an_overrun() {
    check_overrun(Kind::Real, Kind::Ours, 16);
}

#[test]
fn a_chain_of_both_kinds_and_a_change_of_roles() {
    let servers = [start(Kind::Real, &[]), start(Kind::Ours, &[]), start(Kind::Real, &[])];
    let mut clients = servers.each_ref().map(Server::client);
    let [head, middle, tail] = &mut clients;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(17);
    head.pipeline(&writes::of_all_types(&mut rng, 500));
    follow(middle, servers[0].port());
    assert_catches_up(head, middle);
    follow(tail, servers[1].port());
    assert_catches_up(middle, tail);
    head.pipeline(&writes::of_all_types(&mut rng, 2000));
    assert_catches_up(head, middle);
    assert_catches_up(middle, tail);

    // The middle one is promoted; the head follows it by the history they share, and the tail stays.
    middle.ok(&["REPLICAOF", "NO", "ONE"]);
    middle.pipeline(&writes::of_all_types(&mut rng, 500));
    let full = middle.info("sync_full");
    follow(head, servers[1].port());
    assert_catches_up(middle, head);
    assert_catches_up(middle, tail);
    assert_eq!(middle.info("sync_full"), full, "partial resyncs sufficed");
    assert_eq!(middle.info_text("master_replid"), head.info_text("master_replid"));
    assert_eq!(middle.info_text("master_replid"), tail.info_text("master_replid"));
}
