//! One stable colour for each replication ID, so that histories can be followed by eye.

use std::rc::Rc;

use psyncscope_lab::engine::ids::ReplId;
use psyncscope_lab::histories::Histories;

const CLASSES: [&str; 8] = ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"];

/// The colours as a property: equal when they are the same map.
#[derive(Clone, Debug, Default)]
pub struct ColourMap(Rc<Histories>);

impl PartialEq for ColourMap {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl ColourMap {
    /// The CSS class that carries the colour of `id`. The ninth history takes the first colour again.
    #[must_use]
    pub fn class(&self, id: &ReplId) -> &'static str {
        self.0.place(id).map_or("r-none", |at| CLASSES[at % CLASSES.len()])
    }

    /// Gives new histories their colours. The map changes its identity only if there are new ones.
    pub fn update(&mut self, histories: &Histories) {
        if self.0.len() != histories.len() {
            self.0 = Rc::new(histories.clone());
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
        let mut histories = Histories::default();
        let mut map = ColourMap::default();
        histories.note(id(b'a'));
        histories.note(id(b'b'));
        map.update(&histories);
        let before = map.clone();
        histories.note(id(b'a'));
        map.update(&histories);
        assert!(before == map, "a known ID changes nothing");
        histories.note(id(b'c'));
        map.update(&histories);
        assert!(before != map);
        assert_eq!(b"abc".map(|c| map.class(&id(c))), ["r0", "r1", "r2"]);
    }

    #[test]
    fn no_history_has_no_colour() {
        assert_eq!(ColourMap::default().class(&ReplId::NONE), "r-none");
    }
}
