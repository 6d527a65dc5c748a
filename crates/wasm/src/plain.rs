//! JavaScript values as serde reads them: by serde-wasm-bindgen, but plain data only.
//!
//! serde-wasm-bindgen looks up the members that a struct has, so that it never sees others, takes any iterable for an
//! array, and lets what a getter throws pass through. Here each object is read with all its members: serde refuses
//! those that a struct does not have.

use js_sys::{Array, Object, Reflect};
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde_wasm_bindgen::Error;
use wasm_bindgen::{JsCast, JsValue};

/// A value to be read. It is read only as deep as the type that it is read into, so a value that contains itself ends
/// too.
pub struct Plain(JsValue);

impl From<JsValue> for Plain {
    fn from(value: JsValue) -> Self {
        Self(value)
    }
}

impl<'de> IntoDeserializer<'de, Error> for Plain {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> de::Deserializer<'de> for Plain {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(number) = self.0.as_f64()
            && !number.is_finite()
        {
            return Err(Error::custom(format_args!("{number} is no finite number")));
        }
        if let Some(array) = self.0.dyn_ref::<Array>() {
            return visitor.visit_seq(SeqDeserializer::new(Self::items(array)?.into_iter()));
        }
        if self.0.is_object() {
            return visitor.visit_map(MapDeserializer::new(self.members()?.into_iter()));
        }
        if self.0.is_null() || self.0.is_undefined() || self.0.is_function() || self.0.is_symbol() {
            let kind = if self.0.is_null() { None } else { self.0.js_typeof().as_string() };
            return Err(Error::invalid_type(Unexpected::Other(kind.as_deref().unwrap_or("null")), &visitor));
        }
        serde_wasm_bindgen::Deserializer::from(self.0).deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.0.is_string() {
            serde_wasm_bindgen::Deserializer::from(self.0).deserialize_enum(name, variants, visitor)
        } else {
            self.deserialize_any(visitor)
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl Plain {
    fn items(array: &Array) -> Result<Vec<Self>, Error> {
        let length = Reflect::get(array, &"length".into()).map_err(unreadable)?.as_f64().unwrap_or_default();
        (0..length as u32).map(|index| Reflect::get_u32(array, index).map(Self).map_err(unreadable)).collect()
    }

    /// The members of a plain object; those that are `undefined` are left out, as in JSON.
    fn members(&self) -> Result<Vec<(String, Self)>, Error> {
        let object = self.0.unchecked_ref::<Object>();
        if !is_plain(object).map_err(unreadable)? {
            return Err(Error::custom("not a plain object"));
        }
        let mut members = Vec::new();
        for key in Reflect::own_keys(object).map_err(unreadable)?.iter() {
            let Some(name) = key.as_string() else { continue };
            let member = Reflect::get(object, &key).map_err(unreadable)?;
            if !member.is_undefined() {
                members.push((name, Self(member)));
            }
        }
        Ok(members)
    }
}

/// A getter or a proxy threw: the error that is thrown must be this package's nevertheless.
fn unreadable(_: JsValue) -> Error {
    Error::custom("its members cannot be read")
}

/// Whether an object is one of `{...}` or has no prototype: a `Map` or a `Date` has no members to read. Prototypes are
/// not compared, for a frame's objects have others than its parent's.
fn is_plain(object: &Object) -> Result<bool, JsValue> {
    let prototype = Reflect::get_prototype_of(object)?;
    Ok(prototype.is_null() || Reflect::get_prototype_of(&prototype)?.is_null())
}
