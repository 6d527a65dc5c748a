//! Two clocks: timers run on one, the wall shows the other.

use psyncscope_sim::frame::SimTime;
use psyncscope_sim::{UNIX_START_US, WorldConfig};

use crate::talker::pair;

#[test]
fn timers_come_exactly_when_wanted() {
    let mut pair = pair(WorldConfig::default());
    pair.until(17);
    pair.tell(pair.a, "tick 333333");
    assert_eq!(pair.world.next_event_at(), Some(SimTime(333_350)));
    pair.until(1_000_016);
    assert_eq!(pair.talker(pair.a).ticks, [333_350, 666_683, 1_000_016], "the last instant is included");
}

#[test]
fn moving_a_wall_clock_moves_no_timer_and_no_other_host() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.a, "tick 1000000");
    pair.tell(pair.b, "tick 1000000");
    pair.world.move_clock(pair.a, -3_600_000).expect("it is there");
    pair.until(2_000_000);
    let (a, b) = (pair.talker(pair.a), pair.talker(pair.b));
    assert_eq!(a.ticks, [1_000_000, 2_000_000]);
    assert_eq!(a.unix_us, UNIX_START_US + 2_000_000 - 3_600_000_000);
    assert_eq!(b.unix_us, UNIX_START_US + 2_000_000);
    assert_eq!(pair.world.unix_us(pair.a), Some(a.unix_us));
}

#[test]
fn nothing_to_do_means_nothing_planned() {
    let mut pair = pair(WorldConfig::default());
    assert_eq!(pair.world.next_event_at(), None);
    assert!(!pair.world.step());
    pair.until(5);
    pair.until(3);
    assert_eq!(pair.world.now(), SimTime(5), "time never goes back");
}
