//! Replies, and commands as arrays of bulk strings.

use super::number::push_decimal;

/// A reply under construction: bytes for a client.
///
/// Each method appends one RESP element, as the `addReply…` family of networking.c does. An array is its header
/// ([`Reply::array`]) and then as many elements.
///
/// ```
/// use psyncscope_resp::Reply;
/// let mut reply = Reply::default();
/// reply.array(2);
/// reply.bulk("message");
/// reply.integer(-1);
/// assert_eq!(reply.take(), b"*2\r\n$7\r\nmessage\r\n:-1\r\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    bytes: Vec<u8>,
}

impl Reply {
    /// `+OK`.
    #[inline]
    pub fn ok(&mut self) {
        self.raw("+OK\r\n");
    }

    /// `+text`. Line breaks would break the protocol and become spaces.
    #[inline]
    pub fn status(&mut self, text: impl AsRef<[u8]>) {
        self.line(b'+', text.as_ref());
    }

    /// `-text`; `text` begins with the error code: `ERR syntax error`. Line breaks become spaces, as in
    /// `addReplyErrorFormat`.
    #[inline]
    pub fn error(&mut self, text: impl AsRef<[u8]>) {
        self.line(b'-', text.as_ref());
    }

    /// `:value`.
    #[inline]
    pub fn integer(&mut self, value: i64) {
        self.header(b':', value);
    }

    /// `$length`, the bytes, CRLF.
    #[inline]
    pub fn bulk(&mut self, bytes: impl AsRef<[u8]>) {
        push_bulk(&mut self.bytes, bytes.as_ref());
    }

    /// An integer as a bulk string (`addReplyBulkLongLong`).
    pub fn bulk_integer(&mut self, value: i64) {
        let mut digits = Vec::with_capacity(20);
        push_decimal(&mut digits, value);
        self.bulk(digits);
    }

    /// `$-1`: no such value.
    #[inline]
    pub fn null(&mut self) {
        self.raw("$-1\r\n");
    }

    /// The header of an array of `len` elements, which must follow.
    #[inline]
    pub fn array(&mut self, len: usize) {
        self.header(b'*', len as i64);
    }

    /// `*0`.
    #[inline]
    pub fn empty_array(&mut self) {
        self.raw("*0\r\n");
    }

    /// `*-1`: an aborted EXEC, a blocking command that timed out.
    pub fn null_array(&mut self) {
        self.raw("*-1\r\n");
    }

    /// The reply of a command's HELP (`addReplyHelp`): one line for each subcommand.
    pub fn help(&mut self, command: &str, lines: &[&str]) {
        self.array(lines.len() + 1);
        self.status(format!("{command} <subcommand> arg arg ... arg. Subcommands are:"));
        for line in lines {
            self.status(line);
        }
    }

    /// The error for an unknown subcommand `argv[1]`, or for wrong arguments (`addReplySubcommandSyntaxError`).
    pub fn subcommand_error(&mut self, argv: &[Vec<u8>]) {
        let [command, subcommand, ..] = argv else { return };
        let (text, command) =
            ("ERR Unknown subcommand or wrong number of arguments for '", command.to_ascii_uppercase());
        self.error([text.as_bytes(), subcommand, b"'. Try ", &command, b" HELP."].concat());
    }

    /// Bytes that are RESP already.
    #[inline]
    pub fn raw(&mut self, bytes: impl AsRef<[u8]>) {
        self.bytes.extend_from_slice(bytes.as_ref());
    }

    /// The bytes so far.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the bytes and leaves the reply empty.
    #[inline]
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Drops everything after the first `len` bytes, for a command that fails after part of its reply.
    pub fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    /// Bytes so far.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it is empty.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn line(&mut self, kind: u8, text: &[u8]) {
        self.bytes.push(kind);
        self.bytes.extend(text.iter().map(|&byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { byte }));
        self.bytes.extend_from_slice(b"\r\n");
    }

    fn header(&mut self, kind: u8, value: i64) {
        self.bytes.push(kind);
        push_decimal(&mut self.bytes, value);
        self.bytes.extend_from_slice(b"\r\n");
    }
}

/// A command as clients and masters send it: a RESP array of bulk strings.
///
/// ```
/// use psyncscope_resp::encode_command;
/// assert_eq!(encode_command(&["PING"]), b"*1\r\n$4\r\nPING\r\n");
/// ```
#[must_use]
pub fn encode_command(args: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(args.iter().map(|arg| arg.as_ref().len() + 16).sum::<usize>() + 16);
    encode_command_into(&mut out, args);
    out
}

/// [`encode_command`] at the end of `out`.
pub fn encode_command_into(out: &mut Vec<u8>, args: &[impl AsRef<[u8]>]) {
    out.push(b'*');
    push_decimal(out, args.len() as i64);
    out.extend_from_slice(b"\r\n");
    for arg in args {
        push_bulk(out, arg.as_ref());
    }
}

fn push_bulk(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'$');
    push_decimal(out, bytes.len() as i64);
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(build: impl FnOnce(&mut Reply), expect: &str) {
        let mut reply = Reply::default();
        build(&mut reply);
        assert_eq!(reply.len(), expect.len());
        assert_eq!(reply.is_empty(), expect.is_empty());
        assert_eq!(String::from_utf8_lossy(&reply.take()), expect);
        assert!(reply.is_empty());
    }

    #[test]
    fn each_element() {
        check(|_| (), "");
        check(Reply::ok, "+OK\r\n");
        check(|r| r.status("QUEUED"), "+QUEUED\r\n");
        check(|r| r.error(super::super::errors::SYNTAX), "-ERR syntax error\r\n");
        check(|r| r.integer(i64::MIN), ":-9223372036854775808\r\n");
        check(|r| r.bulk(""), "$0\r\n\r\n");
        check(|r| r.bulk("a\r\nb"), "$4\r\na\r\nb\r\n");
        check(|r| r.bulk_integer(-12), "$3\r\n-12\r\n");
        check(Reply::null, "$-1\r\n");
        check(|r| r.array(3), "*3\r\n");
        check(Reply::empty_array, "*0\r\n");
        check(Reply::null_array, "*-1\r\n");
    }

    #[test]
    fn line_breaks_cannot_end_a_line_early() {
        check(|r| r.error("ERR unknown command `a\r\nb`"), "-ERR unknown command `a  b`\r\n");
        check(|r| r.status("a\nb"), "+a b\r\n");
    }

    #[test]
    fn the_sizes_of_the_stream() {
        let size = |args: &[&str]| encode_command(args).len();
        assert_eq!(size(&["PING"]), 14);
        assert_eq!(size(&["REPLCONF", "GETACK", "*"]), 37);
        assert_eq!(size(&["SELECT", "0"]), 23);
        assert_eq!(size(&["SELECT", "12"]), 24);
        assert_eq!(size(&["SET", "a", "1"]), 27);
    }
}
