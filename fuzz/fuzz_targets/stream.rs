//! A node and peers that say anything: clients and replicas of a master, the master of a replica.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psyncscope_engine::ConnId;
use psyncscope_engine::config::Limits;
use psyncscope_fuzz::{Driver, crc64};

const ID: &str = "8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c";

// The first byte selects the scenario. The remaining bytes are steps: a byte that selects the step, and for those that
// send something a length byte and so many bytes (the last step takes the remaining ones).
fuzz_target!(|data: &[u8]| {
    let Some((&scenario, steps)) = data.split_first() else { return };
    match scenario % 3 {
        0 => master(steps),
        1 => handshake(steps),
        _ => {
            // Seeds of a Redis 5 master have the high bit clear.
            let rdb_version_max = if scenario & 0x80 == 0 { 9 } else { 12 };
            replica(Limits { rdb_version_max, ..Limits::default() }, steps);
        }
    }
});

/// The next bytes of a step.
fn words<'a>(steps: &mut &'a [u8]) -> &'a [u8] {
    let Some((&len, rest)) = steps.split_first() else { return &[] };
    let (words, rest) = rest.split_at(usize::from(len).min(rest.len()));
    *steps = rest;
    words
}

/// Four connections, one of them a replica's, one that gives its commands as words on a line; and the server to which
/// MIGRATE connects.
fn master(mut steps: &[u8]) {
    let mut driver = Driver::new(&[("save", &[""]), ("databases", &["4"])]);
    let mut conns: Vec<ConnId> = (0..4).map(|_| driver.accept()).collect();
    driver.say(conns[0], b"PSYNC ? -1\r\n");
    driver.run_ms(1500);
    driver.say(conns[0], b"REPLCONF ACK 0\r\n");
    while let Some((&which, rest)) = steps.split_first() {
        steps = rest;
        let at = usize::from(which & 3);
        match which >> 2 {
            0 => driver.run_ms(50),
            1 => driver.run_ms(3000),
            2 => {
                driver.close(conns[at]);
                conns[at] = driver.accept();
            }
            3 => {
                driver.say(conns[at], words(&mut steps));
                driver.say(conns[at], b"\r\n");
            }
            4 => driver.connect(),
            5 => {
                let reply = words(&mut steps);
                driver.link.into_iter().for_each(|link| driver.say(link, reply));
            }
            6 => driver.link.into_iter().for_each(|link| driver.close(link)),
            _ => driver.say(conns[at], words(&mut steps)),
        }
    }
    driver.run_ms(200);
}

/// A node that has only begun to connect to its master.
fn handshake(mut steps: &[u8]) {
    let mut driver = Driver::new(&[("save", &[""]), ("replicaof", &["10.0.0.1", "6379"])]);
    driver.run_ms(1100);
    driver.connect();
    while let Some((&which, rest)) = steps.split_first() {
        steps = rest;
        let Some(link) = driver.link else { return };
        match which % 12 {
            0 => driver.run_ms(100),
            1 => driver.run_ms(6000),
            2 => driver.close(link),
            3 => driver.connect(),
            4 => driver.say(link, b"+PONG\r\n"),
            5 => driver.say(link, b"+OK\r\n"),
            6 => driver.say(link, format!("+FULLRESYNC {ID} 12\r\n").as_bytes()),
            7 => driver.say(link, b"+CONTINUE\r\n"),
            8 => driver.say(link, &file(words(&mut steps))),
            9 => driver.say(link, format!("$EOF:{ID}\r\n").as_bytes()),
            10 => driver.say(link, ID.as_bytes()),
            _ => driver.say(link, words(&mut steps)),
        }
    }
    driver.run_ms(200);
}

/// A file with this body, as a master sends it.
fn file(body: &[u8]) -> Vec<u8> {
    let mut file = [b"REDIS0009", body, b"\xff"].concat();
    let checksum = crc64(&file);
    file.extend_from_slice(&checksum.to_le_bytes());
    [format!("${}\r\n", file.len()).as_bytes(), &file].concat()
}

/// A replica, whose master may be of a later version, after its full resync; its master, a client and a
/// sub-replica send bytes.
fn replica(limits: Limits, mut steps: &[u8]) {
    let mut driver = Driver::within(limits, &[("save", &[""]), ("replicaof", &["10.0.0.1", "6379"])]);
    driver.run_ms(1100);
    driver.connect();
    let Some(link) = driver.link else { return };
    for line in ["+PONG\r\n", "+OK\r\n", "+OK\r\n"] {
        driver.say(link, line.as_bytes());
    }
    driver.say(link, format!("+FULLRESYNC {ID} 12\r\n").as_bytes());
    driver.say(link, &file(b""));
    let conns = [link, driver.accept(), driver.accept()];
    driver.say(conns[1], b"PSYNC ? -1\r\n");
    driver.run_ms(300);
    let offset = driver.node.view(None).master_repl_offset;
    assert_eq!(offset.0, 12, "the full resync is done");
    while let Some((&which, rest)) = steps.split_first() {
        steps = rest;
        let at = usize::from(which % 3);
        match which / 3 {
            0 => driver.run_ms(100),
            1 => driver.run_ms(3000),
            _ => driver.say(conns[at], words(&mut steps)),
        }
    }
    driver.run_ms(200);
}
