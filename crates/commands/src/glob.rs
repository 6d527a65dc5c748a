//! Glob patterns, as KEYS, SCAN, CONFIG GET and PSUBSCRIBE understand them.
//!
//! No crate has exactly these rules: bytes and not characters, unclosed classes, ranges of *signed* bytes in either
//! direction, and a `*` that does not match the empty key. They are those of `stringmatchlen` in util.c. The
//! algorithm differs: Redis tries each `*` recursively, which is exponential for a pattern like `*a*a*a*a*b`; going
//! back to the last `*` alone finds the same matches.

/// Whether all of `text` matches `pattern`.
///
/// `*` matches any bytes, `?` one byte, `[abx-z]` one of a class and `[^…]` one outside of it; `\` takes the next byte
/// literally.
///
/// ```
/// use psyncscope_commands::glob::matches;
/// assert!(matches(b"user:[0-9]*", b"user:42", false));
/// assert!(!matches(b"user:?", b"user:42", false));
/// ```
#[must_use]
pub fn matches(pattern: &[u8], text: &[u8], ignore_case: bool) -> bool {
    if text.is_empty() {
        return pattern.is_empty();
    }
    let (mut rest, mut at) = (pattern, 0);
    // After the last `*`: the rest of the pattern, and where in the text it was tried.
    let mut retry: Option<(&[u8], usize)> = None;
    while let Some(&byte) = text.get(at) {
        if let [b'*', ..] = rest {
            rest = skip_stars(rest);
            if rest.is_empty() {
                return true;
            }
            retry = Some((rest, at));
        } else if let Some(tail) = match_one(rest, byte, ignore_case) {
            rest = tail;
            at += 1;
        } else {
            let Some((after_star, tried)) = retry else { return false };
            rest = after_star;
            at = tried + 1;
            retry = Some((after_star, at));
        }
    }
    skip_stars(rest).is_empty()
}

fn skip_stars(mut pattern: &[u8]) -> &[u8] {
    while let [b'*', tail @ ..] = pattern {
        pattern = tail;
    }
    pattern
}

/// The rest of `pattern` after its first element, which is not `*`, if that matches `byte`.
fn match_one(pattern: &[u8], byte: u8, ignore_case: bool) -> Option<&[u8]> {
    match pattern {
        [] => None,
        [b'?', tail @ ..] => Some(tail),
        [b'[', tail @ ..] => match_class(tail, byte, ignore_case),
        [b'\\', literal, tail @ ..] | [literal, tail @ ..] => equal(*literal, byte, ignore_case).then_some(tail),
    }
}

/// The same for a class, starting after its `[`. An unclosed class ends with the pattern.
fn match_class(class: &[u8], byte: u8, ignore_case: bool) -> Option<&[u8]> {
    let (negated, mut rest) = match class {
        [b'^', tail @ ..] => (true, tail),
        _ => (false, class),
    };
    let mut found = false;
    loop {
        match rest {
            // Redis ignores the case option here.
            [b'\\', literal, tail @ ..] => {
                found |= *literal == byte;
                rest = tail;
            }
            [b']', tail @ ..] => {
                rest = tail;
                break;
            }
            [] => break,
            [from, b'-', to, tail @ ..] => {
                found |= in_range(*from, *to, byte, ignore_case);
                rest = tail;
            }
            [literal, tail @ ..] => {
                found |= equal(*literal, byte, ignore_case);
                rest = tail;
            }
        }
    }
    (found != negated).then_some(rest)
}

/// Redis compares `char`s, which are signed on the machines it runs on: 0x80 to 0xff come before 0.
fn in_range(from: u8, to: u8, byte: u8, ignore_case: bool) -> bool {
    let (from, to) = if from as i8 > to as i8 { (to, from) } else { (from, to) };
    let fold = |byte: u8| (if ignore_case { byte.to_ascii_lowercase() } else { byte }) as i8;
    (fold(from)..=fold(to)).contains(&fold(byte))
}

const fn equal(one: u8, other: u8, ignore_case: bool) -> bool {
    if ignore_case { one.eq_ignore_ascii_case(&other) } else { one == other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        for text in yes {
            assert!(matches(pattern.as_bytes(), text.as_bytes(), false), "{pattern:?} must match {text:?}");
        }
        for text in no {
            assert!(!matches(pattern.as_bytes(), text.as_bytes(), false), "{pattern:?} must not match {text:?}");
        }
    }

    #[test]
    fn literals_and_wildcards() {
        check("", &[""], &["a"]);
        check("abc", &["abc"], &["", "ab", "abcd", "ABC"]);
        check("?", &["a"], &["", "ab"]);
        check("h?llo", &["hello", "hallo"], &["hllo", "heello"]);
        check("*", &["a", "ab"], &[""]);
        check("**", &["a"], &[""]);
        check("a*", &["a", "ab", "a*"], &["", "ba"]);
        check("*a", &["a", "ba", "aa"], &["ab", ""]);
        check("*a*", &["a", "bab"], &["b"]);
        check("a*b*c", &["abc", "axxbxxc", "abbcc"], &["ac", "abcx", "acb"]);
        check("*?", &["a", "ab"], &[""]);
        check("?*?", &["ab", "abc"], &["a"]);
    }

    #[test]
    fn classes() {
        check("h[ae]llo", &["hello", "hallo"], &["hillo"]);
        check("h[^e]llo", &["hallo", "h^llo"], &["hello"]);
        check("h[a-b]llo", &["hallo", "hbllo"], &["hcllo"]);
        check("h[b-a]llo", &["hallo", "hbllo"], &["hcllo"]);
        check("[]a]", &[], &["a", "]", "]a"]);
        check("[^]", &["a"], &[""]);
        // A range from `a` down to `]`, and an unclosed class.
        check("[a-]", &["a", "]", "`"], &["b", "-"]);
        check("[\\]]", &["]"], &["\\"]);
        check("[\\^x]", &["^", "x"], &["\\"]);
        check("*[0-9]*", &["a1b", "1"], &["ab"]);
    }

    #[test]
    fn unclosed_classes_end_with_the_pattern() {
        check("[ab", &["a", "b"], &["c", "["]);
        check("[", &[], &["a", "["]);
        check("[^", &["a"], &[""]);
        check("[a-", &["a", "-"], &["b"]);
        check("a\\", &["a\\"], &["a", "ab"]);
        check("[\\", &["\\"], &["a"]);
    }

    #[test]
    fn escapes() {
        check("a\\*", &["a*"], &["ab", "a\\*"]);
        check("\\?", &["?"], &["a"]);
        check("\\[a]", &["[a]"], &["a"]);
        check("\\\\", &["\\"], &["\\\\"]);
    }

    #[test]
    fn case_and_signed_bytes() {
        assert!(matches(b"RePl-*", b"repl-backlog-size", true));
        assert!(matches(b"[A-C]", b"b", true));
        assert!(!matches(b"[\\B]", b"b", true));
        assert!(matches(b"[\x80-\xff]", b"\x90", false));
        // As signed bytes 0xff is -1: the range is -1..=b'a'.
        assert!(!matches(b"[a-\xff]", b"b", false));
        assert!(matches(b"[a-\xff]", b"Z", false));
        assert!(matches(b"?\0?", b"a\0b", false));
    }

    #[test]
    fn many_stars_are_not_exponential() {
        let pattern = b"*a".repeat(2000);
        let text = b"a".repeat(1999);
        assert!(!matches(&pattern, &text, false));
    }
}
