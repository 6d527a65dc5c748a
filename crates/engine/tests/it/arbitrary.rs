//! Whatever a peer sends, the node replies or closes the connection; it never panics.

use psyncscope_engine::io::CloseReason;
use psyncscope_engine::{ConnId, Input};
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::common::solo::{Solo, rdb, resp};

const SEEDS: u64 = 300;

/// Bytes that are mostly valid protocol: complete commands, malformed ones, and random bytes.
fn bytes(rng: &mut Xoshiro256PlusPlus) -> Vec<u8> {
    const WORDS: [&str; 34] = [
        "SET",
        "GET",
        "PSYNC",
        "SYNC",
        "REPLCONF",
        "ACK",
        "GETACK",
        "capa",
        "eof",
        "psync2",
        "listening-port",
        "?",
        "-1",
        "0",
        "9223372036854775807",
        "-9223372036854775808",
        "SELECT",
        "15",
        "16",
        "PING",
        "REPLICAOF",
        "NO",
        "ONE",
        "127.0.0.1",
        "EXPIRE",
        "k",
        "FLUSHALL",
        "CONFIG",
        "SHUTDOWN",
        "CLIENT",
        "KILL",
        "BGSAVE",
        "COMMAND",
        "INFO",
    ];
    let mut out = Vec::new();
    for _ in 0..1 + rng.next_u32() % 4 {
        match rng.next_u32() % 6 {
            0 => out.extend((0..rng.next_u32() % 40).map(|_| rng.next_u32() as u8)),
            1 => out.extend_from_slice(b"\r\n\n*-1\r\n*0\r\n"),
            2 => {
                let words: Vec<&str> = (0..1 + rng.next_u32() % 4).map(|_| pick(rng, &WORDS)).collect();
                out.extend_from_slice(words.join(" ").as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            _ => {
                let words: Vec<&str> = (0..1 + rng.next_u32() % 5).map(|_| pick(rng, &WORDS)).collect();
                // No SHUTDOWN: it would end the test early.
                let words = if words[0] == "SHUTDOWN" { vec!["PING"] } else { words };
                out.extend_from_slice(resp(&words).as_bytes());
            }
        }
    }
    if rng.next_u32().is_multiple_of(4) && !out.is_empty() {
        let at = rng.next_u32() as usize % out.len();
        out[at] ^= 1 << (rng.next_u32() % 8);
    }
    out
}

fn pick<'a>(rng: &mut Xoshiro256PlusPlus, words: &[&'a str]) -> &'a str {
    words[rng.next_u32() as usize % words.len()]
}

#[test]
fn clients_and_replicas_may_send_anything() {
    for seed in 0..SEEDS {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut solo = Solo::new(&[]);
        for _ in 0..30 {
            let conn = solo.accept();
            for _ in 0..4 {
                solo.say(conn, &bytes(&mut rng));
                solo.run_ms(u64::from(rng.next_u32() % 300));
            }
            if rng.next_u32().is_multiple_of(2) {
                solo.drop_link(conn);
            }
            solo.outputs.clear();
        }
        assert!(solo.cmd("PING").contains("PONG") || solo.node.next_timeout().is_none(), "seed {seed}");
    }
}

#[test]
fn masters_may_send_anything_in_any_handshake_state() {
    const LINES: [&str; 9] = [
        "+PONG\r\n",
        "+OK\r\n",
        "+CONTINUE\r\n",
        "+CONTINUE 8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c\r\n",
        "+FULLRESYNC 8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c 12\r\n",
        "-NOMASTERLINK\r\n",
        "-ERR\r\n",
        "$EOF:0123456789012345678901234567890123456789\r\n",
        "\r\n",
    ];
    let file = rdb(&["SET k v"]);
    for seed in 0..SEEDS {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut solo = Solo::new(&["replicaof 10.0.0.1 6379"]);
        for _ in 0..20 {
            solo.run_ms(1000);
            let Some(conn) = newest_link(&solo) else { continue };
            solo.outputs.clear();
            solo.input(Input::Connected { conn, room: 1 << 16 });
            for _ in 0..8 {
                match rng.next_u32() % 5 {
                    0..=2 => solo.say(conn, pick(&mut rng, &LINES).as_bytes()),
                    3 => {
                        solo.say(conn, format!("${}\r\n", file.len()).as_bytes());
                        solo.say(conn, &file);
                    }
                    _ => solo.say(conn, &bytes(&mut rng)),
                }
            }
            solo.input(Input::Closed { conn, reason: CloseReason::Reset });
        }
    }
}

fn newest_link(solo: &Solo) -> Option<ConnId> {
    solo.outputs.iter().rev().find_map(|output| match output {
        psyncscope_engine::Output::Connect { conn, .. } => Some(*conn),
        _ => None,
    })
}

#[test]
fn inputs_of_unknown_connections_are_ignored() {
    let mut solo = Solo::new(&[]);
    let conn = ConnId(999);
    solo.input(Input::Received { conn, bytes: b"PING\r\n" });
    solo.input(Input::Connected { conn, room: 10 });
    solo.input(Input::ConnectFailed { conn, error: "no" });
    solo.input(Input::Writable { conn, room: 10 });
    solo.input(Input::Closed { conn, reason: CloseReason::Eof });
    solo.input(Input::ChildDone { child: psyncscope_engine::ChildId(9), result: Err("gone".into()) });
    assert!(solo.outputs.is_empty());
}
