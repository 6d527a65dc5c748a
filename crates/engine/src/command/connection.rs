//! Commands on the connection itself: PING, ECHO, AUTH, SELECT.

use psyncscope_resp::{Reply, parse_i64_strict};

use crate::io::ConnId;
use crate::node::Node;

impl Node {
    pub(crate) fn ping_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        let subscriber = self.clients.get(&conn).is_some_and(|client| client.is_subscriber());
        match argv {
            [_] | [_, _] if subscriber => {
                // A subscriber expects arrays.
                reply.array(2);
                reply.bulk("pong");
                reply.bulk(argv.get(1).map_or(&b""[..], |text| text));
            }
            [_] => reply.status("PONG"),
            [_, text] => reply.bulk(text),
            _ => reply.error("ERR wrong number of arguments for 'ping' command"),
        }
        self.add_reply(conn, &reply.take());
    }

    pub(crate) fn echo_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        reply.bulk(&argv[1]);
        self.add_reply(conn, &reply.take());
    }

    pub(crate) fn auth_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let right = argv[1] == self.config.requirepass;
        let reply: &[u8] = if self.config.requirepass.is_empty() {
            b"-ERR Client sent AUTH, but no password is set\r\n"
        } else if right {
            b"+OK\r\n"
        } else {
            b"-ERR invalid password\r\n"
        };
        if let Some(client) = self.clients.get_mut(&conn)
            && !self.config.requirepass.is_empty()
        {
            client.authenticated = right;
        }
        self.add_reply(conn, reply);
    }

    pub(crate) fn select_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let reply: &[u8] = match parse_i64_strict(&argv[1]) {
            None => b"-ERR invalid DB index\r\n",
            Some(db) => match usize::try_from(db).ok().filter(|&db| db < self.keyspace.databases()) {
                None => b"-ERR DB index is out of range\r\n",
                Some(db) => {
                    if let Some(client) = self.clients.get_mut(&conn) {
                        client.db = db;
                    }
                    b"+OK\r\n"
                }
            },
        };
        self.add_reply(conn, reply);
    }
}
