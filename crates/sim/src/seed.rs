//! One root seed, many independent streams of random numbers: each boot, each host's kernel and each direction of a
//! wire has its own, so that a new host, one more packet or a changed setting does not change the numbers of others.

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

/// What a stream is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RandomStream {
    /// The `boot`-th process of a host.
    Process { host: u16, boot: u64 },
    /// The kernel of a host since it was switched on for the `boot`-th process.
    Kernel { host: u16, boot: u64 },
    /// One direction of a wire.
    Wire { from: u16, to: u16 },
}

/// The seed of one stream.
pub(crate) fn derive(root: u64, stream: RandomStream) -> u64 {
    let words = match stream {
        RandomStream::Process { host, boot } => [1, u64::from(host), boot],
        RandomStream::Kernel { host, boot } => [2, u64::from(host), boot],
        RandomStream::Wire { from, to } => [3, u64::from(from), u64::from(to)],
    };
    // SplitMix64's output is a bijection of its state, so two streams meet only if the sums of a step do: for that
    // the words would have to be chosen against the root.
    words.iter().fold(root, |state, &word| SplitMix64::seed_from_u64(state ^ word.rotate_left(32)).next_u64())
}

/// The generator of one stream.
pub(crate) fn rng(root: u64, stream: RandomStream) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(derive(root, stream))
}

/// A number in `0..=max`, by multiplication: no division, no rejection, so always exactly one draw.
pub(crate) fn up_to(draw: u64, max: u64) -> u64 {
    ((u128::from(draw) * (u128::from(max) + 1)) >> 64) as u64
}

/// Whether a draw falls under a probability. 53 bits of the draw become a number in 0..1; the comparison is exact on
/// every platform.
pub(crate) fn happens(draw: u64, probability: f64) -> bool {
    ((draw >> 11) as f64) * (1.0 / (1_u64 << 53) as f64) < probability
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_every_word() {
        let seeds = [
            derive(7, RandomStream::Process { host: 1, boot: 0 }),
            derive(7, RandomStream::Process { host: 0, boot: 1 }),
            derive(7, RandomStream::Kernel { host: 1, boot: 0 }),
            derive(7, RandomStream::Wire { from: 0, to: 1 }),
            derive(7, RandomStream::Wire { from: 1, to: 0 }),
            derive(8, RandomStream::Wire { from: 1, to: 0 }),
        ];
        for (i, a) in seeds.iter().enumerate() {
            assert!(seeds[..i].iter().all(|b| a != b));
        }
    }

    #[test]
    fn certain_and_impossible() {
        for draw in [0, 1, u64::MAX / 2, u64::MAX] {
            assert!(happens(draw, 1.0));
            assert!(!happens(draw, 0.0));
        }
        assert_eq!((up_to(0, 9), up_to(u64::MAX, 9), up_to(u64::MAX, 0)), (0, 9, 0));
        assert_eq!(up_to(u64::MAX, u64::MAX), u64::MAX);
    }
}
