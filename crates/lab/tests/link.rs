//! Links to an instant: nothing of a session is lost in them, they are short, they stay readable, and a damaged one says
//! where.

use psyncscope_lab::link::{Panel, View};
use psyncscope_lab::sim::TcpSettings;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{
    Action, Branches, ErrorAt, ErrorCode, Lab, LabConfig, Lang, Link, NodeSpec, TimedAction, examples,
};
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

mod random;
mod sessions;

use sessions::{SETTINGS, any_session, node_actions, saved, session_of, wire_actions};

/// A link that version 1 wrote.
const VERSION_1: &str = include_str!("links/version-1.txt");

/// The digest of the world of its current branch.
const VERSION_1_DIGEST: &str = include_str!("links/version-1.digest");

fn view() -> View {
    View {
        at: Some(SimTime(4_100_000)),
        node: Some("b".to_owned()),
        panel: Some(Panel::Handshake),
        lang: Some(Lang::Zh),
    }
}

fn link() -> Link {
    Link::new(saved(), view()).expect("it is of that branch")
}

#[track_caller]
fn comes_back(link: &Link) {
    let text = link.to_text();
    assert_eq!(Link::parse(&text).as_ref(), Ok(link), "{text}");
}

#[test]
fn a_saved_session_and_what_is_shown_come_back() {
    comes_back(&link());
    comes_back(&Link::new(saved(), View::default()).expect("nothing is asked of it"));
    for panel in Panel::ALL {
        comes_back(&Link::new(saved(), View { panel: Some(panel), ..view() }).expect("a panel"));
    }
    let empty = Lab::new(LabConfig::default()).expect("a world without nodes").action_log();
    comes_back(&Link::new(Branches::of(empty), View::default()).expect("nothing is asked of it"));
}

#[test]
fn every_action_and_setting_comes_back() {
    let exec = |console, command: &str| Action::Exec { node: "a".to_owned(), console, command: command.to_owned() };
    let mut actions = vec![exec(0, "SET k \"a\\x00 b\" 中文"), exec(63, "PING")];
    actions.extend(node_actions());
    actions.extend(wire_actions(&[SETTINGS]));
    let config = LabConfig {
        seed: u64::MAX,
        nodes: ["a", "b"].map(|name| NodeSpec { name: name.to_owned(), config: vec![] }).to_vec(),
        wire: SETTINGS,
        classroom_limits: false,
        disk_bps: 0,
        fork_us: 0,
        tcp: TcpSettings { receive_buffer: 1024, send_buffer: 1 << 20, mtu: 576, backlog: 1 },
    };
    comes_back(&Link::new(session_of(config, actions), View::default()).expect("nothing is asked of it"));
}

/// Whatever is done, on whatever branches.
#[test]
fn any_session_comes_back() {
    for seed in 0..60 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let branches = any_session(seed, &mut rng);
        let end_us = branches.list()[branches.current()].end_us;
        let at = Some(SimTime(u64::from(rng.next_u32()) % (end_us + 1)));
        let link = Link::new(branches, View { at, ..View::default() }).expect("it is of that branch");
        comes_back(&link);
        // As a file has it.
        let json = link.session().to_json();
        assert_eq!(Link::parse(&link.to_text()).expect("its own writing").session().to_json(), json, "seed {seed}");
    }
}

fn exec(at_us: u64, node: &str, command: &str) -> TimedAction {
    TimedAction { at_us, action: Action::Exec { node: node.to_owned(), console: 0, command: command.to_owned() } }
}

fn cut(at_us: u64, from: &str, to: &str) -> TimedAction {
    TimedAction { at_us, action: Action::Cut { from: from.to_owned(), to: to.to_owned(), one_way: false } }
}

fn heal(at_us: u64, from: &str, to: &str) -> TimedAction {
    TimedAction { at_us, action: Action::Heal { from: from.to_owned(), to: to.to_owned(), one_way: false } }
}

fn crash(at_us: u64, node: &str) -> TimedAction {
    TimedAction { at_us, action: Action::Crash { node: node.to_owned() } }
}

fn restart(at_us: u64, node: &str) -> TimedAction {
    TimedAction { at_us, action: Action::Restart { node: node.to_owned() } }
}

/// A node as the page's dialog makes it.
fn node(name: &str, master: Option<&str>) -> NodeSpec {
    let follows = master.map(|master| format!("replicaof {master} 6379"));
    NodeSpec { name: name.to_owned(), config: ["repl-backlog-size 64".to_owned()].into_iter().chain(follows).collect() }
}

/// Times are as people at the page make them: at any microsecond.
#[test]
fn ten_actions_take_at_most_four_hundred_characters() {
    let opening = examples::opening();
    let mut failover = opening.clone();
    failover.actions.extend([
        cut(11_234_567, "a", "b"),
        exec(15_234_561, "a", "SET greeting \"hello world\""),
        heal(20_234_561, "a", "b"),
        crash(26_934_567, "a"),
        exec(33_298_765, "b", "REPLICAOF NO ONE"),
        exec(36_120_003, "c", "REPLICAOF b 6379"),
    ]);
    let chain =
        vec![node("a", None), node("b", Some("a")), node("c", Some("b")), node("d", Some("a")), node("e", Some("b"))];
    let mut queue =
        Lab::new(LabConfig { seed: 4_711, nodes: chain, ..LabConfig::default() }).expect("a world").action_log();
    queue.actions = vec![
        exec(4_123_456, "a", "LPUSH queue:mail \"welcome user 7\""),
        exec(6_923_451, "a", "LPUSH queue:mail \"invoice 2026-11 to user 7\""),
        exec(9_423_987, "a", "EXPIRE queue:mail 60"),
        exec(12_000_123, "c", "LRANGE queue:mail 0 -1"),
        crash(15_555_555, "a"),
        exec(18_345_678, "b", "REPLICAOF NO ONE"),
        exec(22_345_678, "d", "REPLICAOF b 6379"),
        exec(24_345_678, "b", "RPOP queue:mail"),
        restart(28_345_678, "a"),
        exec(31_345_678, "a", "REPLICAOF b 6379"),
    ];
    let mut tuning = opening;
    tuning.actions.extend([
        exec(12_345_678, "a", "CONFIG SET repl-backlog-size 256"),
        exec(14_345_671, "a", "EVAL \"return redis.call('INCR', KEYS[1])\" 1 counter"),
        exec(16_345_672, "a", "HSET session:9f3e cart \"3 items\" total 41.90"),
        exec(19_345_673, "b", "CLIENT LIST"),
        exec(21_345_674, "a", "WAIT 2 1000"),
        exec(24_345_675, "c", "INFO replication"),
    ]);
    for (name, mut log) in [("failover", failover), ("queue", queue), ("tuning", tuning)] {
        assert_eq!(log.actions.len(), 10, "{name}");
        log.end_us = 40_123_456;
        log.check().expect(name);
        let session = Branches::of(log);
        let view = View { at: Some(SimTime(35_234_567)), ..view() };
        let link = Link::new(session, view).expect(name);
        let text = link.to_text();
        println!("{name}: {} characters: {text}", text.len());
        assert!(text.len() <= 400, "{name}: {} characters", text.len());
        comes_back(&link);
    }
}

/// Links are in mails and slides: every version of this program must read them.
#[test]
fn links_of_every_version_are_read() {
    let link = Link::parse(VERSION_1.trim_end()).expect("version 1");
    assert_eq!(link, self::link());
    let (session, view) = link.into_parts();
    assert_eq!(view, self::view());
    let lab = session.replay(session.current()).expect("a good run");
    assert_eq!(lab.digest(), VERSION_1_DIGEST.trim_end());
}

/// Reads a link, which must be refused with `code`; `part` must be in the message.
#[track_caller]
fn refused(text: &str, code: ErrorCode, part: &str) -> ErrorAt {
    let error = Link::parse(text).expect_err(text);
    assert_eq!(error.code, code, "{error}");
    assert!(error.message.contains(part), "{error}");
    *error.at.unwrap_or_default()
}

#[test]
fn a_link_may_be_a_whole_address_or_have_no_hash() {
    let text = link().to_text();
    for address in [format!("https://example.org/lab/{text}"), text[1..].to_owned()] {
        assert_eq!(Link::parse(&address), Ok(link()), "{address}");
    }
    assert!(Link::is_link(&text) && Link::is_link(&format!("http://127.0.0.1:8080/{text}")));
    assert!(!Link::is_link("run.json") && !Link::is_link("./v1.json"));
    assert!(!Link::is_link(&saved().to_json().replace("hello", "http://example.org/")));
}

#[test]
fn a_damaged_link_says_where() {
    use ErrorCode::{BadLink, UnsupportedVersion};
    let text = link().to_text();
    for none in ["", "#", "#about", "#v", "#v1", "#v1:abc", "#vx.abc", "#v.abc", "https://example.org/"] {
        refused(none, BadLink, "begins with #v1.");
    }
    for version in [0, 2, 12] {
        refused(&text.replacen("#v1", &format!("#v{version}"), 1), UnsupportedVersion, &format!("version {version}"));
    }
    for (wrong, shown) in [('%', "'%'"), (' ', "' '"), ('é', "'é'"), ('=', "'='"), ('\n', "'\\n'")] {
        let damaged = format!("{}{wrong}{}", &text[..20], &text[20..]);
        assert_eq!(refused(&damaged, BadLink, shown).column, Some(21));
        let damaged = format!("https://example.org/é{damaged}");
        assert_eq!(refused(&damaged, BadLink, "character 42").column, Some(42));
    }
    refused("#v1.", BadLink, "cut off");
    for end in 5..text.len() {
        let at = refused(&text[..end], BadLink, "");
        assert!(at.column.is_some_and(|column| (5..=end + 1).contains(&column)), "{at:?} of the first {end}");
    }
    refused(&text[..text.len() - 4], BadLink, "cut off");
    refused(&format!("{text}{}", &text[4..]), BadLink, "");
    refused(&format!("{text}AAAA"), BadLink, "goes on after its end");
}

/// Whatever character is changed, left out or put in: no panic, and never another session in silence.
#[test]
fn no_damage_goes_unnoticed() {
    let link = link();
    let text = link.to_text();
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for at in 4..text.len() {
        let (before, after) = (&text[..at], &text[at..]);
        for digit in digits.chars().chain(['.', '#', '\0', '中']) {
            for damaged in [format!("{before}{digit}{}", &after[1..]), format!("{before}{digit}{after}")] {
                // The last byte may have bits that mean nothing.
                if let Ok(read) = Link::parse(&damaged) {
                    assert_eq!(read, link, "{damaged}");
                }
            }
        }
        Link::parse(&format!("{before}{}", &after[1..])).expect_err("a character less");
    }
}

#[test]
fn what_is_shown_must_be_there() {
    let refused = |view| Link::new(saved(), view).expect_err("it is not there").code;
    let end_us = saved().list()[2].end_us;
    assert_eq!(refused(View { at: Some(SimTime(end_us + 1)), ..View::default() }), ErrorCode::BadTime);
    Link::new(saved(), View { at: Some(SimTime(end_us)), ..View::default() }).expect("the end is there");
    assert_eq!(refused(View { node: Some("z".to_owned()), ..View::default() }), ErrorCode::UnknownNode);
}
