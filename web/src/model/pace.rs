//! How wall time becomes virtual time.

use psyncscope_lab::engine::replication::ReplState;
use psyncscope_lab::sim::frame::{Fate, Frame, HostFrame, HostId, PacketFrame, Power, SimTime};

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
/// The same while a replica climbs its handshake: short lines, one after the other, which the caption puts in words.
const CLIMB_US: f64 = 400_000.0;
/// The same for the steady beat of a link (PING, REPLCONF ACK), which nobody reads twice, and for opening a connection.
const BEAT_US: f64 = 500_000.0;
/// How many times faster than the clock idle time passes when paced: the second between two cron runs takes a quarter.
const IDLE_TIMES: f64 = 4.0;
/// The same while a replica is about to connect: the state before the handshake can be seen.
const ABOUT_TO_CONNECT_TIMES: f64 = 1.0;
/// Wall time that a background save takes for which replicas wait, in microseconds, unless time would pass too slowly
/// or too fast for it.
const SAVE_US: f64 = 1_500_000.0;
const SAVE_TIMES_MIN: f64 = 0.3;
/// A world's first millisecond, before anything moves, takes a second: whoever opens the page sees what there is.
const BEGINNING_US: u64 = 1_000;
const BEGINNING_TIMES: f64 = 0.001;

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
pub fn rate(frame: &Frame, now: SimTime, segments: bool) -> Option<f64> {
    let climbs = |id| is_climbing(frame, id);
    let wall_us = |packet: &PacketFrame| {
        if !is_telling(packet) {
            // The connection that a handshake needs is one of its steps, though nothing of it is drawn.
            (segments || (packet.flags.starts_with("SYN") && packet.fate == Fate::Arrives)).then_some(BEAT_US)
        } else if climbs(packet.from) || climbs(packet.to) {
            Some(CLIMB_US)
        } else {
            Some(if is_beat(packet) { BEAT_US } else { READ_US })
        }
    };
    frame
        .packets
        .iter()
        .filter(|p| p.sent <= now && now < p.arrives)
        .filter_map(|p| Some((p.arrives.0 - p.sent.0) as f64 / wall_us(p)?))
        .reduce(f64::min)
        // Slow wires need no help: time never runs faster than when idle.
        .map(|rate| rate.min(IDLE_TIMES))
}

/// The state of a running replica's link.
fn link_state(host: &HostFrame) -> Option<ReplState> {
    let node = host.node.as_ref().filter(|_| host.power == Power::Running)?;
    Some(node.upstream.as_ref()?.state)
}

/// Whether a node is a replica on its way from CONNECTING to CONNECTED.
fn is_climbing(frame: &Frame, id: HostId) -> bool {
    let state = frame.hosts.iter().find(|host| host.id == id).and_then(|host| link_state(host));
    state.is_some_and(|state| state > ReplState::Connect && state < ReplState::Connected)
}

/// How many times faster than the clock time passes when nothing visible is under way.
fn idle_times(frame: &Frame, now: SimTime) -> f64 {
    if now.0 < BEGINNING_US {
        BEGINNING_TIMES
    } else if frame.hosts.iter().any(|host| link_state(host) == Some(ReplState::Connect)) {
        ABOUT_TO_CONNECT_TIMES
    } else {
        let saves = frame.hosts.iter().filter_map(|host| host.child).map(|(started, ends)| ends.0 - started.0).max();
        match saves.filter(|_| frame.hosts.iter().any(|host| is_climbing(frame, host.id))) {
            Some(save_us) => (save_us as f64 / SAVE_US).clamp(SAVE_TIMES_MIN, IDLE_TIMES),
            None => IDLE_TIMES,
        }
    }
}

/// Wall time for which a step of a handshake is shown before the next one of the same turn, in microseconds.
const HOLD_US: f64 = 350_000.0;
/// Replicas that take the same step within this time are told in one sentence: time is held once, in microseconds.
const HOLD_JOIN_US: u64 = 50_000;

/// What holds time: the steps that handshakes take within the frame shown, of which each can be read.
#[derive(Clone, Debug, Default)]
pub struct Hold {
    /// For each step that is left, how many entries of the timeline had happened after it; the last comes first.
    steps: Vec<usize>,
    /// Wall time left for the first of them, in microseconds.
    left_us: f64,
    /// For whom and when time was held last.
    last: Option<(HostId, SimTime)>,
}

impl Hold {
    /// Begins to hold the steps that have been taken at `at`. One that another replica has just taken is told with it.
    pub fn begin(&mut self, at: SimTime, steps: Vec<(HostId, usize)>) {
        self.steps.clear();
        self.left_us = HOLD_US;
        for (host, entries) in steps {
            if self.last.is_some_and(|(other, then)| other != host && at.0 <= then.0 + HOLD_JOIN_US) {
                continue;
            }
            self.last = Some((host, at));
            self.steps.insert(0, entries);
        }
    }

    /// Lets up to `wall_us` of wall time pass while time is held. Returns how much did; `None` if time is not held.
    pub fn pass(&mut self, wall_us: f64) -> Option<f64> {
        self.steps.last()?;
        let passed = self.left_us.min(wall_us);
        self.left_us -= passed;
        if self.left_us <= 0.0 {
            self.steps.pop();
            self.left_us = HOLD_US;
        }
        Some(passed)
    }

    /// How many entries of the timeline are shown; all of the frame's unless time is held.
    #[must_use]
    pub fn entries(&self) -> Option<usize> {
        self.steps.last().copied()
    }
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
        Speed::Paced => rate(frame, now, segments).unwrap_or_else(|| idle_times(frame, now)),
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
    use psyncscope_lab::Lab;
    use psyncscope_lab::examples;
    use psyncscope_lab::rungs;
    use psyncscope_lab::sim::TurnId;
    use std::collections::BTreeMap;
    use std::sync::Arc;

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
            stream: None,
            by: TurnId(0),
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
            let rate = rate(&frame(vec![packet(travel, "SET k v")]), SimTime(1000), false).unwrap();
            assert!((travel as f64 / rate - READ_US).abs() < 1.0);
        }
        let beat = rate(&frame(vec![packet(500, "REPLCONF ACK 14")]), SimTime(1000), false).unwrap();
        assert!((500.0 / beat - BEAT_US).abs() < 1.0);
    }

    #[test]
    fn hidden_or_arrived_packets_do_not_slow_time() {
        let rate = |packet, now, segments| rate(&frame(vec![packet]), SimTime(now), segments);
        assert_eq!(rate(packet(500, ""), 1000, false), None);
        assert!(rate(packet(500, ""), 1000, true).is_some());
        assert_eq!(rate(packet(500, "PING"), 1500, false), None);
    }

    #[test]
    fn paced_time_stops_at_the_next_event() {
        let idle = frame(vec![]);
        let first = stretch(Speed::Paced, &idle, SimTime(5000), 16_000.0, Some(SimTime(6000)), false);
        assert_eq!(first.until, SimTime(6000));
        assert!((first.cost_us - 1000.0 / IDLE_TIMES).abs() < 1e-9);
        let all = stretch(Speed::Paced, &idle, SimTime(5000), 16_000.0, Some(SimTime(900_000)), false);
        assert_eq!(all.until, SimTime(69_000));
        assert!((all.cost_us - 16_000.0).abs() < 1e-9);
    }

    #[test]
    fn plain_time_keeps_true_proportions() {
        let busy = frame(vec![packet(500, "SET k v")]);
        let made = stretch(Speed::Times(0.5), &busy, SimTime(1000), 16_000.0, Some(SimTime(1200)), false);
        assert_eq!(made, Stretch { until: SimTime(9000), cost_us: 16_000.0 });
    }

    /// The opening at its pace, in ticks of a display, up to `end_us` of virtual time: for each state of a node's link
    /// the wall time for which it was shown, in seconds; and when the node followed.
    fn play_opening(node: &str, end_us: u64) -> (BTreeMap<ReplState, f64>, f64) {
        const TICK_US: f64 = 1e6 / 60.0;
        let opening = examples::opening();
        let mut lab = Lab::new(opening.config).unwrap();
        let mut script = opening.actions.into_iter().peekable();
        let (mut shown, mut followed, mut wall_us) = (BTreeMap::new(), 0.0, 0.0);
        let mut hold = Hold::default();
        while lab.now().0 < end_us {
            let mut left = TICK_US;
            while left > 0.5 {
                let now = lab.now();
                let whole = lab.frame_at(now);
                let frame =
                    hold.entries().map_or(Arc::clone(&whole), |entries| rungs::within(&whole, lab.timeline(), entries));
                let host = frame.hosts.iter().find(|host| &*host.name == node).unwrap();
                let state = link_state(host).unwrap_or_default();
                if let Some(cost_us) = hold.pass(left) {
                    *shown.entry(state).or_insert(0.0) += cost_us / 1e6;
                    wall_us += cost_us;
                    left -= cost_us;
                    continue;
                }
                let scripted = script.peek().map(|action| SimTime(action.at_us));
                let next = lab.next_event_at().into_iter().chain(scripted).min();
                let stretch = stretch(Speed::Paced, &frame, now, left, next, false);
                *shown.entry(state).or_insert(0.0) += stretch.cost_us / 1e6;
                left -= stretch.cost_us;
                while let Some(due) = script.next_if(|action| action.at_us <= stretch.until.0) {
                    lab.run_until(SimTime(due.at_us));
                    lab.act(due.action).unwrap();
                }
                lab.run_until(stretch.until);
                let entries = lab.frame_at(lab.now()).entries;
                hold.begin(lab.now(), rungs::steps(lab.timeline(), whole.entries, entries));
                wall_us += stretch.cost_us;
                if state == ReplState::Connected && followed == 0.0 {
                    followed = wall_us / 1e6;
                }
            }
        }
        (shown, followed)
    }

    #[test]
    fn every_step_of_the_opening_climb_can_be_read_and_all_is_over_soon() {
        for node in ["b", "c"] {
            let (shown, followed) = play_opening(node, 3_500_000);
            for state in [
                ReplState::Connect,
                ReplState::Connecting,
                ReplState::ReceivePong,
                ReplState::ReceivePort,
                ReplState::ReceiveCapa,
                ReplState::ReceivePsync,
                ReplState::Transfer,
            ] {
                let seconds = shown.get(&state).copied().unwrap_or(0.0);
                assert!((0.7..3.0).contains(&seconds), "{node} is {} for {seconds:.2} s", state.name());
            }
            // States that it passes within a turn.
            for state in [ReplState::SendPort, ReplState::SendCapa, ReplState::SendPsync] {
                let seconds = shown.get(&state).copied().unwrap_or(0.0);
                assert!(
                    node == "c" || seconds >= HOLD_US / 1e6 - 1e-6,
                    "{node} is {} for {seconds:.2} s",
                    state.name()
                );
            }
            assert!((6.0..13.0).contains(&followed), "{node} follows after {followed:.1} s");
        }
    }

    #[test]
    fn opening_a_connection_is_a_step_but_one_into_a_cut_is_not() {
        let syn = |fate| PacketFrame { flags: "SYN", fate, ..(*packet(150_000, "")).clone() };
        let rate = |fate| rate(&frame(vec![Arc::new(syn(fate))]), SimTime(1000), false);
        assert!(rate(Fate::Arrives).is_some_and(|rate| (150_000.0 / rate - BEAT_US).abs() < 1.0));
        assert_eq!(rate(Fate::Cut), None);
    }
}
