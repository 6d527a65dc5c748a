//! A large dataset in `psyncscope serve` and in redis-server: memory, the time of a load, and how long a client waits
//! while it is saved. Both servers do the same within one run.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use super::{free_port, server_folder, start_server};
use crate::error::{Error, Result, ResultExt};
use crate::setup::REDIS_SERVER;
use crate::shell::Shell;

/// Keys of the dataset, and the length of their values in bytes.
const KEYS: usize = 2_000_000;
const VALUE_LEN: usize = 100;

/// Commands that are sent without waiting for their replies.
const PIPELINE: usize = 2000;

/// A server accepts connections, saves and loads within this time.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What one server showed.
struct Measured {
    memory_mb: f64,
    peak_mb: f64,
    load_s: f64,
    stall_ms: f64,
}

/// Prints each figure of both, their ratio, and the goal beside it.
pub fn run(shell: &Shell) -> Result<()> {
    let ours = measure(&[shell.project.program(true).display().to_string(), "serve".into()])?;
    let theirs = measure(&[REDIS_SERVER.path(shell)?.display().to_string()])?;
    let heading = format!("{KEYS} keys of {VALUE_LEN} bytes");
    println!("{heading:<34} {:>12} {:>12} {:>8}   goal", "psyncscope", "redis-server", "ratio");
    for (what, ours, theirs, goal) in [
        ("memory, MB", ours.memory_mb, theirs.memory_mb, 1.2),
        ("peak memory while saving, MB", ours.peak_mb, theirs.peak_mb, 1.5),
        ("processor time of a load, s", ours.load_s, theirs.load_s, 1.2),
        ("longest PING while saving, ms", ours.stall_ms, theirs.stall_ms, 1.0),
    ] {
        let ratio = ours / theirs;
        let verdict = if ratio > goal { "   EXCEEDED" } else { "" };
        println!("{what:<34} {ours:>12.1} {theirs:>12.1} {ratio:>8.2}   <= {goal}{verdict}");
    }
    Ok(())
}

fn measure(command: &[String]) -> Result<Measured> {
    let port = free_port()?;
    let folder = server_folder(port);
    let mut server = Server::start(command, port, folder.clone())?;
    server.fill()?;
    let memory_mb = server.memory_mb("VmRSS:")?;
    let stall_ms = server.save()?;
    let peak_mb = server.memory_mb("VmHWM:")?;
    server.end();
    let mut server = Server::start(command, port, folder)?;
    server.await_pong()?;
    let load_s = server.processor_s()?;
    server.end();
    let _ = std::fs::remove_dir_all(&server.folder);
    Ok(Measured { memory_mb, peak_mb, load_s, stall_ms })
}

/// A running server and a connection to it. It ends with this value.
struct Server {
    child: Child,
    stream: BufReader<TcpStream>,
    folder: PathBuf,
}

impl Server {
    fn start(command: &[String], port: u16, folder: PathBuf) -> Result<Self> {
        let mut child = start_server(command, port, &folder, &[])?;
        let begun = Instant::now();
        loop {
            match TcpStream::connect(("127.0.0.1", port)) {
                Ok(stream) => return Ok(Self { child, stream: BufReader::new(stream), folder }),
                Err(_) if begun.elapsed() < TIMEOUT => std::thread::sleep(Duration::from_millis(10)),
                Err(error) => {
                    // It may have ended by itself.
                    let _ = child.kill();
                    return Err(error).context("a server accepts no connection", "start it yourself");
                }
            }
        }
    }

    fn fill(&mut self) -> Result<()> {
        // Values that LZF cannot compress, the same for both servers.
        let mut state = 1u64;
        let pool: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .take(1 << 20)
        .collect();
        for first in (0..KEYS).step_by(PIPELINE) {
            let keys = first..(first + PIPELINE).min(KEYS);
            let mut request = Vec::new();
            for n in keys.clone() {
                let at = n * 7919 % (pool.len() - VALUE_LEN);
                let key = format!("key:{n:012}");
                request.extend_from_slice(format!("*3\r\n$3\r\nSET\r\n${}\r\n{key}\r\n", key.len()).as_bytes());
                request.extend_from_slice(format!("${VALUE_LEN}\r\n").as_bytes());
                request.extend_from_slice(&pool[at..at + VALUE_LEN]);
                request.extend_from_slice(b"\r\n");
            }
            self.send(&request)?;
            for _ in keys {
                self.line()?;
            }
        }
        Ok(())
    }

    /// Saves in the background, and answers the longest time in milliseconds that a PING took meanwhile.
    fn save(&mut self) -> Result<f64> {
        self.send(b"BGSAVE\r\n")?;
        self.line()?;
        let begun = Instant::now();
        let mut longest = Duration::ZERO;
        while begun.elapsed() < TIMEOUT {
            for _ in 0..50 {
                let asked = Instant::now();
                self.send(b"PING\r\n")?;
                self.line()?;
                longest = longest.max(asked.elapsed());
                std::thread::sleep(Duration::from_millis(1));
            }
            self.send(b"INFO persistence\r\n")?;
            if self.bulk()?.contains("rdb_bgsave_in_progress:0") {
                return Ok(longest.as_secs_f64() * 1000.0);
            }
        }
        Err(Error::new("a background save does not end", "look at the server's log"))
    }

    fn await_pong(&mut self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < TIMEOUT {
            self.send(b"PING\r\n")?;
            if self.line()?.starts_with("+PONG") {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(Error::new("a server does not load its file", "look at its log"))
    }

    /// A line of `/proc/PID/status`, in MB.
    fn memory_mb(&self, field: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .context("the memory of a process cannot be read", "run the benchmark on Linux")?;
        let kb = status.lines().find_map(|line| line.strip_prefix(field)?.split_whitespace().next()?.parse().ok());
        kb.map(|kb: f64| kb / 1024.0).ok_or_else(|| Error::new(format!("no {field} in {status}"), "look at /proc"))
    }

    /// Processor time so far, in seconds.
    fn processor_s(&self) -> Result<f64> {
        // Fields 14 and 15, in ticks of 10 ms; the second field, the program's name, may hold spaces.
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = std::fs::read_to_string(Path::new(&path))
            .context("the times of a process cannot be read", "run the benchmark on Linux")?;
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
        Ok(fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0)
    }

    fn send(&mut self, request: &[u8]) -> Result<()> {
        self.stream.get_mut().write_all(request).context("a server closes the connection", "look at its log")
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line).context("a server sends no reply", "look at its log")?;
        Ok(line)
    }

    fn bulk(&mut self) -> Result<String> {
        let header = self.line()?;
        let len: usize = header.trim_start_matches('$').trim_end().parse().unwrap_or(0);
        let mut text = vec![0; len + 2];
        self.stream.read_exact(&mut text).context("a server sends no reply", "look at its log")?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
