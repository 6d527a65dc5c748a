//! What must be true of every world at every moment, watched from outside.
//!
//! A [`Checker`] looks at a [`World`] after each of its events. It decides nothing that a node decides: it keeps the
//! bytes of all histories ([`Histories`]), follows each node's events, and holds what nodes, connections and datasets
//! claim against that.
//!
//! The world must record its timeline and capture its connections ([`watched`]); frames are not needed.

mod data;
mod histories;
mod links;
mod node;
mod silence;

use std::collections::BTreeMap;
use std::fmt;

use psyncscope_engine::Node;
use psyncscope_engine::event::{Event, FeedKind, IdChange, PsyncOutcome};
use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::replication::psync::{Decision, PsyncVerdict};
use psyncscope_engine::replication::replica::ReplState;
use psyncscope_sim::frame::{HostId, Power, SimTime, What};
use psyncscope_sim::{Flow, Side, World, WorldConfig};

pub use data::same_values;
pub use histories::{Histories, Position, Process};
pub use links::{LinkName, Links};
pub use node::{LinkSeen, NodeSeen};
pub use silence::SilenceLimits;

/// How often datasets are compared, in microseconds of virtual time.
const DATA_EVERY_US: u64 = 500_000;

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A CONNECTED replica's link, offset and ID are its master's, and it has applied no more than it received.
    LinkAgrees,
    /// `repl_backlog_off + histlen = master_repl_offset + 1`.
    BacklogEndsAtOffset,
    /// All who ever had a byte of a history had the same one.
    BytesAreOne,
    /// `second_replid_offset <= master_repl_offset + 1`.
    SecondHistoryIsPast,
    /// A partial resync brings exactly what was missing.
    ResyncIsExact,
    /// A partial resync is granted only to those whose bytes are the beginning of the master's.
    ResyncIsSafe,
    /// From its start, a stream is that of its history, without gap or addition.
    StreamIsContiguous,
    /// An offset moves only by bytes that were fed, or by a full resync.
    OffsetMovesByBytes,
    /// Only the head of a chain produces; the others pass on.
    OnlyTheHeadProduces,
    /// A name is given to one history, and each change of names is one that Redis knows.
    NamesAreTrue,
    /// An ACK claims nothing that was not sent.
    AckIsOfTheStream,
    /// The RDB file of a full resync stands for the history and offset told.
    FileIsOfTheOffset,
    /// What arrives on a connection is what was sent.
    WireIsTcp,
    /// Peers understand each other.
    SpeaksTheProtocol,
    /// Who stands at the same place of the same history has the same data.
    DataIsOne,
    /// A silent peer is given up after `repl-timeout`.
    NobodyWaitsForEver,
    /// When all is mended, all replicas come to be what their master is.
    AllComesTogether,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LinkAgrees => "a connected replica's link, offset and ID are its master's",
            Self::BacklogEndsAtOffset => "a backlog ends at the node's offset",
            Self::BytesAreOne => "all who have a byte of a history have the same one",
            Self::SecondHistoryIsPast => "a second history lies in the past",
            Self::ResyncIsExact => "a partial resync brings exactly what was missing",
            Self::ResyncIsSafe => "a partial resync is granted only where the histories are one",
            Self::StreamIsContiguous => "a stream is its history, without gap or addition",
            Self::OffsetMovesByBytes => "an offset moves only by bytes that were fed",
            Self::OnlyTheHeadProduces => "only the head of a chain produces",
            Self::NamesAreTrue => "a replication ID names one history",
            Self::AckIsOfTheStream => "an ACK claims nothing that was not sent",
            Self::FileIsOfTheOffset => "an RDB file stands for the offset told",
            Self::WireIsTcp => "what arrives on a connection is what was sent",
            Self::SpeaksTheProtocol => "peers understand each other",
            Self::DataIsOne => "who stands at the same place of a history has the same data",
            Self::NobodyWaitsForEver => "a silent peer is given up after repl-timeout",
            Self::AllComesTogether => "when all is mended, all replicas come to be what their master is",
        })
    }
}

/// A rule that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// When.
    pub at: SimTime,
    /// On which host, if on one.
    pub host: Option<HostId>,
    /// By which numbers.
    pub why: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}.{:06} s", self.at.0 / 1_000_000, self.at.0 % 1_000_000)?;
        if let Some(host) = self.host {
            write!(f, ", host {}", host.0)?;
        }
        write!(f, ": not true that {}: {}", self.rule, self.why)
    }
}

impl std::error::Error for Broken {}

/// `config` with all that a [`Checker`] needs to see.
#[must_use]
pub fn watched(config: WorldConfig) -> WorldConfig {
    WorldConfig { record: true, frames_max: 0, capture: true, ..config }
}

/// What is known of a process from its events.
#[derive(Clone, Copy, Debug)]
struct Followed {
    process: Process,
    replid: ReplId,
    /// Unknown after a restart with an RDB file that names a history, until the node is looked at.
    offset: Option<Offset>,
    /// What `+FULLRESYNC` told last.
    announced: Option<Position>,
    /// Unknown until the node is looked at or tells.
    is_replica: Option<bool>,
}

/// Bytes that a node fed during the event that is being looked at.
struct Fed {
    host: HostId,
    replid: ReplId,
    from: NextByte,
    len: usize,
}

/// How much a checker has looked at: that a run was not vacuous.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events of the world.
    pub events: u64,
    /// Bytes fed, by producing or passing on.
    pub bytes_fed: u64,
    /// PSYNCs answered with `+CONTINUE`.
    pub partial: u64,
    /// PSYNCs answered with `+FULLRESYNC`.
    pub full: u64,
    /// Promotions.
    pub promotions: u64,
    /// Nodes that took on their master's new name by `+CONTINUE`.
    pub renamed: u64,
    /// Processes that took up a history from their RDB file.
    pub restored: u64,
    /// Links of replicas that came up.
    pub links_up: u64,
    /// Pairs of datasets compared.
    pub data_pairs: u64,
    /// Connections that came as far as a stream.
    pub streams: u64,
    /// RDBs that were streamed up to a mark, without a file.
    pub diskless: u64,
}

/// Looks at a world after each of its events.
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
    /// A checker for a world that [`watched`] configured and that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How much was looked at.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally { streams: self.links.streams(), diskless: self.links.marked(), ..self.tally }
    }

    /// All histories of the world so far.
    #[must_use]
    pub const fn histories(&self) -> &Histories {
        &self.histories
    }

    /// Looks at what the last event of `world` did. To be called after each.
    ///
    /// # Errors
    /// The first rule that does not hold.
    pub fn look(&mut self, world: &World) -> Result<(), Broken> {
        let at = world.now();
        let broken = |host| move |(rule, why)| Broken { rule, at, host, why };
        self.tally.events += 1;
        let mut fed = Vec::new();
        for entry in &world.timeline()[self.entries..] {
            if let Some(host) = entry.host {
                self.silence.note(entry.at.0, host, &entry.what);
            }
            if let (Some(host), What::Node(event)) = (entry.host, &entry.what) {
                self.follow(host, event, &mut fed).map_err(broken(Some(host)))?;
            }
        }
        self.entries = world.timeline().len();
        for host in world.host_ids() {
            let Some(node) = world.node(host) else { continue };
            self.meet(host, NodeSeen::of(node)).map_err(broken(Some(host)))?;
        }
        for Fed { host, replid, from, len } in fed {
            if let Some((from, bytes)) = world.node(host).and_then(|node| kept(node, from, len)) {
                self.histories
                    .tell(&replid, from, &bytes)
                    .map_err(|why| broken(Some(host))((Rule::BytesAreOne, why)))?;
            }
        }
        for captured in &world.captured()[self.captured..] {
            match (captured.flow, captured.side) {
                (Flow::Down, Side::Received) => self.silence.heard(captured.at.0, captured.opener),
                (Flow::Up, Side::Received) if captured.bytes.iter().all(|&byte| byte == b'\n') => {
                    self.silence.heard_newline(captured.at.0, captured.acceptor);
                }
                _ => {}
            }
            self.links.see(captured, &mut self.histories).map_err(broken(None))?;
        }
        self.captured = world.captured().len();
        for host in world.host_ids().filter(|host| world.power(*host) == Some(Power::Running)) {
            let Some(node) = world.node(host) else { continue };
            self.silence
                .check(at.0, host, node.repl_state(), node.config().repl_timeout)
                .map_err(|why| broken(Some(host))((Rule::NobodyWaitsForEver, why)))?;
        }
        if at.0 >= self.data_checked_at + DATA_EVERY_US {
            self.data_checked_at = at.0;
            self.compare_data(world).map_err(broken(None))?;
        }
        Ok(())
    }

    /// A node said what it did.
    fn follow(&mut self, host: HostId, event: &Event, fed: &mut Vec<Fed>) -> Result<(), (Rule, String)> {
        match event {
            Event::Ids { replid, replid2, second_replid_offset, why } => self
                .named(host, *replid, *replid2, *second_replid_offset, *why)
                .map_err(|error| (Rule::NamesAreTrue, error)),
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
            Event::Verdict { verdict, .. } => self.judged(host, verdict),
            _ => Ok(()),
        }
    }

    fn followed(&mut self, host: HostId) -> Result<&mut Followed, (Rule, String)> {
        self.nodes.get_mut(&host).ok_or_else(|| (Rule::NamesAreTrue, "the node never named its history".into()))
    }

    /// A node's history got a name, or another one.
    fn named(
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
        let old = (known.replid, known.offset.ok_or("it changed before it was seen")?);
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
                let (announced, offset) = known.announced.take().ok_or("a full resync that nobody announced")?;
                if announced != replid {
                    return Err(format!("{announced} was announced, {replid} came"));
                }
                known.offset = Some(offset);
                self.histories.canonical((replid, offset)).map(drop)
            }
            IdChange::Continued => {
                expect_second((old.0, old.1.next()))?;
                if !self.histories.are_one(old, (replid, old.1))? {
                    return Err(format!("byte {} of {} is none of {replid}", old.1, old.0));
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
            return Err((Rule::OnlyTheHeadProduces, format!("a {role} fed {kind:?}")));
        }
        if kind == FeedKind::Proxied {
            let produced = self.histories.end(&replid).map_err(|why| (Rule::NamesAreTrue, why))?;
            if end > produced {
                let why = format!("passed on up to byte {end} of {replid}, of which only {produced} were produced");
                return Err((Rule::OnlyTheHeadProduces, why));
            }
            return Ok(());
        }
        self.histories.produce(&replid, process, from, len).map_err(|why| (Rule::OnlyTheHeadProduces, why))
    }

    /// A node decided about a PSYNC.
    fn judged(&mut self, host: HostId, verdict: &PsyncVerdict) -> Result<(), (Rule, String)> {
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
            let why = format!("it thinks to be at {} of {}", history.master_repl_offset, history.replid);
            return Err((Rule::OffsetMovesByBytes, why));
        }
        let had = next.had();
        let missing = history.master_repl_offset.0 - had.0;
        if bytes as i64 != missing {
            return Err((Rule::ResyncIsExact, format!("{missing} bytes are missing, {bytes} come")));
        }
        if !self.histories.are_one((asked, had), (history.replid, had)).map_err(unsafe_because)? {
            return Err(unsafe_because(format!("byte {had} of {asked} is none of {}", history.replid)));
        }
        Ok(())
    }

    /// A node's numbers between two turns.
    fn meet(&mut self, host: HostId, seen: NodeSeen) -> Result<(), (Rule, String)> {
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
            self.histories.canonical(position).map_err(|why| (Rule::NamesAreTrue, why))?;
        }
        Ok(())
    }

    /// Datasets of nodes that stand at the same place.
    ///
    /// # Errors
    /// Two of them differ.
    fn compare_data(&mut self, world: &World) -> Result<(), (Rule, String)> {
        let mut places: BTreeMap<Position, HostId> = BTreeMap::new();
        for host in world.host_ids() {
            let Some(node) = world.node(host) else { continue };
            let seen = NodeSeen::of(node);
            // Without a live link or a backlog a dataset may have moved on, or be gone, without the offset.
            if seen.link.is_none() && (seen.is_replica || seen.backlog.is_none()) {
                continue;
            }
            let position = (seen.history.replid, seen.history.master_repl_offset);
            let place = self.histories.canonical(position).map_err(|why| (Rule::BytesAreOne, why))?;
            let Some(&other) = places.get(&place) else {
                places.insert(place, host);
                continue;
            };
            let Some(twin) = world.node(other) else { continue };
            self.tally.data_pairs += 1;
            same_values(node.keyspace(), twin.keyspace()).map_err(|why| {
                let why = format!("hosts {} and {} at {} of {}: {why}", host.0, other.0, place.1, place.0);
                (Rule::DataIsOne, why)
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
