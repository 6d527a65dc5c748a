//! Reading one value: `rdbLoadObject`.

use psyncscope_keyspace::{Hash, List, Set, Value, Zset};

use crate::container::{Container, Element};
use crate::encodings::EncodingLimits;
use crate::error::{RdbError, RdbErrorKind};
use crate::format::value_type as ty;
use crate::intset::INTSET;
use crate::listpack::LISTPACK;
use crate::reader::RdbReader;
use crate::stream::StreamForm;
use crate::ziplist::ZIPLIST;
use crate::zipmap::ZIPMAP;

/// The kinds of quicklist nodes of Redis 7.
mod quicklist_node {
    /// It is one element.
    pub(super) const PLAIN: u64 = 1;
    /// It is a listpack.
    pub(super) const PACKED: u64 = 2;
}

impl RdbReader<'_> {
    /// Reads a value of `value_type` in a file of this version; types of later versions are unknown. `start` is where
    /// the key began, for errors.
    ///
    /// As in 5.0.14, a plain set may contain a member twice, and a hash may not contain a field twice. 5.0.14 also
    /// loads sorted sets and containers with duplicates, and fails on them later; these are refused here.
    pub(super) fn value(
        &mut self,
        value_type: u8,
        version: u32,
        limits: &EncodingLimits,
        start: usize,
    ) -> Result<Value, RdbError> {
        match value_type {
            ty::STRING => Ok(self.string()?.into()),
            _ => self.collection(value_type, version, limits, start),
        }
    }

    /// A value other than a string.
    #[inline(never)]
    fn collection(
        &mut self,
        value_type: u8,
        version: u32,
        limits: &EncodingLimits,
        start: usize,
    ) -> Result<Value, RdbError> {
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
                    set.insert_within(&self.string()?, limits.set_max_intset_entries);
                }
                Ok(set.into())
            }
            ty::ZSET | ty::ZSET_2 => {
                let mut zset = Zset::default();
                for _ in 0..self.len()? {
                    let at = self.at;
                    let member = self.string()?;
                    let score = if value_type == ty::ZSET { self.text_score() } else { self.binary_score() }?;
                    let (entries_max, value_max) = (limits.zset_max_ziplist_entries, limits.zset_max_ziplist_value);
                    if !zset.insert_within(&member, score, entries_max, value_max) {
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
                    let value = self.string()?;
                    hash.convert_if_too_long([field.len(), value.len()], limits.hash_max_ziplist_value);
                    if !hash.insert_within(&field, value, limits.hash_max_ziplist_entries) {
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
            ty::SET_INTSET => self.set(INTSET, limits),
            ty::SET_LISTPACK if version >= 11 => self.set(LISTPACK, limits),
            ty::ZSET_ZIPLIST => self.zset(ZIPLIST, limits),
            ty::ZSET_LISTPACK if version >= 10 => self.zset(LISTPACK, limits),
            ty::HASH_ZIPMAP => self.hash(ZIPMAP, limits.hash_max_ziplist_value, limits),
            ty::HASH_ZIPLIST => self.hash(ZIPLIST, usize::MAX, limits),
            ty::HASH_LISTPACK if version >= 10 => self.hash(LISTPACK, usize::MAX, limits),
            ty::STREAM_LISTPACKS => self.stream(StreamForm::Redis5),
            ty::STREAM_LISTPACKS_2 if version >= 10 => self.stream(StreamForm::Redis7),
            ty::STREAM_LISTPACKS_3 if version >= 11 => self.stream(StreamForm::Redis72),
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

    fn set(&mut self, container: Container, limits: &EncodingLimits) -> Result<Value, RdbError> {
        let at = self.at;
        let bytes = self.string()?;
        let mut set = Set::default();
        for element in container.elements(&bytes).map_err(|kind| kind.at(at))? {
            let member = element.to_vec();
            if !set.insert_within(&member, limits.set_max_intset_entries) {
                return Err(RdbErrorKind::DuplicateElement(member).at(at));
            }
        }
        Ok(set.into())
    }

    /// As in 5.0.14, a loaded ziplist stays one however long its members are: only their number is checked.
    fn zset(&mut self, container: Container, limits: &EncodingLimits) -> Result<Value, RdbError> {
        let at = self.at;
        let bytes = self.string()?;
        let mut zset = Zset::default();
        for (member, score) in pairs(&container.pairs(&bytes).map_err(|kind| kind.at(at))?) {
            let member = member.to_vec();
            let score = score.score().ok_or_else(|| RdbErrorKind::Score.at(at))?;
            if !zset.insert_within(&member, score, limits.zset_max_ziplist_entries, usize::MAX) {
                return Err(RdbErrorKind::DuplicateElement(member).at(at));
            }
        }
        Ok(zset.into())
    }

    /// `value_max` is the longest field or value that may stay in a ziplist: 5.0.14 checks lengths only when it
    /// converts a zipmap.
    fn hash(&mut self, container: Container, value_max: usize, limits: &EncodingLimits) -> Result<Value, RdbError> {
        let at = self.at;
        let bytes = self.string()?;
        let mut hash = Hash::default();
        for (field, value) in pairs(&container.pairs(&bytes).map_err(|kind| kind.at(at))?) {
            let field = field.to_vec();
            let value = value.to_vec();
            hash.convert_if_too_long([field.len(), value.len()], value_max);
            if !hash.insert_within(&field, value, limits.hash_max_ziplist_entries) {
                return Err(RdbErrorKind::DuplicateElement(field).at(at));
            }
        }
        Ok(hash.into())
    }
}

fn pairs<'a>(elements: &[Element<'a>]) -> impl Iterator<Item = (Element<'a>, Element<'a>)> {
    elements.as_chunks::<2>().0.iter().map(|&[first, second]| (first, second))
}

/// The name of a type that Redis writes in files of this version and that is not supported here.
const fn unsupported(value_type: u8, version: u32) -> Option<&'static str> {
    match value_type {
        6 | 7 => Some("data of a module"),
        22..=25 if version >= 12 => Some("a hash whose fields expire"),
        _ => None,
    }
}
