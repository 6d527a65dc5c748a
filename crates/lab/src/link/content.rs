//! What a link says, version 1: configuration, branches, and what is shown.
//!
//! What has its default takes no bytes: a number before each part says by its bits what follows. The defaults are those of
//! the version, which stay, not those of the lab's types, which may change.

use psyncscope_sim::TcpSettings;
use psyncscope_sim::frame::{SimTime, WireSettings};

use super::View;
use super::bytes::{Reader, Writer};
use super::code::{Coded, Verb};
use crate::action::{Action, LabConfig, NodeSpec, TimedAction};
use crate::branches::{Branch, Branches, Leaves};
use crate::error::LabError;
use crate::limits;

const LATENCY_US: u64 = 500;
const DISK_BPS: u64 = 50_000_000;
const FORK_US: u64 = 20_000;
const DEFAULT_TCP: TcpSettings = TcpSettings { receive_buffer: 65536, send_buffer: 65536, mtu: 1500, backlog: 128 };

/// Bits of what is different in the configuration.
mod config_bit {
    pub const SEED: u64 = 1;
    pub const WIRE: u64 = 2;
    /// Redis's own limits instead of those of a classroom.
    pub const OWN_LIMITS: u64 = 4;
    pub const DISK: u64 = 8;
    pub const FORK: u64 = 16;
    pub const TCP: u64 = 32;
    pub const ALL: u64 = 63;
}

/// Bits of what is different in a wire's settings.
mod wire_bit {
    pub const LATENCY: u64 = 1;
    pub const JITTER: u64 = 2;
    pub const BANDWIDTH: u64 = 4;
    pub const LOSS: u64 = 8;
    pub const DUPLICATE: u64 = 16;
    pub const REORDER: u64 = 32;
    pub const ALL: u64 = 63;
}

/// Bits of what is said of the view.
mod view_bit {
    /// Another branch than the first.
    pub const BRANCH: u64 = 1;
    pub const AT: u64 = 2;
    pub const NODE: u64 = 4;
    pub const PANEL: u64 = 8;
    pub const LANG: u64 = 16;
    pub const ALL: u64 = 31;
}

/// The content of a link.
pub(super) fn written(session: &Branches, view: &View) -> Vec<u8> {
    let mut out = Writer::default();
    write_config(&mut out, session.config());
    out.number(session.list().len() as u64);
    for branch in session.list() {
        write_branch(&mut out, branch);
    }
    write_view(&mut out, session.current(), view);
    out.bytes
}

/// Reads the content of a link. The session is checked as one from a file is.
pub(super) fn read(content: &[u8]) -> Result<(Branches, View), LabError> {
    let mut from = Reader::new(content);
    let config = read_config(&mut from)?;
    let count = from.count(limits::BRANCHES_MAX, "the number of branches")?;
    let mut list = Vec::with_capacity(count);
    for index in 0..count {
        list.push(read_branch(&mut from, index).map_err(|error| error.in_branch(index))?);
    }
    let (current, view) = read_view(&mut from)?;
    from.end()?;
    Ok((Branches::checked(config, list, current)?, view))
}

/// The bits of what is there.
fn bits(of: &[(u64, bool)]) -> u64 {
    of.iter().filter(|(_, there)| *there).map(|(bit, _)| bit).sum()
}

fn read_bits(from: &mut Reader<'_>, all: u64, what: &str) -> Result<u64, LabError> {
    match from.number(what)? {
        bits if bits & !all == 0 => Ok(bits),
        bits => from.refuse(&format!("{what} has bits that mean nothing: {bits:#b}")),
    }
}

fn write_config(out: &mut Writer, config: &LabConfig) {
    use config_bit::{DISK, FORK, OWN_LIMITS, SEED, TCP, WIRE};
    let LabConfig { seed, nodes, wire, classroom_limits, disk_bps, fork_us, tcp } = config;
    let wire_bits = wire_bits(wire);
    out.number(bits(&[
        (SEED, *seed != 0),
        (WIRE, wire_bits != 0),
        (OWN_LIMITS, !classroom_limits),
        (DISK, *disk_bps != DISK_BPS),
        (FORK, *fork_us != FORK_US),
        (TCP, *tcp != DEFAULT_TCP),
    ]));
    if *seed != 0 {
        out.number(*seed);
    }
    if wire_bits != 0 {
        write_wire(out, wire);
    }
    if *disk_bps != DISK_BPS {
        out.number(*disk_bps);
    }
    if *fork_us != FORK_US {
        out.span(*fork_us);
    }
    if *tcp != DEFAULT_TCP {
        let TcpSettings { receive_buffer, send_buffer, mtu, backlog } = *tcp;
        [receive_buffer, send_buffer, mtu, backlog].into_iter().for_each(|value| out.number(value as u64));
    }
    out.number(nodes.len() as u64);
    nodes.iter().for_each(|node| write_node(out, node));
}

fn read_config(from: &mut Reader<'_>) -> Result<LabConfig, LabError> {
    use config_bit::{ALL, DISK, FORK, OWN_LIMITS, SEED, TCP, WIRE};
    let bits = read_bits(from, ALL, "the configuration's first number")?;
    let seed = if bits & SEED == 0 { 0 } else { from.number("the seed")? };
    let wire = if bits & WIRE == 0 { default_wire() } else { read_wire(from)? };
    let disk_bps = if bits & DISK == 0 { DISK_BPS } else { from.number("the disk's speed")? };
    let fork_us = if bits & FORK == 0 { FORK_US } else { from.span("the time of a fork")? };
    let tcp = if bits & TCP == 0 { DEFAULT_TCP } else { read_tcp(from)? };
    let count = from.count(limits::NODES_MAX, "the number of nodes")?;
    let nodes = (0..count).map(|_| read_node(from)).collect::<Result<_, _>>()?;
    Ok(LabConfig { seed, nodes, wire, classroom_limits: bits & OWN_LIMITS == 0, disk_bps, fork_us, tcp })
}

fn read_tcp(from: &mut Reader<'_>) -> Result<TcpSettings, LabError> {
    // What is too large is refused with the others beyond the limits.
    let mut number =
        |what: &str| -> Result<usize, LabError> { Ok(usize::try_from(from.number(what)?).unwrap_or(usize::MAX)) };
    Ok(TcpSettings {
        receive_buffer: number("the size of receive buffers")?,
        send_buffer: number("the size of send buffers")?,
        mtu: number("the size of the largest packet")?,
        backlog: number("how many connections can wait")?,
    })
}

fn write_node(out: &mut Writer, NodeSpec { name, config }: &NodeSpec) {
    out.name(name);
    out.number(config.len() as u64);
    config.iter().for_each(|line| out.text(line));
}

fn read_node(from: &mut Reader<'_>) -> Result<NodeSpec, LabError> {
    let name = from.name("a node's name")?;
    let count = from.count(limits::CONFIG_LINES_MAX, "the number of lines of a node's configuration")?;
    let config = (0..count).map(|_| from.text("a line of a node's configuration")).collect::<Result<_, _>>()?;
    Ok(NodeSpec { name, config })
}

const fn default_wire() -> WireSettings {
    WireSettings { latency_us: LATENCY_US, jitter_us: 0, bandwidth_bps: 0, loss: 0.0, duplicate: 0.0, reorder: 0.0 }
}

fn wire_bits(settings: &WireSettings) -> u64 {
    // By its bits, so that a negative zero stays one.
    let there = |fraction: f64| fraction.to_bits() != 0;
    bits(&[
        (wire_bit::LATENCY, settings.latency_us != LATENCY_US),
        (wire_bit::JITTER, settings.jitter_us != 0),
        (wire_bit::BANDWIDTH, settings.bandwidth_bps != 0),
        (wire_bit::LOSS, there(settings.loss)),
        (wire_bit::DUPLICATE, there(settings.duplicate)),
        (wire_bit::REORDER, there(settings.reorder)),
    ])
}

fn write_wire(out: &mut Writer, settings: &WireSettings) {
    let bits = wire_bits(settings);
    out.number(bits);
    for (bit, span) in [(wire_bit::LATENCY, settings.latency_us), (wire_bit::JITTER, settings.jitter_us)] {
        if bits & bit != 0 {
            out.span(span);
        }
    }
    if bits & wire_bit::BANDWIDTH != 0 {
        out.number(settings.bandwidth_bps);
    }
    let chances = [settings.loss, settings.duplicate, settings.reorder];
    for (bit, chance) in [wire_bit::LOSS, wire_bit::DUPLICATE, wire_bit::REORDER].into_iter().zip(chances) {
        if bits & bit != 0 {
            out.fraction(chance);
        }
    }
}

fn read_wire(from: &mut Reader<'_>) -> Result<WireSettings, LabError> {
    let bits = read_bits(from, wire_bit::ALL, "a wire's first number")?;
    let mut settings = default_wire();
    if bits & wire_bit::LATENCY != 0 {
        settings.latency_us = from.span("a wire's latency")?;
    }
    if bits & wire_bit::JITTER != 0 {
        settings.jitter_us = from.span("a wire's jitter")?;
    }
    if bits & wire_bit::BANDWIDTH != 0 {
        settings.bandwidth_bps = from.number("a wire's bandwidth")?;
    }
    if bits & wire_bit::LOSS != 0 {
        settings.loss = from.fraction("a wire's loss")?;
    }
    if bits & wire_bit::DUPLICATE != 0 {
        settings.duplicate = from.fraction("a wire's duplicates")?;
    }
    if bits & wire_bit::REORDER != 0 {
        settings.reorder = from.fraction("a wire's reordering")?;
    }
    Ok(settings)
}

fn write_branch(out: &mut Writer, Branch { name, leaves, end_us, actions }: &Branch) {
    out.text(name);
    if let Some(Leaves { branch, at_us }) = leaves {
        out.number(*branch as u64);
        out.span(*at_us);
    }
    // Times are in order: each is written as the time since the one before it.
    let mut last_us = leaves.map_or(0, |leaves| leaves.at_us);
    out.span(*end_us - last_us);
    out.number(actions.len() as u64);
    for TimedAction { at_us, action } in actions {
        out.span(*at_us - last_us);
        last_us = *at_us;
        write_action(out, action);
    }
}

fn read_branch(from: &mut Reader<'_>, index: usize) -> Result<Branch, LabError> {
    let name = from.text("the branch's name")?;
    let leaves = if index == 0 { None } else { Some(read_leaves(from)?) };
    let mut last_us = leaves.map_or(0, |leaves| leaves.at_us);
    let end_us = read_later(from, last_us, "the branch's end")?;
    let count = from.count(limits::ACTIONS_MAX, "the number of actions")?;
    let mut actions = Vec::new();
    for index in 0..count {
        let timed = read_timed(from, last_us).map_err(|error| error.in_action(index))?;
        last_us = timed.at_us;
        actions.push(timed);
    }
    Ok(Branch { name, leaves, end_us, actions })
}

fn read_leaves(from: &mut Reader<'_>) -> Result<Leaves, LabError> {
    let branch = from.number("the parent's number")?;
    // One that is too large for an index is no branch either.
    let branch = usize::try_from(branch).unwrap_or(usize::MAX);
    Ok(Leaves { branch, at_us: from.span("the time at which the branch leaves its parent")? })
}

/// The time that is so much later.
fn read_later(from: &mut Reader<'_>, than_us: u64, what: &str) -> Result<u64, LabError> {
    let by_us = from.span(what)?;
    than_us.checked_add(by_us).map_or_else(|| from.refuse(&format!("{what} is too late")), Ok)
}

fn write_action(out: &mut Writer, action: &Action) {
    let of_node = |out: &mut Writer, verb: Verb, node: &str| {
        out.number(verb.code());
        out.name(node);
    };
    let of_wire = |out: &mut Writer, [both, one]: [Verb; 2], (from, to, one_way): (&str, &str, bool)| {
        out.number(if one_way { one } else { both }.code());
        out.name(from);
        out.name(to);
    };
    match action {
        Action::Exec { node, console: 0, command } => {
            of_node(out, Verb::Exec, node);
            out.text(command);
        }
        Action::Exec { node, console, command } => {
            of_node(out, Verb::ExecInConsole, node);
            out.number(u64::from(*console));
            out.text(command);
        }
        Action::AddNode { node } => {
            out.number(Verb::AddNode.code());
            write_node(out, node);
        }
        Action::RemoveNode { node } => of_node(out, Verb::RemoveNode, node),
        Action::Cut { from, to, one_way } => of_wire(out, [Verb::Cut, Verb::CutOneWay], (from, to, *one_way)),
        Action::Heal { from, to, one_way } => of_wire(out, [Verb::Heal, Verb::HealOneWay], (from, to, *one_way)),
        Action::SetWire { from, to, one_way, settings } => {
            of_wire(out, [Verb::SetWire, Verb::SetWireOneWay], (from, to, *one_way));
            write_wire(out, settings);
        }
        Action::Crash { node } => of_node(out, Verb::Crash, node),
        Action::Terminate { node } => of_node(out, Verb::Terminate, node),
        Action::HangUp { node, console } => {
            of_node(out, Verb::HangUp, node);
            out.number(u64::from(*console));
        }
        Action::Configure { node } => {
            out.number(Verb::Configure.code());
            write_node(out, node);
        }
        Action::Pause { node } => of_node(out, Verb::Pause, node),
        Action::Resume { node } => of_node(out, Verb::Resume, node),
        Action::PowerOff { node } => of_node(out, Verb::PowerOff, node),
        Action::Restart { node } => of_node(out, Verb::Restart, node),
        Action::MoveClock { node, by_ms } => {
            of_node(out, Verb::MoveClock, node);
            out.signed(*by_ms);
        }
    }
}

fn read_timed(from: &mut Reader<'_>, last_us: u64) -> Result<TimedAction, LabError> {
    let at_us = read_later(from, last_us, "the action's time")?;
    Ok(TimedAction { at_us, action: read_action(from)? })
}

fn read_action(from: &mut Reader<'_>) -> Result<Action, LabError> {
    let verb: Verb = read_code(from, "the action")?;
    // These name their node themselves.
    match verb {
        Verb::AddNode => return Ok(Action::AddNode { node: read_node(from)? }),
        Verb::Configure => return Ok(Action::Configure { node: read_node(from)? }),
        _ => {}
    }
    let node = from.name("the action's node")?;
    let other = |from: &mut Reader<'_>| from.name("the other end of the wire");
    let command = "the command";
    Ok(match verb {
        Verb::Exec => Action::Exec { node, console: 0, command: from.text(command)? },
        Verb::ExecInConsole => {
            let console = read_console(from)?;
            Action::Exec { node, console, command: from.text(command)? }
        }
        Verb::RemoveNode => Action::RemoveNode { node },
        Verb::Cut | Verb::CutOneWay => Action::Cut { from: node, to: other(from)?, one_way: verb == Verb::CutOneWay },
        Verb::Heal | Verb::HealOneWay => {
            Action::Heal { from: node, to: other(from)?, one_way: verb == Verb::HealOneWay }
        }
        Verb::SetWire | Verb::SetWireOneWay => {
            let (to, one_way) = (other(from)?, verb == Verb::SetWireOneWay);
            Action::SetWire { from: node, to, one_way, settings: read_wire(from)? }
        }
        Verb::Crash => Action::Crash { node },
        Verb::Terminate => Action::Terminate { node },
        Verb::HangUp => Action::HangUp { node, console: read_console(from)? },
        Verb::Pause => Action::Pause { node },
        Verb::Resume => Action::Resume { node },
        Verb::PowerOff => Action::PowerOff { node },
        Verb::Restart => Action::Restart { node },
        Verb::MoveClock => Action::MoveClock { node, by_ms: from.signed("how far the clock moves")? },
        // Read above.
        Verb::AddNode | Verb::Configure => return from.refuse("the action is incomplete"),
    })
}

/// The number of a console. One that is too large is refused with the others above the limit.
fn read_console(from: &mut Reader<'_>) -> Result<u32, LabError> {
    Ok(u32::try_from(from.number("the console's number")?).unwrap_or(u32::MAX))
}

/// What the next number stands for.
fn read_code<T: Coded>(from: &mut Reader<'_>, what: &str) -> Result<T, LabError> {
    let code = from.number(what)?;
    T::of_code(code).map_or_else(|| from.refuse(&format!("{what} has the unknown code {code}")), Ok)
}

fn write_view(out: &mut Writer, current: usize, View { at, node, panel, lang }: &View) {
    out.number(bits(&[
        (view_bit::BRANCH, current != 0),
        (view_bit::AT, at.is_some()),
        (view_bit::NODE, node.is_some()),
        (view_bit::PANEL, panel.is_some()),
        (view_bit::LANG, lang.is_some()),
    ]));
    if current != 0 {
        out.number(current as u64);
    }
    if let Some(at) = at {
        out.span(at.0);
    }
    if let Some(node) = node {
        out.name(node);
    }
    if let Some(panel) = panel {
        out.number(panel.code());
    }
    if let Some(lang) = lang {
        out.number(lang.code());
    }
}

fn read_view(from: &mut Reader<'_>) -> Result<(usize, View), LabError> {
    let bits = read_bits(from, view_bit::ALL, "the first number of what is shown")?;
    let mut view = View::default();
    let mut current = 0;
    if bits & view_bit::BRANCH != 0 {
        current = usize::try_from(from.number("the current branch")?).unwrap_or(usize::MAX);
    }
    if bits & view_bit::AT != 0 {
        view.at = Some(SimTime(from.span("the instant")?));
    }
    if bits & view_bit::NODE != 0 {
        view.node = Some(from.name("the selected node")?);
    }
    if bits & view_bit::PANEL != 0 {
        view.panel = Some(read_code(from, "the panel")?);
    }
    if bits & view_bit::LANG != 0 {
        view.lang = Some(read_code(from, "the language")?);
    }
    Ok((current, view))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    const SESSION: &str = include_str!("../../tests/logs/version-2.json");

    fn content() -> Vec<u8> {
        let view = View { at: Some(SimTime(4_100_000)), node: Some("b".to_owned()), ..View::default() };
        written(&Branches::from_json(SESSION).expect("a saved session"), &view)
    }

    #[track_caller]
    fn refused(content: &[u8], code: ErrorCode, part: &str) {
        let error = read(content).expect_err("it is damaged");
        assert!(error.code == code && error.message.contains(part), "{error}");
    }

    /// The actions as they are in links that exist: none of these numbers may change.
    #[test]
    fn codes_stay() {
        let node = || "a".to_owned();
        let (from, to) = (node, || "b".to_owned());
        let settings = WireSettings { jitter_us: 3000, ..WireSettings::default() };
        let check = |action: Action, bytes: &[u8]| {
            let mut out = Writer::default();
            ["a", "b"].into_iter().for_each(|name| out.name(name));
            let names = out.bytes.len();
            write_action(&mut out, &action);
            assert_eq!(&out.bytes[names..], bytes, "{action:?}");
            let mut reader = Reader::new(&out.bytes);
            ["a", "b"].into_iter().for_each(|name| assert_eq!(reader.name("a name").as_deref(), Ok(name)));
            assert_eq!(read_action(&mut reader), Ok(action));
            reader.end().expect("nothing else is there");
        };
        let exec = |console| Action::Exec { node: node(), console, command: "GET k".to_owned() };
        check(exec(0), b"\x00\x01\x05GET k");
        check(exec(3), b"\x01\x01\x03\x05GET k");
        let added = NodeSpec { name: "c".to_owned(), config: vec!["hz 10".to_owned()] };
        check(Action::AddNode { node: added }, b"\x02\x00\x01c\x01\x05hz 10");
        check(Action::RemoveNode { node: node() }, &[3, 1]);
        for one_way in [false, true] {
            let one = u8::from(one_way);
            check(Action::Cut { from: from(), to: to(), one_way }, &[4 + one, 1, 2]);
            check(Action::Heal { from: from(), to: to(), one_way }, &[6 + one, 1, 2]);
            check(Action::SetWire { from: from(), to: to(), one_way, settings }, &[8 + one, 1, 2, 2, 7]);
        }
        check(Action::Crash { node: node() }, &[10, 1]);
        check(Action::Pause { node: node() }, &[11, 1]);
        check(Action::Resume { node: node() }, &[12, 1]);
        check(Action::PowerOff { node: node() }, &[13, 1]);
        check(Action::Restart { node: node() }, &[14, 1]);
        check(Action::MoveClock { node: node(), by_ms: -2 }, &[15, 1, 3]);
        check(Action::Terminate { node: node() }, &[16, 1]);
        check(Action::HangUp { node: node(), console: 3 }, &[17, 1, 3]);
        let configured = NodeSpec { name: "a".to_owned(), config: vec!["hz 10".to_owned()] };
        check(Action::Configure { node: configured }, b"\x12\x01\x01\x05hz 10");
    }

    #[test]
    fn what_is_default_takes_no_bytes() {
        let config = LabConfig::default();
        let session = Branches::checked(config, vec![root(vec![])], 0).expect("a session");
        // The configuration, no nodes; one branch, its name, end and no actions; nothing of the view.
        assert_eq!(written(&session, &View::default()), b"\x00\x00\x01\x04main\x01\x00\x00");
    }

    fn root(actions: Vec<TimedAction>) -> Branch {
        Branch { name: "main".to_owned(), leaves: None, end_us: 0, actions }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        use ErrorCode::{BadLink, BadNodeName, TooMuch, UnknownBranch, UnknownNode};
        let start = b"\x00\x01\x00\x01a\x00\x01\x04main\x03\x01\x00";
        let after = |more: &[u8]| [&start[..], more].concat();
        read(&after(b"\x0a\x01\x00")).expect("a crash of a");
        refused(&after(b"\x0a\x01\x00\x00"), BadLink, "1 bytes follow the end of the link (byte 18 of 19)");
        refused(&after(b"\x63\x01\x00"), BadLink, "branch 0: action 0: the action has the unknown code 99 (byte 16 of");
        refused(
            &after(b"\x0a\x02\x00"),
            BadLink,
            "branch 0: action 0: the action's node is name 2; there are 1 so far",
        );
        refused(&after(b"\x0a\x00\x01z\x00"), UnknownNode, "branch 0: action 0: there is no node z");
        refused(&after(b"\x0a\x00\x01 \x00"), BadNodeName, "branch 0: action 0: a node's name");
        refused(&after(b"\x00\x01\x02\xff\xff\x00"), BadLink, "the command is not UTF-8");
        refused(&after(b"\x00\x01\x7fPING"), BadLink, "action 0: the link ends where the end of the command should be");
        refused(
            &after(b"\x0a\x01\x20"),
            BadLink,
            "the first number of what is shown has bits that mean nothing: 0b100000",
        );
        refused(&after(b"\x0a\x01\x01\x01"), UnknownBranch, "there is no branch 1");
        refused(&after(b"\x0a\x01\x08\x63"), BadLink, "the panel has the unknown code 99");
        refused(&after(b"\x0a\x01\x10\x02"), BadLink, "the language has the unknown code 2");
        refused(&after(b"\x0a\x01\x02"), BadLink, "the link ends where the instant should be");
        refused(&after(b"\x0a\x81\x00\x00"), BadLink, "the action's node is no number");
        refused(&after(&[10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0]), BadLink, "is no number");
        refused(b"\x40", BadLink, "the configuration's first number has bits");
        refused(b"\x20\x80\x08", BadLink, "the link ends where the size of send buffers should be");
        refused(b"\x00\x11", TooMuch, "the number of nodes is 17; at most 16");
        refused(b"\x00\x10", BadLink, "the number of nodes is 16, but only 0 bytes follow");
        refused(b"\x00\x00\x00\x00", ErrorCode::BadValue, "at least one branch");
        refused(b"\x00\x00\x41", TooMuch, "the number of branches is 65");
        refused(b"\x00\x00\x01\x04main\x00\xff\x7f", TooMuch, "branch 0: the number of actions is 16383");
        refused(b"", BadLink, "the link ends where the configuration's first number should be (byte 0 of 0)");
    }

    /// Below the checksum: no damage to the content makes anything but a session or a refusal.
    #[test]
    fn no_damage_to_the_content_panics() {
        let content = content();
        let (session, view) = read(&content).expect("its own writing");
        assert_eq!(written(&session, &view), content);
        for end in 0..content.len() {
            read(&content[..end]).expect_err("it is cut off");
        }
        let mut read_anyway = 0;
        for at in 0..content.len() {
            for byte in 0..=255 {
                let mut damaged = content.clone();
                damaged[at] = byte;
                if let Ok((session, view)) = read(&damaged) {
                    assert_eq!(read(&written(&session, &view)), Ok((session, view)), "byte {at} is {byte}");
                    read_anyway += 1;
                }
            }
        }
        assert!(read_anyway > content.len(), "a command may be another one");
    }
}
