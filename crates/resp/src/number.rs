//! Integers as Redis reads them.

use super::float::is_space;

/// The integer in `text`, in the only form that `string2ll` (util.c) accepts: the one in which it is printed.
///
/// No plus, no spaces, no leading zeros, no `-0`, nothing after the digits, and nothing beyond 64 bits. So a string
/// is an integer exactly if printing the integer gives the same bytes, which is why Redis can store it as one.
///
/// ```
/// use psyncscope_resp::parse_i64_strict;
/// assert_eq!(parse_i64_strict(b"-17"), Some(-17));
/// assert_eq!(parse_i64_strict(b"017"), None);
/// assert_eq!(parse_i64_strict(b"+17"), None);
/// ```
#[must_use]
#[inline]
pub fn parse_i64_strict(text: &[u8]) -> Option<i64> {
    if text == b"0" {
        return Some(0);
    }
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    if !matches!(digits, [b'1'..=b'9', ..]) {
        return None;
    }
    // Negative accumulation: the minimum has no positive counterpart.
    let mut value: i64 = 0;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_sub(i64::from(digit - b'0'))?;
    }
    if negative { Some(value) } else { value.checked_neg() }
}

/// C's `strtol` in base 10: spaces, a sign, digits. What follows is ignored, no digits are 0, and a number beyond 64
/// bits becomes the nearest limit. (`atoi` differs from it only beyond 32 bits.)
#[must_use]
pub fn strtol(text: &[u8]) -> i64 {
    let start = text.iter().position(|&byte| !is_space(byte)).unwrap_or(text.len());
    let (negative, digits) = match &text[start..] {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    digits.iter().take_while(|byte| byte.is_ascii_digit()).fold(0_i64, |value, byte| {
        let (value, digit) = (value.saturating_mul(10), i64::from(byte - b'0'));
        if negative { value.saturating_sub(digit) } else { value.saturating_add(digit) }
    })
}

/// Writes `value` in decimal at the end of `digits`, and answers that part of it: no memory is allocated.
pub fn decimal(value: i64, digits: &mut [u8; 20]) -> &[u8] {
    let mut at = digits.len();
    let mut remaining = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (remaining % 10) as u8;
        remaining /= 10;
        if remaining == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    &digits[at..]
}

/// Writes `value` in decimal at the end of `out`, without going through a `String`.
pub(super) fn push_decimal(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(decimal(value, &mut [0; 20]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_at_minus_one_zero_and_plus_one() {
        #[track_caller]
        fn check(text: &str, expect: Option<i64>) {
            assert_eq!(parse_i64_strict(text.as_bytes()), expect, "{text:?}");
        }
        check("9223372036854775806", Some(i64::MAX - 1));
        check("9223372036854775807", Some(i64::MAX));
        check("9223372036854775808", None);
        check("-9223372036854775807", Some(i64::MIN + 1));
        check("-9223372036854775808", Some(i64::MIN));
        check("-9223372036854775809", None);
        check("99999999999999999999", None);
        check("-1", Some(-1));
        check("0", Some(0));
        check("1", Some(1));
        for bad in ["", "-", "-0", "00", "01", "+1", " 1", "1 ", "1a", "a", "0x1", "1.0", "--1", "\n1", "1\n"] {
            check(bad, None);
        }
    }

    #[test]
    fn strtol_reads_what_it_can() {
        for (text, expect) in [
            ("", 0),
            ("abc", 0),
            ("128", 128),
            (" 128", 128),
            ("\t\n\x0b\x0c\r-5", -5),
            ("+7", 7),
            ("12abc", 12),
            ("0x10", 0),
            ("- 1", 0),
            ("9223372036854775807", i64::MAX),
            ("9223372036854775808", i64::MAX),
            ("99999999999999999999", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("-99999999999999999999", i64::MIN),
        ] {
            assert_eq!(strtol(text.as_bytes()), expect, "{text:?}");
        }
    }

    #[test]
    fn decimal_is_what_format_prints() {
        for value in [0, 1, -1, 9, 10, 99, 100, -100, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            push_decimal(&mut out, value);
            assert_eq!(out, value.to_string().into_bytes());
            assert_eq!(parse_i64_strict(&out), Some(value));
        }
    }
}
