//! CLIENT LIST, KILL, UNBLOCK, SETNAME, GETNAME, ID.

use psyncscope_resp::{Reply, errors, parse_i64_strict};

use crate::client::{Client, Role};
use crate::config::Config;
use crate::io::ConnId;
use crate::node::Node;

/// The client types of CLIENT KILL TYPE (`getClientTypeByName`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClientType {
    Normal,
    Replica,
    PubSub,
    Master,
}

impl ClientType {
    fn parse(name: &[u8]) -> Option<Self> {
        match name.to_ascii_lowercase().as_slice() {
            b"normal" => Some(Self::Normal),
            b"slave" | b"replica" => Some(Self::Replica),
            b"pubsub" => Some(Self::PubSub),
            b"master" => Some(Self::Master),
            _ => None,
        }
    }

    fn of(client: &Client) -> Self {
        match client.role {
            Role::Normal if client.is_subscriber() => Self::PubSub,
            Role::Normal | Role::Script => Self::Normal,
            Role::Replica(_) => Self::Replica,
            Role::Master(_) => Self::Master,
        }
    }
}

/// The filters of CLIENT KILL; a client must match all of them.
#[derive(Default)]
struct KillFilter {
    id: Option<u64>,
    addr: Option<String>,
    kind: Option<ClientType>,
    skip_me: bool,
}

impl KillFilter {
    /// The new form: pairs of filter and value.
    fn parse(pairs: &[Vec<u8>]) -> Result<Self, String> {
        let mut filter = Self { skip_me: true, ..Self::default() };
        if !pairs.len().is_multiple_of(2) {
            return Err("ERR syntax error".into());
        }
        for [name, value] in pairs.as_chunks::<2>().0 {
            match name.to_ascii_lowercase().as_slice() {
                b"id" => {
                    let id = parse_i64_strict(value).ok_or("ERR value is not an integer or out of range")?;
                    filter.id = Some(u64::try_from(id).map_err(|_| "ERR value is not an integer or out of range")?);
                }
                b"type" => {
                    let kind = ClientType::parse(value)
                        .ok_or_else(|| format!("ERR Unknown client type '{}'", String::from_utf8_lossy(value)))?;
                    filter.kind = Some(kind);
                }
                b"addr" => filter.addr = Some(String::from_utf8_lossy(value).into_owned()),
                b"skipme" if value.eq_ignore_ascii_case(b"yes") => filter.skip_me = true,
                b"skipme" if value.eq_ignore_ascii_case(b"no") => filter.skip_me = false,
                _ => return Err("ERR syntax error".into()),
            }
        }
        Ok(filter)
    }

    fn fits(&self, client: &Client, me: ConnId) -> bool {
        self.id.is_none_or(|id| client.id == id)
            && self.addr.as_ref().is_none_or(|addr| client.addr() == *addr)
            && self.kind.is_none_or(|kind| ClientType::of(client) == kind)
            && !(self.skip_me && client.conn == me)
    }
}

const HELP: &[&str] = &[
    "GETNAME -- The name of this connection.",
    "ID -- The ID of this connection.",
    "KILL <ip:port> -- Close the connection from that address.",
    "KILL <option> <value> [<option> <value> ...] -- Close all connections that fit: ADDR <ip:port>, ID <id>, TYPE \
     (normal|master|replica|pubsub), SKIPME (yes|no).",
    "LIST [TYPE (normal|master|replica|pubsub)] -- One line for each connection.",
    "PAUSE <milliseconds> -- Hear nobody but replicas for so long.",
    "REPLY (ON|OFF|SKIP) -- Whether this connection is answered.",
    "SETNAME <name> -- Give this connection a name.",
    "UNBLOCK <id> [TIMEOUT|ERROR] -- End the wait of a blocked connection.",
];

impl Node {
    pub(crate) fn client_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"list", []) => reply.bulk(self.client_list(None)),
            (b"list", [word, kind]) if word.eq_ignore_ascii_case(b"type") => match ClientType::parse(kind) {
                Some(kind) => reply.bulk(self.client_list(Some(kind))),
                None => reply.error(format!("ERR Unknown client type '{}'", String::from_utf8_lossy(kind))),
            },
            (b"id", []) => reply.integer(self.clients.get(&conn).map_or(0, |client| client.id as i64)),
            (b"getname", []) => match self.clients.get(&conn).map(|client| client.name.clone()) {
                Some(name) if !name.is_empty() => reply.bulk(name),
                _ => reply.null(),
            },
            (b"setname", [name]) => {
                if name.iter().all(|byte| (b'!'..=b'~').contains(byte)) {
                    if let Some(client) = self.clients.get_mut(&conn) {
                        client.name = name.clone();
                    }
                    reply.ok();
                } else {
                    reply.error("ERR Client names cannot contain spaces, newlines or special characters.");
                }
            }
            (b"kill", [addr]) => {
                let addr = String::from_utf8_lossy(addr).into_owned();
                let filter = KillFilter { addr: Some(addr), skip_me: false, ..KillFilter::default() };
                if self.kill_clients(conn, &filter) > 0 {
                    reply.ok();
                } else {
                    reply.error("ERR No such client");
                }
            }
            (b"kill", pairs @ [_, _, ..]) => match KillFilter::parse(pairs) {
                Ok(filter) => reply.integer(self.kill_clients(conn, &filter)),
                Err(error) => reply.error(error),
            },
            (b"help", []) => reply.help("CLIENT", HELP),
            (b"reply", [mode]) => self.client_reply(conn, &mut reply, mode),
            (b"pause", [timeout]) => self.client_pause(&mut reply, timeout),
            (b"unblock", [id]) => self.client_unblock(&mut reply, id, false),
            (b"unblock", [id, how]) if how.eq_ignore_ascii_case(b"timeout") => {
                self.client_unblock(&mut reply, id, false);
            }
            (b"unblock", [id, how]) if how.eq_ignore_ascii_case(b"error") => self.client_unblock(&mut reply, id, true),
            (b"unblock", [_, _]) => {
                reply.error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
            }
            (b"kill", []) => reply.error(errors::SYNTAX),
            _ => {
                // The only such error without a full stop.
                let shown = String::from_utf8_lossy(&argv[1]);
                reply.error(format!(
                    "ERR Unknown subcommand or wrong number of arguments for '{shown}'. Try CLIENT HELP"
                ));
            }
        }
        self.add_reply(conn, &reply.take());
    }

    /// CLIENT UNBLOCK: as if the client had timed out, or with an error.
    fn client_unblock(&mut self, reply: &mut Reply, id: &[u8], error: bool) {
        let Some(id) = parse_i64_strict(id) else {
            reply.error(errors::NOT_AN_INTEGER);
            return;
        };
        let blocked = |client: &Client| client.blocked.is_some() && i64::try_from(client.id) == Ok(id);
        let Some(target) = self.clients.values().find(|client| blocked(client)).map(|client| client.conn) else {
            reply.integer(0);
            return;
        };
        if error {
            self.add_reply(target, b"-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
        } else {
            self.reply_to_blocked_client_timed_out(target);
        }
        self.unblock_client(target);
        reply.integer(1);
    }

    /// Kills every matching client; the caller itself only after its reply.
    fn kill_clients(&mut self, me: ConnId, filter: &KillFilter) -> i64 {
        let doomed: Vec<ConnId> =
            self.clients.values().filter(|client| filter.fits(client, me)).map(|client| client.conn).collect();
        for &conn in &doomed {
            if conn == me {
                self.close_after_reply(conn);
            } else {
                self.free_client(conn, true);
            }
        }
        doomed.len() as i64
    }

    /// `getAllClientsInfoString`, one line a client.
    fn client_list(&self, kind: Option<ClientType>) -> String {
        let mut lines = String::new();
        for client in self.clients.values().filter(|client| kind.is_none_or(|kind| ClientType::of(client) == kind)) {
            lines.push_str(&client.line(self.now.unix_s(), &self.config));
            lines.push('\n');
        }
        lines
    }
}

impl Client {
    /// `catClientInfoString`.
    pub(crate) fn line(&self, unix_s: i64, config: &Config) -> String {
        let mut flags = String::new();
        match &self.role {
            Role::Normal if self.monitor => flags.push('O'),
            Role::Normal | Role::Script => {}
            Role::Replica(_) => flags.push('S'),
            Role::Master(_) => flags.push('M'),
        }
        if self.is_subscriber() {
            flags.push('P');
        }
        if self.multi.is_some() {
            flags.push('x');
        }
        if self.blocked.is_some() {
            flags.push('b');
        }
        if self.dirty_cas {
            flags.push('d');
        }
        if self.close_after_reply {
            flags.push('c');
        }
        if self.close_asap {
            flags.push('A');
        }
        if config.is_unix_socket(&self.peer) {
            flags.push('U');
        }
        if flags.is_empty() {
            flags.push('N');
        }
        // Redis installs the write handler only while the kernel has no room.
        let waiting = if self.room == 0 && self.wants_write() { "rw" } else { "r" };
        let (buffered, blocks, memory) = self.out.usage();
        format!(
            "id={} addr={} fd={} name={} age={} idle={} flags={flags} db={} sub={} psub={} multi={} qbuf={} \
             qbuf-free=0 obl={buffered} oll={blocks} omem={memory} events={waiting} cmd={}",
            self.id,
            self.addr(),
            self.id + 7,
            String::from_utf8_lossy(&self.name),
            unix_s - self.created,
            unix_s - self.last_interaction,
            self.db,
            self.channels.len(),
            self.patterns.len(),
            self.multi.as_ref().map_or(-1, |multi| multi.len() as i64),
            self.query.held(),
            self.last_cmd,
        )
    }
}
