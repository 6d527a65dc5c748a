//! A script as text.

use std::fmt::Write as _;

use psyncscope_sim::TcpSettings;
use psyncscope_sim::frame::WireSettings;

use super::value::{BITS, BYTES, TIME, in_units, instant_text, probability_text, speed_text};
use super::words::{is_verbatim, quote};
use super::{Remark, Said, Script};
use crate::action::{Action, LabConfig, NodeSpec, TimedAction};
use crate::branches::{Branch, Branches, ROOT_NAME};
use crate::lang::Lang;

/// How far the lines of a branch are further in than its head.
pub(super) const INDENT: &str = "  ";

impl Script {
    /// The script as text. It is read as the same script, but for the numbers of lines.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let (config, list) = (self.session.config(), self.session.list());
        header(&mut out, config);
        if list[0].name != ROOT_NAME {
            let _ = writeln!(out, "main {}", quote(&list[0].name));
        }
        if self.session.current() != 0 {
            let _ = writeln!(out, "current {}", quote(&list[self.session.current()].name));
        }
        if !config.nodes.is_empty() {
            out.push('\n');
        }
        for spec in &config.nodes {
            node(&mut out, "", spec);
        }
        for index in 0..list.len() {
            out.push('\n');
            branch(&mut out, &self.session, index, self.remarks(index));
        }
        out
    }
}

/// What the world starts as, but for its nodes.
fn header(out: &mut String, config: &LabConfig) {
    let LabConfig { seed, nodes: _, wire, classroom_limits, disk_bps, fork_us, tcp } = config;
    let default = LabConfig::default();
    let _ = writeln!(out, "version {}\nseed {seed}", Script::VERSION);
    if *wire != default.wire {
        let _ = writeln!(out, "wire{}", settings(wire, &default.wire));
    }
    if !classroom_limits {
        out.push_str("limits redis\n");
    }
    if *disk_bps != default.disk_bps {
        let _ = writeln!(out, "disk {}", speed_text(*disk_bps, BYTES));
    }
    if *fork_us != default.fork_us {
        let _ = writeln!(out, "fork {}", in_units(*fork_us, TIME));
    }
    if *tcp != default.tcp {
        let _ = writeln!(out, "tcp{}", tcp_settings(tcp, &default.tcp));
    }
}

/// A wire's settings where they differ from others.
fn settings(wire: &WireSettings, from: &WireSettings) -> String {
    let WireSettings { latency_us, jitter_us, bandwidth_bps, loss, duplicate, reorder } = *wire;
    let mut out = String::new();
    let mut put = |differs: bool, name: &str, value: String| {
        if differs {
            let _ = write!(out, " {name} {value}");
        }
    };
    put(latency_us != from.latency_us, "latency", in_units(latency_us, TIME));
    put(jitter_us != from.jitter_us, "jitter", in_units(jitter_us, TIME));
    put(bandwidth_bps != from.bandwidth_bps, "bandwidth", speed_text(bandwidth_bps, BITS));
    put(loss != from.loss, "loss", probability_text(loss));
    put(duplicate != from.duplicate, "duplicate", probability_text(duplicate));
    put(reorder != from.reorder, "reorder", probability_text(reorder));
    if out.is_empty() { " default".to_owned() } else { out }
}

/// The settings of TCP where they differ from others.
fn tcp_settings(tcp: &TcpSettings, from: &TcpSettings) -> String {
    let TcpSettings { receive_buffer, send_buffer, mtu, backlog } = *tcp;
    let all = [
        ("receive-buffer", receive_buffer, from.receive_buffer),
        ("send-buffer", send_buffer, from.send_buffer),
        ("mtu", mtu, from.mtu),
        ("backlog", backlog, from.backlog),
    ];
    all.iter().filter(|(_, value, from)| value != from).map(|(name, value, _)| format!(" {name} {value}")).collect()
}

/// A node with its configuration, which stands below it, further in.
fn node(out: &mut String, indent: &str, spec: &NodeSpec) {
    let _ = writeln!(out, "node {}", spec.name);
    lines(out, indent, &spec.config);
}

/// Lines of redis.conf, further in.
fn lines(out: &mut String, indent: &str, config: &[String]) {
    for line in config {
        // `line` is no directive of Redis's: a line that begins with it is quoted too.
        if is_verbatim(line) && line.split([' ', '\t']).next() != Some("line") {
            let _ = writeln!(out, "{indent}  {line}");
        } else {
            let _ = writeln!(out, "{indent}  line {}", quote(line));
        }
    }
}

/// A branch: its head, unless it is main's, and what is in it.
pub(super) fn branch(out: &mut String, session: &Branches, index: usize, remarks: &[Remark]) {
    let branch = &session.list()[index];
    let mut indent = "";
    if let Some(leaves) = branch.leaves {
        let (name, parent) = (quote(&branch.name), quote(&session.list()[leaves.branch].name));
        let _ = writeln!(out, "branch {name} from {parent} at {}", instant_text(leaves.at_us));
        indent = INDENT;
    }
    timed(out, indent, session.config(), branch, remarks);
}

/// What is done, said and expected in a branch, and its end.
fn timed(out: &mut String, indent: &str, config: &LabConfig, branch: &Branch, remarks: &[Remark]) {
    let mut remarks = remarks.iter().peekable();
    for (index, TimedAction { at_us, action: done }) in branch.actions.iter().enumerate() {
        while let Some(remark) = remarks.next_if(|remark| remark.after <= index) {
            said(out, indent, remark);
        }
        done_at(out, indent, config, *at_us, done);
    }
    remarks.for_each(|remark| said(out, indent, remark));
    end(out, indent, branch.end_us);
}

/// An action with its time.
pub(super) fn done_at(out: &mut String, indent: &str, config: &LabConfig, at_us: u64, done: &Action) {
    let _ = write!(out, "{indent}at {}  ", instant_text(at_us));
    action(out, indent, config, done);
}

/// The end of a branch.
pub(super) fn end(out: &mut String, indent: &str, end_us: u64) {
    let _ = writeln!(out, "{indent}end {}", instant_text(end_us));
}

fn said(out: &mut String, indent: &str, remark: &Remark) {
    let _ = write!(out, "{indent}at {}  ", instant_text(remark.at_us));
    let _ = match &remark.what {
        Said::Narration { lang: None, text } => writeln!(out, "say {}", quote(text)),
        Said::Narration { lang: Some(Lang::En), text } => writeln!(out, "say en {}", quote(text)),
        Said::Narration { lang: Some(Lang::Zh), text } => writeln!(out, "say zh {}", quote(text)),
        Said::Expectation(expectation) => writeln!(out, "expect {expectation}"),
    };
}

fn action(out: &mut String, indent: &str, config: &LabConfig, action: &Action) {
    let wire = |from: &str, to: &str, one_way: bool| {
        if one_way { format!("{from} -> {to}") } else { format!("{from} {to}") }
    };
    let _ = match action {
        Action::Exec { node, console, command } => {
            let console = console_text(node, *console);
            if is_verbatim(command) {
                writeln!(out, "{console}> {command}")
            } else {
                writeln!(out, "exec {console} {}", quote(command))
            }
        }
        Action::AddNode { node: spec } => {
            out.push_str("add ");
            node(out, &format!("{indent}  "), spec);
            Ok(())
        }
        Action::RemoveNode { node } => writeln!(out, "remove {node}"),
        Action::Cut { from, to, one_way } => writeln!(out, "cut {}", wire(from, to, *one_way)),
        Action::Heal { from, to, one_way } => writeln!(out, "heal {}", wire(from, to, *one_way)),
        Action::SetWire { from, to, one_way, settings: new } => {
            writeln!(out, "wire {}{}", wire(from, to, *one_way), settings(new, &config.wire))
        }
        Action::Crash { node } => writeln!(out, "crash {node}"),
        Action::Terminate { node } => writeln!(out, "terminate {node}"),
        Action::Configure { node: spec } => {
            let _ = writeln!(out, "configure {}", spec.name);
            lines(out, &format!("{indent}  "), &spec.config);
            Ok(())
        }
        Action::HangUp { node, console } => writeln!(out, "hang-up {}", console_text(node, *console)),
        Action::Pause { node } => writeln!(out, "pause {node}"),
        Action::Resume { node } => writeln!(out, "resume {node}"),
        Action::PowerOff { node } => writeln!(out, "power-off {node}"),
        Action::Restart { node } => writeln!(out, "restart {node}"),
        Action::MoveClock { node, by_ms } => {
            let sign = if *by_ms < 0 { '-' } else { '+' };
            writeln!(out, "clock {node} {sign}{}", in_units(by_ms.unsigned_abs() * 1000, TIME))
        }
    };
}

/// `a`, `a#1`.
fn console_text(node: &str, console: u32) -> String {
    if console == 0 { node.to_owned() } else { format!("{node}#{console}") }
}
