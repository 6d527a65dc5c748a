//! Scheduled events, ordered by time, and at the same time by when they were scheduled.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Identifies one scheduled event, so that it can be cancelled: its time in microseconds, its number, and its place.
pub(crate) type Key = (u64, u64, usize);

/// The events. Each operation takes time in the order of the logarithm of their number: a large world has thousands.
#[derive(Debug)]
pub(crate) struct Queue<E> {
    /// Earliest first; the first one is never cancelled.
    keys: BinaryHeap<Reverse<Key>>,
    /// The event of each key by the key's place, with the key's number; `None` for a place that is free.
    events: Vec<Option<(u64, E)>>,
    free: Vec<usize>,
    scheduled: u64,
}

impl<E> Queue<E> {
    pub(crate) const fn new() -> Self {
        Self { keys: BinaryHeap::new(), events: Vec::new(), free: Vec::new(), scheduled: 0 }
    }

    pub(crate) fn schedule(&mut self, at: u64, event: E) -> Key {
        let number = self.scheduled;
        self.scheduled += 1;
        let place = self.free.pop().unwrap_or_else(|| {
            self.events.push(None);
            self.events.len() - 1
        });
        self.events[place] = Some((number, event));
        self.keys.push(Reverse((at, number, place)));
        (at, number, place)
    }

    pub(crate) fn cancel(&mut self, key: Key) {
        if self.take(key).is_some() {
            self.drop_cancelled();
        }
    }

    pub(crate) fn next_at(&self) -> Option<u64> {
        self.keys.peek().map(|Reverse((at, ..))| *at)
    }

    pub(crate) fn pop(&mut self) -> Option<(u64, E)> {
        let Reverse(key) = self.keys.pop()?;
        let event = self.take(key);
        self.drop_cancelled();
        event.map(|event| (key.0, event))
    }

    /// Takes a key's event, unless it was taken or cancelled.
    fn take(&mut self, (_, number, place): Key) -> Option<E> {
        let event = self.events.get_mut(place)?.take_if(|(scheduled, _)| *scheduled == number)?;
        self.free.push(place);
        Some(event.1)
    }

    fn drop_cancelled(&mut self) {
        while let Some(&Reverse((_, number, place))) = self.keys.peek() {
            if matches!(self.events.get(place), Some(Some((scheduled, _))) if *scheduled == number) {
                break;
            }
            self.keys.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_time_then_by_plan() {
        let mut queue = Queue::new();
        queue.schedule(5, "c");
        queue.schedule(3, "a");
        let gone = queue.schedule(3, "never");
        queue.schedule(3, "b");
        queue.cancel(gone);
        queue.cancel(gone);
        assert_eq!(queue.next_at(), Some(3));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, [(3, "a"), (3, "b"), (5, "c")]);
    }
}
