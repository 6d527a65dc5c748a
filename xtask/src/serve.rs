//! `cargo xtask serve`: the page on this machine, rebuilt when a source file changes.
//!
//! Trunk builds, watches and serves, in a process group of its own. xtask prints the page's address when it answers,
//! and stops the group when standard input ends or a signal asks for it (`process_group`).

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::cli::ServeOptions;
use crate::dist;
use crate::error::{Error, Result, ResultExt};
use crate::http::{self, loopback};
use crate::offline;
use crate::process_group::{ProcessGroup, stop_all};
use crate::setup;
use crate::shell::Shell;

/// How often the server is asked whether the page is there, and whether it still runs.
const POLL: Duration = Duration::from_millis(200);

/// Builds and serves the page; returns only when the server fails.
pub fn run(shell: &mut Shell, options: &ServeOptions) -> Result<()> {
    let port = match options.port {
        0 => free_port()?,
        port => port,
    };
    // Before anything slow: whoever has to choose another port wants to know now.
    require_free(port)?;
    dist::require_page(shell)?;
    stop_at_end_of_input();
    setup::prepare(shell, setup::PAGE)?;
    require_free(port)?;

    println!("\nBuilding the page (a few minutes the first time, then seconds); Ctrl-C stops the server.");
    let mut server = ProcessGroup::spawn(&mut trunk(shell, port)).context("trunk did not start", HINT_SETUP)?;
    let url = format!("http://127.0.0.1:{port}/");
    let mut announced = false;
    loop {
        if let Some(status) = server.try_wait().context("waiting for trunk", HINT_SETUP)? {
            return Err(Error::new(format!("trunk ended ({status})"), "see its messages above"));
        }
        if !announced && http::get(&url, "").is_ok() {
            announced = true;
            println!("\n{url}");
            if options.open {
                open(&url);
            }
        }
        thread::sleep(POLL);
    }
}

const HINT_SETUP: &str = "run `cargo xtask setup`";

/// The command that builds, watches and serves the page.
fn trunk(shell: &Shell, port: u16) -> Command {
    // Not `dist/`: a site made by `cargo xtask dist` stays as it is. Not below CARGO_TARGET_DIR, which several clones
    // may share. Emptied, so that no page of an earlier run passes for this one's when the build fails.
    let folder = shell.project.root.join("target").join("serve");
    fs::remove_dir_all(&folder).ok();
    let mut server = shell.command("trunk");
    server
        // Warnings and errors only: the page's address is printed once, when it answers.
        // The dev profile and no wasm-opt: a change is on the page in seconds. `dist` makes the page small.
        .args(["serve", "--quiet", "--cargo-profile", "dev", "--address", "127.0.0.1", "--port", &port.to_string()])
        .args(["--public-url", "/", "--no-autoreload", "true", "--disable-address-lookup", "true", "--dist"])
        .arg(folder);
    dist::prepare_trunk(&mut server);
    server.env(offline::SERVED, "true");
    server
}

/// Stops the server, and whatever else was started, when standard input ends.
///
/// An input that is the null device, or closed, has nothing that could end: it is what `nohup`, service managers and
/// shells give to programs in the background. Then only a signal stops the server.
fn stop_at_end_of_input() {
    let Some(mut input) = input() else { return };
    thread::spawn(move || {
        #[cfg(unix)]
        block_background_reads();
        let mut bytes = [0; 256];
        loop {
            match input.read(&mut bytes) {
                Ok(0) => stop_all(0),
                // What is typed has no meaning.
                Ok(_) => {}
                // A terminal cannot be read by a process in the background, which may come to the foreground again.
                Err(_) => thread::sleep(Duration::from_secs(1)),
            }
        }
    });
}

/// Standard input, unless it is closed or the null device.
#[cfg(unix)]
fn input() -> Option<fs::File> {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let input = fs::File::from(std::io::stdin().as_fd().try_clone_to_owned().ok()?);
    let metadata = input.metadata().ok()?;
    let null = fs::metadata("/dev/null").ok()?;
    let is_null = metadata.file_type().is_char_device() && metadata.rdev() == null.rdev();
    (!is_null).then_some(input)
}

#[cfg(not(unix))]
fn input() -> Option<std::io::Stdin> {
    Some(std::io::stdin())
}

/// Lets a read of the terminal in the background fail instead of stopping this process (SIGTTIN).
#[cfg(unix)]
fn block_background_reads() {
    use nix::sys::signal::{SigSet, Signal};
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGTTIN);
    // If that fails, the process stops in the background until it is brought to the foreground.
    let _ = signals.thread_block();
}

/// Opens a URL in the user's browser; says so on standard error where that fails.
fn open(url: &str) {
    let (program, args): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/c", "start"]),
        _ => ("xdg-open", &[]),
    };
    let mut command = Command::new(program);
    command.args(args).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if !command.status().is_ok_and(|status| status.success()) {
        eprintln!("note: {program} opened no browser");
    }
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
    let what = match error.kind() {
        ErrorKind::AddrInUse => format!("port {port} is already in use"),
        ErrorKind::PermissionDenied => format!("port {port} may not be listened on by this user"),
        _ => format!("port {port} cannot be listened on: {error}"),
    };
    Err(Error::new(what, "choose another with `--port N`; `--port 0` takes a free one"))
}

/// A port that nobody listens on at this moment.
fn free_port() -> Result<u16> {
    TcpListener::bind(loopback(0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .context("127.0.0.1 has no free port", "stop some programs that listen")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_named_with_its_mend() {
        let taken = TcpListener::bind(loopback(0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = require_free(port).unwrap_err().to_string();
        assert!(error.contains(&format!("port {port} is already in use")), "{error}");
        assert!(error.contains("--port 0"), "{error}");
    }

    #[test]
    fn a_free_port_is_free() {
        assert_eq!(require_free(free_port().unwrap()), Ok(()));
    }
}
