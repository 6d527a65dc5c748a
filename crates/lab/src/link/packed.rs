//! Bytes as characters of an address: a checksum, the bytes deflated, both in base64 for addresses.
//!
//! What nearly every session has (directives, common commands) is in a dictionary that the compressor has read before.
//! The dictionary is a part of version 1: another one needs another version.

use base64::DecodeError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::core::{
    CompressionStrategy, CompressorOxide, TDEFLFlush, compress_to_output, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use crate::error::{ErrorCode, LabError};
use crate::limits;

/// The most probable texts are at the end, where they are cheapest to refer to.
const DICTIONARY: &[u8] = include_bytes!("dictionary-1.txt");

/// Bytes of the checksum (Adler-32, big-endian as in zlib).
const CHECKSUM_BYTES: usize = 4;

/// The best compression.
const LEVEL: i32 = 10;

/// The room that inflating begins with, in bytes; more is made when it is needed.
const ROOM_MIN: usize = 4096;

/// The content as text.
pub(super) fn pack(content: &[u8]) -> String {
    // A short content is shorter with the codes that need no table.
    let [tables, fixed] = [CompressionStrategy::Default, CompressionStrategy::Fixed].map(|by| deflate(content, by));
    let shorter = if tables.len() < fixed.len() { tables } else { fixed };
    let checksum = adler2::adler32_slice(content).to_be_bytes();
    URL_SAFE_NO_PAD.encode([&checksum[..], &shorter].concat())
}

fn deflate(content: &[u8], strategy: CompressionStrategy) -> Vec<u8> {
    // Without a window's size: no header of zlib's.
    let flags = create_comp_flags_from_zip_params(LEVEL, 0, strategy as i32);
    let mut compressor = CompressorOxide::new(flags);
    // Up to the flush, the output is the dictionary's: whoever reads it has the dictionary.
    compress_to_output(&mut compressor, DICTIONARY, TDEFLFlush::Sync, |_| true);
    let mut out = Vec::new();
    compress_to_output(&mut compressor, content, TDEFLFlush::Finish, |bytes| {
        out.extend_from_slice(bytes);
        true
    });
    out
}

/// Reads the content of a text, whose first character has this column.
///
/// # Errors
/// A character that cannot be there, a text that is cut off or goes on, content that `read` refuses or that is not what
/// was packed.
pub(super) fn unpack<T>(
    text: &str,
    column_first: usize,
    read: impl FnOnce(&[u8]) -> Result<T, LabError>,
) -> Result<T, LabError> {
    let refuse = |reason: String, char: usize| {
        let column = column_first + char;
        let message = format!("{reason} (character {column})");
        LabError::new(ErrorCode::BadLink, message).place(|place| place.column = Some(column))
    };
    if let Some((char, wrong)) = text.chars().enumerate().find(|(_, c)| !is_digit(*c)) {
        return Err(refuse(format!("{wrong:?} cannot be in a link: it has letters, digits, - and _"), char));
    }
    // All characters are ASCII from here on.
    let cut_off = || refuse("the link is cut off".to_owned(), text.len());
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|error| match error {
        DecodeError::InvalidLength(_) => cut_off(),
        DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _) => {
            refuse("the link is cut off, or this is not its last character".to_owned(), at)
        }
        DecodeError::InvalidPadding => cut_off(),
    })?;
    let (checksum, deflated) = bytes.split_at_checked(CHECKSUM_BYTES).ok_or_else(cut_off)?;
    // Four characters have three bytes.
    let char_of = |byte: usize| ((CHECKSUM_BYTES + byte) * 4 / 3).min(text.len().saturating_sub(1));
    let content = inflate(deflated).map_err(|error| match error {
        Damage::CutOff => cut_off(),
        Damage::At(byte) => refuse("the link is damaged at or before this place".to_owned(), char_of(byte)),
        Damage::Trailing(byte) => refuse("the link goes on after its end".to_owned(), char_of(byte)),
        Damage::TooLong => {
            let message = format!("the link has more than {} bytes of content", limits::LOG_BYTES_MAX);
            LabError::new(ErrorCode::TooMuch, message)
        }
    })?;
    let value = read(&content)?;
    if adler2::adler32_slice(&content).to_be_bytes() != checksum {
        let message = "the link is damaged: its checksum does not match its content";
        return Err(LabError::new(ErrorCode::BadLink, message).place(|place| place.column = Some(column_first)));
    }
    Ok(value)
}

const fn is_digit(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// Why bytes are not what was deflated.
enum Damage {
    CutOff,
    At(usize),
    Trailing(usize),
    TooLong,
}

fn inflate(deflated: &[u8]) -> Result<Vec<u8>, Damage> {
    let mut out = DICTIONARY.to_vec();
    let mut filled = out.len();
    let mut read = 0;
    let mut state = DecompressorOxide::new();
    loop {
        // The room grows with what has come, not with what is said to come.
        out.resize(filled + (filled - DICTIONARY.len()).max(ROOM_MIN), 0);
        let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, consumed, written) = decompress(&mut state, &deflated[read..], &mut out, filled, flags);
        read += consumed;
        filled += written;
        if filled - DICTIONARY.len() > limits::LOG_BYTES_MAX {
            return Err(Damage::TooLong);
        }
        match status {
            TINFLStatus::Done if read < deflated.len() => return Err(Damage::Trailing(read)),
            TINFLStatus::Done => {
                out.truncate(filled);
                return Ok(out.split_off(DICTIONARY.len()));
            }
            TINFLStatus::HasMoreOutput => {}
            TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => return Err(Damage::CutOff),
            _ => return Err(Damage::At(read)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(content: &[u8]) -> Result<Vec<u8>, LabError> {
        Ok(content.to_vec())
    }

    #[test]
    fn any_length_comes_back() {
        let content: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(n) / 7) as u8).collect();
        for len in (0..300).chain([4095, 4096, 4097, 65_535, 100_000]) {
            assert_eq!(unpack(&pack(&content[..len]), 1, all).as_deref(), Ok(&content[..len]));
        }
    }

    /// A short text that says that much follows takes no more memory than what a file may have.
    #[test]
    fn content_has_a_limit() {
        let zeros = |len: usize| unpack(&pack(&vec![0; len]), 1, |content| Ok(content.len()));
        assert_eq!(zeros(limits::LOG_BYTES_MAX), Ok(limits::LOG_BYTES_MAX));
        assert_eq!(zeros(limits::LOG_BYTES_MAX + 1).map_err(|error| error.code), Err(ErrorCode::TooMuch));
    }

    #[test]
    fn the_checksum_is_of_the_content() {
        let bytes = URL_SAFE_NO_PAD.decode(pack(b"main")).expect("its own writing");
        let damaged = URL_SAFE_NO_PAD.encode([&[bytes[0] ^ 1], &bytes[1..]].concat());
        let error = unpack(&damaged, 1, all).expect_err("another checksum");
        assert!(error.message.contains("checksum"), "{error}");
    }
}
