//! The commands that a backlog holds: a ring that is too large for letters shows one arc for each.

use psyncscope_engine::ids::NextByte;
use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_resp::{Parsed, QueryBuf, describe};

/// The largest backlog whose commands are looked for.
const BYTES_MAX: usize = 16 * 1024;

/// How many places are tried as the beginning of a command.
const STARTS_MAX: usize = 8;

/// The most arcs that can still be told apart and pointed at.
pub const COMMANDS_MAX: usize = 96;

/// Bytes of the stream that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandSpan {
    /// The offset of its first byte that is held.
    pub from: NextByte,
    /// How many of its bytes are held.
    pub len: usize,
    /// The command in a few words; `None` if its beginning is no longer held.
    pub label: Option<String>,
}

/// The held bytes cut where commands begin, oldest first. `None` if there are too many to draw, or if the bytes are not
/// commands.
///
/// The oldest bytes may be the end of a command whose beginning was overwritten, and the newest the beginning of one
/// that has not wholly arrived.
#[must_use]
pub fn commands(backlog: &Backlog) -> Option<Vec<CommandSpan>> {
    if backlog.size() > BYTES_MAX {
        return None;
    }
    let held = backlog.tail(backlog.off())?;
    let mut starts =
        (0..held.len()).filter(|&at| held[at] == b'*' && (at == 0 || held[..at].ends_with(b"\r\n"))).take(STARTS_MAX);
    let (first, ends) = starts.find_map(|at| Some((at, ends(&held[at..])?)))?;
    let from = |at: usize| NextByte(backlog.off().0 + at as i64);
    let mut spans = Vec::with_capacity(ends.len() + 1);
    if first > 0 {
        spans.push(CommandSpan { from: from(0), len: first, label: None });
    }
    let mut start = first;
    for end in ends {
        let end = first + end;
        spans.push(CommandSpan { from: from(start), len: end - start, label: Some(describe(&held[start..end])) });
        start = end;
    }
    (spans.len() <= COMMANDS_MAX).then_some(spans)
}

/// Where each command of `stream` ends; `None` if it is not made of commands from its first byte on.
fn ends(stream: &[u8]) -> Option<Vec<usize>> {
    let mut query = QueryBuf::default();
    query.push(stream);
    let mut ends = Vec::new();
    loop {
        match query.next() {
            Parsed::Command(_) => ends.push(stream.len() - query.unparsed()),
            Parsed::NeedMore => break,
            Parsed::Empty | Parsed::Newline | Parsed::ProtocolError(_) => return None,
        }
    }
    if ends.last() != Some(&stream.len()) {
        ends.push(stream.len());
    }
    Some(ends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring::testing::backlog_of;
    use psyncscope_resp::encode_command;

    #[track_caller]
    fn check(size: usize, stream: &[u8], expect: &[(i64, usize, Option<&str>)]) {
        let spans = commands(&backlog_of(size, stream));
        let expect = expect.iter().map(|&(from, len, label)| CommandSpan {
            from: NextByte(from),
            len,
            label: label.map(str::to_owned),
        });
        assert_eq!(spans, Some(expect.collect()));
    }

    fn set_and_ping() -> Vec<u8> {
        [encode_command(&["SET", "a", "1"]), encode_command(&["PING"])].concat()
    }

    #[test]
    fn whole_commands() {
        // SET a 1 takes 27 bytes, PING 14.
        check(200, &set_and_ping(), &[(1, 27, Some("SET a 1")), (28, 14, Some("PING"))]);
    }

    #[test]
    fn a_beginning_that_was_overwritten_has_no_name() {
        check(20, &set_and_ping(), &[(22, 6, None), (28, 14, Some("PING"))]);
    }

    #[test]
    fn an_end_that_has_not_arrived_is_a_span_too() {
        let stream = [set_and_ping(), b"*1\r\n$4\r".to_vec()].concat();
        check(200, &stream, &[(1, 27, Some("SET a 1")), (28, 14, Some("PING")), (42, 7, Some("7 B of a command"))]);
    }

    #[test]
    fn what_a_value_holds_is_no_command() {
        let stream = encode_command(&["SET", "a", "x\r\n*1\r\n$4\r\nPING\r\n"]);
        let spans = commands(&backlog_of(200, &stream)).unwrap();
        assert_eq!(spans.len(), 1);
    }

    #[test]
    fn no_commands_no_spans() {
        assert_eq!(commands(&backlog_of(16, b"")), None);
        assert_eq!(commands(&backlog_of(16, b"no command here!")), None);
        assert_eq!(commands(&backlog_of(20_000, &set_and_ping())), None, "too large");
        assert_eq!(commands(&backlog_of(10_000, &set_and_ping().repeat(50))), None, "too many");
    }
}
