//! REPLCONF: a replica's options, and its periodic ACK.

use psyncscope_resp::parse_i64_strict;

use super::Downstream;
use crate::client::Client;
use crate::clients::Clients;
use crate::event::{Event, ReplicaState};
use crate::ids::Offset;
use crate::io::ConnId;
use crate::node::{Context, Node};

/// `NI_MAXHOST`-like bound of REPLCONF ip-address (`NET_IP_STR_LEN` - 1).
const IP_LEN_MAX: usize = 45;

impl Node {
    /// `replconfCommand`: pairs of option and value, left to right. Options before an erroneous one stay applied.
    pub(crate) fn replconf_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        if argv.len().is_multiple_of(2) {
            self.add_reply(conn, b"-ERR syntax error\r\n");
            return;
        }
        for pair in argv[1..].chunks_exact(2) {
            let (option, value) = (pair[0].to_ascii_lowercase(), &pair[1]);
            match option.as_slice() {
                b"listening-port" => {
                    let Some(port) = parse_i64_strict(value) else {
                        self.add_reply(conn, b"-ERR value is not an integer or out of range\r\n");
                        return;
                    };
                    if let Some(client) = self.clients.get_mut(&conn) {
                        // Redis keeps an int. The port is only shown, so an invalid one is clamped.
                        client.listening_port = port.clamp(0, 65535) as u16;
                    }
                }
                b"ip-address" => {
                    if value.len() > IP_LEN_MAX {
                        let error = format!(
                            "-ERR REPLCONF ip-address provided by replica instance is too long: {} bytes\r\n",
                            value.len()
                        );
                        self.add_reply(conn, error.as_bytes());
                        return;
                    }
                    if let Some(client) = self.clients.get_mut(&conn) {
                        client.announced_ip = String::from_utf8_lossy(value).into_owned();
                    }
                }
                b"capa" => {
                    if let Some(client) = self.clients.get_mut(&conn) {
                        client.capa.eof |= value.eq_ignore_ascii_case(b"eof");
                        client.capa.psync2 |= value.eq_ignore_ascii_case(b"psync2");
                    }
                }
                b"ack" => {
                    let (repl, clients, mut context) = self.replication_and_clients();
                    repl.downstream.replica_acked(clients, conn, value, &mut context);
                    return;
                }
                b"getack" => {
                    if self.repl.upstream.master_conn().is_some() {
                        self.replication_send_ack();
                    }
                    return;
                }
                _ => {
                    let error = format!(
                        "-ERR Unrecognized REPLCONF option: {}\r\n",
                        String::from_utf8_lossy(&pair[0]).replace(['\r', '\n'], " ")
                    );
                    self.add_reply(conn, error.as_bytes());
                    return;
                }
            }
        }
        self.add_reply(conn, b"+OK\r\n");
    }
}

impl Downstream {
    /// REPLCONF ACK: never gets a reply.
    fn replica_acked(&mut self, clients: &mut Clients, conn: ConnId, value: &[u8], context: &mut Context<'_>) {
        let Some(link) = clients.get_mut(&conn).and_then(Client::replica_mut) else { return };
        let Some(offset) = parse_i64_strict(value).map(Offset) else { return };
        link.ack_off = link.ack_off.max(offset);
        link.ack_time = context.now.unix_s();
        if link.put_online_on_ack && link.state == ReplicaState::Online {
            self.put_slave_online(clients, conn, context);
        }
        context.event(|| Event::Acked { conn, offset });
    }
}
