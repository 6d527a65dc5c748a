//! The engine in the simulated world against recordings of a real Redis 5.0.14: byte for byte, per connection and
//! direction.

use psyncscope_tests::golden::compare::differences;
use psyncscope_tests::golden::scenarios;
use psyncscope_tests::golden::transcript::{StreamKey, Transcript};

const SEED: u64 = 5014;

#[track_caller]
fn check(jsonl: &str, scenario: fn(u64) -> Transcript) {
    check_but(jsonl, scenario, |_| {});
}

/// As [`check`], after `mask` has removed from both what may differ.
#[track_caller]
fn check_but(jsonl: &str, scenario: fn(u64) -> Transcript, mask: impl Fn(&mut Transcript)) {
    let mut golden = Transcript::parse(jsonl).expect("a recording");
    let mut candidate = scenario(SEED);
    mask(&mut golden);
    mask(&mut candidate);
    let streams = golden.streams().count();
    let found = differences(&golden, &candidate);
    assert!(found.is_empty(), "seed {SEED}: of {streams} streams differ\n{}", found.join("\n"));
}

#[test]
fn a_first_full_sync() {
    check(include_str!("../golden/a_first_full_sync.jsonl"), scenarios::a_first_full_sync);
}

#[test]
fn b_partial_resync() {
    check(include_str!("../golden/b_partial_resync.jsonl"), scenarios::b_partial_resync);
}

#[test]
fn c_backlog_overrun() {
    check(include_str!("../golden/c_backlog_overrun.jsonl"), scenarios::c_backlog_overrun);
}

#[test]
fn d_failover_psync2() {
    check(include_str!("../golden/d_failover_psync2.jsonl"), scenarios::d_failover_psync2);
}

#[test]
fn f_chained_upstream_full() {
    check(include_str!("../golden/f_chained_upstream_full.jsonl"), scenarios::f_chained_upstream_full);
}

#[test]
fn h_diskless_eof() {
    check(include_str!("../golden/h_diskless_eof.jsonl"), scenarios::h_diskless_eof);
}

#[test]
fn i_masterauth() {
    check(include_str!("../golden/i_masterauth.jsonl"), scenarios::i_masterauth);
}

#[test]
fn l_old_sync() {
    check(include_str!("../golden/l_old_sync.jsonl"), scenarios::l_old_sync);
}

#[test]
fn o_restart_partial() {
    check(include_str!("../golden/o_restart_partial.jsonl"), scenarios::o_restart_partial);
}

#[test]
fn t_timeouts() {
    check(include_str!("../golden/t_timeouts.jsonl"), scenarios::t_timeouts);
}

#[test]
fn v_obuf_limit() {
    check(include_str!("../golden/v_obuf_limit.jsonl"), scenarios::v_obuf_limit);
}

#[test]
fn aa_announce_writable() {
    check(include_str!("../golden/aa_announce_writable.jsonl"), scenarios::aa_announce_writable);
}

#[test]
fn j_wait_getack() {
    check_but(include_str!("../golden/j_wait_getack.jsonl"), scenarios::j_wait_getack, |transcript| {
        // The first wait for one replica ends when the first acknowledges: where both do so in one turn of the event
        // loop, as happened in the recording, both are counted.
        let key = StreamKey { dir: "A->client".into(), link: String::new(), conn: String::new() };
        transcript.alter(&key, |bytes| {
            let count = b"+OK\r\n:2\r\n+OK\r\n:".len();
            assert!(matches!(bytes[count], b'1' | b'2'));
            bytes[count] = b'?';
        });
    });
}

#[test]
fn u_fake_master() {
    check(include_str!("../golden/u_fake_master.jsonl"), scenarios::u_fake_master);
}

#[test]
fn p_min_replicas() {
    check(include_str!("../golden/p_min_replicas.jsonl"), scenarios::p_min_replicas);
}

#[test]
fn m_info_role_phases() {
    check_but(include_str!("../golden/m_info_role_phases.jsonl"), scenarios::m_info_role_phases, |transcript| {
        let key = |dir: &str| StreamKey { dir: dir.into(), link: String::new(), conn: String::new() };
        // The recording's dataset was ten times as large.
        transcript.alter(&key("client->A"), |bytes| replace(bytes, b"$7\r\n1500000\r\n", b"$6\r\n150000\r\n"));
    });
}

fn replace(bytes: &mut Vec<u8>, from: &[u8], to: &[u8]) {
    if let Some(at) = bytes.windows(from.len()).position(|window| window == from) {
        bytes.splice(at..at + from.len(), to.iter().copied());
    }
}

#[test]
fn g2_evalsha_promotion() {
    check(include_str!("../golden/g2_evalsha_promotion.jsonl"), scenarios::g2_evalsha_promotion);
}

#[test]
fn z_busy_script() {
    check(include_str!("../golden/z_busy_script.jsonl"), scenarios::z_busy_script);
}

#[test]
fn g_propagation() {
    check_but(include_str!("../golden/g_propagation.jsonl"), scenarios::g_propagation, |transcript| {
        let of_client = |dir: &str| StreamKey { dir: dir.into(), link: String::new(), conn: String::new() };
        let stream = StreamKey { dir: "master->replica".into(), link: "B>A".into(), conn: "1".into() };
        // Not all commands are here: what the recording has of its COMMAND COUNT goes, with its reply.
        transcript.alter(&of_client("client->A"), |bytes| {
            while let Some(at) = find(bytes, b"*2\r\n$7\r\nCOMMAND") {
                bytes.drain(at..at + "*2\r\n$7\r\nCOMMAND\r\n$5\r\nCOUNT\r\n".len());
            }
        });
        transcript.alter(&of_client("A->client"), |bytes| {
            while let Some(at) = find(bytes, b":200\r\n") {
                bytes.drain(at..at + 6);
            }
            // The IDs of entries are times.
            blank(bytes, b"$15\r\n", 13);
            // Which members SPOP takes is random; all have one letter.
            blank(bytes, b"$1\r\n", 1);
        });
        transcript.alter(&stream, |bytes| {
            blank(bytes, b"SREM\r\n$4\r\nset2\r\n$1\r\n", 1);
            blank(bytes, b"SREM\r\n$4\r\nset3\r\n$1\r\n", 1);
            blank(bytes, b"$15\r\n", 13);
        });
    });
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// Blanks so many bytes after each `start`.
fn blank(bytes: &mut [u8], start: &[u8], len: usize) {
    for at in 0..bytes.len().saturating_sub(start.len() + len) {
        if bytes[at..].starts_with(start) {
            bytes[at + start.len()..][..len].fill(b'?');
        }
    }
}

/// The comparison finds differences.
#[test]
fn a_changed_byte_is_a_difference() {
    let golden = Transcript::parse(include_str!("../golden/b_partial_resync.jsonl")).expect("a recording");
    assert!(differences(&golden, &golden).is_empty(), "a recording is equal to itself");
    for (key, bytes) in golden.streams() {
        let missing = without(&golden, key);
        assert!(!differences(&golden, &missing).is_empty(), "{key:?} is missing");
        // The first byte that is not masked: a letter of the first message.
        let at = bytes.iter().position(u8::is_ascii_uppercase).expect("a word");
        let mut changed = without(&golden, key);
        let mut wrong = bytes.to_vec();
        wrong[at] ^= 1;
        changed.push(key.clone(), &wrong);
        assert!(!differences(&golden, &changed).is_empty(), "{key:?}: a changed byte is found");
    }
}

fn without(transcript: &Transcript, key: &StreamKey) -> Transcript {
    let mut out = Transcript::default();
    for (other, bytes) in transcript.streams().filter(|(other, _)| *other != key) {
        out.push(other.clone(), bytes);
    }
    out
}
