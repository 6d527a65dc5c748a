//! Commands on the server: CONFIG, COMMAND, LASTSAVE, TIME.

use super::table::{self, COMMANDS, CommandSpec};
use crate::io::ConnId;
use crate::node::Node;
use crate::resp::Reply;

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
                reply.subcommand_error(argv);
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
                reply.subcommand_error(argv);
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
