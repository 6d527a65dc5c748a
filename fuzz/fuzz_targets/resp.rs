//! The query buffer: the same bytes are the same commands, however they are split.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psyncscope_resp::{Parsed, QueryBuf};

/// What these pieces are parsed as, to the first protocol error.
fn parse<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Parsed>, Option<usize>) {
    let mut query = QueryBuf::default();
    let mut parsed = Vec::new();
    for piece in pieces {
        query.push(piece);
        loop {
            match query.next() {
                Parsed::NeedMore => break,
                error @ Parsed::ProtocolError(_) => {
                    parsed.push(error);
                    return (parsed, None);
                }
                other => parsed.push(other),
            }
        }
    }
    let unparsed = query.unparsed();
    (parsed, Some(unparsed))
}

// The first bytes say how the others are split: by turns, into pieces of so many bytes.
fuzz_target!(|data: &[u8]| {
    let Some((split, bytes)) = data.split_first_chunk::<4>() else { return };
    let mut rest = bytes;
    let mut sizes = split.iter().cycle();
    let pieces = std::iter::from_fn(|| {
        let size = usize::from(*sizes.next()?).clamp(1, rest.len().max(1));
        let piece = rest.get(..size)?;
        rest = &rest[size..];
        Some(piece)
    });
    let pieces: Vec<&[u8]> = pieces.collect();
    assert_eq!(pieces.concat(), bytes);
    assert_eq!(parse(pieces.into_iter()), parse(std::iter::once(bytes)));
    assert_eq!(parse(bytes.chunks(1)), parse(std::iter::once(bytes)));
});
