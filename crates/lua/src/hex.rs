//! Rewrites hexadecimal numbers in decimal before a script is compiled.
//!
//! The Lua engine passes `0x10` to the C library where there is one, and refuses it in a browser. Scripts must mean
//! the same everywhere.

use std::borrow::Cow;

/// The source with every hexadecimal number in decimal; strings and comments are unchanged. `0x1p4` and the like
/// become malformed numbers, which they are in Lua 5.1, even if the C library accepts them.
pub(super) fn in_decimal(source: &[u8]) -> Cow<'_, [u8]> {
    if !source.windows(2).any(|pair| matches!(pair, [b'0', b'x' | b'X'])) {
        return Cow::Borrowed(source);
    }
    let mut out = Vec::with_capacity(source.len() + 16);
    let mut rest = source;
    while !rest.is_empty() {
        let (token, after) = rest.split_at(token_len(rest).max(1));
        match token {
            [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit) => {
                out.extend_from_slice(value(digits).to_string().as_bytes());
            }
            [b'0', b'x' | b'X', ..] => {
                out.extend_from_slice(b"0_");
                out.extend_from_slice(token);
            }
            _ => out.extend_from_slice(token),
        }
        rest = after;
    }
    Cow::Owned(out)
}

fn value(digits: &[u8]) -> f64 {
    let digit = |&digit: &u8| f64::from(char::from(digit).to_digit(16).unwrap_or(0));
    digits.iter().map(digit).fold(0.0, |value, digit| value * 16.0 + digit)
}

/// The length of the word, number, string or comment that a source begins with; 0 or 1 for anything else.
fn token_len(source: &[u8]) -> usize {
    let run = |from: usize, is: fn(&u8) -> bool| from + source[from..].iter().take_while(|byte| is(byte)).count();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    match source {
        [b'-', b'-', comment @ ..] => match long_bracket(comment) {
            Some(len) => 2 + len,
            None => run(0, |byte| *byte != b'\n'),
        },
        [b'[', ..] => long_bracket(source).unwrap_or(1),
        [quote @ (b'"' | b'\''), ..] => {
            let mut at = 1;
            while let Some(byte) = source.get(at) {
                at += if *byte == b'\\' { 2 } else { 1 };
                if byte == quote || *byte == b'\n' {
                    break;
                }
            }
            at.min(source.len())
        }
        [b'0', b'x' | b'X', ..] => run(0, is_word),
        [b'0'..=b'9', ..] => {
            let mut at = run(0, |byte| byte.is_ascii_digit() || *byte == b'.');
            if let [b'e' | b'E', sign, ..] = &source[at..] {
                at += if matches!(sign, b'+' | b'-') { 2 } else { 1 };
            }
            run(at, is_word)
        }
        _ => run(0, is_word),
    }
}

/// The length of `[[ … ]]` or `[==[ … ]==]` at the beginning; all of the text if it is unclosed.
fn long_bracket(source: &[u8]) -> Option<usize> {
    let level = source.strip_prefix(b"[")?.iter().take_while(|&&byte| byte == b'=').count();
    if source.get(level + 1) != Some(&b'[') {
        return None;
    }
    let mut close = vec![b'='; level + 2];
    close[0] = b']';
    close[level + 1] = b']';
    let end = source.windows(close.len()).position(|window| window == close);
    Some(end.map_or(source.len(), |at| at + close.len()))
}

#[cfg(test)]
mod tests {
    use super::in_decimal;

    #[track_caller]
    fn check(source: &str, expect: &str) {
        assert_eq!(String::from_utf8_lossy(&in_decimal(source.as_bytes())), expect);
    }

    #[test]
    fn numbers_are_decimal_and_nothing_else_changes() {
        check("return 10", "return 10");
        check("return 0x10+0XfF, a0x10, 0x0", "return 16+255, a0x10, 0");
        check("x = 0x10..'0x10'..\"\\\"0x10\"", "x = 16..'0x10'..\"\\\"0x10\"");
        check(
            "a[0x1] = [[0x1]] .. [==[0x1]]0x1]==] -- 0x1\nb = 0x1",
            "a[1] = [[0x1]] .. [==[0x1]]0x1]==] -- 0x1\nb = 1",
        );
        check("--[[ 0x1\n0x1 ]] 0x2", "--[[ 0x1\n0x1 ]] 2");
        check("1e+0x1 0x", "1e+0x1 0_0x");
        check("0x1p4 0x1g 0x1_", "0_0x1p4 0_0x1g 0_0x1_");
        check("0xFFFFFFFFFFFFFFFF", "18446744073709552000");
        check("'0x1", "'0x1");
        check("[[0x1", "[[0x1");
        check("\"\\", "\"\\");
    }
}
