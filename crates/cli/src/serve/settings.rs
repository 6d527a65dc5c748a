//! The command line and redis.conf (`main` and `loadServerConfig`).

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;

use psyncscope_engine::Config;
use psyncscope_engine::config::Limits;
use psyncscope_resp::split_args;

use super::directives::{Support, support};

/// The deepest nesting of `include`: deeper nesting is taken for a cycle.
const INCLUDE_DEPTH_MAX: usize = 16;

/// What to do according to the command line.
#[derive(Debug)]
pub enum Invocation {
    /// Print the usage.
    Help,
    /// Print the version.
    Version,
    /// Run a server.
    Serve(Box<Settings>),
}

/// The settings of a server.
#[derive(Debug)]
pub struct Settings {
    /// The node's configuration.
    pub config: Config,
    /// `logfile`; none for standard output.
    pub logfile: Option<PathBuf>,
    /// `pidfile`.
    pub pidfile: Option<PathBuf>,
    /// `unixsocket`: the path of a Unix domain socket to listen on.
    pub unixsocket: Option<PathBuf>,
    /// `unixsocketperm`: its permissions, 0 to leave them as the system sets them.
    pub unixsocket_mode: u32,
    /// `daemonize`: run in the background.
    pub daemonize: bool,
    /// The configuration read from standard input, if any.
    pub from_stdin: Option<Vec<u8>>,
    /// `tcp-backlog`: length of the queue of pending connections.
    pub tcp_backlog: u32,
    /// `tcp-keepalive` in seconds, 0 for none.
    pub tcp_keepalive_s: u64,
    /// Accepted directives without effect.
    pub without_effect: BTreeSet<String>,
    /// The first address of `bind`, if given: the source address of connections to a master.
    pub source: Option<std::net::IpAddr>,
    /// Whether any configuration was given.
    pub configured: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let config = Config {
            protected_mode: true,
            bind: vec!["127.0.0.1".into()],
            process_id: std::process::id(),
            limits: Limits { script_instructions_per_ms: 0, has_folders: true, ..Limits::default() },
            dir: std::env::current_dir().map_or_else(|_| ".".into(), |dir| dir.display().to_string()),
            ..Config::default()
        };
        Self {
            config,
            logfile: None,
            pidfile: None,
            unixsocket: None,
            unixsocket_mode: 0,
            daemonize: false,
            from_stdin: None,
            tcp_backlog: 511,
            tcp_keepalive_s: 300,
            without_effect: BTreeSet::new(),
            source: None,
            configured: false,
        }
    }
}

/// Reads the arguments that follow `serve`, as redis-server reads its own: the first is a file unless it begins with
/// `--`; every other word that begins with `--` is a directive, and the words up to the next are its arguments.
///
/// # Errors
/// What redis-server prints before it exits with status 1.
pub fn parse(args: Vec<OsString>, stdin: &mut dyn Read) -> Result<Invocation, String> {
    let words: Vec<String> = args.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    match words.first().map(String::as_str) {
        Some("-v" | "--version") => return Ok(Invocation::Version),
        Some("-h" | "--help") => return Ok(Invocation::Help),
        _ => {}
    }
    let mut settings = Settings::default();
    if words.is_empty() {
        return Ok(Invocation::Serve(Box::new(settings)));
    }
    settings.configured = true;
    // resetServerSaveParams: without `save` in the configuration there are no save points.
    settings.config.save.clear();
    let (file, options) = match words.split_first() {
        Some((file, options)) if !file.starts_with("--") => (Some(file), options),
        _ => (None, words.as_slice()),
    };
    let mut text = match file.map(String::as_str) {
        None => Vec::new(),
        Some("-") => {
            let mut text = Vec::new();
            stdin
                .read_to_end(&mut text)
                .map_err(|error| format!("Fatal error, can't read the configuration from standard input: {error}"))?;
            settings.from_stdin = Some(text.clone());
            text
        }
        Some(file) => {
            let text = read_file(file)?;
            let path = std::path::absolute(file).map_or_else(|_| file.to_string(), |path| path.display().to_string());
            settings.config.file = Some((path, text.clone()));
            text
        }
    };
    text.push(b'\n');
    text.extend_from_slice(options_text(options).as_bytes());
    settings.load(&text, 0)?;
    settings.finish()?;
    Ok(Invocation::Serve(Box::new(settings)))
}

fn read_file(file: &str) -> Result<Vec<u8>, String> {
    std::fs::read(file)
        .map_err(|error| format!("Fatal error, can't open config file '{file}': {}", super::files::strerror(&error)))
}

/// The options as lines of redis.conf, their arguments quoted.
fn options_text(options: &[String]) -> String {
    let mut text = String::new();
    for word in options {
        if let Some(name) = word.strip_prefix("--") {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(name);
        } else {
            text.push_str(&quoted(word));
        }
        text.push(' ');
    }
    text
}

/// `sdscatrepr`.
fn quoted(word: &str) -> String {
    let mut text = String::from("\"");
    for byte in word.bytes() {
        match byte {
            b'\\' | b'"' => text.extend(['\\', char::from(byte)]),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            7 => text.push_str("\\a"),
            8 => text.push_str("\\b"),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push('"');
    text
}

impl Settings {
    /// `loadServerConfigFromString`.
    fn load(&mut self, text: &[u8], depth: usize) -> Result<(), String> {
        for (number, line) in (1..).zip(text.split(|&byte| byte == b'\n')) {
            let line = trimmed(line);
            if line.is_empty() || line[0] == b'#' {
                continue;
            }
            self.line(line, depth).map_err(|reason| match reason {
                LineError::Here(reason) => fatal(number, line, &reason),
                LineError::Included(told) => told,
            })?;
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8], depth: usize) -> Result<(), LineError> {
        let words =
            split_args(line).ok_or_else(|| LineError::Here("Unbalanced quotes in configuration line".into()))?;
        let words: Vec<String> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        let Some((name, args)) = words.split_first() else { return Ok(()) };
        let name = name.to_ascii_lowercase();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        if name == "include" {
            let [file] = args[..] else { return Err(LineError::Here(BAD.into())) };
            if depth >= INCLUDE_DEPTH_MAX {
                return Err(LineError::Here("Too many nested includes".into()));
            }
            let text = read_file(file).map_err(LineError::Included)?;
            return self.load(&text, depth + 1).map_err(LineError::Included);
        }
        self.directive(&name, &args).map_err(LineError::Here)
    }

    /// Applies a directive of the driver or the engine, or accepts or refuses another one.
    fn directive(&mut self, name: &str, args: &[&str]) -> Result<(), String> {
        match (name, args) {
            ("logfile", [file]) => self.logfile = (!file.is_empty()).then(|| PathBuf::from(file)),
            ("pidfile", [file]) => self.pidfile = (!file.is_empty()).then(|| PathBuf::from(file)),
            ("unixsocket", [path]) => self.unixsocket = (!path.is_empty()).then(|| PathBuf::from(path)),
            ("unixsocketperm", [mode]) => {
                self.unixsocket_mode = u32::from_str_radix(mode, 8)
                    .ok()
                    .filter(|&mode| mode <= 0o777)
                    .ok_or("Invalid socket file permissions")?;
                return self.config.keep(name, &[&format!("{:o}", self.unixsocket_mode)]);
            }
            ("daemonize", [yes_or_no]) => {
                self.daemonize = match yes_or_no.to_ascii_lowercase().as_str() {
                    "yes" => true,
                    "no" => false,
                    _ => return Err("argument must be 'yes' or 'no'".into()),
                };
            }
            ("tcp-backlog", [number]) => {
                self.tcp_backlog = number.parse().map_err(|_| "Invalid backlog value".to_owned())?;
            }
            ("tcp-keepalive", [number]) => {
                self.tcp_keepalive_s = number.parse().map_err(|_| "Invalid tcp-keepalive value".to_owned())?;
            }
            (
                "logfile" | "pidfile" | "unixsocket" | "unixsocketperm" | "daemonize" | "tcp-backlog" | "tcp-keepalive",
                _,
            ) => return Err(BAD.into()),
            ("rdb-version-max", [number]) => {
                self.config.limits.rdb_version_max = number
                    .parse()
                    .ok()
                    .filter(|version| (9..=12).contains(version))
                    .ok_or("rdb-version-max must be between 9 and 12")?;
            }
            ("dir", [dir]) => {
                let at = |error: std::io::Error| format!("Can't chdir to '{dir}': {}", super::files::strerror(&error));
                std::env::set_current_dir(dir).map_err(at)?;
                self.config.dir = std::env::current_dir().map_err(at)?.display().to_string();
            }
            ("bind", _) => {
                self.config.set_directive(name, args)?;
                self.source = args.first().and_then(|first| first.parse().ok());
            }
            ("save", [""]) => self.config.save.clear(),
            ("save", _) => {
                // Each line is added to those before it.
                let mut save = std::mem::take(&mut self.config.save);
                self.config.set_directive(name, args)?;
                save.append(&mut self.config.save);
                self.config.save = save;
            }
            ("replicaof" | "slaveof", [both]) if both.trim().contains(' ') => {
                let parts: Vec<&str> = both.split_whitespace().collect();
                self.config.set_directive(name, &parts)?;
            }
            _ => return self.engine_directive(name, args),
        }
        self.config.keep(name, args)
    }

    fn engine_directive(&mut self, name: &str, args: &[&str]) -> Result<(), String> {
        if Config::has_directive(name) || name == "rename-command" {
            return self.config.set_directive(name, args);
        }
        match support(name) {
            None => Err(BAD.into()),
            Some(_) if args.is_empty() => Err(BAD.into()),
            Some(Support::Only(values))
                if values.iter().any(|value| args.len() == 1 && value.eq_ignore_ascii_case(args[0])) =>
            {
                self.config.keep(name, args)
            }
            Some(Support::Only(values)) => {
                Err(format!("psyncscope does not do this: {name} can only be '{}'", values.join("' or '")))
            }
            Some(Support::Refused) => Err(format!("psyncscope does not do this: leave {name} out")),
            Some(Support::NoEffect) => {
                self.without_effect.insert(name.to_owned());
                self.config.keep(name, args)
            }
        }
    }

    /// Checks that depend on several directives.
    fn finish(&mut self) -> Result<(), String> {
        if self.config.port == 0 && self.unixsocket.is_none() {
            return Err("Configured to not listen anywhere, exiting.".into());
        }
        Ok(())
    }
}

/// Redis's error for most mistakes.
const BAD: &str = "Bad directive or wrong number of arguments";

/// Why a line is invalid.
enum LineError {
    /// The reason.
    Here(String),
    /// The complete message for a line in an included file.
    Included(String),
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.trim_ascii()
}

/// The message of redis-server for an invalid line.
fn fatal(number: usize, line: &[u8], reason: &str) -> String {
    let line = String::from_utf8_lossy(line);
    format!(
        "\n*** FATAL CONFIG FILE ERROR ***\nReading the configuration file, at line {number}\n>>> '{line}'\n{reason}"
    )
}

#[cfg(test)]
mod tests;
