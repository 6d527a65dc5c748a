//! Floating-point numbers as Redis reads and prints them.
//!
//! Separate from the integers because the standard library's tables for these conversions are large: only commands
//! that need them call these functions.

/// `value` as C's `%.17g` prints it, which is how scores are replied and propagated (`addReplyDouble`, `d2string`).
/// Infinities are `inf` and `-inf`.
///
/// Seventeen significant digits identify any double; trailing zeros are dropped, and an exponent is shown below 1e-4
/// and from 1e17 on.
///
/// ```
/// use psyncscope_resp::format_double;
/// assert_eq!(format_double(3.0), "3");
/// assert_eq!(format_double(0.1), "0.10000000000000001");
/// assert_eq!(format_double(1e20), "1e+20");
/// assert_eq!(format_double(f64::NEG_INFINITY), "-inf");
/// ```
#[must_use]
pub fn format_double(value: f64) -> String {
    if value.is_nan() {
        return if value.is_sign_negative() { "-nan".into() } else { "nan".into() };
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf".into() } else { "inf".into() };
    }
    let whole = value as i64;
    // Integers need no tables. Zero is excluded, as it can be negative.
    if whole != 0 && whole as f64 == value && whole.unsigned_abs() < 100_000_000_000_000_000 {
        return whole.to_string();
    }
    let scientific = format!("{value:.16e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if !(-4..17).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}e{exponent_sign}{:02}", exponent.unsigned_abs());
    }
    let Ok(before_point) = usize::try_from(exponent + 1) else {
        let zeros = "0".repeat((-1 - exponent) as usize);
        return format!("{sign}0.{zeros}{digits}");
    };
    if before_point == 0 {
        return format!("{sign}0.{digits}");
    }
    if digits.len() <= before_point {
        // Zero has no digits left; missing digits before the point are zeros.
        return format!("{sign}{digits:0<before_point$}");
    }
    let (whole, fraction) = digits.split_at(before_point);
    format!("{sign}{whole}.{fraction}")
}

/// The number that `strtod` reads from all of `text`, within range: an argument or a stored value
/// (`getDoubleFromObject`). Infinity may be spelt out, but overflow is refused; so are numbers too small to differ
/// from zero, and NaN.
///
/// ```
/// use psyncscope_resp::parse_double;
/// assert_eq!(parse_double(b"-1.5e3"), Some(-1500.0));
/// assert_eq!(parse_double(b"+inf"), Some(f64::INFINITY));
/// assert_eq!(parse_double(b"1e400"), None);
/// assert_eq!(parse_double(b" 1"), None);
/// assert_eq!(parse_double(b"nan"), None);
/// ```
#[must_use]
pub fn parse_double(text: &[u8]) -> Option<f64> {
    let value = read(text)?;
    let out_of_range = if value.is_infinite() {
        text.iter().any(u8::is_ascii_digit)
    } else {
        value == 0.0 && has_digits_that_count(text)
    };
    (!out_of_range && !value.is_nan()).then_some(value)
}

/// A bound of a range of scores (`zslParseRange`), which accepts more than [`parse_double`]: leading spaces, numbers
/// out of range, and the empty text, which is zero. Bytes after a NUL are ignored.
#[must_use]
pub fn parse_double_leniently(text: &[u8]) -> Option<f64> {
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    if text.is_empty() {
        return Some(0.0);
    }
    let spaces = text.iter().take_while(|byte| is_space(**byte)).count();
    read(&text[spaces..]).filter(|value| !value.is_nan())
}

/// The number that Lua 5.1 converts a string to (`luaO_str2d`): all that `strtod` reads, with spaces on both sides.
/// Bytes after a NUL are ignored.
#[must_use]
pub fn parse_lua_number(text: &[u8]) -> Option<f64> {
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    let begin = text.iter().position(|&byte| !is_space(byte))?;
    let end = text.iter().rposition(|&byte| !is_space(byte))?;
    read(&text[begin..=end])
}

/// `isspace` in the C locale.
#[must_use]
pub const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Whether there is a digit other than zero before the exponent.
fn has_digits_that_count(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let (hex, end) = match strip_hex_mark(text) {
        Some(_) => (true, b'p'),
        None => (false, b'e'),
    };
    let mantissa = text.iter().take_while(|byte| byte.to_ascii_lowercase() != end);
    mantissa
        .clone()
        .any(|byte| if hex { byte.is_ascii_hexdigit() && *byte != b'0' } else { matches!(byte, b'1'..=b'9') })
}

fn strip_hex_mark(text: &[u8]) -> Option<&[u8]> {
    text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X"))
}

/// `strtod` of a whole text without leading spaces.
fn read(text: &[u8]) -> Option<f64> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let value = match strip_hex_mark(rest) {
        Some(hex) => read_hex(hex)?,
        // The standard library would accept a second sign.
        None if matches!(rest, [b'-' | b'+', ..]) => return None,
        None => std::str::from_utf8(rest).ok()?.parse().ok()?,
    };
    Some(if negative { -value } else { value })
}

/// The rest of a hexadecimal number after `0x`: `1f.8p-3`.
fn read_hex(text: &[u8]) -> Option<f64> {
    let (mut mantissa, mut exponent) = (0_u64, 0_i64);
    let (mut any, mut after_point) = (false, false);
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        if *byte == b'.' && !after_point {
            after_point = true;
        } else if let Some(digit) = char::from(*byte).to_digit(16) {
            any = true;
            if mantissa >> 59 == 0 {
                mantissa = mantissa << 4 | u64::from(digit);
                exponent -= if after_point { 4 } else { 0 };
            } else {
                // Beyond the precision: only whether any digit is not zero matters for rounding.
                mantissa |= u64::from(digit != 0);
                exponent += if after_point { 0 } else { 4 };
            }
        } else {
            break;
        }
        rest = tail;
    }
    if !any {
        return None;
    }
    if let [b'p' | b'P', power @ ..] = rest {
        let power: i64 = std::str::from_utf8(power).ok()?.parse().ok()?;
        exponent = exponent.saturating_add(power);
    } else if !rest.is_empty() {
        return None;
    }
    Some(scale(mantissa, exponent))
}

/// `mantissa` times two to the power of `exponent`, rounded once.
fn scale(mantissa: u64, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    // Bits of precision at this magnitude: 53, or fewer below the smallest normal number.
    let top = exponent.saturating_add(63 - i64::from(mantissa.leading_zeros()));
    let keep = if top < -1022 { 53 - (-1022 - top) } else { 53 };
    if keep < 0 {
        return 0.0;
    }
    let bits = 64 - i64::from(mantissa.leading_zeros());
    let drop = (bits - keep).max(0);
    let kept = if drop == 0 {
        u128::from(mantissa)
    } else {
        let wide = u128::from(mantissa);
        let (floor, rest, half) = (wide >> drop, wide & ((1 << drop) - 1), 1_u128 << (drop - 1));
        floor + u128::from(rest > half || rest == half && floor & 1 == 1)
    };
    let (mut value, mut power) = (kept as f64, exponent.saturating_add(drop));
    // In steps, each exact: powi(-1074) itself would be zero.
    while power != 0 && value != 0.0 && value.is_finite() {
        let step = power.clamp(-1000, 1000);
        value *= 2_f64.powi(step as i32);
        power -= step;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_as_c_prints_them() {
        #[track_caller]
        fn check(value: f64, expect: &str) {
            assert_eq!(format_double(value), expect);
            assert_eq!(parse_double(expect.as_bytes()).map(f64::to_bits), Some(value.to_bits()), "{expect}");
        }
        check(0.0, "0");
        check(-0.0, "-0");
        check(1.0, "1");
        check(-1.0, "-1");
        check(10.0, "10");
        check(1.5, "1.5");
        check(-1.5, "-1.5");
        check(0.1, "0.10000000000000001");
        check(3.15, "3.1499999999999999");
        check(100.25, "100.25");
        check(0.0001, "0.0001");
        check(0.00012, "0.00012");
        check(0.00001, "1.0000000000000001e-05");
        check(1e16, "10000000000000000");
        check(1e17, "1e+17");
        check(99_999_999_999_999_999.0, "1e+17");
        check(99_999_999_999_999_984.0, "99999999999999984");
        check(1.5e17, "1.5e+17");
        check(1e100, "1e+100");
        check(1.797_693_134_862_315_7e308, "1.7976931348623157e+308");
        check(5e-324, "4.9406564584124654e-324");
        // Halfway between two texts of seventeen digits: to the even one.
        check(123_456_789_012_345.0 + 0.125, "123456789012345.12");
        check(123_456_789_012_345.0 + 0.375, "123456789012345.38");
        check(f64::INFINITY, "inf");
        check(f64::NEG_INFINITY, "-inf");
        assert_eq!(format_double(f64::NAN), "nan");
    }

    #[test]
    fn read_as_strtod_reads_them() {
        #[track_caller]
        fn check(text: &str, expect: Option<f64>) {
            assert_eq!(parse_double(text.as_bytes()), expect, "{text:?}");
        }
        for (text, value) in [
            ("1", 1.0),
            ("+1", 1.0),
            ("-1.", -1.0),
            (".5", 0.5),
            ("1e3", 1000.0),
            ("1E+3", 1000.0),
            ("007", 7.0),
            ("0e999999", 0.0),
            ("inf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("0x10", 16.0),
            ("-0X1.8p1", -3.0),
            ("0x.8", 0.5),
            ("0x1p-1074", 5e-324),
            ("0x1.fffffffffffff8p0", 2.0),
            ("0x20000000000001", 9_007_199_254_740_992.0),
            ("0x20000000000003", 9_007_199_254_740_996.0),
            ("0x200000000000010000000000000001", 1.661_534_994_731_145_2e35),
            ("2.2250738585072011e-308", 2.225_073_858_507_201e-308),
        ] {
            check(text, Some(value));
        }
        for bad in [
            "",
            " ",
            " 1",
            "1 ",
            "e",
            ".",
            "1e",
            "1e+",
            "--1",
            "+-1",
            "-",
            "abc",
            "1x",
            "nan",
            "-nan",
            "1e400",
            "-1e400",
            "1e-400",
            "0x",
            "0x.",
            "0xg",
            "0x1p",
            "0x1p99999999999999999999",
            "0x1p2000",
            "0x1p-2000",
            "1_0",
            "infinit",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn bounds_of_ranges_are_lenient() {
        for (text, value) in [
            ("", Some(0.0)),
            (" 1", Some(1.0)),
            ("\t-inf", Some(f64::NEG_INFINITY)),
            ("1e400", Some(f64::INFINITY)),
            ("1e-400", Some(0.0)),
            ("1\0x", Some(1.0)),
            (" ", None),
            ("1 ", None),
            ("nan", None),
            ("foo", None),
        ] {
            assert_eq!(parse_double_leniently(text.as_bytes()), value, "{text:?}");
        }
    }
}
