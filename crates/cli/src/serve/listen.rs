//! Accepting connections, and connecting to a master.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use psyncscope_engine::{Config, ConnId, Peer};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener};

use super::connection::Stream;
use super::files::strerror;
use super::server::Shared;

/// Pause after a failed accept (most likely too many open files).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Where connections are accepted.
pub enum Listener {
    /// On a TCP port.
    Tcp(TcpListener),
    /// On a Unix domain socket, whose clients are shown with this path.
    Unix(UnixListener, String),
}

/// Listens on every address of `bind`; `*` alone is every address there is (`listenToPort`). Port 0 is no port.
///
/// # Errors
/// In Redis's words.
pub fn tcp_listeners(config: &Config, backlog: u32) -> Result<Vec<TcpListener>, String> {
    if config.port == 0 {
        return Ok(Vec::new());
    }
    let everywhere = config.bind.is_empty() || matches!(config.bind.as_slice(), [all] if all == "*");
    if everywhere {
        let any = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
        let made = any.map(|ip| listener(SocketAddr::new(ip, config.port), backlog));
        let [first, second] = made;
        return match (first, second) {
            (Ok(v4), Ok(v6)) => Ok(vec![v4, v6]),
            // The machine may support only one address family.
            (Ok(one), Err(error)) | (Err(error), Ok(one)) if error.kind() != ErrorKind::AddrInUse => Ok(vec![one]),
            (Err(error), _) | (_, Err(error)) => Err(refused("*", config.port, &error)),
        };
    }
    let mut all = Vec::new();
    for host in &config.bind {
        let address = (host.as_str(), config.port)
            .to_socket_addrs()
            .and_then(|mut found| found.next().ok_or_else(|| io::Error::other("Name or service not known")));
        all.push(
            address
                .and_then(|address| listener(address, backlog))
                .map_err(|error| refused(host, config.port, &error))?,
        );
    }
    Ok(all)
}

fn refused(host: &str, port: u16, error: &io::Error) -> String {
    format!("Could not create server TCP listening socket {host}:{port}: bind: {}", strerror(error))
}

fn listener(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

/// Listens on a Unix domain socket (`anetUnixServer`). An existing file is removed first, as it may be the socket of
/// an earlier process.
///
/// # Errors
/// In Redis's words.
pub fn unix_listener(path: &Path, mode: u32, backlog: u32) -> Result<Listener, String> {
    let failed = |what: &str, error: io::Error| format!("Opening Unix socket: {what}: {}", strerror(&error));
    // Ignored: if the file cannot be removed, bind fails and says why.
    let _ = std::fs::remove_file(path);
    let bound = SockAddr::unix(path).and_then(|address| {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&address)?;
        Ok(socket)
    });
    let socket = bound.map_err(|error| failed("bind", error))?;
    if mode != 0 {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
            .map_err(|error| failed("chmod", error))?;
    }
    let listener = socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX)).and_then(|()| {
        socket.set_nonblocking(true)?;
        UnixListener::from_std(OwnedFd::from(socket).into())
    });
    listener
        .map(|listener| Listener::Unix(listener, path.display().to_string()))
        .map_err(|error| failed("listen", error))
}

impl Listener {
    async fn accept(&self) -> io::Result<(Stream, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, from) = listener.accept().await?;
                Ok((Stream::Tcp(stream), Peer { ip: from.ip().to_string(), port: from.port() }))
            }
            Self::Unix(listener, path) => {
                let (stream, _) = listener.accept().await?;
                Ok((Stream::Unix(stream), Peer { ip: path.clone(), port: 0 }))
            }
        }
    }
}

/// Accepts connections until the server ends.
pub async fn accept(listener: Listener, shared: Rc<Shared>) {
    loop {
        shared.may_read(None).await;
        match listener.accept().await {
            Ok((stream, peer)) => {
                shared.may_read(None).await;
                shared.accepted(stream, peer);
            }
            // The client disconnected before it was accepted.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => {
                shared.warn(&format!("Accepting client connection: accept: {}", strerror(&error)));
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Connects and reports the result. The node handles timeouts itself.
pub async fn connect(conn: ConnId, host: String, port: u16, shared: Rc<Shared>) {
    let made = attempt(&host, port, shared.source).await;
    shared.awake().await;
    shared.connected(conn, made);
}

/// Each address of the host in turn, from `source` if that works (`anetTcpNonBlockBestEffortBindConnect`).
async fn attempt(host: &str, port: u16, source: Option<IpAddr>) -> io::Result<TcpStream> {
    let mut last = io::Error::other("Name or service not known");
    for address in tokio::net::lookup_host((host, port)).await? {
        for source in [source.filter(|source| source.is_ipv4() == address.is_ipv4()), None] {
            let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            if let Some(source) = source
                && socket.bind(SocketAddr::new(source, 0)).is_err()
            {
                continue;
            }
            match socket.connect(address).await {
                Ok(stream) => return Ok(stream),
                // The destination is not reachable from that source address.
                Err(error) if source.is_some() && error.kind() == ErrorKind::InvalidInput => last = error,
                Err(error) => {
                    last = error;
                    break;
                }
            }
        }
    }
    Err(last)
}
