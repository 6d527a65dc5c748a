//! Full and partial resynchronisation between nodes, with the numbers of the specification's worked examples.

use crate::common::Net;
use crate::common::solo::resp;

#[test]
fn first_full_sync_then_the_stream() {
    let mut net = Net::new(&[&[], &["replicaof 127.0.0.1 7000"]]);
    assert_eq!(net.cmd(0, "SET k0 v0"), "+OK\r\n");
    assert_eq!(net.info(0, "master_repl_offset"), "0", "nobody listens, so nothing is counted");
    net.wait_up(1);
    net.run_ms(1500);
    net.cmd(0, "SET a 1");
    net.cmd(0, "SET b hello");
    assert_eq!(net.cmd(0, "INCR a"), ":2\r\n");
    net.run_ms(1000);
    assert_eq!(net.cmd(1, "GET a"), "$1\r\n2\r\n");
    assert_eq!(net.cmd(1, "GET k0"), "$2\r\nv0\r\n");
    assert_eq!(net.info(1, "slave_repl_offset"), "102");
    assert!(net.info(0, "slave0").contains("state=online,offset=102"));
    let (up, down) = net.link(1, 0);
    let handshake = [
        resp(&["PING"]),
        resp(&["REPLCONF", "listening-port", "7001"]),
        resp(&["REPLCONF", "capa", "eof", "capa", "psync2"]),
        resp(&["PSYNC", "?", "-1"]),
        resp(&["REPLCONF", "ACK", "0"]),
    ]
    .concat();
    assert!(up.starts_with(&handshake), "{up}");
    let id = net.info(0, "master_replid");
    assert!(down.starts_with(&format!("+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC {id} 0\r\n$")), "{down}");
    let stream =
        [resp(&["SELECT", "0"]), resp(&["SET", "a", "1"]), resp(&["SET", "b", "hello"]), resp(&["INCR", "a"])].concat();
    assert!(down.ends_with(&stream), "{down}");
}

#[test]
fn a_lost_link_resumes_at_its_offset() {
    let mut net = Net::new(&[&["repl-ping-replica-period 3600"], &["replicaof 127.0.0.1 7000"]]);
    net.cmd(0, "SET k0 v0");
    net.wait_up(1);
    net.cmd(0, "SET a 1");
    net.run_ms(1500);
    net.refuse[0] = true;
    net.cut(0, 1);
    assert_eq!(net.info(1, "master_link_status"), "down");
    net.cmd(0, "SET a 2");
    net.cmd(0, "SET c 3");
    net.run_ms(2000);
    net.refuse[0] = false;
    net.wait_up(1);
    net.run_ms(100);
    let id = net.info(0, "master_replid");
    let (up, down) = net.link(1, 0);
    assert!(up.contains(&resp(&["PSYNC", &id, "51"])), "{up}");
    assert!(
        down.ends_with(&format!("+CONTINUE {id}\r\n{}{}", resp(&["SET", "a", "2"]), resp(&["SET", "c", "3"]))),
        "{down}"
    );
    assert_eq!(net.info(0, "sync_partial_ok"), "1");
    assert_eq!(net.info(1, "slave_repl_offset"), "104");
}

#[test]
fn a_backlog_overrun_causes_a_full_resync() {
    let lines: &[&str] = &["repl-ping-replica-period 3600", "repl-backlog-size 16kb"];
    let mut net = Net::new(&[lines, &["replicaof 127.0.0.1 7000"]]);
    net.cmd(0, "SET k0 v0");
    net.wait_up(1);
    net.cmd(0, "SET a 1");
    net.run_ms(1500);
    net.refuse[0] = true;
    net.cut(0, 1);
    let big = "x".repeat(1000);
    for _ in 0..30 {
        net.cmd(0, &format!("SET big {big}"));
    }
    assert_eq!(net.info(0, "master_repl_offset"), "30980");
    assert_eq!(net.info(0, "repl_backlog_first_byte_offset"), "14597");
    let id = net.info(0, "master_replid");
    net.refuse[0] = false;
    net.wait_up(1);
    net.run_ms(1500);
    let (up, down) = net.link(1, 0);
    assert!(up.contains(&resp(&["PSYNC", &id, "51"])), "{up}");
    assert!(up.contains("\r\n\n*3"), "a replica with data sends one newline while it empties it: {up}");
    assert!(down.contains(&format!("+FULLRESYNC {id} 30980\r\n$")), "{down}");
    assert_eq!(net.info(0, "sync_partial_err"), "1");
    assert_eq!(net.info(0, "sync_full"), "2");
    assert_eq!(net.cmd(1, "GET big").len(), 1000 + 9);
}

#[test]
fn after_promotion_siblings_and_the_old_master_resync_partially() {
    let cf = "repl-ping-replica-period 3600";
    let mut net = Net::new(&[&[cf], &[cf, "replicaof 127.0.0.1 7000"], &[cf, "replicaof 127.0.0.1 7000"]]);
    net.cmd(0, "SET k0 v0");
    net.wait_up(1);
    net.wait_up(2);
    net.cmd(0, "SET a 1");
    net.cmd(0, "SET b 2");
    net.run_ms(1200);
    let old = net.info(0, "master_replid");
    assert_eq!(net.cmd(1, "REPLICAOF NO ONE"), "+OK\r\n");
    assert_eq!(net.info(1, "master_replid2"), old);
    assert_eq!(net.info(1, "second_repl_offset"), "78");
    net.cmd(2, "REPLICAOF 127.0.0.1 7001");
    net.cmd(0, "REPLICAOF 127.0.0.1 7001");
    net.wait_up(0);
    net.wait_up(2);
    let new = net.info(1, "master_replid");
    for i in [0, 2] {
        let (up, down) = net.link(i, 1);
        assert!(up.contains(&resp(&["PSYNC", &old, "78"])), "{up}");
        assert!(down.ends_with(&format!("+CONTINUE {new}\r\n")), "{down}");
        assert_eq!((net.info(i, "master_replid"), net.info(i, "master_replid2")), (new.clone(), old.clone()));
    }
    net.cmd(1, "SET fromB 1");
    net.run_ms(100);
    for i in [0, 2] {
        assert_eq!(net.info(i, "slave_repl_offset"), "131", "SELECT comes again: 77 + 23 + 31");
        assert_eq!(net.cmd(i, "GET fromB"), "$1\r\n1\r\n");
    }
}

#[test]
fn a_chain_has_the_same_bytes_and_a_full_resync_disconnects_sub_replicas() {
    let cf = "repl-ping-replica-period 3600";
    let mut net = Net::new(&[
        &[cf, "repl-backlog-size 16kb"],
        &[cf, "replicaof 127.0.0.1 7000"],
        &[cf, "replicaof 127.0.0.1 7001"],
    ]);
    net.cmd(0, "SET k0 v0");
    net.wait_up(1);
    net.wait_up(2);
    net.cmd(0, "SET a 1");
    net.run_ms(1200);
    assert_eq!(net.info(2, "slave_repl_offset"), net.info(0, "master_repl_offset"));
    net.refuse[0] = true;
    net.cut(0, 1);
    assert_eq!(net.info(2, "master_link_status"), "up", "a broken link above does not break those below");
    let big = "x".repeat(1000);
    for _ in 0..30 {
        net.cmd(0, &format!("SET big {big}"));
    }
    net.save_us = 3_200_000;
    net.refuse[0] = false;
    net.run_ms(1100);
    assert_eq!(net.info(1, "master_sync_in_progress"), "1");
    assert_eq!(net.info(1, "slave_repl_offset"), "1", "no link and no cached master: Redis says 1");
    assert_eq!(net.info(2, "master_link_status"), "down");
    net.run_ms(1000);
    assert!(net.link(2, 1).1.ends_with("-NOMASTERLINK Can't SYNC while not connected with my master\r\n"));
    net.save_us = 20_000;
    net.wait_up(1);
    net.wait_up(2);
    net.cmd(0, "SET z 9");
    net.run_ms(1200);
    assert_eq!(net.info(2, "slave_repl_offset"), net.info(0, "master_repl_offset"));
    assert_eq!(net.info(2, "master_replid"), net.info(0, "master_replid"));
    assert_eq!(net.cmd(2, "GET z"), "$1\r\n9\r\n");
}

#[test]
fn a_restarted_replica_asks_for_what_it_missed() {
    let cf = "repl-ping-replica-period 3600";
    let lines: &[&str] = &[cf, "replicaof 127.0.0.1 7000"];
    let mut net = Net::new(&[&[cf], lines]);
    net.wait_up(1);
    net.cmd(0, "SELECT 2");
    net.cmd(0, "SET a 1");
    net.run_ms(1200);
    net.cmd(1, "SHUTDOWN SAVE");
    let dump = net.files[&(1, "dump.rdb".to_owned())].clone();
    net.cmd(0, "SET b 2");
    net.run_ms(500);
    net.start(1, lines, Some(&dump));
    net.wait_up(1);
    let (up, down) = net.link(1, 0);
    assert!(up.contains(&resp(&["PSYNC", &net.info(0, "master_replid"), "51"])), "{up}");
    assert!(down.ends_with(&resp(&["SET", "b", "2"])), "no SELECT: the stream goes on in database 2: {down}");
    net.cmd(1, "SELECT 2");
    assert_eq!(net.cmd(1, "GET b"), "$1\r\n2\r\n");
}

#[test]
fn wrong_passwords_and_missing_ones() {
    let mut net = Net::new(&[&["requirepass s3cret"], &["replicaof 127.0.0.1 7000"]]);
    net.run_ms(2500);
    let (up, down) = net.link(1, 0);
    assert!(down.starts_with("-NOAUTH Authentication required.\r\n"), "PING is refused and tolerated: {down}");
    assert!(up.ends_with("SYNC\r\n"), "PSYNC is refused, SYNC is tried: {up}");
    net.cmd(1, "CONFIG SET masterauth wrong");
    net.run_ms(2500);
    assert!(net.link(1, 0).1.ends_with("-ERR invalid password\r\n"));
    net.cmd(1, "CONFIG SET masterauth s3cret");
    net.wait_up(1);
}
