//! A line of words, with quotes.

/// Splits a line into words as `sdssplitargs` (sds.c) does: at white space, with `"…"` (where `\n \r \t \b \a \xHH`
/// and `\` before any other character are escapes) and `'…'` (where only `\'` is one). `None` if a quote is unclosed
/// or something other than white space follows a closing quote.
///
/// The line ends at its first NUL, as a C string does.
///
/// ```
/// use psyncscope_resp::split_args;
/// let words = split_args(br#"SET greeting "hello\x21 world""#).unwrap();
/// assert_eq!(words[2], b"hello! world");
/// assert_eq!(split_args(b"SET greeting \"hello"), None);
/// ```
#[must_use]
pub fn split_args(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let line = line.split(|&byte| byte == 0).next().unwrap_or_default();
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        while let [first, tail @ ..] = rest {
            if !is_space(*first) {
                break;
            }
            rest = tail;
        }
        if rest.is_empty() {
            return Some(words);
        }
        let (word, tail) = word(rest)?;
        words.push(word);
        rest = tail;
    }
}

/// The first word of `rest`, and the remainder.
fn word(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut word = Vec::new();
    loop {
        match rest {
            [] => return Some((word, rest)),
            [b'"', tail @ ..] => return after_quote(word, tail, double_quoted),
            [b'\'', tail @ ..] => return after_quote(word, tail, single_quoted),
            // Narrower than `is_space`: a vertical tab or a form feed inside a word belongs to the word.
            [b' ' | b'\t' | b'\n' | b'\r', ..] => return Some((word, rest)),
            [byte, tail @ ..] => {
                word.push(*byte);
                rest = tail;
            }
        }
    }
}

/// Reads a quoted part with `quoted`; the closing quote must end the word.
fn after_quote<'a>(
    mut word: Vec<u8>,
    rest: &'a [u8],
    quoted: fn(&mut Vec<u8>, &'a [u8]) -> Option<&'a [u8]>,
) -> Option<(Vec<u8>, &'a [u8])> {
    let tail = quoted(&mut word, rest)?;
    tail.first().is_none_or(|&byte| is_space(byte)).then_some((word, tail))
}

fn double_quoted<'a>(word: &mut Vec<u8>, mut rest: &'a [u8]) -> Option<&'a [u8]> {
    loop {
        match rest {
            [] => return None,
            [b'"', tail @ ..] => return Some(tail),
            [b'\\', b'x', high, low, tail @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                word.push(hex(*high) << 4 | hex(*low));
                rest = tail;
            }
            [b'\\', escaped, tail @ ..] => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => *other,
                });
                rest = tail;
            }
            [byte, tail @ ..] => {
                word.push(*byte);
                rest = tail;
            }
        }
    }
}

fn single_quoted<'a>(word: &mut Vec<u8>, mut rest: &'a [u8]) -> Option<&'a [u8]> {
    loop {
        match rest {
            [] => return None,
            [b'\'', tail @ ..] => return Some(tail),
            [b'\\', b'\'', tail @ ..] => {
                word.push(b'\'');
                rest = tail;
            }
            [byte, tail @ ..] => {
                word.push(*byte);
                rest = tail;
            }
        }
    }
}

/// C's `isspace`: unlike [`u8::is_ascii_whitespace`], with the vertical tab.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

const fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit - b'A' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &[u8], expect: &[&[u8]]) {
        let words = split_args(line).unwrap();
        assert_eq!(words, expect.iter().map(|word| word.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn words_and_quotes() {
        check(b"", &[]);
        check(b" \t\x0b\x0c\r\n ", &[]);
        check(b"PING", &[b"PING"]);
        check(b"  SET\ta  1 ", &[b"SET", b"a", b"1"]);
        check(br#"SET a """#, &[b"SET", b"a", b""]);
        check(br#""a b" 'c d'"#, &[b"a b", b"c d"]);
        check(br#"x"y z""#, &[b"xy z"]);
        check(br#""\x41\n\r\t\b\a\"\\\q""#, &[b"A\n\r\t\x08\x07\"\\q"]);
        check(br#""\xZZ \x4""#, &[b"xZZ x4"]);
        check(br#"'\' \n'"#, &[br"' \n"]);
        check(b"\xff\xfe \x80", &[b"\xff\xfe", b"\x80"]);
        check(b"a\0b c", &[b"a"]);
        check(b"\x0ba\x0bb \"c\"\x0c", &[b"a\x0bb", b"c"]);
    }

    #[test]
    fn unbalanced() {
        for line in [&b"\""[..], b"'", b"\"a", b"'a", b"\"a\"b", b"'a'b", b"\"a\"'b'", b"\"a\\\"", b"'a\\'", b"\"a\\"] {
            assert_eq!(split_args(line), None, "{}", String::from_utf8_lossy(line));
        }
    }
}
