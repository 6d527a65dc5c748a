//! Running until something happens: a verdict, a state, an offset, a function of replication, a rule that does not hold.

use psyncscope_engine::event::{Event, ReplicaState};
use psyncscope_engine::ids::Offset;
use psyncscope_engine::replication::ReplState;
#[cfg(feature = "steps")]
use psyncscope_engine::steps::Function;
use psyncscope_sim::frame::{Frame, HostId, SimTime, What};
use serde::{Deserialize, Serialize};

use crate::error::LabError;
use crate::invariants::Watch;
use crate::lab::Lab;
use crate::limits;
#[cfg(feature = "steps")]
use crate::steps::{self, again::Again};
use crate::topology;

/// How far [`Lab::run_until_next`] lets the world run beyond the present unless told otherwise, in microseconds.
pub const RUN_HORIZON_US: u64 = 60_000_000;

/// What to run until.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(tag = "until", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Until {
    /// A master decides a PSYNC.
    Verdict,
    /// The link of a replica to its master comes to a state (`repl_state`).
    ReplState {
        /// The replica.
        node: String,
        /// The state, by its name: `CONNECTED`.
        #[serde(with = "repl_state")]
        #[cfg_attr(feature = "tsify", tsify(type = "ReplState"))]
        state: ReplState,
    },
    /// A replica comes to a state on its master's side (`replstate`).
    ReplicaState {
        /// The replica.
        node: String,
        /// The state, by its name: `ONLINE`.
        #[serde(with = "replica_state")]
        #[cfg_attr(feature = "tsify", tsify(type = "ReplicaState"))]
        state: ReplicaState,
    },
    /// A node has this byte of its stream: its `master_repl_offset` is this or more.
    Offset {
        /// The node.
        node: String,
        /// The offset.
        #[cfg_attr(feature = "tsify", tsify(type = "number"))]
        offset: i64,
    },
    /// What always holds of replication does not hold any more ([`crate::invariants`]).
    Broken,
    /// A function of replication is entered.
    #[cfg(feature = "steps")]
    Function {
        /// The function, by its name in Redis.
        #[cfg_attr(feature = "tsify", tsify(type = "string"))]
        function: Function,
        /// On this node; on any unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "tsify", tsify(optional))]
        node: Option<String>,
    },
}

/// Where it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// When.
    pub at: SimTime,
    /// The entry of the timeline that tells of it, if one does.
    pub entry: Option<usize>,
}

impl Lab {
    /// The first time after `from` at which `until` happens. If the record has none, the world runs on, up to `to` at
    /// most; then the answer is `None`, and the present is `to`. An offset that a node has at `from` is there at `from`.
    ///
    /// # Errors
    /// `unknown-node` if there is no node of that name, and was none at `from`.
    pub fn run_until_next(&mut self, from: SimTime, until: &Until, to: SimTime) -> Result<Option<Reached>, LabError> {
        let to = to.min(SimTime(limits::END_MAX_US));
        let from = from.min(self.now());
        if *until == Until::Broken {
            let mut watch = Watch::from(self.frame_at(from));
            let broken = watch.look(self).or_else(|| self.run_until_broken(to, &mut watch));
            return Ok(broken.map(|broken| Reached { at: broken.at, entry: None }));
        }
        #[cfg(feature = "steps")]
        if let Until::Function { function, node } = until {
            let host = node.as_deref().map(|node| self.host_then(node, from)).transpose()?;
            return self.run_until_entered(from, *function, host, to);
        }
        let wanted = Wanted::of(self, until, from)?;
        if let Wanted::Offset(host, offset) = wanted
            && self.has_offset(host, offset, self.frame_at(from).as_ref())
        {
            return Ok(Some(Reached { at: from, entry: None }));
        }
        let mut seen = self.timeline().partition_point(|entry| entry.at <= from);
        loop {
            let timeline = self.timeline();
            if let Some(entry) = (seen..timeline.len()).find(|&entry| wanted.is(self, entry)) {
                return Ok(Some(Reached { at: self.timeline()[entry].at, entry: Some(entry) }));
            }
            seen = timeline.len();
            if !self.step_until(to) {
                return Ok(None);
            }
        }
    }

    /// Lets the next thing happen that is due until `to`. `false` if nothing is: then the present is `to`.
    fn step_until(&mut self, to: SimTime) -> bool {
        let due = self.next_event_at().is_some_and(|next| next <= to) && self.step();
        if !due {
            self.run_until(to);
        }
        due
    }

    /// Follows this world by another whose nodes report their steps, from `from` on.
    #[cfg(feature = "steps")]
    fn run_until_entered(
        &mut self,
        from: SimTime,
        function: Function,
        host: Option<HostId>,
        to: SimTime,
    ) -> Result<Option<Reached>, LabError> {
        let wanted = steps::Wanted { function, host };
        let mut again = Again::new(self, Some(from))?;
        loop {
            let to_now = self.now().min(to);
            while again.now() < to_now {
                let turns = again.turns_until(self, SimTime(again.now().0 + steps::PIECE_US).min(to_now))?;
                if let Some(turn) = turns.iter().find(|turn| wanted.first_in(turn, 0).is_some()) {
                    let entry = (turn.entries > 0).then_some(turn.first_entry);
                    return Ok(Some(Reached { at: turn.at, entry }));
                }
            }
            if !self.step_until(to) {
                return Ok(None);
            }
        }
    }

    /// The host of this name, or that had it at `from`.
    fn host_then(&self, name: &str, from: SimTime) -> Result<HostId, LabError> {
        let then = || topology::host_named(&self.frame_at(from), name).map(|host| host.id);
        self.host(name).or_else(then).ok_or_else(|| LabError::unknown_node(name))
    }

    fn has_offset(&self, host: HostId, offset: i64, frame: &Frame) -> bool {
        let node = topology::host(frame, host).and_then(|host| host.node.as_ref());
        node.is_some_and(|node| node.master_repl_offset >= Offset(offset))
    }
}

/// What is looked for, its nodes found.
enum Wanted {
    Verdict,
    ReplState(HostId, ReplState),
    ReplicaState(HostId, ReplicaState),
    Offset(HostId, i64),
    /// What no entry of the timeline tells of.
    Nothing,
}

impl Wanted {
    fn of(lab: &Lab, until: &Until, from: SimTime) -> Result<Self, LabError> {
        Ok(match until {
            Until::Verdict => Self::Verdict,
            Until::ReplState { node, state } => Self::ReplState(lab.host_then(node, from)?, *state),
            Until::ReplicaState { node, state } => Self::ReplicaState(lab.host_then(node, from)?, *state),
            Until::Offset { node, offset } => Self::Offset(lab.host_then(node, from)?, *offset),
            Until::Broken => Self::Nothing,
            #[cfg(feature = "steps")]
            Until::Function { .. } => Self::Nothing,
        })
    }

    /// Whether an entry of the timeline tells of it.
    fn is(&self, lab: &Lab, index: usize) -> bool {
        let entry = &lab.timeline()[index];
        let (Some(at), What::Node(event)) = (entry.host, &entry.what) else { return false };
        match (self, event) {
            (Self::Verdict, Event::Verdict { .. }) => true,
            (Self::ReplState(host, wanted), Event::ReplState { to, .. }) => *host == at && wanted == to,
            (Self::ReplicaState(replica, wanted), Event::ReplicaState { conn, to, .. }) => {
                wanted == to && topology::peer(&lab.frame_after(index, entry.at), at, *conn) == Some(*replica)
            }
            (Self::Offset(host, offset), Event::Fed { from, len, .. }) => {
                *host == at && from.had().0.saturating_add_unsigned(*len as u64) >= *offset
            }
            // A full resync takes the master's offset (`readSyncBulkPayload`).
            (Self::Offset(host, offset), Event::ReplState { to: ReplState::Connected, .. } | Event::Loaded { .. }) => {
                *host == at && lab.has_offset(*host, *offset, &lab.frame_after(index, entry.at))
            }
            _ => false,
        }
    }
}

/// States by their names in Redis.
macro_rules! by_name {
    ($module:ident, $state:ty, $all:expr) => {
        mod $module {
            use super::*;
            use serde::de::{Deserializer, Error as _};
            use serde::ser::Serializer;

            pub(super) fn serialize<S: Serializer>(state: &$state, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(state.name())
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$state, D::Error> {
                let name = String::deserialize(deserializer)?;
                let found = $all.into_iter().find(|state| state.name() == name);
                found.ok_or_else(|| {
                    let names: Vec<&str> = $all.iter().map(|state| state.name()).collect();
                    D::Error::custom(format_args!("the states are {}", names.join(", ")))
                })
            }
        }
    };
}

by_name!(repl_state, ReplState, ReplState::ALL);
by_name!(replica_state, ReplicaState, ReplicaState::ALL);
