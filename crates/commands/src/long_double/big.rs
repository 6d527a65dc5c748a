//! Whole numbers of any size, multiplied, divided and shifted by small ones.

/// Ten to the power of [`CHUNK`], the most that fits a limb.
const CHUNK_SCALE: u32 = 1_000_000_000;
const CHUNK: usize = 9;

/// A whole number, lowest limb first, without zeros at the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Big {
    limbs: Vec<u32>,
}

impl From<u128> for Big {
    fn from(value: u128) -> Self {
        let limbs = (0..4).map(|at| (value >> (32 * at)) as u32).collect();
        let mut big = Self { limbs };
        big.trim();
        big
    }
}

impl Big {
    pub(super) fn multiply_add(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for limb in &mut self.limbs {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.limbs.push(carry as u32);
        }
    }

    /// Appends decimal digits.
    pub(super) fn push_decimal(&mut self, digits: &[u8]) {
        for chunk in digits.chunks(CHUNK) {
            let value = chunk.iter().fold(0, |value, digit| value * 10 + u32::from(*digit));
            self.multiply_add(small_power_of_ten(chunk.len()), value);
        }
    }

    pub(super) fn multiply_by_power_of_ten(&mut self, power: usize) {
        for _ in 0..power / CHUNK {
            self.multiply_add(CHUNK_SCALE, 0);
        }
        self.multiply_add(small_power_of_ten(power % CHUNK), 0);
    }

    /// Rounds down, and says whether there was a remainder.
    pub(super) fn divide_by_power_of_ten(&mut self, power: usize) -> bool {
        let mut any = false;
        for _ in 0..power / CHUNK {
            any |= self.divide(CHUNK_SCALE) != 0;
        }
        self.divide(small_power_of_ten(power % CHUNK)) != 0 || any
    }

    /// Rounds down and returns the remainder.
    fn divide(&mut self, divisor: u32) -> u32 {
        let mut remainder = 0_u64;
        for limb in self.limbs.iter_mut().rev() {
            let part = remainder << 32 | u64::from(*limb);
            *limb = (part / u64::from(divisor)) as u32;
            remainder = part % u64::from(divisor);
        }
        self.trim();
        remainder as u32
    }

    pub(super) fn shift_left(&mut self, bits: usize) {
        self.multiply_add(1 << (bits % 32), 0);
        self.limbs.splice(0..0, std::iter::repeat_n(0, bits / 32));
        self.trim();
    }

    /// The highest 97 to 128 bits, or all; whether there is more below them; and by how many bits they were shifted.
    pub(super) fn top(&self) -> (u128, bool, usize) {
        let below = self.limbs.len().saturating_sub(4);
        let (rest, top) = self.limbs.split_at(below);
        let bits = top.iter().rev().fold(0, |bits, limb| bits << 32 | u128::from(*limb));
        (bits, rest.iter().any(|limb| *limb != 0), below * 32)
    }

    pub(super) fn into_decimal(mut self) -> String {
        let mut chunks = Vec::new();
        while !self.limbs.is_empty() {
            chunks.push(self.divide(CHUNK_SCALE));
        }
        let mut text = chunks.pop().unwrap_or(0).to_string();
        for chunk in chunks.iter().rev() {
            text += &format!("{chunk:0CHUNK$}");
        }
        text
    }

    fn trim(&mut self) {
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
    }
}

fn small_power_of_ten(power: usize) -> u32 {
    10_u32.pow(power as u32)
}
