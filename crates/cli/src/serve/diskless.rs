//! Writes an RDB directly to the sockets of replicas (`rdbSaveToSlavesSockets`).

use std::rc::Rc;
use std::time::Duration;

use psyncscope_engine::io::SOCKET_CHILD_CHUNK;
use psyncscope_engine::{ChildId, ConnId};

use super::connection::{Connection, Sent};
use super::server::Shared;

/// A transfer to several replicas.
pub struct DisklessTransfer {
    /// The child's number.
    pub child: ChildId,
    /// The connections to write to.
    pub connections: Vec<(ConnId, Rc<Connection>)>,
    /// How long a connection may accept nothing.
    pub timeout: Duration,
}

/// Writes the result of `make` to every connection, none more than a chunk ahead of another, and reports which
/// connections got all of it.
pub async fn run(transfer: DisklessTransfer, make: impl FnOnce() -> Vec<u8> + Send + 'static, shared: Rc<Shared>) {
    // If `make` fails, no replica got anything.
    let bytes = tokio::task::spawn_blocking(make).await.unwrap_or_default();
    let mut left = if bytes.is_empty() { Vec::new() } else { transfer.connections };
    for chunk in bytes.chunks(SOCKET_CHILD_CHUNK) {
        for (conn, connection) in &left {
            if let Sent::Broken(reason) = connection.send(chunk, &shared) {
                shared.awake().await;
                shared.closed(*conn, reason);
            }
        }
        let mut reached = Vec::new();
        for (conn, connection) in left {
            if tokio::time::timeout(transfer.timeout, connection.drained()).await == Ok(true) {
                reached.push((conn, connection));
            }
        }
        left = reached;
        if left.is_empty() {
            break;
        }
    }
    shared.awake().await;
    let reached: Vec<ConnId> = left.iter().map(|(conn, _)| *conn).collect();
    shared.child_streamed(transfer.child, &reached);
    for (conn, connection) in left {
        connection.lend_to_child(false);
        shared.writable(conn);
    }
}
