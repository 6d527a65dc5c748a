//! `daemonize yes`: the server runs in a new process, and the one that was started exits.
//!
//! redis-server forks. Here the program is started again, detached from the terminal: a process with threads cannot
//! be forked safely, and its only state is its command line.

use std::env;
use std::io::{self, Write};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::settings::Settings;

/// Set in the environment of the background process, so that it does not start another one, also after DEBUG RESTART.
const MARK: &str = "PSYNCSCOPE_IN_BACKGROUND";

/// The default of `pidfile` for a background process (`CONFIG_DEFAULT_PID_FILE`).
const PIDFILE: &str = "/var/run/redis.pid";

/// Whether this process has to start the background process.
pub fn should_start(settings: &Settings) -> bool {
    settings.daemonize && env::var_os(MARK).is_none()
}

/// Starts the background process, by the command that started this one.
///
/// # Errors
/// If it cannot be started.
pub fn start(mut restart: Command, settings: &Settings) -> io::Result<()> {
    let stdin = if settings.from_stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    // A process group of its own, so that signals of the terminal do not reach it.
    restart.env(MARK, "1").stdin(stdin).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let mut child = restart.spawn()?;
    if let (Some(mut stdin), Some(text)) = (child.stdin.take(), &settings.from_stdin) {
        stdin.write_all(text)?;
    }
    Ok(())
}

/// Applies the defaults of a background process.
pub fn adapt(settings: &mut Settings) {
    if settings.daemonize && settings.pidfile.is_none() {
        settings.pidfile = Some(PathBuf::from(PIDFILE));
    }
}
