//! One number for a whole run.

use std::hash::Hasher;

use twox_hash::XxHash64;

use crate::frame::HostId;

/// The most numbers that a thing has.
const WORDS_MAX: usize = 3;

/// A running XXH64 (seed 0) over everything that left a process or a host. Two runs with equal digests did the same.
///
/// Each thing is hashed as: a tag byte, then its numbers as little-endian 64-bit words, then its bytes. `Hasher`'s own
/// `write_u64` is not used: it hashes in the platform's byte order.
pub(crate) struct Digest(XxHash64);

impl Digest {
    pub(crate) fn new() -> Self {
        Self(XxHash64::with_seed(0))
    }

    /// A packet was put on a wire.
    pub(crate) fn packet(&mut self, at: u64, from: HostId, to: HostId, bytes: &[u8]) {
        self.add(b'p', [at, u64::from(from.0), u64::from(to.0)], bytes);
    }

    /// A console sent (`>`) or received (`<`) bytes.
    pub(crate) fn console(&mut self, tag: u8, at: u64, host: HostId, console: u32, bytes: &[u8]) {
        self.add(tag, [at, u64::from(host.0), u64::from(console)], bytes);
    }

    /// A file was written.
    pub(crate) fn file(&mut self, at: u64, host: HostId, name: &str, bytes: &[u8]) {
        self.add(b'n', [at, u64::from(host.0)], name.as_bytes());
        self.add(b'f', [], bytes);
    }

    /// Bytes were appended to a file.
    pub(crate) fn append(&mut self, at: u64, host: HostId, name: &str, bytes: &[u8]) {
        self.add(b'a', [at, u64::from(host.0)], name.as_bytes());
        self.add(b'f', [], bytes);
    }

    pub(crate) fn value(&self) -> u64 {
        self.0.finish()
    }

    fn add<const N: usize>(&mut self, tag: u8, words: [u64; N], bytes: &[u8]) {
        // What is hashed before the bytes is written at once: each write takes time of its own.
        let mut head = [0; 1 + 8 * (WORDS_MAX + 1)];
        head[0] = tag;
        let numbers = words.into_iter().chain([bytes.len() as u64]);
        for (place, number) in head[1..].as_chunks_mut().0.iter_mut().zip(numbers) {
            *place = number.to_le_bytes();
        }
        self.0.write(&head[..1 + 8 * (N + 1)]);
        self.0.write(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defined_for_ever() {
        assert_eq!(Digest::new().value(), 0xef46_db37_51d8_e999, "XXH64 of nothing, from its specification");
        let mut digest = Digest::new();
        digest.packet(1, HostId(0), HostId(1), b"abc");
        digest.console(b'<', 2, HostId(0), 7, b"+OK\r\n");
        digest.file(3, HostId(1), "dump.rdb", b"REDIS");
        let first = digest.value();
        let mut other = Digest::new();
        other.packet(1, HostId(0), HostId(1), b"ab");
        assert_ne!(first, other.value());
    }
}
