//! A redis-cli for each node: what one types, and what redis-cli 5 would print on a terminal.
//!
//! * in: [`split`], [`complete`], [`hint`]
//! * out: [`Replies`], [`Reply::to_tty`], [`Reply::to_raw`], [`prints_raw`]
//! * both, as seen at a moment: [`transcript`]

mod help;
mod reply;
mod transcript;

pub use help::{CommandHelp, commands, complete, hint};
pub use reply::{BadReply, Replies, Reply, prints_raw, repr};
pub use transcript::{ConsoleLine, LineKind, Transcript, transcript};

use psyncscope_resp::split_args;

/// Splits a command line into words as redis-cli does: at white space, with `"…"` and `'…'`.
///
/// ```
/// let words = psyncscope_lab::console::split(r#"SET greeting "hello\x21""#).expect("well quoted");
/// assert_eq!(words, [b"SET".to_vec(), b"greeting".to_vec(), b"hello!".to_vec()]);
/// ```
///
/// # Errors
/// The quotes do not balance: redis-cli prints `Invalid argument(s)`, which is how [`Unbalanced`] displays itself.
pub fn split(line: &str) -> Result<Vec<Vec<u8>>, Unbalanced> {
    split_args(line.as_bytes()).ok_or(Unbalanced)
}

/// A command line that [`split`] splits into these words.
#[must_use]
pub fn join(words: &[Vec<u8>]) -> String {
    words.iter().map(|word| quoted_if_needed(word)).collect::<Vec<_>>().join(" ")
}

/// A word as it could be typed.
fn quoted_if_needed(word: &[u8]) -> String {
    match std::str::from_utf8(word) {
        Ok(text)
            if !text.is_empty()
                && !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '\\')) =>
        {
            text.to_owned()
        }
        _ => repr(word),
    }
}

/// A line whose quotes do not balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbalanced;

impl std::fmt::Display for Unbalanced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invalid argument(s)")
    }
}

impl std::error::Error for Unbalanced {}
