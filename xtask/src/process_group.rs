//! Child processes in process groups of their own, so that one signal stops a child and all its descendants.
//!
//! **Whatever stops xtask stops what xtask started:** SIGINT, SIGTERM and SIGHUP end every group before xtask exits. On
//! systems without process groups only the direct child is stopped.

use std::io;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Result, ResultExt};

/// Time that a group has to end after SIGTERM, before SIGKILL.
const GRACE: Duration = Duration::from_secs(5);

/// How often the state of a process is looked at.
const POLL: Duration = Duration::from_millis(20);

/// The IDs of all groups that run.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Set once a signal asked xtask to stop: no new group may start.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// A child process and its descendants. Dropping it stops them.
#[derive(Debug)]
pub struct ProcessGroup {
    leader: Child,
}

impl ProcessGroup {
    /// Starts a command as the leader of a new group.
    ///
    /// # Errors
    /// The program does not start.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut running = running();
        if STOPPING.load(Ordering::SeqCst) {
            // `stop_all` needs the lock.
            drop(running);
            wait_if_stopping();
            unreachable!("`stop_all` ends the process");
        }
        let leader = command.spawn()?;
        running.push(leader.id());
        Ok(Self { leader })
    }

    /// Waits until the leader has ended.
    ///
    /// # Errors
    /// The system cannot say how it ended.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.leader.wait();
        // It may have ended because xtask is stopping: then its failure is none.
        wait_if_stopping();
        status
    }

    /// How the leader ended; `None` while it runs.
    ///
    /// # Errors
    /// The system cannot say how it ended.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.leader.try_wait();
        if !matches!(status, Ok(None)) {
            wait_if_stopping();
        }
        status
    }

    /// The leader's standard input, if it is a pipe that has not been taken yet.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.leader.stdin.take()
    }

    /// The leader's standard output, if it is a pipe that has not been taken yet.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.leader.stdout.take()
    }

    /// Sends SIGTERM to the leader alone.
    ///
    /// # Errors
    /// The leader has ended.
    #[cfg(unix)]
    pub fn terminate_leader(&self) -> io::Result<()> {
        let id = i32::try_from(self.leader.id()).map_err(io::Error::other)?;
        Ok(nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), nix::sys::signal::Signal::SIGTERM)?)
    }

    /// Stops every process of the group and waits until they have ended.
    pub fn stop(&mut self) {
        self.stop_within(GRACE);
    }

    fn stop_within(&mut self, grace: Duration) {
        let id = self.leader.id();
        terminate(id);
        // The leader stays a member of the group until its status has been read.
        if !ended_within(grace, || !matches!(self.leader.try_wait(), Ok(None)) && !exists(id)) {
            kill(id);
            // It may have ended already.
            let _ = self.leader.kill();
            let _ = self.leader.wait();
            ended_within(GRACE, || !exists(id));
        }
        running().retain(|other| *other != id);
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.stop();
    }
}

/// From now on SIGINT (Ctrl-C), SIGTERM and SIGHUP stop all groups, then xtask with exit status `code`.
///
/// # Errors
/// The handler cannot be installed.
pub fn stop_on_signals(code: i32) -> Result<()> {
    ctrlc::set_handler(move || stop_all(code)).context("installing the signal handler", "run it again")
}

/// Stops all groups, then xtask with exit status `code`.
pub fn stop_all(code: i32) -> ! {
    STOPPING.store(true, Ordering::SeqCst);
    let groups = running().clone();
    groups.iter().for_each(|id| terminate(*id));
    let all_ended = || !groups.iter().any(|id| exists(*id));
    if !ended_within(GRACE, all_ended) {
        groups.iter().for_each(|id| kill(*id));
        ended_within(GRACE, all_ended);
    }
    std::process::exit(code)
}

/// Waits until `ended` holds, at most for `limit`; answers whether it holds.
fn ended_within(limit: Duration, mut ended: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    while !ended() {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(POLL);
    }
    true
}

/// Never returns once xtask is stopping: [`stop_all`] ends the process.
fn wait_if_stopping() {
    while STOPPING.load(Ordering::SeqCst) {
        thread::park();
    }
}

fn running() -> MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn signal(id: u32, signal: Option<nix::sys::signal::Signal>) -> bool {
    i32::try_from(id).is_ok_and(|id| nix::sys::signal::killpg(nix::unistd::Pid::from_raw(id), signal).is_ok())
}

#[cfg(unix)]
fn terminate(id: u32) {
    signal(id, Some(nix::sys::signal::Signal::SIGTERM));
}

#[cfg(unix)]
fn kill(id: u32) {
    signal(id, Some(nix::sys::signal::Signal::SIGKILL));
}

/// Whether any process of the group is left.
#[cfg(unix)]
fn exists(id: u32) -> bool {
    signal(id, None)
}

#[cfg(not(unix))]
fn terminate(id: u32) {
    kill(id);
}

#[cfg(not(unix))]
fn kill(id: u32) {
    // `taskkill /t` stops descendants too.
    let _ = Command::new("taskkill").args(["/f", "/t", "/pid", &id.to_string()]).output();
}

#[cfg(not(unix))]
fn exists(_: u32) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    use super::*;

    #[test]
    fn stopping_a_group_stops_grandchildren() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 600 & echo started; wait"]).stdout(Stdio::piped());
        let mut group = ProcessGroup::spawn(&mut shell).unwrap();
        let mut line = String::new();
        BufReader::new(group.take_stdout().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "started\n");
        let id = group.leader.id();
        assert!(exists(id));
        group.stop();
        assert!(!exists(id));
        assert!(!running().contains(&id));
    }

    #[test]
    fn a_process_that_ignores_sigterm_is_killed() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' TERM; echo started; sleep 600 & wait; sleep 600"]).stdout(Stdio::piped());
        let mut group = ProcessGroup::spawn(&mut shell).unwrap();
        let mut line = String::new();
        BufReader::new(group.take_stdout().unwrap()).read_line(&mut line).unwrap();
        group.stop_within(Duration::from_millis(100));
        assert!(!exists(group.leader.id()));
    }
}
