//! DEBUG (debug.c).

use psyncscope_commands::objects::reference_count;
use psyncscope_keyspace::{Digest, Entry, Value};
use psyncscope_rdb as rdb;
use psyncscope_resp::{BULK_LEN_MAX, Reply, errors, parse_double, parse_i64_strict};

use super::inspect;
use crate::event::{Event, IdChange, LogLevel};
use crate::io::{ConnId, Output};
use crate::node::Node;

/// The longest DEBUG SLEEP, in seconds.
const SLEEP_MAX_S: f64 = 86_400.0;

/// The most bytes for DEBUG POPULATE: more would exhaust the memory.
const POPULATE_BYTES_MAX: i64 = 1 << 32;

/// The longest key that DEBUG POPULATE makes: Redis writes it into a buffer of 128 bytes.
const POPULATE_KEY_LEN_MAX: usize = 127;

const HELP: &[&str] = &[
    "ASSERT -- Crash as by a failed assertion.",
    "CHANGE-REPL-ID -- Make up a new replication ID and forget the second.",
    "CRASH-AND-RECOVER [<milliseconds>] -- Die, and start again after so long.",
    "DIGEST -- A number for the whole dataset, whatever its order.",
    "DIGEST-VALUE <key> [<key> ...] -- The same of single values.",
    "ERROR <message> -- Reply this error.",
    "HTSTATS <db> -- How full the hash tables of a database would be in Redis.",
    "HTSTATS-KEY <key> -- The same of the hash table of one key.",
    "LOADAOF -- Drop the dataset and load the append-only file.",
    "LOG <message> -- Write a line into the log.",
    "LUA-ALWAYS-REPLICATE-COMMANDS (0|1) -- Whether scripts are propagated by their commands without asking for it.",
    "OBJECT <key> -- What is known of the value of a key.",
    "OOM -- Crash as when memory is exhausted.",
    "PANIC -- Crash as by a panic.",
    "POPULATE <count> [<prefix>] [<size>] -- Make that many string keys, <prefix>:<number>; \"key\" is the prefix if \
     none is given.",
    "RELOAD -- Save the dataset to the RDB file and load it again.",
    "RESTART [<milliseconds>] -- Save as SHUTDOWN does, and start again after so long.",
    "SDSLEN <key> -- Lengths and allocations of a key and its string.",
    "SEGFAULT -- Crash by an invalid memory access.",
    "SET-ACTIVE-EXPIRE (0|1) -- Whether keys expire that nobody touches.",
    "SLEEP <seconds> -- Do nothing at all for so long; fractions count.",
    "STRUCTSIZE -- The sizes of the structures that Redis stores data in.",
    "ZIPLIST <key> -- Write the ziplist of a key into the log, entry by entry.",
];

impl Node {
    pub(crate) fn debug_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"help", []) => reply.help("DEBUG", HELP),
            (b"sleep", [seconds]) => {
                let us = sleep_us(seconds);
                self.watchdog(us / 1000);
                // A second one in the same turn begins when the first has ended.
                let until = self.busy_until().plus_us(us);
                reply.ok();
                // The reply is sent when the sleep ends: Redis writes it at the end of the loop turn.
                self.asleep_until = Some(until);
                self.out.outputs.push(Output::Sleep { until });
            }
            (b"set-active-expire", [on]) => {
                self.active_expire = is_on(on);
                reply.ok();
            }
            (b"lua-always-replicate-commands", [on]) => {
                self.config.lua_replicate_commands = is_on(on);
                reply.ok();
            }
            (b"change-repl-id", []) => {
                self.log(LogLevel::Notice, || "Changing replication IDs after receiving change-repl-id".into());
                let (repl, mut context) = self.replication();
                repl.history.change_replication_id(&mut context);
                repl.history.clear_replication_id2(&mut context);
                repl.history.ids_changed(IdChange::Requested, &mut context);
                reply.ok();
            }
            (b"digest", []) => reply.status(Digest::of_dataset(&self.keyspace).to_string()),
            (b"digest-value", keys) => {
                let db = self.selected_db(conn);
                reply.array(keys.len());
                for key in keys {
                    let digest = self.keyspace.get(db, key).map(Digest::of_value).unwrap_or_default();
                    reply.status(digest.to_string());
                }
            }
            (b"error", [message]) => reply.error(message),
            (b"loadaof", []) => return self.debug_loadaof(conn),
            (b"segfault", _) => return self.crash_with_report(&[], "<no assertion failed>"),
            (b"panic", _) => return self.debug_panic(),
            (b"assert", _) => return self.debug_assert(),
            (b"oom", _) => return self.debug_oom(),
            (b"htstats", [db]) => self.debug_htstats(&mut reply, db),
            (b"htstats-key", [key]) => self.debug_htstats_key(&mut reply, self.selected_db(conn), key),
            (b"sdslen", [key]) => self.debug_sdslen(&mut reply, self.selected_db(conn), key),
            (b"structsize", []) => reply.bulk(inspect::struct_sizes()),
            (b"ziplist", [key]) => self.debug_ziplist(&mut reply, self.selected_db(conn), key),
            (b"log", [message]) => {
                self.log(LogLevel::Warning, || format!("DEBUG LOG: {}", String::from_utf8_lossy(message)));
                reply.ok();
            }
            (b"object", [key]) => match self.keyspace.get(self.selected_db(conn), key) {
                Some(entry) => reply.status(self.describe_object(entry)),
                None => reply.error(errors::NO_SUCH_KEY),
            },
            (b"populate", [count, options @ ..]) if options.len() <= 2 => {
                match self.populate(self.selected_db(conn), count, options) {
                    Some(()) => reply.ok(),
                    None => reply.error(errors::NOT_AN_INTEGER),
                }
            }
            (b"reload", []) => match self.debug_reload() {
                Ok(()) => return self.reply_of_written_file(conn, b"+OK\r\n"),
                Err(error) => reply.error(error),
            },
            (how @ (b"restart" | b"crash-and-recover"), options) => {
                match options.first().map_or(Some(0), |delay| parse_i64_strict(delay)) {
                    Some(delay) => {
                        return self.restart_server(conn, how == b"restart", u64::try_from(delay).unwrap_or(0));
                    }
                    None => reply.error(errors::NOT_AN_INTEGER),
                }
            }
            _ => reply.subcommand_error(argv),
        }
        self.add_reply(conn, &reply.take());
    }

    /// `watchdog-period`: a log line for commands that block the event loop for longer.
    fn watchdog(&mut self, ms: u64) {
        let period: u64 = self.config.kept.get("watchdog-period").and_then(|ms| ms.parse().ok()).unwrap_or(0);
        if period > 0 && ms >= period {
            self.log(LogLevel::Warning, || {
                format!("--- WATCHDOG TIMER EXPIRED --- debugCommand holds the event loop for {ms} ms")
            });
        }
    }

    pub(super) fn selected_db(&self, conn: ConnId) -> usize {
        self.clients.get(&conn).map_or(0, |client| client.db)
    }

    /// Saves the dataset and loads it again; what an RDB file does not contain is lost.
    fn debug_reload(&mut self) -> Result<(), String> {
        let bytes = self.save_now();
        let is_replica = self.repl.is_replica();
        let options = rdb::LoadOptions {
            max_version: self.config.limits.rdb_version_max.max(rdb::VERSION),
            databases: self.config.databases,
            drop_expired_before: (!is_replica).then_some(self.now.unix_ms()),
            encodings: self.config.data.encodings,
        };
        let loaded = rdb::load(&bytes, &options).map_err(|_| "ERR Error trying to load the RDB dump")?;
        let keys = loaded.keyspace.total_keys();
        self.keyspace.replace_data(loaded.keyspace);
        self.event(|| Event::Loaded { keys });
        self.log(LogLevel::Warning, || "DB reloaded by DEBUG RELOAD".into());
        Ok(())
    }

    /// DEBUG POPULATE count [prefix [size]]: existing keys are kept. Nothing is propagated or counted as a change.
    /// `None` if a number is invalid or too large.
    fn populate(&mut self, db: usize, count: &[u8], options: &[Vec<u8>]) -> Option<()> {
        let count = parse_i64_strict(count)?;
        let (prefix, size) = match options {
            [] => (b"key".as_slice(), 0),
            [prefix] => (prefix.as_slice(), 0),
            [prefix, size, ..] => (prefix.as_slice(), parse_i64_strict(size)?),
        };
        let total = count.checked_mul(size.checked_add(64)?)?;
        if !(0..=BULK_LEN_MAX).contains(&size) || total > POPULATE_BYTES_MAX {
            return None;
        }
        let mut key = Vec::new();
        for number in 0..count {
            let digits = number.to_string();
            key.clear();
            key.extend_from_slice(prefix);
            key.push(b':');
            key.extend_from_slice(digits.as_bytes());
            key.truncate(POPULATE_KEY_LEN_MAX);
            if self.keyspace.get(db, &key).is_none() {
                let mut value = [b"value:", digits.as_bytes()].concat();
                if size > 0 {
                    value.resize(size as usize, 0);
                }
                self.keyspace.set(db, &key, value);
            }
        }
        Some(())
    }

    /// The reply of DEBUG OBJECT. There are no addresses here; Redis's differ from run to run.
    fn describe_object(&self, entry: &Entry) -> String {
        let value = entry.value();
        let idle_s = self.keyspace.idle_s(entry, self.now.unix_s());
        let nodes = match value {
            // Shown as a quicklist of one node.
            Value::List(list) => format!(
                " ql_nodes:1 ql_avg_node:{:.2} ql_ziplist_max:-2 ql_compressed:0 ql_uncompressed_size:{}",
                list.len() as f64,
                list.approximate_bytes()
            ),
            _ => String::new(),
        };
        format!(
            "Value at:0x0 refcount:{} encoding:{} serializedlength:{} lru:{} lru_seconds_idle:{idle_s}{nodes}",
            reference_count(value, &self.config.data),
            value.encoding_name(),
            serialized_len(value, self.config.data.rdbcompression),
            lru_clock(self.now.unix_s() - idle_s),
        )
    }
}

/// `rdbSavedObjectLen`: a payload of DUMP without its type and its footer.
fn serialized_len(value: &Value, compress: bool) -> usize {
    rdb::dump(value, compress).len().saturating_sub(11)
}

/// `getLRUClock`: 24 bits of seconds.
pub(crate) const fn lru_clock(unix_s: i64) -> i64 {
    unix_s & ((1 << 24) - 1)
}

/// A switch: on if `atoi` does not return 0.
fn is_on(word: &[u8]) -> bool {
    parse_i64_strict(word).is_some_and(|on| on != 0)
}

/// The number at the start of the text (`strtod`) as seconds, in microseconds; 0 if there is none.
fn sleep_us(text: &[u8]) -> u64 {
    let seconds = (1..=text.len().min(40)).rev().find_map(|len| parse_double(&text[..len])).unwrap_or(0.0);
    (seconds.clamp(0.0, SLEEP_MAX_S) * 1_000_000.0) as u64
}

#[cfg(test)]
mod tests {
    use super::sleep_us;

    #[test]
    fn seconds_with_and_without_a_fraction() {
        for (text, us) in [
            ("0", 0),
            ("1", 1_000_000),
            ("0.25", 250_000),
            (".5", 500_000),
            ("2.", 2_000_000),
            ("1e-3", 1000),
            ("1x", 1_000_000),
            ("x", 0),
            ("", 0),
            ("-1", 0),
            ("nan", 0),
            ("99999999999999999999", 86_400_000_000),
        ] {
            assert_eq!(sleep_us(text.as_bytes()), us, "{text}");
        }
    }
}
