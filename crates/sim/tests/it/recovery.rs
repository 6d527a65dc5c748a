//! Bytes that the network lost and TCP delivered later: only the timeline has them, no process sees the loss.

use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::{Entry, HostId, SimTime, What, WireSettings};

use crate::talker::{Pair, pair};

fn recoveries(pair: &Pair) -> Vec<&Entry> {
    let all = pair.world.timeline().iter();
    all.filter(|entry| matches!(entry.what, What::TcpRecovered { .. })).collect()
}

/// Bytes sent again by a host, packet by packet.
fn sent_again(pair: &Pair, host: HostId) -> Vec<u64> {
    let all = pair.world.timeline().iter().filter(|entry| entry.host == Some(host));
    all.filter_map(|entry| match entry.what {
        What::TcpRetransmitted { bytes, .. } => Some(bytes),
        _ => None,
    })
    .collect()
}

/// Cuts the wire, lets `during` happen, mends the wire, and waits for a minute.
fn while_cut(pair: &mut Pair, during: impl FnOnce(&mut Pair)) {
    pair.world.cut_both(pair.a, pair.b).expect("two hosts");
    during(pair);
    pair.world.heal_both(pair.a, pair.b).expect("two hosts");
    pair.world.run_for(60_000_000);
}

#[test]
fn bytes_lost_at_a_cut_are_recorded_when_they_have_arrived() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    let (a, b) = (pair.a, pair.b);
    let cut_at = pair.at();
    while_cut(&mut pair, |pair| {
        pair.tell(b, &format!("send {} 30", opener.0));
        pair.world.run_for(2_000_000);
        pair.tell(b, &format!("send {} 12", opener.0));
        pair.world.run_for(8_000_000);
        assert!(recoveries(pair).is_empty(), "the wire is still cut");
        assert!(!sent_again(pair, b).is_empty(), "the kernel retransmits");
    });
    let received = pair.talk(a, acceptor).received_at;
    let all = recoveries(&pair);
    let [Entry { at, host, what: What::TcpRecovered { conn, peer, bytes, waited_us, cut }, .. }] = all[..] else {
        panic!("one recovery: {all:?}")
    };
    assert_eq!((*at, *host, *conn, *peer), (SimTime(received), Some(b), opener, a));
    assert_eq!((*bytes, *waited_us, *cut), (42, received - cut_at, true));
    assert!(sent_again(&pair, a).is_empty(), "nothing of this side was lost");
}

#[test]
fn random_loss_is_distinguished_from_a_cut() {
    let mut pair = pair(WorldConfig { seed: 5, ..WorldConfig::default() });
    let (opener, acceptor) = pair.connect();
    let lossy = WireSettings { loss: 0.3, ..WireSettings::default() };
    pair.world.set_wire(pair.b, pair.a, lossy).expect("two hosts");
    pair.tell(pair.b, &format!("send {} 30000", opener.0));
    pair.world.run_for(600_000_000);
    assert_eq!(pair.talk(pair.a, acceptor).received.len(), 30_000);
    let all = recoveries(&pair);
    assert!(!all.is_empty());
    for entry in all {
        let What::TcpRecovered { bytes, waited_us, cut, .. } = entry.what else { unreachable!("filtered") };
        assert!(!cut && bytes > 0 && bytes <= 30_000 && waited_us > 0, "{entry:?}");
    }
}

#[test]
fn a_lost_acknowledgement_is_no_loss_of_bytes() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    pair.world.cut(pair.a, pair.b).expect("two hosts");
    pair.tell(pair.b, &format!("send {} 30", opener.0));
    pair.world.run_for(5_000_000);
    pair.world.heal(pair.a, pair.b).expect("two hosts");
    pair.world.run_for(60_000_000);
    assert_eq!(pair.talk(pair.a, acceptor).received.len(), 30);
    assert!(recoveries(&pair).is_empty(), "the bytes arrived at once");
    assert!(sent_again(&pair, pair.b).iter().all(|&bytes| bytes == 30), "which the sender cannot know");
    assert!(!sent_again(&pair, pair.b).is_empty());
}

#[test]
fn a_connection_that_ends_meanwhile_recovers_nothing() {
    let mut pair = pair(WorldConfig::default());
    let (opener, _) = pair.connect();
    while_cut(&mut pair, |pair| {
        pair.tell(pair.b, &format!("send {} 30", opener.0));
        pair.tell(pair.b, &format!("close {}", opener.0));
        pair.world.run_for(2_000_000);
    });
    assert!(recoveries(&pair).is_empty());
}

#[test]
fn packets_that_come_twice_are_not_sent_twice() {
    let wire = WireSettings { duplicate: 1.0, ..WireSettings::default() };
    let mut pair = pair(WorldConfig { wire, ..WorldConfig::default() });
    let (opener, acceptor) = pair.connect();
    pair.tell(pair.b, &format!("send {} 3000", opener.0));
    pair.world.run_for(60_000_000);
    assert_eq!(pair.talk(pair.a, acceptor).received.len(), 3000);
    assert!(recoveries(&pair).is_empty() && sent_again(&pair, pair.b).is_empty());
}

#[test]
fn the_timeline_is_the_same_without_frames() {
    let run = |frames_max| {
        let mut pair = pair(WorldConfig { frames_max, ..WorldConfig::default() });
        let (opener, _) = pair.connect();
        while_cut(&mut pair, |pair| {
            pair.tell(pair.b, &format!("send {} 30", opener.0));
            pair.world.run_for(2_000_000);
        });
        pair.world.timeline().iter().map(|entry| format!("{entry:?}")).collect::<Vec<_>>()
    };
    assert_eq!(run(0), run(1000));
}
