//! Mending everything, and what must be true then.

use psyncscope_engine::ids::{NextByte, ReplId};
use psyncscope_engine::replication::replica::ReplState;
use psyncscope_engine::{Node, replication::backlog::Backlog};
use psyncscope_sim::frame::{Power, WireSettings};

use super::run::{ScenarioRun, id};
use super::scenario::{Act, host_name};
use crate::invariants::Broken;

/// Mended worlds are looked at this often, in microseconds.
const LOOK_EVERY_US: u64 = 100_000;

/// All must have come together by then, in microseconds: a chain of six, each link with its timeouts.
const PATIENCE_US: u64 = 240_000_000;

/// The console that mends; the scenario's are below.
const CONSOLE: u32 = 9;

impl ScenarioRun<'_> {
    /// Mends the wires, wakes the hosts, imposes the final tree and waits until all nodes are one. Answers how long it
    /// took.
    pub fn settle(&mut self) -> Result<u64, Broken> {
        let hosts = self.scenario.hosts.len();
        for (from, to) in (0..hosts).flat_map(|from| (0..hosts).map(move |to| (from, to))) {
            if from != to {
                self.must(&Act::Heal(from, to))?;
                self.must(&Act::Wire(from, to, WireSettings::default()))?;
            }
        }
        // Clocks go forward to the latest there ever was: what was to happen by any of them has its time.
        for host in 0..hosts {
            let by_ms = (self.clock_ahead_us - self.clock_offset_us(host)).max(0) / 1000;
            self.must(&Act::MoveClock(host, by_ms))?;
        }
        let took = self.come_together()?;
        self.write_a_marker()?;
        self.stay_together()?;
        Ok(took)
    }

    fn come_together(&mut self) -> Result<u64, Broken> {
        let began = self.world.now().0;
        loop {
            for host in 0..self.scenario.hosts.len() {
                self.mend(host)?;
            }
            self.run_until(self.world.now().0 + LOOK_EVERY_US)?;
            let took = self.world.now().0 - began;
            match self.apart() {
                None => return Ok(took),
                Some(why) if took > PATIENCE_US => {
                    return Err(self.broken(format!("after {} s {why}", took / 1_000_000)));
                }
                Some(_) => {}
            }
        }
    }

    fn must(&mut self, act: &Act) -> Result<(), Broken> {
        let done = self.act(act);
        self.look()?;
        done.map_err(|error| self.broken(format!("{act}: {error}")))
    }

    /// A host runs, and follows whom it is to follow. A command that waited for a sleeper may have undone it.
    fn mend(&mut self, host: usize) -> Result<(), Broken> {
        let master = self.scenario.hosts[host].finally;
        match self.world.power(id(host)) {
            Some(Power::Running) => {}
            Some(Power::Paused) => self.must(&Act::Resume(host))?,
            _ => self.must(&Act::Restart { host, replicaof: master })?,
        }
        if self.world.power(id(host)) != Some(Power::Running) {
            // It went on only to obey a SIGTERM.
            return Ok(());
        }
        if !self.world.console_is_open(id(host), CONSOLE) {
            // Its answer comes after those to all commands that still wait: a sleeper may wake to shut down.
            self.world.take_console_output(id(host), CONSOLE);
            self.must(&Act::Command { host, console: CONSOLE, words: vec![b"PING".to_vec()] })?;
        }
        let wanted = master.map(|master| (host_name(master), 6379));
        let follows = |node: &Node| node.master_address().map(|(host, port)| (host.to_owned(), port)) == wanted;
        if !self.world.node(id(host)).is_some_and(follows) {
            let words: [&str; 3] = match &wanted {
                Some((name, _)) => ["REPLICAOF", name, "6379"],
                None => ["REPLICAOF", "NO", "ONE"],
            };
            let words = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            self.must(&Act::Command { host, console: CONSOLE, words })?;
        }
        Ok(())
    }

    fn root(&self) -> usize {
        self.scenario.hosts.iter().position(|host| host.finally.is_none()).unwrap_or(0)
    }

    /// Why the nodes are not one yet; `None` when they are.
    fn apart(&self) -> Option<String> {
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

    /// What all came together on is alive: a write reaches everybody.
    fn write_a_marker(&mut self) -> Result<(), Broken> {
        let words = [&b"SET"[..], b"marker", b"all is well"].map(<[u8]>::to_vec).to_vec();
        let selects = [&b"SELECT"[..], b"9"].map(<[u8]>::to_vec).to_vec();
        let host = self.root();
        self.must(&Act::Command { host, console: CONSOLE, words: selects })?;
        self.must(&Act::Command { host, console: CONSOLE, words })?;
        self.come_together()?;
        for host in 0..self.scenario.hosts.len() {
            let has = |node: &Node| node.keyspace().get(9, b"marker").is_some();
            if !self.world.node(id(host)).is_some_and(has) {
                return Err(self.broken(format!("the last write did not reach {}", host_name(host))));
            }
        }
        Ok(())
    }

    /// A settled cluster stays connected: no timeout is reached.
    fn stay_together(&mut self) -> Result<(), Broken> {
        let timeouts = self.scenario.hosts.iter().map(|host| host.config.repl_timeout);
        let patience_us = timeouts.max().unwrap_or_default().unsigned_abs() * 1_000_000;
        // Earlier faults and moved clocks may still lead to timeouts.
        self.run_until(self.world.now().0 + patience_us + 3_000_000)?;
        self.come_together()?;
        let links_up = self.links_up();
        self.run_until(self.world.now().0 + patience_us + 3_000_000)?;
        if self.links_up() != links_up {
            return Err(self.broken("a link came up anew, and nothing had happened".into()));
        }
        self.come_together()?;
        Ok(())
    }

    /// All nodes hold the same data, and the same bytes wherever two of them vouch for the same part of a history.
    pub fn compare(&self) -> Result<(), Broken> {
        let nodes: Vec<(usize, &Node)> =
            (0..self.scenario.hosts.len()).filter_map(|host| Some((host, self.world.node(id(host))?))).collect();
        for (i, (one, node)) in nodes.iter().enumerate() {
            for (other, twin) in &nodes[i + 1..] {
                let names = || format!("{} and {}", host_name(*one), host_name(*other));
                if !node.keyspace().equal_data(twin.keyspace()) {
                    return Err(self.broken(format!("{} have different data", names())));
                }
                if let Some(why) = bytes_that_differ(node, twin) {
                    return Err(self.broken(format!("{}: {why}", names())));
                }
            }
        }
        Ok(())
    }
}

/// The histories a node vouches for, each with the first byte that is no more its.
fn eras(node: &Node) -> Vec<(ReplId, NextByte)> {
    let history = node.history();
    let mut eras = vec![(history.replid, history.master_repl_offset.next())];
    if !history.replid2.is_none() {
        eras.push((history.replid2, history.second_replid_offset));
    }
    eras
}

/// The bytes in `from..until` of a backlog, as far as it has them all.
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
