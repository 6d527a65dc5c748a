//! The timers that run at a moment: what happens by itself if nothing comes before.

use std::sync::Arc;

use psyncscope_sim::frame::{Frame, HostFrame, Power, SimTime};

use crate::topology;

/// A silence shorter than this is the rhythm of a link that works, in seconds.
const SILENCE_S: i64 = 2;

/// A timer that runs out later than this is nothing to wait for, in seconds.
const FAR_S: i64 = 600;

/// What ends when a timer has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerKind {
    /// A replica gives up the link to its master, or the attempt to make one (`repl-timeout`).
    Link,
    /// A master drops a replica that acknowledges nothing (`repl-timeout`).
    Replica,
    /// A master without replicas frees its backlog (`repl-backlog-ttl`).
    Backlog,
    /// A background save is written.
    Save,
    /// A process that sleeps (DEBUG SLEEP) goes on.
    Sleep,
}

/// A timer that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// What ends.
    pub kind: TimerKind,
    /// The node whose timer it is.
    pub node: Arc<str>,
    /// The node at the other end of a link.
    pub peer: Option<Arc<str>>,
    /// Seconds that are left.
    pub left_s: i64,
}

/// The timers that run at `at`, of which this is the frame, the next to run out first. A process that does not run has none.
#[must_use]
pub fn timers(frame: &Frame, at: SimTime) -> Vec<Timer> {
    let mut timers: Vec<Timer> = frame
        .hosts
        .iter()
        .filter(|host| host.power == Power::Running)
        .flat_map(|host| of_host(frame, at, host))
        .collect();
    timers.sort_by_key(|timer| timer.left_s);
    timers
}

fn of_host(frame: &Frame, at: SimTime, host: &HostFrame) -> Vec<Timer> {
    let timer = |kind, peer, left_s| Timer { kind, node: Arc::clone(&host.name), peer, left_s };
    let until = |end: SimTime| i64::try_from(end.0.saturating_sub(at.0).div_ceil(1_000_000)).unwrap_or(i64::MAX);
    let mut timers = Vec::new();
    if let Some(until) = host.sleeps_until.map(until) {
        // Nothing else is looked at meanwhile.
        return vec![timer(TimerKind::Sleep, None, until)];
    }
    if let Some((_, ends)) = host.child {
        timers.push(timer(TimerKind::Save, None, until(ends)));
    }
    let Some(node) = &host.node else { return timers };
    let silent = |left: &i64| *left <= node.timers.repl_timeout + 1 - SILENCE_S;
    if let (Some(left), Some(upstream)) = (node.timers.upstream_s.filter(silent), &node.upstream) {
        let master = topology::master_of(host, &frame.hosts).map(|master| topology::name(frame, master));
        timers.push(timer(TimerKind::Link, Some(master.unwrap_or_else(|| Arc::from(&*upstream.host))), left));
    }
    for replica in node.replicas.iter() {
        if let Some(left) = replica.timeout_s.filter(silent) {
            let peer = topology::peer(frame, host.id, replica.conn).map(|peer| topology::name(frame, peer));
            timers.push(timer(TimerKind::Replica, Some(peer.unwrap_or_else(|| Arc::from(&*replica.ip))), left));
        }
    }
    timers
        .extend(node.timers.backlog_s.filter(|left| *left <= FAR_S).map(|left| timer(TimerKind::Backlog, None, left)));
    timers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::narration::Weight;
    use crate::{Action, Lab, LabConfig, NodeSpec};

    fn world(lines: &[&str]) -> Lab {
        let node = |name: &str, more: &[&str]| NodeSpec {
            name: name.into(),
            config: lines.iter().chain(more).map(|&line| line.into()).collect(),
        };
        let nodes = vec![node("a", &[]), node("b", &["replicaof a 6379"])];
        let mut lab = Lab::new(LabConfig { seed: 1, nodes, ..LabConfig::default() }).expect("a world");
        lab.run_for(5_000_000);
        lab
    }

    fn now(lab: &Lab) -> Vec<Timer> {
        timers(&lab.frame_at(lab.now()), lab.now())
    }

    /// Runs until no timer of this kind is left, and says what the last one said a second before.
    fn runs_out(lab: &mut Lab, kind: TimerKind) {
        let left = |lab: &Lab| now(lab).iter().find(|timer| timer.kind == kind).map(|timer| timer.left_s);
        let begun = (lab.now().0, left(lab).expect("it runs"));
        let mut last = begun.1;
        while let Some(left) = left(lab) {
            assert!(left <= last, "it counts down: {left} after {last}");
            last = left;
            lab.run_for(100_000);
        }
        let took_s = (lab.now().0 - begun.0) / 1_000_000;
        assert!(took_s.abs_diff(begun.1.unsigned_abs()) <= 1, "{kind:?} took {took_s} s of {}", begun.1);
        assert!(last <= 1, "{last} s were left");
    }

    #[test]
    fn the_silence_of_a_link_counts_down_at_both_ends() {
        let mut lab = world(&["repl-timeout 60", "repl-ping-replica-period 1"]);
        assert_eq!(now(&lab), [], "a link that works has no timer worth a word");
        lab.act(Action::Cut { from: "a".into(), to: "b".into(), one_way: false }).expect("a wire");
        lab.run_for(30_000_000);
        let kinds: Vec<TimerKind> = now(&lab).iter().map(|timer| timer.kind).collect();
        assert!(kinds.contains(&TimerKind::Link) && kinds.contains(&TimerKind::Replica), "{kinds:?}");
        let mut other = world(&["repl-timeout 60", "repl-ping-replica-period 1"]);
        other.act(Action::Cut { from: "a".into(), to: "b".into(), one_way: false }).expect("a wire");
        other.run_for(30_000_000);
        runs_out(&mut other, TimerKind::Replica);
        runs_out(&mut lab, TimerKind::Link);
        let mut index = crate::index::Index::default();
        index.extend(&lab);
        let great = index.notes().rfind(|note| note.weight == Weight::Great).expect("a note");
        assert!(great.text(crate::Lang::En).starts_with("b has lost the link"), "{}", great.text(crate::Lang::En));
    }

    #[test]
    fn a_backlog_without_replicas_and_a_process_that_sleeps_count_down() {
        let mut lab = world(&["repl-backlog-ttl 20"]);
        lab.act(Action::Crash { node: "b".into() }).expect("it runs");
        lab.run_for(2_000_000);
        runs_out(&mut lab, TimerKind::Backlog);
        let sleep = Action::Exec { node: "a".into(), console: 0, command: "DEBUG SLEEP 7".into() };
        lab.act(sleep).expect("a command");
        lab.run_for(100_000);
        runs_out(&mut lab, TimerKind::Sleep);
    }
}
