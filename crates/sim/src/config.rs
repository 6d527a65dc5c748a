//! What a world starts as.

use serde::{Deserialize, Serialize};

use crate::frame::WireSettings;

/// 2026-01-01 00:00:00 UTC in microseconds since the Unix epoch.
pub const UNIX_START_US: i64 = 1_767_225_600_000_000;

/// A world's configuration. With the calls made on it, it determines every byte.
#[derive(Clone, Debug, PartialEq)]
pub struct WorldConfig {
    /// The seed of everything random.
    pub seed: u64,
    /// Both directions of every new wire.
    pub wire: WireSettings,
    /// What every host's wall clock shows at the beginning: microseconds since the Unix epoch.
    pub unix_start_us: i64,
    /// How fast a child writes its RDB file, in bytes a second of
    /// [`psyncscope_rdb::SaveJob::approximate_bytes`], and how fast a large one is loaded, in bytes a second of
    /// the file; 0 for no time at all.
    pub disk_bps: u64,
    /// How long a child takes at least, in microseconds.
    pub fork_us: u64,
    /// Whether frames and the timeline are recorded.
    pub record: bool,
    /// How many frames are kept; 0 records the timeline alone.
    pub frames_max: usize,
    /// Whether the bytes of every TCP connection are kept for [`crate::World::captured`].
    pub capture: bool,
    /// The address that a node sees of a client whose connection came through a forwarder.
    pub masquerade_ip: String,
    /// The hosts' TCP.
    pub tcp: TcpSettings,
}

impl Default for WorldConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            wire: WireSettings::default(),
            unix_start_us: UNIX_START_US,
            disk_bps: 50_000_000,
            fork_us: 20_000,
            record: true,
            frames_max: 1_000_000,
            capture: false,
            masquerade_ip: "127.0.0.1".to_owned(),
            tcp: TcpSettings::default(),
        }
    }
}

/// Settings of every host's TCP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct TcpSettings {
    /// Bytes in a socket's receive buffer, at most 1 GiB.
    pub receive_buffer: usize,
    /// Bytes in a socket's send buffer: the room that a node may use.
    pub send_buffer: usize,
    /// Bytes in the largest IP packet, 576..=65535.
    pub mtu: usize,
    /// Connections that can wait to be accepted; further ones are ignored (the client tries again).
    pub backlog: usize,
}

impl Default for TcpSettings {
    fn default() -> Self {
        Self { receive_buffer: 65536, send_buffer: 65536, mtu: 1500, backlog: 128 }
    }
}
