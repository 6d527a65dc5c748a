//! One connection, by TCP or by a Unix domain socket: received bytes become inputs, outputs are written as far
//! as the kernel accepts them.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{ErrorKind, Read as _};
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use psyncscope_engine::ConnId;
use psyncscope_engine::io::CloseReason;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::Interest;
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::server::Shared;

/// Bytes read from a socket at once (`PROTO_IOBUF_LEN`).
pub const READ_MAX: usize = 16 * 1024;

/// Bytes that a node may send before it must wait until the kernel has accepted them.
pub const ROOM: usize = 256 * 1024;

/// A socket of either kind.
pub enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    fn socket(&self) -> SockRef<'_> {
        match self {
            Self::Tcp(stream) => SockRef::from(stream),
            Self::Unix(stream) => SockRef::from(stream),
        }
    }

    fn try_write(&self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_write(bytes),
            Self::Unix(stream) => stream.try_write(bytes),
        }
    }

    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self {
            Self::Tcp(stream) => stream.poll_read_ready(cx),
            Self::Unix(stream) => stream.poll_read_ready(cx),
        }
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self {
            Self::Tcp(stream) => stream.poll_write_ready(cx),
            Self::Unix(stream) => stream.poll_write_ready(cx),
        }
    }

    fn try_read(&self, read: impl FnOnce() -> std::io::Result<()>) -> std::io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.try_io(Interest::READABLE, read),
            Self::Unix(stream) => stream.try_io(Interest::READABLE, read),
        }
    }
}

/// A connection of the driver.
pub struct Connection {
    id: ConnId,
    socket: Stream,
    /// Bytes not accepted by the kernel yet; at most [`ROOM`].
    unsent: RefCell<Vec<u8>>,
    /// Bytes that the node may still send.
    credit: Cell<usize>,
    /// The reading task, aborted when the connection is closed.
    reader: RefCell<Option<AbortHandle>>,
    /// A child writes to it, so the node must not.
    lent: Cell<bool>,
    /// Closed by the node.
    gone: Cell<bool>,
    /// Notified when all bytes were accepted by the kernel, or never will be.
    drained: Notify,
}

/// The result of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// All bytes were accepted.
    All,
    /// A task writes the remaining bytes.
    Some,
    /// The connection is broken.
    Broken(CloseReason),
}

impl Connection {
    /// Wraps a socket.
    ///
    /// # Errors
    /// If the socket is broken already.
    pub fn new(id: ConnId, stream: Stream, keepalive_s: u64) -> std::io::Result<Rc<Self>> {
        let is_tcp = matches!(stream, Stream::Tcp(_));
        if is_tcp {
            stream.socket().set_tcp_nodelay(true)?;
        }
        if is_tcp && keepalive_s > 0 {
            let every = Duration::from_secs((keepalive_s / 3).max(1));
            let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(keepalive_s)).with_interval(every);
            // anetKeepAlive: ignored if the kernel does not support it.
            let _ = stream.socket().set_tcp_keepalive(&keepalive.with_retries(3));
        }
        Ok(Rc::new(Self {
            id,
            socket: stream,
            unsent: RefCell::default(),
            credit: Cell::new(ROOM),
            reader: RefCell::default(),
            lent: Cell::new(false),
            gone: Cell::new(false),
            drained: Notify::new(),
        }))
    }

    /// Starts reading.
    pub fn listen(self: &Rc<Self>, shared: &Rc<Shared>) {
        let task = tokio::task::spawn_local(read(Rc::clone(self), Rc::clone(shared)));
        *self.reader.borrow_mut() = Some(task.abort_handle());
    }

    /// Stops reading. The socket is closed after the remaining bytes were sent, as by `close(2)`.
    pub fn close(&self) {
        self.gone.set(true);
        self.drained.notify_waiters();
        if let Some(reader) = self.reader.take() {
            reader.abort();
        }
    }

    /// Reserves the connection for a child that writes to it, or releases it.
    pub fn lend_to_child(&self, lent: bool) {
        self.lent.set(lent);
        self.credit.set(ROOM);
    }

    /// Waits until all bytes were accepted by the kernel. False if the connection was closed.
    pub async fn drained(&self) -> bool {
        while !self.gone.get() && !self.unsent.borrow().is_empty() {
            self.drained.notified().await;
        }
        !self.gone.get()
    }

    /// Writes bytes, after those already waiting.
    pub fn send(self: &Rc<Self>, bytes: &[u8], shared: &Rc<Shared>) -> Sent {
        self.credit.set(self.credit.get().saturating_sub(bytes.len()));
        let mut unsent = self.unsent.borrow_mut();
        if !unsent.is_empty() {
            unsent.extend_from_slice(bytes);
            return Sent::Some;
        }
        let mut remaining = bytes;
        while !remaining.is_empty() {
            match self.socket.try_write(remaining) {
                Ok(n) => remaining = &remaining[n..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    unsent.extend_from_slice(remaining);
                    drop(unsent);
                    tokio::task::spawn_local(write(Rc::clone(self), Rc::clone(shared)));
                    return Sent::Some;
                }
                Err(error) => return Sent::Broken(reason(&error)),
            }
        }
        Sent::All
    }

    /// Whether the node must be notified that it has room again, as all its bytes were accepted.
    pub fn renews_credit(&self) -> bool {
        let renew = !self.lent.get() && self.credit.get() < ROOM / 2 && self.unsent.borrow().is_empty();
        if renew {
            self.credit.set(ROOM);
        }
        renew
    }
}

/// The reason for closing after this error.
pub fn reason(error: &std::io::Error) -> CloseReason {
    match error.kind() {
        ErrorKind::TimedOut => CloseReason::TimedOut,
        _ => CloseReason::Reset,
    }
}

/// The result of polling a socket for input.
enum Read {
    /// The connection ended.
    Ended(CloseReason),
    /// There may be more input.
    More,
    /// The node sleeps, or waits for another connection; nothing was read.
    NotNow,
}

/// Passes received bytes to the node until the connection ends.
async fn read(connection: Rc<Connection>, shared: Rc<Shared>) {
    loop {
        match poll_fn(|cx| connection.poll_read(cx, &shared)).await {
            // One read per turn, as in Redis: its output is written before the next read.
            Read::More => tokio::task::yield_now().await,
            Read::NotNow => shared.may_read(Some(connection.id)).await,
            Read::Ended(reason) => {
                // The peer may have closed only its half and wait for the script's reply.
                shared.script_ended(connection.id).await;
                shared.closed(connection.id, reason);
                return;
            }
        }
    }
}

impl Connection {
    fn poll_read(&self, cx: &mut Context<'_>, shared: &Rc<Shared>) -> Poll<Read> {
        loop {
            if let Err(error) = ready!(self.socket.poll_read_ready(cx)) {
                return Poll::Ready(Read::Ended(reason(&error)));
            }
            if !shared.reads(Some(self.id)) {
                return Poll::Ready(Read::NotNow);
            }
            let mut buffer = shared.read_buffer();
            match self.read_once(&mut buffer) {
                Ok(0) => return Poll::Ready(Read::Ended(CloseReason::Eof)),
                Ok(n) => {
                    shared.received(self.id, &buffer[..n]);
                    if n == buffer.len() {
                        return Poll::Ready(Read::More);
                    }
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(error) => return Poll::Ready(Read::Ended(reason(&error))),
            }
        }
    }

    /// One read. If it empties the socket, the socket is marked as not ready, which saves another read.
    fn read_once(&self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut got = 0;
        let result = self.socket.try_read(|| {
            got = (&*self.socket.socket()).read(buffer)?;
            if (1..buffer.len()).contains(&got) { Err(ErrorKind::WouldBlock.into()) } else { Ok(()) }
        });
        if got > 0 { Ok(got) } else { result.map(|()| 0) }
    }
}

/// Writes the bytes that the kernel did not accept at once, then reports the connection as writable.
async fn write(connection: Rc<Connection>, shared: Rc<Shared>) {
    let mut sent = 0;
    loop {
        let ended = poll_fn(|cx| {
            if let Err(error) = ready!(connection.socket.poll_write_ready(cx)) {
                return Poll::Ready(Some(Err(error)));
            }
            let unsent = connection.unsent.borrow();
            match connection.socket.try_write(&unsent[sent..]) {
                Ok(n) => {
                    sent += n;
                    Poll::Ready((sent == unsent.len()).then_some(Ok(())))
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                    Poll::Ready(None)
                }
                Err(error) => Poll::Ready(Some(Err(error))),
            }
        })
        .await;
        match ended {
            None => {}
            Some(Ok(())) => {
                shared.awake().await;
                connection.unsent.borrow_mut().clear();
                connection.drained.notify_waiters();
                if !connection.lent.get() {
                    connection.credit.set(ROOM);
                    shared.writable(connection.id);
                }
                return;
            }
            Some(Err(error)) => {
                shared.awake().await;
                shared.closed(connection.id, reason(&error));
                return;
            }
        }
    }
}
