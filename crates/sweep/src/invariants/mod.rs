//! Invariants of every world at every moment, checked from outside.
//!
//! A [`Checker`] checks a [`World`] after each of its events. It keeps the bytes of all histories ([`Histories`]),
//! follows each node's events, and compares nodes, connections and datasets with that. It uses no decision of a node.
//!
//! The world must record its timeline and capture its connections ([`watched`]); frames are not needed.

mod data;
mod histories;
mod links;
mod silence;

use std::collections::BTreeMap;
use std::fmt;

use psyncscope_engine::Node;
use psyncscope_engine::event::{Event, FeedKind, IdChange, PsyncOutcome};
use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::replication::psync::{Decision, PsyncVerdict};
use psyncscope_sim::frame::{HostId, Power, SimTime, What};
use psyncscope_sim::{Flow, Side, World, WorldConfig};

pub use data::same_values;
pub use histories::{Histories, Position, Process};
pub use links::{LinkName, Links};
pub use psyncscope_lab::invariants::{LinkSeen, NodeSeen, Rule};
pub use silence::SilenceLimits;

/// How often datasets are compared, in microseconds of virtual time.
const DATA_EVERY_US: u64 = 500_000;

/// A violated rule, with the numbers that show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// When.
    pub at: SimTime,
    /// On which host, if on one.
    pub host: Option<HostId>,
    /// The numbers that show it.
    pub why: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}.{:06} s", self.at.0 / 1_000_000, self.at.0 % 1_000_000)?;
        if let Some(host) = self.host {
            write!(f, ", host {}", host.0)?;
        }
        write!(f, ": not true that {}: {}", self.rule, self.why)
    }
}

impl std::error::Error for Violation {}

/// `config` with everything recorded that a [`Checker`] needs.
#[must_use]
pub fn watched(config: WorldConfig) -> WorldConfig {
    WorldConfig { record: true, frames_max: 0, capture: true, ..config }
}

/// What is known of a process from its events.
#[derive(Clone, Copy, Debug)]
struct Followed {
    process: Process,
    replid: ReplId,
    /// Unknown after a restart with an RDB file that names a history, until the node is checked.
    offset: Option<Offset>,
    /// History and offset of the last `+FULLRESYNC`.
    announced: Option<Position>,
    /// Unknown until the node is checked or has an event about it.
    is_replica: Option<bool>,
}

/// Bytes that a node fed during the event that is being checked.
struct Fed {
    host: HostId,
    replid: ReplId,
    from: NextByte,
    len: usize,
}

/// How much was checked: shows that a run was not vacuous.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events of the world.
    pub events: u64,
    /// Bytes fed, produced or forwarded.
    pub bytes_fed: u64,
    /// PSYNCs answered with `+CONTINUE`.
    pub partial: u64,
    /// PSYNCs answered with `+FULLRESYNC`.
    pub full: u64,
    /// Promotions.
    pub promotions: u64,
    /// Nodes that got their master's new ID by `+CONTINUE`.
    pub renamed: u64,
    /// Processes that continued a history from their RDB file.
    pub restored: u64,
    /// Links of replicas that came up.
    pub links_up: u64,
    /// Pairs of datasets compared.
    pub data_pairs: u64,
    /// Connections that reached the stream.
    pub streams: u64,
    /// RDBs that were streamed up to a mark, without a file.
    pub diskless: u64,
}

/// Checks a world after each of its events.
#[derive(Debug, Default)]
pub struct Checker {
    histories: Histories,
    links: Links,
    silence: SilenceLimits,
    nodes: BTreeMap<HostId, Followed>,
    boots: BTreeMap<HostId, u32>,
    entries: usize,
    captured: usize,
    data_checked_at: u64,
    tally: Tally,
}

impl Checker {
    /// A checker for a world with a [`watched`] configuration in which nothing has happened yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How much was checked.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally { streams: self.links.streams(), diskless: self.links.marked(), ..self.tally }
    }

    /// All histories of the world so far.
    #[must_use]
    pub const fn histories(&self) -> &Histories {
        &self.histories
    }

    /// Checks what the last event of `world` did. To be called after each event.
    ///
    /// # Errors
    /// The first rule that does not hold.
    pub fn look(&mut self, world: &World) -> Result<(), Violation> {
        let at = world.now();
        let violation = |host| move |(rule, why)| Violation { rule, at, host, why };
        self.tally.events += 1;
        let mut fed = Vec::new();
        for entry in &world.timeline()[self.entries..] {
            if let Some(host) = entry.host {
                self.silence.note(entry.at.0, host, &entry.what);
            }
            if let (Some(host), What::Node(event)) = (entry.host, &entry.what) {
                self.follow(host, event, &mut fed).map_err(violation(Some(host)))?;
            }
        }
        self.entries = world.timeline().len();
        for host in world.host_ids() {
            let Some(node) = world.node(host) else { continue };
            self.check_node(host, NodeSeen::of(node)).map_err(violation(Some(host)))?;
        }
        for Fed { host, replid, from, len } in fed {
            if let Some((from, bytes)) = world.node(host).and_then(|node| kept(node, from, len)) {
                self.histories
                    .record(&replid, from, &bytes)
                    .map_err(|why| violation(Some(host))((Rule::BytesAgree, why)))?;
            }
        }
        for captured in &world.captured()[self.captured..] {
            match (captured.flow, captured.side) {
                (Flow::Down, Side::Received) => self.silence.received(captured.at.0, captured.opener),
                (Flow::Up, Side::Received) if captured.bytes.iter().all(|&byte| byte == b'\n') => {
                    self.silence.received_newline(captured.at.0, captured.acceptor);
                }
                _ => {}
            }
            self.links.see(captured, &mut self.histories).map_err(violation(None))?;
        }
        self.captured = world.captured().len();
        for host in world.host_ids().filter(|host| world.power(*host) == Some(Power::Running)) {
            let Some(node) = world.node(host) else { continue };
            self.silence
                .check(at.0, host, node.repl_state(), node.config().repl_timeout)
                .map_err(|why| violation(Some(host))((Rule::SilentPeerTimesOut, why)))?;
        }
        if at.0 >= self.data_checked_at + DATA_EVERY_US {
            self.data_checked_at = at.0;
            self.compare_data(world).map_err(violation(None))?;
        }
        Ok(())
    }

    /// An event of a node.
    fn follow(&mut self, host: HostId, event: &Event, fed: &mut Vec<Fed>) -> Result<(), (Rule, String)> {
        match event {
            Event::Ids { replid, replid2, second_replid_offset, why } => self
                .check_ids(host, *replid, *replid2, *second_replid_offset, *why)
                .map_err(|error| (Rule::IdsAreUnique, error)),
            Event::Fed { from, len, kind } => {
                self.fed(host, *from, *len, *kind)?;
                let replid = self.followed(host)?.replid;
                fed.push(Fed { host, replid, from: *from, len: *len });
                Ok(())
            }
            Event::Outcome(PsyncOutcome::FullResync { replid: Some(replid), offset }) => {
                self.followed(host)?.announced = Some((*replid, *offset));
                Ok(())
            }
            Event::ReplState { to, .. } => {
                self.followed(host)?.is_replica = Some(*to != ReplState::None);
                self.tally.links_up += u64::from(*to == ReplState::Connected);
                Ok(())
            }
            Event::Verdict { verdict, .. } => self.check_verdict(host, verdict),
            _ => Ok(()),
        }
    }

    fn followed(&mut self, host: HostId) -> Result<&mut Followed, (Rule, String)> {
        self.nodes.get_mut(&host).ok_or_else(|| (Rule::IdsAreUnique, "the node has no replication ID yet".into()))
    }

    /// A node's replication IDs changed.
    fn check_ids(
        &mut self,
        host: HostId,
        replid: ReplId,
        replid2: ReplId,
        second: NextByte,
        why: IdChange,
    ) -> Result<(), String> {
        if why == IdChange::Startup {
            let boots = self.boots.entry(host).or_insert(0);
            let process = Process { host, boot: *boots };
            *boots += 1;
            let offset = Some(Offset(0));
            self.nodes.insert(host, Followed { process, replid, offset, announced: None, is_replica: None });
            return self.histories.begin(replid, process, None, Offset(0));
        }
        let known = self.nodes.get_mut(&host).ok_or("no process started there")?;
        let old = (known.replid, known.offset.ok_or("it changed before the node was checked")?);
        let expect_second = |expected: (ReplId, NextByte)| {
            if (replid2, second) == expected {
                Ok(())
            } else {
                Err(format!("{why:?} at {} of {}: the second history is {second} of {replid2}", old.1, old.0))
            }
        };
        known.replid = replid;
        match why {
            IdChange::Startup => Ok(()),
            IdChange::Shifted => {
                expect_second((old.0, old.1.next()))?;
                self.tally.promotions += 1;
                self.histories.begin(replid, known.process, Some(old.0), old.1)
            }
            IdChange::BacklogCreated | IdChange::BacklogExpired | IdChange::Requested => {
                expect_second((ReplId::NONE, NextByte::NONE))?;
                // DEBUG CHANGE-REPL-ID keeps the backlog, so its bytes are the new history's too.
                let parent = (why == IdChange::Requested).then_some(old.0);
                self.histories.begin(replid, known.process, parent, old.1)
            }
            IdChange::FullResync => {
                expect_second((ReplId::NONE, NextByte::NONE))?;
                let (announced, offset) = known.announced.take().ok_or("a full resync without +FULLRESYNC")?;
                if announced != replid {
                    return Err(format!("{announced} was announced, {replid} came"));
                }
                known.offset = Some(offset);
                self.histories.canonical((replid, offset)).map(drop)
            }
            IdChange::Continued => {
                expect_second((old.0, old.1.next()))?;
                if !self.histories.are_same(old, (replid, old.1))? {
                    return Err(format!("byte {} of {} is not part of {replid}", old.1, old.0));
                }
                self.tally.renamed += 1;
                Ok(())
            }
            IdChange::Restored => {
                known.offset = None;
                self.tally.restored += 1;
                self.histories.end(&replid).map(drop)
            }
        }
    }

    /// A node appended bytes to its backlog.
    fn fed(&mut self, host: HostId, from: NextByte, len: usize, kind: FeedKind) -> Result<(), (Rule, String)> {
        let known = self.followed(host)?;
        let expected = known.offset.map(Offset::next);
        if expected != Some(from) {
            return Err((Rule::OffsetMovesByBytes, format!("fed byte {from}, but {expected:?} is next")));
        }
        let end = from.had().plus(len);
        known.offset = Some(end);
        let (replid, process, is_replica) = (known.replid, known.process, known.is_replica);
        self.tally.bytes_fed += len as u64;
        if is_replica.is_some_and(|is_replica| is_replica != (kind == FeedKind::Proxied)) {
            let role = if is_replica == Some(true) { "replica" } else { "master" };
            return Err((Rule::OnlyHeadProduces, format!("a {role} fed {kind:?}")));
        }
        if kind == FeedKind::Proxied {
            let produced = self.histories.end(&replid).map_err(|why| (Rule::IdsAreUnique, why))?;
            if end > produced {
                let why = format!("forwarded up to byte {end} of {replid}, of which only {produced} were produced");
                return Err((Rule::OnlyHeadProduces, why));
            }
            return Ok(());
        }
        self.histories.produce(&replid, process, from, len).map_err(|why| (Rule::OnlyHeadProduces, why))
    }

    /// A node's decision about a PSYNC.
    fn check_verdict(&mut self, host: HostId, verdict: &PsyncVerdict) -> Result<(), (Rule, String)> {
        let Decision::Continue { bytes, .. } = verdict.decision else {
            self.tally.full += 1;
            return Ok(());
        };
        self.tally.partial += 1;
        let unsafe_because = |why: String| (Rule::ResyncIsSafe, why);
        let history = verdict.history;
        let next = verdict.request.next.ok_or_else(|| unsafe_because("no offset was asked for".into()))?;
        let asked = ReplId::from_bytes(&verdict.request.replid.to_ascii_lowercase())
            .ok_or_else(|| unsafe_because("no history was asked for".into()))?;
        let known = self.followed(host)?;
        let position = (known.replid, known.offset);
        if position != (history.replid, Some(history.master_repl_offset)) {
            let why = format!("its own position is {} of {}", history.master_repl_offset, history.replid);
            return Err((Rule::OffsetMovesByBytes, why));
        }
        let had = next.had();
        let missing = history.master_repl_offset.0 - had.0;
        if bytes as i64 != missing {
            return Err((Rule::ResyncIsExact, format!("{missing} bytes are missing, {bytes} are sent")));
        }
        if !self.histories.are_same((asked, had), (history.replid, had)).map_err(unsafe_because)? {
            return Err(unsafe_because(format!("byte {had} of {asked} is not part of {}", history.replid)));
        }
        Ok(())
    }

    /// Checks a node's numbers between two iterations of its event loop.
    fn check_node(&mut self, host: HostId, seen: NodeSeen) -> Result<(), (Rule, String)> {
        seen.check()?;
        let position = (seen.history.replid, seen.history.master_repl_offset);
        let restored = {
            let known = self.followed(host)?;
            known.is_replica = Some(seen.is_replica);
            let restored = known.offset.is_none();
            let expected = (known.replid, *known.offset.get_or_insert(position.1));
            if expected != position {
                return Err((
                    Rule::OffsetMovesByBytes,
                    format!(
                        "it is at {} of {}, by its events at {} of {}",
                        position.1, position.0, expected.1, expected.0
                    ),
                ));
            }
            restored
        };
        if restored {
            self.histories.canonical(position).map_err(|why| (Rule::IdsAreUnique, why))?;
        }
        Ok(())
    }

    /// Compares the datasets of nodes at the same position.
    ///
    /// # Errors
    /// Two of them differ.
    fn compare_data(&mut self, world: &World) -> Result<(), (Rule, String)> {
        let mut positions: BTreeMap<Position, HostId> = BTreeMap::new();
        for host in world.host_ids() {
            let Some(node) = world.node(host) else { continue };
            let seen = NodeSeen::of(node);
            // Without a live link or a backlog a dataset may have changed, or been dropped, without the offset.
            if seen.link.is_none() && (seen.is_replica || seen.backlog.is_none()) {
                continue;
            }
            let position = (seen.history.replid, seen.history.master_repl_offset);
            let place = self.histories.canonical(position).map_err(|why| (Rule::BytesAgree, why))?;
            let Some(&other) = positions.get(&place) else {
                positions.insert(place, host);
                continue;
            };
            let Some(twin) = world.node(other) else { continue };
            self.tally.data_pairs += 1;
            same_values(node.keyspace(), twin.keyspace()).map_err(|why| {
                let why = format!("hosts {} and {} at {} of {}: {why}", host.0, other.0, place.1, place.0);
                (Rule::DataAgrees, why)
            })?;
        }
        Ok(())
    }
}

/// What a node's backlog still holds of `len` bytes from `from` on.
fn kept(node: &Node, from: NextByte, len: usize) -> Option<(NextByte, Vec<u8>)> {
    let backlog = node.backlog()?;
    let end = from.0 + len as i64;
    let from = from.max(backlog.off());
    let len = usize::try_from(end - from.0).ok()?;
    let mut bytes = backlog.tail(from)?;
    bytes.truncate(len);
    Some((from, bytes))
}

#[cfg(test)]
mod tests;
