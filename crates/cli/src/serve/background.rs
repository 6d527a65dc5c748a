//! `daemonize yes`: the server goes on as a process of its own, and the one that was started ends.
//!
//! redis-server forks. Here the program is started once more, away from the terminal: a process with threads cannot be
//! forked safely, and what it would have to hand over is only its command line.

use std::env;
use std::io::{self, Write};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::settings::Settings;

/// Set for the process in the background, so that it stays there, through DEBUG RESTART too.
const MARK: &str = "PSYNCSCOPE_IN_BACKGROUND";

/// Where its process id is told unless `pidfile` says otherwise (`CONFIG_DEFAULT_PID_FILE`).
const PIDFILE: &str = "/var/run/redis.pid";

/// Whether this process is to start another one that goes on in its place.
pub fn is_wanted(settings: &Settings) -> bool {
    settings.daemonize && env::var_os(MARK).is_none()
}

/// Starts that process, by the command that started this one.
///
/// # Errors
/// If it cannot be started.
pub fn start(mut again: Command, settings: &Settings) -> io::Result<()> {
    let stdin = if settings.from_stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    // A process group of its own: what the terminal sends to ours does not reach it.
    again.env(MARK, "1").stdin(stdin).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let mut child = again.spawn()?;
    if let (Some(mut stdin), Some(text)) = (child.stdin.take(), &settings.from_stdin) {
        stdin.write_all(text)?;
    }
    Ok(())
}

/// What is otherwise in the background.
pub fn adapt(settings: &mut Settings) {
    if settings.daemonize && settings.pidfile.is_none() {
        settings.pidfile = Some(PathBuf::from(PIDFILE));
    }
}
