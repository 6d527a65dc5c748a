//! LZF compression with the output of liblzf in Redis's build (HLOG 16, VERY_FAST), byte for byte.
//!
//! The `lzf` crate, which is used for decompression, panics on some incompressible strings (its `compress` closes a
//! run of literals before it checks for space), and clears half a megabyte for every string.

/// Slots of the table of the last position of three bytes (`HSIZE`).
const SLOTS: usize = 1 << 16;
/// How far back a reference may point (`MAX_OFF`).
const DISTANCE_MAX: usize = 1 << 13;
/// The longest reference (`MAX_REF`).
const MATCH_MAX: usize = (1 << 8) + (1 << 3);
/// The longest run of literals (`MAX_LIT`).
const RUN_MAX: usize = 1 << 5;

/// A compressor, whose table is reused for each string.
pub(super) struct Compressor {
    /// For each hash its last position in the string, plus that string's `base`.
    seen: Vec<u32>,
    /// Lower values belong to earlier strings.
    base: u32,
}

impl Compressor {
    pub(super) fn new() -> Self {
        Self { seen: vec![0; SLOTS], base: 1 }
    }

    /// The string compressed to less than `room` bytes, if possible (`lzf_compress`).
    pub(super) fn compress(&mut self, data: &[u8], room: usize) -> Option<Vec<u8>> {
        let end = data.len();
        let mut out = LiteralRun::new(end.min(room));
        let base = self.base;
        self.base = match u32::try_from(end).ok().and_then(|len| base.checked_add(len)) {
            Some(next) => next,
            // Before positions overflow, after gigabytes: otherwise old positions would be taken for new ones.
            None => {
                self.seen.fill(0);
                1
            }
        };
        let mut at = 0;
        while at + 2 < end {
            let place = base.wrapping_add(at as u32);
            let before = std::mem::replace(&mut self.seen[hash(data, at)], place);
            // The first byte of the string is never referenced: to liblzf it looks like an empty slot.
            let found = before.checked_sub(base).map(|before| before as usize).filter(|&before| {
                before > 0 && before < at && at - before <= DISTANCE_MAX && data[before..before + 3] == data[at..at + 3]
            });
            let Some(before) = found else {
                if out.bytes.len() >= room {
                    return None;
                }
                out.literal(data[at]);
                at += 1;
                continue;
            };
            if out.bytes.len() - usize::from(out.literals == 0) + 4 >= room {
                return None;
            }
            // liblzf compares sixteen bytes before it checks the limit, if the limit is not nearer.
            let longest = match (end - at - 2).min(MATCH_MAX) {
                far @ 17.. => far.max(19),
                near => near,
            };
            let same = (3..longest).take_while(|&i| data[before + i] == data[at + i]).count();
            let len = 3 + same;
            out.reference(at - before - 1, len);
            at += len;
            if at + 2 >= end {
                break;
            }
            for at in [at - 2, at - 1] {
                self.seen[hash(data, at)] = base.wrapping_add(at as u32);
            }
        }
        // At most three bytes remain.
        if out.bytes.len() + 3 > room {
            return None;
        }
        for &byte in &data[at..] {
            out.literal(byte);
        }
        out.close();
        Some(out.bytes)
    }
}

/// liblzf's hash of the three bytes at `at`.
fn hash(data: &[u8], at: usize) -> usize {
    let [a, b, c] = [data[at], data[at + 1], data[at + 2]].map(u32::from);
    let three = a << 16 | b << 8 | c;
    (three >> 8).wrapping_sub(three.wrapping_mul(5)) as usize & (SLOTS - 1)
}

/// Output that ends with a run of literals, whose length is written when it is closed.
struct LiteralRun {
    bytes: Vec<u8>,
    literals: usize,
}

impl LiteralRun {
    fn new(capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity + 8);
        bytes.push(0);
        Self { bytes, literals: 0 }
    }

    fn literal(&mut self, byte: u8) {
        self.bytes.push(byte);
        self.literals += 1;
        if self.literals == RUN_MAX {
            self.close();
            self.bytes.push(0);
        }
    }

    /// Writes the run's length, or removes its length byte if it is empty.
    fn close(&mut self) {
        if self.literals == 0 {
            self.bytes.pop();
        } else {
            let length_at = self.bytes.len() - self.literals - 1;
            self.bytes[length_at] = (self.literals - 1) as u8;
            self.literals = 0;
        }
    }

    /// A reference to `len` bytes, `distance + 1` bytes back.
    fn reference(&mut self, distance: usize, len: usize) {
        self.close();
        let (high, low) = ((distance >> 8) as u8, distance as u8);
        match len - 2 {
            short @ ..7 => self.bytes.push((short as u8) << 5 | high),
            long => self.bytes.extend_from_slice(&[7 << 5 | high, (long - 7) as u8]),
        }
        self.bytes.extend_from_slice(&[low, 0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::{RngCore, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[track_caller]
    fn check(data: &[u8], expect: Option<&[u8]>) {
        let room = data.len().saturating_sub(4);
        assert_eq!(Compressor::new().compress(data, room).as_deref(), expect);
    }

    #[test]
    fn worked_examples() {
        check(b"abc", None);
        check(b"abcdefghijklmnopqrstuvwxyz", None);
        // Two literals, then references of up to 264 bytes, then the rest.
        let expect = [&b"\x01xx\xe0\xff\x00"[..], b"\xe0\x1c\x00", b"\x01xx"].concat();
        check(&[b'x'; 305], Some(&expect));
        check(b"0123456789-0123456789-0123456789", Some(b"\x0b0123456789-0\xe0\x0a\x0a\x009"));
        check(b"bbbbbbbbbbbbbbbbbbbbb", Some(b"\x01bb\xe0\x0a\x00"));
    }

    #[test]
    fn compression_round_trips() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
        let mut compressor = Compressor::new();
        let mut compressed = 0;
        for round in 0..4000_usize {
            let letters = [2, 3, 5, 20, 256][round % 5];
            let len = 21 + rng.next_u32() as usize % [30, 300, 20_000][round % 3];
            let mut data: Vec<u8> = (0..len).map(|_| (rng.next_u32() % letters) as u8).collect();
            // Something that comes again late, after a long stretch that does not compress.
            if round % 7 == 0 {
                let tail = data[..len.min(12)].to_vec();
                data.extend(tail);
            }
            let room = data.len() - 4;
            let Some(bytes) = compressor.compress(&data, room) else { continue };
            compressed += 1;
            assert!(bytes.len() < room);
            assert_eq!(::lzf::decompress(&bytes, data.len()).unwrap(), data, "{data:?}");
        }
        assert!((1000..3500).contains(&compressed), "{compressed} of 4000");
    }

    #[test]
    fn a_run_that_fills_the_buffer() {
        // The crate's compress panics on this: seven full runs, then a match.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        for len in 20..400 {
            let mut data = vec![0; len];
            rng.fill_bytes(&mut data);
            data.copy_within(1..6, len - 9);
            check(&data, None);
        }
    }

    #[test]
    fn table_positions_never_wrap() {
        let data: Vec<u8> = (0..40).chain(0..40).collect();
        let expect = Compressor::new().compress(&data, 76);
        let mut old = Compressor::new();
        old.base = u32::MAX - 100;
        for _ in 0..5 {
            assert_eq!(old.compress(&data, 76), expect);
        }
    }
}
