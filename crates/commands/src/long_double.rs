//! C's `long double` on x86-64, as far as INCRBYFLOAT and HINCRBYFLOAT need it: reading, adding, printing.
//!
//! Redis adds these numbers with 64 bits of mantissa and prints seventeen decimals, so 10.5 + 0.1 is 10.6: the 53
//! bits of an `f64` would make it 10.59999999999999964. Decimal arithmetic would be right there and wrong for large
//! numbers (1e20 + 0.1 is 100000000000000000000). The soft-float crate `rustc_apfloat` has the format, but prints
//! significant digits instead of decimals. The only operations on big numbers needed are multiplying, dividing and
//! shifting by small ones: [`big`].

mod big;

use big::Big;

/// A finite number or an infinity: `mantissa` times two to the power of `exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongDouble {
    negative: bool,
    /// The highest bit is set, unless the number is 0.
    mantissa: u64,
    exponent: i32,
}

/// The exponent that stands for infinity, far from that of any number.
const INFINITE: i32 = i32::MAX;
/// The highest bit of the largest number stands for two to the power of this.
const TOP_MAX: i64 = 16_383;
/// The lowest bit of the smallest number stands for two to the power of this. Numbers near it are kept with more bits
/// here than the processor would, thousands of decimals behind those that are printed.
const BOTTOM_MIN: i64 = -16_445;
/// Number of printed decimals, and ten to the power of it.
const DECIMALS: usize = 17;
const SCALE: u64 = 100_000_000_000_000_000;
/// Significant decimal digits that matter for rounding; of the others it only matters whether one is not 0.
const DIGITS_MAX: usize = 12_000;

impl LongDouble {
    /// Zero.
    pub const ZERO: Self = Self { negative: false, mantissa: 0, exponent: 0 };

    /// The number that `strtold` reads from all of `text` (`getLongDoubleFromObject`). `None` if there is none, or if
    /// it is out of range.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (negative, rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") {
            return Some(Self { negative, mantissa: 1 << 63, exponent: INFINITE });
        }
        match rest {
            [b'0', b'x' | b'X', hex @ ..] => Digits::scan(hex, 16, b'p')?.hexadecimal(negative),
            decimal => Digits::scan(decimal, 10, b'e')?.decimal(negative),
        }
    }

    /// The sum, rounded to the nearest number, or to the even one of two. `None` if it is infinite or no number.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        if self.exponent == INFINITE || other.exponent == INFINITE {
            return None;
        }
        if self.mantissa == 0 || other.mantissa == 0 {
            let sum = if self.mantissa == 0 { other } else { self };
            return Some(Self { negative: sum.negative && (sum.mantissa != 0 || self.negative), ..sum });
        }
        let self_is_larger = (self.exponent, self.mantissa) >= (other.exponent, other.mantissa);
        let (large, small) = if self_is_larger { (self, other) } else { (other, self) };
        // Both shifted up by 62 bits; `lost` says whether the smaller one lost bits below them.
        let (wide, small_wide) = (u128::from(large.mantissa) << 62, u128::from(small.mantissa) << 62);
        let distance = large.exponent.abs_diff(small.exponent);
        let shifted = small_wide.checked_shr(distance).unwrap_or(0);
        let lost = shifted.checked_shl(distance).unwrap_or(0) != small_wide;
        let exponent = i64::from(large.exponent) - 62;
        if large.negative == small.negative {
            return Self::rounded(large.negative, wide + shifted, lost, exponent);
        }
        match wide - shifted - u128::from(lost) {
            0 => Some(Self::ZERO),
            difference => Self::rounded(large.negative, difference, lost, exponent),
        }
    }

    /// `bits` times two to the power of `exponent`, and a little more if `more`. `None` if that is out of range. `bits`
    /// is not 0, and has more than 65 significant bits if `more`.
    fn rounded(negative: bool, bits: u128, more: bool, exponent: i64) -> Option<Self> {
        let normal = bits << bits.leading_zeros();
        let mut exponent = exponent + 64 - i64::from(bits.leading_zeros());
        let (mut mantissa, rest) = ((normal >> 64) as u64, normal as u64);
        let half = 1 << 63;
        if rest > half || rest == half && (more || mantissa & 1 == 1) {
            mantissa = mantissa.wrapping_add(1);
            if mantissa == 0 {
                mantissa = 1 << 63;
                exponent += 1;
            }
        }
        let in_range = exponent + 63 <= TOP_MAX && exponent + 63 >= BOTTOM_MIN;
        in_range.then_some(Self { negative, mantissa, exponent: exponent as i32 })
    }

    /// As `ld2string` prints it in its human-readable form: `%.17Lf` without trailing zeros.
    #[must_use]
    pub fn to_text(self) -> String {
        let sign = if self.negative { "-" } else { "" };
        if self.exponent == INFINITE {
            return format!("{sign}inf");
        }
        let Ok(shift) = u32::try_from(-self.exponent) else {
            let mut whole = Big::from(u128::from(self.mantissa));
            whole.shift_left(self.exponent.unsigned_abs() as usize);
            return format!("{sign}{}", whole.into_decimal());
        };
        // At most 64 + 57 bits.
        let scaled = u128::from(self.mantissa) * u128::from(SCALE);
        let floor = scaled.checked_shr(shift).unwrap_or(0);
        let rest = scaled - floor.checked_shl(shift).unwrap_or(0);
        let half = 1_u128.checked_shl(shift).map_or(u128::MAX, |one| one >> 1);
        let up = shift > 0 && (rest > half || rest == half && floor & 1 == 1);
        let rounded = floor + u128::from(up);
        let (whole, decimals) = ((rounded / u128::from(SCALE)) as u64, (rounded % u128::from(SCALE)) as u64);
        let text = format!("{sign}{whole}.{decimals:0DECIMALS$}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// The digits of a number, without zeros before them, and the power of the base that they are to be multiplied with.
struct Digits {
    digits: Vec<u8>,
    /// Of the base, if that is ten, or of two.
    power: i64,
}

impl Digits {
    /// Digits with or without a point among them, then perhaps `mark` and an exponent.
    fn scan(text: &[u8], base: u32, mark: u8) -> Option<Self> {
        let per_digit = if base == 16 { 4 } else { 1 };
        let mut scanned = Self { digits: Vec::new(), power: 0 };
        let (mut any, mut after_point, mut dropped) = (false, false, false);
        let mut rest = text;
        while let [byte, tail @ ..] = rest {
            match char::from(*byte).to_digit(base) {
                Some(digit) => {
                    any = true;
                    let keep = scanned.digits.len() < DIGITS_MAX;
                    dropped |= !keep && digit != 0;
                    if keep && (digit != 0 || !scanned.digits.is_empty()) {
                        scanned.digits.push(digit as u8);
                    }
                    scanned.power += per_digit * (i64::from(!keep) - i64::from(after_point));
                }
                None if *byte == b'.' && !after_point => after_point = true,
                None => break,
            }
            rest = tail;
        }
        if dropped {
            scanned.digits.push(1);
            scanned.power -= per_digit;
        }
        if let [byte, exponent @ ..] = rest {
            if !byte.eq_ignore_ascii_case(&mark) {
                return None;
            }
            scanned.power = scanned.power.saturating_add(exponent_value(exponent)?);
        }
        any.then_some(scanned)
    }

    fn zero(negative: bool) -> LongDouble {
        LongDouble { negative, ..LongDouble::ZERO }
    }

    fn hexadecimal(self, negative: bool) -> Option<LongDouble> {
        if self.digits.is_empty() {
            return Some(Self::zero(negative));
        }
        let mut number = Big::default();
        for digit in self.digits {
            number.multiply_add(16, digit.into());
        }
        let (bits, more, shift) = number.top();
        LongDouble::rounded(negative, bits, more, self.power.saturating_add(shift as i64).clamp(-1 << 40, 1 << 40))
    }

    fn decimal(self, negative: bool) -> Option<LongDouble> {
        if self.digits.is_empty() {
            return Some(Self::zero(negative));
        }
        // Out of range, and not worth computing.
        if !(-5_000..5_000).contains(&self.power.saturating_add(self.digits.len() as i64)) {
            return None;
        }
        let mut number = Big::default();
        number.push_decimal(&self.digits);
        if self.power >= 0 {
            number.multiply_by_power_of_ten(self.power as usize);
            let (bits, more, shift) = number.top();
            return LongDouble::rounded(negative, bits, more, shift as i64);
        }
        // A quotient of at least 66 bits: ten is a little less than two to the power of 3.322.
        let power = self.power.unsigned_abs() as usize;
        let scale = power * 3_322 / 1_000 + 68;
        number.shift_left(scale);
        let remainder = number.divide_by_power_of_ten(power);
        let (bits, more, shift) = number.top();
        LongDouble::rounded(negative, bits, more || remainder, shift as i64 - scale as i64)
    }
}

/// The digits after `e` or `p`, with or without a sign; none is an error. Large values saturate.
fn exponent_value(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits
        .iter()
        .fold(0_i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')))
        .min(1 << 40);
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests;
