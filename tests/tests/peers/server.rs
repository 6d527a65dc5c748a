//! A real redis-server of a test's own, and a client to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use psyncscope_resp::encode_command;

/// An answer takes at most this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the redis-server is.
///
/// # Panics
/// As [`program`].
pub fn redis_server() -> PathBuf {
    program("PSYNCSCOPE_REDIS_SERVER")
}

/// The program that an environment variable names.
///
/// # Panics
/// It names none.
pub fn program(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable).map(PathBuf::from).unwrap_or_else(|| {
        panic!("{variable} must name a program; `cargo xtask test peers` finds or builds it and sets it")
    });
    assert!(path.is_file(), "{variable}={} is no file", path.display());
    path
}

/// Which server to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A redis-server.
    Real,
    /// `psyncscope serve`, which reads a later Redis's files.
    Ours,
}

impl Kind {
    fn command(self) -> Command {
        match self {
            Self::Real => Command::new(redis_server()),
            Self::Ours => {
                let mut command = Command::new(program("PSYNCSCOPE"));
                command.args(["serve", "--rdb-version-max", "12"]);
                command
            }
        }
    }
}

/// A port of 127.0.0.1 without a listener.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("127.0.0.1 has ports");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// A running server. It ends, and its folder goes, when this is dropped.
pub struct Server {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Server {
    /// Starts a server in a new folder, with `dump` in it if there is one, and waits until it is ready.
    pub fn start(lines: &[&str], dump: Option<&[u8]>) -> Self {
        Self::start_kind(Kind::Real, lines, dump)
    }

    /// The same of either kind.
    pub fn start_kind(kind: Kind, lines: &[&str], dump: Option<&[u8]>) -> Self {
        Self::start_in_folder(kind, lines, dump.map(|dump| ("dump.rdb", dump)))
    }

    /// Starts a real one in a new folder with this append-only file, which is of the kind that Redis had before 7.
    pub fn start_from_append_only_file(file: &[u8]) -> Self {
        Self::start_in_folder(Kind::Real, &["--appendonly", "yes"], Some(("appendonly.aof", file)))
    }

    fn start_in_folder(kind: Kind, lines: &[&str], file: Option<(&str, &[u8])>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("psyncscope-peers-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a new folder");
        if let Some((name, bytes)) = file {
            std::fs::write(folder.join(name), bytes).expect("a new file");
        }
        let port = free_port();
        let mut child = kind
            .command()
            .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"])
            .args(["--dbfilename", "dump.rdb", "--dir"])
            .arg(&folder)
            .args(lines)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("redis-server starts");
        let mut log = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let server = Self { child, folder, port };
        let mut said = String::new();
        while !said.to_ascii_lowercase().contains("ready to accept connections") {
            let more = log.read_line(&mut said).expect("its log is text");
            assert!(more > 0, "redis-server ended before it was ready:\n{said}");
        }
        // The pipe must be read, or the server would block when it is full.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        server
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its RDB file.
    pub fn dump_path(&self) -> PathBuf {
        Path::new(&self.folder).join("dump.rdb")
    }

    /// A new connection to it.
    pub fn client(&self) -> Client {
        Client::connect(self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and the folder may be gone: there is nothing more to be done then.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `+OK` without its sign.
    Status(String),
    /// `-ERR …` without its sign.
    Error(String),
    /// `:1`.
    Integer(i64),
    /// Bytes.
    Bulk(Vec<u8>),
    /// No bytes.
    Nil,
    /// Several.
    Array(Vec<Reply>),
}

/// A connection on which each command waits for its answer.
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout above zero");
        stream.set_nodelay(true).expect("a TCP socket");
        Self { stream: BufReader::new(stream) }
    }

    /// Sends a command and waits for its answer.
    pub fn call(&mut self, words: &[impl AsRef<[u8]>]) -> Reply {
        self.stream.get_mut().write_all(&encode_command(words)).expect("the server reads");
        self.reply()
    }

    /// Sends all commands, then takes all their answers.
    pub fn pipeline(&mut self, commands: &[Vec<Vec<u8>>]) -> Vec<Reply> {
        let bytes: Vec<u8> = commands.iter().flat_map(|words| encode_command(words)).collect();
        self.stream.get_mut().write_all(&bytes).expect("the server reads");
        commands.iter().map(|_| self.reply()).collect()
    }

    /// A command whose answer is `+OK` or a number.
    #[track_caller]
    pub fn ok(&mut self, words: &[impl AsRef<[u8]>]) {
        let reply = self.call(words);
        assert!(!matches!(reply, Reply::Error(_)), "{reply:?}");
    }

    /// A command whose answer is a number.
    #[track_caller]
    pub fn integer(&mut self, words: &[&[u8]]) -> i64 {
        match self.call(words) {
            Reply::Integer(number) => number,
            other => panic!("{other:?} is no number"),
        }
    }

    /// A field of INFO that is a number.
    #[track_caller]
    pub fn info(&mut self, field: &str) -> i64 {
        self.info_text(field).parse().unwrap_or_else(|_| panic!("{field} is no number"))
    }

    /// A field of INFO.
    #[track_caller]
    pub fn info_text(&mut self, field: &str) -> String {
        let Reply::Bulk(info) = self.call(&["INFO"]) else { panic!("INFO answers with text") };
        let info = String::from_utf8_lossy(&info).into_owned();
        let value = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        value.unwrap_or_else(|| panic!("no {field} in INFO:\n{info}")).to_owned()
    }

    fn reply(&mut self) -> Reply {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).expect("the server answers");
        let line = String::from_utf8(line).expect("a line of text");
        let (sign, rest) = line.trim_end().split_at_checked(1).expect("the server stays connected");
        let number = || rest.parse::<i64>().expect("a number");
        match sign {
            "+" => Reply::Status(rest.to_owned()),
            "-" => Reply::Error(rest.to_owned()),
            ":" => Reply::Integer(number()),
            "$" | "*" if number() < 0 => Reply::Nil,
            "$" => {
                let mut bytes = vec![0; number() as usize + 2];
                self.stream.read_exact(&mut bytes).expect("the whole answer");
                bytes.truncate(bytes.len() - 2);
                Reply::Bulk(bytes)
            }
            "*" => Reply::Array((0..number()).map(|_| self.reply()).collect()),
            _ => panic!("no reply begins like {line:?}"),
        }
    }
}
