//! Short descriptions of bytes on a link, for labels.

use std::fmt::Write;

use super::inline::split_args;
use super::number::parse_i64_strict;
use super::query::MULTIBULK_ARGS_MAX;

/// The longest label, in characters.
const LABEL_CHARS_MAX: usize = 40;
/// The longest word in a label, in characters.
const WORD_CHARS_MAX: usize = 24;
/// Arguments of a command that are considered.
const WORDS_MAX: usize = 8;

/// Printable, reversible text for `bytes`: UTF-8 stays, anything else becomes `\r`, `\n`, `\t`, `\\` or `\xHH`.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '\r' => out.push_str("\\r"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\\' => out.push_str("\\\\"),
                char if char.is_control() => {
                    let mut utf8 = [0; 4];
                    push_hex(&mut out, char.encode_utf8(&mut utf8).as_bytes());
                }
                char => out.push(char),
            }
        }
        push_hex(&mut out, chunk.invalid());
    }
    out
}

fn push_hex(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "\\x{byte:02x}");
    }
}

/// Describes `bytes` on a link in at most forty characters: commands, replies, an RDB transfer, keep-alives, or a
/// fragment of one of them.
///
/// Forty hexadecimal digits are shortened to four. A chunk may start or end anywhere, as segments do.
///
/// ```
/// use psyncscope_resp::{describe, encode_command};
/// assert_eq!(describe(&encode_command(&["SET", "user:7", "ada"])), "SET user:7 ada");
/// assert_eq!(describe(b"+CONTINUE 190e88de4e2e04462e99cc0f915d8209bddad649\r\n"), "+CONTINUE 190e…");
/// ```
#[must_use]
pub fn describe(bytes: &[u8]) -> String {
    let mut rest = bytes;
    let mut labels: Vec<String> = Vec::new();
    let mut items = 0;
    let mut only_commands = true;
    while !rest.is_empty() {
        let item = first_item(rest);
        only_commands &= matches!(item.kind, Kind::Command);
        // Labels that do not fit are counted instead.
        if labels.len() < LABEL_CHARS_MAX / 2 {
            labels.push(item.label);
        }
        items += 1;
        rest = &rest[item.len..];
    }
    let list = labels.join(", ");
    match items {
        0 => "0 B".to_owned(),
        1 => shorten(list, LABEL_CHARS_MAX),
        _ if only_commands => shorten(format!("{items} commands: {list}"), LABEL_CHARS_MAX),
        _ => shorten(list, LABEL_CHARS_MAX),
    }
}

struct Item {
    kind: Kind,
    label: String,
    /// Bytes consumed, at least one.
    len: usize,
}

enum Kind {
    Command,
    Other,
}

impl Item {
    fn other(label: String, len: usize) -> Self {
        Self { kind: Kind::Other, label, len }
    }

    /// Unrecognised bytes: their number and beginning.
    fn opaque(bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(WORD_CHARS_MAX * 4)];
        Self::other(format!("{} B of {}", bytes.len(), shorten(escape(head), WORD_CHARS_MAX)), bytes.len())
    }
}

fn first_item(bytes: &[u8]) -> Item {
    match bytes {
        [b'\n' | b'\r', ..] => {
            let len = bytes.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            let lines = bytes[..len].iter().filter(|&&byte| byte == b'\n').count();
            Item::other(if lines == 1 { "newline".to_owned() } else { format!("{lines} newlines") }, len)
        }
        [b'*', ..] => command(bytes),
        [b'$', ..] => bulk(bytes),
        [b'+' | b'-' | b':', ..] => match line(bytes) {
            Some((text, len)) => {
                Item::other(text.split(|&byte| byte == b' ').map(word).collect::<Vec<_>>().join(" "), len)
            }
            None => Item::opaque(bytes),
        },
        [b'R', b'E', b'D', b'I', b'S', b'0'..=b'9', ..] => Item::other(format!("RDB {} B", bytes.len()), bytes.len()),
        [b'a'..=b'z' | b'A'..=b'Z', ..] => inline(bytes),
        _ => Item::opaque(bytes),
    }
}

/// A RESP array of bulk strings, complete or truncated.
fn command(bytes: &[u8]) -> Item {
    let Some((header, mut at)) = line(bytes) else { return Item::opaque(bytes) };
    let Some(count) = parse_i64_strict(&header[1..]).filter(|count| (1..=MULTIBULK_ARGS_MAX).contains(count)) else {
        return Item::other(escape(header), at);
    };
    let mut words = Vec::new();
    for index in 0..count {
        let rest = &bytes[at..];
        let len = match rest.first() {
            None => return cut_off(&words, bytes.len()),
            Some(b'$') => match line(rest) {
                None => return cut_off(&words, bytes.len()),
                Some((header, len)) => {
                    at += len;
                    parse_i64_strict(&header[1..]).and_then(|len| usize::try_from(len).ok())
                }
            },
            Some(_) => None,
        };
        // An array of something else: a reply, or not RESP at all.
        let Some(len) = len else { return Item::opaque(bytes) };
        let Some(end) = at.checked_add(len).filter(|end| end + 2 <= bytes.len()) else {
            words.push(word(bytes.get(at..).unwrap_or_default()));
            return cut_off(&words, bytes.len());
        };
        if index < WORDS_MAX as i64 {
            words.push(word(&bytes[at..end]));
        }
        at = end + 2;
    }
    Item { kind: Kind::Command, label: words.join(" "), len: at }
}

fn cut_off(words: &[String], len: usize) -> Item {
    let start = if words.is_empty() { "a command".to_owned() } else { words.join(" ") };
    Item::other(format!("{len} B of {start}"), len)
}

/// `$<n>` with an RDB file or a string, `$EOF:<mark>`.
fn bulk(bytes: &[u8]) -> Item {
    let Some((header, start)) = line(bytes) else { return Item::opaque(bytes) };
    if let Some(mark) = header.strip_prefix(b"$EOF:") {
        let label = format!("RDB until {}", word(mark));
        return match bytes.len() - start {
            0 => Item::other(label, start),
            sent => Item::other(format!("{label}, {sent} B"), bytes.len()),
        };
    }
    let Some(len) = parse_i64_strict(&header[1..]).and_then(|len| usize::try_from(len).ok()) else {
        return Item::other(escape(header), start);
    };
    let body = &bytes[start..];
    if body.is_empty() && len > 0 {
        return Item::other(format!("RDB of {len} B follows"), start);
    }
    if body.starts_with(b"REDIS") || len > body.len() {
        // No CRLF after it: an RDB file on a link has none.
        return match body.len().checked_sub(len) {
            Some(_) => Item::other(format!("RDB {len} B"), start + len),
            None => Item::other(format!("RDB {} of {len} B", body.len()), bytes.len()),
        };
    }
    Item::other(word(&body[..len]), bytes.len().min(start + len + 2))
}

/// A line of words, if it is one; otherwise a fragment.
fn inline(bytes: &[u8]) -> Item {
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else { return Item::opaque(bytes) };
    let text = bytes[..end].trim_ascii_end();
    if !text.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return Item::opaque(bytes);
    }
    match split_args(text) {
        Some(words) => {
            let words: Vec<_> = words.iter().take(WORDS_MAX).map(|bytes| word(bytes)).collect();
            Item { kind: Kind::Command, label: words.join(" "), len: end + 1 }
        }
        None => Item::opaque(bytes),
    }
}

/// The first line without its end, and the number of bytes it occupies.
fn line(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let cr = bytes.iter().position(|&byte| byte == b'\r')?;
    (bytes.get(cr + 1) == Some(&b'\n')).then(|| (&bytes[..cr], cr + 2))
}

/// A word of a label: IDs shortened, quoted if necessary.
fn word(bytes: &[u8]) -> String {
    if bytes.len() == 40 && bytes.iter().all(u8::is_ascii_hexdigit) {
        return format!("{}…", escape(&bytes[..4]));
    }
    // Four bytes per character are enough to know whether it fits.
    let head = &bytes[..bytes.len().min(WORD_CHARS_MAX * 4 + 4)];
    let text = shorten(escape(head), WORD_CHARS_MAX);
    if bytes.is_empty() || bytes.contains(&b' ') { format!("\"{text}\"") } else { text }
}

/// `text` truncated to `chars_max` characters, the last of which is `…`.
fn shorten(mut text: String, chars_max: usize) -> String {
    if let Some((cut, _)) = text.char_indices().nth(chars_max - 1)
        && text[cut..].chars().nth(1).is_some()
    {
        text.truncate(cut);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::encode_command;
    use super::*;

    const ID: &str = "190e88de4e2e04462e99cc0f915d8209bddad649";

    #[track_caller]
    fn check(bytes: impl AsRef<[u8]>, expect: &str) {
        assert_eq!(describe(bytes.as_ref()), expect);
    }

    #[test]
    fn commands() {
        check(encode_command(&["PING"]), "PING");
        check(encode_command(&["PSYNC", ID, "214"]), "PSYNC 190e… 214");
        check(encode_command(&["REPLCONF", "ACK", "50"]), "REPLCONF ACK 50");
        check(encode_command(&["SET", "a", ""]), "SET a \"\"");
        check(encode_command(&["SET", "a", "two words"]), "SET a \"two words\"");
        check(encode_command(&["SET", "名字", "艾达"]), "SET 名字 艾达");
        check(encode_command(&[&b"SET"[..], b"a", b"\xff\n"]), "SET a \\xff\\n");
        check(encode_command(&["SET", "big", &"x".repeat(1000)]), "SET big xxxxxxxxxxxxxxxxxxxxxxx…");
        check("SYNC\r\n", "SYNC");
        let two = [encode_command(&["SELECT", "0"]), encode_command(&["SET", "a", "1"])].concat();
        check(&two, "2 commands: SELECT 0, SET a 1");
        check(two.repeat(20), "40 commands: SELECT 0, SET a 1, SELECT …");
    }

    #[test]
    fn replies_and_transfers() {
        check("+OK\r\n", "+OK");
        check(format!("+FULLRESYNC {ID} 0\r\n"), "+FULLRESYNC 190e… 0");
        check(
            "-NOMASTERLINK Can't SYNC while not connected with my master\r\n",
            "-NOMASTERLINK Can't SYNC while not conn…",
        );
        check(":1\r\n", ":1");
        check("$-1\r\n", "$-1");
        check("$5\r\nhello\r\n", "hello");
        check("\n", "newline");
        check("\n\n", "2 newlines");
        check("$188\r\n", "RDB of 188 B follows");
        check("$12\r\nREDIS0009xyz", "RDB 12 B");
        check("$12\r\nREDIS0009xyz*1\r\n$4\r\nPING\r\n", "RDB 12 B, PING");
        check("$188\r\nREDIS0009xyz", "RDB 12 of 188 B");
        check("REDIS0009xyz", "RDB 12 B");
        check(format!("$EOF:{ID}\r\n"), "RDB until 190e…");
        check(format!("$EOF:{ID}\r\nREDIS0009"), "RDB until 190e…, 9 B");
        check(format!("+CONTINUE {ID}\r\n*1\r\n$4\r\nPING\r\n"), "+CONTINUE 190e…, PING");
    }

    #[test]
    fn fragments() {
        check("", "0 B");
        check("*", "1 B of *");
        check("*3\r\n", "4 B of a command");
        check("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$10\r\nxx", "27 B of SET a xx");
        check("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$", "21 B of SET a");
        check("T\r", "2 B of T\\r");
        check(b"\x00\x01\xfe", "3 B of \\x00\\x01\\xfe");
        check("*2\r\n:1\r\n:2\r\n", "12 B of *2\\r\\n:1\\r\\n:2\\r\\n");
        check("$99999999999999999999\r\nx", "$99999999999999999999, 1 B of x");
        check("*2\r\n$9223372036854775807\r\nx", "27 B of x");
    }

    #[test]
    fn labels_are_short_and_never_panic() {
        let parts: [&[u8]; 12] =
            [b"*", b"$", b"1", b"-1", b"9", b"\r\n", b"\r", b"EOF:", b"REDIS0", b"+", "é".as_bytes(), b"\xff"];
        for a in parts {
            for b in parts {
                for c in parts {
                    for d in parts {
                        let label = describe(&[a, b, c, d].concat());
                        assert!((1..=LABEL_CHARS_MAX).contains(&label.chars().count()), "{label}");
                    }
                }
            }
        }
    }
}
