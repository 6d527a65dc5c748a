//! The packets of a stretch of time, from the recorded frames.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use psyncscope_sim::frame::{PacketFrame, SimTime};

use crate::Lab;

/// The packets that left in a stretch of time. When the stretch moves on, only its new frames are looked at.
#[derive(Clone, Debug, Default)]
pub struct Packets {
    /// In order of departure.
    packets: VecDeque<Arc<PacketFrame>>,
    /// The numbers of the frames that were looked at.
    frames: Range<u64>,
}

impl Packets {
    /// Looks up the packets that left from `from` to `to`. `lab` is always the same one.
    pub fn cover(&mut self, lab: &Lab, from: SimTime, to: SimTime) {
        let frames = lab.world().frames();
        let wanted = frames.seq(frames.before(from))..frames.seq(frames.until(to));
        if wanted.start < self.frames.start || wanted.start > self.frames.end {
            *self = Self { packets: VecDeque::new(), frames: wanted.start..wanted.start };
        }
        for seq in self.frames.end..wanted.end {
            let Some(index) = frames.index(seq) else { continue };
            if !frames.packet_changes(index).any {
                continue;
            }
            let Some(frame) = frames.get(index) else { continue };
            let known = self.packets.back().map(|packet| packet.id);
            let new = frame.packets.iter().filter(|packet| known.is_none_or(|known| packet.id > known));
            self.packets.extend(new.cloned());
        }
        self.frames = wanted.start..wanted.end.max(self.frames.end);
        while self.packets.pop_front_if(|packet| packet.sent < from).is_some() {}
    }

    /// Those that left from `from` to `to`.
    pub fn within(&self, from: SimTime, to: SimTime) -> impl Iterator<Item = &PacketFrame> {
        self.packets.iter().map(AsRef::as_ref).filter(move |packet| packet.sent >= from && packet.sent <= to)
    }
}
