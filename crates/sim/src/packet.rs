//! Parsing packets: the few header fields that the world and its frames need.

use std::net::Ipv4Addr;
use std::ops::Range;

/// One end of a TCP connection.
pub(crate) type Endpoint = (Ipv4Addr, u16);

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// A TCP segment's header, read out of an IPv4 packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub src: Endpoint,
    pub dst: Endpoint,
    pub seq: u32,
    pub ack: u32,
    pub window: u16,
    /// Where the payload lies in the packet.
    pub payload: Range<usize>,
    flags: u8,
}

impl Segment {
    /// Reads a packet; `None` unless it is a whole IPv4 packet with a TCP segment in it.
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let ip_header = usize::from(packet.first()? & 0x0f) * 4;
        let total = usize::from(u16_at(packet, 2)?);
        if packet[0] >> 4 != 4 || packet.get(9) != Some(&6) || total > packet.len() {
            return None;
        }
        let tcp = packet.get(ip_header..total)?;
        let tcp_header = usize::from(tcp.get(12)? >> 4) * 4;
        let payload = ip_header + tcp_header..total;
        if payload.start > payload.end || tcp_header < 20 {
            return None;
        }
        Some(Self {
            src: (address_at(packet, 12)?, u16_at(tcp, 0)?),
            dst: (address_at(packet, 16)?, u16_at(tcp, 2)?),
            seq: u32_at(tcp, 4)?,
            ack: u32_at(tcp, 8)?,
            window: u16_at(tcp, 14)?,
            payload,
            flags: tcp[13],
        })
    }

    /// Whether this asks for a new connection: SYN without ACK.
    pub(crate) const fn opens(&self) -> bool {
        self.flags & (SYN | ACK | RST) == SYN
    }

    pub(crate) const fn is_syn(&self) -> bool {
        self.flags & SYN != 0
    }

    pub(crate) const fn is_fin(&self) -> bool {
        self.flags & FIN != 0
    }

    /// How much of the sequence space it takes: its bytes, and one each for SYN and FIN.
    pub(crate) const fn len(&self) -> u32 {
        let controls = self.is_syn() as u32 + self.is_fin() as u32;
        (self.payload.end - self.payload.start) as u32 + controls
    }

    /// The flags by name: one of [`FLAGS`].
    pub(crate) fn flags(&self) -> &'static str {
        let flags = self.flags & (FIN | SYN | RST | PSH | ACK);
        NAMED_FLAGS.iter().position(|&known| known == flags).map_or("?", |place| FLAGS[place])
    }
}

/// Flags by name, and what else there may be.
pub(crate) const FLAGS: [&str; 9] =
    ["SYN", "SYN ACK", "ACK", "PSH ACK", "FIN ACK", "FIN PSH ACK", "RST", "RST ACK", "?"];

/// The flags that the names in [`FLAGS`] stand for.
const NAMED_FLAGS: [u8; 8] = [SYN, SYN | ACK, ACK, PSH | ACK, FIN | ACK, FIN | PSH | ACK, RST, RST | ACK];

/// The place of a name in [`FLAGS`].
pub(crate) fn flags_number(name: &str) -> u64 {
    FLAGS.iter().position(|known| *known == name).unwrap_or(FLAGS.len() - 1) as u64
}

/// The receiver of an IPv4 packet.
pub(crate) fn destination(packet: &[u8]) -> Option<Ipv4Addr> {
    address_at(packet, 16)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

fn address_at(bytes: &[u8], at: usize) -> Option<Ipv4Addr> {
    u32_at(bytes, at).map(Ipv4Addr::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 10.0.0.1:50000 > 10.0.0.2:6379, PSH ACK, seq 7, ack 9, window 500, payload "hi".
    const PACKET: [u8; 42] = [
        0x45, 0, 0, 42, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, // IPv4
        0xc3, 0x50, 0x18, 0xeb, 0, 0, 0, 7, 0, 0, 0, 9, 0x50, 0x18, 1, 0xf4, 0, 0, 0, 0, // TCP
        b'h', b'i',
    ];

    #[test]
    fn reads_the_header() {
        let segment = Segment::parse(&PACKET).expect("a whole segment");
        assert_eq!(segment.src, (Ipv4Addr::new(10, 0, 0, 1), 50000));
        assert_eq!(segment.dst, (Ipv4Addr::new(10, 0, 0, 2), 6379));
        assert_eq!((segment.seq, segment.ack, segment.window), (7, 9, 500));
        assert_eq!(&PACKET[segment.payload.clone()], b"hi");
        assert_eq!((segment.flags(), segment.len(), segment.opens()), ("PSH ACK", 2, false));
        assert_eq!(destination(&PACKET), Some(Ipv4Addr::new(10, 0, 0, 2)));
    }

    #[test]
    fn damaged_packets_are_none() {
        for len in 0..PACKET.len() {
            assert_eq!(Segment::parse(&PACKET[..len]), None, "cut to {len} bytes");
        }
        let mut udp = PACKET;
        udp[9] = 17;
        assert_eq!(Segment::parse(&udp), None);
        let mut short_header = PACKET;
        short_header[32] = 0x10;
        assert_eq!(Segment::parse(&short_header), None);
    }
}
