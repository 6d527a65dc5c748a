use super::*;

/// Pairs of texts and the result of a C program on x86-64 for their sum, with `strtold`, `+` and `%.17Lf`: the text,
/// `bad` if one of them is no number to Redis, `inf` if the sum is not finite.
const SUMS: &str = include_str!("sums.txt");

#[test]
fn sums_equal_those_of_the_processor() {
    let mut lines = 0;
    for line in SUMS.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let [one, other, expect] = words[..] else { panic!("three words: {line}") };
        let [one, other] = [one, other].map(|text| LongDouble::parse(text.as_bytes()));
        let got = match (one, other) {
            (Some(one), Some(other)) => one.plus(other).map_or("inf".into(), LongDouble::to_text),
            _ => "bad".into(),
        };
        assert_eq!(got, expect, "{line}");
        lines += 1;
    }
    assert!(lines > 400);
}

#[test]
fn no_text_takes_long_or_panics() {
    let digits = "7".repeat(100_000);
    let zeros = "0".repeat(100_000);
    for (text, expect) in [
        (format!("0.{digits}"), Some("0.77777777777777778")),
        (digits.clone(), None),
        (format!("{zeros}1.{zeros}"), Some("1")),
        (format!("0.{zeros}1"), None),
        (format!("{digits}e-100000"), Some("0.77777777777777778")),
        (format!("0.{digits}e{digits}"), None),
        // Halfway between two numbers but for the last digit.
        (format!("36893488147419103233.{zeros}"), Some("36893488147419103232")),
        (format!("36893488147419103234.{zeros}"), Some("36893488147419103232")),
        (format!("36893488147419103234.{zeros}1"), Some("36893488147419103236")),
        (
            format!("0x20000000000000002{}", "0".repeat(40)),
            Some("53919893334301279589334030174039261347274288845081144962207220498432"),
        ),
    ] {
        assert_eq!(LongDouble::parse(text.as_bytes()).map(LongDouble::to_text).as_deref(), expect, "{}", &text[..20]);
    }
    for text in [&b""[..], b" 1", b"1 ", b"1\0", b"\xff", b"-", b"+", b"0x", b"infinit", b"1_0"] {
        assert_eq!(LongDouble::parse(text), None, "{text:?}");
    }
}
