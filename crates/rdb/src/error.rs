//! Errors of RDB files.

use std::fmt;

use psyncscope_resp::escape;

/// Why an RDB file is invalid, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdbError {
    /// Offset of the faulty element, in bytes from the file's start.
    pub offset: usize,
    /// The fault.
    pub kind: RdbErrorKind,
}

impl RdbError {
    /// Whether `rdbLoad` would return an error, so that a replica retries later. With any other fault a real Redis
    /// exits (`rdbExitReportCorruptRDB`).
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self.kind, RdbErrorKind::Signature | RdbErrorKind::Version(_))
    }
}

impl RdbError {
    /// Whether the file may be whole and holds what cannot be read here.
    #[must_use]
    pub const fn is_unsupported(&self) -> bool {
        matches!(
            self.kind,
            RdbErrorKind::UnsupportedType { .. }
                | RdbErrorKind::UnknownType(_)
                | RdbErrorKind::ModuleAux
                | RdbErrorKind::Functions
        )
    }
}

/// What is wrong with an RDB file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RdbErrorKind {
    /// It does not begin with `REDIS`.
    Signature,
    /// An unsupported version.
    Version(i64),
    /// It is truncated.
    UnexpectedEof,
    /// A length begins with an invalid byte, or an encoding is where a number must be.
    LengthEncoding(u8),
    /// A string in an unknown encoding.
    StringEncoding(u8),
    /// Compressed data that does not have the announced length.
    Lzf,
    /// A database number beyond the configured ones.
    Database {
        /// The number.
        db: u64,
        /// How many databases there are.
        databases: usize,
    },
    /// The same key twice in a database.
    DuplicateKey(Vec<u8>),
    /// The same member or field twice in a collection.
    DuplicateElement(Vec<u8>),
    /// A score that is not a number.
    Score,
    /// A container of elements that is damaged.
    Container {
        /// What it is: `ziplist`, `listpack`, `intset` or `zipmap`.
        name: &'static str,
        /// Where in its own bytes the fault is.
        at: usize,
        /// The fault.
        why: &'static str,
    },
    /// A stream that contradicts itself.
    Stream(&'static str),
    /// A quicklist node of an unknown kind.
    QuicklistNode(u64),
    /// A value type of Redis that is not supported here.
    UnsupportedType {
        /// The type.
        value_type: u8,
        /// What it holds.
        what: &'static str,
    },
    /// An unknown value type.
    UnknownType(u8),
    /// Data of a module.
    ModuleAux,
    /// A library of functions.
    Functions,
    /// The trailer does not match.
    Checksum {
        /// The computed checksum.
        computed: u64,
        /// The checksum in the trailer.
        found: u64,
    },
}

impl RdbErrorKind {
    /// This fault in the element that begins at `offset`.
    pub(super) const fn at(self, offset: usize) -> RdbError {
        RdbError { offset, kind: self }
    }
}

impl fmt::Display for RdbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            // These two are whole log lines of Redis.
            RdbErrorKind::Signature => return f.write_str("Wrong signature trying to load DB from file"),
            RdbErrorKind::Version(version) => return write!(f, "Can't handle RDB format version {version}"),
            RdbErrorKind::UnexpectedEof => f.write_str("unexpected end of the RDB file"),
            RdbErrorKind::LengthEncoding(byte) => write!(f, "{byte:#04x} begins no length"),
            RdbErrorKind::StringEncoding(encoding) => write!(f, "unknown string encoding {encoding}"),
            RdbErrorKind::Lzf => f.write_str("invalid LZF compressed string"),
            RdbErrorKind::Database { db, databases } => write!(f, "database {db} of {databases}"),
            RdbErrorKind::DuplicateKey(key) => write!(f, "key {} twice", escape(key)),
            RdbErrorKind::DuplicateElement(element) => write!(f, "element {} twice", escape(element)),
            RdbErrorKind::Score => f.write_str("a score that is no number"),
            RdbErrorKind::Container { name, at, why } => write!(f, "damaged {name} (at its byte {at}: {why})"),
            RdbErrorKind::Stream(why) => write!(f, "damaged stream ({why})"),
            RdbErrorKind::QuicklistNode(kind) => write!(f, "unknown kind of quicklist node {kind}"),
            RdbErrorKind::UnsupportedType { value_type, what } => {
                write!(f, "{what} (value type {value_type}), which cannot be read here")
            }
            RdbErrorKind::UnknownType(value_type) => write!(f, "unknown value type {value_type}"),
            RdbErrorKind::ModuleAux => f.write_str("module data, and there are no modules"),
            RdbErrorKind::Functions => f.write_str("a library of functions, which cannot be loaded here"),
            RdbErrorKind::Checksum { computed, found } => {
                write!(f, "RDB CRC error: the bytes give {computed:016x}, the trailer says {found:016x}")
            }
        }?;
        write!(f, " at byte {}", self.offset)
    }
}

impl std::error::Error for RdbError {}
