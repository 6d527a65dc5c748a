//! The recorded past.

use std::sync::Arc;

use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::{Fate, HostId, Power, SimTime, What, WireSettings};

use crate::talker::{OPENED, pair};

#[test]
fn what_did_not_change_is_shared() {
    let mut pair = pair(WorldConfig::default());
    let c = pair.world.add_host("c", 7000).expect("a new name");
    pair.connect();
    let frames = pair.world.frames();
    let drawn = |frame: &psyncscope_sim::frame::Frame, host: HostId| {
        Arc::clone(frame.hosts.iter().find(|h| h.id == host).expect("it is there"))
    };
    let first = frames.iter().find(|frame| frame.hosts.len() == 3).expect("all were added");
    let next = frames.get(frames.index(first.seq + 1).expect("one more")).expect("it is kept");
    let last = frames.last().expect("there are frames");
    assert!(Arc::ptr_eq(&drawn(&first, c), &drawn(&next, c)), "nothing happened on c");
    assert_ne!(drawn(&first, pair.a).conns, drawn(&last, pair.a).conns, "a has a connection now");
    assert!(Arc::ptr_eq(&first.wires, &last.wires));
    assert_eq!(last.wires.len(), 3);
}

#[test]
fn packets_are_drawn_from_departure_to_arrival() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.b, "connect a 7000");
    pair.until(10_000_000);
    let frames = pair.world.frames();
    let mut flags: Vec<(u64, &str)> = Vec::new();
    for frame in frames.iter() {
        for packet in frame.packets.iter() {
            assert!(packet.sent < packet.arrives);
            assert!(packet.sent <= frame.at && frame.at < packet.arrives, "it is under way at the frame's time");
            assert_eq!(packet.fate, Fate::Arrives);
            if flags.last() != Some(&(packet.id, packet.flags)) {
                flags.push((packet.id, packet.flags));
            }
        }
    }
    assert_eq!(flags, [(0, "SYN"), (1, "SYN ACK"), (2, "ACK")]);
    assert!(frames.last().expect("there are frames").packets.is_empty());
}

#[test]
fn repeated_bytes_are_marked() {
    let mut pair = pair(WorldConfig::default());
    let (opener, _) = pair.connect();
    pair.world.cut(pair.b, pair.a).expect("two hosts");
    pair.tell(pair.b, &format!("send {} 10", opener.0));
    pair.world.run_for(8_000_000);
    let mut seen = std::collections::BTreeMap::new();
    for packet in pair.world.frames().iter().flat_map(|frame| frame.packets.to_vec()) {
        if packet.fate == Fate::Cut {
            seen.insert(packet.id, packet.again);
        }
    }
    let again: Vec<bool> = seen.into_values().collect();
    assert_eq!(again, [false, true, true, true], "sent at 0, then again after 1, 3 and 7 seconds");
}

#[test]
fn lost_packets_are_drawn_until_they_would_have_arrived() {
    let mut pair = pair(WorldConfig::default());
    pair.world.cut(pair.b, pair.a).expect("two hosts");
    pair.tell(pair.b, "connect a 7000");
    pair.until(10_000);
    assert_eq!(pair.world.last_frame().expect("it is recorded").packets.len(), 1, "nothing happened since");
    pair.tell(pair.b, "file x y");
    assert_eq!(pair.world.last_frame().expect("it is recorded").packets.len(), 0);
}

#[test]
fn a_frame_is_found_by_its_time() {
    let mut pair = pair(WorldConfig::default());
    pair.connect();
    for at in [0, 499, 500, 501, 1000, 1499, 1500, 9_999_999] {
        let frame = pair.world.frame_at(SimTime(at)).expect("it is recorded");
        assert!(frame.at <= SimTime(at));
        let next = pair.world.frames().iter().find(|other| other.seq == frame.seq + 1);
        assert!(next.is_none_or(|next| next.at > SimTime(at)), "it is the last one until then");
    }
    let frames = pair.world.frames();
    assert!(frames.iter().zip(frames.iter().skip(1)).all(|(a, b)| a.seq + 1 == b.seq && a.at <= b.at));
}

#[test]
fn only_the_newest_frames_are_kept() {
    let mut pair = pair(WorldConfig { frames_max: 4, ..WorldConfig::default() });
    pair.connect();
    assert_eq!(pair.world.frames().len(), 4);
    let oldest = pair.world.frames().first().expect("there are frames");
    assert!(oldest.seq > 0);
    assert_eq!(pair.world.frame_at(SimTime(0)).expect("the oldest").seq, oldest.seq);
}

#[test]
fn idle_time_makes_no_frames() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.a, "tick 100000");
    let before = pair.world.frames().len();
    pair.world.run_for(60_000_000);
    assert_eq!(pair.talker(pair.a).ticks.len(), 600);
    assert_eq!(pair.world.frames().len(), before);
}

#[test]
fn the_timeline_tells_what_happened_and_frames_say_how_far() {
    let mut pair = pair(WorldConfig::default());
    let (opener, _) = pair.connect();
    pair.world.cut_both(pair.a, pair.b).expect("two hosts");
    pair.world.heal_both(pair.a, pair.b).expect("two hosts");
    pair.world.set_wire(pair.a, pair.b, WireSettings { loss: 0.5, ..WireSettings::default() }).expect("two hosts");
    pair.world.set_wire(pair.a, pair.b, WireSettings::default()).expect("two hosts");
    pair.world.move_clock(pair.b, 5).expect("it is there");
    pair.world.crash(pair.a).expect("it runs");
    pair.world.run_for(1_000_000);
    let (a, b) = (pair.a, pair.b);
    let told: Vec<&What> = pair.world.timeline().iter().map(|entry| &entry.what).collect();
    let console = 0;
    assert_eq!(
        told,
        [
            &What::Added,
            &What::Power(Power::Running),
            &What::Added,
            &What::Power(Power::Running),
            &What::ConsoleSent { console, argv: vec![b"connect a 7000".to_vec()] },
            &What::ConsoleReceived { console, bytes: b"ok\n".to_vec() },
            &What::TcpOpened { conn: OPENED, peer: a },
            &What::Cut { from: a, to: b },
            &What::Cut { from: b, to: a },
            &What::Healed { from: a, to: b },
            &What::Healed { from: b, to: a },
            &What::WireSet { from: a, to: b },
            &What::WireSet { from: a, to: b },
            &What::ClockMoved { by_ms: 5 },
            &What::Power(Power::Stopped),
            &What::TcpClosed { conn: opener, how: "EOF" },
        ]
    );
    let last = pair.world.last_frame().expect("it is recorded");
    assert_eq!(last.entries, told.len());
    let at_start = pair.world.frame_at(SimTime(0)).expect("it is recorded");
    assert_eq!(at_start.entries, 6);
}

#[test]
fn connections_and_processes_are_drawn() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    pair.tell(pair.a, "file dump 12345");
    pair.tell(pair.a, "sleep 1000");
    let at = pair.at();
    let frame = pair.world.last_frame().expect("it is recorded");
    let [a, b] = &*frame.hosts else { panic!("two hosts") };
    assert_eq!((&*a.name, &*a.ip, a.port, a.power), ("a", "10.0.0.1", 7000, Power::Running));
    assert_eq!((a.dump_bytes, a.sleeps_until), (Some(5), Some(SimTime(at + 1000))));
    let [conn] = &*a.conns else { panic!("one connection") };
    assert_eq!((conn.conn, conn.peer, conn.outbound, conn.tcp_state), (acceptor, pair.b, false, "ESTABLISHED"));
    let [conn] = &*b.conns else { panic!("one connection") };
    assert_eq!((conn.conn, conn.peer, conn.outbound, conn.tcp_state), (opener, pair.a, true, "ESTABLISHED"));
}

#[test]
fn without_recording_there_is_nothing() {
    let mut pair = pair(WorldConfig { record: false, ..WorldConfig::default() });
    pair.connect();
    assert!(pair.world.frames().is_empty() && pair.world.timeline().is_empty());
    assert!(pair.world.frame_at(SimTime(0)).is_none() && pair.world.last_frame().is_none());
}
