//! A host without power is silent.

use psyncscope_engine::io::CloseReason;
use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::Power;

use crate::talker::{OPENED, pair};

#[test]
fn nobody_is_told() {
    let mut pair = pair(WorldConfig::default());
    let (opener, _) = pair.connect();
    pair.world.power_off(pair.a).expect("it is on");
    pair.world.run_for(600_000_000);
    assert_eq!(pair.talk(pair.b, opener).closed, None, "an idle peer hears nothing");
    assert!(pair.world.process(pair.a).is_none());
    assert_eq!(pair.world.power(pair.a), Some(Power::Off));
}

#[test]
fn a_connection_to_it_times_out() {
    let mut pair = pair(WorldConfig::default());
    pair.world.power_off(pair.a).expect("it is on");
    pair.tell(pair.b, "connect a 7000");
    pair.world.run_for(200_000_000);
    let failed = pair.talk(pair.b, OPENED).failed.clone();
    assert_eq!(failed, Some((127_000_000, "Connection timed out".to_owned())));
}

#[test]
fn the_new_kernel_resets_what_the_old_one_knew() {
    let mut pair = pair(WorldConfig::default());
    let (opener, _) = pair.connect();
    pair.world.power_off(pair.a).expect("it is on");
    pair.world.run_for(1_000_000);
    pair.world.restart(pair.a).expect("it is off");
    assert_eq!(pair.talk(pair.b, opener).closed, None);
    let at = pair.at();
    pair.tell(pair.b, &format!("send {} 10", opener.0));
    pair.world.run_for(1_000_000);
    assert_eq!(pair.talk(pair.b, opener).closed, Some((at + 1000, CloseReason::Reset)));
}

#[test]
fn packets_that_left_before_arrive_and_those_that_come_vanish() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    pair.tell(pair.a, &format!("send {} 100", acceptor.0));
    pair.tell(pair.b, &format!("send {} 100", opener.0));
    pair.world.power_off(pair.a).expect("it is on");
    pair.world.run_for(1_000_000);
    assert_eq!(pair.talk(pair.b, opener).received.len(), 100);
}

#[test]
fn the_disk_stays_and_the_wall_clock_goes_on() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.a, "file dump hello");
    pair.world.power_off(pair.a).expect("it is on");
    pair.world.run_for(5_000_000);
    pair.world.restart(pair.a).expect("it is off");
    let talker = pair.talker(pair.a);
    assert_eq!(talker.dump.as_deref(), Some(&b"hello"[..]));
    assert_eq!(talker.unix_us, psyncscope_sim::UNIX_START_US + 5_000_000);
}

#[test]
fn a_removed_host_is_gone_with_its_name_and_packets() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    pair.tell(pair.a, &format!("send {} 100", acceptor.0));
    pair.world.remove_host(pair.a).expect("it is there");
    pair.world.run_for(1_000_000);
    assert_eq!(pair.talk(pair.b, opener).received.len(), 0, "packets under way went with it");
    assert_eq!(pair.world.host_ids().collect::<Vec<_>>(), [pair.b]);
    assert!(pair.world.power_off(pair.a).is_err());
    let again = pair.world.add_host("a", 7000).expect("the name is free again");
    assert_ne!(again, pair.a, "numbers are never used again");
    assert_eq!(pair.world.ip(again), Some("10.0.0.3"));
}
