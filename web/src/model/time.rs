//! Virtual time as text and as a scale.

use psyncscope_lab::sim::frame::SimTime;

/// `12.418 s`; from a minute on `1:02.418`.
#[must_use]
pub fn clock(t: SimTime) -> String {
    let ms = t.0 / 1000;
    if ms < 60_000 {
        format!("{}.{:03} s", ms / 1000, ms % 1000)
    } else {
        format!("{}:{:02}.{:03}", ms / 60_000, ms / 1000 % 60, ms % 1000)
    }
}

/// `11.9 s`, for a sentence.
#[must_use]
pub fn short(t: SimTime) -> String {
    format!("{:.1} s", t.0 as f64 / 1e6)
}

/// A duration for a label: `0.5 ms`, `150 ms`, `2 s`.
#[must_use]
pub fn duration(us: u64) -> String {
    if us >= 1_000_000 {
        format!("{} s", trim(us as f64 / 1e6))
    } else if us >= 100 {
        format!("{} ms", trim(us as f64 / 1e3))
    } else {
        format!("{us} µs")
    }
}

/// At most two decimals, none that are zero.
#[must_use]
pub fn trim(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

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
    fn times_as_text() {
        assert_eq!(clock(SimTime(12_418_999)), "12.418 s");
        assert_eq!(clock(SimTime(62_418_000)), "1:02.418");
        assert_eq!(short(SimTime(11_940_000)), "11.9 s");
        for (us, text) in [(1, "1 µs"), (500, "0.5 ms"), (150_000, "150 ms"), (1_500_000, "1.5 s"), (100, "0.1 ms")] {
            assert_eq!(duration(us), text);
        }
    }

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
