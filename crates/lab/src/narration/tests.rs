//! What the sentences say, against the bytes on the wires, the nodes' logs and INFO.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use psyncscope_engine::event::{CachedMasterChange, Consequence, Event, FeedKind, IdChange};
use psyncscope_engine::ids::Offset;
use psyncscope_engine::replication::ReplState;
use psyncscope_resp::encode_command;
use psyncscope_sim::frame::{Entry, Frame, HostId, PacketFrame, SimTime, What, WireSettings};

use super::node::{self, NodeContext};
use super::{Lang, Note, Sentence, Slot, Tone, Weight, messages};
use crate::index::Index;
use crate::topology;
use crate::{Action, Lab, LabConfig, NodeSpec, examples};

/// A world with everything that left its hosts, and the notes about it.
struct Told {
    lab: Lab,
    index: Index,
    packets: BTreeMap<u64, Arc<PacketFrame>>,
    next_frame: u64,
}

impl Told {
    fn new(config: LabConfig) -> Self {
        Self {
            lab: Lab::new(config).expect("a world"),
            index: Index::default(),
            packets: BTreeMap::new(),
            next_frame: 0,
        }
    }

    fn run_until(&mut self, t: SimTime) {
        self.lab.run_until(t);
        while let Some(frame) = self.lab.frame(self.next_frame) {
            for packet in frame.packets.iter().filter(|packet| !packet.payload.is_empty()) {
                self.packets.insert(packet.id, Arc::clone(packet));
            }
            self.next_frame += 1;
        }
        let lab = &self.lab;
        self.index.extend(lab);
    }

    fn run_ms(&mut self, ms: u64) {
        self.run_until(SimTime(self.lab.now().0 + ms * 1000));
    }

    fn exec(&mut self, node: &str, command: &str) {
        self.act(Action::Exec { node: node.into(), console: 0, command: command.into() }).expect("a command");
    }

    fn act(&mut self, action: Action) -> Result<(), crate::LabError> {
        self.lab.act(action)
    }

    fn headline(&self) -> String {
        let caption = self.index.caption(self.lab.timeline().len());
        caption.headline.as_ref().map(plain).unwrap_or_default()
    }

    fn entry_of(&self, note: &Note) -> usize {
        let timeline = self.lab.timeline();
        let is = |place: &usize| self.index.note_at(*place).is_some_and(|found| std::ptr::eq(found, note));
        let from = timeline.partition_point(|entry| entry.at < note.at);
        (from..timeline.len()).find(is).expect("every note has an entry")
    }
}

/// A note as the caption shows it, without colours.
fn plain(note: &Note) -> String {
    note.text(Lang::En)
}

fn slot<'a>(sentence: &'a Sentence, name: &str) -> &'a Slot {
    let found = sentence.slots.iter().find(|(n, _)| *n == name);
    &found.unwrap_or_else(|| panic!("{} has no {name}", key(sentence))).1
}

fn text(sentence: &Sentence, name: &str) -> String {
    match slot(sentence, name) {
        Slot::Node(words) => words.to_string(),
        Slot::Id(id) => id.to_string(),
        Slot::Number(n) => n.to_string(),
        Slot::Words(words) | Slot::Code(words) => words.clone(),
    }
}

/// The name of a sentence's template.
fn key(sentence: &Sentence) -> &'static str {
    let t = messages(Lang::En);
    let words = (sentence.key)(t);
    t.all().into_iter().find(|(_, other)| std::ptr::eq(*other, words) || *other == words).expect("a message").0
}

/// Looks for evidence of one sentence.
struct Check<'a> {
    told: &'a Told,
    note: &'a Note,
    sentence: &'a Sentence,
    place: usize,
    frame: Arc<Frame>,
}

impl Check<'_> {
    fn host(&self, name: &str) -> HostId {
        let name = text(self.sentence, name);
        self.told.lab.host(&name).unwrap_or_else(|| panic!("no node {name}"))
    }

    fn is_true(&self, holds: bool, what: &str) {
        let at = self.note.at.0;
        assert!(holds, "at {at} µs: {what}: {} ({})", plain(self.note), key(self.sentence));
    }

    /// A line that the node logged in that very instant.
    fn logged(&self, line: &str) {
        let node = self.host("node");
        let timeline = self.told.lab.timeline();
        let logged = |entry: &Entry| {
            entry.at == self.note.at
                && entry.host == Some(node)
                && matches!(&entry.what, What::Node(Event::Log { text, .. }) if text.contains(line))
        };
        self.is_true(timeline.iter().any(logged), &format!("no log line {line:?}"));
    }

    /// A packet with these bytes, from one node to another, sent in that instant or later (or before, with `before`).
    fn sent(&self, from: HostId, to: HostId, bytes: &[u8], before: bool) {
        let found = self.told.packets.values().any(|packet| {
            let in_time = if before { packet.sent <= self.note.at } else { packet.sent >= self.note.at };
            in_time && (packet.from, packet.to) == (from, to) && packet.payload.windows(bytes.len()).any(|w| w == bytes)
        });
        self.is_true(found, &format!("no packet {:?}", String::from_utf8_lossy(bytes)));
    }

    fn psync(&self, id: &str, n: &str) -> Vec<u8> {
        encode_command(&["PSYNC", &text(self.sentence, id), &text(self.sentence, n)])
    }

    /// A field of INFO of the node right after it.
    fn info(&self, field: &str, slot: &str) {
        let node = topology::host(&self.frame, self.host("node")).and_then(|host| host.node.as_ref()).expect("a node");
        let prefix = format!("{field}:");
        let sections = node.info.sections();
        let value = sections.iter().flat_map(|section| section.lines()).find_map(|line| line.strip_prefix(&prefix));
        let wanted = text(self.sentence, slot);
        self.is_true(value == Some(wanted.as_str()), &format!("INFO says {field}:{value:?}"));
    }

    /// The next PSYNC of the node is the one that the sentence promises, unless something changes its mind before.
    fn asks_next(&self) {
        let node = self.host("node");
        let rest = &self.told.lab.timeline()[self.place + 1..];
        let next = rest.iter().filter(|entry| entry.host == Some(node)).find(|entry| match &entry.what {
            What::Node(Event::CachedMaster { .. } | Event::Ids { .. }) | What::Power(_) | What::Removed => true,
            What::Node(Event::HandshakeSent { bytes, .. }) => bytes.windows(5).any(|w| w == b"PSYNC"),
            _ => false,
        });
        if let Some(Entry { what: What::Node(Event::HandshakeSent { bytes, .. }), .. }) = next {
            self.is_true(*bytes == self.psync("id", "n"), "the next PSYNC is another");
        }
    }

    /// Whether the sentence's slots of IDs and numbers are all checked by one of the arms.
    fn check(&self) {
        match key(self.sentence) {
            "replied_full" => {
                let line = format!("+FULLRESYNC {} {}\r\n", text(self.sentence, "id"), text(self.sentence, "offset"));
                self.sent(self.host("node"), self.host("peer"), line.as_bytes(), false);
            }
            "replied_continue" => {
                let line = format!("+CONTINUE {}\r\n", text(self.sentence, "id"));
                self.sent(self.host("node"), self.host("peer"), line.as_bytes(), false);
                self.logged(&format!("accepted. Sending {} bytes of backlog", text(self.sentence, "bytes")));
            }
            "partial" | "full_id" => self.asked("asked"),
            "partial_previous" | "full_past" => {
                self.asked("asked");
                self.info("second_repl_offset", "second");
            }
            "full_no_backlog" => self.asked_n(),
            "full_overwritten" => {
                self.asked_n();
                self.info("repl_backlog_first_byte_offset", "off");
            }
            "full_future" => {
                self.asked_n();
                self.info("master_repl_offset", "offset");
            }
            "shifted" => {
                let [old, n, id] = ["old", "n", "id"].map(|name| text(self.sentence, name));
                self.logged(&format!(
                    "Setting secondary replication ID to {old}, valid up to offset: {n}. New replication ID is {id}"
                ));
            }
            "continued" => {
                self.logged(&format!("Master replication ID changed to {}", text(self.sentence, "id")));
                self.info("master_replid2", "old");
                self.info("second_repl_offset", "n");
            }
            "history_begins" | "backlog_expired" | "id_requested" => self.info("master_replid", "id"),
            "transfer" => {
                let [id, offset] = ["id", "offset"].map(|name| text(self.sentence, name));
                self.logged(&format!("Full resync from master: {id}:{offset}"));
            }
            "link_lost" | "restored" => self.asks_next(),
            "synthesized" => {
                self.asks_next();
                let before = self.told.lab.frame(self.frame.seq - 1).expect("a frame before");
                let node = topology::host(&before, self.host("node")).and_then(|host| host.node.clone());
                self.is_true(node.is_some_and(|node| node.is_master()), "it was no master");
            }
            "sends_psync" => {
                self.sent(self.host("node"), self.host("master"), &self.psync("id", "n"), false);
            }
            "sends_psync_all" => {
                self.sent(self.host("node"), self.host("master"), &encode_command(&["PSYNC", "?", "-1"]), false);
            }
            "sends_ping" | "sends_port" | "sends_capa" => {
                let command = text(self.sentence, "command");
                let bytes = encode_command(&command.split(' ').collect::<Vec<_>>());
                self.sent(self.host("node"), self.host("master"), &bytes, false);
            }
            "answered" => {
                let line = format!("{}\r\n", text(self.sentence, "answer"));
                self.sent(self.host("master"), self.host("node"), line.as_bytes(), true);
            }
            "handshake_failed" => self.tries_again(),
            "fed" => self.fed(),
            "save_started" => self.saved(),
            "retransmitted" => {
                let (node, peer, bytes) = (self.host("node"), self.host("peer"), text(self.sentence, "bytes"));
                let again = self.told.packets.values().any(|packet| {
                    packet.sent == self.note.at
                        && packet.again
                        && (packet.from, packet.to) == (node, peer)
                        && packet.payload.len().to_string() == bytes
                });
                self.is_true(again, "nothing was sent again");
            }
            "recovered" | "recovered_cut" => {
                let (node, peer) = (self.host("node"), self.host("peer"));
                let again = self.told.packets.values().any(|packet| {
                    packet.again && (packet.from, packet.to) == (node, peer) && packet.arrives == self.note.at
                });
                self.is_true(again, "nothing that was sent again arrives");
            }
            // No IDs, and no numbers of Redis's.
            "full_requested" => {
                self.sent(self.host("peer"), self.host("node"), &encode_command(&["PSYNC", "?", "-1"]), true);
            }
            "in_a_row"
            | "configured_replica"
            | "configured_master"
            | "sends_no_password"
            | "sends_no_address"
            | "connecting"
            | "connected"
            | "send_bulk"
            | "replica_gone"
            | "handshake_left"
            | "running"
            | "paused"
            | "stopped"
            | "off"
            | "added"
            | "removed"
            | "cut"
            | "cut_both"
            | "healed"
            | "healed_both"
            | "typed"
            | "save_failed"
            | "expired"
            | "clock_moved"
            | "master_command_failed"
            | "master_script_failed"
            | "master_command_ends_link" => {}
            other => panic!("nothing checks {other}: {}", plain(self.note)),
        }
    }

    fn asked(&self, id: &str) {
        self.sent(self.host("peer"), self.host("node"), &self.psync(id, "n"), true);
    }

    /// For sentences that do not name the ID asked for.
    fn asked_n(&self) {
        let n = text(self.sentence, "n");
        let end = format!("\r\n${}\r\n{n}\r\n", n.len());
        self.sent(self.host("peer"), self.host("node"), end.as_bytes(), true);
    }

    /// The last write of that frame leaves the offset that INFO shows.
    fn fed(&self) {
        let node = self.host("node");
        let shown = &self.told.lab.timeline()[self.place + 1..self.frame.entries.max(self.place + 1)];
        let is_last = !shown.iter().any(|entry| {
            entry.host == Some(node)
                && matches!(&entry.what, What::Node(Event::Fed { kind, .. }) if *kind != FeedKind::Proxied)
        });
        if is_last {
            self.info("master_repl_offset", "last");
        }
    }

    /// The keyspace as INFO shows it around the save: a node that was paused may execute writes in the instant of the
    /// fork.
    fn saved(&self) {
        let before = self.frame.seq.checked_sub(1).and_then(|seq| self.told.lab.frame(seq));
        let keys = [Some(Arc::clone(&self.frame)), before].into_iter().flatten().filter_map(|frame| {
            let node = topology::host(&frame, self.host("node"))?.node.clone()?;
            Some(node.keyspace.iter().map(|(_, keys, _)| keys).sum::<u64>().to_string())
        });
        let keys: Vec<String> = keys.collect();
        self.is_true(keys.contains(&text(self.sentence, "n")), &format!("{keys:?} keys"));
    }

    /// Whoever gives up connects again within a second, if nothing else happens to it.
    fn tries_again(&self) {
        let node = self.host("node");
        let rest = self.told.lab.timeline()[self.place + 1..].iter().filter(|entry| entry.host == Some(node));
        let next = rest.into_iter().find(|entry| {
            matches!(
                &entry.what,
                What::Node(Event::ReplState { .. }) | What::Power(_) | What::Removed | What::ClockMoved { .. }
            )
        });
        // A user may have sent it elsewhere meanwhile, but not in the same instant: that would be why it gave up.
        if let Some(Entry { at, what: What::Node(Event::ReplState { to: ReplState::None, .. }), .. }) = next {
            self.is_true(*at > self.note.at, "it was promoted");
        } else if let Some(Entry { at, what: What::Node(Event::ReplState { to, .. }), .. }) = next {
            let in_time = at.0 <= self.note.at.0 + 1_100_000;
            self.is_true(*to == ReplState::Connecting && in_time, &format!("then {to:?} at {} µs", at.0));
        }
    }
}

fn check_all(told: &Told, seen: &mut BTreeSet<&'static str>) {
    for note in told.index.notes() {
        let place = told.entry_of(note);
        let frame = told.lab.frame_after(place, note.at);
        for sentence in &note.sentences {
            seen.insert(key(sentence));
            Check { told, note, sentence, place, frame: Arc::clone(&frame) }.check();
        }
    }
}

/// Numbers from a seed; only which worlds are tried depends on them.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one_of<'a>(&mut self, names: &[&'a str]) -> &'a str {
        names[self.roll(names.len() as u64) as usize]
    }
}

const NODES: [&str; 4] = ["a", "b", "c", "d"];

/// A world with a minute of random faults.
fn world(seed: u64) -> Told {
    let mut dice = Dice(seed);
    let diskless = if dice.roll(3) == 0 { "repl-diskless-sync yes" } else { "repl-diskless-sync no" };
    let config = [
        format!("repl-backlog-size {}", 64 << dice.roll(3)),
        "repl-timeout 4".to_owned(),
        "repl-ping-replica-period 2".to_owned(),
        format!("repl-backlog-ttl {}", [0, 3][dice.roll(2) as usize]),
        diskless.to_owned(),
        "repl-diskless-sync-delay 1".to_owned(),
    ];
    let master = ["", "replicaof a 6379", "replicaof a 6379", "replicaof b 6379"];
    let nodes = NODES.iter().zip(master).map(|(name, line)| NodeSpec {
        name: (*name).to_owned(),
        config: config.iter().cloned().chain((!line.is_empty()).then(|| line.to_owned())).collect(),
    });
    let wire = WireSettings { latency_us: 1 + dice.roll(80_000), ..WireSettings::default() };
    let mut told = Told::new(LabConfig { seed, nodes: nodes.collect(), wire, ..LabConfig::default() });
    for _ in 0..45 {
        told.run_ms(50 + dice.roll(2500));
        let (node, other) = (dice.one_of(&NODES).to_owned(), dice.one_of(&NODES).to_owned());
        let exec = |command: String| Action::Exec { node: node.clone(), console: 0, command };
        let action = match dice.roll(16) {
            0..=3 => exec(format!("SET k{} {}", dice.roll(5), "x".repeat(1 + dice.roll(40) as usize))),
            4 => exec("REPLICAOF NO ONE".to_owned()),
            // A node that follows itself says so on no wire.
            5 | 6 if node != other => exec(format!("REPLICAOF {other} 6379")),
            5..=7 => exec("SAVE".to_owned()),
            8 => exec("SHUTDOWN SAVE".to_owned()),
            9 | 10 => Action::Cut { from: node, to: other, one_way: dice.roll(3) == 0 },
            11 | 12 => Action::Heal { from: node, to: other, one_way: false },
            13 => Action::Crash { node },
            14 => match dice.roll(2) {
                0 => Action::Pause { node },
                _ => Action::Resume { node },
            },
            _ => Action::Restart { node },
        };
        // Many are refused, as the node does not run or is the same: then nothing happens.
        let _ = told.act(action);
        if dice.roll(2) == 0 {
            let _ = told.act(Action::Restart { node: dice.one_of(&NODES).to_owned() });
        }
    }
    told.run_ms(3000);
    told
}

#[test]
fn every_id_and_number_of_every_sentence_is_on_the_wire_in_the_log_or_in_info() {
    let mut seen = BTreeSet::new();
    for seed in 1..=50 {
        check_all(&world(seed), &mut seen);
    }
    // The sweep is worth something only if it comes by what matters.
    for wanted in [
        "replied_full",
        "replied_continue",
        "partial",
        "partial_previous",
        "full_requested",
        "full_id",
        "full_overwritten",
        "shifted",
        "continued",
        "history_begins",
        "link_lost",
        "synthesized",
        "restored",
        "handshake_failed",
        "sends_psync",
        "fed",
        "retransmitted",
    ] {
        assert!(seen.contains(wanted), "no world of the sweep has {wanted}: {seen:?}");
    }
}

fn opening() -> Told {
    let opening = examples::opening();
    let mut told = Told::new(opening.config);
    for action in opening.actions {
        told.run_until(SimTime(action.at_us));
        told.act(action.action).expect("an action of the opening");
    }
    told.run_until(SimTime(opening.end_us));
    told
}

#[test]
fn the_first_sync_names_the_history_that_was_answered() {
    let told = opening();
    check_all(&told, &mut BTreeSet::new());
    let frame = told.lab.frame_at(told.lab.now());
    let id = frame.hosts[0].node.as_ref().expect("a runs").replid;
    let notes: Vec<String> = told.index.notes().map(plain).collect();
    let wanted = format!(
        "b and c have no history to go on with, so a must send everything: full resync. a answers +FULLRESYNC {id} 0."
    );
    assert!(notes.contains(&wanted), "{wanted} is not in {notes:#?}");
    assert!(notes.contains(&format!("b and c wait for the snapshot of a: history {id} up to byte 0.")), "{notes:#?}");
}

#[test]
fn the_history_that_a_first_replica_brings_about_is_told_beside_the_decision() {
    let told = opening();
    let created = |entry: &Entry| matches!(&entry.what, What::Node(Event::Ids { why: IdChange::BacklogCreated, .. }));
    let created = told.lab.timeline().iter().find(|entry| created(entry)).expect("a replica has come").at;
    // What the page shows of that instant, and for some time after it.
    for later in [0, 40_000] {
        let caption = told.index.caption(told.lab.frame_at(SimTime(created.0 + later)).entries);
        assert!(plain(&caption.headline.expect("a decision")).starts_with("b and c have no history"));
        let detail = plain(&caption.detail.expect("what a does"));
        let id = told.lab.frame_at(created).hosts[0].node.as_ref().expect("a runs").replid;
        let wanted =
            format!("a makes a backlog for its first replica, and starts a new history with it: {id}. a forks");
        assert!(detail.starts_with(&wanted), "{detail}");
    }
}

#[test]
fn while_two_replicas_climb_the_caption_follows_the_steps_of_both() {
    let told = opening();
    let mut steps = 0;
    for (place, entry) in told.lab.timeline().iter().enumerate() {
        if !matches!(
            &entry.what,
            What::Node(Event::HandshakeSent { .. } | Event::ReplState { to: ReplState::Connecting, .. })
        ) {
            continue;
        }
        steps += 1;
        let caption = told.index.caption(told.lab.frame_after(place, entry.at).entries);
        let newest = caption.detail.or(caption.headline).expect("a note");
        assert!(entry.at.0 - newest.at.0 < 1000, "{} is shown at {} µs", plain(&newest), entry.at.0);
        // When the second one has taken it, both are named.
        if steps % 2 == 0 {
            assert!(plain(&newest).starts_with("b and c "), "{}", plain(&newest));
        }
    }
    assert_eq!(steps, 10, "connecting, PING, port, capa and PSYNC, at two nodes");
}

#[test]
fn a_restarted_replica_is_not_said_to_have_been_a_master() {
    let mut told = opening();
    told.exec("b", "SHUTDOWN SAVE");
    told.run_ms(500);
    told.act(Action::Restart { node: "b".into() }).expect("b starts again");
    told.run_ms(3000);
    check_all(&told, &mut BTreeSet::new());
    let restored = told.lab.timeline().iter().any(|entry| {
        matches!(&entry.what, What::Node(Event::CachedMaster { change: CachedMasterChange::Restored, .. }))
    });
    assert!(restored, "its dump.rdb names a history");
    let notes: Vec<String> = told.index.notes().map(plain).collect();
    assert!(notes.iter().any(|note| note.starts_with("b starts as a replica")), "{notes:#?}");
    assert!(!notes.iter().any(|note| note.contains("was a master")), "{notes:#?}");
    assert!(told.headline().starts_with("b is in sync with a"), "{}", told.headline());
}

fn cut(one: &str, other: &str) -> Action {
    Action::Cut { from: one.into(), to: other.into(), one_way: false }
}

fn heal(one: &str, other: &str) -> Action {
    Action::Heal { from: one.into(), to: other.into(), one_way: false }
}

#[test]
fn a_cut_that_is_mended_at_once_is_said_to_have_gone_unnoticed() {
    let mut told = opening();
    let verdicts = |told: &Told| {
        let is = |entry: &&Entry| matches!(&entry.what, What::Node(Event::Verdict { .. }));
        told.lab.timeline().iter().filter(is).count()
    };
    let before = verdicts(&told);
    told.act(cut("a", "b")).expect("a wire");
    told.exec("a", "SET greeting hi");
    told.run_ms(1500);
    told.act(heal("a", "b")).expect("a wire");
    told.run_ms(4000);
    check_all(&told, &mut BTreeSet::new());
    assert_eq!(verdicts(&told), before, "there is no PSYNC");
    let headline = told.headline();
    assert!(headline.starts_with("TCP sent the ") && headline.contains("no PSYNC"), "{headline}");
}

/// README's first minute: noticed, mended, and then +CONTINUE or +FULLRESYNC.
#[test]
fn a_cut_that_was_noticed_ends_with_the_resync_that_the_missed_bytes_allow() {
    for (value, partial) in [("hi".to_owned(), true), ("x".repeat(100), false)] {
        for phase_ms in [0, 1300, 2600, 3900] {
            let mut told = opening();
            told.run_ms(phase_ms);
            told.act(cut("a", "b")).expect("a wire");
            told.exec("a", &format!("SET greeting {value}"));
            let cut_at = told.lab.now().0;
            while !told.headline().starts_with("b has lost the link") {
                told.run_ms(100);
                assert!(told.lab.now().0 < cut_at + 9_000_000, "b notices within 9 s: {}", told.headline());
            }
            // Time to read that and to mend the wire.
            told.run_ms(3000);
            told.act(heal("a", "b")).expect("a wire");
            let mended_at = told.lab.now().0;
            while !told.headline().starts_with("b is in sync with a") {
                told.run_ms(100);
                assert!(told.lab.now().0 < mended_at + 10_000_000, "b is back within 10 s: {}", told.headline());
            }
            let notes: Vec<String> = told.index.notes().map(plain).collect();
            let last = notes.iter().rfind(|note| note.contains("resync.")).expect("a decision");
            assert_eq!(last.contains("+CONTINUE"), partial, "{last}");
            assert_eq!(last.contains("overwritten, so full resync"), !partial, "{last}");
            check_all(&told, &mut BTreeSet::new());
        }
    }
}

#[test]
fn a_process_that_starts_again_says_that_replicaof_was_not_in_its_file() {
    let starts_again = |node: &str, before: &[(&str, &str)]| {
        let mut told = opening();
        for (at, command) in before {
            told.exec(at, command);
            told.run_ms(3_000);
        }
        told.act(Action::Crash { node: node.into() }).expect("it runs");
        told.run_ms(300);
        told.act(Action::Restart { node: node.into() }).expect("it ended");
        told.run_ms(100);
        let runs = told.index.notes().rfind(|note| plain(note).starts_with(&format!("{node} runs."))).map(plain);
        runs.expect("it is told")
    };
    // The first master came back as a replica of the next one, and forgets that.
    let failover = [("b", "REPLICAOF NO ONE"), ("a", "REPLICAOF b 6379")];
    let words = starts_again("a", &failover);
    assert!(words.contains("it is a master: REPLICAOF b was not written there"), "{words}");
    // The promoted one forgets that it is a master, a replica whom it followed last.
    let words = starts_again("b", &failover);
    assert!(words.contains("it follows a: what REPLICAOF changed"), "{words}");
    let words = starts_again("c", &[("b", "REPLICAOF NO ONE"), ("c", "REPLICAOF b 6379")]);
    assert!(words.contains("it follows a: what REPLICAOF changed"), "{words}");
    // Where nothing is forgotten, nothing is said of it.
    assert_eq!(starts_again("b", &[]), "b runs.");
    assert_eq!(starts_again("a", &[]), "a runs.");
}

/// A master crashed, one of its replicas was promoted; the other one goes on trying.
fn promoted_after_a_crash() -> Told {
    let mut told = opening();
    told.act(Action::Crash { node: "a".into() }).expect("it runs");
    told.run_ms(2_500);
    told.exec("b", "REPLICAOF NO ONE");
    told
}

#[test]
fn what_the_reader_did_keeps_the_caption_while_another_node_goes_on_failing() {
    let mut told = promoted_after_a_crash();
    for _ in 0..80 {
        told.run_ms(100);
        assert!(told.headline().starts_with("b is a master now"), "{}", told.headline());
    }
    let caption = told.index.caption(told.lab.timeline().len());
    let detail = plain(&caption.detail.expect("c goes on trying"));
    assert!(detail.starts_with("c gives up on a") && detail.ends_with("times in a row."), "{detail}");
    // Something new comes first, for as long as it is new.
    told.exec("b", "SET k v");
    told.run_ms(1_500);
    let caption = told.index.caption(told.lab.timeline().len());
    assert!(plain(&caption.detail.expect("b wrote")).starts_with("b adds "));
    // What c does at last, and what comes of it, is told again.
    told.exec("c", "REPLICAOF b 6379");
    told.run_ms(4_000);
    assert!(told.headline().starts_with("c is in sync with b"), "{}", told.headline());
    check_all(&told, &mut BTreeSet::new());
}

#[test]
fn a_replica_that_is_promoted_while_its_link_is_up_has_not_lost_it() {
    let mut told = opening();
    told.exec("b", "REPLICAOF NO ONE");
    told.run_ms(20);
    assert!(told.headline().starts_with("b is a master now"), "{}", told.headline());
    assert!(!told.index.notes().any(|note| plain(note).contains("has lost the link")));
    // Whoever is sent to another master has.
    told.exec("c", "REPLICAOF b 6379");
    told.run_ms(20);
    assert!(told.headline().starts_with("c has lost the link to the master but not the place"), "{}", told.headline());
    check_all(&told, &mut BTreeSet::new());
}

#[test]
fn the_first_failure_after_a_promotion_leaves_the_caption_to_it_too() {
    let mut told = opening();
    told.act(Action::Crash { node: "a".into() }).expect("it runs");
    told.run_ms(200);
    told.exec("b", "REPLICAOF NO ONE");
    told.run_ms(3_000);
    assert!(told.headline().starts_with("b is a master now"), "{}", told.headline());
}

#[test]
fn what_is_tried_again_and_again_is_one_tick_of_the_time_bar() {
    let mut told = promoted_after_a_crash();
    told.run_ms(1_000);
    let marks = told.index.marks().len();
    let notes = told.index.notes().len();
    told.run_ms(20_000);
    assert_eq!(told.index.marks().len(), marks);
    let new: Vec<i64> = told.index.notes().skip(notes).map(|note| note.times).collect();
    assert!(new.len() > 30 && new.iter().all(|&times| times > 1), "{new:?}");
    // Another run of failures begins anew.
    told.act(Action::Restart { node: "a".into() }).expect("it ended");
    told.run_ms(4_000);
    assert!(told.headline().starts_with("c is in sync with a"), "{}", told.headline());
    told.act(Action::Crash { node: "a".into() }).expect("it runs");
    told.run_ms(1_500);
    let caption = told.index.caption(told.lab.timeline().len());
    let last = caption.headline.expect("c fails");
    assert!(plain(&last).starts_with("c gives up on a") && last.times == 1, "{}", plain(&last));
}

#[test]
fn ids_are_told_only_when_something_is_to_be_said() {
    let told = opening();
    for (place, entry) in told.lab.timeline().iter().enumerate() {
        if let What::Node(Event::Ids { why: IdChange::Startup | IdChange::FullResync, .. }) = &entry.what {
            assert!(told.index.note_at(place).is_none());
        }
    }
}

#[test]
fn a_command_of_the_master_that_failed_is_told_with_all_that_is_known_of_it() {
    for consequence in [Consequence::Missing, Consequence::PerhapsMissing, Consequence::LinkEnds] {
        let event = Event::MasterCommandFailed {
            command: "lpush".to_owned(),
            error: "WRONGTYPE".to_owned(),
            after: Offset(1042),
            consequence,
        };
        let context = NodeContext { at: SimTime(7), node: "b".into(), peer: None, target: Some("a".into()) };
        let note = node::of_event(&context, &event).expect("it is worth a sentence");
        assert_eq!((note.weight, note.tone), (Weight::Great, Tone::Fault));
        let words = plain(&note);
        assert!(["b", "a", "WRONGTYPE", "1042"].into_iter().all(|value| words.contains(value)), "{words}");
        assert_eq!(words.contains("LPUSH"), consequence != Consequence::PerhapsMissing, "{words}");
    }
}
