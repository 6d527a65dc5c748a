//! Reading what comes from outside with serde: strictly, and with the place of what is wrong.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_path_to_error::{Path, Segment};

use crate::error::{ErrorCode, LabError};

/// Reads a value. `root` is what paths begin with, empty for none; `reason` turns the deserializer's error into text.
///
/// # Errors
/// A field is unknown, missing or of a wrong type: `config.wire.lag: unknown field ...`. Whether the values make sense,
/// [`crate::Lab`] and [`crate::ActionLog::check`] say.
pub fn read<'de, T, D>(deserializer: D, root: &str, reason: impl FnOnce(&D::Error) -> String) -> Result<T, LabError>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    match serde_path_to_error::deserialize(deserializer) {
        Ok(Object(value)) => Ok(value),
        Err(error) => Err(refused(root, error.path(), &reason(error.inner()))),
    }
}

/// An object, and nothing else: serde's derived readers take a struct from an array too.
pub(crate) struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

/// For a field that is a struct.
pub(crate) fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Object::deserialize(deserializer).map(|Object(value)| value)
}

/// For a field that may be absent and is a struct, not null.
pub(crate) fn some_object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    object(deserializer).map(Some)
}

/// For a field that is a list of structs.
pub(crate) fn objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let items = Vec::<Object<T>>::deserialize(deserializer)?;
    Ok(items.into_iter().map(|Object(value)| value).collect())
}

/// A field that may be absent but, unlike an `Option`, not null.
pub(crate) struct Optional<T>(pub Option<T>);

impl<T> Default for Optional<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Optional<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

impl<T> Optional<T> {
    /// Takes the value of a field that must be there.
    ///
    /// # Errors
    /// serde's own error for a field that is missing.
    pub(crate) fn require(&mut self, name: &'static str) -> Result<T, de::value::Error> {
        self.0.take().ok_or_else(|| de::Error::missing_field(name))
    }
}

/// serde gives no codes, so the code is taken from the text of its error.
fn refused(root: &str, path: &Path, reason: &str) -> LabError {
    let unknown = reason.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    let code = if unknown.is_some() {
        ErrorCode::UnknownField
    } else if reason.starts_with("missing field `") {
        ErrorCode::MissingField
    } else {
        ErrorCode::BadValue
    };
    let mut place = root.to_owned();
    let (mut branch, mut action) = (None, None);
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                if place == "branches" {
                    branch = Some(*index);
                } else if place == "actions" || (branch.is_some() && place.ends_with("].actions")) {
                    action = Some(*index);
                }
                place.push_str(&format!("[{index}]"));
            }
            Segment::Map { key } => push_key(&mut place, key),
            Segment::Enum { variant } => push_key(&mut place, variant),
            Segment::Unknown => push_key(&mut place, "?"),
        }
    }
    // A field that one action has and another has not is found when the whole action is read.
    let ends_with = |name: &str| matches!(path.iter().next_back(), Some(Segment::Map { key }) if key == name);
    if let Some(name) = unknown.filter(|name| !ends_with(name)) {
        push_key(&mut place, name);
    }
    if place.is_empty() {
        return LabError::new(code, reason);
    }
    LabError::new(code, format!("{place}: {reason}")).place(|at| {
        at.field = Some(place);
        at.action = action;
        at.branch = branch;
    })
}

fn push_key(place: &mut String, key: &str) {
    if !place.is_empty() {
        place.push('.');
    }
    place.push_str(key);
}
