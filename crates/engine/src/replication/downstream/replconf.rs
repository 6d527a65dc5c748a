//! REPLCONF: a replica's options, and its periodic ACK.

use psyncscope_resp::parse_i64_strict;

use super::Downstream;
use crate::client::Client;
use crate::clients::Clients;
use crate::event::{Event, ReplicaState};
use crate::ids::Offset;
use crate::io::ConnId;
use crate::node::{Context, Node};
use crate::steps::step::ReplconfCommand as Step;
use crate::steps::{Field, Function, Steps};

/// `NI_MAXHOST`-like bound of REPLCONF ip-address (`NET_IP_STR_LEN` - 1).
const IP_LEN_MAX: usize = 45;

impl Node {
    /// `replconfCommand`: pairs of option and value, left to right. Options before an erroneous one stay applied.
    pub(crate) fn replconf_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        self.within(Function::ReplconfCommand, |node| {
            if let Some(reply) = node.take_options(conn, argv) {
                node.add_reply(conn, reply.as_bytes());
                node.act(Step::Reply, |v| v.saw(Field::Reply, reply.trim_end()));
            }
        });
    }

    /// Returns the reply, if there is one.
    fn take_options(&mut self, conn: ConnId, argv: &[Vec<u8>]) -> Option<String> {
        let words = argv.len();
        if !self.check(Step::IsPaired, !words.is_multiple_of(2), |v| v.saw(Field::Count, words - 1)) {
            return Some("-ERR syntax error\r\n".into());
        }
        for (i, [given, value]) in argv[1..].as_chunks::<2>().0.iter().enumerate() {
            self.check(Step::AnyLeft, true, |v| v.saw(Field::Count, words / 2 - i));
            let option = given.to_ascii_lowercase();
            match option.as_slice() {
                b"ack" => {
                    let (repl, clients, mut context) = self.replication_and_clients();
                    repl.downstream.replica_acked(clients, conn, value, &mut context);
                    return None;
                }
                b"getack" => {
                    if self.repl.upstream.master_conn().is_some() {
                        self.calls(Step::SendAck);
                        self.replication_send_ack();
                    }
                    return None;
                }
                _ => {}
            }
            if let Some(client) = self.clients.get_mut(&conn)
                && let Err(error) = client.take_replconf_option(given, &option, value)
            {
                return Some(error);
            }
            self.act(Step::TakeOption, |v| {
                v.saw(Field::ReplconfOption, option.as_slice()).saw(Field::Request, value.as_slice())
            });
        }
        self.check(Step::AnyLeft, false, |v| v.saw(Field::Count, 0_usize));
        Some("+OK\r\n".into())
    }
}

impl Client {
    /// An option other than `ack` and `getack`; its name as sent and in lower case.
    ///
    /// # Errors
    /// The reply.
    fn take_replconf_option(&mut self, name: &[u8], option: &[u8], value: &[u8]) -> Result<(), String> {
        match option {
            b"listening-port" => {
                let Some(port) = parse_i64_strict(value) else {
                    return Err("-ERR value is not an integer or out of range\r\n".into());
                };
                // Redis keeps an int. The port is only shown, so an invalid one is clamped.
                self.listening_port = port.clamp(0, 65535) as u16;
            }
            b"ip-address" => {
                if value.len() > IP_LEN_MAX {
                    return Err(format!(
                        "-ERR REPLCONF ip-address provided by replica instance is too long: {} bytes\r\n",
                        value.len()
                    ));
                }
                self.announced_ip = String::from_utf8_lossy(value).into_owned();
            }
            b"capa" => {
                self.capa.eof |= value.eq_ignore_ascii_case(b"eof");
                self.capa.psync2 |= value.eq_ignore_ascii_case(b"psync2");
            }
            _ => {
                let name = String::from_utf8_lossy(name).replace(['\r', '\n'], " ");
                return Err(format!("-ERR Unrecognized REPLCONF option: {name}\r\n"));
            }
        }
        Ok(())
    }
}

impl Downstream {
    /// REPLCONF ACK: never gets a reply.
    fn replica_acked(&mut self, clients: &mut Clients, conn: ConnId, value: &[u8], context: &mut Context<'_>) {
        let Some(link) = clients.get_mut(&conn).and_then(Client::replica_mut) else { return };
        let Some(offset) = parse_i64_strict(value).map(Offset) else { return };
        let (off, time) = (link.ack_off, link.ack_time);
        link.ack_off = off.max(offset);
        link.ack_time = context.now.unix_s();
        context.act(Step::TakeAck, |v| {
            v.changed(Field::ReplAckOff, off, link.ack_off).changed(Field::ReplAckTime, time, link.ack_time)
        });
        let puts_online = link.put_online_on_ack && link.state == ReplicaState::Online;
        if context.check(Step::PutOnlineOnAck, puts_online, |v| {
            v.saw(Field::ReplPutOnlineOnAck, link.put_online_on_ack).saw(Field::Replstate, link.state)
        }) {
            context.calls(Step::PutOnline);
            self.put_slave_online(clients, conn, context);
        }
        context.event(|| Event::Acked { conn, offset });
    }
}
