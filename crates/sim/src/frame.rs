//! What is recorded: the world at one moment as plain data. Parts that did not change are shared between frames.

use std::sync::Arc;

use psyncscope_engine::ConnId;
use psyncscope_engine::event::Event;
use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::view::NodeView;
use serde::{Deserialize, Serialize};

use crate::causes::TurnId;

/// Virtual time: microseconds since the world began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SimTime(pub u64);

/// A host, numbered from 0 in the order of creation. Numbers are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostId(pub u16);

/// The world at one moment: the state *after* the event that made the frame.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// The frame's number, from 0.
    pub seq: u64,
    /// When.
    pub at: SimTime,
    /// How many timeline entries existed at this moment: `timeline[..entries]` is all that had happened.
    pub entries: usize,
    /// Every host that is not removed, in order of number.
    pub hosts: Arc<[Arc<HostFrame>]>,
    /// Every pair of hosts, in order.
    pub wires: Arc<[Arc<WireFrame>]>,
    /// Packets under way, in order of departure. Where each is, is a pure function of it and the time.
    pub packets: Arc<[Arc<PacketFrame>]>,
}

/// What a host's process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Power {
    /// The process runs.
    Running,
    /// The process is stopped (SIGSTOP): the kernel still acknowledges.
    Paused,
    /// The process ended (crash or SHUTDOWN): the kernel closed its sockets and refuses new connections.
    Stopped,
    /// The host has no power: it neither sends nor answers.
    Off,
}

impl Power {
    /// All of them, in order.
    pub(crate) const ALL: [Self; 4] = [Self::Running, Self::Paused, Self::Stopped, Self::Off];
}

/// A host at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct HostFrame {
    /// Its number.
    pub id: HostId,
    /// Its name: `a`.
    pub name: Arc<str>,
    /// Its address: `10.0.0.1`.
    pub ip: Arc<str>,
    /// The port its node listens on.
    pub port: u16,
    /// What its process is doing.
    pub power: Power,
    /// Since when.
    pub since: SimTime,
    /// Until when the process sleeps (DEBUG SLEEP), if it does.
    pub sleeps_until: Option<SimTime>,
    /// The node; of a process that ended, as it was at the end.
    pub node: Option<Arc<NodeView>>,
    /// The node's network connections, in order of number.
    pub conns: Arc<[ConnFrame]>,
    /// The running child: (started, will end).
    pub child: Option<(SimTime, SimTime)>,
    /// Whether there is a `dump.rdb` on the host's disk, and its size in bytes.
    pub dump_bytes: Option<u64>,
}

/// One of a node's TCP connections with another host.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConnFrame {
    /// The node's number for it.
    pub conn: ConnId,
    /// The host at the other end.
    pub peer: HostId,
    /// Whether this end opened it.
    pub outbound: bool,
    /// TCP's own name for the state of this end: `ESTABLISHED`, `SYN-SENT`, `CLOSE-WAIT`, ...
    pub tcp_state: &'static str,
}

/// One direction of a wire.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct WireSettings {
    /// Time from one end to the other, in microseconds. Default 500.
    pub latency_us: u64,
    /// Up to this much is added at random to each packet, in microseconds.
    pub jitter_us: u64,
    /// Bits per second, 0 for no limit.
    pub bandwidth_bps: u64,
    /// Probability 0..=1 that a packet is lost.
    pub loss: f64,
    /// Probability 0..=1 that a packet arrives twice.
    pub duplicate: f64,
    /// Probability 0..=1 that a packet is held back so that later ones overtake it.
    pub reorder: f64,
}

impl Default for WireSettings {
    fn default() -> Self {
        Self { latency_us: 500, jitter_us: 0, bandwidth_bps: 0, loss: 0.0, duplicate: 0.0, reorder: 0.0 }
    }
}

/// The wire between two hosts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WireFrame {
    /// The end with the lower number.
    pub a: HostId,
    /// The other end.
    pub b: HostId,
    /// Whether packets from `a` to `b` vanish.
    pub cut_ab: bool,
    /// Whether packets from `b` to `a` vanish.
    pub cut_ba: bool,
    /// The settings from `a` to `b`.
    pub ab: WireSettings,
    /// The settings from `b` to `a`.
    pub ba: WireSettings,
}

/// What becomes of a packet under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It arrives.
    Arrives,
    /// The wire loses it (chance); it vanishes half-way.
    Lost,
    /// The wire is cut; it vanishes at the cut, half-way.
    Cut,
}

/// A packet under way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PacketFrame {
    /// Its number, unique in the world.
    pub id: u64,
    /// Its sender.
    pub from: HostId,
    /// Its receiver.
    pub to: HostId,
    /// When it left.
    pub sent: SimTime,
    /// When it arrives, or would have.
    pub arrives: SimTime,
    /// What becomes of it.
    pub fate: Fate,
    /// TCP's source port.
    pub src_port: u16,
    /// TCP's destination port.
    pub dst_port: u16,
    /// TCP's flags in words: `SYN`, `SYN ACK`, `PSH ACK`, `RST`, ...
    pub flags: &'static str,
    /// TCP's sequence number.
    pub seq: u32,
    /// TCP's acknowledgement number.
    pub ack: u32,
    /// The bytes of the stream that it carries.
    pub payload: Arc<[u8]>,
    /// Whether these bytes were sent before (a retransmission).
    pub again: bool,
    /// What the bytes mean, in a few words: `PSYNC 8f2c… 214`, `SET user:7 ada`, `RDB 188 B`; empty if there are none.
    pub label: Arc<str>,
    /// The bytes of a replication stream that a master sends in it to an online replica: its last ones. What comes before
    /// them is the end of the handshake.
    pub stream: Option<StreamBytes>,
    /// The turn that sent it, or that caused the kernel to.
    pub by: TurnId,
}

/// Bytes of a history, which a master's stream carries and backlogs hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StreamBytes {
    /// The history.
    pub replid: ReplId,
    /// The first of them.
    pub from: NextByte,
    /// The last of them.
    pub to: Offset,
}

impl StreamBytes {
    /// How many they are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.to.0.saturating_sub(self.from.0).saturating_add(1).cast_unsigned()
    }

    /// Whether a byte of a history is one of them.
    #[must_use]
    pub fn contains(&self, replid: ReplId, byte: NextByte) -> bool {
        self.replid == replid && self.from <= byte && byte.0 <= self.to.0
    }

    /// Whether any byte is among both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.replid == other.replid && self.from.0 <= other.to.0 && other.from.0 <= self.to.0
    }
}

impl PacketFrame {
    /// Whether it carries bytes, opens or closes a connection.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        !self.payload.is_empty() || self.flags.split(' ').any(|flag| matches!(flag, "SYN" | "FIN" | "RST"))
    }
}

/// One thing that happened, in an append-only list.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// When.
    pub at: SimTime,
    /// On which host, if on one.
    pub host: Option<HostId>,
    /// What.
    pub what: What,
    /// The turn that it is part of: [`crate::World::turns`].
    pub turn: TurnId,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum What {
    /// Inside a node.
    Node(Event),
    /// A console sent a command: the console's number and the words.
    ConsoleSent {
        /// The console.
        console: u32,
        /// The command's words.
        argv: Vec<Vec<u8>>,
    },
    /// A console received bytes of replies, raw RESP.
    ConsoleReceived {
        /// The console.
        console: u32,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A console's connection was closed by the node.
    ConsoleClosed {
        /// The console.
        console: u32,
    },
    /// A process or host changed.
    Power(Power),
    /// A host was added.
    Added,
    /// A host was removed.
    Removed,
    /// A wire was cut.
    Cut {
        /// From this host
        from: HostId,
        /// to this one.
        to: HostId,
    },
    /// A wire was mended.
    Healed {
        /// From this host
        from: HostId,
        /// to this one.
        to: HostId,
    },
    /// A wire's settings changed.
    WireSet {
        /// From this host
        from: HostId,
        /// to this one.
        to: HostId,
    },
    /// A wall clock was moved, by so many milliseconds.
    ClockMoved {
        /// Forward if positive.
        by_ms: i64,
    },
    /// A TCP connection was established; recorded at the end that opened it.
    TcpOpened {
        /// The opener's number for it.
        conn: ConnId,
        /// The other end.
        peer: HostId,
    },
    /// A process learned that its connection is over.
    TcpClosed {
        /// This end's number for it.
        conn: ConnId,
        /// How: `EOF`, `RST`, `timeout`.
        how: &'static str,
    },
    /// A kernel sent bytes again that its peer had not acknowledged. Recorded at the sender; its process is not
    /// notified.
    ///
    /// There is one entry for each packet. Whether the bytes had been lost, or only their acknowledgement, the sender
    /// does not know: see [`PacketFrame::fate`] and [`What::TcpRecovered`].
    TcpRetransmitted {
        /// The sender's number for the connection.
        conn: ConnId,
        /// The receiver.
        peer: HostId,
        /// Bytes of the stream in this packet.
        bytes: u64,
    },
    /// Bytes that the network had lost have come after all, sent again by the kernel on the same connection: it was
    /// never closed, so neither process noticed anything but the delay, and a replica asks for nothing (no PSYNC).
    /// Recorded at the sender, before the receiver's process reads them.
    ///
    /// The two directions of a connection recover separately. Where a connection ends while bytes are missing, there is
    /// no such entry, but [`What::TcpClosed`].
    TcpRecovered {
        /// The sender's number for the connection.
        conn: ConnId,
        /// The receiver.
        peer: HostId,
        /// Bytes that were lost when they were sent first, each counted once.
        bytes: u64,
        /// From when the first of them was sent first to now, in microseconds.
        waited_us: u64,
        /// Whether a cut wire took some of them (that wire has been mended since); else it was chance alone.
        cut: bool,
    },
}
