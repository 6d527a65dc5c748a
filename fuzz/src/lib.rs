//! What the fuzz targets share.

use base64::Engine as _;
use psyncscope_engine::config::Limits;
use psyncscope_engine::io::{CloseReason, DiskReply, DiskRequest};
use psyncscope_engine::{Config, ConnId, Input, Instant, Node, Now, Outbox, Output, Peer};

/// CRC-64 with the Jones polynomial, reflected, from 0: of RDB files and DUMP payloads. Bit by bit, and so a second
/// opinion on the engine's.
#[must_use]
pub fn crc64(bytes: &[u8]) -> u64 {
    const POLYNOMIAL: u64 = 0x95ac_9329_ac4b_c9b5;
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u64::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 })
    })
}

/// A link with this content: with the right checksum, and not compressed.
#[must_use]
pub fn link_with(content: &[u8]) -> String {
    let mut bytes = adler2::adler32_slice(content).to_be_bytes().to_vec();
    let mut blocks = content.chunks(usize::from(u16::MAX)).peekable();
    if content.is_empty() {
        bytes.extend_from_slice(&[1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        bytes.push(u8::from(blocks.peek().is_none()));
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&(!length).to_le_bytes());
        bytes.extend_from_slice(block);
    }
    format!("#v1.{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

/// A node with a driver that carries out its outputs.
pub struct Driver {
    /// The node.
    pub node: Node,
    now: Now,
    accepted: u32,
    /// The newest connection that the node asked for, until it is up.
    pub wanted: Option<ConnId>,
    /// The newest connection that the node asked for: to its master, or of MIGRATE.
    pub link: Option<ConnId>,
    /// The append-only file.
    append_only: Vec<u8>,
    ended: bool,
}

impl Driver {
    /// A node with these directives.
    ///
    /// # Panics
    /// If a directive is wrong.
    #[must_use]
    pub fn new(lines: &[(&str, &[&str])]) -> Self {
        Self::within(Limits::default(), lines)
    }

    /// The same within these limits.
    ///
    /// # Panics
    /// If a directive is wrong.
    #[must_use]
    pub fn within(limits: Limits, lines: &[(&str, &[&str])]) -> Self {
        let mut config = Config { port: 7001, limits, ..Config::default() };
        for (name, words) in lines {
            config.set_directive(name, words).expect("a directive");
        }
        let now = Now { mono: Instant(0), unix_us: 1_800_000_000_000_000 };
        let mut out = Outbox::new();
        let node = Node::start(now, config, 7, None, &mut out).expect("no file, no error");
        let append_only = Vec::new();
        let mut driver = Self { node, now, accepted: 0, wanted: None, link: None, append_only, ended: false };
        driver.carry_out(out);
        driver
    }

    /// One input, and the outputs that follow from it.
    pub fn input(&mut self, input: Input<'_>) {
        if self.ended {
            return;
        }
        let mut out = Outbox::new();
        self.node.handle(self.now, input, &mut out);
        self.carry_out(out);
    }

    fn carry_out(&mut self, out: Outbox) {
        for output in out.outputs {
            match output {
                Output::Connect { conn, .. } => (self.wanted, self.link) = (Some(conn), Some(conn)),
                Output::Spawn { child, job } => {
                    self.input(Input::ChildDone { child, result: Ok(job.run().into()) });
                }
                Output::SpawnToSockets { child, conns, job, mark, .. } => {
                    let _ = job.run_with_eof_mark(&mark);
                    self.input(Input::ChildStreamed { child, reached: &conns });
                }
                Output::SpawnRewrite { child, job } => {
                    self.input(Input::ChildDone { child, result: Ok(job.run().into()) });
                }
                Output::Disk(DiskRequest::Append { bytes, .. }) => self.append_only.extend(bytes),
                Output::Disk(DiskRequest::TakeRewritten { file, tail, .. }) => {
                    self.append_only = [&**file.bytes().expect("children deliver bytes"), &tail].concat();
                }
                Output::Disk(DiskRequest::Read { .. }) => {
                    let file = self.append_only.as_slice().into();
                    self.input(Input::Disk(DiskReply::Read { result: Ok(file) }));
                }
                Output::Load { .. } => self.input(Input::LoadStep),
                Output::Exit { .. } | Output::Crash | Output::Restart { .. } => self.ended = true,
                Output::Sleep { until } => self.run_until(until),
                _ => {}
            }
        }
    }

    /// A client connects.
    pub fn accept(&mut self) -> ConnId {
        self.accepted += 1;
        let conn = ConnId(self.accepted);
        let peer = Peer { ip: "10.0.0.9".into(), port: 40_000 };
        self.input(Input::Accepted { conn, peer, room: 1 << 30 });
        conn
    }

    /// Bytes arrive.
    pub fn say(&mut self, conn: ConnId, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.input(Input::Received { conn, bytes });
        }
    }

    /// The connection to the master is established, if the node requested one.
    pub fn connect(&mut self) {
        if let Some(conn) = self.wanted.take() {
            self.input(Input::Connected { conn, room: 1 << 30 });
        }
    }

    /// A connection breaks.
    pub fn close(&mut self, conn: ConnId) {
        self.input(Input::Closed { conn, reason: CloseReason::Reset });
    }

    /// Time passes.
    pub fn run_ms(&mut self, ms: u64) {
        self.run_until(self.now.mono.plus_ms(ms));
    }

    fn run_until(&mut self, end: Instant) {
        // A sleep of years is cut short: what comes after it is the same after a minute.
        let end = end.min(self.now.mono.plus_ms(60_000));
        while !self.ended {
            let next = self.node.next_timeout().filter(|&at| at <= end);
            let at = next.unwrap_or(end).max(self.now.mono);
            self.now.unix_us += at.since_us(self.now.mono) as i64;
            self.now.mono = at;
            if next.is_none() {
                break;
            }
            self.input(Input::Timer);
        }
    }
}
