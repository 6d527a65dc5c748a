//! Virtual time as a scale.

use psyncscope_lab::sim::frame::SimTime;

/// The shortest axis of the scrubber, in seconds.
const EXTENT_MIN_S: u64 = 15;

/// The length of the scrubber's axis, in microseconds: a round time with some room ahead of the present, so that the
/// knob moves while the world runs. At most a fifth of a longer axis is empty.
#[must_use]
pub fn extent(now: SimTime) -> u64 {
    const STEPS_S: [u64; 9] = [5, 10, 15, 30, 60, 120, 300, 600, 1800];
    let wanted_s = (now.0 + now.0 / 50).div_ceil(1_000_000).max(EXTENT_MIN_S);
    // The largest step that is no more than a tenth of the whole; the knob then jumps back seldom and by little.
    let step_s = STEPS_S.into_iter().rev().find(|step| step * 10 <= wanted_s).unwrap_or(STEPS_S[0]);
    wanted_s.next_multiple_of(step_s) * 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_is_never_shorter_than_time() {
        for s in [0, 1, 14, 15, 29, 61, 10_000, 100_000] {
            assert!(extent(SimTime(s * 1_000_000)) >= s * 1_000_000);
        }
        assert_eq!(extent(SimTime(0)), 15_000_000);
    }

    #[test]
    fn the_axis_ends_near_the_present() {
        for (now_s, extent_s) in [(10, 15), (15, 20), (40, 45), (60, 65), (120, 130), (600, 660), (3600, 3900)] {
            assert_eq!(extent(SimTime(now_s * 1_000_000)), extent_s * 1_000_000, "{now_s} s");
        }
        for s in 15..20_000 {
            let now = s * 1_000_000;
            assert!(extent(SimTime(now)) * 4 <= now * 5 + 4 * 5_000_000, "{s} s");
        }
    }
}
