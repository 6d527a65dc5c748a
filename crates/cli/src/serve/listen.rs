//! Connections that come to be: accepted ones, and those to a master.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::rc::Rc;
use std::time::Duration;

use psyncscope_engine::{Config, ConnId, Peer};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::files::strerror;
use super::server::Shared;

/// After a failed accept (too many open files, most likely) the next attempt waits this long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Listens on every address of `bind`; `*` alone is every address there is (`listenToPort`).
///
/// # Errors
/// In Redis's words.
pub fn listeners(config: &Config, backlog: u32) -> Result<Vec<TcpListener>, String> {
    let everywhere = config.bind.is_empty() || matches!(config.bind.as_slice(), [all] if all == "*");
    if everywhere {
        let any = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
        let made = any.map(|ip| listener(SocketAddr::new(ip, config.port), backlog));
        let [first, second] = made;
        return match (first, second) {
            (Ok(v4), Ok(v6)) => Ok(vec![v4, v6]),
            // A machine may know but one kind of addresses.
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

/// Accepts connections for ever.
pub async fn accept(listener: TcpListener, shared: Rc<Shared>) {
    loop {
        shared.awake().await;
        match listener.accept().await {
            Ok((stream, from)) => {
                shared.awake().await;
                let peer = Peer { ip: from.ip().to_string(), port: from.port() };
                shared.accepted(stream, peer);
            }
            // It came and went.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => {
                shared.warn(&format!("Accepting client connection: accept: {}", strerror(&error)));
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Makes a connection and tells what came of it. The node gives up by itself when it takes too long.
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
                // From that address one does not get there.
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
