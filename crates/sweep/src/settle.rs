//! Repairing everything, and what must hold then.

use psyncscope_engine::ids::{NextByte, ReplId};
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::{Node, replication::backlog::Backlog};
use psyncscope_sim::frame::{Power, WireSettings};

use super::run::{ScenarioRun, id};
use super::scenario::{Action, host_name};
use crate::invariants::Violation;

/// How often convergence is checked, in microseconds.
const POLL_INTERVAL_US: u64 = 100_000;

/// The longest time to converge, in microseconds: for a chain of six, each link with its timeouts.
const CONVERGE_TIMEOUT_US: u64 = 240_000_000;

/// The console for repairs; the scenario's have lower numbers.
const CONSOLE: u32 = 9;

impl ScenarioRun<'_> {
    /// Heals the wires, starts or resumes the hosts, sets up the final tree and waits until all nodes are equal.
    /// Returns how long that took.
    pub fn settle(&mut self) -> Result<u64, Violation> {
        let hosts = self.scenario.hosts.len();
        for (from, to) in (0..hosts).flat_map(|from| (0..hosts).map(move |to| (from, to))) {
            if from != to {
                self.must(&Action::Heal(from, to))?;
                self.must(&Action::Wire(from, to, WireSettings::default()))?;
            }
        }
        // All clocks go forward to the latest one, so that all expiry times are reached.
        for host in 0..hosts {
            let by_ms = (self.clock_ahead_us - self.clock_offset_us(host)).max(0) / 1000;
            self.must(&Action::MoveClock(host, by_ms))?;
        }
        let took = self.converge()?;
        self.write_marker()?;
        self.stay_connected()?;
        Ok(took)
    }

    fn converge(&mut self) -> Result<u64, Violation> {
        let began = self.world.now().0;
        loop {
            for host in 0..self.scenario.hosts.len() {
                self.repair(host)?;
            }
            self.run_until(self.world.now().0 + POLL_INTERVAL_US)?;
            let took = self.world.now().0 - began;
            match self.not_converged() {
                None => return Ok(took),
                Some(why) if took > CONVERGE_TIMEOUT_US => {
                    return Err(self.violation(format!("after {} s {why}", took / 1_000_000)));
                }
                Some(_) => {}
            }
        }
    }

    fn must(&mut self, action: &Action) -> Result<(), Violation> {
        let done = self.action(action);
        self.look()?;
        done.map_err(|error| self.violation(format!("{action}: {error}")))
    }

    /// Makes a host run and follow its final master. A command that was queued at a sleeping node may have undone it.
    fn repair(&mut self, host: usize) -> Result<(), Violation> {
        let master = self.scenario.hosts[host].finally;
        match self.world.power(id(host)) {
            Some(Power::Running) => {}
            Some(Power::Paused) => self.must(&Action::Resume(host))?,
            _ => self.must(&Action::Restart { host, replicaof: master })?,
        }
        if self.world.power(id(host)) != Some(Power::Running) {
            // It ended at once by a pending SIGTERM.
            return Ok(());
        }
        if !self.world.console_is_open(id(host), CONSOLE) {
            // The reply comes after those to all queued commands: a sleeping node may still have a SHUTDOWN to execute.
            self.world.take_console_output(id(host), CONSOLE);
            self.must(&Action::Command { host, console: CONSOLE, words: vec![b"PING".to_vec()] })?;
        }
        let wanted = master.map(|master| (host_name(master), 6379));
        let follows = |node: &Node| node.master_address().map(|(host, port)| (host.to_owned(), port)) == wanted;
        if !self.world.node(id(host)).is_some_and(follows) {
            let words: [&str; 3] = match &wanted {
                Some((name, _)) => ["REPLICAOF", name, "6379"],
                None => ["REPLICAOF", "NO", "ONE"],
            };
            let words = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            self.must(&Action::Command { host, console: CONSOLE, words })?;
        }
        Ok(())
    }

    /// The host that is everybody's master in the end.
    pub fn root(&self) -> usize {
        self.scenario.hosts.iter().position(|host| host.finally.is_none()).unwrap_or(0)
    }

    /// Why the nodes are not equal yet; `None` when they are.
    fn not_converged(&self) -> Option<String> {
        let Some(root) = self.world.node(id(self.root())) else { return Some("the master is down".into()) };
        let place = |node: &Node| (node.history().replid, node.history().master_repl_offset);
        for (host, plan) in self.scenario.hosts.iter().enumerate() {
            let name = host_name(host);
            let Some(node) = self.world.node(id(host)) else { return Some(format!("{name} is down")) };
            if self.world.console_output(id(host), CONSOLE).is_empty() {
                return Some(format!("{name} does not answer"));
            }
            let state = node.repl_state();
            let wanted = if plan.finally.is_some() { ReplState::Connected } else { ReplState::None };
            if state != wanted {
                return Some(format!("{name} is {}", state.name()));
            }
            if plan.finally.is_some() && place(node) != place(root) {
                return Some(format!("{name} is at {:?}, its master at {:?}", place(node), place(root)));
            }
            let expiring: u64 = node.keyspace().counts().iter().map(|(_, _, expiring)| expiring).sum();
            if expiring > 0 {
                return Some(format!("{name} still has {expiring} keys that expire"));
            }
        }
        None
    }

    /// A write reaches every node.
    fn write_marker(&mut self) -> Result<(), Violation> {
        let words = [&b"SET"[..], b"marker", b"all is well"].map(<[u8]>::to_vec).to_vec();
        let selects = [&b"SELECT"[..], b"9"].map(<[u8]>::to_vec).to_vec();
        let host = self.root();
        self.must(&Action::Command { host, console: CONSOLE, words: selects })?;
        self.must(&Action::Command { host, console: CONSOLE, words })?;
        self.converge()?;
        for host in 0..self.scenario.hosts.len() {
            let has = |node: &Node| node.keyspace().get(9, b"marker").is_some();
            if !self.world.node(id(host)).is_some_and(has) {
                return Err(self.violation(format!("the last write did not reach {}", host_name(host))));
            }
        }
        Ok(())
    }

    /// A converged cluster stays connected: no timeout is reached.
    fn stay_connected(&mut self) -> Result<(), Violation> {
        let timeouts = self.scenario.hosts.iter().map(|host| host.config.repl_timeout);
        let timeout_us = timeouts.max().unwrap_or_default().unsigned_abs() * 1_000_000;
        // Earlier faults and moved clocks may still lead to timeouts.
        self.run_until(self.world.now().0 + timeout_us + 3_000_000)?;
        self.converge()?;
        let links_up = self.links_up();
        self.run_until(self.world.now().0 + timeout_us + 3_000_000)?;
        if self.links_up() != links_up {
            return Err(self.violation("a link came up again without a fault".into()));
        }
        self.converge()?;
        Ok(())
    }

    /// All nodes have the same data, and the same backlog bytes where the histories of two of them overlap.
    pub fn compare(&self) -> Result<(), Violation> {
        let nodes: Vec<(usize, &Node)> =
            (0..self.scenario.hosts.len()).filter_map(|host| Some((host, self.world.node(id(host))?))).collect();
        for (i, (one, node)) in nodes.iter().enumerate() {
            for (other, twin) in &nodes[i + 1..] {
                let names = || format!("{} and {}", host_name(*one), host_name(*other));
                if !node.keyspace().equal_data(twin.keyspace()) {
                    return Err(self.violation(format!("{} have different data", names())));
                }
                if let Some(why) = bytes_that_differ(node, twin) {
                    return Err(self.violation(format!("{}: {why}", names())));
                }
            }
        }
        Ok(())
    }
}

/// The histories of a node, each with the first byte after its part.
fn eras(node: &Node) -> Vec<(ReplId, NextByte)> {
    let history = node.history();
    let mut eras = vec![(history.replid, history.master_repl_offset.next())];
    if !history.replid2.is_none() {
        eras.push((history.replid2, history.second_replid_offset));
    }
    eras
}

/// The bytes in `from..until` of a backlog, if it has them all.
fn bytes(backlog: &Backlog, from: NextByte, until: NextByte) -> Option<Vec<u8>> {
    let mut bytes = backlog.tail(from)?;
    bytes.truncate(usize::try_from(until.0 - from.0).ok()?);
    Some(bytes)
}

fn bytes_that_differ(one: &Node, other: &Node) -> Option<String> {
    let (ours, theirs) = (one.backlog()?, other.backlog()?);
    let from = ours.off().max(theirs.off());
    for (id, until) in eras(one) {
        for (_, their_until) in eras(other).into_iter().filter(|(their_id, _)| *their_id == id) {
            let until = until.min(their_until);
            if from < until && bytes(ours, from, until) != bytes(theirs, from, until) {
                return Some(format!("their backlogs differ within bytes {from}..{until} of {id}"));
            }
        }
    }
    None
}
