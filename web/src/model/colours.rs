//! One stable colour for each replication ID, so that histories can be followed by eye.

use std::rc::Rc;

use psyncscope_lab::engine::ids::ReplId;

/// How many colours the stylesheet has: `.r0` to `.r7`. The ninth history takes the first colour again.
pub const COUNT: usize = 8;

const CLASSES: [&str; COUNT] = ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"];

/// The IDs seen so far, in order of appearance.
#[derive(Clone, Debug, Default)]
pub struct Colours {
    order: Vec<ReplId>,
}

impl Colours {
    /// Takes notice of an ID; whether it was new.
    pub fn note(&mut self, id: ReplId) -> bool {
        if id.is_none() || self.order.contains(&id) {
            return false;
        }
        self.order.push(id);
        true
    }

    /// The CSS class that carries the colour of `id`.
    #[must_use]
    pub fn class(&self, id: &ReplId) -> &'static str {
        match self.order.iter().position(|seen| seen == id) {
            Some(at) => CLASSES[at % COUNT],
            None => "r-none",
        }
    }
}

/// The colours as a property: equal when they are the same map.
#[derive(Clone, Debug, Default)]
pub struct ColourMap(pub Rc<Colours>);

impl PartialEq for ColourMap {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl ColourMap {
    /// The CSS class that carries the colour of `id`.
    #[must_use]
    pub fn class(&self, id: &ReplId) -> &'static str {
        self.0.class(id)
    }

    /// Takes notice of an ID. The map changes its identity only if the ID is new.
    pub fn note(&mut self, id: ReplId) {
        if !id.is_none() && !self.0.order.contains(&id) {
            Rc::make_mut(&mut self.0).note(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(letter: u8) -> ReplId {
        ReplId::from_bytes(&[letter; 40]).unwrap()
    }

    #[test]
    fn a_colour_stays_with_its_history() {
        let mut map = ColourMap::default();
        map.note(id(b'a'));
        map.note(id(b'b'));
        let before = map.clone();
        map.note(id(b'a'));
        assert!(before == map, "a known ID changes nothing");
        map.note(id(b'c'));
        assert!(before != map);
        assert_eq!([b'a', b'b', b'c'].map(|c| map.class(&id(c))), ["r0", "r1", "r2"]);
    }

    #[test]
    fn no_history_has_no_colour() {
        let mut map = ColourMap::default();
        map.note(ReplId::NONE);
        assert_eq!(map.class(&ReplId::NONE), "r-none");
        map.note(id(b'a'));
        assert_eq!(map.class(&id(b'a')), "r0");
    }
}
