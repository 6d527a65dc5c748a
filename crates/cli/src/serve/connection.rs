//! One TCP connection: bytes that arrive become inputs, outputs go to the kernel as far as it takes them.

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
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::server::Shared;

/// Bytes taken from a socket at once (`PROTO_IOBUF_LEN`).
pub const READ_MAX: usize = 16 * 1024;

/// What a node may hand over before it must wait until the kernel has taken it.
pub const ROOM: usize = 256 * 1024;

/// A connection as the driver keeps it.
pub struct Connection {
    id: ConnId,
    socket: TcpStream,
    /// What the kernel has not taken yet; never more than [`ROOM`].
    unsent: RefCell<Vec<u8>>,
    /// What the node may still hand over.
    credit: Cell<usize>,
    /// The task that reads; ended with the connection.
    reader: RefCell<Option<AbortHandle>>,
    /// A child writes to it: the node has no room.
    lent: Cell<bool>,
    /// It is over for the node.
    gone: Cell<bool>,
    /// Told when the kernel has taken all, or never will.
    drained: Notify,
}

/// How handing bytes to the kernel went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It took all of them.
    All,
    /// It will take the rest later; a task sees to it.
    Some,
    /// The connection is broken.
    Broken(CloseReason),
}

impl Connection {
    /// Takes hold of a socket.
    ///
    /// # Errors
    /// If the socket is broken already.
    pub fn new(id: ConnId, stream: TcpStream, keepalive_s: u64) -> std::io::Result<Rc<Self>> {
        stream.set_nodelay(true)?;
        if keepalive_s > 0 {
            let every = Duration::from_secs((keepalive_s / 3).max(1));
            let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(keepalive_s)).with_interval(every);
            // anetKeepAlive: a kernel that does not know how is no reason to refuse anybody.
            let _ = SockRef::from(&stream).set_tcp_keepalive(&keepalive.with_retries(3));
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

    /// Begins to read.
    pub fn listen(self: &Rc<Self>, shared: &Rc<Shared>) {
        let task = tokio::task::spawn_local(read(Rc::clone(self), Rc::clone(shared)));
        *self.reader.borrow_mut() = Some(task.abort_handle());
    }

    /// Reads no more. The socket is closed once what the kernel has not taken yet is sent, as after `close(2)`.
    pub fn close(&self) {
        self.gone.set(true);
        self.drained.notify_waiters();
        if let Some(reader) = self.reader.take() {
            reader.abort();
        }
    }

    /// Lends the connection to a child that writes to it, or takes it back.
    pub fn lend_to_child(&self, lent: bool) {
        self.lent.set(lent);
        self.credit.set(ROOM);
    }

    /// Waits until the kernel has taken all that it was handed. False if the connection is over.
    pub async fn drained(&self) -> bool {
        while !self.gone.get() && !self.unsent.borrow().is_empty() {
            self.drained.notified().await;
        }
        !self.gone.get()
    }

    /// Hands bytes to the kernel, after those that wait.
    pub fn send(self: &Rc<Self>, bytes: &[u8], shared: &Rc<Shared>) -> Sent {
        self.credit.set(self.credit.get().saturating_sub(bytes.len()));
        let mut unsent = self.unsent.borrow_mut();
        if !unsent.is_empty() {
            unsent.extend_from_slice(bytes);
            return Sent::Some;
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.socket.try_write(rest) {
                Ok(n) => rest = &rest[n..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    unsent.extend_from_slice(rest);
                    drop(unsent);
                    tokio::task::spawn_local(write(Rc::clone(self), Rc::clone(shared)));
                    return Sent::Some;
                }
                Err(error) => return Sent::Broken(reason(&error)),
            }
        }
        Sent::All
    }

    /// Whether the node is to be told of its room anew, all that it handed over having been taken.
    pub fn renews_credit(&self) -> bool {
        let renew = !self.lent.get() && self.credit.get() < ROOM / 2 && self.unsent.borrow().is_empty();
        if renew {
            self.credit.set(ROOM);
        }
        renew
    }
}

/// How a connection ended, by the error that told it.
pub fn reason(error: &std::io::Error) -> CloseReason {
    match error.kind() {
        ErrorKind::TimedOut => CloseReason::TimedOut,
        _ => CloseReason::Reset,
    }
}

/// How far one look at a socket came.
enum Read {
    /// The connection is over.
    Ended(CloseReason),
    /// There may be more at once.
    More,
    /// The node sleeps: nothing was read.
    NotNow,
}

/// Brings what arrives to the node until the connection ends.
async fn read(connection: Rc<Connection>, shared: Rc<Shared>) {
    loop {
        match poll_fn(|cx| connection.poll_read(cx, &shared)).await {
            // One read for each turn, as in Redis: what it caused is sent before more is taken.
            Read::More => tokio::task::yield_now().await,
            Read::NotNow => shared.awake().await,
            Read::Ended(reason) => {
                // It may have closed its own half only, and wait for what the script answers.
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
            if shared.is_asleep() {
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

    /// One read. When it leaves nothing behind the socket is not ready any more: that spares the read that would only
    /// say so.
    fn read_once(&self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut got = 0;
        let result = self.socket.try_io(Interest::READABLE, || {
            got = (&*SockRef::from(&self.socket)).read(buffer)?;
            if (1..buffer.len()).contains(&got) { Err(ErrorKind::WouldBlock.into()) } else { Ok(()) }
        });
        if got > 0 { Ok(got) } else { result.map(|()| 0) }
    }
}

/// Sends what the kernel did not take at once, then lets the node go on.
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
