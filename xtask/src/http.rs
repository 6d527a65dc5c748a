//! A GET over loopback: as much of HTTP as a check of a local server takes.

use std::io::{Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// The loopback address with `port`.
pub fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// The body of `path` below `url`, which is `http://127.0.0.1:PORT/`.
///
/// # Errors
/// The server is not there, breaks off, or answers with a status other than 200.
pub fn get(url: &str, path: &str) -> Result<Vec<u8>> {
    let port = url.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
    let port = port.ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("no port in {url}")))?;
    let mut stream = TcpStream::connect_timeout(&loopback(port), Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    // HTTP/1.0: the body ends with the connection, and comes in one piece.
    let request = format!("GET /{path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let head_len = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let head_len = head_len.ok_or_else(|| Error::new(ErrorKind::InvalidData, "the answer has no end of its head"))?;
    let status = answer.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    if status != b"200" {
        let status = String::from_utf8_lossy(status).into_owned();
        return Err(Error::new(ErrorKind::InvalidData, format!("status {status}")));
    }
    Ok(answer.split_off(head_len + 4))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn only_status_200_gives_a_body() {
        for (answer, wanted) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Some("hi")),
            ("HTTP/1.1 404 Not Found\r\n\r\n", None),
            ("HTTP/1.1 200 OK\r\n", None),
        ] {
            let listener = TcpListener::bind(loopback(0)).unwrap();
            let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 256];
                let _ = stream.read(&mut request).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            });
            assert_eq!(get(&url, "").ok().as_deref(), wanted.map(str::as_bytes), "{answer:?}");
            server.join().unwrap();
        }
    }
}
