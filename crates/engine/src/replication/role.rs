//! `roleCommand`: ROLE.

use psyncscope_resp::Reply;

use crate::event::ReplicaState;
use crate::io::ConnId;
use crate::node::Node;
use crate::replication::ReplState;

impl ReplState {
    /// The state's name in ROLE.
    #[must_use]
    pub const fn role_word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Connect => "connect",
            Self::Connecting => "connecting",
            Self::Transfer => "sync",
            Self::Connected => "connected",
            _ => "handshake",
        }
    }
}

impl Node {
    pub(crate) fn role_command(&mut self, conn: ConnId) {
        let mut reply = Reply::default();
        match &self.repl.upstream.master {
            None => {
                let online: Vec<_> = self.replicas().filter(|(_, link)| link.state == ReplicaState::Online).collect();
                reply.array(3);
                reply.bulk(b"master");
                reply.integer(self.repl.history.master_repl_offset.0);
                reply.array(online.len());
                for (client, link) in online {
                    reply.array(3);
                    reply.bulk(client.replica_ip());
                    reply.bulk(client.listening_port.to_string().as_bytes());
                    reply.bulk(link.ack_off.to_string().as_bytes());
                }
            }
            Some(master) => {
                let offset = self.master_link().map_or(-1, |link| link.reploff.0);
                reply.array(5);
                reply.bulk(b"slave");
                reply.bulk(master.host.as_bytes());
                reply.integer(i64::from(master.port));
                reply.bulk(self.repl.upstream.state().role_word().as_bytes());
                reply.integer(offset);
            }
        }
        self.add_reply(conn, &reply.take());
    }
}
