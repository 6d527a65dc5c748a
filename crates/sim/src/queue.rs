//! Scheduled events, ordered by time, and at the same time by when they were scheduled.

/// Identifies one scheduled event, so that it can be cancelled.
pub(crate) type Key = (u64, u64);

/// The events. The time of a key is in microseconds.
#[derive(Debug)]
pub(crate) struct Queue<E> {
    /// The next one last: near events are scheduled, cancelled and taken most.
    events: Vec<(Key, E)>,
    scheduled: u64,
}

impl<E> Queue<E> {
    pub(crate) const fn new() -> Self {
        Self { events: Vec::new(), scheduled: 0 }
    }

    pub(crate) fn schedule(&mut self, at: u64, event: E) -> Key {
        let key = (at, self.scheduled);
        self.scheduled += 1;
        self.events.insert(self.place(key), (key, event));
        key
    }

    pub(crate) fn cancel(&mut self, key: Key) {
        let at = self.place(key);
        if self.events.get(at).is_some_and(|(scheduled, _)| *scheduled == key) {
            self.events.remove(at);
        }
    }

    pub(crate) fn next_at(&self) -> Option<u64> {
        self.events.last().map(|(key, _)| key.0)
    }

    pub(crate) fn pop(&mut self) -> Option<(u64, E)> {
        self.events.pop().map(|(key, event)| (key.0, event))
    }

    /// Where an event of this key is, or belongs.
    fn place(&self, key: Key) -> usize {
        self.events.partition_point(|(scheduled, _)| *scheduled > key)
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
