//! What crosses the node's edge: [`Input`]s that a driver brings and [`Output`]s that it must carry out.

use std::sync::Arc;

use crate::aof::RewriteJob;
use crate::event::Event;
use crate::rdb::SaveJob;
use crate::time::Instant;

/// One TCP connection (or local client) of a node.
///
/// The driver picks the numbers of connections it accepts (below [`ConnId::OUTBOUND`]); the node picks those of the
/// connections it asks for (from [`ConnId::OUTBOUND`] on). A number is never used twice in a process's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ConnId(pub u32);

impl ConnId {
    /// The first number that a node gives to a connection it opens itself.
    pub const OUTBOUND: u32 = 1 << 31;

    /// The client that no connection belongs to: it executes the commands that scripts call (`server.lua_client`).
    pub(crate) const SCRIPT: Self = Self(u32::MAX);

    /// The client that executes what the append-only file holds.
    pub(crate) const LOADER: Self = Self(u32::MAX - 1);

    /// Whether the node opened this connection itself.
    #[must_use]
    pub const fn is_outbound(self) -> bool {
        self.0 >= Self::OUTBOUND
    }
}

/// A child of [`Output::SpawnToSockets`] writes so many bytes to each connection before it goes on (`PROTO_IOBUF_LEN`).
pub const SOCKET_CHILD_CHUNK: usize = 16 * 1024;

/// A child process of the node: a background save, or a rewrite of the append-only file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ChildId(pub u32);

/// Who is at the other end of an accepted connection, as `accept` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The IP address, as text.
    pub ip: String,
    /// The TCP port.
    pub port: u16,
}

/// How a connection ended, as a read on its socket would tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum CloseReason {
    /// The peer closed it: end of file.
    Eof,
    /// The peer's kernel reset it (`ECONNRESET`).
    Reset,
    /// Our kernel gave up sending (`ETIMEDOUT`).
    TimedOut,
}

/// When what was appended to a file is brought to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fsync {
    /// When the operating system pleases.
    No,
    /// Soon; nobody waits for it.
    Background,
    /// Before anything else is done.
    Now,
}

/// What a driver may know of the process that runs a node, for INFO.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostFacts {
    /// Memory of the process in the machine's, in bytes.
    pub rss_bytes: u64,
    /// The machine's memory, in bytes.
    pub total_memory_bytes: u64,
    /// Processor time of the process in the kernel, and of its children, in microseconds.
    pub cpu_sys_us: [u64; 2],
    /// The same outside of it.
    pub cpu_user_us: [u64; 2],
    /// The operating system, as `uname` tells.
    pub os: String,
    /// How sockets are watched, such as `epoll`.
    pub multiplexing_api: String,
    /// The path of the program.
    pub executable: String,
}

/// One thing that happens to a node. One input is one turn of its event loop.
#[derive(Debug)]
pub enum Input<'a> {
    /// A client's connection was accepted; `room` bytes can be sent before the kernel's buffer is full.
    Accepted {
        /// The new connection.
        conn: ConnId,
        /// The client's address.
        peer: Peer,
        /// Bytes that the kernel takes now.
        room: usize,
    },
    /// A connection asked for by [`Output::Connect`] is up.
    Connected {
        /// The connection.
        conn: ConnId,
        /// Bytes that the kernel takes now.
        room: usize,
    },
    /// A connection asked for by [`Output::Connect`] could not be made.
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
    /// The kernel's send buffer now takes `room` bytes. Only worth telling when [`crate::Node::wants_write`].
    Writable {
        /// The connection.
        conn: ConnId,
        /// Bytes that the kernel takes now, in all.
        room: usize,
    },
    /// The connection is gone, by the peer or by the network. Not told for a connection that the node closed itself.
    Closed {
        /// The connection.
        conn: ConnId,
        /// How it ended.
        reason: CloseReason,
    },
    /// [`crate::Node::next_timeout`] has come.
    Timer,
    /// The time of [`Output::Load`] has passed, and what arrived meanwhile has been told.
    LoadStep,
    /// A child asked for by [`Output::Spawn`] or [`Output::SpawnRewrite`] ended: the file's bytes, or why there are none.
    ChildDone {
        /// The child.
        child: ChildId,
        /// What it made.
        result: Result<Arc<[u8]>, String>,
    },
    /// A child asked for by [`Output::SpawnToSockets`] ended.
    ChildStreamed {
        /// The child.
        child: ChildId,
        /// The connections to which it wrote everything; none if it failed altogether.
        reached: &'a [ConnId],
    },
    /// [`Output::WriteFile`] or [`Output::ChangeDir`] failed. Told before any other input, and before the turn ends ([`crate::Node::end_turn`]): who
    /// asked for the file is told so.
    FileFailed {
        /// The file's or the folder's name, as in the output.
        name: &'a str,
        /// The reason as `strerror` words it.
        error: &'a str,
    },
    /// How [`Output::Append`] went: told before any other input if it failed, and at the first success after that.
    Appended {
        /// The end of what was to be appended that is not in the file, if it failed.
        unwritten: &'a [u8],
        /// Why, as `strerror` words it.
        error: Option<&'a str>,
    },
    /// The file that [`Output::ReadFile`] asked for: told before any other input.
    FileRead {
        /// Its content, or the reason why there is none, as `strerror` words it.
        result: Result<Arc<[u8]>, &'a str>,
    },
    /// SIGTERM: shut down as `SHUTDOWN` does.
    Terminate,
}

/// One thing that the driver must do for a node, in the order given.
#[derive(Clone, Debug)]
pub enum Output {
    /// Open a TCP connection, then tell [`Input::Connected`] or [`Input::ConnectFailed`].
    Connect {
        /// The number the connection will have.
        conn: ConnId,
        /// Host name or address, as the user wrote it.
        host: String,
        /// TCP port.
        port: u16,
    },
    /// Hand bytes to the kernel. Never more than the room last told.
    Send {
        /// The connection.
        conn: ConnId,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Close a connection: `close(2)`, so the kernel still delivers what was handed to it.
    Close {
        /// The connection; nothing more is told about it.
        conn: ConnId,
    },
    /// Fork a child that runs `job`, then tell [`Input::ChildDone`].
    Spawn {
        /// The child.
        child: ChildId,
        /// What to run: a snapshot of the dataset to write as an RDB file.
        job: SaveJob,
    },
    /// Fork a child that runs `job` and writes the RDB straight to connections of the node ([`SaveJob::run_with_eof_mark`]),
    /// then tell [`Input::ChildStreamed`].
    ///
    /// All connections get the same bytes, one no more than [`SOCKET_CHILD_CHUNK`] ahead of another, so the slowest sets
    /// the pace. From now on the node has no room on them, whatever it was told: it is told [`Input::Writable`] anew, when it
    /// wants to write, once the child is done. The child gives up a connection that is over, that the node closes
    /// ([`Output::Close`]), or that takes nothing for `timeout_s`; it fails when none is left.
    SpawnToSockets {
        /// The child.
        child: ChildId,
        /// What to run.
        job: SaveJob,
        /// 40 characters that end the RDB.
        mark: [u8; 40],
        /// The connections, at least one.
        conns: Vec<ConnId>,
        /// How long one of them may take nothing, in seconds.
        timeout_s: i64,
    },
    /// Fork a child that runs `job` and writes what it makes into a temporary file, then tell [`Input::ChildDone`].
    SpawnRewrite {
        /// The child.
        child: ChildId,
        /// What to run.
        job: RewriteJob,
    },
    /// Kill a child (SIGUSR1); nothing more is told about it.
    Kill {
        /// The child.
        child: ChildId,
    },
    /// Replace a file in the node's directory, or the configuration's file, whose path is whole. A driver for which this
    /// may fail then tells [`Input::FileFailed`].
    WriteFile {
        /// The file's name, such as `dump.rdb`.
        name: String,
        /// Its whole content.
        bytes: Arc<[u8]>,
    },
    /// Append to a file in the node's directory, which is made if there is none. `bytes` may be empty.
    ///
    /// If that fails [`Input::Appended`] tells so, with what is missing. Not so if `appendfsync` is `always` and there are
    /// `bytes`: then nothing that follows may be carried out, for it would promise what is not on the disk; the process ends with status 1.
    Append {
        /// The file's name, such as `appendonly.aof`.
        name: String,
        /// What to append.
        bytes: Vec<u8>,
        /// When all that was ever appended is to be on the disk.
        fsync: Fsync,
    },
    /// Put `tail` behind the temporary file that a child of [`Output::SpawnRewrite`] wrote, and the whole in the place of a
    /// file in the node's directory. If that fails, [`Input::ChildDone`] tells so of this child once more, before any
    /// other input.
    TakeRewritten {
        /// The child, which ended.
        child: ChildId,
        /// The name of the file that is replaced.
        name: String,
        /// What the child made.
        file: Arc<[u8]>,
        /// What follows it.
        tail: Vec<u8>,
        /// When it is to be on the disk.
        fsync: Fsync,
    },
    /// Read a file in the node's directory, as the outputs before this one left it, and tell [`Input::FileRead`] before
    /// any other input.
    ReadFile {
        /// The file's name.
        name: String,
    },
    /// The process does nothing at all until `until` (DEBUG SLEEP): the driver holds every input back until then. What
    /// the turn queued, the command's own reply among it, the node sends when it wakes.
    Sleep {
        /// When it wakes.
        until: Instant,
    },
    /// Work in another folder from now on (`chdir`): names of files are looked up there. Only asked for if
    /// [`crate::config::Limits::has_folders`].
    ChangeDir {
        /// The folder, seen from the one before unless it begins with `/`.
        path: String,
    },
    /// The process is busy reading so many bytes of an RDB file. The driver takes the time that this takes, holding every
    /// input back; then it tells all inputs there are, and after them [`Input::LoadStep`].
    Load {
        /// Bytes of the file.
        bytes: usize,
    },
    /// The process ends. No input may follow.
    Exit {
        /// The exit status; 0 after SHUTDOWN.
        status: i32,
    },
    /// The process ends as by [`Output::Exit`], and another begins in its place (`execve`): with the configuration that
    /// this one was started with, and the files that are there then.
    Restart {
        /// Milliseconds between the two.
        after_ms: u64,
    },
}

/// Where a turn leaves what it caused.
#[derive(Debug, Default)]
pub struct Outbox {
    /// What the driver must do, in order.
    pub outputs: Vec<Output>,
    /// What happened inside, for whoever watches. Nothing here needs doing.
    pub events: Vec<Event>,
}

impl Outbox {
    /// An empty outbox.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
