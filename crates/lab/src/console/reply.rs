//! Replies: decoding them from bytes as they come, and printing them as redis-cli 5 does.

use std::fmt::Write;

use redis_protocol::resp2::decode::decode_range;
use redis_protocol::resp2::types::RangeFrame;

/// One RESP2 reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `+OK`: the text, without line end.
    Status(Vec<u8>),
    /// `-ERR …`: the text, without line end.
    Error(Vec<u8>),
    /// `:1`.
    Integer(i64),
    /// `$5 …`.
    Bulk(Vec<u8>),
    /// `$-1` and `*-1`, which redis-cli prints alike.
    Nil,
    /// `*2 …`.
    Array(Vec<Reply>),
}

impl Reply {
    fn from_range(bytes: &[u8], range: RangeFrame) -> Self {
        let text = |(from, to): (usize, usize)| bytes.get(from..to).unwrap_or_default().to_vec();
        match range {
            RangeFrame::SimpleString(at) => Self::Status(text(at)),
            RangeFrame::Error(at) => Self::Error(text(at)),
            RangeFrame::Integer(number) => Self::Integer(number),
            RangeFrame::BulkString(at) => Self::Bulk(text(at)),
            RangeFrame::Null => Self::Nil,
            RangeFrame::Array(items) => {
                Self::Array(items.into_iter().map(|item| Self::from_range(bytes, item)).collect())
            }
        }
    }

    /// The reply as redis-cli prints it on a terminal (`cliFormatReplyTTY`), without the last line end.
    #[must_use]
    pub fn to_tty(&self) -> String {
        let mut out = String::new();
        self.tty(&mut out, "");
        if out.ends_with('\n') {
            out.pop();
        }
        out
    }

    /// One reply and a line end. `prefix` is what the lines after the first start with.
    fn tty(&self, out: &mut String, prefix: &str) {
        match self {
            Self::Error(text) => {
                let _ = writeln!(out, "(error) {}", String::from_utf8_lossy(text));
            }
            Self::Status(text) => {
                let _ = writeln!(out, "{}", String::from_utf8_lossy(text));
            }
            Self::Integer(number) => {
                let _ = writeln!(out, "(integer) {number}");
            }
            Self::Bulk(bytes) => {
                let _ = writeln!(out, "{}", repr(bytes));
            }
            Self::Nil => out.push_str("(nil)\n"),
            Self::Array(items) if items.is_empty() => out.push_str("(empty list or set)\n"),
            Self::Array(items) => {
                // All numbers are as wide as the last one, and what is nested starts below the first letter.
                let width = items.len().to_string().len();
                let inner = format!("{prefix}{:1$}", "", width + 2);
                for (index, item) in items.iter().enumerate() {
                    let before = if index == 0 { "" } else { prefix };
                    let _ = write!(out, "{before}{:>width$}) ", index + 1);
                    item.tty(out, &inner);
                }
            }
        }
    }

    /// The reply as redis-cli prints it for the commands of [`prints_raw`] (`cliFormatReplyRaw`): text as it is. Adds
    /// no line end.
    #[must_use]
    pub fn to_raw(&self) -> String {
        match self {
            Self::Nil => String::new(),
            Self::Error(text) => format!("{}\n", String::from_utf8_lossy(text)),
            Self::Status(text) | Self::Bulk(text) => String::from_utf8_lossy(text).into_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Array(items) => items.iter().map(Self::to_raw).collect::<Vec<_>>().join("\n"),
        }
    }
}

/// `bytes` in double quotes as `sdscatrepr` writes them: what is not printable ASCII becomes an escape.
#[must_use]
pub fn repr(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'"' => out.push_str("\\\""),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x07 => out.push_str("\\a"),
            0x08 => out.push_str("\\b"),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
    out
}

/// Whether redis-cli 5 prints this command's reply as raw text (`cliSendCommand`).
#[must_use]
pub fn prints_raw(argv: &[Vec<u8>]) -> bool {
    let word =
        |index: usize, name: &str| argv.get(index).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()));
    let pair = |first, second| word(0, first) && word(1, second);
    word(0, "info")
        || pair("debug", "htstats")
        || pair("debug", "htstats-key")
        || pair("memory", "malloc-stats")
        || pair("memory", "doctor")
        || argv.len() == 2 && (pair("cluster", "nodes") || pair("cluster", "info"))
        || argv.len() == 2 && (pair("client", "list") || pair("latency", "doctor"))
        || argv.len() == 3 && pair("latency", "graph")
}

/// Bytes that are no RESP reply; nothing after them can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadReply {
    /// The byte where a reply should start.
    pub byte: u8,
}

impl std::fmt::Display for BadReply {
    /// As redis-cli words it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let byte = repr(&[self.byte]);
        write!(f, "Error: Protocol error, got {byte} as reply type byte")
    }
}

impl std::error::Error for BadReply {}

/// Decodes a stream of replies from chunks of any size.
#[derive(Clone, Debug, Default)]
pub struct Replies {
    pending: Vec<u8>,
    /// How much of `pending` has been decoded.
    read: usize,
}

impl Replies {
    /// Adds bytes as they arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.read > 0 {
            self.pending.drain(..self.read);
            self.read = 0;
        }
        self.pending.extend_from_slice(bytes);
    }

    /// The next whole reply; `None` if more bytes are needed.
    ///
    /// # Errors
    /// The bytes are no reply. The stream can then not be read on.
    pub fn next_reply(&mut self) -> Result<Option<Reply>, BadReply> {
        let rest = self.pending.get(self.read..).unwrap_or_default();
        match decode_range(rest) {
            Ok(Some((range, len))) => {
                let reply = Reply::from_range(rest, range);
                self.read += len;
                Ok(Some(reply))
            }
            Ok(None) => Ok(None),
            Err(_) => Err(BadReply { byte: rest.first().copied().unwrap_or_default() }),
        }
    }

    /// The bytes that belong to no whole reply yet.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.pending.get(self.read..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Reply {
        let mut replies = Replies::default();
        replies.push(bytes);
        replies.next_reply().expect("a reply").expect("a whole reply")
    }

    #[track_caller]
    fn check(bytes: &[u8], expect: &str) {
        assert_eq!(decode(bytes).to_tty(), expect);
    }

    #[test]
    fn every_kind_as_redis_cli_prints_it() {
        check(b"+OK\r\n", "OK");
        check(b":1\r\n", "(integer) 1");
        check(b":-9223372036854775808\r\n", "(integer) -9223372036854775808");
        check(b"$-1\r\n", "(nil)");
        check(b"*-1\r\n", "(nil)");
        check(b"*0\r\n", "(empty list or set)");
        check(b"$0\r\n\r\n", "\"\"");
        check(b"$3\r\nada\r\n", "\"ada\"");
        check(b"$12\r\nq\"\\\n\r\t\x07\x08\0\x7f\xff \r\n", "\"q\\\"\\\\\\n\\r\\t\\a\\b\\x00\\x7f\\xff \"");
        check(b"-ERR no such key\r\n", "(error) ERR no such key");
        check("$6\r\n中文\r\n".as_bytes(), "\"\\xe4\\xb8\\xad\\xe6\\x96\\x87\"");
    }

    #[test]
    fn arrays_are_numbered_and_nested() {
        check(b"*2\r\n$1\r\na\r\n$1\r\nb\r\n", "1) \"a\"\n2) \"b\"");
        check(
            b"*2\r\n$6\r\nmaster\r\n*2\r\n*2\r\n:1\r\n:2\r\n*0\r\n",
            "1) \"master\"\n2) 1) 1) (integer) 1\n      2) (integer) 2\n   2) (empty list or set)",
        );
        let mut ten = b"*10\r\n".to_vec();
        for _ in 0..10 {
            ten.extend_from_slice(b":7\r\n");
        }
        let text = decode(&ten).to_tty();
        assert!(text.starts_with(" 1) (integer) 7\n 2) "), "{text}");
        assert!(text.ends_with("\n10) (integer) 7"), "{text}");
    }

    #[test]
    fn raw_replies_are_plain_text() {
        assert_eq!(decode(b"$18\r\n# Server\r\nport:1\r\n\r\n").to_raw(), "# Server\r\nport:1\r\n");
        assert_eq!(decode(b"-NOAUTH x\r\n").to_raw(), "NOAUTH x\n");
        for (line, raw) in [
            ("info", true),
            ("INFO replication", true),
            ("client list", true),
            ("client list extra", false),
            ("client getname", false),
            ("get info", false),
            ("debug htstats 0", true),
            ("latency graph x", true),
        ] {
            let argv: Vec<Vec<u8>> = line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
            assert_eq!(prints_raw(&argv), raw, "{line}");
        }
    }

    #[test]
    fn bytes_come_in_any_pieces() {
        let bytes = b"+OK\r\n$3\r\na\r\n\r\n*2\r\n:1\r\n*1\r\n$-1\r\n-ERR x\r\n";
        let expect = [
            Reply::Status(b"OK".to_vec()),
            Reply::Bulk(b"a\r\n".to_vec()),
            Reply::Array(vec![Reply::Integer(1), Reply::Array(vec![Reply::Nil])]),
            Reply::Error(b"ERR x".to_vec()),
        ];
        for size in 1..=bytes.len() {
            let mut replies = Replies::default();
            let mut got = Vec::new();
            for piece in bytes.chunks(size) {
                replies.push(piece);
                while let Some(reply) = replies.next_reply().expect("well formed") {
                    got.push(reply);
                }
            }
            assert_eq!(got, expect, "pieces of {size}");
            assert!(replies.rest().is_empty());
        }
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        let mut replies = Replies::default();
        replies.push(b"HTTP/1.1 200\r\n");
        let error = replies.next_reply().expect_err("no reply");
        assert_eq!(error.to_string(), "Error: Protocol error, got \"H\" as reply type byte");
    }
}
