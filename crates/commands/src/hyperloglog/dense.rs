//! Registers of six bits, each from the lowest bit of a byte upwards.

use super::format::{REGISTER_MAX, REGISTERS};

const BITS: usize = 6;
/// Bytes of all registers.
pub(super) const LEN: usize = REGISTERS * BITS / 8;

/// The first of the two bytes that a register may occupy, and its shift.
fn place(index: usize) -> (usize, usize) {
    (index * BITS / 8, index * BITS % 8)
}

pub(super) fn get(registers: &[u8], index: usize) -> u8 {
    let (at, shift) = place(index);
    let byte = |at: usize| u16::from(registers.get(at).copied().unwrap_or(0));
    ((byte(at) | byte(at + 1) << 8) >> shift) as u8 & REGISTER_MAX
}

/// Raises a register and says whether it was lower (`hllDenseSet`).
pub(super) fn set(registers: &mut [u8], index: usize, value: u8) -> bool {
    if get(registers, index) >= value {
        return false;
    }
    let (at, shift) = place(index);
    let [mask_low, mask_high] = (u16::from(REGISTER_MAX) << shift).to_le_bytes();
    let [low, high] = (u16::from(value) << shift).to_le_bytes();
    registers[at] = registers[at] & !mask_low | low;
    // The last register ends with the last byte.
    if let Some(byte) = registers.get_mut(at + 1) {
        *byte = *byte & !mask_high | high;
    }
    true
}
