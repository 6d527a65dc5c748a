//! What was sent on each direction of each TCP connection, from its packets: which bytes were sent again, and which the
//! network lost and TCP delivered later.

use std::collections::BTreeMap;

use crate::frame::{Fate, HostId};
use crate::packet::Segment;

/// One direction of a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FlowKey {
    /// The sender and its port.
    pub src: (HostId, u16),
    /// The receiver and its port.
    pub dst: (HostId, u16),
}

/// Every direction that ever sent a packet.
#[derive(Default)]
pub(crate) struct Flows(BTreeMap<FlowKey, Flow>);

struct Flow {
    /// The sequence number of the first byte.
    first: u32,
    /// The sequence number after the last byte, or FIN, that was sent.
    end: u32,
    lost: Option<Lost>,
}

/// Bytes that the network lost and that the receiver still lacks.
struct Lost {
    /// When the first of them was sent, in microseconds.
    since: u64,
    /// The sequence number after the last of them.
    end: u32,
    bytes: u64,
    /// Whether a cut wire took some of them.
    cut: bool,
}

/// Lost bytes that were delivered after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recovery {
    pub bytes: u64,
    /// From the first of them being sent for the first time to the last of them being there, in microseconds.
    pub waited_us: u64,
    pub cut: bool,
}

impl Flows {
    /// A segment was put on the wire. Answers whether all of it was sent before.
    pub(crate) fn sent(&mut self, now: u64, key: FlowKey, segment: &Segment, fate: Fate) -> bool {
        let end = segment.seq.wrapping_add(segment.len());
        let first = segment.seq.wrapping_add(u32::from(segment.is_syn()));
        if segment.is_syn() && self.0.get(&key).is_none_or(|known| known.first != first) {
            self.0.insert(key, Flow { first, end: segment.seq, lost: None });
        }
        let flow = self.0.entry(key).or_insert(Flow { first, end: segment.seq, lost: None });
        let payload_end = first.wrapping_add(segment.payload.len() as u32);
        let new_from = if is_after(first, flow.end) { first } else { flow.end };
        let new_bytes = if is_after(payload_end, new_from) { payload_end.wrapping_sub(new_from) } else { 0 };
        if fate != Fate::Arrives {
            flow.lose(now, payload_end, u64::from(new_bytes), fate == Fate::Cut);
        }
        let is_new = is_after(end, flow.end);
        if is_new {
            flow.end = end;
        }
        segment.len() > 0 && !is_new
    }

    /// The receiver's kernel has so many bytes in order by now. The recovery, if it has everything that was lost.
    pub(crate) fn delivered(&mut self, now: u64, key: FlowKey, received: u64) -> Option<Recovery> {
        let flow = self.0.get_mut(&key)?;
        let reached = flow.first.wrapping_add(received as u32);
        let Lost { since, bytes, cut, .. } = flow.lost.take_if(|lost| !is_after(lost.end, reached))?;
        Some(Recovery { bytes, waited_us: now - since, cut })
    }

    /// The sequence number of the first byte of a direction.
    pub(crate) fn first(&self, key: FlowKey) -> Option<u32> {
        self.0.get(&key).map(|flow| flow.first)
    }
}

impl Flow {
    /// Only bytes that were never sent before begin a loss: of others a copy arrived or is under way.
    fn lose(&mut self, now: u64, end: u32, new_bytes: u64, cut: bool) {
        if self.lost.is_none() && new_bytes > 0 {
            self.lost = Some(Lost { since: now, end, bytes: 0, cut });
        }
        if let Some(lost) = &mut self.lost {
            lost.bytes += new_bytes;
            lost.cut |= cut;
            if new_bytes > 0 {
                lost.end = end;
            }
        }
    }
}

/// Whether one sequence number comes after another. They wrap, so what counts is the sign of the difference.
pub(crate) const fn is_after(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) > 0
}
