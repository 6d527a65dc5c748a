//! Captured bytes: what processes sent and received on each connection.

use std::sync::Arc;

use crate::forward::Flow;
use crate::frame::{HostId, SimTime};

/// On which side of the network the bytes were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// As the process sent them.
    Sent,
    /// As the process received them.
    Received,
}

/// Bytes that passed between a process and its kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// The forwarder's name, if the connection goes through one.
    pub link: Option<Arc<str>>,
    /// The host that opened the connection.
    pub opener: HostId,
    /// The host that accepted it.
    pub acceptor: HostId,
    /// Which connection of this link it is (or, without a forwarder, from this opener to this acceptor), from 1.
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
