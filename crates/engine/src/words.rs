//! Plain data as a sequence of 64-bit words. A recording compares the words of two moments and keeps those that differ:
//! a number that changed is one word at its own place.

use std::sync::Arc;

use crate::config::Policy;
use crate::event::ReplicaState;
use crate::ids::{NextByte, Offset, ReplId};
use crate::io::ConnId;
use crate::replication::ReplState;

/// Data that can be written as words and read again.
pub trait Words: Sized {
    /// Appends the words.
    fn put(&self, words: &mut Vec<u64>);

    /// Takes the words that [`Words::put`] appended.
    fn take(words: &mut WordReader<'_>) -> Self;
}

/// Words that are read from front to back.
#[derive(Clone, Debug)]
pub struct WordReader<'a>(&'a [u64]);

impl<'a> WordReader<'a> {
    /// A reader of these words.
    #[must_use]
    pub const fn new(words: &'a [u64]) -> Self {
        Self(words)
    }

    /// The next word. Behind the end all words are 0.
    #[must_use]
    pub fn word(&mut self) -> u64 {
        let Some((&first, others)) = self.0.split_first() else { return 0 };
        self.0 = others;
        first
    }

    /// The next value.
    #[must_use]
    pub fn value<T: Words>(&mut self) -> T {
        T::take(self)
    }
}

/// Appends bytes: their number, then eight to a word.
pub fn put_bytes(bytes: &[u8], words: &mut Vec<u64>) {
    words.push(bytes.len() as u64);
    put_array(bytes, words);
}

/// Appends items as an `Arc<[T]>` is: their number, then each by `put`.
pub(crate) fn put_all<T>(items: impl Iterator<Item = T>, words: &mut Vec<u64>, put: impl Fn(T, &mut Vec<u64>)) {
    let count = words.len();
    words.push(0);
    for item in items {
        words[count] += 1;
        put(item, words);
    }
}

/// Takes what [`put_bytes`] appended.
#[must_use]
pub fn take_bytes(words: &mut WordReader<'_>) -> Vec<u8> {
    let len = words.word() as usize;
    // No more than there is.
    let len = len.min(words.0.len().saturating_mul(8));
    take_array(len, words)
}

fn put_array(bytes: &[u8], words: &mut Vec<u64>) {
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        words.push(u64::from_le_bytes(word));
    }
}

fn take_array(len: usize, words: &mut WordReader<'_>) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..len.div_ceil(8)).flat_map(|_| words.word().to_le_bytes()).collect();
    bytes.truncate(len);
    bytes
}

macro_rules! integers {
    ($($integer:ty),+) => { $(
        impl Words for $integer {
            fn put(&self, words: &mut Vec<u64>) {
                words.push(*self as u64);
            }

            fn take(words: &mut WordReader<'_>) -> Self {
                words.word() as Self
            }
        }
    )+ };
}

integers!(u16, u32, u64, usize, i64);

impl Words for bool {
    fn put(&self, words: &mut Vec<u64>) {
        words.push(u64::from(*self));
    }

    fn take(words: &mut WordReader<'_>) -> Self {
        words.word() != 0
    }
}

impl<T: Words> Words for Option<T> {
    fn put(&self, words: &mut Vec<u64>) {
        self.is_some().put(words);
        if let Some(value) = self {
            value.put(words);
        }
    }

    fn take(words: &mut WordReader<'_>) -> Self {
        bool::take(words).then(|| T::take(words))
    }
}

impl<A: Words, B: Words> Words for (A, B) {
    fn put(&self, words: &mut Vec<u64>) {
        self.0.put(words);
        self.1.put(words);
    }

    fn take(words: &mut WordReader<'_>) -> Self {
        (A::take(words), B::take(words))
    }
}

impl Words for Arc<str> {
    fn put(&self, words: &mut Vec<u64>) {
        put_bytes(self.as_bytes(), words);
    }

    fn take(words: &mut WordReader<'_>) -> Self {
        String::from_utf8_lossy(&take_bytes(words)).into()
    }
}

impl<T: Words> Words for Arc<T> {
    fn put(&self, words: &mut Vec<u64>) {
        T::put(self, words);
    }

    fn take(words: &mut WordReader<'_>) -> Self {
        Self::new(T::take(words))
    }
}

impl<T: Words> Words for Arc<[T]> {
    fn put(&self, words: &mut Vec<u64>) {
        self.len().put(words);
        self.iter().for_each(|item| item.put(words));
    }

    fn take(words: &mut WordReader<'_>) -> Self {
        // Each item takes a word at least.
        let len = words.word().min(words.0.len() as u64);
        (0..len).map(|_| T::take(words)).collect()
    }
}

impl Words for String {
    fn put(&self, words: &mut Vec<u64>) {
        put_bytes(self.as_bytes(), words);
    }

    fn take(words: &mut WordReader<'_>) -> Self {
        String::from_utf8_lossy(&take_bytes(words)).into_owned()
    }
}

impl Words for ReplId {
    fn put(&self, words: &mut Vec<u64>) {
        put_array(self.as_array(), words);
    }

    fn take(words: &mut WordReader<'_>) -> Self {
        Self::from_bytes(&take_array(Self::LEN, words)).unwrap_or(Self::NONE)
    }
}

impl Words for Offset {
    fn put(&self, words: &mut Vec<u64>) {
        self.0.put(words);
    }

    fn take(words: &mut WordReader<'_>) -> Self {
        Self(i64::take(words))
    }
}

impl Words for NextByte {
    fn put(&self, words: &mut Vec<u64>) {
        self.0.put(words);
    }

    fn take(words: &mut WordReader<'_>) -> Self {
        Self(i64::take(words))
    }
}

impl Words for ConnId {
    fn put(&self, words: &mut Vec<u64>) {
        self.0.put(words);
    }

    fn take(words: &mut WordReader<'_>) -> Self {
        Self(u32::take(words))
    }
}

/// An enum without data.
macro_rules! enums {
    ($($name:ty = $all:expr;)+) => { $(
        impl Words for $name {
            fn put(&self, words: &mut Vec<u64>) {
                words.push(*self as u64);
            }

            fn take(words: &mut WordReader<'_>) -> Self {
                let (all, word) = ($all, words.word());
                *all.iter().find(|value| **value as u64 == word).unwrap_or(&all[0])
            }
        }
    )+ };
}

enums! {
    ReplState = ReplState::ALL;
    ReplicaState = ReplicaState::ALL;
    Policy = Policy::NAMES.map(|(policy, _)| policy);
}

/// A struct whose fields are words, in the order given.
macro_rules! structs {
    ($($name:ty { $($field:ident),+ $(,)? })+) => { $(
        impl $crate::words::Words for $name {
            fn put(&self, words: &mut Vec<u64>) {
                $( self.$field.put(words); )+
            }

            fn take(words: &mut $crate::words::WordReader<'_>) -> Self {
                Self { $( $field: words.value() ),+ }
            }
        }
    )+ };
}

pub(crate) use structs;
