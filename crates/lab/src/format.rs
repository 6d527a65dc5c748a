//! Bytes, sizes and times as text, the same in every language.

use psyncscope_sim::frame::SimTime;

/// The bytes as one would write them in a C string: `*1\r\n$4\r\nPING\r\n`. Valid UTF-8 stays readable.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\r' => out.push_str("\\r"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\\' => out.push_str("\\\\"),
                c if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

/// One byte as a caption: `'a'`, `'\r'`, `0x00`.
#[must_use]
pub fn byte_name(byte: u8) -> String {
    match byte {
        b'\r' => "'\\r'".to_owned(),
        b'\n' => "'\\n'".to_owned(),
        0x20..=0x7e => format!("'{}'", char::from(byte)),
        _ => format!("0x{byte:02x}"),
    }
}

/// A size in bytes for a label: `64 B`, `16 KiB`, `1.5 MiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const KIB: f64 = 1024.0;
    let n = bytes as f64;
    let (value, unit) = if n < KIB {
        return format!("{bytes} B");
    } else if n < KIB * KIB {
        (n / KIB, "KiB")
    } else {
        (n / KIB / KIB, "MiB")
    };
    if value >= 100.0 || (value - value.round()).abs() < 0.05 {
        format!("{value:.0} {unit}")
    } else {
        format!("{value:.1} {unit}")
    }
}

/// `12.418 s`; from a minute on `1:02.418`.
#[must_use]
pub fn clock(t: SimTime) -> String {
    let ms = t.0 / 1000;
    if ms < 60_000 {
        format!("{}.{:03} s", ms / 1000, ms % 1000)
    } else {
        format!("{}:{:02}.{:03}", ms / 60_000, ms / 1000 % 60, ms % 1000)
    }
}

/// `11.9 s`, for a sentence.
#[must_use]
pub fn short(t: SimTime) -> String {
    format!("{:.1} s", t.0 as f64 / 1e6)
}

/// A duration for a label: `0.5 ms`, `150 ms`, `2 s`.
#[must_use]
pub fn duration(us: u64) -> String {
    if us >= 1_000_000 {
        format!("{} s", trim(us as f64 / 1e6))
    } else if us >= 100 {
        format!("{} ms", trim(us as f64 / 1e3))
    } else {
        format!("{us} µs")
    }
}

/// A name that somebody gave, for a message: it may be anything at all, so it is escaped and not shown at any length.
#[must_use]
pub fn shown_name(name: &str) -> String {
    name.escape_debug().take(40).collect()
}

/// The first `max` characters, and `…` if there are more: one, even where the text itself has one.
#[must_use]
pub fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", text[..end].trim_end_matches(['…', ' '])),
        None => text.to_owned(),
    }
}

/// At most two decimals, none that are zero.
#[must_use]
pub fn trim(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_cannot_be_seen() {
        assert_eq!(escape(b"*1\r\n$4\r\nPING\r\n"), "*1\\r\\n$4\\r\\nPING\\r\\n");
        assert_eq!(escape("é世".as_bytes()), "é世");
        assert_eq!(escape(&[0xff, b'a', 0, b'\\']), "\\xffa\\x00\\\\");
    }

    #[test]
    fn every_byte_has_a_name() {
        for byte in 0..=u8::MAX {
            assert!(!byte_name(byte).is_empty());
        }
    }

    #[test]
    fn sizes() {
        for (bytes, text) in [(0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (16384, "16 KiB"), (1_572_864, "1.5 MiB")]
        {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn what_is_too_long_ends_with_dots() {
        assert_eq!((shortened("世界你好", 4), shortened("世界你好!", 4)), ("世界你好".into(), "世界你好…".into()));
        assert_eq!(shortened("4b98… 0 1", 6), "4b98…");
    }

    #[test]
    fn times_as_text() {
        assert_eq!(clock(SimTime(12_418_999)), "12.418 s");
        assert_eq!(clock(SimTime(62_418_000)), "1:02.418");
        assert_eq!(short(SimTime(11_940_000)), "11.9 s");
        for (us, text) in [(1, "1 µs"), (500, "0.5 ms"), (150_000, "150 ms"), (1_500_000, "1.5 s"), (100, "0.1 ms")] {
            assert_eq!(duration(us), text);
        }
    }
}
