//! A sorted vector as a set: a fraction of the code of a B-tree, and its memory is used again.

/// A set of small things in order.
#[derive(Debug)]
pub(super) struct Sorted<T>(Vec<T>);

impl<T: Ord + Copy> Sorted<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn insert(&mut self, item: T) {
        if let Err(place) = self.0.binary_search(&item) {
            self.0.insert(place, item);
        }
    }

    pub(super) fn remove(&mut self, item: T) {
        if let Ok(place) = self.0.binary_search(&item) {
            self.0.remove(place);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first one.
    pub(super) fn first(&self) -> Option<T> {
        self.0.first().copied()
    }

    /// All of them, in order.
    pub(super) fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// Those from `first` on.
    pub(super) fn from(&self, first: T) -> &[T] {
        &self.0[self.0.partition_point(|&item| item < first)..]
    }

    /// Those up to `last`, that included.
    pub(super) fn to(&self, last: T) -> &[T] {
        &self.0[..self.0.partition_point(|&item| item <= last)]
    }

    /// Those behind `item`.
    pub(super) fn after(&self, item: T) -> &[T] {
        &self.0[self.0.partition_point(|&other| other <= item)..]
    }
}
