//! Packets as bytes.

use psyncscope_engine::ids::{NextByte, ReplId};

use super::bytes::{Reader, put, put_bytes};
use crate::causes::TurnId;
use crate::frame::{Fate, HostId, PacketFrame, SimTime, StreamBytes};
use crate::packet::{FLAGS, flags_number};

/// What follows a packet's numbers.
mod with {
    pub(super) const AGAIN: u64 = 4;
    pub(super) const STREAM: u64 = 8;
}

/// Appends a packet of a frame made at `at`, without its label. Histories are told by their places in `replids`.
pub(super) fn put_packet(packet: &PacketFrame, at: SimTime, replids: &mut Vec<ReplId>, bytes: &mut Vec<u8>) {
    let fate = match packet.fate {
        Fate::Arrives => 0,
        Fate::Lost => 1,
        Fate::Cut => 2,
    };
    let again = if packet.again { with::AGAIN } else { 0 };
    let stream = if packet.stream.is_some() { with::STREAM } else { 0 };
    put(fate | again | stream, bytes);
    put(packet.id, bytes);
    put(u64::from(packet.by.0), bytes);
    put(at.0.wrapping_sub(packet.sent.0), bytes);
    put(packet.arrives.0.wrapping_sub(packet.sent.0), bytes);
    for number in [packet.from.0, packet.to.0, packet.src_port, packet.dst_port] {
        put(u64::from(number), bytes);
    }
    put(flags_number(packet.flags), bytes);
    put(u64::from(packet.seq), bytes);
    put(u64::from(packet.ack), bytes);
    put_bytes(&packet.payload, bytes);
    if let Some(stream) = packet.stream {
        let place = replids.iter().rposition(|&known| known == stream.replid).unwrap_or_else(|| {
            replids.push(stream.replid);
            replids.len() - 1
        });
        put(place as u64, bytes);
        put(stream.from.0.cast_unsigned(), bytes);
        put(stream.count(), bytes);
    }
}

/// Reads what [`put_packet`] appended.
pub(super) fn take_packet(at: SimTime, replids: &[ReplId], bytes: &mut Reader<'_>) -> PacketFrame {
    let what = bytes.number();
    let id = bytes.number();
    let by = TurnId(bytes.number() as u32);
    let sent = at.0.wrapping_sub(bytes.number());
    let arrives = sent.wrapping_add(bytes.number());
    let [from, to, src_port, dst_port] = std::array::from_fn(|_| bytes.number() as u16);
    let flags = FLAGS[bytes.number() as usize % FLAGS.len()];
    let [seq, ack] = std::array::from_fn(|_| bytes.number() as u32);
    PacketFrame {
        id,
        from: HostId(from),
        to: HostId(to),
        sent: SimTime(sent),
        arrives: SimTime(arrives),
        fate: match what & 3 {
            0 => Fate::Arrives,
            1 => Fate::Lost,
            _ => Fate::Cut,
        },
        src_port,
        dst_port,
        flags,
        seq,
        ack,
        payload: bytes.bytes().into(),
        again: what & with::AGAIN != 0,
        label: "".into(),
        stream: (what & with::STREAM != 0).then(|| take_stream(replids, bytes)).flatten(),
        by,
    }
}

fn take_stream(replids: &[ReplId], bytes: &mut Reader<'_>) -> Option<StreamBytes> {
    let [place, from, count] = std::array::from_fn(|_| bytes.number());
    let from = NextByte(from.cast_signed());
    Some(StreamBytes { replid: *replids.get(place as usize)?, from, to: from.had().plus(count as usize) })
}
