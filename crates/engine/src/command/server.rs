//! Commands on the server: CONFIG, DEBUG, COMMAND, LASTSAVE, TIME.

use super::table::{self, COMMANDS, CommandSpec};
use crate::event::IdChange;
use crate::io::{ConnId, Output};
use crate::node::Node;
use crate::resp::Reply;

/// DEBUG SLEEP of more than a day is taken for a mistake.
const SLEEP_MAX_S: u64 = 86_400;

impl Node {
    pub(crate) fn config_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"get", [pattern]) => {
                let mut found = self.config.config_get(pattern);
                for (name, value) in &mut found {
                    // REPLICAOF moves what the file said.
                    if matches!(*name, "replicaof" | "slaveof") {
                        *value = match &self.repl.masterhost {
                            Some(host) => format!("{host} {}", self.repl.masterport),
                            None => String::new(),
                        };
                    }
                }
                reply.array(found.len() * 2);
                for (name, value) in found {
                    reply.bulk(name);
                    reply.bulk(value);
                }
            }
            (b"set", [name, value]) => match self.config.config_set(name, value) {
                Ok(()) => {
                    self.config_was_set();
                    reply.ok();
                }
                Err(error) => reply.error(format!("ERR {error}")),
            },
            (b"resetstat", []) => {
                self.stats = crate::node::Stats::default();
                self.keyspace.stats = crate::keyspace::Stats::default();
                reply.ok();
            }
            _ => {
                let shown = String::from_utf8_lossy(&argv[1]).into_owned();
                reply.error(format!(
                    "ERR Unknown subcommand or wrong number of arguments for '{shown}'. Try CONFIG HELP"
                ));
            }
        }
        self.add_reply(conn, &reply.take());
    }

    /// What CONFIG SET changes beside the configuration.
    fn config_was_set(&mut self) {
        self.resize_replication_backlog();
        self.refresh_good_slaves_count();
        if self.config.requirepass.is_empty() {
            for client in self.clients.values_mut() {
                client.authenticated = true;
            }
        }
    }

    pub(crate) fn debug_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"sleep", [seconds]) => match parse_seconds(seconds) {
                Some(us) => {
                    let until = self.now.mono.plus_us(us);
                    reply.ok();
                    // The reply goes out when the sleep ends: Redis writes it at the end of the loop turn.
                    self.asleep_until = Some(until);
                    self.out.outputs.push(Output::Sleep { until });
                }
                None => reply.error("ERR value is not a valid float"),
            },
            (b"set-active-expire", [on]) if on == b"0" || on == b"1" => {
                self.active_expire = on == b"1";
                reply.ok();
            }
            (b"change-repl-id", []) => {
                self.change_replication_id();
                self.clear_replication_id2();
                self.ids_changed(IdChange::Requested);
                reply.ok();
            }
            _ => {
                let shown = String::from_utf8_lossy(&argv[1]).into_owned();
                reply.error(format!(
                    "ERR Unknown subcommand or wrong number of arguments for '{shown}'. Try DEBUG HELP"
                ));
            }
        }
        self.add_reply(conn, &reply.take());
    }

    pub(crate) fn lastsave_command(&mut self, conn: ConnId) {
        self.add_reply(conn, format!(":{}\r\n", self.last_save).as_bytes());
    }

    pub(crate) fn time_command(&mut self, conn: ConnId) {
        let mut reply = Reply::default();
        reply.array(2);
        reply.bulk(self.now.unix_s().to_string());
        reply.bulk(self.now.unix_us.rem_euclid(1_000_000).to_string());
        self.add_reply(conn, &reply.take());
    }

    pub(crate) fn command_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match argv.get(1).map(|word| word.to_ascii_lowercase()).as_deref() {
            None => {
                reply.array(COMMANDS.len());
                for spec in COMMANDS {
                    describe(&mut reply, spec);
                }
            }
            Some(b"count") if argv.len() == 2 => reply.integer(COMMANDS.len() as i64),
            Some(b"info") => {
                reply.array(argv.len() - 2);
                for name in &argv[2..] {
                    match table::lookup(name) {
                        Some(spec) => describe(&mut reply, spec),
                        None => reply.null_array(),
                    }
                }
            }
            Some(_) => {
                let shown = String::from_utf8_lossy(&argv[1]).into_owned();
                reply.error(format!(
                    "ERR Unknown subcommand or wrong number of arguments for '{shown}'. Try COMMAND HELP"
                ));
            }
        }
        self.add_reply(conn, &reply.take());
    }
}

/// One entry of COMMAND's reply.
fn describe(reply: &mut Reply, spec: &CommandSpec) {
    reply.array(6);
    reply.bulk(spec.name);
    reply.integer(i64::from(spec.arity));
    reply.array(spec.flags.names().count());
    for flag in spec.flags.names() {
        reply.status(flag);
    }
    let (first, last, step) = spec.keys;
    for number in [first, last, step] {
        reply.integer(i64::from(number));
    }
}

/// Seconds, maybe with a fraction, in microseconds: `1`, `0.25`, `.5`. Digits by hand: the general reader of floating-point
/// numbers brings 10 KB of tables, and this is its only use.
fn parse_seconds(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let micros: u64 = format!("{fraction:0<6}")[..6].parse().ok()?;
    (whole <= SLEEP_MAX_S).then(|| whole * 1_000_000 + micros)
}

#[cfg(test)]
mod tests {
    use super::parse_seconds;

    #[test]
    fn seconds_with_and_without_a_fraction() {
        for (text, us) in [("0", 0), ("1", 1_000_000), ("0.25", 250_000), (".5", 500_000), ("2.", 2_000_000)] {
            assert_eq!(parse_seconds(text.as_bytes()), Some(us), "{text}");
        }
        assert_eq!(parse_seconds(b"0.1234567"), Some(123_456));
        for text in ["", ".", "-1", "1e3", "x", "1.x", "86401", "99999999999999999999"] {
            assert_eq!(parse_seconds(text.as_bytes()), None, "{text}");
        }
    }
}
