//! One direction of the wire between two hosts: when a packet arrives, and whether.

use rand_core::RngCore;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::error::WorldError;
use crate::frame::{Fate, HostId, WireSettings};
use crate::seed::{happens, up_to};

/// The longest latency or jitter: an hour, in microseconds.
const TIME_MAX_US: u64 = 3_600_000_000;

/// One direction of a wire.
///
/// Latency, jitter and bandwidth keep the order of packets, as one cable does: a packet is never delivered before the
/// one sent before it. Only `reorder` breaks the order. The queue before a narrow wire is unbounded; TCP's windows
/// bound what can be in it.
#[derive(Debug)]
pub(crate) struct Direction {
    pub settings: WireSettings,
    pub cut: bool,
    rng: Xoshiro256PlusPlus,
    /// Until when the wire is busy putting earlier packets on the line, in microseconds.
    busy_until: u64,
    /// When the latest packet in order arrives.
    last_arrival: u64,
}

/// The wires between all hosts, each direction found by the numbers of its two ends: a large world has tens of thousands.
#[derive(Default)]
pub(crate) struct Wires(Vec<Vec<Option<Direction>>>);

impl Wires {
    pub(crate) fn get(&self, from: HostId, to: HostId) -> Option<&Direction> {
        self.0.get(usize::from(from.0))?.get(usize::from(to.0))?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, from: HostId, to: HostId) -> Option<&mut Direction> {
        self.0.get_mut(usize::from(from.0))?.get_mut(usize::from(to.0))?.as_mut()
    }

    pub(crate) fn insert(&mut self, from: HostId, to: HostId, direction: Direction) {
        let (from, to) = (usize::from(from.0), usize::from(to.0));
        if self.0.len() <= from {
            self.0.resize_with(from + 1, Vec::new);
        }
        let row = &mut self.0[from];
        if row.len() <= to {
            row.resize_with(to + 1, || None);
        }
        row[to] = Some(direction);
    }

    /// Removes the wires of a host.
    pub(crate) fn remove_host(&mut self, host: HostId) {
        let host = usize::from(host.0);
        for (from, row) in self.0.iter_mut().enumerate() {
            if from == host {
                row.clear();
            } else if let Some(direction) = row.get_mut(host) {
                *direction = None;
            }
        }
    }
}

/// What becomes of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Passage {
    /// When it arrives, or would have.
    pub arrives: u64,
    pub fate: Fate,
    /// When its double arrives, if the wire makes one.
    pub double_arrives: Option<u64>,
}

impl Direction {
    pub(crate) const fn new(settings: WireSettings, rng: Xoshiro256PlusPlus) -> Self {
        Self { settings, cut: false, rng, busy_until: 0, last_arrival: 0 }
    }

    /// Takes new settings. What is under way arrives as scheduled; what is sent from now on may overtake it.
    pub(crate) fn change(&mut self, settings: WireSettings) {
        self.settings = settings;
        self.busy_until = 0;
        self.last_arrival = 0;
    }

    /// Puts a packet of `len` bytes on the wire.
    pub(crate) fn carry(&mut self, now: u64, len: usize) -> Passage {
        // Always the same number of draws, so that a changed setting does not change what happens to other packets.
        let [loss, jitter, double, reorder, extra] = std::array::from_fn(|_| self.rng.next_u64());
        let WireSettings { latency_us, jitter_us, bandwidth_bps, .. } = self.settings;
        if bandwidth_bps > 0 {
            let on_line = (len as u64 * 8 * 1_000_000).div_ceil(bandwidth_bps);
            self.busy_until = self.busy_until.max(now) + on_line;
        }
        let left = if bandwidth_bps > 0 { self.busy_until } else { now };
        let mut arrives = (left + latency_us + up_to(jitter, jitter_us)).max(self.last_arrival);
        let fate = if self.cut {
            Fate::Cut
        } else if happens(loss, self.settings.loss) {
            Fate::Lost
        } else {
            Fate::Arrives
        };
        if happens(reorder, self.settings.reorder) {
            // Long enough for what is sent within the next millisecond to overtake it, and varied.
            arrives += 1000 + latency_us / 2 + up_to(extra, latency_us);
        } else {
            self.last_arrival = arrives;
        }
        let double_arrives = (fate == Fate::Arrives && happens(double, self.settings.duplicate))
            .then(|| arrives + 1 + up_to(extra.rotate_left(32), latency_us / 4 + 100));
        Passage { arrives, fate, double_arrives }
    }
}

/// The nearest settings that make sense.
pub(crate) fn clamped(settings: WireSettings) -> WireSettings {
    let chance = |p: f64| if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) };
    WireSettings {
        latency_us: settings.latency_us.min(TIME_MAX_US),
        jitter_us: settings.jitter_us.min(TIME_MAX_US),
        bandwidth_bps: settings.bandwidth_bps,
        loss: chance(settings.loss),
        duplicate: chance(settings.duplicate),
        reorder: chance(settings.reorder),
    }
}

/// Refuses settings that make no sense.
pub(crate) fn validate(settings: &WireSettings) -> Result<(), WorldError> {
    let chance = |p: f64| (0.0..=1.0).contains(&p);
    if settings.latency_us > TIME_MAX_US || settings.jitter_us > TIME_MAX_US {
        Err(WorldError::BadWire("a wire's latency and jitter are at most an hour"))
    } else if !(chance(settings.loss) && chance(settings.duplicate) && chance(settings.reorder)) {
        Err(WorldError::BadWire("a probability is a number from 0 to 1"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::SeedableRng;

    fn direction(settings: WireSettings) -> Direction {
        Direction::new(settings, Xoshiro256PlusPlus::seed_from_u64(1))
    }

    #[test]
    fn latency_alone() {
        let mut wire = direction(WireSettings { latency_us: 500, ..WireSettings::default() });
        let passage = wire.carry(100, 1500);
        assert_eq!(passage, Passage { arrives: 600, fate: Fate::Arrives, double_arrives: None });
    }

    #[test]
    fn bandwidth_queues_packets_behind_each_other() {
        // 1500 bytes at 12 Mbit/s take exactly a millisecond.
        let mut wire = direction(WireSettings { bandwidth_bps: 12_000_000, ..WireSettings::default() });
        assert_eq!(wire.carry(0, 1500).arrives, 1500);
        assert_eq!(wire.carry(0, 1500).arrives, 2500);
        assert_eq!(wire.carry(10_000, 1500).arrives, 11_500, "the queue has emptied");
    }

    #[test]
    fn jitter_keeps_the_order() {
        let mut wire = direction(WireSettings { jitter_us: 5000, ..WireSettings::default() });
        let arrivals: Vec<u64> = (0..200).map(|at| wire.carry(at * 100, 100).arrives).collect();
        assert!(arrivals.is_sorted());
        assert!(arrivals.iter().enumerate().all(|(i, &a)| a >= i as u64 * 100 + 500));
    }

    #[test]
    fn reordered_packets_are_overtaken() {
        let mut wire = direction(WireSettings { reorder: 0.2, ..WireSettings::default() });
        let arrivals: Vec<u64> = (0..200).map(|at| wire.carry(at * 10, 100).arrives).collect();
        assert!(!arrivals.is_sorted());
    }

    #[test]
    fn faults_come_about_as_often_as_asked() {
        let settings = WireSettings { loss: 0.25, duplicate: 0.5, ..WireSettings::default() };
        let mut wire = direction(settings);
        let passages: Vec<Passage> = (0..4000).map(|at| wire.carry(at, 100)).collect();
        let lost = passages.iter().filter(|p| p.fate == Fate::Lost).count();
        let doubled = passages.iter().filter(|p| p.double_arrives.is_some()).count();
        assert!((900..1100).contains(&lost), "{lost} of 4000 lost");
        assert!((1400..1600).contains(&doubled), "{doubled} of 3000 doubled");
        wire.cut = true;
        assert_eq!(wire.carry(9000, 100).fate, Fate::Cut);
    }

    #[test]
    fn luck_does_not_depend_on_other_settings() {
        let lossy = WireSettings { loss: 0.3, ..WireSettings::default() };
        let mut plain = direction(lossy);
        let mut wild =
            direction(WireSettings { jitter_us: 900, reorder: 0.5, duplicate: 0.5, bandwidth_bps: 1_000_000, ..lossy });
        for at in 0..500 {
            assert_eq!(plain.carry(at, 100).fate, wild.carry(at, 100).fate);
        }
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let good = WireSettings::default();
        assert_eq!(validate(&good), Ok(()));
        assert_eq!(validate(&WireSettings { loss: 1.0, latency_us: TIME_MAX_US, ..good }), Ok(()));
        assert!(validate(&WireSettings { loss: 1.01, ..good }).is_err());
        assert!(validate(&WireSettings { reorder: -0.1, ..good }).is_err());
        assert!(validate(&WireSettings { duplicate: f64::NAN, ..good }).is_err());
        assert!(validate(&WireSettings { latency_us: TIME_MAX_US + 1, ..good }).is_err());
    }
}
