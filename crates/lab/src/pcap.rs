//! The packets of a run as a file that Wireshark and tcpdump open.

use std::cell::RefCell;
use std::rc::Rc;

use psyncscope_sim::{Pcap, UNIX_START_US};

use crate::action::ActionLog;
use crate::error::LabError;
use crate::lab::Lab;
use crate::replay::Replay;

impl Lab {
    /// The packets of this world up to its present, as [`pcap`] has them.
    ///
    /// # Errors
    /// As [`pcap`]. What this world did, it does again.
    pub fn pcap(&self) -> Result<Vec<u8>, LabError> {
        pcap(self.action_log())
    }
}

/// The packets between the hosts of a run as a `.pcap` file of raw IPv4 packets, in the order in which they left their
/// senders: lost ones are in it, as in a capture at the sender, and one that arrives twice is in it twice. Connections
/// within a host are left out: each host has the same 127.0.0.1.
///
/// A world keeps no packets: it is run again, and they come again byte for byte.
///
/// # Errors
/// As [`Lab::replay`].
pub fn pcap(log: ActionLog) -> Result<Vec<u8>, LabError> {
    log.check()?;
    let file = Rc::new(RefCell::new(Pcap::new()));
    let sink = Rc::clone(&file);
    let lab = Lab::observed(log.config.clone(), move |packet| {
        if packet.from != packet.to {
            sink.borrow_mut().push(UNIX_START_US + packet.sent.0 as i64, packet.bytes);
        }
    })?;
    Replay::go_on(log, lab, 0).finish()?;
    Ok(file.take().into_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::examples;

    /// The length of each packet, from its record's header.
    fn lengths(file: &[u8]) -> Vec<usize> {
        let mut lengths = Vec::new();
        let mut rest = &file[24..];
        while let Some(header) = rest.get(..16) {
            let length = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
            assert_eq!(usize::from(u16::from_be_bytes([rest[18], rest[19]])), length, "IPv4's own length");
            lengths.push(length);
            rest = &rest[16 + length..];
        }
        assert!(rest.is_empty());
        lengths
    }

    #[test]
    fn every_packet_that_frames_show_is_in_the_file() {
        let mut log = examples::opening();
        log.end_us = 20_000_000;
        let lab = Lab::replay(&log).expect("the example is a good run");
        let range = lab.frames();
        let frames = (range.first..=range.last).filter_map(|seq| lab.frame(seq));
        let shown: BTreeSet<u64> = frames.flat_map(|f| f.packets.iter().map(|p| p.id).collect::<Vec<_>>()).collect();
        let file = lab.pcap().expect("it was done before");
        assert!(shown.len() > 50, "{} packets", shown.len());
        assert_eq!(lengths(&file).len(), shown.len());
        assert_eq!(pcap(lab.action_log()).expect("a good run"), file, "the same bytes each time");
    }
}
