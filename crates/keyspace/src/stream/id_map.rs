//! A map from IDs, in their order.

use std::collections::VecDeque;

use super::id::StreamId;

/// A sorted queue: IDs mostly come at its end and go at its front, which is cheap for both.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct IdMap<V>(VecDeque<(StreamId, V)>);

impl<V> Default for IdMap<V> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<V> IdMap<V> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn find(&self, id: StreamId) -> Result<usize, usize> {
        match self.0.back() {
            Some((last, _)) if *last < id => Err(self.len()),
            _ => self.0.binary_search_by_key(&id, |(known, _)| *known),
        }
    }

    pub(super) fn get(&self, id: StreamId) -> Option<&V> {
        self.find(id).ok().map(|at| &self.0[at].1)
    }

    pub(super) fn get_mut(&mut self, id: StreamId) -> Option<&mut V> {
        self.find(id).ok().map(|at| &mut self.0[at].1)
    }

    /// Sets the value of an ID; returns the one that it had.
    pub(super) fn insert(&mut self, id: StreamId, value: V) -> Option<V> {
        match self.find(id) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (id, value));
                None
            }
        }
    }

    pub(super) fn remove(&mut self, id: StreamId) -> Option<V> {
        let at = self.find(id).ok()?;
        self.0.remove(at).map(|(_, value)| value)
    }

    /// All from `start` on.
    pub(super) fn iter_from(&self, start: StreamId) -> impl DoubleEndedIterator<Item = (StreamId, &V)> {
        let at = self.find(start).unwrap_or_else(|at| at);
        self.0.range(at..).map(|(id, value)| (*id, value))
    }
}
