//! A child that writes an RDB straight to the sockets of replicas (`rdbSaveToSlavesSockets`).

use std::rc::Rc;
use std::time::Duration;

use psyncscope_engine::io::SOCKET_CHILD_CHUNK;
use psyncscope_engine::{ChildId, ConnId};

use super::connection::{Connection, Sent};
use super::server::Shared;

/// What the child is to do.
pub struct DisklessTransfer {
    /// Who it is.
    pub child: ChildId,
    /// Where it writes to.
    pub connections: Vec<(ConnId, Rc<Connection>)>,
    /// How long a connection may take nothing.
    pub timeout: Duration,
}

/// Writes what `make` makes to every connection, each no more than a chunk ahead of another, and tells which got all of it.
pub async fn run(transfer: DisklessTransfer, make: impl FnOnce() -> Vec<u8> + Send + 'static, shared: Rc<Shared>) {
    // A child that fails altogether reached nobody.
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
