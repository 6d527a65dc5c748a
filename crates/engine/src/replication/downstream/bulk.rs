//! Sending the RDB file to a replica, and the replica online.

use super::{Downstream, set_replica_state};
use crate::client::{Client, Role};
use crate::clients::Clients;
use crate::event::{LogLevel, ReplicaState};
use crate::io::{ConnId, Output};
use crate::node::Context;
use crate::steps::{Field, Function, Steps, step};

/// Bytes of the RDB file sent at once (`PROTO_IOBUF_LEN`).
const BULK_CHUNK: usize = 16 * 1024;

impl Downstream {
    /// `sendBulkToSlave`: sends the preamble and the file, as far as the kernel has room.
    pub(crate) fn send_bulk_to_replica(&mut self, clients: &mut Clients, conn: ConnId, context: &mut Context<'_>) {
        loop {
            let Some(client) = clients.get_mut(&conn) else { return };
            let Role::Replica(link) = &mut client.role else { return };
            let Some(bulk) = &mut link.bulk else { return };
            if bulk.preamble.is_empty() && bulk.sent == bulk.file.len() {
                link.bulk = None;
                self.put_slave_online(clients, conn, context);
                return;
            }
            let rest = if bulk.preamble.is_empty() { &bulk.file[bulk.sent..] } else { &bulk.preamble[..] };
            let n = rest.len().min(BULK_CHUNK).min(client.room);
            if n == 0 {
                return;
            }
            let bytes = rest[..n].to_vec();
            client.room -= n;
            if bulk.preamble.is_empty() {
                bulk.sent += n;
            } else {
                bulk.preamble.drain(..n);
            }
            context.stats.net_output_bytes += n as u64;
            context.push(Output::Send { conn, bytes });
        }
    }

    /// `putSlaveOnline`: called when the file was sent, and at the first ACK after a diskless transfer. The stream
    /// begins with the output that was queued meanwhile.
    pub(super) fn put_slave_online(&mut self, clients: &mut Clients, conn: ConnId, context: &mut Context<'_>) {
        use step::PutSlaveOnline as Step;
        let Some(client) = clients.get_mut(&conn) else { return };
        let name = client.replica_name();
        context.within(Function::PutSlaveOnline, |context| {
            set_replica_state(clients, conn, ReplicaState::Online, Step::SetStateOnline, context);
            let Some(link) = clients.get_mut(&conn).and_then(Client::replica_mut) else { return };
            let (on_ack, time) = (link.put_online_on_ack, link.ack_time);
            link.put_online_on_ack = false;
            context.act(Step::AllowStream, |v| v.changed(Field::ReplPutOnlineOnAck, on_ack, false));
            link.ack_time = context.now.unix_s();
            context.act(Step::SetAckTime, |v| v.changed(Field::ReplAckTime, time, link.ack_time));
            clients.queue_write(conn);
            context.act(Step::WriteQueued, |v| v.saw(Field::Bytes, clients.get(&conn).map(|c| c.out.len())));
            context.calls(Step::RefreshCount);
            self.refresh_good_slaves_count(clients, context);
            context.log(LogLevel::Notice, || format!("Synchronization with replica {name} succeeded"));
        });
    }
}
