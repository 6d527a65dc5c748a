//! Commands on the server: CONFIG, COMMAND, LASTSAVE, TIME.

use psyncscope_resp::Reply;

use super::getkeys::{are_movable, keys_of};
use super::table::{self, COMMANDS, CommandSpec};
use crate::config::rewrite::rewrite;
use crate::event::LogLevel;
use crate::io::{ConnId, DiskRequest, Output};
use crate::node::Node;
use crate::persistence::unwritten::state::Before;

const COMMAND_HELP: &[&str] = &[
    "(no subcommand) -- All commands.",
    "COUNT -- How many there are.",
    "GETKEYS <command> [<arg> ...] -- The keys among the words of a command.",
    "INFO [<command> ...] -- Single commands.",
];

const CONFIG_HELP: &[&str] = &[
    "GET <pattern> -- The directives whose names match, with their values.",
    "SET <directive> <value> -- Change a directive.",
    "RESETSTAT -- Set the counters of INFO to zero.",
    "REWRITE -- Write the configuration into its file.",
];

impl Node {
    pub(crate) fn config_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"get", [pattern]) => {
                let mut found = self.config.config_get(pattern);
                for (name, value) in &mut found {
                    // REPLICAOF changes the configured master.
                    if matches!(*name, "replicaof" | "slaveof") {
                        *value = match &self.repl.upstream.master {
                            Some(master) => format!("{} {}", master.host, master.port),
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
            (b"set", [name, dir]) if name.eq_ignore_ascii_case(b"dir") => return self.change_dir(conn, dir),
            (b"set", [name, value]) => match self.config.config_set(name, value) {
                Ok(()) => {
                    self.config_was_set();
                    reply.ok();
                }
                Err(error) => reply.error(format!("ERR {error}")),
            },
            (b"help", []) => reply.help("CONFIG", CONFIG_HELP),
            (b"rewrite", []) => match self.config_rewrite() {
                Some(()) => return self.reply_of_written_file(conn, b"+OK\r\n"),
                None => reply.error("ERR The server is running without a config file"),
            },
            (b"resetstat", []) => {
                self.stats = crate::node::Stats::default();
                self.keyspace.stats = psyncscope_keyspace::Stats::default();
                reply.ok();
            }
            _ => {
                reply.subcommand_error(argv);
            }
        }
        self.add_reply(conn, &reply.take());
    }

    /// CONFIG REWRITE. `None` without a file.
    pub(crate) fn config_rewrite(&mut self) -> Option<()> {
        let (path, old) = self.config.file.as_ref()?;
        let master = self.master_address();
        let new = rewrite(old, &self.config, master);
        let path = path.clone();
        self.expect_file(path.clone(), Before::Rewrite);
        self.out.outputs.push(Output::Disk(DiskRequest::Write { name: path.clone(), bytes: new.as_slice().into() }));
        self.config.file = Some((path, new));
        self.log(LogLevel::Warning, || "CONFIG REWRITE executed with success.".into());
        Some(())
    }

    /// What CONFIG SET changes besides the configuration.
    fn config_was_set(&mut self) {
        self.switch_append_only();
        let (repl, clients, mut context) = self.replication_and_clients();
        repl.downstream.resize_replication_backlog(&repl.history, &mut context);
        repl.downstream.refresh_good_slaves_count(clients, &mut context);
        // If memory is still exceeded, commands are refused later.
        let _ = self.free_memory_if_needed();
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
            Some(b"help") if argv.len() == 2 => reply.help("COMMAND", COMMAND_HELP),
            Some(b"getkeys") if argv.len() >= 3 => get_keys(&mut reply, &argv[2..]),
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

/// COMMAND GETKEYS.
fn get_keys(reply: &mut Reply, argv: &[Vec<u8>]) {
    let Some(spec) = table::lookup(&argv[0]) else {
        reply.error("ERR Invalid command specified");
        return;
    };
    if spec.keys.0 == 0 && !are_movable(spec) {
        reply.error("ERR The command has no key arguments");
        return;
    }
    if !spec.takes(argv.len()) {
        reply.error("ERR Invalid number of arguments specified for command");
        return;
    }
    let keys = keys_of(spec, argv);
    if keys.is_empty() {
        reply.error("ERR Invalid arguments specified for command");
        return;
    }
    reply.array(keys.len());
    for key in keys {
        reply.bulk(key);
    }
}

/// One entry of COMMAND's reply.
fn describe(reply: &mut Reply, spec: &CommandSpec) {
    reply.array(6);
    reply.bulk(spec.name);
    reply.integer(i64::from(spec.arity));
    reply.array(spec.flags.names().count() + usize::from(are_movable(spec)));
    for flag in spec.flags.names() {
        reply.status(flag);
    }
    if are_movable(spec) {
        reply.status("movablekeys");
    }
    let (first, last, step) = spec.keys;
    for number in [first, last, step] {
        reply.integer(i64::from(number));
    }
}
