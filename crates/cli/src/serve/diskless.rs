//! Writes an RDB directly to the sockets of replicas (`rdbSaveToSlavesSockets`).

use std::rc::Rc;
use std::time::Duration;

use psyncscope_engine::io::SOCKET_CHILD_CHUNK;
use psyncscope_engine::{ChildId, ConnId};
use psyncscope_rdb::SaveJob;
use tokio::sync::mpsc;

use super::connection::{Connection, Sent};
use super::server::Shared;

/// Pieces of an RDB that are made ahead of the slowest connection.
const PIECES: usize = 2;

/// A transfer to several replicas.
pub struct DisklessTransfer {
    /// The child's number.
    pub child: ChildId,
    /// The connections to write to.
    pub connections: Vec<(ConnId, Rc<Connection>)>,
    /// How long a connection may accept nothing.
    pub timeout: Duration,
}

/// What is written.
pub struct SocketJob {
    /// The dataset.
    pub job: SaveJob,
    /// What ends it.
    pub mark: [u8; 40],
}

/// Writes an RDB to every connection, none more than a chunk ahead of another, and reports which connections got all
/// of it. A thread makes the RDB, at most a few pieces ahead of the slowest connection, so it is never whole in memory.
pub async fn run(transfer: DisklessTransfer, SocketJob { job, mark }: SocketJob, shared: Rc<Shared>) {
    let (sender, mut pieces) = mpsc::channel(PIECES);
    let writer = tokio::task::spawn_blocking(move || {
        job.write_with_eof_mark(&mark, |piece| sender.blocking_send(Box::<[u8]>::from(piece)))
    });
    let mut left = transfer.connections;
    while !left.is_empty()
        && let Some(piece) = pieces.recv().await
    {
        for chunk in piece.chunks(SOCKET_CHILD_CHUNK) {
            left = write_to_all(chunk, left, transfer.timeout, &shared).await;
        }
    }
    // Ends the writer if nobody is left.
    drop(pieces);
    if !matches!(writer.await, Ok(Ok(()))) {
        // The RDB is incomplete.
        left.clear();
    }
    shared.awake().await;
    let reached: Vec<ConnId> = left.iter().map(|(conn, _)| *conn).collect();
    shared.child_streamed(transfer.child, &reached);
    for (conn, connection) in left {
        connection.lend_to_child(false);
        shared.writable(conn);
    }
}

/// Writes a chunk to these connections; returns those that took it in time.
async fn write_to_all(
    chunk: &[u8],
    connections: Vec<(ConnId, Rc<Connection>)>,
    timeout: Duration,
    shared: &Rc<Shared>,
) -> Vec<(ConnId, Rc<Connection>)> {
    for (conn, connection) in &connections {
        if let Sent::Broken(reason) = connection.send(chunk, shared) {
            shared.awake().await;
            shared.closed(*conn, reason);
        }
    }
    let mut reached = Vec::new();
    for (conn, connection) in connections {
        if tokio::time::timeout(timeout, connection.drained()).await == Ok(true) {
            reached.push((conn, connection));
        }
    }
    reached
}
