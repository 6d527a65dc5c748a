//! The query buffer of one connection.

use super::inline::split_args;
use super::number::parse_i64_strict;

/// The most arguments a command may have (`processMultibulkBuffer`).
pub const MULTIBULK_ARGS_MAX: i64 = 1024 * 1024;
/// The longest argument, in bytes (`proto-max-bulk-len`).
pub const BULK_LEN_MAX: i64 = 512 * 1024 * 1024;
/// The longest line without its end, in bytes (`PROTO_INLINE_MAX_SIZE`).
pub const INLINE_LEN_MAX: usize = 64 * 1024;

/// A read buffer emptied down to this much is kept for the next bytes; a larger one is given back.
const KEEP_CAPACITY_MAX: usize = 64 * 1024;

/// What [`QueryBuf::next`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// No whole command is there yet.
    NeedMore,
    /// A command with at least one word.
    Command(Vec<Vec<u8>>),
    /// Bytes were consumed and hold no command: `*0`, `*-1`, a line of spaces.
    Empty,
    /// An empty line was consumed: no command either, but from a replica it is a sign of life that refreshes its
    /// `repl_ack_time` (`processInlineBuffer`).
    Newline,
    /// The peer does not speak RESP. The text is the error reply's (`ERR Protocol error: …`); the connection is to be
    /// closed after it, and parsing any further is pointless.
    ProtocolError(String),
}

/// The bytes a connection sent that no command has consumed yet (`querybuf` and `qb_pos` of a client in networking.c),
/// and the command that is half parsed.
///
/// Push what arrives, then call [`QueryBuf::next`] until it says [`Parsed::NeedMore`].
///
/// ```
/// use psyncscope_engine::resp::{Parsed, QueryBuf};
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
    /// The multibulk command under way.
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
    /// Adds bytes that arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.forget_consumed();
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes pushed and not consumed: `sdslen(querybuf) - qb_pos`.
    ///
    /// Right after [`Parsed::Command`] these are exactly the bytes after that command, so a replica's
    /// `reploff = read_reploff - unparsed()`. A command that is half received already counts as consumed as far as its
    /// arguments are parsed, as in Redis, so between commands the number means nothing for offsets.
    #[must_use]
    pub fn unparsed(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Whether there is nothing to parse and no command half parsed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.unparsed() == 0 && self.partial.is_none()
    }

    /// Forgets everything, the half parsed command too.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The next command, if a whole one is there (`processInputBuffer`).
    #[allow(clippy::should_implement_trait, reason = "not an iterator: more bytes can follow NeedMore")]
    pub fn next(&mut self) -> Parsed {
        if self.partial.is_some() {
            return self.next_multibulk();
        }
        match self.rest().first() {
            None => Parsed::NeedMore,
            Some(b'*') => self.multibulk_header(),
            Some(_) => self.next_inline(),
        }
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Moves what is left to the front once it is less than what is gone, so that each byte moves at most once.
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
        let Some(end) = find(self.rest(), b'\n') else {
            return self.too_long_or_incomplete("too big inline request");
        };
        let line = &self.rest()[..end];
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
                self.at = count.end;
                if value <= 0 {
                    return Parsed::Empty;
                }
                let missing = value as usize;
                // The count is only a promise: room for a million arguments has to be earned by sending them.
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
            let Some(arg) = self.rest().get(..len + 2) else {
                command.bulk_len = Some(len);
                self.partial = Some(command);
                return Parsed::NeedMore;
            };
            // Redis skips the two bytes after the argument without looking at them.
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
        let first = self.rest()[0];
        if first != b'$' {
            // An unprintable byte cannot be text; Redis would put it there as it is.
            let got = if first.is_ascii() { char::from(first) } else { char::REPLACEMENT_CHARACTER };
            return Err(error(&format!("expected '$', got '{got}'")));
        }
        match line.value {
            Some(value) if (0..=BULK_LEN_MAX).contains(&value) => {
                self.at = line.end;
                Ok(value as usize)
            }
            _ => Err(error("invalid bulk length")),
        }
    }

    /// The line `<byte><integer>\r\n` at the start of what is left, without consuming it. Whatever follows the CR is taken for the LF.
    fn length_line(&self, too_long: &str) -> Result<LengthLine, Parsed> {
        let rest = self.rest();
        let Some(cr) = find(rest, b'\r') else { return Err(self.too_long_or_incomplete(too_long)) };
        if cr + 2 > rest.len() {
            return Err(Parsed::NeedMore);
        }
        let digits = rest.get(1..cr).unwrap_or_default();
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

/// Where `wanted` first stands in `bytes`, unless a NUL stands before it: Redis searches with `strchr`, which stops there.
fn find(bytes: &[u8], wanted: u8) -> Option<usize> {
    let at = bytes.iter().position(|&byte| byte == wanted || byte == 0)?;
    (bytes[at] == wanted).then_some(at)
}

fn error(text: &str) -> Parsed {
    Parsed::ProtocolError(format!("ERR Protocol error: {text}"))
}
