//! Four states that a picture shows better than words, at a place among the steps: what a turn has done so far on top of
//! the node's state before it.

use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::steps::{Field, Function, Step, StepEvent, StepTaken, Value, step};
use psyncscope_engine::view::NodeView;
use psyncscope_sim::TurnSteps;

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Picture {
    /// Bytes are copied into the ring.
    Ring(RingPicture),
    /// The two replication IDs.
    Ids(IdsPicture),
    /// The link to the master: active, or kept.
    Master(MasterPicture),
    /// The replicas, from waiting for a save to being online.
    Replicas(Vec<ReplicaPicture>),
}

/// The ring while bytes are copied into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RingPicture {
    /// `repl_backlog_size`.
    pub size: i64,
    /// `repl_backlog_idx`.
    pub idx: i64,
    /// How many bytes there are to copy.
    pub bytes: i64,
    /// The pieces copied so far: index and length.
    pub pieces: Vec<(i64, i64)>,
}

/// The two replication IDs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdsPicture {
    /// `replid`.
    pub replid: ReplId,
    /// `replid2`, if it is set.
    pub replid2: Option<ReplId>,
    /// `second_replid_offset`.
    pub second: NextByte,
    /// `master_repl_offset`.
    pub offset: Offset,
}

/// The link to the master: it is active, or kept to be resumed, or there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterPicture {
    /// Whether `server.master` is set.
    pub active: bool,
    /// The ID of `server.cached_master`, if that is set.
    pub cached: Option<ReplId>,
    /// The last byte applied on the link.
    pub reploff: Option<Offset>,
}

/// A replica at its master.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaPicture {
    /// Its address.
    pub name: String,
    /// `replstate`; empty before it is one.
    pub state: String,
    /// Bytes queued for it before the turn.
    pub pending: usize,
    /// Whether the current step is about it.
    pub current: bool,
}

/// The pictures of the function that runs; `before` is the node before the turn.
pub(super) fn pictures(turn: &TurnSteps, report: usize, before: &NodeView) -> Vec<Picture> {
    use Function as F;
    let reports = || turn.steps.iter().take(report + 1);
    let mut stack = Vec::new();
    for report in reports() {
        match &report.event {
            StepEvent::Entered(function) => stack.push(*function),
            StepEvent::Left(_) => drop(stack.pop()),
            StepEvent::Taken(_) => {}
        }
    }
    let taken: Vec<&StepTaken> = reports().filter_map(|report| taken_of(&report.event)).collect();
    match stack.last() {
        Some(F::FeedReplicationBacklog) => {
            let events: Vec<&StepEvent> = reports().map(|report| &report.event).collect();
            vec![Picture::Ring(ring(&events, before))]
        }
        Some(F::ShiftReplicationId | F::ChangeReplicationId | F::ClearReplicationId2) => {
            vec![Picture::Ids(ids(&taken, before))]
        }
        Some(F::ReplicationUnsetMaster) => {
            vec![Picture::Ids(ids(&taken, before)), Picture::Master(master(&taken, before))]
        }
        Some(
            F::ReplicationSetMaster
            | F::ReplicationDiscardCachedMaster
            | F::ReplicationCacheMasterUsingMyself
            | F::ReplicationResurrectCachedMaster
            | F::ReplicationCreateMasterClient
            | F::SlaveTryPartialResynchronization,
        ) => vec![Picture::Master(master(&taken, before))],
        Some(
            F::SyncCommand
            | F::ReplicationSetupSlaveForFullResync
            | F::StartBgsaveForReplication
            | F::UpdateSlavesWaitingBgsave
            | F::PutSlaveOnline
            | F::ReplicationFeedSlaves,
        ) => {
            let replicas = replicas(&taken, before);
            if replicas.is_empty() { Vec::new() } else { vec![Picture::Replicas(replicas)] }
        }
        _ => Vec::new(),
    }
}

fn taken_of(event: &StepEvent) -> Option<&StepTaken> {
    match event {
        StepEvent::Taken(taken) => Some(taken),
        StepEvent::Entered(_) | StepEvent::Left(_) => None,
    }
}

/// What a field is after the steps; `None` if none of them says.
fn now<'a>(taken: &[&'a StepTaken], field: Field) -> Option<&'a Value> {
    let mut values = taken.iter().rev().flat_map(|step| step.values.iter().rev());
    let value = values.find(|value| value.field == field)?;
    Some(value.changed_to.as_ref().unwrap_or(&value.value))
}

const fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Nothing | Value::Flag(_) | Value::Text(_) => None,
    }
}

fn id(value: &Value) -> Option<ReplId> {
    match value {
        Value::Text(text) => ReplId::from_bytes(text.as_bytes()).filter(|id| !id.is_none()),
        Value::Nothing | Value::Flag(_) | Value::Number(_) => None,
    }
}

fn ring(events: &[&StepEvent], before: &NodeView) -> RingPicture {
    let backlog = before.backlog.as_ref().map(|backlog| &backlog.0);
    let size = backlog.map_or(before.backlog_size, |backlog| backlog.size()) as i64;
    let mut ring =
        RingPicture { size, idx: backlog.map_or(0, |backlog| backlog.idx() as i64), ..RingPicture::default() };
    for event in events {
        match event {
            StepEvent::Entered(Function::FeedReplicationBacklog) => {
                (ring.bytes, ring.pieces) = (0, Vec::new());
            }
            StepEvent::Taken(taken) => {
                let is = |of: step::FeedReplicationBacklog| taken.step == Step::from(of);
                for value in &taken.values {
                    let (seen, after) = (number(&value.value), value.changed_to.as_ref().and_then(number));
                    match (value.field, seen, after) {
                        (Field::ReplBacklogSize, Some(size), _) => ring.size = size,
                        (Field::Bytes, Some(bytes), _) if is(step::FeedReplicationBacklog::AdvanceOffset) => {
                            ring.bytes = bytes;
                        }
                        (Field::ReplBacklogIdx, Some(from), Some(to)) => {
                            if is(step::FeedReplicationBacklog::CopyPiece) {
                                ring.pieces.push((from, to - from));
                            }
                            ring.idx = to;
                        }
                        _ => {}
                    }
                }
            }
            StepEvent::Entered(_) | StepEvent::Left(_) => {}
        }
    }
    ring
}

fn ids(taken: &[&StepTaken], before: &NodeView) -> IdsPicture {
    let of = |field, was: ReplId| now(taken, field).map_or(Some(was).filter(|id| !id.is_none()), id);
    let at = |field, was: i64| now(taken, field).and_then(number).unwrap_or(was);
    IdsPicture {
        replid: of(Field::Replid, before.replid).unwrap_or(before.replid),
        replid2: of(Field::Replid2, before.replid2),
        second: NextByte(at(Field::SecondReplidOffset, before.second_replid_offset.0)),
        offset: Offset(at(Field::MasterReplOffset, before.master_repl_offset.0)),
    }
}

fn master(taken: &[&StepTaken], before: &NodeView) -> MasterPicture {
    let upstream = before.upstream.as_ref();
    let cached = upstream.and_then(|upstream| upstream.cached_master.as_ref());
    let connected = ReplState::Connected.name();
    // server.master is set before repl_state says so.
    let set = [
        Step::from(step::ReplicationResurrectCachedMaster::TakeConnection),
        Step::from(step::ReplicationCreateMasterClient::MakeClient),
    ];
    let is_set = taken.iter().any(|taken| set.contains(&taken.step));
    let active = is_set
        || match now(taken, Field::ReplState) {
            Some(Value::Text(state)) => state == connected,
            _ => upstream.is_some_and(|upstream| upstream.state == ReplState::Connected),
        };
    let was = cached.map(|cached| cached.reploff).or_else(|| upstream.and_then(|upstream| upstream.reploff));
    MasterPicture {
        active,
        cached: now(taken, Field::CachedMaster).map_or_else(|| cached.map(|cached| cached.replid), id),
        reploff: now(taken, Field::Reploff).and_then(number).map(Offset).or(was),
    }
}

fn replicas(taken: &[&StepTaken], before: &NodeView) -> Vec<ReplicaPicture> {
    let was = before.replicas.iter().map(|replica| ReplicaPicture {
        name: format!("{}:{}", replica.ip, replica.port),
        state: replica.state.name().to_owned(),
        pending: replica.output_pending,
        current: false,
    });
    let mut replicas: Vec<ReplicaPicture> = was.collect();
    for step in taken {
        replicas.iter_mut().for_each(|replica| replica.current = false);
        let Some(state) = step.values.iter().find(|value| value.field == Field::Replstate) else { continue };
        let name = step.values.iter().find(|value| value.field == Field::Client).map(|value| &value.value);
        let text = |value: &Value| match value {
            Value::Text(text) => text.clone(),
            Value::Nothing | Value::Flag(_) | Value::Number(_) => String::new(),
        };
        let (from, to) = (text(&state.value), text(state.changed_to.as_ref().unwrap_or(&state.value)));
        // A step that does not name the replica is about one that was in that state.
        let known = match name {
            Some(name) => replicas.iter().position(|replica| replica.name == text(name)),
            None => replicas.iter().position(|replica| replica.state == from),
        };
        match known {
            Some(place) => (replicas[place].state, replicas[place].current) = (to, true),
            None => replicas.push(ReplicaPicture {
                name: name.map(text).unwrap_or_default(),
                state: to,
                pending: 0,
                current: true,
            }),
        }
    }
    replicas
}
