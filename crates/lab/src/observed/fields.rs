//! The fields of INFO as a [`NodeInfo`].

use std::str::FromStr;

use psyncscope_engine::ids::{NextByte, Offset, ReplId};

use super::node::{Backlog, NodeInfo, ReplicaLine, Upstream};
use super::text::Said;
use crate::format::{shortened, shown_name};

/// Characters of a text value that are kept.
const TEXT_CHARS: usize = 80;

/// The greatest offset or size that is taken: far beyond every real one, and sums of it stay within 64 bits.
const NUMBER_MAX: i64 = 1 << 60;

/// The fields that are read; `slave0` and so on too.
const KNOWN: &[&str] = &[
    "role",
    "redis_version",
    "valkey_version",
    "run_id",
    "tcp_port",
    "uptime_in_seconds",
    "loading",
    "sync_full",
    "sync_partial_err",
    "master_host",
    "master_port",
    "master_link_status",
    "master_last_io_seconds_ago",
    "master_sync_in_progress",
    "master_link_down_since_seconds",
    "slave_read_repl_offset",
    "slave_repl_offset",
    "slave_priority",
    "connected_slaves",
    "master_failover_state",
    "master_replid",
    "master_replid2",
    "master_repl_offset",
    "second_repl_offset",
    "repl_backlog_active",
    "repl_backlog_size",
    "repl_backlog_first_byte_offset",
    "repl_backlog_histlen",
];

/// Whether a field is read.
pub(super) fn is_known(key: &str) -> bool {
    KNOWN.contains(&key) || is_replica(key)
}

fn is_replica(key: &str) -> bool {
    let number = key.strip_prefix("slave").or_else(|| key.strip_prefix("replica"));
    number.is_some_and(|number| !number.is_empty() && number.len() < 6 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// A field and where it is.
pub(super) struct Field {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) line: usize,
}

/// A field whose value was not understood: its line, the value, and why.
pub(super) type BadField = (usize, String, Said);

/// The fields of a node, and those that were not understood.
pub(super) struct Fields<'a> {
    fields: &'a [Field],
    bad: Vec<BadField>,
}

impl<'a> Fields<'a> {
    /// Makes a node of fields.
    pub(super) fn node(fields: &'a [Field], line: usize) -> (NodeInfo, Vec<BadField>) {
        let mut fields = Self { fields, bad: Vec::new() };
        let node = fields.read(line);
        (node, fields.bad)
    }

    fn read(&mut self, line: usize) -> NodeInfo {
        let is_replica =
            self.one_of("role", &["master", "slave", "replica", "primary"]).is_some_and(|n| n == 1 || n == 2);
        let upstream = is_replica.then(|| Upstream {
            host: self.text("master_host").unwrap_or_default(),
            port: self.number("master_port", 0, 65_535).map(|port| port as u16),
            link_up: self.one_of("master_link_status", &["up", "down"]) == Some(0),
            syncing: self.flag("master_sync_in_progress").unwrap_or_default(),
            applied: self.number("slave_repl_offset", -1, NUMBER_MAX).map(Offset),
            received: self.number("slave_read_repl_offset", -1, NUMBER_MAX).map(Offset),
            down_s: self.number("master_link_down_since_seconds", -1, NUMBER_MAX),
            last_io_s: self.number("master_last_io_seconds_ago", -1, NUMBER_MAX),
            priority: self.number("slave_priority", 0, NUMBER_MAX),
        });
        let version = match (self.text("valkey_version"), self.text("redis_version")) {
            (Some(version), _) => Some(format!("Valkey {version}")),
            (None, version) => version.map(|version| format!("Redis {version}")),
        };
        NodeInfo {
            line,
            version,
            run_id: self.text("run_id"),
            port: self.number("tcp_port", 0, 65_535).map(|port| port as u16).filter(|&port| port > 0),
            uptime_s: self.number("uptime_in_seconds", 0, NUMBER_MAX),
            loading: self.flag("loading").unwrap_or_default(),
            failover: self.text("master_failover_state").filter(|state| state != "no-failover"),
            upstream,
            replid: self.id("master_replid"),
            replid2: self.id("master_replid2").filter(|id| !id.is_none()),
            second: self.number("second_repl_offset", -1, NUMBER_MAX).map(NextByte),
            offset: self.number("master_repl_offset", -1, NUMBER_MAX).map(Offset),
            backlog: self.backlog(),
            replicas: self.replicas(),
            connected: self.number("connected_slaves", 0, NUMBER_MAX),
            sync_full: self.number("sync_full", 0, NUMBER_MAX),
            sync_refused: self.number("sync_partial_err", 0, NUMBER_MAX),
            ..NodeInfo::default()
        }
    }

    fn backlog(&mut self) -> Option<Backlog> {
        let active = self.flag("repl_backlog_active");
        let size = self.number("repl_backlog_size", 0, NUMBER_MAX);
        let first = self.number("repl_backlog_first_byte_offset", 0, NUMBER_MAX);
        let histlen = self.number("repl_backlog_histlen", 0, NUMBER_MAX);
        // Without a backlog the other numbers say nothing.
        let of_none = if active == Some(false) { Some(0) } else { None };
        Some(Backlog {
            active: active?,
            size: size.or(of_none)? as u64,
            first: NextByte(first.or(of_none)?),
            histlen: histlen.or(of_none)? as u64,
        })
    }

    fn replicas(&mut self) -> Vec<ReplicaLine> {
        let mut replicas = Vec::new();
        for field in self.fields.iter().filter(|field| is_replica(&field.key)) {
            match replica_line(&field.value) {
                Some(replica) => replicas.push(replica),
                None => self.bad(field, "ip=…,port=…,state=…,offset=…"),
            }
        }
        replicas
    }

    fn find(&self, key: &str) -> Option<&'a Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    fn text(&self, key: &str) -> Option<String> {
        let value = self.find(key)?.value.as_str();
        let shown: String = value.chars().map(|c| if c.is_control() { '·' } else { c }).collect();
        (!value.is_empty()).then(|| shortened(&shown, TEXT_CHARS))
    }

    fn number(&mut self, key: &str, least: i64, most: i64) -> Option<i64> {
        let field = self.find(key)?;
        let number = field.value.parse().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.bad(field, &format!("{least}..{most}"));
        }
        number
    }

    fn flag(&mut self, key: &str) -> Option<bool> {
        self.one_of(key, &["0", "1"]).map(|place| place == 1)
    }

    /// The place of the value among `values`.
    fn one_of(&mut self, key: &str, values: &[&str]) -> Option<usize> {
        let field = self.find(key)?;
        let place = values.iter().position(|value| *value == field.value);
        if place.is_none() {
            self.bad(field, &values.join(", "));
        }
        place
    }

    fn id(&mut self, key: &str) -> Option<ReplId> {
        let field = self.find(key)?;
        let bytes = field.value.as_bytes();
        if bytes.is_empty() {
            return Some(ReplId::EMPTY);
        }
        let id = ReplId::from_bytes(bytes).filter(|_| bytes.iter().all(u8::is_ascii_hexdigit));
        if id.is_none() {
            self.bad(field, "40 × 0-9 a-f");
        }
        id
    }

    fn bad(&mut self, field: &Field, expected: &str) {
        let found = shown_name(&field.value);
        let why = Said::new(
            "{field} is {found}, expected {expected}",
            "{field} 是 {found}，应为 {expected}",
            &[("field", &field.key), ("found", &found), ("expected", &expected)],
        );
        self.bad.push((field.line, format!("{}:{}", field.key, field.value), why));
    }
}

/// `ip=10.0.0.2,port=6379,state=online,offset=123,lag=0,type=replica`.
fn replica_line(value: &str) -> Option<ReplicaLine> {
    fn part<T: FromStr>(value: &str, key: &str) -> Option<T> {
        let parts = value.split(',').filter_map(|part| part.split_once('='));
        parts.filter(|(name, _)| *name == key).find_map(|(_, value)| value.parse().ok())
    }
    Some(ReplicaLine {
        ip: shortened(&part::<String>(value, "ip")?, TEXT_CHARS),
        port: part(value, "port")?,
        state: shortened(&part::<String>(value, "state")?, TEXT_CHARS),
        offset: Offset(part(value, "offset").filter(|offset| (-1..=NUMBER_MAX).contains(offset))?),
        lag_s: part(value, "lag").filter(|lag| (-1..=NUMBER_MAX).contains(lag)),
    })
}
