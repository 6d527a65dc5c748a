//! A process without Redis: it executes its console's commands over TCP and records its inputs.

use std::collections::{BTreeMap, VecDeque};

use psyncscope_engine::io::{CloseReason, DiskRequest};
use psyncscope_engine::{ConnId, Input, Instant, Now, Outbox, Output, Peer};
use psyncscope_sim::frame::{HostId, SimTime, WireSettings};
use psyncscope_sim::{Process, World, WorldConfig};

pub const PORT: u16 = 7000;

/// The first connection that a talker opens.
pub const OPENED: ConnId = ConnId(ConnId::OUTBOUND);

/// One connection of a talker.
#[derive(Default)]
pub struct Talk {
    pub peer: Option<Peer>,
    pub connected_at: Option<u64>,
    pub received: Vec<u8>,
    /// When the latest bytes came.
    pub received_at: u64,
    pub closed: Option<(u64, CloseReason)>,
    pub failed: Option<(u64, String)>,
    pub writable_told: u32,
    room: usize,
    unsent: VecDeque<u8>,
}

/// The process. Console commands, one a line: `connect HOST PORT`, `send CONN COUNT` (bytes of [`pattern`]), `close
/// CONN`, `sleep US`, `exit`, `restart MS`, `tick US`, `file NAME TEXT`, `echo` (send back everything received from now
/// on).
pub struct Talker {
    pub talks: BTreeMap<ConnId, Talk>,
    pub seed: u64,
    pub dump: Option<Vec<u8>>,
    /// When each timer fired.
    pub ticks: Vec<u64>,
    /// Wall-clock time of the last turn.
    pub unix_us: i64,
    pub terminated: bool,
    console: Option<ConnId>,
    next: u32,
    tick_us: Option<u64>,
    next_tick: Option<u64>,
    echo: bool,
}

/// Bytes that show their position in the stream.
pub fn pattern(from: usize, count: usize) -> impl Iterator<Item = u8> {
    (from..from + count).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8)
}

impl Talker {
    fn command(&mut self, now: u64, line: &str, out: &mut Outbox) {
        let words: Vec<&str> = line.split(' ').collect();
        let conn = |word: &str| ConnId(word.parse().expect("a connection's number"));
        match words[..] {
            ["connect", host, port] => {
                let conn = ConnId(self.next);
                self.next += 1;
                self.talks.insert(conn, Talk::default());
                let port = port.parse().expect("a port");
                out.outputs.push(Output::Connect { conn, host: host.to_owned(), port });
            }
            ["send", number, count] => {
                let talk = self.talks.get_mut(&conn(number)).expect("a connection");
                talk.unsent.extend(pattern(0, count.parse().expect("a count")));
                talk.flush(conn(number), out);
            }
            ["close", number] => {
                self.talks.remove(&conn(number));
                out.outputs.push(Output::Close { conn: conn(number) });
            }
            ["sleep", us] => {
                let until = Instant(now + us.parse::<u64>().expect("microseconds"));
                out.outputs.push(Output::Sleep { until });
            }
            ["restart", ms] => {
                out.outputs.push(Output::Restart { after_ms: ms.parse().expect("milliseconds") });
            }
            ["exit"] => out.outputs.push(Output::Exit { status: 0 }),
            ["tick", us] => {
                let us = us.parse().expect("microseconds");
                self.tick_us = Some(us);
                self.next_tick = Some(now + us);
            }
            ["file", name, text] => {
                out.outputs
                    .push(Output::Disk(DiskRequest::Write { name: name.to_owned(), bytes: text.as_bytes().into() }));
            }
            ["echo"] => self.echo = true,
            _ => panic!("no such command: {line}"),
        }
    }
}

impl Talk {
    fn flush(&mut self, conn: ConnId, out: &mut Outbox) {
        let n = self.unsent.len().min(self.room);
        if n > 0 {
            self.room -= n;
            out.outputs.push(Output::Send { conn, bytes: self.unsent.drain(..n).collect() });
        }
    }
}

impl Process for Talker {
    type Config = u16;

    fn start(now: Now, _: u16, seed: u64, dump: Option<&[u8]>, _: &mut Outbox) -> Result<Self, String> {
        if dump == Some(b"damaged") {
            return Err("Wrong signature trying to load DB from file".to_owned());
        }
        Ok(Self {
            talks: BTreeMap::new(),
            seed,
            dump: dump.map(<[u8]>::to_vec),
            ticks: Vec::new(),
            unix_us: now.unix_us,
            terminated: false,
            console: None,
            next: ConnId::OUTBOUND,
            tick_us: None,
            next_tick: None,
            echo: false,
        })
    }

    fn handle(&mut self, now: Now, input: Input<'_>, out: &mut Outbox) {
        self.unix_us = now.unix_us;
        let now = now.mono.0;
        match input {
            Input::Accepted { conn, peer, room } if room >= 1 << 30 => {
                assert_eq!(peer.ip, "127.0.0.1");
                self.console = Some(conn);
            }
            Input::Received { conn, bytes } if self.console == Some(conn) => {
                let text = std::str::from_utf8(bytes).expect("commands are text");
                text.lines().for_each(|line| self.command(now, line, out));
                out.outputs.push(Output::Send { conn, bytes: b"ok\n".to_vec() });
            }
            Input::Closed { conn, .. } if self.console == Some(conn) => self.console = None,
            Input::Accepted { conn, peer, room } => {
                let talk = Talk { peer: Some(peer), connected_at: Some(now), room, ..Talk::default() };
                self.talks.insert(conn, talk);
            }
            Input::Connected { conn, room } => {
                let talk = self.talks.get_mut(&conn).expect("it was asked for");
                talk.room = room;
                talk.connected_at = Some(now);
                talk.flush(conn, out);
            }
            Input::ConnectFailed { conn, error } => {
                self.talks.get_mut(&conn).expect("it was asked for").failed = Some((now, error.to_owned()));
            }
            Input::Received { conn, bytes } => {
                let talk = self.talks.get_mut(&conn).expect("it is open");
                assert!(talk.closed.is_none() && !bytes.is_empty() && bytes.len() <= 16384);
                talk.received.extend_from_slice(bytes);
                talk.received_at = now;
                if self.echo {
                    talk.unsent.extend(bytes);
                    talk.flush(conn, out);
                }
            }
            Input::Writable { conn, room } => {
                let talk = self.talks.get_mut(&conn).expect("it is open");
                talk.writable_told += 1;
                talk.room = room;
                talk.flush(conn, out);
            }
            Input::Closed { conn, reason } => {
                self.talks.get_mut(&conn).expect("it is open").closed = Some((now, reason));
            }
            Input::Timer => {
                self.ticks.push(now);
                self.next_tick = self.tick_us.map(|us| now + us);
            }
            Input::ChildDone { .. } | Input::ChildStreamed { .. } | Input::LoadStep | Input::Disk(_) => {}
            Input::Terminate => {
                self.terminated = true;
                out.outputs.push(Output::Exit { status: 0 });
            }
        }
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.next_tick.map(Instant)
    }

    fn wants_write(&self, conn: ConnId) -> bool {
        self.talks.get(&conn).is_some_and(|talk| talk.connected_at.is_some() && !talk.unsent.is_empty())
    }

    fn writers(&self) -> impl Iterator<Item = ConnId> {
        self.talks.keys().copied().filter(|&conn| self.wants_write(conn))
    }

    fn port(config: &u16) -> u16 {
        *config
    }

    fn dump_name(_: &u16) -> &str {
        "dump"
    }
}

/// Two talkers, `a` and `b`, and the words to describe what they do.
pub struct Pair {
    pub world: World<Talker>,
    pub a: HostId,
    pub b: HostId,
}

pub fn pair(config: WorldConfig) -> Pair {
    println!("seed {}", config.seed);
    let mut world = World::of_processes(config);
    let a = world.add_host("a", PORT).expect("a new name");
    let b = world.add_host("b", PORT).expect("a new name");
    Pair { world, a, b }
}

pub fn wire(wire: WireSettings) -> WorldConfig {
    WorldConfig { wire, ..WorldConfig::default() }
}

impl Pair {
    /// Tells a process to do something.
    #[track_caller]
    pub fn tell(&mut self, host: HostId, command: &str) {
        let sent = self.world.console_send_raw(host, 0, command.as_bytes());
        sent.expect("a process lives there");
    }

    /// Opens a connection from `b` to `a` and waits until it is up at both ends. `a` calls it 2, as its console came
    /// first, if it was used.
    #[track_caller]
    pub fn connect(&mut self) -> (ConnId, ConnId) {
        self.tell(self.b, "connect a 7000");
        self.world.run_for(20_000_000);
        let opener = *self.talker(self.b).talks.last_key_value().expect("one was asked for").0;
        assert!(self.talk(self.b, opener).connected_at.is_some(), "the connection is up");
        let acceptor = *self.talker(self.a).talks.last_key_value().expect("it was accepted").0;
        (opener, acceptor)
    }

    #[track_caller]
    pub fn talker(&self, host: HostId) -> &Talker {
        self.world.process(host).expect("its process lives")
    }

    #[track_caller]
    pub fn talk(&self, host: HostId, conn: ConnId) -> &Talk {
        &self.talker(host).talks[&conn]
    }

    pub fn at(&self) -> u64 {
        self.world.now().0
    }

    /// Runs up to a point in time.
    pub fn until(&mut self, us: u64) {
        self.world.run_until(SimTime(us));
    }
}
