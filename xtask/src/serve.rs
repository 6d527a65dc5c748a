//! `cargo xtask serve`: the page on this machine, rebuilt when a source file changes.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::dist;
use crate::lean::lean;
use crate::setup;
use crate::shell::Shell;
use crate::trouble::{OrTrouble, Result, Trouble};

/// Builds and serves the page; returns only when the server ends.
pub fn run(shell: &mut Shell, port: u16) -> Result<()> {
    // Before anything slow: who has to choose another port wants to know now.
    require_free(port)?;
    dist::require_page(shell)?;
    setup::prepare(shell, setup::PAGE)?;
    require_free(port)?;

    println!("\nBuilding the page (a few minutes the first time, then seconds); Ctrl-C stops the server.");
    // Not `dist/`: a site made by `cargo xtask dist` stays as it is. Emptied, so that no page of an earlier run passes
    // for this one's when the build fails.
    let folder = shell.project.target_dir().join("serve");
    fs::remove_dir_all(&folder).ok();
    let mut server = shell.command("trunk");
    server
        .args(["serve", "--release", "--address", "127.0.0.1", "--port", &port.to_string()])
        .args(["--public-url", "/", "--no-autoreload", "true", "--disable-address-lookup", "true", "--dist"])
        .arg(folder);
    dist::calm_trunk(&mut server);
    lean(shell, &mut server);
    let this = std::env::current_exe().or_trouble("finding this program", "run it as `cargo xtask serve`")?;
    Command::new(this)
        .args(["announce", "--port", &port.to_string()])
        .spawn()
        .or_trouble("starting the announcer", "run it again")?;
    become_server(&mut server)
}

/// Turns this process into the server, so that whoever stops the one stops the other, by whatever signal.
#[cfg(unix)]
fn become_server(server: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(Trouble::new(format!("trunk did not start: {}", server.exec()), "run `cargo xtask setup`"))
}

/// Where a process cannot become another, it waits for it.
#[cfg(not(unix))]
fn become_server(server: &mut Command) -> Result<()> {
    let status = server.status().or_trouble("starting trunk", "run `cargo xtask setup`")?;
    if status.success() {
        return Ok(());
    }
    Err(Trouble::new(format!("trunk ended ({status})"), "see its message above"))
}

/// The slowest first build that is worth waiting for.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// Waits until the page is there, and says where. Ends by itself when the server is gone.
pub fn announce(port: u16) -> Result<()> {
    let started = Instant::now();
    let server = parent();
    while parent() == server && started.elapsed() < PATIENCE {
        if page_is_served(port) {
            println!("\nReady: http://127.0.0.1:{port}/\n");
            return Ok(());
        }
        thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

#[cfg(unix)]
fn parent() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

#[cfg(not(unix))]
fn parent() -> Option<u32> {
    None
}

/// Does a GET of the root answer with status 200?
fn page_is_served(port: u16) -> bool {
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&loopback(port), Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let request =
            format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut start = vec![0; 12];
        stream.read_exact(&mut start)?;
        Ok(start)
    };
    ask().is_ok_and(|start| start == b"HTTP/1.1 200")
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Fails when `port` cannot be listened on.
fn require_free(port: u16) -> Result<()> {
    // Some systems allow listening on one address beside a server that listens on all of them: ask first.
    let answers = TcpStream::connect_timeout(&loopback(port), Duration::from_millis(200)).is_ok();
    let error = match TcpListener::bind(loopback(port)) {
        Ok(_) if answers => ErrorKind::AddrInUse.into(),
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let mend = match free_port() {
        Some(free) => format!("choose another, for example `cargo xtask serve --port {free}`"),
        None => "choose another with `cargo xtask serve --port N`".to_owned(),
    };
    let what = match error.kind() {
        ErrorKind::AddrInUse => format!("port {port} is already in use"),
        ErrorKind::PermissionDenied => format!("port {port} may not be listened on by this user"),
        _ => format!("port {port} cannot be listened on: {error}"),
    };
    Err(Trouble::new(what, mend))
}

/// A port that nobody listens on at this moment, from those near the usual one.
fn free_port() -> Option<u16> {
    (crate::cli::DEFAULT_PORT + 1..crate::cli::DEFAULT_PORT + 100)
        .find(|port| TcpListener::bind(loopback(*port)).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_named_with_its_mend() {
        let taken = TcpListener::bind(loopback(0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let trouble = require_free(port).unwrap_err().to_string();
        assert!(trouble.contains(&format!("port {port} is already in use")), "{trouble}");
        assert!(trouble.contains("cargo xtask serve --port"), "{trouble}");
    }

    #[test]
    fn a_free_port_is_free() {
        let listener = TcpListener::bind(loopback(0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert_eq!(require_free(port), Ok(()));
    }

    #[test]
    fn a_page_counts_as_served_only_with_status_200() {
        for (answer, wanted) in [("HTTP/1.1 200 OK\r\n\r\n", true), ("HTTP/1.1 404 Not Found\r\n\r\n", false)] {
            let listener = TcpListener::bind(loopback(0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 256];
                let _ = stream.read(&mut request).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            });
            assert_eq!(page_is_served(port), wanted, "{answer:?}");
            server.join().unwrap();
        }
    }
}
