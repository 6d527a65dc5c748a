//! The query buffer of one connection.

use super::inline::split_args;
use super::number::parse_i64_strict;

/// The most arguments a command may have (`processMultibulkBuffer`).
pub const MULTIBULK_ARGS_MAX: i64 = 1024 * 1024;
/// The longest argument, in bytes (`proto-max-bulk-len`).
pub const BULK_LEN_MAX: i64 = 512 * 1024 * 1024;
/// The longest line without its end, in bytes (`PROTO_INLINE_MAX_SIZE`).
pub const INLINE_LEN_MAX: usize = 64 * 1024;

/// The same for an unauthenticated peer.
const LIMITED_ARGS_MAX: i64 = 10;
const LIMITED_BULK_LEN_MAX: i64 = 16384;

/// An empty read buffer of at most this capacity is kept; a larger one is freed.
const KEEP_CAPACITY_MAX: usize = 64 * 1024;

/// The result of [`QueryBuf::next`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// There is no complete command yet.
    NeedMore,
    /// A command with at least one word.
    Command(Vec<Vec<u8>>),
    /// Bytes without a command were consumed: `*0`, `*-1`, a line of spaces.
    Empty,
    /// An empty line was consumed. From a replica it is a keep-alive that refreshes its `repl_ack_time`
    /// (`processInlineBuffer`).
    Newline,
    /// A protocol error. The text is that of the error reply (`ERR Protocol error: …`); the connection must be closed
    /// after it and not parsed any further.
    ProtocolError(String),
}

/// The unconsumed input of a connection (`querybuf` and `qb_pos` of a client in networking.c), and the partly parsed
/// command.
///
/// Push received bytes, then call [`QueryBuf::next`] until it returns [`Parsed::NeedMore`].
///
/// ```
/// use psyncscope_resp::{Parsed, QueryBuf};
/// let mut query = QueryBuf::default();
/// query.push(b"*1\r\n$4\r\nPING\r\nPI");
/// assert_eq!(query.next(), Parsed::Command(vec![b"PING".to_vec()]));
/// assert_eq!(query.unparsed(), 2);
/// assert_eq!(query.next(), Parsed::NeedMore);
/// ```
#[derive(Clone, Debug, Default)]
pub struct QueryBuf {
    bytes: Vec<u8>,
    /// `qb_pos`: the first byte not consumed yet.
    at: usize,
    /// The peer is not authenticated: it may send only small commands (`authRequired`).
    pub limited: bool,
    /// Consumed bytes that no longer count as held.
    released: usize,
    /// The last command of [`QueryBuf::next`] may be executed now.
    executing: bool,
    /// The multibulk command being parsed.
    partial: Option<Multibulk>,
}

/// A multibulk command whose first arguments are parsed.
#[derive(Clone, Debug)]
struct Multibulk {
    args: Vec<Vec<u8>>,
    /// Arguments still missing (`multibulklen`), at least one.
    missing: usize,
    /// The next argument's length once its `$` line is parsed (`bulklen`, Redis's -1 being `None`).
    bulk_len: Option<usize>,
}

impl QueryBuf {
    /// Adds received bytes.
    #[inline]
    pub fn push(&mut self, bytes: &[u8]) {
        self.forget_consumed();
        self.released = self.at;
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes pushed and not consumed: `sdslen(querybuf) - qb_pos`.
    ///
    /// Right after [`Parsed::Command`] these are exactly the bytes after that command, so a replica's `reploff =
    /// read_reploff - unparsed()`. The parsed arguments of an incomplete command count as consumed, as in Redis, so
    /// at other times the number is not usable for offsets.
    #[inline]
    #[must_use]
    pub fn unparsed(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The size of the buffer as a command sees it: the bytes of executed commands are removed only when all complete
    /// commands have been executed (`sdslen(querybuf)`).
    #[inline]
    #[must_use]
    pub fn held(&self) -> usize {
        if self.executing { self.bytes.len() - self.released } else { self.unparsed() }
    }

    /// Whether there are no bytes to parse and no partly parsed command.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.unparsed() == 0 && self.partial.is_none()
    }

    /// Drops everything, including a partly parsed command.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The next command, if complete (`processInputBuffer`).
    #[allow(clippy::should_implement_trait, reason = "not an iterator: more bytes can follow NeedMore")]
    pub fn next(&mut self) -> Parsed {
        let parsed = self.parse();
        self.executing = matches!(parsed, Parsed::Command(_));
        parsed
    }

    fn parse(&mut self) -> Parsed {
        if self.partial.is_some() {
            return self.next_multibulk();
        }
        match self.remaining().first() {
            None => Parsed::NeedMore,
            Some(b'*') => self.multibulk_header(),
            Some(_) => self.next_inline(),
        }
    }

    fn remaining(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Moves the remaining bytes to the front once they are fewer than the consumed ones, so that each byte moves at
    /// most once.
    fn forget_consumed(&mut self) {
        if self.at == self.bytes.len() {
            self.bytes.clear();
            self.at = 0;
            if self.bytes.capacity() > KEEP_CAPACITY_MAX {
                self.bytes = Vec::new();
            }
        } else if self.at > self.bytes.len() / 2 {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
    }

    /// `processInlineBuffer`: words on a line that ends in LF or CRLF.
    fn next_inline(&mut self) -> Parsed {
        let Some(end) = find(self.remaining(), b'\n') else {
            return self.too_long_or_incomplete("too big inline request");
        };
        let line = &self.remaining()[..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let blank = line.is_empty();
        let Some(words) = split_args(line) else {
            return error("unbalanced quotes in request");
        };
        self.at += end + 1;
        match words.is_empty() {
            true if blank => Parsed::Newline,
            true => Parsed::Empty,
            false => Parsed::Command(words),
        }
    }

    /// The `*<count>` line of `processMultibulkBuffer`.
    fn multibulk_header(&mut self) -> Parsed {
        let count = match self.length_line("too big mbulk count string") {
            Ok(count) => count,
            Err(parsed) => return parsed,
        };
        match count.value {
            Some(value) if value <= MULTIBULK_ARGS_MAX => {
                if self.limited && value > LIMITED_ARGS_MAX {
                    return error("unauthenticated multibulk length");
                }
                self.at = count.end;
                if value <= 0 {
                    return Parsed::Empty;
                }
                let missing = value as usize;
                // The count is not trusted: memory for the arguments is allocated as they arrive.
                self.partial = Some(Multibulk { args: Vec::with_capacity(missing.min(64)), missing, bulk_len: None });
                self.next_multibulk()
            }
            _ => error("invalid multibulk length"),
        }
    }

    /// The arguments of `processMultibulkBuffer`.
    fn next_multibulk(&mut self) -> Parsed {
        let Some(mut command) = self.partial.take() else { return Parsed::NeedMore };
        while command.missing > 0 {
            let len = match command.bulk_len {
                Some(len) => len,
                None => match self.bulk_header() {
                    Ok(len) => len,
                    Err(parsed) => {
                        self.partial = Some(command);
                        return parsed;
                    }
                },
            };
            let Some(arg) = self.remaining().get(..len + 2) else {
                command.bulk_len = Some(len);
                self.partial = Some(command);
                return Parsed::NeedMore;
            };
            // Redis skips the two bytes after the argument unchecked.
            command.args.push(arg[..len].to_vec());
            command.bulk_len = None;
            command.missing -= 1;
            self.at += len + 2;
        }
        Parsed::Command(command.args)
    }

    /// A `$<length>` line.
    fn bulk_header(&mut self) -> Result<usize, Parsed> {
        let line = self.length_line("too big bulk count string")?;
        let first = self.remaining()[0];
        if first != b'$' {
            // A non-ASCII byte is not valid text; Redis would send it unchanged.
            let got = if first.is_ascii() { char::from(first) } else { char::REPLACEMENT_CHARACTER };
            return Err(error(&format!("expected '$', got '{got}'")));
        }
        match line.value {
            Some(value) if (0..=BULK_LEN_MAX).contains(&value) => {
                if self.limited && value > LIMITED_BULK_LEN_MAX {
                    return Err(error("unauthenticated bulk length"));
                }
                self.at = line.end;
                Ok(value as usize)
            }
            _ => Err(error("invalid bulk length")),
        }
    }

    /// The line `<byte><integer>\r\n` at the start of the remaining bytes, without consuming it. The byte after the
    /// CR is not checked.
    fn length_line(&self, too_long: &str) -> Result<LengthLine, Parsed> {
        let remaining = self.remaining();
        let Some(cr) = find(remaining, b'\r') else { return Err(self.too_long_or_incomplete(too_long)) };
        if cr + 2 > remaining.len() {
            return Err(Parsed::NeedMore);
        }
        let digits = remaining.get(1..cr).unwrap_or_default();
        Ok(LengthLine { value: parse_i64_strict(digits), end: self.at + cr + 2 })
    }

    fn too_long_or_incomplete(&self, too_long: &str) -> Parsed {
        if self.unparsed() > INLINE_LEN_MAX { error(too_long) } else { Parsed::NeedMore }
    }
}

struct LengthLine {
    value: Option<i64>,
    /// Where the next line starts in the buffer.
    end: usize,
}

/// The position of `wanted` in `bytes`, unless a NUL precedes it: Redis searches with `strchr`, which stops there.
fn find(bytes: &[u8], wanted: u8) -> Option<usize> {
    let at = bytes.iter().position(|&byte| byte == wanted || byte == 0)?;
    (bytes[at] == wanted).then_some(at)
}

fn error(text: &str) -> Parsed {
    Parsed::ProtocolError(format!("ERR Protocol error: {text}"))
}

#[cfg(test)]
mod tests {
    use super::super::encode_command;
    use super::*;

    fn command(words: &[&str]) -> Parsed {
        Parsed::Command(words.iter().map(|word| word.as_bytes().to_vec()).collect())
    }

    fn protocol_error(text: &str) -> Parsed {
        Parsed::ProtocolError(format!("ERR Protocol error: {text}"))
    }

    /// Everything in `chunks`, up to the end or an error.
    fn parse_chunks<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Parsed> {
        let mut query = QueryBuf::default();
        let mut all = Vec::new();
        for chunk in chunks {
            query.push(chunk);
            loop {
                match query.next() {
                    Parsed::NeedMore => break,
                    error @ Parsed::ProtocolError(_) => {
                        all.push(error);
                        return all;
                    }
                    parsed => all.push(parsed),
                }
            }
        }
        all
    }

    /// Feeds `bytes` whole, byte by byte and in every two pieces.
    #[track_caller]
    fn check(bytes: impl AsRef<[u8]>, expect: &[Parsed]) {
        let bytes = bytes.as_ref();
        assert_eq!(parse_chunks([bytes]), expect, "{}", bytes.escape_ascii());
        assert_eq!(parse_chunks(bytes.chunks(1)), expect, "byte by byte: {}", bytes.escape_ascii());
        for cut in 0..bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(parse_chunks([head, tail]), expect, "cut at {cut}: {}", bytes.escape_ascii());
        }
    }

    #[test]
    fn multibulk() {
        check("*1\r\n$4\r\nPING\r\n", &[command(&["PING"])]);
        check("*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", &[command(&["ECHO", ""])]);
        check("*1\r\n$2\r\n\r\n\r\n*1\r\n$1\r\na\r\n", &[command(&["\r\n"]), command(&["a"])]);
        check(b"*1\r\n$3\r\n\xff\0\n\r\n", &[Parsed::Command(vec![b"\xff\0\n".to_vec()])]);
        check("*0\r\n*-1\r\n*-9\r\n*1\r\n$1\r\na\r\n", &[Parsed::Empty, Parsed::Empty, Parsed::Empty, command(&["a"])]);
        // The bytes after an argument are skipped unchecked.
        check("*1\r\n$1\r\naXY*1\r\n$1\r\nb\r\n", &[command(&["a"]), command(&["b"])]);
        check("*1\rX$1\rXa\r\n", &[command(&["a"])]);
    }

    #[test]
    fn inline() {
        check("PING\r\n", &[command(&["PING"])]);
        check("PING\n  SET a \"b c\" ''\n", &[command(&["PING"]), command(&["SET", "a", "b c", ""])]);
        check("\n\r\n", &[Parsed::Newline, Parsed::Newline]);
        check("  \r\n\r\r\n", &[Parsed::Empty, Parsed::Empty]);
        check("SET a \"b\r\n", &[protocol_error("unbalanced quotes in request")]);
        check("PING\n*1\r\n$1\r\na\r\nQUIT\n", &[command(&["PING"]), command(&["a"]), command(&["QUIT"])]);
        // strchr finds no line end behind a NUL.
        check("a\0b\n", &[]);
    }

    #[test]
    fn protocol_errors() {
        check("*a\r\n", &[protocol_error("invalid multibulk length")]);
        check("*\r\n", &[protocol_error("invalid multibulk length")]);
        check("*01\r\n", &[protocol_error("invalid multibulk length")]);
        check("*1048577\r\n", &[protocol_error("invalid multibulk length")]);
        check("*1048576\r\n", &[]);
        check("*99999999999999999999\r\n", &[protocol_error("invalid multibulk length")]);
        check("*1\r\n:1\r\n", &[protocol_error("expected '$', got ':'")]);
        check("*1\r\n\r\n", &[protocol_error("expected '$', got '\r'")]);
        check("*1\r\n$-1\r\n", &[protocol_error("invalid bulk length")]);
        check("*1\r\n$\r\n", &[protocol_error("invalid bulk length")]);
        check("*1\r\n$536870913\r\n", &[protocol_error("invalid bulk length")]);
        check("*1\r\n$536870912\r\n", &[]);
    }

    #[test]
    fn unterminated_lines() {
        #[track_caller]
        fn check_long(start: &str, fill: u8, error: &str) {
            for (len, expect) in [
                (INLINE_LEN_MAX - 1, Parsed::NeedMore),
                (INLINE_LEN_MAX, Parsed::NeedMore),
                (INLINE_LEN_MAX + 1, protocol_error(error)),
            ] {
                let mut query = QueryBuf::default();
                query.push(start.as_bytes());
                while query.next() != Parsed::NeedMore {}
                query.push(&vec![fill; len - query.unparsed()]);
                assert_eq!(query.next(), expect, "{len} bytes");
            }
        }
        check_long("", b'a', "too big inline request");
        check_long("*", b'1', "too big mbulk count string");
        check_long("*1\r\n$", b'1', "too big bulk count string");
        check_long("*2\r\n$1\r\na\r\n", b'1', "too big bulk count string");
    }

    #[test]
    fn unparsed_is_what_follows_the_command() {
        let first = encode_command(&["SET", "a", "1"]);
        let second = encode_command(&["SET", "b", "22"]);
        let both = [&first[..], &second, &first[..5]].concat();
        for cut in 0..both.len() {
            let mut query = QueryBuf::default();
            let mut pushed = 0;
            let mut ends = Vec::new();
            for chunk in [&both[..cut], &both[cut..]] {
                query.push(chunk);
                pushed += chunk.len();
                while let Parsed::Command(_) = query.next() {
                    ends.push(pushed - query.unparsed());
                }
            }
            assert_eq!(ends, [first.len(), first.len() + second.len()], "cut at {cut}");
        }
    }

    #[test]
    fn clear_drops_the_partly_parsed_command() {
        let mut query = QueryBuf::default();
        query.push(b"*2\r\n$1\r\na\r\n$1");
        assert_eq!(query.next(), Parsed::NeedMore);
        assert!(!query.is_empty());
        query.clear();
        assert!(query.is_empty());
        query.push(b"PING\r\n");
        assert_eq!(query.next(), command(&["PING"]));
    }

    #[test]
    fn a_pipeline_of_many_and_an_argument_of_a_megabyte() {
        let ping = encode_command(&["PING"]);
        assert_eq!(parse_chunks(ping.repeat(50_000).chunks(16 * 1024)).len(), 50_000);
        let big = encode_command(&["SET", "k", &"x".repeat(1 << 20)]);
        let parsed = parse_chunks(big.chunks(1000));
        assert_eq!(parsed.len(), 1);
        assert_eq!(parsed, [command(&["SET", "k", &"x".repeat(1 << 20)])]);
    }

    #[test]
    fn parsing_does_not_depend_on_the_pieces() {
        use rand_core::{RngCore, SeedableRng};
        let tokens: [&[u8]; 16] = [
            b"*", b"$", b"1", b"2", b"0", b"-1", b"\r\n", b"\r\n", b"\r", b"\n", b"a", b"PING", b"\"", b" ", b"\0",
            b"\xff",
        ];
        let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(1);
        for _ in 0..3000 {
            let bytes: Vec<u8> = (0..rng.next_u32() % 24)
                .flat_map(|_| tokens[rng.next_u32() as usize % tokens.len()].to_vec())
                .collect();
            assert_eq!(parse_chunks([&bytes[..]]), parse_chunks(bytes.chunks(1)), "{}", bytes.escape_ascii());
        }
    }
}
