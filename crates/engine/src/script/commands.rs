//! EVAL, EVALSHA and SCRIPT.

use std::sync::Arc;

use psyncscope_lua::Engine;
use psyncscope_resp::{Reply, parse_i64_strict};

use super::run::Start;
use crate::config::Config;
use crate::io::{ConnId, Outbox};
use crate::node::Node;
use crate::steps::{Field, Function, Steps, step};

/// Characters of a SHA1.
const SHA_LEN: usize = 40;

impl Node {
    /// `replicationScriptCacheFlush`: new replicas have no scripts.
    pub(crate) fn replication_script_cache_flush(&mut self) {
        use step::ReplicationScriptCacheFlush as Step;
        self.within(Function::ReplicationScriptCacheFlush, |node| {
            let known = node.scripts.known.len();
            node.scripts.known.clear();
            node.act(Step::EmptySet, |v| v.changed(Field::Count, known, 0_usize));
            let released = std::mem::take(&mut node.scripts.known_order).len();
            node.act(Step::ReleaseOrder, |v| v.changed(Field::Count, released, 0_usize));
            let created = node.scripts.known_order.len();
            node.act(Step::CreateOrder, |v| v.saw(Field::Count, created));
        });
    }

    /// EVAL script numkeys [key …] [arg …]
    pub(crate) fn eval_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let sha = sha1_smol::Sha1::from(&argv[1]).digest().to_string();
        self.eval_generic(conn, argv, &sha, Some(&argv[1]));
    }

    /// EVALSHA sha1 numkeys [key …] [arg …]
    pub(crate) fn evalsha_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let sha = String::from_utf8_lossy(&argv[1]).to_ascii_lowercase();
        self.eval_generic(conn, argv, &sha, None);
    }

    /// `evalGenericCommand`, up to the script's first instruction.
    fn eval_generic(&mut self, conn: ConnId, argv: &[Vec<u8>], sha: &str, body: Option<&[u8]>) {
        let numkeys = match parse_i64_strict(&argv[2]) {
            None => return self.refuse(conn, "ERR value is not an integer or out of range"),
            Some(numkeys) if numkeys > argv.len() as i64 - 3 => {
                return self.refuse(conn, "ERR Number of keys can't be greater than number of args");
            }
            Some(..0) => return self.refuse(conn, "ERR Number of keys can't be negative"),
            Some(numkeys) => numkeys as usize,
        };
        let known = self.scripts.sources.contains_key(sha);
        match body {
            None if !known => return self.refuse(conn, "NOSCRIPT No matching script. Please use EVAL."),
            Some(body) if !known => {
                if let Err(error) = self.create_function(sha, body) {
                    return self.refuse(conn, &error);
                }
            }
            _ => {}
        }
        let (keys, args) = argv[3..].split_at(numkeys);
        let start = Start { conn, sha, evalsha: body.is_none(), keys, args };
        self.start_script(&start);
    }

    /// `luaCreateFunction`: compiles and stores a script. The error is for a client.
    pub(crate) fn create_function(&mut self, sha: &str, body: &[u8]) -> Result<(), String> {
        let engine = self.script_engine().map_err(|error| format!("ERR {error}"))?;
        let compiled = engine.compile(sha, body);
        compiled.map_err(|error| format!("ERR Error compiling script (new function): {error} "))?;
        self.scripts.sources.insert(sha.to_owned(), Arc::from(body));
        Ok(())
    }

    /// The engine, created on first use.
    pub(super) fn script_engine(&mut self) -> Result<&mut Engine<Self>, String> {
        if self.scripts.engine.is_none() {
            let idle = Self::start(self.now, Config::default(), 0, None, &mut Outbox::new())?;
            self.scripts.engine = Some(Box::new(Engine::new(Box::new(idle))?));
        }
        self.scripts.engine.as_deref_mut().ok_or_else(|| "no engine".into())
    }

    /// Loads the scripts of an RDB file. Invalid ones are skipped.
    pub(crate) fn load_scripts(&mut self, bodies: &[Vec<u8>]) {
        for body in bodies {
            let sha = sha1_smol::Sha1::from(body).digest().to_string();
            let _ = self.create_function(&sha, body);
        }
    }

    fn refuse(&mut self, conn: ConnId, error: &str) {
        let mut reply = Reply::default();
        reply.error(error);
        self.add_reply(conn, &reply.take());
    }

    pub(crate) fn script_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"flush", []) => {
                self.scripts.sources.clear();
                self.scripts.engine = None;
                self.replication_script_cache_flush();
                self.dirty += 1;
                reply.ok();
            }
            (b"exists", shas @ [_, ..]) => {
                reply.array(shas.len());
                for sha in shas {
                    let sha = String::from_utf8_lossy(sha).to_ascii_lowercase();
                    reply.integer(self.scripts.sources.contains_key(&sha).into());
                }
            }
            (b"load", [body]) => {
                let sha = sha1_smol::Sha1::from(body).digest().to_string();
                debug_assert_eq!(sha.len(), SHA_LEN);
                let known = self.scripts.sources.contains_key(&sha);
                match if known { Ok(()) } else { self.create_function(&sha, body) } {
                    Ok(()) => {
                        reply.bulk(sha);
                        (self.propagation.forced, self.propagation.forced_aof) = (true, true);
                    }
                    Err(error) => reply.error(error),
                }
            }
            (b"kill", []) => match self.scripts.running.as_deref_mut() {
                None => reply.error("NOTBUSY No scripts in execution right now."),
                Some(running) => match running.kill() {
                    Ok(()) => reply.ok(),
                    Err(error) => reply.error(error),
                },
            },
            (b"debug", [mode]) if mode.eq_ignore_ascii_case(b"no") => reply.ok(),
            (b"debug", [_]) => reply.error("ERR the script debugger is not supported"),
            _ => {
                let shown = String::from_utf8_lossy(&argv[1]).into_owned();
                reply.error(format!(
                    "ERR Unknown subcommand or wrong number of arguments for '{shown}'. Try SCRIPT HELP"
                ));
            }
        }
        self.add_reply(conn, &reply.take());
    }
}
