//! A process that starts again of itself.

use psyncscope_engine::io::CloseReason;
use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::Power;

use crate::talker::pair;

#[test]
fn it_ends_and_begins_again_after_its_time() {
    let mut pair = pair(WorldConfig::default());
    let (opener, _) = pair.connect();
    let at = pair.at();
    let seed = pair.talker(pair.a).seed;
    pair.tell(pair.a, "file dump kept");
    pair.tell(pair.a, "restart 300");
    assert_eq!(pair.world.power(pair.a), Some(Power::Stopped));
    pair.world.run_for(299_999);
    assert_eq!(pair.world.power(pair.a), Some(Power::Stopped));
    assert_eq!(pair.talk(pair.b, opener).closed, Some((at + 500, CloseReason::Eof)));
    pair.world.run_for(1);
    assert_eq!(pair.world.power(pair.a), Some(Power::Running));
    assert_ne!(pair.talker(pair.a).seed, seed, "another process");
    assert_eq!(pair.talker(pair.a).dump.as_deref(), Some(&b"kept"[..]), "with the host's files");
    pair.connect();
}

#[test]
fn without_a_time_no_time_passes() {
    let mut pair = pair(WorldConfig::default());
    let seed = pair.talker(pair.a).seed;
    pair.tell(pair.a, "restart 0");
    pair.world.run_for(0);
    assert_eq!(pair.world.power(pair.a), Some(Power::Running));
    assert_ne!(pair.talker(pair.a).seed, seed);
}

#[test]
fn one_that_was_started_by_hand_is_not_started_again() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.a, "restart 300");
    pair.world.restart(pair.a).expect("it has ended");
    pair.world.crash(pair.a).expect("it runs");
    pair.world.run_for(1_000_000);
    assert_eq!(pair.world.power(pair.a), Some(Power::Stopped));
}

#[test]
fn a_host_that_loses_power_meanwhile_stays_off() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.a, "restart 300");
    pair.world.power_off(pair.a).expect("it has power");
    pair.world.run_for(1_000_000);
    assert_eq!(pair.world.power(pair.a), Some(Power::Off));
    let removed = pair.a;
    pair.world.restart(removed).expect("it is off");
    pair.tell(removed, "restart 300");
    pair.world.remove_host(removed).expect("it is there");
    pair.world.run_for(1_000_000);
    assert_eq!(pair.world.power(removed), None);
}

#[test]
fn one_that_refuses_to_start_stays_stopped() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.a, "file dump damaged");
    pair.tell(pair.a, "restart 0");
    pair.world.run_for(1_000_000);
    assert_eq!(pair.world.power(pair.a), Some(Power::Stopped));
}
