//! The replication IDs of a run in order of appearance, so that each can keep one colour.

use psyncscope_engine::ids::ReplId;

/// The IDs seen so far, in order of appearance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histories {
    order: Vec<ReplId>,
}

impl Histories {
    /// Takes notice of an ID; `0000...` is none.
    pub fn note(&mut self, id: ReplId) {
        if !id.is_none() && !self.order.contains(&id) {
            self.order.push(id);
        }
    }

    /// How many were seen.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none was seen.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The place of an ID, from 0.
    #[must_use]
    pub fn place(&self, id: &ReplId) -> Option<usize> {
        self.order.iter().position(|seen| seen == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_place() {
        let id = |letter| ReplId::from_bytes(&[letter; 40]).unwrap();
        let mut histories = Histories::default();
        for noted in [ReplId::NONE, id(b'a'), id(b'b'), id(b'a'), id(b'c')] {
            histories.note(noted);
        }
        assert_eq!(b"abc".map(|letter| histories.place(&id(letter))), [Some(0), Some(1), Some(2)]);
        assert_eq!(histories.place(&ReplId::NONE), None);
        assert_eq!(histories.len(), 3);
    }
}
