//! Bytes on a link in a few words, for labels.

/// Printable text for `bytes`: what is not printable ASCII becomes `\r`, `\n`, `\t`, `\\` or `\xHH`.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// What `bytes` on a replication link are, in at most about forty characters.
#[must_use]
pub fn describe(bytes: &[u8]) -> String {
    escape(bytes)
}
