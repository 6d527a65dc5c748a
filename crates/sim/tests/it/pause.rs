//! A process that is stopped or asleep while its kernel works.

use psyncscope_sim::{TcpSettings, WorldConfig};

use crate::talker::{pair, pattern};

#[test]
fn the_kernel_acknowledges_until_its_window_closes() {
    let tcp = TcpSettings { receive_buffer: 20_000, send_buffer: 100_000, ..TcpSettings::default() };
    let mut pair = pair(WorldConfig { tcp, ..WorldConfig::default() });
    let (opener, acceptor) = pair.connect();
    pair.world.pause(pair.a).expect("it runs");
    pair.tell(pair.b, &format!("send {} 200000", opener.0));
    pair.world.run_for(60_000_000);
    assert_eq!(pair.talk(pair.a, acceptor).received.len(), 0);
    // 20000 bytes lie in the paused host's buffer, 100000 in the sender's: the rest is still the process's.
    assert_eq!(pair.talk(pair.b, opener).writable_told, 0, "less than a third of the buffer came free");
    pair.world.run_for(3_600_000_000);
    assert_eq!(pair.talk(pair.b, opener).closed, None, "zero-window probes are answered, so nothing times out");
    pair.world.resume(pair.a).expect("it is paused");
    pair.world.run_for(120_000_000);
    let talk = pair.talk(pair.a, acceptor);
    assert!(talk.received.iter().copied().eq(pattern(0, 200_000)));
    assert!(pair.talk(pair.b, opener).writable_told > 0);
}

#[test]
fn inputs_queue_in_order_and_come_at_once() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.a, "tick 1000000");
    pair.world.pause(pair.a).expect("it runs");
    pair.tell(pair.a, "file one 1");
    pair.tell(pair.a, "file two 2");
    pair.world.run_for(10_500_000);
    assert!(pair.talker(pair.a).ticks.is_empty());
    assert_eq!(pair.world.file(pair.a, "one"), None);
    pair.world.resume(pair.a).expect("it is paused");
    assert_eq!(pair.talker(pair.a).ticks, [10_500_000], "an overdue timer is told once");
    assert_eq!(pair.world.file(pair.a, "two"), Some(&b"2"[..]));
    pair.world.run_for(1_000_000);
    assert_eq!(pair.talker(pair.a).ticks, [10_500_000, 11_500_000]);
}

#[test]
fn sleep_holds_every_input_back() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    let at = pair.at();
    pair.tell(pair.a, "tick 1000000");
    pair.tell(pair.a, "sleep 3000000");
    pair.tell(pair.b, &format!("send {} 10", opener.0));
    pair.tell(pair.a, "file late 1");
    pair.world.run_for(2_900_000);
    assert!(pair.talk(pair.a, acceptor).received.is_empty() && pair.talker(pair.a).ticks.is_empty());
    assert_eq!(pair.world.file(pair.a, "late"), None);
    pair.world.run_for(100_000);
    assert_eq!(pair.talk(pair.a, acceptor).received_at, at + 3_000_000);
    assert_eq!(pair.talker(pair.a).ticks, [at + 3_000_000]);
    assert_eq!(pair.world.file(pair.a, "late"), Some(&b"1"[..]));
}

#[test]
fn a_signal_waits_for_a_paused_process() {
    let mut pair = pair(WorldConfig::default());
    pair.world.pause(pair.a).expect("it runs");
    pair.world.terminate(pair.a).expect("it lives");
    pair.world.run_for(1_000_000);
    assert!(pair.world.process(pair.a).is_some());
    pair.world.resume(pair.a).expect("it is paused");
    assert!(pair.world.process(pair.a).is_none());
}
