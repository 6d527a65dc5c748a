//! Registers as runs of equal values.
//!
//! | byte | meaning |
//! | --- | --- |
//! | `00llllll` | ZERO: `l + 1` registers are 0 |
//! | `01llllll llllllll` | XZERO: the same, for longer runs |
//! | `1vvvvvll` | VAL: `l + 1` registers are `v + 1` |

use std::ops::Range;

use super::format::{Corrupted, HEADER, REGISTERS};

const VALUE_MAX: u8 = 32;
const VALUE_RUN_MAX: usize = 4;
const ZERO_RUN_MAX: usize = 64;
/// Runs checked for equal neighbours after a change.
const MERGE_RUNS_MAX: usize = 5;

/// All registers 0.
pub(super) const EMPTY: [u8; 2] = [0x7f, 0xff];

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RegisterRun {
    /// Number of registers.
    len: usize,
    /// Their value.
    value: u8,
    /// Bytes of its encoding.
    bytes: usize,
}

impl RegisterRun {
    fn read(bytes: &[u8], at: usize) -> Self {
        let first = bytes[at];
        match first >> 6 {
            0 => Self { len: usize::from(first & 0x3f) + 1, value: 0, bytes: 1 },
            1 => {
                let second = bytes.get(at + 1).copied().unwrap_or(0);
                Self { len: (usize::from(first & 0x3f) << 8 | usize::from(second)) + 1, value: 0, bytes: 2 }
            }
            _ => Self { len: usize::from(first & 3) + 1, value: (first >> 2 & 0x1f) + 1, bytes: 1 },
        }
    }
}

/// Writes a run, unless it is empty. A run with a value other than 0 must be short enough.
fn write(out: &mut Vec<u8>, len: usize, value: u8) {
    match len.checked_sub(1) {
        None => {}
        Some(less) if value > 0 => out.push(0x80 | (value - 1) << 2 | less as u8),
        Some(less) if len <= ZERO_RUN_MAX => out.push(less as u8),
        Some(less) => out.extend_from_slice(&[0x40 | (less >> 8) as u8, less as u8]),
    }
}

/// Calls `each` with the registers and the value of every nonzero run.
pub(super) fn for_each_run(bytes: &[u8], mut each: impl FnMut(Range<usize>, u8)) -> Result<(), Corrupted> {
    let (mut at, mut index) = (0, 0);
    while at < bytes.len() {
        let run = RegisterRun::read(bytes, at);
        let end = index + run.len;
        if end > REGISTERS {
            return Err(Corrupted);
        }
        if run.value > 0 {
            each(index..end, run.value);
        }
        (at, index) = (at + run.bytes, end);
    }
    if index == REGISTERS { Ok(()) } else { Err(Corrupted) }
}

/// The runs as PFDEBUG DECODE shows them: `z:`, `Z:` and their length, or `v:`, their value and their length.
pub(super) fn describe(bytes: &[u8]) -> String {
    let (mut at, mut words) = (0, Vec::new());
    while at < bytes.len() {
        let RegisterRun { len, value, bytes } = RegisterRun::read(bytes, at);
        words.push(match (value, bytes) {
            (0, 1) => format!("z:{len}"),
            (0, _) => format!("Z:{len}"),
            (value, _) => format!("v:{value},{len}"),
        });
        at += bytes;
    }
    words.join(" ")
}

/// The result of [`set`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The register was not lower.
    Unchanged,
    Changed,
    /// The value or the length does not fit this encoding; nothing was changed.
    DoesNotFit,
}

/// Raises a register of `hll`, header and runs, to `value` (`hllSparseSet`).
pub(super) fn set(hll: &mut Vec<u8>, index: usize, value: u8, len_max: usize) -> Result<Outcome, Corrupted> {
    if value > VALUE_MAX {
        return Ok(Outcome::DoesNotFit);
    }
    let (mut at, mut first, mut before) = (HEADER, 0, None);
    let run = loop {
        if at >= hll.len() {
            return Err(Corrupted);
        }
        let run = RegisterRun::read(hll, at);
        if index < first + run.len {
            break run;
        }
        before = Some(at);
        (at, first) = (at + run.bytes, first + run.len);
    };
    if run.value >= value {
        return Ok(Outcome::Unchanged);
    }
    // The run is split: shortened, on either side of the register's own run.
    let mut split = Vec::with_capacity(5);
    write(&mut split, index - first, run.value);
    write(&mut split, 1, value);
    write(&mut split, first + run.len - 1 - index, run.value);
    if split.len() > run.bytes && hll.len() + split.len() - run.bytes > len_max {
        return Ok(Outcome::DoesNotFit);
    }
    // Only invalid bytes end within a run.
    let end = (at + run.bytes).min(hll.len());
    hll.splice(at..end, split);
    merge_neighbours(hll, before.unwrap_or(HEADER));
    Ok(Outcome::Changed)
}

/// Merges adjacent runs of equal value from `at` on, if they fit one run.
fn merge_neighbours(hll: &mut Vec<u8>, mut at: usize) {
    for _ in 0..MERGE_RUNS_MAX {
        if at >= hll.len() {
            return;
        }
        let run = RegisterRun::read(hll, at);
        if run.value > 0 && at + 1 < hll.len() {
            let next = RegisterRun::read(hll, at + 1);
            if next.value == run.value && run.len + next.len <= VALUE_RUN_MAX {
                let mut joined = Vec::with_capacity(1);
                write(&mut joined, run.len + next.len, run.value);
                hll.splice(at..at + 2, joined);
                continue;
            }
        }
        at += run.bytes;
    }
}
