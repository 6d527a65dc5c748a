//! Packets as a file that Wireshark and tcpdump open.

/// Nanosecond files are younger; microseconds are what the world counts in.
const MAGIC_MICROSECONDS: u32 = 0xa1b2_c3d4;

/// `LINKTYPE_RAW`: packets begin with their IP header.
const LINKTYPE_RAW: u32 = 101;

/// The longest packet there can be.
const SNAPLEN: u32 = 65535;

/// A `.pcap` file under construction.
///
/// A world does not store its packets. To dump a run, do it once more with an observer: the bytes come again exactly.
///
/// ```
/// use std::{cell::RefCell, rc::Rc};
/// use psyncscope_sim::{Pcap, UNIX_START_US, World, WorldConfig};
///
/// let mut world = World::new(WorldConfig::default());
/// let file = Rc::new(RefCell::new(Pcap::new()));
/// let sink = Rc::clone(&file);
/// world.observe_packets(move |packet| sink.borrow_mut().push(UNIX_START_US + packet.sent.0 as i64, packet.bytes));
/// world.run_for(1_000_000);
/// assert_eq!(file.borrow().bytes().len(), 24, "nothing was sent: only the file header");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pcap(Vec<u8>);

impl Pcap {
    /// A file without packets.
    #[must_use]
    pub fn new() -> Self {
        let mut file = Vec::new();
        file.extend(MAGIC_MICROSECONDS.to_le_bytes());
        // Version 2.4; then two fields that are always zero: time zone and accuracy.
        file.extend(2_u16.to_le_bytes());
        file.extend(4_u16.to_le_bytes());
        file.extend([0; 8]);
        file.extend(SNAPLEN.to_le_bytes());
        file.extend(LINKTYPE_RAW.to_le_bytes());
        Self(file)
    }

    /// Appends an IP packet seen at `unix_us`, microseconds since the Unix epoch.
    pub fn push(&mut self, unix_us: i64, packet: &[u8]) {
        let seconds = unix_us.div_euclid(1_000_000) as u32;
        let micros = unix_us.rem_euclid(1_000_000) as u32;
        let len = packet.len() as u32;
        for field in [seconds, micros, len, len] {
            self.0.extend(field.to_le_bytes());
        }
        self.0.extend_from_slice(packet);
    }

    /// The file so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The file.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl Default for Pcap {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_has_its_time_and_its_length_twice() {
        let mut file = Pcap::new();
        file.push(1_767_225_600_000_001, b"packet");
        let record = &file.bytes()[24..];
        assert_eq!(record[..4], 1_767_225_600_u32.to_le_bytes());
        assert_eq!(record[4..8], 1_u32.to_le_bytes());
        assert_eq!((&record[8..12], &record[12..16]), (&6_u32.to_le_bytes()[..], &6_u32.to_le_bytes()[..]));
        assert_eq!(&record[16..], b"packet");
    }
}
