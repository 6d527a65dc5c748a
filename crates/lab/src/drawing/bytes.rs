//! Bytes made visible.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_a_sign() {
        for byte in 0..=u8::MAX {
            assert!(!byte_glyph(byte).is_empty());
        }
        assert_eq!(byte_glyph(b'*'), "*");
        assert_eq!(byte_glyph(b'~'), "~");
        assert_eq!(byte_glyph(b'\n'), "↓");
    }
}
