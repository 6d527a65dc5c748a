//! A list (t_list.c).

use std::collections::VecDeque;
use std::ops::RangeInclusive;

/// Approximate bytes per element besides its content, as in a quicklist.
const ELEMENT_OVERHEAD_BYTES: usize = 4;

/// Elements in order, with fast access to both ends and by index.
#[derive(Clone, Debug, Default)]
pub struct List {
    elements: VecDeque<Vec<u8>>,
    bytes: usize,
}

impl List {
    /// Elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// An approximate size in bytes.
    #[must_use]
    pub const fn approximate_bytes(&self) -> usize {
        self.bytes
    }

    /// The element at `index`, counted from the head.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        self.elements.get(index).map(Vec::as_slice)
    }

    /// All elements, head first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.elements.iter().map(Vec::as_slice)
    }

    /// The elements at these indexes, which must exist.
    ///
    /// If the range ends beyond the last element.
    pub fn range(&self, indexes: RangeInclusive<usize>) -> impl ExactSizeIterator<Item = &[u8]> {
        self.elements.range(indexes).map(Vec::as_slice)
    }

    /// Adds an element at the head.
    pub fn push_front(&mut self, element: Vec<u8>) {
        self.bytes += cost(&element);
        self.elements.push_front(element);
    }

    /// Adds an element at the tail.
    pub fn push_back(&mut self, element: Vec<u8>) {
        self.bytes += cost(&element);
        self.elements.push_back(element);
    }

    /// Removes the first element.
    pub fn pop_front(&mut self) -> Option<Vec<u8>> {
        let element = self.elements.pop_front()?;
        self.bytes -= cost(&element);
        Some(element)
    }

    /// Removes the last element.
    pub fn pop_back(&mut self) -> Option<Vec<u8>> {
        let element = self.elements.pop_back()?;
        self.bytes -= cost(&element);
        Some(element)
    }

    /// Inserts an element before the one at `index`; `index` may be the length.
    ///
    /// # Panics
    /// If `index` is greater.
    pub fn insert(&mut self, index: usize, element: Vec<u8>) {
        self.bytes += cost(&element);
        self.elements.insert(index, element);
    }

    /// Replaces the element at `index`. Returns whether there is one.
    pub fn replace(&mut self, index: usize, element: Vec<u8>) -> bool {
        let Some(place) = self.elements.get_mut(index) else { return false };
        self.bytes += cost(&element);
        self.bytes -= cost(place);
        *place = element;
        true
    }

    /// Removes the first `most` elements equal to `element`, or the last if `from_tail`; returns the number removed.
    pub fn remove_equal(&mut self, element: &[u8], most: usize, from_tail: bool) -> usize {
        let equal = self.iter().filter(|candidate| *candidate == element).count();
        let removed = equal.min(most);
        let mut spared_first = if from_tail { equal - removed } else { 0 };
        let mut left = removed;
        self.elements.retain(|candidate| {
            if left == 0 || candidate != element {
                return true;
            }
            if spared_first > 0 {
                spared_first -= 1;
                return true;
            }
            left -= 1;
            false
        });
        self.bytes -= removed * cost(element);
        removed
    }

    /// Keeps only the elements at these indexes, or none.
    pub fn keep(&mut self, indexes: Option<RangeInclusive<usize>>) {
        let Some(indexes) = indexes else {
            *self = Self::default();
            return;
        };
        let (start, end) = (*indexes.start(), (*indexes.end() + 1).min(self.len()));
        let behind: usize = self.elements.drain(end..).map(|element| cost(&element)).sum();
        let before: usize = self.elements.drain(..start.min(end)).map(|element| cost(&element)).sum();
        self.bytes -= before + behind;
    }
}

fn cost(element: &[u8]) -> usize {
    element.len() + ELEMENT_OVERHEAD_BYTES
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.elements == other.elements
    }
}
