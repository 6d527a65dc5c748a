//! How commands on data are propagated: unchanged, rewritten, or not at all.

use crate::common::solo::Solo;

/// Runs the lines on a master and compares what its replica gets for the last of them.
#[track_caller]
fn check(lines: &[&str], stream: &[&str]) {
    let mut solo = Solo::new(&[]);
    solo.run_ms(2);
    let replica = solo.attach_replica();
    solo.cmd("SET first 1");
    let (last, before) = lines.split_last().expect("a line");
    for line in before {
        assert!(!solo.cmd(line).starts_with('-'), "{line}");
    }
    solo.stream(replica);
    assert!(!solo.cmd(last).starts_with('-'), "{last}");
    assert_eq!(solo.stream(replica), stream, "{lines:?}");
}

#[test]
fn random_results_are_propagated_as_their_effects() {
    check(&["SADD s x", "SPOP s"], &["SREM s x"]);
    check(&["SADD s a b", "SPOP s 5"], &["DEL s"]);
    check(&["SADD s a", "SPOP s 0"], &[]);
    check(&["SPOP s"], &[]);
    check(&["SADD s a", "SRANDMEMBER s"], &[]);
    let mut solo = Solo::new(&[]);
    solo.run_ms(2);
    let replica = solo.attach_replica();
    solo.cmd("SADD s a b c d");
    solo.stream(replica);
    let reply = solo.cmd("SPOP s 3");
    let removals: Vec<_> = reply
        .split("\r\n")
        .filter(|word| ["a", "b", "c", "d"].contains(word))
        .map(|word| format!("SREM s {word}"))
        .collect();
    assert_eq!(removals.len(), 3);
    assert_eq!(solo.stream(replica), removals);
}

#[test]
fn float_increments_are_propagated_as_their_results() {
    check(&["SET f 10.5", "INCRBYFLOAT f 0.1"], &["SET f 10.6"]);
    check(&["hincrbyfloat h f 0.1"], &["HSET h f 0.1"]);
    check(&["HINCRBY h f 2"], &["HINCRBY h f 2"]);
}

#[test]
fn commands_without_changes_are_not_propagated() {
    for lines in [
        ["SADD s a", "SADD s a"],
        ["SADD s a", "SREM s b"],
        ["SADD s a", "SMOVE s s a"],
        ["HSET h f 1", "HSETNX h f 2"],
        ["HSET h f 1", "HDEL h g"],
        ["RPUSH l a", "LREM l 0 b"],
        ["RPUSH l a", "LINSERT l BEFORE b c"],
        ["RPUSH l a", "LPUSHX m b"],
        ["RPUSH l a", "SORT l ALPHA"],
        ["PFADD p a", "PFADD p a"],
        ["SET k a", "BITFIELD k GET u8 0"],
    ] {
        check(&lines, &[]);
    }
    for lines in [
        ["RPUSH l a", "LTRIM l 0 -1"],
        ["SADD s a", "SUNIONSTORE d none"],
        ["SET k a", "BITOP AND d none"],
        ["HSET h f 1", "HSET h f 1"],
        ["SET k a", "SETBIT k 1 1"],
        ["RPUSH l a", "SORT l ALPHA STORE d"],
    ] {
        check(&lines, &lines[1..]);
    }
}

#[test]
fn a_recomputed_estimate_is_propagated() {
    check(&["PFADD p a", "PFCOUNT p"], &["PFCOUNT p"]);
    check(&["PFADD p a", "PFCOUNT p", "PFCOUNT p"], &[]);
    check(&["PFADD p a", "PFCOUNT p q"], &[]);
}
