//! What a key can hold.

/// The value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// A string of bytes. Whether Redis would store it as an integer is worked out where it matters.
    String(Vec<u8>),
}

impl Value {
    /// The type's name as TYPE replies it.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::String(_) => "string",
        }
    }

    /// The bytes of a string, `None` of anything else.
    #[must_use]
    pub fn as_string(&self) -> Option<&[u8]> {
        match self {
            Self::String(bytes) => Some(bytes),
        }
    }

    /// A rough size in bytes. Asked on every change, so it must not walk the value.
    #[must_use]
    pub fn approximate_bytes(&self) -> usize {
        match self {
            Self::String(bytes) => bytes.len(),
        }
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::String(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::String(bytes.to_vec())
    }
}
