//! How wall time becomes virtual time.

use std::sync::Arc;

use psyncscope_lab::sim::frame::{Frame, PacketFrame, SimTime};

/// How fast time passes while the page plays.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Speed {
    /// Each visible packet takes the time that an eye needs; idle time is skipped.
    #[default]
    Paced,
    /// So many times as fast as a clock on the wall.
    Times(f64),
}

impl Speed {
    /// All that can be chosen, in the order of the menu.
    pub const ALL: [Self; 7] = [
        Self::Paced,
        Self::Times(0.1),
        Self::Times(0.25),
        Self::Times(0.5),
        Self::Times(1.0),
        Self::Times(2.0),
        Self::Times(5.0),
    ];
}

/// Wall time that a packet with something to read takes from end to end, in microseconds.
const READ_US: f64 = 1_000_000.0;
/// The same for the steady beat of a link (PING, REPLCONF ACK), which nobody reads twice.
const BEAT_US: f64 = 500_000.0;
/// How many times faster than the clock idle time passes when paced: the second between two cron runs takes a quarter.
const IDLE_TIMES: f64 = 4.0;

/// Whether a packet is drawn when bare segments are hidden.
#[must_use]
pub fn is_telling(packet: &PacketFrame) -> bool {
    !packet.payload.is_empty()
}

/// Whether a packet belongs to the steady beat of an idle link.
#[must_use]
pub fn is_beat(packet: &PacketFrame) -> bool {
    packet.label.starts_with("REPLCONF ACK") || &*packet.label == "PING" || &*packet.label == "\\n"
}

/// Virtual microseconds for each microsecond on the wall, at a frame; `None` when nothing visible is under way.
#[must_use]
pub fn rate(packets: &[Arc<PacketFrame>], now: SimTime, segments: bool) -> Option<f64> {
    packets
        .iter()
        .filter(|p| p.sent <= now && now < p.arrives && (segments || is_telling(p)))
        .map(|p| {
            let travel = (p.arrives.0 - p.sent.0) as f64;
            travel / if is_beat(p) || !is_telling(p) { BEAT_US } else { READ_US }
        })
        .reduce(f64::min)
        // Slow wires need no help: time never runs faster than when idle.
        .map(|rate| rate.min(IDLE_TIMES))
}

/// How far one tick goes: the time on the wall to spend, and where virtual time must stop to look again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Virtual time up to which to go now.
    pub until: SimTime,
    /// Wall time that this costs, in microseconds.
    pub cost_us: f64,
}

/// The next stretch of a tick that has `left_us` of wall time left, at `now` with `frame` on the stage. `next` is when
/// something happens next, if that is known.
#[must_use]
pub fn stretch(
    speed: Speed,
    frame: &Frame,
    now: SimTime,
    left_us: f64,
    next: Option<SimTime>,
    segments: bool,
) -> Stretch {
    let rate = match speed {
        Speed::Times(times) => times,
        Speed::Paced => rate(&frame.packets, now, segments).unwrap_or(IDLE_TIMES),
    };
    // At least a microsecond, or a very slow pace would stand still.
    let reach = SimTime(now.0 + (left_us * rate).floor().max(1.0) as u64);
    match next {
        // Paced time changes its pace with what is under way: look again at each event.
        Some(next) if speed == Speed::Paced && next > now && next < reach => {
            Stretch { until: next, cost_us: (next.0 - now.0) as f64 / rate }
        }
        _ => Stretch { until: reach, cost_us: left_us },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::sim::frame::{Fate, HostId};

    fn packet(travel_us: u64, label: &str) -> Arc<PacketFrame> {
        Arc::new(PacketFrame {
            id: 1,
            from: HostId(0),
            to: HostId(1),
            sent: SimTime(1000),
            arrives: SimTime(1000 + travel_us),
            fate: Fate::Arrives,
            src_port: 1,
            dst_port: 2,
            flags: "PSH ACK",
            seq: 0,
            ack: 0,
            payload: if label.is_empty() { Arc::from([]) } else { Arc::from(*b"x") },
            again: false,
            label: Arc::from(label),
            replid: None,
        })
    }

    fn frame(packets: Vec<Arc<PacketFrame>>) -> Frame {
        Frame {
            seq: 0,
            at: SimTime(0),
            entries: 0,
            hosts: Arc::from([]),
            wires: Arc::from([]),
            packets: packets.into(),
        }
    }

    #[test]
    fn a_packet_takes_the_time_that_an_eye_needs() {
        for travel in [500, 150_000] {
            let rate = rate(&[packet(travel, "SET k v")], SimTime(1000), false).unwrap();
            assert!((travel as f64 / rate - READ_US).abs() < 1.0);
        }
        let beat = rate(&[packet(500, "REPLCONF ACK 14")], SimTime(1000), false).unwrap();
        assert!((500.0 / beat - BEAT_US).abs() < 1.0);
    }

    #[test]
    fn hidden_or_arrived_packets_do_not_slow_time() {
        assert_eq!(rate(&[packet(500, "")], SimTime(1000), false), None);
        assert!(rate(&[packet(500, "")], SimTime(1000), true).is_some());
        assert_eq!(rate(&[packet(500, "PING")], SimTime(1500), false), None);
    }

    #[test]
    fn paced_time_stops_at_the_next_event() {
        let idle = frame(vec![]);
        let first = stretch(Speed::Paced, &idle, SimTime(0), 16_000.0, Some(SimTime(1000)), false);
        assert_eq!(first.until, SimTime(1000));
        assert!((first.cost_us - 1000.0 / IDLE_TIMES).abs() < 1e-9);
        let all = stretch(Speed::Paced, &idle, SimTime(0), 16_000.0, Some(SimTime(900_000)), false);
        assert_eq!(all.until, SimTime(64_000));
        assert!((all.cost_us - 16_000.0).abs() < 1e-9);
    }

    #[test]
    fn plain_time_keeps_true_proportions() {
        let busy = frame(vec![packet(500, "SET k v")]);
        let made = stretch(Speed::Times(0.5), &busy, SimTime(1000), 16_000.0, Some(SimTime(1200)), false);
        assert_eq!(made, Stretch { until: SimTime(9000), cost_us: 16_000.0 });
    }
}
