//! Reading one value: `rdbLoadObject`.

use super::container::{Container, Element};
use super::intset::INTSET;
use super::listpack::LISTPACK;
use super::reader::Reader;
use super::ziplist::ZIPLIST;
use super::zipmap::ZIPMAP;
use super::{RdbError, RdbErrorKind, value_type as ty};
use crate::keyspace::{Hash, List, Set, Value, Zset};

/// How a node of a quicklist of Redis 7 holds its elements.
mod quicklist_node {
    /// It is one element.
    pub(super) const PLAIN: u64 = 1;
    /// It is a listpack.
    pub(super) const PACKED: u64 = 2;
}

impl Reader<'_> {
    /// A value of `value_type`, in a file of this version; types that came with later ones do not exist. `start` is
    /// where the key began, for errors.
    ///
    /// As in 5.0.14, a plain set may name a member twice, and a hash no field. It takes a sorted set that names a
    /// member twice, and a container that names anything twice, and breaks over them later; we refuse these too.
    pub(super) fn value(&mut self, value_type: u8, version: u32, start: usize) -> Result<Value, RdbError> {
        if value_type == ty::STRING { Ok(self.string()?.into()) } else { self.collection(value_type, version, start) }
    }

    /// A value that is no string: a function of its own, for the page does without it at first.
    #[inline(never)]
    fn collection(&mut self, value_type: u8, version: u32, start: usize) -> Result<Value, RdbError> {
        match value_type {
            ty::LIST => {
                let mut list = List::default();
                for _ in 0..self.len()? {
                    list.push_back(self.string()?);
                }
                Ok(list.into())
            }
            ty::SET => {
                let mut set = Set::default();
                for _ in 0..self.len()? {
                    set.insert(&self.string()?);
                }
                Ok(set.into())
            }
            ty::ZSET | ty::ZSET_2 => {
                let mut zset = Zset::default();
                for _ in 0..self.len()? {
                    let at = self.at;
                    let member = self.string()?;
                    let score = if value_type == ty::ZSET { self.text_score() } else { self.binary_score() }?;
                    if !zset.insert(&member, score) {
                        return Err(RdbErrorKind::DuplicateElement(member).at(at));
                    }
                }
                Ok(zset.into())
            }
            ty::HASH => {
                let mut hash = Hash::default();
                for _ in 0..self.len()? {
                    let at = self.at;
                    let field = self.string()?;
                    if !hash.insert(&field, self.string()?) {
                        return Err(RdbErrorKind::DuplicateElement(field).at(at));
                    }
                }
                Ok(hash.into())
            }
            ty::LIST_ZIPLIST => {
                let mut list = List::default();
                self.list_node(ZIPLIST, &mut list)?;
                Ok(list.into())
            }
            ty::LIST_QUICKLIST => {
                let mut list = List::default();
                for _ in 0..self.len()? {
                    self.list_node(ZIPLIST, &mut list)?;
                }
                Ok(list.into())
            }
            ty::LIST_QUICKLIST_2 if version >= 10 => {
                let mut list = List::default();
                for _ in 0..self.len()? {
                    let at = self.at;
                    match self.len()? {
                        quicklist_node::PLAIN => list.push_back(self.string()?),
                        quicklist_node::PACKED => self.list_node(LISTPACK, &mut list)?,
                        other => return Err(RdbErrorKind::QuicklistNode(other).at(at)),
                    }
                }
                Ok(list.into())
            }
            ty::SET_INTSET => self.set(INTSET),
            ty::SET_LISTPACK if version >= 11 => self.set(LISTPACK),
            ty::ZSET_ZIPLIST => self.zset(ZIPLIST),
            ty::ZSET_LISTPACK if version >= 10 => self.zset(LISTPACK),
            ty::HASH_ZIPMAP => self.hash(ZIPMAP),
            ty::HASH_ZIPLIST => self.hash(ZIPLIST),
            ty::HASH_LISTPACK if version >= 10 => self.hash(LISTPACK),
            other => Err(match unsupported(other, version) {
                Some(what) => RdbErrorKind::UnsupportedType { value_type, what },
                None => RdbErrorKind::UnknownType(other),
            }
            .at(start)),
        }
    }

    fn list_node(&mut self, container: Container, list: &mut List) -> Result<(), RdbError> {
        let at = self.at;
        let bytes = self.string()?;
        for element in container.elements(&bytes).map_err(|kind| kind.at(at))? {
            list.push_back(element.to_vec());
        }
        Ok(())
    }

    fn set(&mut self, container: Container) -> Result<Value, RdbError> {
        let at = self.at;
        let bytes = self.string()?;
        let mut set = Set::default();
        for element in container.elements(&bytes).map_err(|kind| kind.at(at))? {
            let member = element.to_vec();
            if !set.insert(&member) {
                return Err(RdbErrorKind::DuplicateElement(member).at(at));
            }
        }
        Ok(set.into())
    }

    fn zset(&mut self, container: Container) -> Result<Value, RdbError> {
        let at = self.at;
        let bytes = self.string()?;
        let mut zset = Zset::default();
        for (member, score) in pairs(&container.pairs(&bytes).map_err(|kind| kind.at(at))?) {
            let member = member.to_vec();
            let score = score.score().ok_or_else(|| RdbErrorKind::Score.at(at))?;
            if !zset.insert(&member, score) {
                return Err(RdbErrorKind::DuplicateElement(member).at(at));
            }
        }
        Ok(zset.into())
    }

    fn hash(&mut self, container: Container) -> Result<Value, RdbError> {
        let at = self.at;
        let bytes = self.string()?;
        let mut hash = Hash::default();
        for (field, value) in pairs(&container.pairs(&bytes).map_err(|kind| kind.at(at))?) {
            let field = field.to_vec();
            if !hash.insert(&field, value.to_vec()) {
                return Err(RdbErrorKind::DuplicateElement(field).at(at));
            }
        }
        Ok(hash.into())
    }
}

fn pairs<'a>(elements: &[Element<'a>]) -> impl Iterator<Item = (Element<'a>, Element<'a>)> {
    elements.chunks_exact(2).map(|pair| (pair[0], pair[1]))
}

/// What a type is that Redis writes in files of this version and that cannot be read here.
const fn unsupported(value_type: u8, version: u32) -> Option<&'static str> {
    match value_type {
        6 | 7 => Some("data of a module"),
        15 => Some("a stream"),
        19 if version >= 10 => Some("a stream"),
        21 if version >= 11 => Some("a stream"),
        22..=25 if version >= 12 => Some("a hash whose fields expire"),
        _ => None,
    }
}
