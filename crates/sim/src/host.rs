//! A host: an address, a disk, a kernel while it has power, a process while one runs.

use std::net::Ipv4Addr;
use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_engine::{ConnId, Instant, Now};

use crate::disk::File;
use crate::frame::{HostId, Power};
use crate::kernel::Kernel;
use crate::process::Running;
use crate::queue::Key;

pub(crate) struct Host<P, C> {
    pub id: HostId,
    pub name: Arc<str>,
    pub ip: Ipv4Addr,
    pub ip_text: Arc<str>,
    /// What the process is started with next.
    pub config: C,
    /// The port of the process that runs or ran last.
    pub port: u16,
    pub power: Power,
    pub since: u64,
    /// How far the wall clock is off, in microseconds.
    pub clock_offset_us: i64,
    /// `None` without power.
    pub kernel: Option<Kernel>,
    /// `None` unless running or paused.
    pub running: Option<Running<P>>,
    pub consoles: LiteMap<u32, Console>,
    pub disk: LiteMap<String, File>,
    /// How many processes were started.
    pub boots: u64,
    /// Its connections as they were recorded last.
    pub conn_words: Vec<u64>,
    /// The scheduled event for the kernel.
    pub kernel_event: Option<Key>,
    /// The scheduled event for the process's timer, or for its waking up.
    pub process_event: Option<Key>,
}

/// A local client.
#[derive(Debug, Default)]
pub(crate) struct Console {
    /// Its connection, while it has one.
    pub conn: Option<ConnId>,
    /// Everything it received and was not taken yet.
    pub output: Vec<u8>,
    /// Bytes it received since the process last got room to send.
    pub room_used: usize,
}

impl<P, C> Host<P, C> {
    /// The two clocks at `now`.
    pub(crate) const fn clock(&self, now: u64, unix_start_us: i64) -> Now {
        let unix_us = unix_start_us.saturating_add(now as i64).saturating_add(self.clock_offset_us);
        Now { mono: Instant(now), unix_us }
    }

    /// Whether the process can take an input now.
    pub(crate) fn is_awake(&self, now: u64) -> bool {
        self.power == Power::Running
            && self.running.as_ref().is_some_and(|running| running.sleeps_until.is_none_or(|until| until <= now))
    }

    /// The number of the console with this connection.
    pub(crate) fn console_of(&self, conn: ConnId) -> Option<u32> {
        self.consoles.iter().find(|(_, console)| console.conn == Some(conn)).map(|(&number, _)| number)
    }
}

/// The address of a host: 10.0.0.1 is the first, and 254 addresses of each group of 256 are used.
pub(crate) fn address(id: HostId) -> Option<Ipv4Addr> {
    let group = u8::try_from(id.0 / 254).ok().filter(|&group| group < 255)?;
    Some(Ipv4Addr::new(10, 0, group, (id.0 % 254) as u8 + 1))
}

/// The host that an address would be of.
pub(crate) fn host_at(ip: Ipv4Addr) -> Option<HostId> {
    let [10, 0, group, last] = ip.octets() else { return None };
    let within = u16::from(last).checked_sub(1).filter(|&within| within < 254)?;
    (group < 255).then(|| HostId(u16::from(group) * 254 + within))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_hosts_correspond() {
        assert_eq!(address(HostId(0)), Some(Ipv4Addr::new(10, 0, 0, 1)));
        assert_eq!(address(HostId(254)), Some(Ipv4Addr::new(10, 0, 1, 1)));
        for id in (0..u16::MAX).map(HostId) {
            if let Some(ip) = address(id) {
                assert_eq!(host_at(ip), Some(id));
            }
        }
        assert_eq!(address(HostId(254 * 255)), None);
        assert_eq!(host_at(Ipv4Addr::new(10, 0, 0, 255)), None);
        assert_eq!(host_at(Ipv4Addr::new(10, 0, 0, 0)), None);
        assert_eq!(host_at(Ipv4Addr::new(192, 168, 0, 1)), None);
    }
}
