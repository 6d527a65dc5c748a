//! Throughput of `psyncscope serve` and redis-server under redis-benchmark, measured in turns within one run, so that
//! other load on the machine affects both alike.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{free_port, server_folder, start_server};
use crate::error::{Error, Result, ResultExt};
use crate::setup::{REDIS_BENCHMARK, REDIS_SERVER};
use crate::shell::Shell;

/// Rounds; the median is printed.
const ROUNDS: usize = 7;

/// Connections that ask.
const CLIENTS: &str = "50";

/// What is asked, how many at once without waiting for answers, and how many in a round.
const ASKED: [(&str, &str, &str); 4] =
    [("set", "1", "50000"), ("incr", "1", "50000"), ("set", "16", "400000"), ("incr", "16", "400000")];

/// The least ratio that will do.
const RATIO_MIN: f64 = 0.95;

/// A replica is up within this time.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// Prints one row for each kind of request: ours, theirs, the ratio.
pub fn run(shell: &Shell) -> Result<()> {
    let ours = Pair::start(&[shell.project.program(true).display().to_string(), "serve".into()])?;
    let theirs = Pair::start(&[REDIS_SERVER.path(shell)?.display().to_string()])?;
    let benchmark = REDIS_BENCHMARK.path(shell)?;
    println!("{:<34} {:>12} {:>12} {:>8}", "requests a second (medians)", "psyncscope", "redis-server", "ratio");
    for (test, pipeline, requests) in ASKED {
        let mut speeds = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (pair, speeds) in [&ours, &theirs].into_iter().zip(&mut speeds) {
                speeds.push(measure(&benchmark, pair.port, test, pipeline, requests)?);
            }
        }
        let [ours, theirs] = speeds.map(median);
        let verdict = if ours / theirs < RATIO_MIN { format!("  below {RATIO_MIN}") } else { String::new() };
        let what = format!("{} -P {pipeline}, {CLIENTS} clients", test.to_uppercase());
        println!("{what:<34} {ours:>12.0} {theirs:>12.0} {:>8.2}{verdict}", ours / theirs);
    }
    Ok(())
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// One round of redis-benchmark; answers requests a second.
fn measure(benchmark: &Path, port: u16, test: &str, pipeline: &str, requests: &str) -> Result<f64> {
    let output = Command::new(benchmark)
        .args(["-p", &port.to_string(), "-c", CLIENTS, "-n", requests, "-t", test, "-P", pipeline, "--csv"])
        .stdin(Stdio::null())
        .output()
        .context("redis-benchmark does not start", "install redis-tools")?;
    speed_of(&String::from_utf8_lossy(&output.stdout), test).ok_or_else(|| {
        Error::new(
            format!("redis-benchmark printed no speed of {test}: {}", String::from_utf8_lossy(&output.stdout)),
            "run it yourself",
        )
    })
}

/// The second field of the line that begins with the test's name: `"SET","102214.00",...`.
fn speed_of(csv: &str, test: &str) -> Option<f64> {
    let line = csv.lines().find(|line| line.to_lowercase().starts_with(&format!("\"{test}")))?;
    line.split(',').nth(1)?.trim_matches('"').parse().ok()
}

/// A master and its replica, in folders of their own. They end with this value.
struct Pair {
    port: u16,
    children: Vec<Child>,
    folder: PathBuf,
}

impl Pair {
    fn start(command: &[String]) -> Result<Self> {
        let ports = [free_port()?, free_port()?];
        let mut pair = Self { port: ports[0], children: Vec::new(), folder: server_folder(ports[0]) };
        let master = pair.port.to_string();
        for (port, more) in ports.into_iter().zip([&[][..], &["--replicaof", "127.0.0.1", &master]]) {
            let folder = pair.folder.join(port.to_string());
            pair.children.push(start_server(command, port, &folder, more)?);
        }
        let begun = Instant::now();
        while !is_up(ports[1]) {
            if begun.elapsed() > START_TIMEOUT {
                return Err(Error::new(format!("the replica of {} is never up", command[0]), "start both yourself"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(pair)
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for child in &mut self.children {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Whether the replica at this port has its master.
fn is_up(port: u16) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.write_all(b"INFO replication\r\nQUIT\r\n")?;
        let mut info = String::new();
        stream.read_to_string(&mut info)?;
        std::io::Result::Ok(info)
    };
    ask().is_ok_and(|info| info.contains("master_link_status:up"))
}

#[cfg(test)]
mod tests {
    use super::speed_of;

    #[test]
    fn speeds_are_read_from_csv() {
        let csv = "\"test\",\"rps\",\"avg_latency_ms\"\n\"SET\",\"102214.00\",\"0.2\"\n";
        assert_eq!(speed_of(csv, "set"), Some(102_214.0));
        assert_eq!(speed_of(csv, "incr"), None);
    }
}
