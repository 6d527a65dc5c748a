//! Two worlds side by side at one time: what each node is in either, and what differs. For branches of a session, which
//! have the same nodes at first.

use std::sync::Arc;

use psyncscope_engine::event::{Event, ReplicaState};
use psyncscope_engine::ids::ReplId;
use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_engine::view::{BacklogView, NodeView};
use psyncscope_sim::frame::{Entry, Frame, HostFrame, Power, SimTime, What};

use crate::lab::Lab;
use crate::topology;

/// Two worlds at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The time.
    pub at: SimTime,
    /// For each world that does not reach that time, how far it ran: it is shown as it was then.
    pub ended: [Option<SimTime>; 2],
    /// Every node that is in either world, in order of its number in the first, then in the second.
    pub nodes: Vec<NodeComparison>,
    /// Of all nodes together, from the beginning on.
    pub totals: Vec<Pair>,
}

/// A node in both worlds.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeComparison {
    /// Its name.
    pub name: Arc<str>,
    /// What is compared, always in the same order.
    pub fields: Vec<Pair>,
}

/// One thing in both worlds.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// What.
    pub field: Field,
    /// Its value in the first and in the second; `None` where it does not exist.
    pub values: [Option<Value>; 2],
}

impl Pair {
    /// Whether the worlds differ in it.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.values[0] != self.values[1]
    }
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Of a node: what its process does.
    Process,
    /// Of a node: whom it follows; a master nobody.
    Master,
    /// Of a replica: `repl_state`.
    LinkState,
    /// Of a node: `master_replid`.
    ReplId,
    /// Of a node: `master_replid2`, if it has one.
    ReplId2,
    /// Of a node: `master_repl_offset`.
    Offset,
    /// Of a node: its backlog.
    Backlog,
    /// Of a replica: its lag, as its master's INFO has it, in seconds.
    Lag,
    /// Of a node: keys in all databases.
    Keys,
    /// Of all: full resynchronisations that began.
    FullSyncs,
    /// Of all: partial resynchronisations that were granted.
    PartialSyncs,
    /// Of all: bytes that the nodes sent (`total_net_output_bytes`), those of processes that ended too.
    BytesSent,
}

impl Field {
    /// All of them, in order.
    pub const ALL: [Self; 12] = [
        Self::Process,
        Self::Master,
        Self::LinkState,
        Self::ReplId,
        Self::ReplId2,
        Self::Offset,
        Self::Backlog,
        Self::Lag,
        Self::Keys,
        Self::FullSyncs,
        Self::PartialSyncs,
        Self::BytesSent,
    ];
    /// Of these, the ones of a node.
    const NODE: usize = 9;
}

/// A value that is compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// What a process does.
    Process(Power),
    /// A name or a word of Redis.
    Name(Arc<str>),
    /// A replication ID.
    Id(ReplId),
    /// A number.
    Number(i64),
    /// A backlog.
    Backlog(ComparedBacklog),
}

/// A backlog: two are equal if they have the same size and the same bytes at the same offsets.
#[derive(Clone, Debug)]
pub struct ComparedBacklog(pub Arc<BacklogView>);

impl PartialEq for ComparedBacklog {
    fn eq(&self, other: &Self) -> bool {
        let numbers = |backlog: &Backlog| (backlog.off(), backlog.histlen(), backlog.size());
        let bytes = |backlog: &Backlog| backlog.tail(backlog.off());
        let (mine, theirs) = (&self.0.0, &other.0.0);
        // Bytes are copied and compared only of two that nothing else tells apart.
        numbers(mine) == numbers(theirs) && (mine.is_unchanged(theirs) || bytes(mine) == bytes(theirs))
    }
}

/// What the timeline says about a world's totals. Part of its index: see [`crate::index::Index::totals`].
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Entries with which a full resynchronisation began.
    full: Vec<usize>,
    /// Entries with which a partial one was granted.
    partial: Vec<usize>,
    /// Entries with which a process may have ended, each with the bytes sent by all that had ended by then.
    ended: Vec<(usize, u64)>,
}

/// Compares two worlds at `at`.
#[must_use]
pub fn compare(labs: [&Lab; 2], at: SimTime) -> Comparison {
    let totals = labs.map(Totals::of);
    compare_with_totals([(labs[0], &totals[0]), (labs[1], &totals[1])], at)
}

/// As [`compare`], with the totals of each world, read up to its present.
#[must_use]
pub fn compare_with_totals(worlds: [(&Lab, &Totals); 2], at: SimTime) -> Comparison {
    let labs = worlds.map(|(lab, _)| lab);
    let frames = labs.map(|lab| lab.frame_at(at));
    let mut names: Vec<Arc<str>> = Vec::new();
    for host in frames.iter().flat_map(|frame| frame.hosts.iter()) {
        if !names.contains(&host.name) {
            names.push(Arc::clone(&host.name));
        }
    }
    let nodes = names.into_iter().map(|name| {
        let hosts = [0, 1].map(|side| topology::host_named(&frames[side], &name));
        let fields = Field::ALL[..Field::NODE].iter().map(|&field| {
            let value = |side: usize| hosts[side].and_then(|host| node_value(field, host, &frames[side]));
            Pair { field, values: [0, 1].map(value) }
        });
        NodeComparison { fields: fields.collect(), name }
    });
    let nodes = nodes.collect();
    let totals = [0, 1].map(|side| worlds[side].1.until(&frames[side]));
    let totals = Field::ALL[Field::NODE..].iter().enumerate().map(|(nth, &field)| {
        let value = |side: usize| Some(Value::Number(i64::try_from(totals[side][nth]).unwrap_or(i64::MAX)));
        Pair { field, values: [0, 1].map(value) }
    });
    Comparison { at, ended: labs.map(|lab| Some(lab.now()).filter(|&now| now < at)), nodes, totals: totals.collect() }
}

fn node_value(field: Field, host: &HostFrame, frame: &Frame) -> Option<Value> {
    if field == Field::Process {
        return Some(Value::Process(host.power));
    }
    let node: &NodeView = host.node.as_ref()?;
    Some(match field {
        Field::Master => {
            let upstream = node.upstream.as_ref()?;
            let known = topology::master_of(host, &frame.hosts).map(|master| topology::name(frame, master));
            Value::Name(known.unwrap_or_else(|| Arc::from(format!("{}:{}", upstream.host, upstream.port))))
        }
        Field::LinkState => Value::Name(Arc::from(node.upstream.as_ref()?.state.name())),
        Field::ReplId => Value::Id(node.replid),
        Field::ReplId2 => Value::Id(Some(node.replid2).filter(|&id| id != ReplId::NONE)?),
        Field::Offset => Value::Number(node.master_repl_offset.0),
        Field::Backlog => Value::Backlog(ComparedBacklog(Arc::clone(node.backlog.as_ref()?))),
        Field::Lag => {
            let master = topology::host(frame, topology::master_of(host, &frame.hosts)?)?;
            Value::Number(topology::lag_s(master, host.id)?)
        }
        Field::Keys => {
            let keys: u64 = node.keyspace.iter().map(|(_, keys, _)| keys).sum();
            Value::Number(i64::try_from(keys).unwrap_or(i64::MAX))
        }
        Field::Process | Field::FullSyncs | Field::PartialSyncs | Field::BytesSent => return None,
    })
}

impl Totals {
    /// Those of a world up to its present.
    #[must_use]
    pub fn of(lab: &Lab) -> Self {
        let mut totals = Self::default();
        for (place, entry) in lab.timeline().iter().enumerate() {
            totals.read(place, entry, lab);
        }
        totals
    }

    /// Reads the next entry of the timeline of `lab`, which is at `place`.
    pub(crate) fn read(&mut self, place: usize, entry: &Entry, lab: &Lab) {
        match &entry.what {
            What::Node(Event::ReplicaState { from: None, to: ReplicaState::Online, .. }) => self.partial.push(place),
            What::Node(Event::ReplicaState { from: None, .. }) => self.full.push(place),
            // Another process starts on the host, or its host is removed: what the one that ended had counted is
            // gone.
            What::Power(Power::Running) | What::Removed => {
                let seq = lab.frame_after(place, entry.at).seq;
                let before = seq.checked_sub(1).and_then(|seq| lab.frame(seq));
                let host = before.as_ref().zip(entry.host).and_then(|(frame, host)| topology::host(frame, host));
                // A paused process goes on: it is the same one.
                let ends = |host: &&Arc<HostFrame>| entry.what == What::Removed || host.power != Power::Paused;
                let sum = self.ended.last().map_or(0, |(_, sum)| *sum);
                self.ended.push((place, sum + host.filter(ends).map_or(0, |host| sent(host))));
            }
            _ => {}
        }
    }

    /// Full resynchronisations, partial ones and bytes sent, from the beginning to a frame.
    fn until(&self, frame: &Frame) -> [u64; 3] {
        let count = |places: &[usize]| places.partition_point(|&place| place < frame.entries) as u64;
        let ended = self.ended.partition_point(|&(place, _)| place < frame.entries).checked_sub(1);
        let ended = ended.map_or(0, |last| self.ended[last].1);
        let running: u64 = frame.hosts.iter().map(|host| sent(host)).sum();
        [count(&self.full), count(&self.partial), ended + running]
    }
}

/// Bytes that the process on a host has sent.
fn sent(host: &HostFrame) -> u64 {
    host.node.as_ref().map_or(0, |node| node.info.stats.output_bytes)
}
