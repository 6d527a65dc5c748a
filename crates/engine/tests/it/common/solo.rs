//! One node with scripted peers.

use psyncscope_engine::config::Limits;
use psyncscope_engine::event::Event;
use psyncscope_engine::io::{CloseReason, DiskRequest};
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::{Config, ConnId, Input, Instant, Node, Now, Outbox, Output, Peer};

/// A node with all its outputs and events so far.
pub struct Solo {
    pub node: Node,
    pub now: Now,
    pub outputs: Vec<Output>,
    pub events: Vec<Event>,
    console: Option<ConnId>,
    next_conn: u32,
}

impl Solo {
    pub fn new(lines: &[&str]) -> Self {
        Self::start(lines, None).unwrap()
    }

    /// A node that loads this file at its start, or the message with which it exits.
    pub fn start(lines: &[&str], file: Option<&[u8]>) -> Result<Self, String> {
        Self::within(Limits::default(), lines, file)
    }

    pub fn within(limits: Limits, lines: &[&str], file: Option<&[u8]>) -> Result<Self, String> {
        let mut config = Config { port: 7001, limits, ..Config::default() };
        config.set_directive("save", &[""]).unwrap();
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            config.set_directive(words[0], &words[1..]).unwrap();
        }
        let now = Now { mono: Instant(0), unix_us: 1_800_000_000_000_000 };
        let mut out = Outbox::new();
        let node = Node::start(now, config, 7, file.map(Into::into), &mut out)?;
        Ok(Self { node, now, outputs: out.outputs, events: out.events, console: None, next_conn: 1 })
    }

    pub fn input(&mut self, input: Input<'_>) {
        let mut out = Outbox::new();
        self.node.handle(self.now, input, &mut out);
        self.outputs.extend(out.outputs);
        self.events.extend(out.events);
    }

    /// Runs the node's timers for this time.
    pub fn run_ms(&mut self, ms: u64) {
        let end = self.now.mono.plus_ms(ms);
        loop {
            let next = self.node.next_timeout().filter(|&at| at <= end);
            let at = next.unwrap_or(end).max(self.now.mono);
            self.now.unix_us += at.since_us(self.now.mono) as i64;
            self.now.mono = at;
            match next {
                Some(_) => self.input(Input::Timer),
                None => return,
            }
        }
    }

    /// The newest connection that the node requested.
    pub fn link(&self) -> ConnId {
        let mut connects = self.outputs.iter().filter_map(|output| match output {
            Output::Connect { conn, .. } => Some(*conn),
            _ => None,
        });
        connects.next_back().expect("the node connects to its master")
    }

    /// Establishes the connection to the master.
    pub fn connect(&mut self) -> ConnId {
        self.run_ms(1100);
        let conn = self.link();
        self.input(Input::Connected { conn, room: 1 << 20 });
        conn
    }

    /// Bytes from a peer.
    pub fn say(&mut self, conn: ConnId, bytes: &[u8]) {
        self.input(Input::Received { conn, bytes });
    }

    /// What the node sent on a connection since the last call, as text.
    #[track_caller]
    pub fn expect(&mut self, conn: ConnId, text: &str) {
        assert_eq!(self.sent(conn), text);
    }

    /// What the node sent on a connection since the last call.
    pub fn sent(&mut self, conn: ConnId) -> String {
        let mut sent = Vec::new();
        self.outputs.retain(|output| match output {
            Output::Send { conn: to, bytes } if *to == conn => {
                sent.extend_from_slice(bytes);
                false
            }
            _ => true,
        });
        String::from_utf8_lossy(&sent).into_owned()
    }

    /// Whether the node closed a connection.
    pub fn has_closed(&self, conn: ConnId) -> bool {
        self.outputs.iter().any(|output| matches!(output, Output::Close { conn: closed } if *closed == conn))
    }

    pub fn state(&self) -> ReplState {
        self.node.repl_state()
    }

    /// Runs the handshake up to PSYNC.
    pub fn handshake(&mut self) -> (ConnId, String) {
        let conn = self.connect();
        for answer in ["+PONG\r\n", "+OK\r\n", "+OK\r\n"] {
            self.sent(conn);
            self.say(conn, answer.as_bytes());
        }
        let psync = self.sent(conn);
        (conn, psync)
    }

    pub fn drop_link(&mut self, conn: ConnId) {
        self.input(Input::Closed { conn, reason: CloseReason::Eof });
    }

    /// Accepts a client, which may be a replica.
    pub fn accept(&mut self) -> ConnId {
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        self.input(Input::Accepted { conn, peer: Peer { ip: "10.0.0.9".into(), port: 4000 }, room: 1 << 20 });
        conn
    }

    /// A command from the console and its reply.
    pub fn cmd(&mut self, line: &str) -> String {
        let conn = match self.console {
            Some(conn) => conn,
            None => self.accept(),
        };
        self.console = Some(conn);
        self.say(conn, format!("{line}\r\n").as_bytes());
        self.sent(conn)
    }

    /// Sends a command on this connection and checks the reply.
    #[track_caller]
    pub fn ask(&mut self, conn: ConnId, line: &str, answer: &str) {
        self.say(conn, format!("{line}\r\n").as_bytes());
        assert_eq!(self.sent(conn).replace("\r\n", "|"), answer, "{line}");
    }

    /// An online replica: what it gets from now on is the stream.
    pub fn attach_replica(&mut self) -> ConnId {
        let conn = self.accept();
        self.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
        self.finish_child();
        self.sent(conn);
        conn
    }

    /// The commands that a replica got since the last call, one string for each.
    pub fn stream(&mut self, replica: ConnId) -> Vec<String> {
        let mut query = psyncscope_resp::QueryBuf::default();
        query.push(self.sent(replica).as_bytes());
        let mut commands = Vec::new();
        while let psyncscope_resp::Parsed::Command(words) = query.next() {
            let words: Vec<_> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
            commands.push(words.join(" "));
        }
        assert_eq!(query.unparsed(), 0, "a stream of whole commands");
        commands
    }

    /// Lets the running child end with its file.
    pub fn finish_child(&mut self) {
        let spawned = self.outputs.iter().rev().find_map(|output| match output {
            Output::Spawn { child, job } => Some((*child, job.run())),
            _ => None,
        });
        let (child, file) = spawned.expect("a background save");
        self.input(Input::ChildDone { child, result: Ok(file.into()) });
        self.run_ms(100);
    }
}

/// A node after its first turn.
pub fn master(lines: &[&str]) -> Solo {
    let mut solo = Solo::new(lines);
    solo.run_ms(2);
    solo
}

/// Sends a command, and returns the reply, with `|` for each CRLF.
#[track_caller]
pub fn say_words(solo: &mut Solo, conn: ConnId, words: &[&str]) -> String {
    solo.say(conn, resp(words).as_bytes());
    solo.sent(conn).replace("\r\n", "|")
}

/// A RESP command as text.
pub fn resp(words: &[&str]) -> String {
    String::from_utf8(psyncscope_resp::encode_command(words)).unwrap()
}

/// An RDB file with a key in it, as a master at `offset` would send it.
pub fn rdb(lines: &[&str]) -> Vec<u8> {
    let mut source = Solo::new(&[]);
    for line in lines {
        source.cmd(line);
    }
    source.cmd("SAVE");
    let file = source.outputs.iter().rev().find_map(|output| match output {
        Output::Disk(DiskRequest::Write { bytes, .. }) => Some(bytes.to_vec()),
        _ => None,
    });
    file.expect("SAVE writes a file")
}
