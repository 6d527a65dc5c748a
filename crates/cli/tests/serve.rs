//! `psyncscope serve` as a process: command line, sockets, files, exit. Loopback only.

#![allow(clippy::unwrap_used, reason = "what helps a test fails with it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The longest wait.
const TIMEOUT: Duration = Duration::from_secs(30);

const PROGRAM: &str = env!("CARGO_BIN_EXE_psyncscope");

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn new_folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("psyncscope-serve-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A server in a directory of its own; both are removed with this value.
struct Server {
    child: Child,
    folder: PathBuf,
    port: u16,
    /// The log up to the line with which it is ready.
    log: String,
    /// Reads the remaining log, if the output is a pipe.
    reader: Option<JoinHandle<String>>,
}

impl Server {
    fn start(args: &[&str]) -> Self {
        let folder = new_folder();
        Self::start_in(&folder, args)
    }

    fn start_in(folder: &Path, args: &[&str]) -> Self {
        let port = free_port();
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--port", &port.to_string()])
            .args(args)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut log = String::new();
        while !log.contains("Ready to accept connections") {
            assert!(output.read_line(&mut log).unwrap() > 0, "it ended before it was ready:\n{log}");
        }
        // Keep reading, or the server would block on a full pipe.
        let reader = std::thread::spawn(move || {
            let mut remaining = String::new();
            output.read_to_string(&mut remaining).unwrap();
            remaining
        });
        Self { child, folder: folder.to_owned(), port, log, reader: Some(reader) }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream
    }

    /// Sends bytes, half-closes, and reads to the end.
    fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits for the end of its log, which is its own end, and returns what followed `log`.
    fn remaining_log(&mut self) -> String {
        self.reader.take().unwrap().join().unwrap()
    }

    /// Waits for its end.
    fn end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < TIMEOUT, "it does not end");
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ignored: it may have exited, and the directory may be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn run(args: &[&str]) -> Output {
    Command::new(PROGRAM).arg("serve").args(args).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn it_says_who_it_is_and_answers_both_forms_of_requests() {
    let server = Server::start(&["--save", ""]);
    assert!(server.log.contains(&format!("PID: {}", server.child.id())), "{}", server.log);
    let inline = server.exchange(b"PING\r\nSET greeting \"hello world\"\r\nGET greeting\r\n");
    assert_eq!(inline, "+PONG\r\n+OK\r\n$11\r\nhello world\r\n");
    let resp = server.exchange(b"*2\r\n$3\r\nGET\r\n$8\r\ngreeting\r\n*1\r\n$4\r\nPING\r\n");
    assert_eq!(resp, "$11\r\nhello world\r\n+PONG\r\n");
}

#[test]
fn what_was_asked_before_a_half_close_is_answered() {
    let server = Server::start(&["--save", ""]);
    let asked = "INCR n\r\n".repeat(5000);
    let replies = server.exchange(asked.as_bytes());
    let last = replies.lines().next_back();
    assert_eq!((replies.lines().count(), last), (5000, Some(":5000")));
}

#[test]
fn long_replies_wait_for_a_slow_reader() {
    let server = Server::start(&["--save", ""]);
    let value = "x".repeat(4 << 20);
    let mut stream = server.connect();
    write!(stream, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n${}\r\n{value}\r\n", value.len()).unwrap();
    let mut replies = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    replies.read_line(&mut line).unwrap();
    assert_eq!(line, "+OK\r\n");
    let gets = 8;
    stream.write_all("GET k\r\n".repeat(gets).as_bytes()).unwrap();
    // Other clients are served meanwhile, although this one does not read its replies.
    assert_eq!(server.exchange(b"STRLEN k\r\n"), format!(":{}\r\n", value.len()));
    let reply = format!("${}\r\n{value}\r\n", value.len());
    for _ in 0..gets {
        let mut got = vec![0; reply.len()];
        replies.read_exact(&mut got).unwrap();
        assert!(got == reply.as_bytes());
    }
}

#[test]
fn a_signal_ends_it_by_the_rules_on_saving() {
    for (signal, save, saves) in [("-TERM", "3600 1", true), ("-INT", "", false)] {
        let folder = new_folder();
        let mut server = Server::start_in(
            &folder,
            &["--pidfile", "server.pid", "--save"].iter().copied().chain(save.split(' ')).collect::<Vec<_>>(),
        );
        assert_eq!(std::fs::read_to_string(folder.join("server.pid")).unwrap().trim(), server.child.id().to_string());
        assert_eq!(server.exchange(b"SET k v\r\n"), "+OK\r\n");
        server.signal(signal);
        assert_eq!(server.end().code(), Some(0));
        assert_eq!(folder.join("dump.rdb").exists(), saves);
        assert!(!folder.join("server.pid").exists());
        if saves {
            let again = Server::start_in(&folder, &[]);
            assert_eq!(again.exchange(b"GET k\r\n"), "$1\r\nv\r\n");
        }
    }
}

#[test]
fn a_signal_wakes_it_from_its_sleep() {
    let mut server = Server::start(&["--save", ""]);
    let mut sleeper = server.connect();
    sleeper.write_all(b"PING\r\nDEBUG SLEEP 3600\r\n").unwrap();
    let mut other = server.connect();
    other.write_all(b"PING\r\n").unwrap();
    server.signal("-TERM");
    assert_eq!(server.end().code(), Some(0));
}

/// During an endless script, also in a transaction, others get -BUSY, and can kill it.
#[test]
fn a_script_without_end_is_killed() {
    let server = Server::start(&["--save", "", "--lua-time-limit", "5"]);
    for before in ["", "MULTI\r\nSET k v\r\n"] {
        let after = if before.is_empty() { "" } else { "EXEC\r\n" };
        let mut caller = server.connect();
        caller.write_all(format!("{before}EVAL \"while true do end\" 0\r\n{after}PING\r\n").as_bytes()).unwrap();
        caller.shutdown(Shutdown::Write).unwrap();
        // The script may not have started yet.
        while !server.exchange(b"GET k\r\n").starts_with("-BUSY") {}
        assert_eq!(server.exchange(b"SCRIPT KILL\r\n"), "+OK\r\n");
        let mut reply = String::new();
        caller.read_to_string(&mut reply).unwrap();
        assert!(reply.contains("Script killed by user") && reply.ends_with("+PONG\r\n"), "{reply}");
    }
    assert_eq!(server.exchange(b"GET k\r\n"), "$1\r\nv\r\n");
}

#[test]
fn commands_take_the_time_that_they_take() {
    let server = Server::start(&["--slowlog-log-slower-than", "1", "--slowlog-max-len", "1000"]);
    let fill = "EVAL \"for i = 1, 50000 do redis.call('RPUSH', 'list', i * 7919 % 50000) end\" 0";
    let reply = server.exchange(format!("{fill}\r\nSORT list STORE sorted\r\nSLOWLOG GET 1\r\n").as_bytes());
    let log = reply.strip_prefix("$-1\r\n:50000\r\n*1\r\n*6\r\n").expect(&reply);
    let lines: Vec<&str> = log.lines().collect();
    let us: u64 = lines[2][1..].parse().expect(log);
    assert!(us > 1, "{log}");
    assert_eq!(lines[3..6], ["*4", "$4", "SORT"], "{log}");
    let info = server.exchange(b"INFO commandstats\r\n");
    assert!(info.contains(&format!("cmdstat_sort:calls=1,usec={us},usec_per_call={us}.00\r\n")), "{info}");
}

#[test]
fn clients_wait_for_a_migration() {
    let server = Server::start(&[]);
    let target = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = target.local_addr().unwrap().port();
    let mut client = server.connect();
    client.write_all(format!("SET k 1\r\nMIGRATE 127.0.0.1 {port} k 0 30000\r\nPING\r\n").as_bytes()).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let (mut target, _) = target.accept().unwrap();
    let mut query = Vec::new();
    while !query.windows(7).any(|word| word == b"RESTORE") {
        let mut buffer = [0; 1000];
        let read = target.read(&mut buffer).unwrap();
        query.extend_from_slice(&buffer[..read]);
    }
    // It asks while the key is still there, and learns that it has gone.
    let mut other = server.connect();
    other.write_all(b"EXISTS k\r\n").unwrap();
    target.write_all(b"+OK\r\n+OK\r\n").unwrap();
    let mut reply = [0; 4];
    other.read_exact(&mut reply).unwrap();
    assert_eq!(&reply, b":0\r\n");
    let mut replies = String::new();
    client.read_to_string(&mut replies).unwrap();
    assert_eq!(replies, "+OK\r\n+OK\r\n+PONG\r\n");
    // Nobody listens there.
    let port = free_port();
    let replies = server.exchange(format!("SET k 1\r\nMIGRATE 127.0.0.1 {port} k 0 30000\r\n").as_bytes());
    assert_eq!(replies, "+OK\r\n-IOERR error or timeout writing to target instance\r\n");
}

#[test]
fn a_background_save_leaves_a_whole_file_and_no_other() {
    let server = Server::start(&["--save", "", "--dbfilename", "other.rdb"]);
    assert_eq!(server.exchange(b"SET k v\r\nBGSAVE\r\n"), "+OK\r\n+Background saving started\r\n");
    let begun = Instant::now();
    while server.exchange(b"INFO persistence\r\n").contains("rdb_bgsave_in_progress:1") {
        assert!(begun.elapsed() < TIMEOUT, "the save does not end");
    }
    let names: Vec<_> = std::fs::read_dir(&server.folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["other.rdb"]);
    let file = std::fs::read(server.folder.join("other.rdb")).unwrap();
    assert!(file.starts_with(b"REDIS0009"));
}

#[test]
fn one_server_replicates_another() {
    let master = Server::start(&["--save", ""]);
    let replica = Server::start(&["--save", "", "--replicaof", &format!("127.0.0.1 {}", master.port)]);
    assert_eq!(master.exchange(b"SET k v\r\n"), "+OK\r\n");
    let begun = Instant::now();
    while replica.exchange(b"GET k\r\n") != "$1\r\nv\r\n" {
        assert!(begun.elapsed() < TIMEOUT, "the write does not come over");
    }
    assert!(replica.exchange(b"INFO replication\r\n").contains("master_link_status:up"));
}

#[test]
fn the_log_goes_to_logfile() {
    let folder = new_folder();
    let file = folder.join("log");
    let port = free_port();
    let mut child = Command::new(PROGRAM)
        .args(["serve", "-", "--port", &port.to_string()])
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    write!(child.stdin.take().unwrap(), "logfile \"{}\"\nloglevel verbose\nsave \"\"\n", file.display()).unwrap();
    let begun = Instant::now();
    while !std::fs::read_to_string(&file).unwrap_or_default().contains("* Ready to accept connections") {
        assert!(begun.elapsed() < TIMEOUT, "it is never ready");
        std::thread::yield_now();
    }
    let mut server = Server { child, folder, port, log: String::new(), reader: None };
    assert_eq!(server.exchange(b"SHUTDOWN\r\n"), "");
    assert_eq!(server.end().code(), Some(0));
    let log = std::fs::read_to_string(&file).unwrap();
    assert!(log.contains(":M ") && log.contains(" - Accepted 127.0.0.1:"), "{log}");
    let mut printed = String::new();
    server.child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    assert_eq!(printed, "");
}

#[test]
fn what_cannot_be_is_told_and_ends_with_1() {
    let output = run(&["--activedefrag", "yes"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("*** FATAL CONFIG FILE ERROR ***\nReading the configuration file, at line "), "{error}");

    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let output = run(&["--port", &port.to_string()]);
    let log = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        log.contains(&format!(
            "# Could not create server TCP listening socket 127.0.0.1:{port}: bind: Address already in use"
        )),
        "{log}"
    );

    let folder = new_folder();
    std::fs::write(folder.join("dump.rdb"), b"REDIS0009 but then something else").unwrap();
    let output = run(&["--dir", folder.to_str().unwrap(), "--port", &free_port().to_string()]);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("Bad file format reading the RDB file"));
}

#[test]
fn daemonize_starts_a_background_process() {
    for from_stdin in [false, true] {
        let (folder, port) = (new_folder(), free_port());
        let text = format!("port {port}\ndaemonize yes\npidfile server.pid\nlogfile log\nsave \"\"\n");
        std::fs::write(folder.join("conf"), &text).unwrap();
        let mut started = Command::new(PROGRAM)
            .args(["serve", if from_stdin { "-" } else { "conf" }])
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        if from_stdin {
            started.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        }
        assert!(started.wait().unwrap().success());
        let begun = Instant::now();
        let mut stream = loop {
            match TcpStream::connect(("127.0.0.1", port)) {
                Ok(stream) => break stream,
                Err(error) => assert!(begun.elapsed() < TIMEOUT, "{error}"),
            }
            std::thread::yield_now();
        };
        // It listens before it writes its pidfile, and answers after.
        stream.write_all(b"PING\r\n").unwrap();
        let mut pong = [0; 7];
        stream.read_exact(&mut pong).unwrap();
        assert_eq!(&pong, b"+PONG\r\n");
        let pid = std::fs::read_to_string(folder.join("server.pid")).unwrap();
        assert_ne!(pid.trim(), started.id().to_string());
        stream.write_all(b"SHUTDOWN\r\n").unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap(), 0, "it has ended");
        let log = std::fs::read_to_string(folder.join("log")).unwrap();
        assert!(log.contains(&format!("PID: {}", pid.trim())), "{log}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

#[test]
fn it_prints_its_version_and_usage() {
    let version = String::from_utf8(run(&["--version"]).stdout).unwrap();
    assert!(version.starts_with("Redis server v=5.0.14 sha="), "{version}");
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    assert!(help.contains("--replicaof"), "{help}");
}

#[test]
fn config_rewrite_changes_the_file_it_was_started_with() {
    let folder = new_folder();
    let file = folder.join("redis.conf");
    let port = free_port();
    std::fs::write(&file, format!("# mine\nport {port}\nsave \"\"\nrepl-timeout 7\n")).unwrap();
    let child = Command::new(PROGRAM)
        .args(["serve", "redis.conf"])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server { child, folder, port, log: String::new(), reader: None };
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < TIMEOUT, "it is never ready");
        std::thread::yield_now();
    }
    assert_eq!(server.exchange(b"CONFIG SET repl-timeout 33\r\nCONFIG REWRITE\r\n"), "+OK\r\n+OK\r\n");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("# mine\n") && text.contains("repl-timeout 33\n") && !text.contains("repl-timeout 7"),
        "{text}"
    );
    let files = std::fs::read_dir(&server.folder).unwrap().count();
    assert_eq!(files, 1, "no temporary file is left");
}

#[test]
fn debug_restart_starts_the_program_again_with_its_data() {
    let folder = new_folder();
    std::fs::create_dir(folder.join("data")).unwrap();
    let mut server = Server::start_in(&folder, &["--save", "900", "1", "--dir", "data"]);
    assert_eq!(server.exchange(b"SET a 1\r\n"), "+OK\r\n");
    let restarted = |line: &[u8]| {
        let before = field(&server.exchange(b"INFO server\r\n"), "run_id");
        assert_eq!(server.exchange(line), "", "nobody is answered any more");
        let begun = Instant::now();
        let mut after = String::new();
        // Until the program starts again its port accepts connections, which are then reset.
        while !after.ends_with("+OK\r\n") {
            assert!(begun.elapsed() < TIMEOUT, "it does not come back");
            after.clear();
            let Ok(mut stream) = TcpStream::connect(("127.0.0.1", server.port)) else { continue };
            stream.set_read_timeout(Some(TIMEOUT)).unwrap();
            let _ = stream.write_all(b"INFO server\r\nQUIT\r\n").and_then(|()| stream.read_to_string(&mut after));
        }
        assert_ne!(field(&after, "run_id"), before, "another run");
        assert_eq!(field(&after, "process_id"), server.child.id().to_string(), "of the same process");
    };
    restarted(b"DEBUG RESTART\r\n");
    assert_eq!(server.exchange(b"GET a\r\nSET a 2\r\n"), "$1\r\n1\r\n+OK\r\n");
    restarted(b"DEBUG CRASH-AND-RECOVER 20\r\n");
    assert_eq!(server.exchange(b"GET a\r\n"), "$1\r\n1\r\n", "what was not saved is lost");
    assert_eq!(server.exchange(b"SHUTDOWN NOSAVE\r\n"), "");
    assert_eq!(server.end().code(), Some(0));
}

/// A field of a reply of INFO.
fn field(info: &str, name: &str) -> String {
    let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {name} in {info}")).to_owned()
}

#[test]
fn a_killed_process_finds_all_confirmed_writes_in_its_append_only_file() {
    let folder = new_folder();
    let args = ["--save", "", "--appendonly", "yes", "--appendfilename", "log.aof", "--appendfsync", "always"];
    let mut server = Server::start_in(&folder, &args);
    assert_eq!(server.exchange(b"SET k v\r\nINCR n\r\nINCR n\r\n"), "+OK\r\n:1\r\n:2\r\n");
    server.signal("-KILL");
    server.end();
    let mut server = Server::start_in(&folder, &args);
    assert!(server.log.contains("DB loaded from append only file: 0.000 seconds"), "{}", server.log);
    assert_eq!(server.exchange(b"GET k\r\nINCR n\r\n"), "$1\r\nv\r\n:3\r\n");
    // The data of the rewrite, and changes during and after it.
    assert!(server.exchange(b"BGREWRITEAOF\r\nINCR n\r\n").ends_with("started\r\n:4\r\n"));
    let begun = Instant::now();
    while server.exchange(b"INFO persistence\r\n").contains("aof_rewrite_in_progress:1") {
        assert!(begun.elapsed() < TIMEOUT, "the rewrite does not end");
    }
    assert_eq!(server.exchange(b"INCR n\r\nDEBUG LOADAOF\r\nGET n\r\n"), ":5\r\n+OK\r\n$1\r\n5\r\n");
    assert!(std::fs::read(folder.join("log.aof")).unwrap().starts_with(b"REDIS0009"));
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["log.aof"]);
    server.signal("-TERM");
    assert_eq!(server.end().code(), Some(0));

    // A truncated tail is also cut off the file; or it is kept, and the start fails.
    let whole = std::fs::read(folder.join("log.aof")).unwrap();
    std::fs::write(folder.join("log.aof"), &whole[..whole.len() - 1]).unwrap();
    let strict = ["--dir", folder.to_str().unwrap(), "--aof-load-truncated", "no", "--port", &free_port().to_string()];
    let output = run(&[&args[..], &strict].concat());
    assert_eq!(output.status.code(), Some(1));
    let log = String::from_utf8(output.stdout).unwrap();
    assert!(log.lines().last().unwrap().contains("# Unexpected end of file reading the append only file."), "{log}");
    let server = Server::start_in(&folder, &args);
    assert_eq!(server.exchange(b"GET n\r\n"), "$1\r\n4\r\n");
    assert!(std::fs::read(folder.join("log.aof")).unwrap().len() < whole.len() - 1);
}

#[test]
fn an_append_only_file_that_cannot_be_opened_stays_off() {
    // A directory cannot be appended to.
    let folder = new_folder();
    let server = Server::start_in(&folder, &["--save", "", "--appendonly", "yes", "--logfile", ""]);
    assert_eq!(server.exchange(b"CONFIG SET appendonly no\r\n"), "+OK\r\n");
    std::fs::remove_file(folder.join("appendonly.aof")).unwrap();
    std::fs::create_dir(folder.join("appendonly.aof")).unwrap();
    let _ = server.exchange(b"CONFIG SET appendonly yes\r\n");
    assert!(server.exchange(b"INFO persistence\r\n").contains("aof_enabled:0"));
    assert_eq!(server.exchange(b"SET k v\r\n"), "+OK\r\n");
}

#[test]
fn a_unix_domain_socket_is_listened_on() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::net::UnixStream;

    let mut server =
        Server::start(&["--unixsocket", "redis.sock", "--unixsocketperm", "700", "--protected-mode", "yes"]);
    let path = server.folder.join("redis.sock");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    let exchange = |text: &str| {
        let mut stream = UnixStream::connect(&path).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    };
    let value = "x".repeat(1 << 20);
    assert_eq!(exchange(&format!("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n${}\r\n{value}\r\n", value.len())), "+OK\r\n");
    // Larger than a socket's buffer: it arrives in parts, while the connection stays open.
    let mut stream = UnixStream::connect(&path).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream.write_all(b"GET k\r\n").unwrap();
    let mut reply = vec![0; value.len() + "$1048576\r\n\r\n".len()];
    stream.read_exact(&mut reply).unwrap();
    assert!(reply.starts_with(b"$1048576\r\nxx") && reply.ends_with(b"xx\r\n"));
    drop(stream);
    let list = exchange("CLIENT LIST\r\n");
    assert!(list.contains(" addr=redis.sock:0 ") && list.contains(" flags=U "), "{list}");
    assert_eq!(exchange("CONFIG GET unixsocket\r\n"), "*2\r\n$10\r\nunixsocket\r\n$10\r\nredis.sock\r\n");
    assert_eq!(exchange("CONFIG GET unixsocketperm\r\n"), "*2\r\n$14\r\nunixsocketperm\r\n$3\r\n700\r\n");
    assert!(server.exchange(b"CLIENT LIST\r\n").contains(" flags=N "), "and on its port");
    exchange("SHUTDOWN NOSAVE\r\n");
    assert!(server.end().success());
    assert!(!path.exists(), "removed at the end");
}

#[test]
fn a_unix_domain_socket_without_a_port() {
    let folder = new_folder();
    // The socket of an earlier process is replaced.
    drop(std::os::unix::net::UnixListener::bind(folder.join("s")).unwrap());
    let mut server = Server::start_in(&folder, &["--port", "0", "--unixsocket", "s"]);
    let mut stream = std::os::unix::net::UnixStream::connect(folder.join("s")).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream.write_all(b"PING\r\n").unwrap();
    let mut reply = [0; 7];
    stream.read_exact(&mut reply).unwrap();
    assert_eq!(&reply, b"+PONG\r\n");
    server.signal("-TERM");
    assert!(server.end().success());
    let refused = run(&["--port", "0"]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned() + &String::from_utf8_lossy(&refused.stdout);
    assert!(!refused.status.success() && text.contains("Configured to not listen anywhere, exiting."), "{text}");
    let refused = run(&["--unixsocketperm", "1777"]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned() + &String::from_utf8_lossy(&refused.stdout);
    assert!(!refused.status.success() && text.contains("Invalid socket file permissions"), "{text}");
}

#[test]
fn debug_segfault_kills_the_process() {
    use std::os::unix::process::ExitStatusExt as _;

    let mut server = Server::start(&[]);
    server.connect().write_all(b"SET k v\r\nDEBUG SEGFAULT\r\n").unwrap();
    let log = server.remaining_log();
    let status = server.end();
    assert!(status.signal().is_some(), "it dies by a signal: {status}");
    assert!(log.contains("=== REDIS BUG REPORT START") && log.contains("Redis 5.0.14 crashed by signal: 11"), "{log}");
    assert!(!server.folder.join("dump.rdb").exists(), "nothing is saved");
}
