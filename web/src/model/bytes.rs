//! Bytes made visible.

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

/// One byte as the sign in a cell of the ring. Line ends are the commonest bytes of the protocol: the carriage goes
/// back, the line goes down. What has no sign is a middle dot.
///
/// [`SIGNS`] is the key to it.
#[must_use]
pub fn byte_glyph(byte: u8) -> &'static str {
    const PRINTABLE: &str =
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    match byte {
        b'\r' => "←",
        b'\n' => "↓",
        b' ' => "␣",
        0x21..=0x7e => {
            let at = usize::from(byte - 0x20);
            &PRINTABLE[at..=at]
        }
        _ => "·",
    }
}

/// What the signs of [`byte_glyph`] mean: the same in every language.
pub const SIGNS: &str = "← \\r  ↓ \\n";

/// Whether a cell of this byte is drawn faint: it carries no text.
#[must_use]
pub const fn is_faint(byte: u8) -> bool {
    !matches!(byte, 0x21..=0x7e)
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
    fn every_byte_has_a_sign() {
        for byte in 0..=u8::MAX {
            assert!(!byte_glyph(byte).is_empty());
            assert!(!byte_name(byte).is_empty());
        }
        assert_eq!(byte_glyph(b'*'), "*");
        assert_eq!(byte_glyph(b'~'), "~");
        assert_eq!(byte_glyph(b'\n'), "↓");
    }

    #[test]
    fn sizes() {
        for (bytes, text) in [(0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (16384, "16 KiB"), (1_572_864, "1.5 MiB")]
        {
            assert_eq!(size(bytes), text);
        }
    }
}
