//! The interface between a node and its driver: [`Input`]s that the driver passes, and [`Output`]s that it must carry
//! out.

use std::sync::Arc;

use psyncscope_rdb::SaveJob;

use crate::aof::job::RewriteJob;
use crate::event::Event;
use crate::time::Instant;

/// One TCP connection (or local client) of a node.
///
/// The driver picks the numbers of connections it accepts (below [`ConnId::OUTBOUND`]); the node picks those of the
/// connections it asks for (from [`ConnId::OUTBOUND`] on). A number is never reused within a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ConnId(pub u32);

impl ConnId {
    /// The first number that a node gives to a connection it opens itself.
    pub const OUTBOUND: u32 = 1 << 31;

    /// The client without a connection that executes the commands of scripts (`server.lua_client`).
    pub(crate) const SCRIPT: Self = Self(u32::MAX);

    /// The client that executes the commands of the append-only file.
    pub(crate) const LOADER: Self = Self(u32::MAX - 1);

    /// Whether the node opened this connection itself.
    #[must_use]
    pub const fn is_outbound(self) -> bool {
        self.0 >= Self::OUTBOUND
    }
}

/// Bytes that a child of [`Output::SpawnToSockets`] writes to each connection before it continues
/// (`PROTO_IOBUF_LEN`).
pub const SOCKET_CHILD_CHUNK: usize = 16 * 1024;

/// A child process of the node: a background save, or a rewrite of the append-only file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ChildId(pub u32);

/// The address of an accepted connection's peer. For a Unix domain socket it is the path and port 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The IP address, as text, or the path of the Unix domain socket.
    pub ip: String,
    /// The TCP port.
    pub port: u16,
}

/// How a connection ended, as a read on its socket would report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum CloseReason {
    /// The peer closed it: end of file.
    Eof,
    /// The peer's kernel reset it (`ECONNRESET`).
    Reset,
    /// Our kernel gave up sending (`ETIMEDOUT`).
    TimedOut,
}

/// When appended bytes are synced to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fsync {
    /// When the operating system does so.
    No,
    /// Soon, in the background.
    Background,
    /// Before anything else.
    Now,
}

/// Facts about the process that only the driver has, for INFO.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostFacts {
    /// Resident memory of the process, in bytes.
    pub rss_bytes: u64,
    /// The machine's memory, in bytes.
    pub total_memory_bytes: u64,
    /// Processor time of the process in the kernel, and of its children, in microseconds.
    pub cpu_sys_us: [u64; 2],
    /// User time of the process, and of its children, in microseconds.
    pub cpu_user_us: [u64; 2],
    /// The operating system, as `uname` reports it.
    pub os: String,
    /// How sockets are watched, such as `epoll`.
    pub multiplexing_api: String,
    /// The path of the program.
    pub executable: String,
}

/// An event for a node. One input is one turn of its event loop.
#[derive(Debug)]
pub enum Input<'a> {
    /// A client's connection was accepted; the kernel's send buffer has space for `room` bytes.
    Accepted {
        /// The new connection.
        conn: ConnId,
        /// The client's address.
        peer: Peer,
        /// Bytes that the kernel accepts now.
        room: usize,
    },
    /// A connection requested by [`Output::Connect`] is established.
    Connected {
        /// The connection.
        conn: ConnId,
        /// Bytes that the kernel accepts now.
        room: usize,
    },
    /// A connection requested by [`Output::Connect`] failed.
    ConnectFailed {
        /// The connection.
        conn: ConnId,
        /// The reason as `strerror` words it, such as `Connection refused`.
        error: &'a str,
    },
    /// Bytes arrived.
    Received {
        /// The connection.
        conn: ConnId,
        /// The bytes, at least one.
        bytes: &'a [u8],
    },
    /// The kernel's send buffer has space for `room` bytes. Only needed when [`crate::Node::wants_write`].
    Writable {
        /// The connection.
        conn: ConnId,
        /// Bytes that the kernel accepts now, in total.
        room: usize,
    },
    /// The connection was closed by the peer or the network. Not reported for a connection that the node closed
    /// itself.
    Closed {
        /// The connection.
        conn: ConnId,
        /// How it ended.
        reason: CloseReason,
    },
    /// [`crate::Node::next_timeout`] was reached.
    Timer,
    /// The time for [`Output::Load`] has passed, and all input of the meantime was delivered.
    LoadStep,
    /// A child of [`Output::Spawn`] or [`Output::SpawnRewrite`] ended.
    ChildDone {
        /// The child.
        child: ChildId,
        /// Its file, or the error.
        result: Result<ChildFile, String>,
    },
    /// A child of [`Output::SpawnToSockets`] ended.
    ChildStreamed {
        /// The child.
        child: ChildId,
        /// The connections that got all of it; none if the child failed.
        reached: &'a [ConnId],
    },
    /// The reply to an [`Output::Disk`], if it has one.
    Disk(DiskReply),
    /// SIGTERM: shut down as `SHUTDOWN` does.
    Terminate,
}

/// The file that a child wrote.
#[derive(Clone, Debug)]
pub enum ChildFile {
    /// Its bytes.
    Bytes(Arc<[u8]>),
    /// It is on the driver's disk, and has so many bytes: a dataset may take more memory as a file than there is. A
    /// rewritten append-only file is in its temporary file. A background save has taken the place of the old file;
    /// only while no replica waits for it ([`Node::replicas_wait_for_save`](crate::Node::replicas_wait_for_save)).
    OnDisk(u64),
}

impl ChildFile {
    /// The file's size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::OnDisk(size) => *size,
        }
    }

    /// The file's bytes, unless they are only on the driver's disk.
    #[must_use]
    pub fn bytes(&self) -> Option<&Arc<[u8]>> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::OnDisk(_) => None,
        }
    }
}

impl From<Vec<u8>> for ChildFile {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

/// Work with files that the driver does for a node, in the order of the outputs.
///
/// Each variant names its replies, if it has any. A reply is an [`Input::Disk`], delivered before any other input: in
/// the turn that made the request, so that a client waiting for it gets its result or an error; or first in the next
/// turn, if the request was made by the turn's end ([`crate::Node::end_turn`]).
#[derive(Clone, Debug)]
pub enum DiskRequest {
    /// Replace a file in the node's directory, or the configuration file, whose path is absolute. Reply:
    /// [`DiskReply::Failed`] if it fails.
    Write {
        /// The file's name, such as `dump.rdb`.
        name: String,
        /// Its whole content.
        bytes: Arc<[u8]>,
    },
    /// Change the working directory (`chdir`), in which file names are looked up. Only if
    /// [`crate::config::Limits::has_folders`]. Reply: [`DiskReply::Failed`] if it fails.
    ChangeDir {
        /// The directory, relative to the current one unless it begins with `/`.
        path: String,
    },
    /// Append to a file in the node's directory, creating it if needed. `bytes` may be empty. Reply:
    /// [`DiskReply::AppendFailed`] if it fails, [`DiskReply::AppendRecovered`] at the first success after a failure.
    ///
    /// If it fails while `appendfsync` is `always` and there are `bytes`, there is no reply: none of the following
    /// outputs may be carried out, as they would confirm data that is not on disk; the process ends with status 1.
    Append {
        /// The file's name, such as `appendonly.aof`.
        name: String,
        /// What to append.
        bytes: Vec<u8>,
        /// When everything appended so far is to be on disk.
        fsync: Fsync,
    },
    /// Append `tail` to the temporary file that a child of [`Output::SpawnRewrite`] wrote, and rename it over a file
    /// in the node's directory. Reply: [`DiskReply::TakeFailed`] if it fails.
    TakeRewritten {
        /// The child, which ended.
        child: ChildId,
        /// The name of the file that is replaced.
        name: String,
        /// The child's file, as in [`Input::ChildDone`].
        file: ChildFile,
        /// The bytes to append.
        tail: Vec<u8>,
        /// When it is to be on disk.
        fsync: Fsync,
    },
    /// Read a file in the node's directory. Reply: always [`DiskReply::Read`].
    Read {
        /// The file's name.
        name: String,
    },
}

/// The reply to a [`DiskRequest`], which says when it is delivered. Errors are as `strerror` words them.
#[derive(Clone, Debug)]
pub enum DiskReply {
    /// [`DiskRequest::Write`] or [`DiskRequest::ChangeDir`] failed.
    Failed {
        /// The name of the file or directory, as in the request.
        name: String,
        /// The error.
        error: String,
    },
    /// [`DiskRequest::Append`] failed; several that failed one after another have one reply.
    AppendFailed {
        /// The bytes that are not in the file.
        unwritten: Vec<u8>,
        /// The error.
        error: String,
    },
    /// [`DiskRequest::Append`] succeeded after it had failed.
    AppendRecovered,
    /// [`DiskRequest::TakeRewritten`] failed; the old file is as it was.
    TakeFailed {
        /// The child whose file it is.
        child: ChildId,
    },
    /// The file of [`DiskRequest::Read`].
    Read {
        /// Its content, or the error.
        result: Result<Arc<[u8]>, String>,
    },
}

/// An action that the driver must carry out for a node, in the order given.
#[derive(Clone, Debug)]
pub enum Output {
    /// Open a TCP connection, then deliver [`Input::Connected`] or [`Input::ConnectFailed`].
    Connect {
        /// The number the connection will have.
        conn: ConnId,
        /// Host name or address, as the user wrote it.
        host: String,
        /// TCP port.
        port: u16,
    },
    /// Pass bytes to the kernel. Never more than the last reported room.
    Send {
        /// The connection.
        conn: ConnId,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Close a connection: `close(2)`, so the kernel still delivers bytes passed to it before.
    Close {
        /// The connection; no further input for it is expected.
        conn: ConnId,
    },
    /// Fork a child that runs `job`, then deliver [`Input::ChildDone`].
    Spawn {
        /// The child.
        child: ChildId,
        /// What to run: a snapshot of the dataset to write as an RDB file.
        job: SaveJob,
    },
    /// Fork a child that runs `job` and writes the RDB directly to connections of the node
    /// ([`SaveJob::run_with_eof_mark`]), then deliver [`Input::ChildStreamed`].
    ///
    /// All connections get the same bytes, none more than [`SOCKET_CHILD_CHUNK`] ahead of another, so the slowest one
    /// sets the pace. While the child runs the node has no room on them; afterwards it gets [`Input::Writable`] again
    /// when it wants to write. The child drops a connection that is lost, that the node closes ([`Output::Close`]),
    /// or that accepts nothing for `timeout_s`; it fails when none is left.
    SpawnToSockets {
        /// The child.
        child: ChildId,
        /// What to run.
        job: SaveJob,
        /// 40 characters that end the RDB.
        mark: [u8; 40],
        /// The connections, at least one.
        conns: Vec<ConnId>,
        /// How long a connection may accept nothing, in seconds.
        timeout_s: i64,
    },
    /// Fork a child that runs `job` and writes its result into a temporary file, then deliver [`Input::ChildDone`].
    SpawnRewrite {
        /// The child.
        child: ChildId,
        /// What to run.
        job: RewriteJob,
    },
    /// Kill a child (SIGUSR1); no input for it follows.
    Kill {
        /// The child.
        child: ChildId,
    },
    /// Work with files: carry it out, and deliver the reply that the request names.
    Disk(DiskRequest),
    /// The process sleeps until `until` (DEBUG SLEEP): the driver holds all input back until then. Output queued in
    /// this turn, including the command's reply, is sent at the end of the sleep.
    Sleep {
        /// The end of the sleep.
        until: Instant,
    },
    /// The process is busy reading this many bytes of an RDB file. The driver lets the time for that pass while it
    /// holds all input back; then it delivers the held input, and after it [`Input::LoadStep`].
    Load {
        /// Bytes of the file.
        bytes: usize,
    },
    /// The process ends. No input may follow.
    Exit {
        /// The exit status; 0 after SHUTDOWN.
        status: i32,
    },
    /// The process crashes: it ends as if killed by SIGSEGV. No input may follow.
    Crash,
    /// The process ends as by [`Output::Exit`], and starts again (`execve`) with its original configuration and the
    /// files that exist then.
    Restart {
        /// Milliseconds between the two.
        after_ms: u64,
    },
}

/// The outputs and events of a turn.
#[derive(Debug, Default)]
pub struct Outbox {
    /// What the driver must do, in order.
    pub outputs: Vec<Output>,
    /// Events, for observers. They need no action.
    pub events: Vec<Event>,
}

impl Outbox {
    /// An empty outbox.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
