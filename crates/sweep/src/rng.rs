//! Random numbers from one seed.

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A seeded random number generator. Integers only, so that every platform gets the same numbers.
#[derive(Clone, Debug)]
pub struct ScenarioRng(Xoshiro256PlusPlus);

impl ScenarioRng {
    /// The generator of a seed.
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

    /// A number in `low..=high` whose logarithm is uniformly distributed.
    pub fn log_uniform(&mut self, low: u64, high: u64) -> u64 {
        let bits = |n: u64| u64::BITS - n.leading_zeros();
        let most = self.between(u64::from(bits(low)), u64::from(bits(high)));
        let ceiling = 1_u64.checked_shl(most as u32).unwrap_or(0).wrapping_sub(1);
        let floor = ceiling / 2 + 1;
        self.between(floor.clamp(low, high), ceiling.clamp(low, high))
    }

    /// True with this probability.
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
    fn numbers_are_in_their_ranges_and_fill_them() {
        let mut rng = ScenarioRng::new(1);
        let mut seen = [0; 10];
        for _ in 0..1000 {
            seen[rng.index(10)] += 1;
            assert!((3..=5).contains(&rng.between(3, 5)));
            assert!((10..=1000).contains(&rng.log_uniform(10, 1000)));
            assert!((1..=u64::MAX).contains(&rng.log_uniform(1, u64::MAX)));
        }
        assert!(seen.iter().all(|&n| n > 50), "{seen:?}");
        assert_eq!((rng.between(7, 7), rng.log_uniform(7, 7), rng.below(0)), (7, 7, 0));
        let small = (0..1000).filter(|_| rng.log_uniform(1, 1 << 20) < 1 << 10).count();
        assert!((350..650).contains(&small), "{small}");
    }
}
