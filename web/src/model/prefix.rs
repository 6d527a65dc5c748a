//! The beginning of a list that only grows.

use std::cell::RefCell;
use std::rc::Rc;

/// The first entries of a list that only grows, shared with its owner: neither side copies it.
#[derive(Debug)]
pub struct Prefix<T> {
    list: Rc<RefCell<Vec<T>>>,
    len: usize,
}

impl<T> Prefix<T> {
    /// The entries that `list` has now.
    #[must_use]
    pub fn of(list: &Rc<RefCell<Vec<T>>>) -> Self {
        Self { list: Rc::clone(list), len: list.borrow().len() }
    }

    /// Calls `look` with the entries.
    pub fn with<R>(&self, look: impl FnOnce(&[T]) -> R) -> R {
        let list = self.list.borrow();
        look(&list[..self.len.min(list.len())])
    }
}

impl<T> Clone for Prefix<T> {
    fn clone(&self) -> Self {
        Self { list: Rc::clone(&self.list), len: self.len }
    }
}

impl<T> PartialEq for Prefix<T> {
    /// Entries never change, so the same list and length are the same entries.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.list, &other.list) && self.len == other.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_stays_what_it_was() {
        let list = Rc::new(RefCell::new(vec![1, 2]));
        let before = Prefix::of(&list);
        list.borrow_mut().push(3);
        assert_eq!(before.with(<[i32]>::to_vec), [1, 2]);
        assert!(before == before.clone() && before != Prefix::of(&list));
        assert!(before != Prefix::of(&Rc::new(RefCell::new(vec![1, 2]))), "another list");
    }
}
