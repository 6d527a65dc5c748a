//! Cables that are cut and mended.

use psyncscope_engine::io::CloseReason;
use psyncscope_sim::frame::{Fate, What};
use psyncscope_sim::{Began, WorldConfig};

use crate::talker::{OPENED, pair, pattern};

#[test]
fn tcp_sends_again_after_the_cable_is_mended() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    pair.world.cut_both(pair.a, pair.b).expect("two hosts");
    pair.tell(pair.b, &format!("send {} 5000", opener.0));
    pair.world.run_for(10_000_000);
    assert!(pair.talk(pair.a, acceptor).received.is_empty());
    pair.world.heal_both(pair.a, pair.b).expect("two hosts");
    // The timeout has doubled to 8 s by now: 1 + 2 + 4 + 8 = 15.
    pair.world.run_for(6_000_000);
    let talk = pair.talk(pair.a, acceptor);
    assert!(talk.received.iter().copied().eq(pattern(0, 5000)));
    assert_eq!((talk.closed, pair.talk(pair.b, opener).closed), (None, None), "neither end ever noticed");
}

#[test]
fn packets_under_way_arrive_and_later_ones_vanish_half_way() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    pair.tell(pair.b, &format!("send {} 100", opener.0));
    pair.world.cut(pair.b, pair.a).expect("two hosts");
    pair.tell(pair.b, &format!("send {} 100", opener.0));
    let packets = &pair.world.last_frame().expect("it is recorded").packets;
    let fates: Vec<Fate> = packets.iter().map(|packet| packet.fate).collect();
    assert_eq!(fates, [Fate::Arrives, Fate::Cut]);
    pair.world.run_for(500_000);
    assert_eq!(pair.talk(pair.a, acceptor).received.len(), 100);
}

#[test]
fn a_cable_can_be_cut_one_way() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    pair.world.cut(pair.a, pair.b).expect("two hosts");
    pair.tell(pair.b, &format!("send {} 100", opener.0));
    pair.tell(pair.a, &format!("send {} 100", acceptor.0));
    pair.world.run_for(5_000_000);
    assert_eq!(pair.talk(pair.a, acceptor).received.len(), 100, "this way is whole");
    assert_eq!(pair.talk(pair.b, opener).received.len(), 0, "this way is cut");
    pair.world.heal(pair.a, pair.b).expect("two hosts");
    pair.world.run_for(20_000_000);
    assert_eq!(pair.talk(pair.b, opener).received.len(), 100);
    assert_eq!(pair.talk(pair.a, acceptor).received.len(), 100, "and nothing came twice");
}

#[test]
fn connecting_over_a_cut_cable_times_out_after_two_minutes() {
    let mut pair = pair(WorldConfig::default());
    pair.world.cut(pair.b, pair.a).expect("two hosts");
    pair.tell(pair.b, "connect a 7000");
    pair.world.run_for(200_000_000);
    let failed = pair.talk(pair.b, OPENED).failed.clone();
    assert_eq!(failed, Some((127_000_000, "Connection timed out".to_owned())));
}

#[test]
fn linux_gives_data_up_after_a_quarter_of_an_hour() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    pair.world.cut_both(pair.a, pair.b).expect("two hosts");
    let at = pair.at();
    pair.tell(pair.b, &format!("send {} 100", opener.0));
    pair.world.run_for(2_000_000_000);
    assert_eq!(pair.talk(pair.b, opener).closed, Some((at + 924_600_000, CloseReason::TimedOut)));
    assert_eq!(pair.talk(pair.a, acceptor).closed, None, "who has nothing to send never learns");
    let mut entries = pair.world.timeline().iter();
    let given_up = entries.find(|entry| matches!(entry.what, What::TcpClosed { .. })).expect("it is recorded");
    let turn = &pair.world.turns()[given_up.turn.0 as usize];
    assert_eq!((turn.began, turn.by()), (Began::Kernel, None), "nobody closed it");
}

#[test]
fn an_idle_connection_outlives_any_cut() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    pair.world.cut_both(pair.a, pair.b).expect("two hosts");
    pair.world.run_for(86_400_000_000);
    pair.world.heal_both(pair.a, pair.b).expect("two hosts");
    pair.tell(pair.b, &format!("send {} 100", opener.0));
    pair.world.run_for(1_000_000);
    assert_eq!(pair.talk(pair.a, acceptor).received.len(), 100);
}
