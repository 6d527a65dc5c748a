//! A string.

use std::ops::Deref;
use std::sync::Arc;

use psyncscope_resp::parse_i64_strict;
use triomphe::ThinArc;

/// The longest string in bytes that Redis stores together with its object header
/// (`OBJ_ENCODING_EMBSTR_SIZE_LIMIT`).
const EMBEDDED_LEN_MAX: usize = 44;

/// A string of bytes, and how it was set, which decides its encoding in Redis. A clone is a reference count.
///
/// Strings are equal if their bytes are.
#[derive(Clone, Debug)]
pub struct RedisString(Form);

#[derive(Clone, Debug)]
enum Form {
    /// Set as a whole (`tryObjectEncoding`): integers are stored as such.
    Set(ThinArc<(), u8>),
    /// The result of INCRBYFLOAT, which Redis does not try to encode as an integer.
    Float(ThinArc<(), u8>),
    /// Changed in place (`dbUnshareStringValue`): `raw` at any length.
    Raw(Arc<Vec<u8>>),
}

impl RedisString {
    /// A string that will be changed in place.
    #[must_use]
    pub fn raw(bytes: Vec<u8>) -> Self {
        Self(Form::Raw(Arc::new(bytes)))
    }

    /// The result of INCRBYFLOAT.
    #[must_use]
    pub fn float(bytes: &[u8]) -> Self {
        Self(Form::Float(ThinArc::from_header_and_slice((), bytes)))
    }

    /// The bytes, to change in place: the string is `raw` from then on.
    pub fn unshare(&mut self) -> &mut Vec<u8> {
        if let Form::Set(bytes) | Form::Float(bytes) = &self.0 {
            self.0 = Form::Raw(Arc::new(bytes.slice.to_vec()));
        }
        match &mut self.0 {
            Form::Raw(bytes) => Arc::make_mut(bytes),
            Form::Set(_) | Form::Float(_) => unreachable!("made raw above"),
        }
    }

    /// How Redis stores the string, as OBJECT ENCODING says.
    #[must_use]
    pub fn encoding_name(&self) -> &'static str {
        match &self.0 {
            Form::Set(bytes) if parse_i64_strict(&bytes.slice).is_some() => "int",
            Form::Set(bytes) | Form::Float(bytes) if bytes.slice.len() <= EMBEDDED_LEN_MAX => "embstr",
            _ => "raw",
        }
    }
}

impl From<&[u8]> for RedisString {
    fn from(bytes: &[u8]) -> Self {
        Self(Form::Set(ThinArc::from_header_and_slice((), bytes)))
    }
}

impl From<Vec<u8>> for RedisString {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(&*bytes)
    }
}

impl PartialEq for RedisString {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Deref for RedisString {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Form::Set(bytes) | Form::Float(bytes) => &bytes.slice,
            Form::Raw(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_two_words_whatever_its_form() {
        assert!(size_of::<RedisString>() <= 2 * size_of::<usize>());
    }

    #[test]
    fn a_change_in_place_leaves_clones_alone() {
        let mut text = RedisString::from(b"12".as_slice());
        let before = text.clone();
        text.unshare().push(b'3');
        let raw = text.clone();
        text.unshare().push(b'4');
        assert_eq!((&*before, &*raw, &*text), (&b"12"[..], &b"123"[..], &b"1234"[..]));
        assert_eq!((before.encoding_name(), raw.encoding_name()), ("int", "raw"));
        assert_eq!(RedisString::float(b"12").encoding_name(), "embstr");
        assert_eq!(RedisString::from(vec![b'x'; 45]).encoding_name(), "raw");
    }
}
