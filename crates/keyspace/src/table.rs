//! The hash table of a database, with cheap snapshots (which Redis gets from fork).
//!
//! Entries are in a vector of pages that are shared with snapshots: a change of an entry of a shared page copies that
//! page. The index, from a key's hash to its position in the vector, is not part of a snapshot. It consists of many
//! small tables, of which one is split at a time, so that growing never stops the event loop for long (dict.c has
//! `dictRehashMilliseconds` for that).

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::db::Entry;
use crate::key::Key;

/// Entries of a page: copying one takes microseconds, and a million keys are some thousand pages.
const PAGE: usize = 256;
/// Mean number of keys of a part of the index; a part that is split next has twice as many.
const PART: usize = 512;

/// Entries in order, in shareable pages.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    /// All but the last are full.
    pages: Vec<Arc<Vec<(Key, Entry)>>>,
    len: usize,
}

impl Pages {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn at(&self, index: usize) -> Option<(&Key, &Entry)> {
        let (key, entry) = self.pages.get(index / PAGE)?.get(index % PAGE)?;
        Some((key, entry))
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Entry)> {
        (0..self.len).map(|index| {
            let (key, entry) = &self.pages[index / PAGE][index % PAGE];
            (key, entry)
        })
    }

    fn key(&self, index: usize) -> &Key {
        &self.pages[index / PAGE][index % PAGE].0
    }

    fn at_mut(&mut self, index: usize) -> &mut (Key, Entry) {
        &mut Arc::make_mut(&mut self.pages[index / PAGE])[index % PAGE]
    }

    fn push(&mut self, key: Key, entry: Entry) {
        if self.len.is_multiple_of(PAGE) {
            self.pages.push(Arc::default());
        }
        if let Some(last) = self.pages.last_mut() {
            Arc::make_mut(last).push((key, entry));
            self.len += 1;
        }
    }

    fn pop(&mut self) -> Option<(Key, Entry)> {
        let last = Arc::make_mut(self.pages.last_mut()?);
        let popped = last.pop()?;
        if last.is_empty() {
            self.pages.pop();
        }
        self.len -= 1;
        Some(popped)
    }
}

/// Keys with their entries. New ones are appended; a removal moves the last into the gap.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pages: Pages,
    /// Positions of keys, by hash (linear hashing). Of n parts, with p the largest power of 2 not above n, those
    /// before n - p are split already (the other half of part i is part p + i), and part n - p is next.
    index: Vec<HashTable<Slot>>,
}

/// Where a key is. Its hash is here too, so that nothing but a search that finds it reads the key itself.
#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    place: u32,
}

impl Default for Table {
    fn default() -> Self {
        Self { pages: Pages::default(), index: vec![HashTable::new()] }
    }
}

impl Table {
    pub(super) const fn len(&self) -> usize {
        self.pages.len
    }

    /// A view of the entries.
    pub(super) const fn pages(&self) -> &Pages {
        &self.pages
    }

    pub(super) fn get(&self, key: &[u8]) -> Option<(&Key, &Entry)> {
        self.pages.at(self.place(key, hash(key))?)
    }

    pub(super) fn get_mut(&mut self, key: &[u8]) -> Option<(&Key, &mut Entry)> {
        let place = self.place(key, hash(key))?;
        let (key, entry) = self.pages.at_mut(place);
        Some((key, entry))
    }

    /// Adds the entry with a new key, or exchanges the one of a known key and returns it with the key.
    ///
    /// # Panics
    /// At 2^32 keys.
    pub(super) fn insert(&mut self, key: &[u8], entry: Entry) -> Option<(Key, Entry)> {
        let hash = hash(key);
        if let Some(place) = self.place(key, hash) {
            let (key, current) = self.pages.at_mut(place);
            return Some((key.clone(), std::mem::replace(current, entry)));
        }
        self.push_hashed(Key::from(key), entry, hash);
        None
    }

    /// Adds a new key.
    ///
    /// # Panics
    /// At 2^32 keys.
    pub(super) fn push(&mut self, key: Key, entry: Entry) {
        let hash = hash(&key);
        self.push_hashed(key, entry, hash);
    }

    fn push_hashed(&mut self, key: Key, entry: Entry, hash: u32) {
        if self.pages.len == self.index.len() * PART {
            self.split();
        }
        let place = u32::try_from(self.pages.len).expect("fewer than 2^32 keys");
        self.pages.push(key, entry);
        let part = self.part(spread(hash));
        insert(&mut self.index[part], Slot { hash, place });
    }

    /// Removes the key.
    pub(super) fn swap_remove(&mut self, key: &[u8]) -> Option<(Key, Entry)> {
        let hash = hash(key);
        let wide = spread(hash);
        let part = self.part(wide);
        let pages = &self.pages;
        let found = self.index[part].find_entry(wide, |slot| slot.is(hash, key, pages)).ok()?;
        let (Slot { place, .. }, _) = found.remove();
        let last = self.pages.pop()?;
        if place as usize == self.pages.len {
            return Some(last);
        }
        let wide = spread(self::hash(&last.0));
        let part = self.part(wide);
        let from = self.pages.len;
        if let Some(moved) = self.index[part].find_mut(wide, |slot| slot.place as usize == from) {
            moved.place = place;
        }
        Some(std::mem::replace(self.pages.at_mut(place as usize), last))
    }

    fn place(&self, key: &[u8], hash: u32) -> Option<usize> {
        let wide = spread(hash);
        let found = self.index[self.part(wide)].find(wide, |slot| slot.is(hash, key, &self.pages));
        found.map(|slot| slot.place as usize)
    }

    /// Which part of the index a hash, spread, belongs to.
    fn part(&self, wide: u64) -> usize {
        // The tables use the lowest and highest bits, so these are others.
        let middle = (wide >> 24) as usize;
        let parts = self.index.len();
        let rounds = parts.next_power_of_two();
        let part = middle & (rounds - 1);
        if part < parts { part } else { part - rounds / 2 }
    }

    /// Splits the part that is due.
    fn split(&mut self) {
        let parts = self.index.len();
        let due = parts - (parts + 1).next_power_of_two() / 2;
        self.index.push(HashTable::with_capacity(PART / 2));
        for slot in std::mem::replace(&mut self.index[due], HashTable::with_capacity(PART / 2)) {
            let part = self.part(spread(slot.hash));
            insert(&mut self.index[part], slot);
        }
    }
}

impl Slot {
    fn is(&self, hash: u32, key: &[u8], pages: &Pages) -> bool {
        self.hash == hash && **pages.key(self.place as usize) == *key
    }
}

fn insert(part: &mut HashTable<Slot>, slot: Slot) {
    part.insert_unique(spread(slot.hash), slot, |slot| spread(slot.hash));
}

fn hash(key: &[u8]) -> u32 {
    (FxBuildHasher.hash_one(key) >> 32) as u32
}

/// The hash over all bits of a word, as the tables want it.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;
    use rand_core::{RngCore, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;
    use crate::value::Value;

    type Model = IndexMap<Vec<u8>, u64, FxBuildHasher>;

    fn entry(version: u64) -> Entry {
        Entry::new(Value::from(b"v".as_slice()), None, version)
    }

    #[track_caller]
    fn assert_same(pages: &Pages, model: &Model) {
        let ours = pages.iter().map(|(key, entry)| (key.as_ref(), entry.version()));
        assert!(ours.eq(model.iter().map(|(key, version)| (key.as_slice(), *version))));
        assert_eq!(pages.len(), model.len());
    }

    /// indexmap is a vector with swap-remove and a hash index: the order must be the same after any changes, and
    /// snapshots must stay unchanged.
    #[test]
    fn it_behaves_like_an_index_map_with_snapshots() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
        let (mut table, mut model) = (Table::default(), Model::default());
        let mut kept: Vec<(Pages, Model)> = Vec::new();
        for round in 0..60_000 {
            // Grows to some thousand keys, and then shrinks again.
            let remove = if round < 40_000 { 1 } else { 3 };
            let key = (rng.next_u32() % 6000).to_string().into_bytes();
            assert_eq!(table.get(&key).map(|(_, entry)| entry.version()), model.get(&key).copied());
            if rng.next_u32() % 4 < remove {
                let removed = table.swap_remove(&key).map(|(key, entry)| (key.to_vec(), entry.version()));
                assert_eq!(removed, model.swap_remove_entry(&key));
            } else if let Some((found, place)) = table.get_mut(&key) {
                assert_eq!(**found, *key);
                *place = entry(round);
                model.insert(key, round);
            } else {
                table.push(Key::from(key.as_slice()), entry(round));
                model.insert(key, round);
            }
            if round % 6000 == 0 {
                kept.push((table.pages().clone(), model.clone()));
            }
        }
        assert!(kept.iter().any(|(pages, _)| pages.len() > 8 * PART) && model.len() < 2000);
        for (pages, model) in kept.iter().chain([&(table.pages().clone(), model)]) {
            assert_same(pages, model);
            for index in 0..=model.len() {
                let at = pages.at(index).map(|(key, entry)| (key.to_vec(), entry.version()));
                assert_eq!(at, model.get_index(index).map(|(key, version)| (key.clone(), *version)));
            }
        }
    }

    #[test]
    fn no_part_of_the_index_is_large() {
        let mut table = Table::default();
        for number in 0..100_000u32 {
            table.push(Key::from(format!("key:{number}").into_bytes()), entry(0));
        }
        assert_eq!(table.index.len(), 100_000_usize.div_ceil(PART));
        let longest = table.index.iter().map(HashTable::len).max();
        assert!(longest < Some(3 * PART), "{longest:?}");
        assert_eq!(table.index.iter().map(HashTable::len).sum::<usize>(), 100_000);
    }

    #[test]
    fn a_change_copies_one_page_and_only_if_it_is_shared() {
        let mut table = Table::default();
        for number in 0..1000u32 {
            table.push(Key::from(number.to_string().into_bytes()), entry(0));
        }
        let before = table.pages().clone();
        let copied = |table: &Table| {
            let pairs = before.pages.iter().zip(&table.pages.pages);
            pairs.filter(|(before, now)| !Arc::ptr_eq(before, now)).count()
        };
        assert_eq!(copied(&table), 0);
        for key in [b"300", b"301", b"300"] {
            *table.get_mut(key).unwrap().1 = entry(1);
            assert_eq!(copied(&table), 1);
        }
        table.swap_remove(b"0");
        assert_eq!(copied(&table), 3);
    }
}
