//! What processes handed to their sockets and got from them, connection by connection.

use std::sync::Arc;

use crate::forward::Flow;
use crate::frame::{HostId, SimTime};

/// On which side of the network the bytes were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A process handed them to its kernel.
    Sent,
    /// A kernel handed them to its process.
    Received,
}

/// Bytes that crossed the border between a process and its kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// The forwarder's name, if the connection goes through one.
    pub link: Option<Arc<str>>,
    /// The host that opened the connection.
    pub opener: HostId,
    /// The host that accepted it.
    pub acceptor: HostId,
    /// The how-manieth connection on this link (or, without a forwarder, from this opener to this acceptor), from 1.
    pub nth: u32,
    /// Which way the bytes go.
    pub flow: Flow,
    /// Where they were seen.
    pub side: Side,
    /// When.
    pub at: SimTime,
    /// The bytes.
    pub bytes: Vec<u8>,
}
