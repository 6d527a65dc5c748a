//! A line of a log: where its message begins.

/// Bytes before the process ID that a supervisor or a shell may have put there.
const BEFORE_MAX: usize = 160;

/// Bytes of a time.
const TIME_MAX: usize = 48;

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// When, as the log writes it.
    pub time: Option<String>,
    /// The message.
    pub text: &'a str,
}

impl<'a> Message<'a> {
    /// `1234:M 30 Nov 2026 07:00:00.000 * message`, and Valkey's `log-format logfmt`.
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        Self::plain(line).or_else(|| Self::logfmt(line))
    }

    /// The process ID, the role, the time and the level come before the message.
    fn plain(line: &'a str) -> Option<Self> {
        let colons = line.match_indices(':').map(|(at, _)| at).take_while(|&at| at < BEFORE_MAX);
        let after = colons.filter(|&at| at > 0 && line.as_bytes()[at - 1].is_ascii_digit()).find_map(|at| {
            let rest = &line[at + 1..];
            rest.strip_prefix(['M', 'S', 'C', 'X'])?.strip_prefix(' ')
        })?;
        let level = [" * ", " # ", " - ", " . "].iter().filter_map(|level| after.find(level)).min()?;
        let time = after[..level].trim();
        let is_time = level <= TIME_MAX && time.contains(':') && time.starts_with(|c: char| c.is_ascii_digit());
        is_time.then(|| Self { time: Some(time.to_owned()), text: after[level + 3..].trim() })
    }

    fn logfmt(line: &'a str) -> Option<Self> {
        let value = |key: &str| {
            let (_, rest) = line.split_once(key)?;
            Some(rest.split_once('"')?.0)
        };
        let text = value("message=\"")?;
        line.contains("pid=").then(|| Self {
            time: value("timestamp=\"").filter(|time| time.len() <= TIME_MAX).map(str::to_owned),
            text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_every_version() {
        let check = |line, time: &str, text| {
            let message = Message::parse(line).expect("a line of a log");
            assert_eq!((message.time.as_deref(), message.text), (Some(time), text));
        };
        check("1:M 30 Nov 07:00:00.123 * hello", "30 Nov 07:00:00.123", "hello");
        check("[77] 77:S 30 Nov 2026 07:00:00.123 # a - b", "30 Nov 2026 07:00:00.123", "a - b");
        check("Nov 30 07:00:00 db redis[9]: 9:C 30 Nov 2026 07:00:00.1 - x", "30 Nov 2026 07:00:00.1", "x");
        check("5:M 2026-11-30T07:00:00.123+00:00 . x", "2026-11-30T07:00:00.123+00:00", "x");
        let logfmt = "pid=5 role=RDB/AOF timestamp=\"30 Nov 2026 07:00:00.1\" level=notice message=\"hello\"";
        check(logfmt, "30 Nov 2026 07:00:00.1", "hello");
        for line in ["role:master", "1:M", "1:M hello * x", "db0:keys=1", "message=\"x\"", "é:M 1:2 * x"] {
            assert_eq!(Message::parse(line), None, "{line}");
        }
    }
}
