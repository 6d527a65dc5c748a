//! What INFO says of one node.

use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::replication::psync::{BacklogWindow, History, PsyncRequest};
use serde::Serialize;

use super::text::Said;
use crate::ring::Eras;

/// A node, as its INFO describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NodeInfo {
    /// Its name: the heading before its INFO, or its port, or its number.
    pub name: String,
    /// The line where its INFO begins, from 1.
    pub line: usize,
    /// The server and its version: `Redis 7.0.15`.
    pub version: Option<String>,
    /// `run_id`.
    pub run_id: Option<String>,
    /// `tcp_port`.
    pub port: Option<u16>,
    /// `uptime_in_seconds`.
    pub uptime_s: Option<i64>,
    /// `loading`.
    pub loading: bool,
    /// `master_failover_state`, unless it is `no-failover`.
    pub failover: Option<String>,
    /// The link to its master, if it is a replica.
    pub upstream: Option<Upstream>,
    /// `master_replid`.
    pub replid: Option<ReplId>,
    /// `master_replid2`; `None` if it is forty zeros too.
    pub replid2: Option<ReplId>,
    /// `second_repl_offset`.
    pub second: Option<NextByte>,
    /// `master_repl_offset`.
    pub offset: Option<Offset>,
    /// The backlog; `None` if INFO does not say.
    pub backlog: Option<Backlog>,
    /// `slave0`, `slave1` and so on.
    pub replicas: Vec<ReplicaLine>,
    /// `connected_slaves`.
    pub connected: Option<i64>,
    /// `sync_full`.
    pub sync_full: Option<i64>,
    /// `sync_partial_err`.
    pub sync_refused: Option<i64>,
    /// The same node at an earlier time, if the text has it twice: its offset and its uptime.
    pub earlier: Option<(Offset, i64)>,
}

/// The fields of the backlog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Backlog {
    /// `repl_backlog_active`.
    pub active: bool,
    /// `repl_backlog_size`, in bytes.
    pub size: u64,
    /// `repl_backlog_first_byte_offset`.
    pub first: NextByte,
    /// `repl_backlog_histlen`, in bytes.
    pub histlen: u64,
}

/// A replica's link to its master.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Upstream {
    /// `master_host`.
    pub host: String,
    /// `master_port`.
    pub port: Option<u16>,
    /// `master_link_status` is `up`.
    pub link_up: bool,
    /// `master_sync_in_progress`.
    pub syncing: bool,
    /// `slave_repl_offset`: the last byte applied.
    pub applied: Option<Offset>,
    /// `slave_read_repl_offset`, since Redis 7: the last byte received.
    pub received: Option<Offset>,
    /// `master_link_down_since_seconds`.
    pub down_s: Option<i64>,
    /// `master_last_io_seconds_ago`.
    pub last_io_s: Option<i64>,
    /// `slave_priority`.
    pub priority: Option<i64>,
}

/// A replica, as its master lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReplicaLine {
    /// `ip`.
    pub ip: String,
    /// `port`.
    pub port: u16,
    /// `state`: `online`, `wait_bgsave`, `send_bulk`.
    pub state: String,
    /// `offset`: the last byte acknowledged.
    pub offset: Offset,
    /// `lag`: seconds since its last acknowledgement.
    pub lag_s: Option<i64>,
}

/// Which node a replica follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Follows {
    /// None: it is a master.
    Nobody,
    /// The node at this place of the list.
    Node(usize),
    /// One whose INFO is not there, or which of them cannot be told.
    Another,
}

impl NodeInfo {
    /// The value of `slave_repl_offset` of a replica that has neither a link nor a cached master.
    const NO_CACHED_MASTER: Offset = Offset(1);

    /// What its next PSYNC asks for, were its link lost (or, of a master, REPLICAOF given) now: what
    /// `slaveTryPartialResynchronization` takes from the cached master, which `replicationCacheMaster` and
    /// `replicationCacheMasterUsingMyself` make.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn request(&self) -> Result<PsyncRequest, Said> {
        let missing = |field: &'static str| {
            Said::new(
                "INFO of {node} has no {field}, so what it would ask for cannot be told.",
                "{node} 的 INFO 里没有 {field}，无法判断它会请求什么。",
                &[("node", &self.name), ("field", &field)],
            )
        };
        let id = || self.replid.ok_or_else(|| missing("master_replid"));
        let asks =
            |replid: ReplId, had: Offset| PsyncRequest { replid: replid.as_bytes().to_vec(), next: Some(had.next()) };
        match &self.upstream {
            None => Ok(asks(id()?, self.offset.ok_or_else(|| missing("master_repl_offset"))?)),
            Some(upstream) => {
                let applied = upstream.applied.ok_or_else(|| missing("slave_repl_offset"))?;
                if !upstream.link_up && applied == Self::NO_CACHED_MASTER {
                    return Ok(PsyncRequest::everything());
                }
                Ok(asks(id()?, applied))
            }
        }
    }

    /// Its histories.
    ///
    /// # Errors
    /// Which field is missing.
    pub fn history(&self) -> Result<History, Said> {
        let missing = |field: &'static str| {
            Said::new(
                "INFO of {node} has no {field}, so what it would answer cannot be told.",
                "{node} 的 INFO 里没有 {field}，无法判断它会怎样答复。",
                &[("node", &self.name), ("field", &field)],
            )
        };
        let replid = self.replid.ok_or_else(|| missing("master_replid"))?;
        let master_repl_offset = self.offset.ok_or_else(|| missing("master_repl_offset"))?;
        if self.backlog.is_none() {
            return Err(missing("repl_backlog_first_byte_offset"));
        }
        if self.replid2.is_some() && self.second.is_none() {
            return Err(missing("second_repl_offset"));
        }
        Ok(History {
            replid,
            replid2: self.replid2.unwrap_or(ReplId::NONE),
            second_replid_offset: self.second.unwrap_or(NextByte::NONE),
            master_repl_offset,
        })
    }

    /// What its backlog covers, if there is one.
    #[must_use]
    pub fn window(&self) -> Option<BacklogWindow> {
        let backlog = self.backlog.filter(|backlog| backlog.active)?;
        let bytes = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Some(BacklogWindow { off: backlog.first, histlen: bytes(backlog.histlen), size: bytes(backlog.size) })
    }

    /// Which of its offsets belong to which history.
    pub(super) fn eras(&self) -> Option<Eras> {
        Some(Eras { replid: self.replid?, replid2: self.replid2, second: self.second.unwrap_or(NextByte::NONE) })
    }

    /// Whether it is a master.
    #[must_use]
    pub const fn is_master(&self) -> bool {
        self.upstream.is_none()
    }

    /// The last byte that it has applied or produced.
    #[must_use]
    pub fn has(&self) -> Option<Offset> {
        match &self.upstream {
            Some(Upstream { applied, .. }) => applied.or(self.offset),
            None => self.offset,
        }
    }
}

/// Which node each of them follows.
#[must_use]
pub(super) fn follows(nodes: &[NodeInfo]) -> Vec<Follows> {
    let master_of = |replica: &NodeInfo| {
        let Some(upstream) = &replica.upstream else { return Follows::Nobody };
        let address = format!("{}:{}", upstream.host, upstream.port.unwrap_or_default());
        if let Some(place) = nodes.iter().position(|node| node.name == address) {
            return Follows::Node(place);
        }
        // The address may be another name of it: then the port and the history tell, if they fit one only.
        let fits = |node: &&NodeInfo| {
            let port = node.port.or_else(|| super::heading::host_and_port(&node.name).map(|(_, port)| port));
            port.is_some() && port == upstream.port && node.replid == replica.replid && **node != *replica
        };
        let mut places = nodes.iter().enumerate().filter(|(_, node)| fits(node)).map(|(place, _)| place);
        match (places.next(), places.next()) {
            (Some(place), None) => Follows::Node(place),
            _ => Follows::Another,
        }
    };
    nodes.iter().map(master_of).collect()
}
