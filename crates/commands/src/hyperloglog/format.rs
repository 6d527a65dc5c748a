//! The string: a header of 16 bytes, then the registers in one of two encodings.
//!
//! | bytes | content |
//! | --- | --- |
//! | 0–3 | `HYLL` |
//! | 4 | encoding: 0 dense, 1 sparse |
//! | 5–7 | unused |
//! | 8–15 | the estimate last worked out, little endian; its highest bit says that it is out of date |
//! | 16– | [`super::dense`] or [`super::sparse`] |

use super::{dense, sparse};

/// Bits of an element's hash that choose its register (`HLL_P`).
const INDEX_BITS: u32 = 14;
/// `HLL_REGISTERS`.
pub(super) const REGISTERS: usize = 1 << INDEX_BITS;
/// Bits of an element's hash that are not the register's number (`HLL_Q`).
pub(super) const RUN_BITS: usize = 64 - INDEX_BITS as usize;
/// The largest number that fits a register.
pub(super) const REGISTER_MAX: u8 = 63;
/// `HLL_HDR_SIZE`.
pub(super) const HEADER: usize = 16;

const MAGIC: &[u8] = b"HYLL";
const ENCODING_AT: usize = 4;
const DENSE: u8 = 0;
const SPARSE: u8 = 1;
const COUNT_AT: usize = 8;
/// In the last byte of the count.
const OUT_OF_DATE: u8 = 0x80;
/// The seed that Redis hashes with.
const HASH_SEED: u64 = 0xadc8_3b19;

/// How many registers have each value.
pub(super) type Histogram = [u32; REGISTER_MAX as usize + 1];

/// The bytes look like a HyperLogLog but are invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Corrupted;

/// A new, empty one in sparse encoding (`createHLLObject`).
pub(super) fn empty() -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.resize(HEADER, 0);
    bytes[ENCODING_AT] = SPARSE;
    bytes.extend_from_slice(&sparse::EMPTY);
    bytes
}

/// Whether the header, and the length of a dense one, are valid.
pub(super) fn is_valid(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER
        && bytes.starts_with(MAGIC)
        && match bytes[ENCODING_AT] {
            DENSE => bytes.len() == HEADER + dense::LEN,
            encoding => encoding == SPARSE,
        }
}

pub(super) fn is_dense(bytes: &[u8]) -> bool {
    bytes[ENCODING_AT] == DENSE
}

/// The cached estimate, if it is up to date.
pub(super) fn kept_count(bytes: &[u8]) -> Option<u64> {
    let count = bytes[COUNT_AT..HEADER].iter().rev().fold(0, |count, byte| count << 8 | u64::from(*byte));
    (bytes[HEADER - 1] & OUT_OF_DATE == 0).then_some(count)
}

pub(super) fn keep_count(bytes: &mut [u8], count: u64) {
    bytes[COUNT_AT..HEADER].copy_from_slice(&count.to_le_bytes());
}

pub(super) fn invalidate_count(bytes: &mut [u8]) {
    bytes[HEADER - 1] |= OUT_OF_DATE;
}

/// Adds a member and says whether a register changed (`hllAdd`).
pub(super) fn add(bytes: &mut Vec<u8>, element: &[u8], sparse_len_max: usize) -> Result<bool, Corrupted> {
    let (index, run) = place(element);
    set(bytes, index, run, sparse_len_max)
}

/// Raises a register to `value`; returns whether it was lower. Converts to dense what does not fit the sparse
/// encoding or would be longer than `sparse_len_max` bytes, header included.
fn set(bytes: &mut Vec<u8>, index: usize, value: u8, sparse_len_max: usize) -> Result<bool, Corrupted> {
    if !is_dense(bytes) {
        match sparse::set(bytes, index, value, sparse_len_max)? {
            sparse::Outcome::Unchanged => return Ok(false),
            sparse::Outcome::Changed => {
                invalidate_count(bytes);
                return Ok(true);
            }
            sparse::Outcome::DoesNotFit => make_dense(bytes)?,
        }
    }
    Ok(dense::set(&mut bytes[HEADER..], index, value))
}

/// `hllSparseToDense`.
pub(super) fn make_dense(bytes: &mut Vec<u8>) -> Result<(), Corrupted> {
    if !is_dense(bytes) {
        let mut registers = vec![0; dense::LEN];
        sparse::for_each_run(&bytes[HEADER..], |indexes, value| {
            indexes.for_each(|index| {
                dense::set(&mut registers, index, value);
            });
        })?;
        bytes.truncate(HEADER);
        bytes[ENCODING_AT] = DENSE;
        bytes.append(&mut registers);
    }
    Ok(())
}

/// Raises the registers to these values (the second half of PFMERGE).
pub(super) fn store(
    bytes: &mut Vec<u8>,
    registers: &Registers,
    as_dense: bool,
    sparse_len_max: usize,
) -> Result<(), Corrupted> {
    if as_dense {
        make_dense(bytes)?;
    }
    for (index, value) in registers.0.iter().enumerate().filter(|(_, value)| **value > 0) {
        set(bytes, index, *value, sparse_len_max)?;
    }
    invalidate_count(bytes);
    Ok(())
}

pub(super) fn histogram(bytes: &[u8]) -> Result<Histogram, Corrupted> {
    let mut registers = Registers::default();
    registers.merge(bytes)?;
    Ok(registers.histogram())
}

/// All registers, one byte each.
pub(super) struct Registers(Vec<u8>);

impl Default for Registers {
    fn default() -> Self {
        Self(vec![0; REGISTERS])
    }
}

impl Registers {
    /// Raises each register to that of a HyperLogLog (`hllMerge`).
    pub(super) fn merge(&mut self, bytes: &[u8]) -> Result<(), Corrupted> {
        let body = &bytes[HEADER..];
        if is_dense(bytes) {
            for (index, register) in self.0.iter_mut().enumerate() {
                *register = dense::get(body, index).max(*register);
            }
            return Ok(());
        }
        sparse::for_each_run(body, |indexes, value| {
            self.0[indexes].iter_mut().for_each(|register| *register = value.max(*register));
        })
    }

    /// The registers' values.
    pub(super) fn values(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn histogram(&self) -> Histogram {
        let mut histogram = [0; REGISTER_MAX as usize + 1];
        self.0.iter().for_each(|register| histogram[usize::from(*register)] += 1);
        histogram
    }
}

/// The register of an element, and its value: one more than the number of trailing zeros of the rest of its hash
/// (`hllPatLen`).
fn place(element: &[u8]) -> (usize, u8) {
    let hash = murmur_64a(element, HASH_SEED);
    let rest = hash >> INDEX_BITS | 1 << RUN_BITS;
    (hash as usize & (REGISTERS - 1), rest.trailing_zeros() as u8 + 1)
}

/// MurmurHash2 for 64 bits, by Austin Appleby, who placed it in the public domain.
fn murmur_64a(data: &[u8], seed: u64) -> u64 {
    const M: u64 = 0xc6a4_a793_5bd1_e995;
    const R: u32 = 47;
    let mut hash = seed ^ (data.len() as u64).wrapping_mul(M);
    let (words, tail) = data.as_chunks::<8>();
    for word in words {
        let mut word = u64::from_le_bytes(*word).wrapping_mul(M);
        word ^= word >> R;
        hash = (hash ^ word.wrapping_mul(M)).wrapping_mul(M);
    }
    if !tail.is_empty() {
        let tail = tail.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        hash = (hash ^ tail).wrapping_mul(M);
    }
    hash ^= hash >> R;
    hash = hash.wrapping_mul(M);
    hash ^ hash >> R
}
