//! Two nodes replicate in memory: a minimal driver, with queues of bytes where real drivers have sockets.
//!
//! `cargo run -p psyncscope-engine --example replicate`
//!
//! With a number as its argument, so many writes follow, which it does not print: `cargo xtask bench steps` counts the
//! instructions that they take.

#![allow(clippy::print_stdout, reason = "an example prints what it does")]

use std::collections::VecDeque;
use std::error::Error;

use psyncscope_engine::io::{ChildFile, DiskRequest};
use psyncscope_engine::{ChildId, Config, ConnId, Input, Instant, Node, Now, Outbox, Output, Peer};

const MASTER: usize = 0;
const REPLICA: usize = 1;

/// The user's connection to either node.
const CONSOLE: ConnId = ConnId(1);

/// The replication link as the master numbers it. The replica numbers its own end.
const LINK: ConnId = ConnId(2);

/// Bytes that a connection takes at once: here nothing ever fills up.
const ROOM: usize = usize::MAX;

/// Something that will happen to a node.
enum Pending {
    Accepted(ConnId),
    Connected(ConnId),
    Received(ConnId, Vec<u8>),
    ChildDone(ChildId, ChildFile),
    LoadStep,
}

struct Driver {
    nodes: [Node; 2],
    now: Now,
    queue: VecDeque<(usize, Pending)>,
    /// The replica's end of the link.
    link: ConnId,
    /// What the nodes answered to the user.
    replies: [Vec<u8>; 2],
    /// Whether what the nodes send each other is printed.
    is_printed: bool,
}

impl Driver {
    fn new() -> Result<Self, Box<dyn Error>> {
        let now = Now { mono: Instant(0), unix_us: 1_800_000_000_000_000 };
        let start = |directives: &[(&str, &[&str])], seed| -> Result<Node, Box<dyn Error>> {
            let mut config = Config::default();
            for (name, values) in directives {
                config.set_directive(name, values).map_err(|error| format!("{name}: {error:?}"))?;
            }
            // What the start leaves is log lines; there is no file to load.
            Ok(Node::start(now, config, seed, None, &mut Outbox::new())?)
        };
        let master = start(&[("save", &[""])], 1)?;
        let replica = start(&[("save", &[""]), ("replicaof", &["master", "6379"])], 2)?;
        let mut driver = Self {
            nodes: [master, replica],
            now,
            queue: VecDeque::new(),
            link: ConnId(ConnId::OUTBOUND),
            replies: [Vec::new(), Vec::new()],
            is_printed: true,
        };
        for node in [MASTER, REPLICA] {
            driver.queue.push_back((node, Pending::Accepted(CONSOLE)));
        }
        Ok(driver)
    }

    /// Passes an input to a node, and carries out its outputs.
    fn handle(&mut self, node: usize, input: Input<'_>) {
        let mut out = Outbox::new();
        self.nodes[node].handle(self.now, input, &mut out);
        for output in out.outputs {
            match output {
                Output::Connect { conn, .. } => {
                    self.link = conn;
                    self.queue.push_back((MASTER, Pending::Accepted(LINK)));
                    self.queue.push_back((REPLICA, Pending::Connected(conn)));
                }
                Output::Send { conn: CONSOLE, bytes } => self.replies[node].extend(bytes),
                Output::Send { bytes, .. } => {
                    let (peer, conn, arrow) = if node == MASTER {
                        (REPLICA, self.link, "master ->")
                    } else {
                        (MASTER, LINK, "        <- replica")
                    };
                    if self.is_printed {
                        println!("{arrow} {}", bytes.escape_ascii());
                    }
                    self.queue.push_back((peer, Pending::Received(conn, bytes)));
                }
                // A child process works on a snapshot; running it at once is allowed.
                Output::Spawn { child, job } => {
                    self.queue.push_back((node, Pending::ChildDone(child, job.run().into())))
                }
                Output::Load { .. } => self.queue.push_back((node, Pending::LoadStep)),
                // The RDB file: no node is started from it here.
                Output::Disk(DiskRequest::Write { .. }) => {}
                other => unreachable!("two nodes that replicate in peace do not ask for this: {other:?}"),
            }
        }
    }

    /// Lets time pass. It is the driver's: it jumps from one timer to the next.
    fn run_for(&mut self, ms: u64) {
        let end = self.now.mono.plus_ms(ms);
        loop {
            while let Some((node, pending)) = self.queue.pop_front() {
                match pending {
                    Pending::Accepted(conn) => {
                        let peer = Peer { ip: "127.0.0.1".into(), port: 50_000 };
                        self.handle(node, Input::Accepted { conn, peer, room: ROOM });
                    }
                    Pending::Connected(conn) => self.handle(node, Input::Connected { conn, room: ROOM }),
                    Pending::Received(conn, bytes) => self.handle(node, Input::Received { conn, bytes: &bytes }),
                    Pending::ChildDone(child, file) => self.handle(node, Input::ChildDone { child, result: Ok(file) }),
                    Pending::LoadStep => self.handle(node, Input::LoadStep),
                }
            }
            let due = |node: &Node| node.next_timeout().filter(|at| *at <= end);
            let Some(next) = self.nodes.iter().filter_map(due).min() else { break };
            self.set_time(next);
            for node in [MASTER, REPLICA] {
                if self.nodes[node].next_timeout().is_some_and(|at| at <= next) {
                    self.handle(node, Input::Timer);
                }
            }
        }
        self.set_time(end);
    }

    fn set_time(&mut self, mono: Instant) {
        let passed_us = mono.since_us(self.now.mono);
        self.now = Now { mono, unix_us: self.now.unix_us + passed_us as i64 };
    }

    /// Sends a command and answers the reply, both as they are on the wire.
    fn execute(&mut self, node: usize, command: &[u8]) -> Vec<u8> {
        self.replies[node].clear();
        self.handle(node, Input::Received { conn: CONSOLE, bytes: command });
        self.run_for(0);
        std::mem::take(&mut self.replies[node])
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut driver = Driver::new()?;
    driver.run_for(3_000);
    assert_eq!(driver.execute(MASTER, b"SET greeting hello\r\n"), b"+OK\r\n");
    driver.run_for(1_000);
    let reply = driver.execute(REPLICA, b"GET greeting\r\n");
    println!("the replica answers GET greeting: {}", reply.escape_ascii());
    assert_eq!(reply, b"$5\r\nhello\r\n");

    let writes: u32 = std::env::args().nth(1).map_or(Ok(0), |count| count.parse())?;
    driver.is_printed = false;
    for n in 0..writes {
        let command = format!("SET key:{} value:{n}\r\n", n % 1000);
        assert_eq!(driver.execute(MASTER, command.as_bytes()), b"+OK\r\n");
    }
    Ok(())
}
