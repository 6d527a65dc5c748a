//! Values of keys.

use std::sync::Arc;

use crate::hash::Hash;
use crate::list::List;
use crate::set::Set;
use crate::stream::Stream;
use crate::string::RedisString;
use crate::zset::Zset;

/// The value of a key. A clone is a reference count; a change of a shared collection copies it.
///
/// Two values are equal if they hold the same data, in any encoding: the order of a set's members or a hash's
/// fields does not matter, that of a list's elements does.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string of bytes.
    String(RedisString),
    /// A list.
    List(Arc<List>),
    /// A set.
    Set(Arc<Set>),
    /// A sorted set.
    Zset(Arc<Zset>),
    /// A hash.
    Hash(Arc<Hash>),
    /// A stream.
    Stream(Arc<Stream>),
}

/// The types that hold elements. But for streams a key never holds an empty one: removing the last element deletes the
/// key.
pub trait Collection: Default + Into<Value> {
    /// The collection in `value`, `None` if it holds another type.
    fn of(value: &Value) -> Option<&Self>;
    /// The collection in `value`, for changing: copied if it is shared.
    fn of_mut(value: &mut Value) -> Option<&mut Self>;
    /// How many elements (members, fields) it has.
    fn len(&self) -> usize;
    /// Whether it is one that no key may hold.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

macro_rules! collection {
    ($type:ident) => {
        impl From<$type> for Value {
            fn from(collection: $type) -> Self {
                Self::$type(Arc::new(collection))
            }
        }

        impl Collection for $type {
            fn of(value: &Value) -> Option<&Self> {
                if let Value::$type(collection) = value { Some(&**collection) } else { None }
            }

            fn of_mut(value: &mut Value) -> Option<&mut Self> {
                if let Value::$type(collection) = value { Some(Arc::make_mut(collection)) } else { None }
            }

            fn len(&self) -> usize {
                Self::len(self)
            }
        }
    };
}

collection!(List);
collection!(Set);
collection!(Zset);
collection!(Hash);

impl Value {
    /// The type's name as TYPE replies it.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::String(_) => "string",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::Zset(_) => "zset",
            Self::Hash(_) => "hash",
            Self::Stream(_) => "stream",
        }
    }

    /// How Redis stores the value, as OBJECT ENCODING says.
    ///
    /// Collections keep their encoding after the conversion from the compact one.
    #[must_use]
    pub fn encoding_name(&self) -> &'static str {
        match self {
            Self::String(text) => text.encoding_name(),
            Self::List(_) => "quicklist",
            Self::Set(set) => set.encoding_name(),
            Self::Zset(zset) => zset.encoding_name(),
            Self::Hash(hash) => hash.encoding_name(),
            // `strEncoding` has no word for it before Redis 6.
            Self::Stream(_) => "unknown",
        }
    }

    /// The bytes of a string, `None` of anything else.
    #[must_use]
    pub fn as_string(&self) -> Option<&[u8]> {
        match self {
            Self::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Whether it is a collection without elements, which no key may hold.
    #[must_use]
    pub fn is_empty_collection(&self) -> bool {
        match self {
            Self::String(_) | Self::Stream(_) => false,
            Self::List(list) => list.is_empty(),
            Self::Set(set) => set.is_empty(),
            Self::Zset(zset) => zset.is_empty(),
            Self::Hash(hash) => hash.is_empty(),
        }
    }

    /// An approximate size in bytes. Called on every change, so it must not walk the value.
    #[must_use]
    pub fn approximate_bytes(&self) -> usize {
        match self {
            Self::String(bytes) => bytes.len(),
            Self::List(list) => list.approximate_bytes(),
            Self::Set(set) => set.approximate_bytes(),
            Self::Zset(zset) => zset.approximate_bytes(),
            Self::Hash(hash) => hash.approximate_bytes(),
            Self::Stream(stream) => stream.approximate_bytes(),
        }
    }
}

impl From<RedisString> for Value {
    fn from(text: RedisString) -> Self {
        Self::String(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::String(bytes.into())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::String(bytes.into())
    }
}
