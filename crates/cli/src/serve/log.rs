//! The log, in Redis's format: `pid:role dd Mon yyyy hh:mm:ss.mmm mark message`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use jiff::Zoned;
use psyncscope_engine::event::LogLevel;

/// The role letter of a line (`serverLogRaw`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A process that is starting, or a background save.
    Child,
    /// A master.
    Master,
    /// A replica.
    Replica,
}

/// The destination of log lines.
#[derive(Clone, Debug)]
pub struct Log {
    /// `logfile`; none for standard output.
    file: Option<PathBuf>,
}

impl Log {
    /// Writes to `file`, which is opened for each line as in Redis, so that it can be rotated; or to standard output.
    pub const fn new(file: Option<PathBuf>) -> Self {
        Self { file }
    }

    /// Writes one line. Errors are ignored: there is nowhere to report them.
    pub fn line(&self, role: Role, level: LogLevel, text: &str) {
        let line = format(std::process::id(), role, &Zoned::now(), level, text);
        let _ = match &self.file {
            None => std::io::stdout().lock().write_all(line.as_bytes()),
            Some(file) => OpenOptions::new()
                .append(true)
                .create(true)
                .open(file)
                .and_then(|mut file| file.write_all(line.as_bytes())),
        };
    }
}

fn format(pid: u32, role: Role, at: &Zoned, level: LogLevel, text: &str) -> String {
    let role = match role {
        Role::Child => 'C',
        Role::Master => 'M',
        Role::Replica => 'S',
    };
    let mark = match level {
        LogLevel::Debug => '.',
        LogLevel::Verbose => '-',
        LogLevel::Notice => '*',
        LogLevel::Warning => '#',
    };
    format!("{pid}:{role} {} {mark} {text}\n", at.strftime("%d %b %Y %H:%M:%S.%3f"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_of_a_line() {
        let at = jiff::civil::datetime(2026, 1, 2, 3, 4, 5, 67_800_000).to_zoned(jiff::tz::TimeZone::UTC).unwrap();
        let line = format(42, Role::Replica, &at, LogLevel::Warning, "Connection with master lost.");
        assert_eq!(line, "42:S 02 Jan 2026 03:04:05.067 # Connection with master lost.\n");
    }
}
