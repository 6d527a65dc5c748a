//! Random choices, all from one seed.

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A source of choices. Integers only, so that every platform chooses alike.
#[derive(Clone, Debug)]
pub struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// Dice that always fall as this seed has them.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number in `0..n`, or 0 if there are none.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// A number in `low..=high`, small ones as likely as large ones: its logarithm is uniform.
    pub fn scaled(&mut self, low: u64, high: u64) -> u64 {
        let bits = |n: u64| u64::BITS - n.leading_zeros();
        let most = self.between(u64::from(bits(low)), u64::from(bits(high)));
        let ceiling = 1_u64.checked_shl(most as u32).unwrap_or(0).wrapping_sub(1);
        let floor = ceiling / 2 + 1;
        self.between(floor.clamp(low, high), ceiling.clamp(low, high))
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// An index below `len`.
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// One of these.
    ///
    /// # Panics
    /// If there are none.
    pub fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_ranges_and_fill_them() {
        let mut dice = Dice::new(1);
        let mut seen = [0; 10];
        for _ in 0..1000 {
            seen[dice.index(10)] += 1;
            assert!((3..=5).contains(&dice.between(3, 5)));
            assert!((10..=1000).contains(&dice.scaled(10, 1000)));
            assert!((1..=u64::MAX).contains(&dice.scaled(1, u64::MAX)));
        }
        assert!(seen.iter().all(|&n| n > 50), "{seen:?}");
        assert_eq!((dice.between(7, 7), dice.scaled(7, 7), dice.below(0)), (7, 7, 0));
        let small = (0..1000).filter(|_| dice.scaled(1, 1 << 20) < 1 << 10).count();
        assert!((350..650).contains(&small), "{small}");
    }
}
