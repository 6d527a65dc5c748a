//! Times, speeds and probabilities as a script has them: a number and its unit.

use winnow::Parser;
use winnow::ascii::digit1;
use winnow::combinator::{opt, preceded};
use winnow::error::EmptyError;
use winnow::token::rest;

/// A unit and how many of the smallest it is.
type Units = [(&'static str, u64)];

/// Of times; the smallest is a microsecond.
pub(crate) const TIME: &Units = &[("s", 1_000_000), ("ms", 1000), ("us", 1)];

/// Of a disk's speed.
pub(crate) const BYTES: &Units = &[("GB/s", 1_000_000_000), ("MB/s", 1_000_000), ("kB/s", 1000), ("B/s", 1)];

/// Of a wire's bandwidth.
pub(crate) const BITS: &Units = &[("Gbit/s", 1_000_000_000), ("Mbit/s", 1_000_000), ("kbit/s", 1000), ("bit/s", 1)];

/// The word for a speed without a limit, which is 0 in a configuration.
pub(crate) const UNLIMITED: &str = "unlimited";

/// `3s`, `2.5ms`: the number in the smallest unit. `None` if it is anything else, too large, or finer than that unit.
pub(crate) fn quantity(text: &str, units: &Units) -> Option<u64> {
    let (whole, fraction, unit) = number_and_unit.parse(text).ok()?;
    let (_, size) = units.iter().find(|(name, _)| *name == unit)?;
    let mut value = whole.parse::<u64>().ok()?.checked_mul(*size)?;
    let mut place = *size;
    for digit in fraction.bytes().map(|digit| u64::from(digit - b'0')) {
        if !place.is_multiple_of(10) {
            if digit != 0 {
                return None;
            }
            continue;
        }
        place /= 10;
        value = value.checked_add(digit * place)?;
    }
    Some(value)
}

fn number_and_unit<'a>(input: &mut &'a str) -> Result<(&'a str, &'a str, &'a str), EmptyError> {
    (digit1, opt(preceded('.', digit1)).map(Option::unwrap_or_default), rest).parse_next(input)
}

/// The shortest way to write it: in the largest unit of which it is a whole number.
pub(crate) fn in_units(value: u64, units: &Units) -> String {
    let (name, size) = units.iter().find(|(_, size)| value.is_multiple_of(*size)).expect("every table ends with 1");
    format!("{}{name}", value / size)
}

/// A speed, or [`UNLIMITED`].
pub(crate) fn speed(text: &str, units: &Units) -> Option<u64> {
    if text == UNLIMITED { Some(0) } else { quantity(text, units).filter(|speed| *speed > 0) }
}

/// As [`speed`] reads it.
pub(crate) fn speed_text(value: u64, units: &Units) -> String {
    if value == 0 { UNLIMITED.to_owned() } else { in_units(value, units) }
}

/// An instant, in seconds: `3s`, `3.5s`.
pub(crate) fn instant_text(us: u64) -> String {
    let text = format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    format!("{}s", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A probability: `12.5%`, or `0.125`.
pub(crate) fn probability(text: &str) -> Option<f64> {
    let number = text.strip_suffix('%').unwrap_or(text);
    // What f64 reads besides: `inf`, `nan`, a sign.
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let number: f64 = number.parse().ok()?;
    let value = if text.ends_with('%') { number / 100.0 } else { number };
    (0.0..=1.0).contains(&value).then_some(value)
}

/// As a percentage, if that is read as exactly the same number.
pub(crate) fn probability_text(value: f64) -> String {
    // A negative zero is a zero.
    let value = value.abs();
    let percent = format!("{:?}%", value * 100.0).replace(".0%", "%");
    if probability(&percent) == Some(value) { percent } else { format!("{value:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact() {
        for (text, us) in [
            ("3s", 3_000_000),
            ("3.5s", 3_500_000),
            ("0.000001s", 1),
            ("1.5000000000s", 1_500_000),
            ("150ms", 150_000),
            ("0.5ms", 500),
            ("20us", 20),
            ("18446744073709551615us", u64::MAX),
        ] {
            assert_eq!(quantity(text, TIME), Some(us), "{text}");
        }
        for text in ["", "3", "s", ".5s", "3.s", "-1s", "+1s", "3 s", "0.0000001s", "1.5us", "3S", "3m", "3sms", "1e3s"]
        {
            assert_eq!(quantity(text, TIME), None, "{text}");
        }
        assert_eq!(quantity("18446744073709551616us", TIME), None, "too large");
        assert_eq!(quantity("18446744073709.551616s", TIME), None, "too large");
    }

    #[test]
    fn what_is_written_is_read() {
        for us in [0, 1, 999, 1000, 500_000, 1_000_000, 1_234_567, 3_600_000_000, u64::MAX] {
            assert_eq!(quantity(&in_units(us, TIME), TIME), Some(us));
            assert_eq!(quantity(&instant_text(us), TIME), Some(us));
            assert_eq!(speed(&speed_text(us, BITS), BITS), Some(us));
            assert_eq!(speed(&speed_text(us, BYTES), BYTES), Some(us));
        }
        assert_eq!((in_units(150_000, TIME), instant_text(3_500_000)), ("150ms".to_owned(), "3.5s".to_owned()));
        assert_eq!(speed_text(50_000_000, BYTES), "50MB/s");
        assert_eq!(speed("0B/s", BYTES), None, "that is no speed, and not meant as `unlimited`");
    }

    #[test]
    fn probabilities_are_exact() {
        for (text, value) in [("5%", 0.05), ("12.5%", 0.125), ("0.3", 0.3), ("100%", 1.0), ("1", 1.0), ("0%", 0.0)] {
            assert_eq!(probability(text), Some(value), "{text}");
        }
        for text in ["101%", "1.5", "-0.5", "%", "", "nan", "inf", "+5%", "5 %", ".5"] {
            assert_eq!(probability(text), None, "{text}");
        }
        for thousandth in 0..=1000 {
            let value = f64::from(thousandth) / 1000.0;
            assert_eq!(probability(&probability_text(value)), Some(value));
        }
        for value in [f64::MIN_POSITIVE, f64::EPSILON, 1.0 / 3.0, -0.0] {
            assert_eq!(probability(&probability_text(value)), Some(value));
        }
        assert_eq!(probability_text(0.05), "5%");
    }
}
