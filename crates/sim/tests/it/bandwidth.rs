//! Narrow wires take their time.

use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::WireSettings;

use crate::talker::pair;

#[track_caller]
fn check(bandwidth_bps: u64, bytes: u64, at_least_us: u64, at_most_us: u64) {
    let wire = WireSettings { bandwidth_bps, ..WireSettings::default() };
    let mut pair = pair(WorldConfig { wire, ..WorldConfig::default() });
    let (opener, acceptor) = pair.connect();
    let at = pair.at();
    pair.tell(pair.b, &format!("send {} {bytes}", opener.0));
    pair.world.run_for(600_000_000);
    let talk = pair.talk(pair.a, acceptor);
    assert_eq!(talk.received.len() as u64, bytes);
    let took = talk.received_at - at;
    assert!((at_least_us..=at_most_us).contains(&took), "{bytes} bytes took {took} us");
}

#[test]
fn a_megabyte_takes_as_long_as_its_bits() {
    check(0, 1_000_000, 10_000, 100_000);
    // 8 Mbit of payload, and 40 bytes of headers a packet.
    check(8_000_000, 1_000_000, 1_000_000, 1_100_000);
    check(1_000_000, 60_000, 480_000, 520_000);
}

#[test]
fn latency_counts_once_for_a_small_message() {
    let wire = WireSettings { latency_us: 70_000, ..WireSettings::default() };
    let mut pair = pair(WorldConfig { wire, ..WorldConfig::default() });
    let (opener, acceptor) = pair.connect();
    let at = pair.at();
    pair.tell(pair.b, &format!("send {} 100", opener.0));
    pair.world.run_for(1_000_000);
    assert_eq!(pair.talk(pair.a, acceptor).received_at, at + 70_000);
}

#[test]
fn each_direction_has_its_own_settings() {
    let mut pair = pair(WorldConfig::default());
    let slow = WireSettings { latency_us: 100_000, ..WireSettings::default() };
    pair.world.set_wire(pair.a, pair.b, slow).expect("two hosts");
    let (opener, acceptor) = pair.connect();
    let at = pair.at();
    pair.tell(pair.b, &format!("send {} 100", opener.0));
    pair.tell(pair.a, &format!("send {} 100", acceptor.0));
    pair.world.run_for(1_000_000);
    assert_eq!(pair.talk(pair.a, acceptor).received_at, at + 500);
    assert_eq!(pair.talk(pair.b, opener).received_at, at + 100_000);
    assert_eq!(pair.world.wire(pair.a, pair.b), Some(slow));
    assert!(pair.world.set_wire(pair.a, pair.a, slow).is_err());
    assert!(pair.world.set_wire(pair.a, pair.b, WireSettings { loss: 2.0, ..slow }).is_err());
}
