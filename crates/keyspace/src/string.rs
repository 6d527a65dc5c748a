//! A string.

use std::ops::{Deref, DerefMut};

use psyncscope_resp::parse_i64_strict;

/// The longest string in bytes that Redis stores together with its object header
/// (`OBJ_ENCODING_EMBSTR_SIZE_LIMIT`).
const EMBEDDED_LEN_MAX: usize = 44;

/// A string of bytes, and how it was set, which decides its encoding in Redis.
///
/// Strings are equal if their bytes are.
#[derive(Clone, Debug, Default)]
pub struct RedisString {
    bytes: Vec<u8>,
    form: Form,
}

/// How a string was set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Form {
    /// Set as a whole (`tryObjectEncoding`): integers are stored as such.
    #[default]
    Set,
    /// The result of INCRBYFLOAT, which Redis does not try to encode as an integer.
    Float,
    /// Changed in place (`dbUnshareStringValue`): `raw` at any length.
    Raw,
}

impl RedisString {
    /// A string that will be changed in place.
    #[must_use]
    pub const fn raw(bytes: Vec<u8>) -> Self {
        Self { bytes, form: Form::Raw }
    }

    /// The result of INCRBYFLOAT.
    #[must_use]
    pub const fn float(bytes: Vec<u8>) -> Self {
        Self { bytes, form: Form::Float }
    }

    /// The bytes, to change in place: the string is `raw` from then on.
    pub const fn unshare(&mut self) -> &mut Vec<u8> {
        self.form = Form::Raw;
        &mut self.bytes
    }

    /// How Redis stores the string, as OBJECT ENCODING says.
    #[must_use]
    pub fn encoding_name(&self) -> &'static str {
        match self.form {
            Form::Set if parse_i64_strict(&self.bytes).is_some() => "int",
            Form::Set | Form::Float if self.bytes.len() <= EMBEDDED_LEN_MAX => "embstr",
            _ => "raw",
        }
    }
}

impl From<Vec<u8>> for RedisString {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, form: Form::Set }
    }
}

impl PartialEq for RedisString {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Deref for RedisString {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for RedisString {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}
