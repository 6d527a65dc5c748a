//! A list (t_list.c).

use std::collections::VecDeque;

/// Bytes that one element costs beyond its content: a rough average of Redis's quicklist.
const ELEMENT_OVERHEAD_BYTES: usize = 4;

/// Elements in order, cheap to reach at both ends and by index.
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

    /// A rough size in bytes.
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

    /// Puts an element before the first.
    pub fn push_front(&mut self, element: Vec<u8>) {
        self.bytes += cost(&element);
        self.elements.push_front(element);
    }

    /// Puts an element behind the last.
    pub fn push_back(&mut self, element: Vec<u8>) {
        self.bytes += cost(&element);
        self.elements.push_back(element);
    }

    /// Takes the first element.
    pub fn pop_front(&mut self) -> Option<Vec<u8>> {
        let element = self.elements.pop_front()?;
        self.bytes -= cost(&element);
        Some(element)
    }

    /// Takes the last element.
    pub fn pop_back(&mut self) -> Option<Vec<u8>> {
        let element = self.elements.pop_back()?;
        self.bytes -= cost(&element);
        Some(element)
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
