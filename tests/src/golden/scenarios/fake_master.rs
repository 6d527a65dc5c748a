//! A replica whose master says whatever it likes.

use psyncscope_resp::encode_command;

use super::{HostId, Testbed, Transcript};

const REPLID: &str = "1234567890abcdef1234567890abcdef12345678";
const OTHER_REPLID: &str = "fedcba0987654321fedcba0987654321fedcba09";
const MARK: &str = "0123456789abcdef0123456789abcdef01234567";
const OK: &[u8] = b"+OK\r\n";

/// The recorder's scripted master.
struct Master {
    host: HostId,
    /// Connections it has taken.
    taken: usize,
    /// Bytes of the newest that it has looked at.
    read: usize,
}

impl Master {
    /// Takes the next connection.
    #[track_caller]
    fn accept(&mut self, s: &mut Testbed) {
        let (host, taken) = (self.host, self.taken);
        s.wait(|s| s.peer_of(host).accepted() > taken);
        self.taken += 1;
        self.read = 0;
    }

    /// Waits for this from the replica, for the end of the connection, or for so long.
    fn read_until(&mut self, s: &mut Testbed, part: &[u8], ms: u64) {
        for _ in 0..ms {
            let (received, is_over) = s.peer_of(self.host).received(self.taken - 1);
            let (found, len) = (received[self.read..].windows(part.len()).any(|window| window == part), received.len());
            if found || is_over {
                self.read = len;
                return;
            }
            s.sleep_ms(1);
        }
        self.read = s.peer_of(self.host).received(self.taken - 1).0.len();
    }

    fn idle(&mut self, s: &mut Testbed, ms: u64) {
        self.read_until(s, b"\0never", ms);
    }

    fn send(&self, s: &mut Testbed, bytes: &[u8]) {
        s.command_peer(self.host, &[b"s", bytes].concat());
    }

    fn say(&self, s: &mut Testbed, words: &[&str]) {
        self.send(s, &encode_command(words));
    }

    fn close(&self, s: &mut Testbed) {
        s.command_peer(self.host, b"c");
    }

    /// From the connection to the request for a resync.
    fn handshake(&mut self, s: &mut Testbed) {
        self.handshake_with(s, OK, OK);
    }

    fn handshake_with(&mut self, s: &mut Testbed, port: &[u8], capa: &[u8]) {
        self.accept(s);
        let requests: [(&[u8], &[u8]); 3] = [(b"PING\r\n", b"+PONG\r\n"), (b"17002\r\n", port), (b"psync2\r\n", capa)];
        for (request, answer) in requests {
            self.read_until(s, request, 5000);
            self.send(s, answer);
        }
        self.read_until(s, b"PSYNC\r\n", 5000);
    }
}

/// A file as a master without data saves it.
fn empty_rdb(s: &mut Testbed) -> Vec<u8> {
    let node = s.node("E", 17050, &[]);
    s.cmd_unlogged(node, &["SAVE"]);
    s.world.file(node, "dump.rdb").expect("SAVE writes it").to_vec()
}

fn with_size(rdb: &[u8]) -> Vec<u8> {
    [format!("${}\r\n", rdb.len()).as_bytes(), rdb].concat()
}

/// A replica whose master is a scripted peer.
#[must_use]
pub fn u_fake_master(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let rdb = empty_rdb(&mut s);
    let host = s.scripted_peer("B>F", "F", 17060);
    let mut f = Master { host, taken: 0, read: 0 };
    let b = s.node("B", 17002, &["repl-timeout 3", "replicaof 127.0.0.1 17060"]);
    answers_to_ping(&mut s, &mut f);
    full_sync(&mut s, &mut f, b, &rdb);
    half_a_command(&mut s, &mut f, b);
    half_a_transaction(&mut s, &mut f, b);
    try_later(&mut s, &mut f);
    only_sync(&mut s, &mut f, b, &rdb);
    malformed(&mut s, &mut f, b, &rdb);
    marks(&mut s, &mut f, b, &rdb);
    s.transcript()
}

/// (1) What the PING is not to be answered with, and one error that is tolerated.
fn answers_to_ping(s: &mut Testbed, f: &mut Master) {
    for answer in [
        &b"-LOADING Redis is loading the dataset in memory\r\n"[..],
        b"-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n",
        b"\r\n",
        b"-ERR operation not permitted\r\n",
    ] {
        f.accept(s);
        f.read_until(s, b"PING\r\n", 5000);
        f.send(s, answer);
        f.read_until(s, b"17002\r\n", 1000);
    }
    f.close(s);
}

/// (2) Newlines where they mean "wait", then a stream of commands in both forms.
fn full_sync(s: &mut Testbed, f: &mut Master, b: HostId, rdb: &[u8]) {
    f.handshake_with(s, b"-ERR unknown command\r\n", b"-ERR Unrecognized REPLCONF option: capa\r\n");
    f.send(s, b"\n");
    s.sleep_ms(100);
    f.send(s, format!("\n\r\n+FULLRESYNC {REPLID} 1000\r\n").as_bytes());
    s.sleep_ms(100);
    f.send(s, b"\n");
    s.sleep_ms(100);
    f.send(s, &with_size(rdb));
    f.say(s, &["PING"]);
    f.idle(s, 1200);
    f.send(s, b"PING\r\n");
    f.idle(s, 1100);
    f.send(s, b"\n");
    f.idle(s, 1100);
    f.send(s, &[encode_command(&["SELECT", "3"]), encode_command(&["SET", "a", "1"])].concat());
    f.say(s, &["REPLCONF", "GETACK", "*"]);
    f.idle(s, 500);
    f.send(s, &[encode_command(&["replconf", "getack", "*"]), encode_command(&["PING"])].concat());
    f.idle(s, 1200);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["ROLE"]);
}

/// (3) The connection ends within a command.
fn half_a_command(s: &mut Testbed, f: &mut Master, b: HostId) {
    let half = &encode_command(&["SET", "a", "3"])[..20];
    f.send(s, &[&encode_command(&["SET", "a", "2"])[..], half].concat());
    s.sleep_ms(200);
    s.cmd(b, &["INFO", "replication"]);
    f.close(s);
    s.sleep_ms(100);
    s.cmd(b, &["INFO", "replication"]);
    f.handshake(s);
    f.send(s, b"+CONTINUE\r\n");
    f.say(s, &["SET", "a", "3"]);
    f.idle(s, 1300);
    s.cmd(b, &["INFO", "replication"]);
}

/// (4) The connection ends within a transaction.
fn half_a_transaction(s: &mut Testbed, f: &mut Master, b: HostId) {
    let begun = [encode_command(&["MULTI"]), encode_command(&["SET", "m", "1"])].concat();
    f.send(s, &begun);
    f.idle(s, 1200);
    s.cmd(b, &["INFO", "replication"]);
    f.close(s);
    f.handshake(s);
    f.send(s, format!("+CONTINUE {OTHER_REPLID}\r\n").as_bytes());
    f.send(s, &begun);
    f.idle(s, 1200);
    f.say(s, &["EXEC"]);
    f.idle(s, 1200);
    s.cmd(b, &["INFO", "replication"]);
}

/// (5) Errors that pass.
fn try_later(s: &mut Testbed, f: &mut Master) {
    f.close(s);
    for answer in [
        &b"-NOMASTERLINK Can't SYNC while not connected with my master\r\n"[..],
        b"-LOADING Redis is loading the dataset in memory\r\n",
    ] {
        f.handshake(s);
        f.send(s, answer);
        f.idle(s, 500);
    }
    f.handshake(s);
    f.send(s, format!("+CONTINUE {OTHER_REPLID}\r\n").as_bytes());
    f.idle(s, 1200);
}

/// (6) A master that knows SYNC alone, and then not even that.
fn only_sync(s: &mut Testbed, f: &mut Master, b: HostId, rdb: &[u8]) {
    f.close(s);
    f.handshake(s);
    f.send(s, b"-ERR unknown command 'PSYNC'\r\n");
    f.read_until(s, b"SYNC\r\n", 5000);
    f.send(s, &with_size(rdb));
    s.sleep_ms(200);
    f.say(s, &["SET", "a", "9"]);
    f.idle(s, 2300);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["ROLE"]);
    f.say(s, &["REPLCONF", "GETACK", "*"]);
    f.idle(s, 400);
    f.close(s);
    f.handshake(s);
    f.send(s, b"-ERR nope\r\n");
    f.read_until(s, b"SYNC\r\n", 1000);
    f.send(s, b"-ERR no\r\n");
    f.idle(s, 500);
}

/// (7) An ID that is none.
fn malformed(s: &mut Testbed, f: &mut Master, b: HostId, rdb: &[u8]) {
    f.handshake(s);
    f.send(s, b"+FULLRESYNC shortid 5\r\n");
    f.send(s, &with_size(rdb));
    f.idle(s, 1300);
    s.cmd(b, &["INFO", "replication"]);
}

/// (8) An EOF mark in pieces, and (9) one with a command glued to it, which is never seen.
fn marks(s: &mut Testbed, f: &mut Master, b: HostId, rdb: &[u8]) {
    f.close(s);
    f.handshake(s);
    f.send(s, format!("+FULLRESYNC {REPLID} 5000\r\n").as_bytes());
    let header = format!("$EOF:{MARK}\r\n");
    for piece in [header.as_bytes(), rdb, MARK.as_bytes()].concat().chunks(7) {
        f.send(s, piece);
        s.sleep_ms(2);
    }
    f.idle(s, 1300);
    f.say(s, &["SET", "e", "1"]);
    f.idle(s, 1100);
    s.cmd(b, &["INFO", "replication"]);
    f.close(s);
    f.handshake(s);
    f.send(s, format!("+FULLRESYNC {OTHER_REPLID} 6000\r\n").as_bytes());
    s.sleep_ms(100);
    f.send(s, header.as_bytes());
    s.sleep_ms(100);
    f.send(s, &[rdb, MARK.as_bytes(), &encode_command(&["PING"])].concat());
    f.idle(s, 1500);
    s.cmd(b, &["INFO", "replication"]);
    f.idle(s, 4000);
}
