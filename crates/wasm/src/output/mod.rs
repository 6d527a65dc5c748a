//! What JavaScript gets back: plain objects, as `types.d.ts` describes them. Times are in milliseconds; names are those of
//! Redis and of saved logs.

pub mod entry;
pub mod frame;
pub mod reply;

use psyncscope_lab::sim::frame::SimTime;
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;

use crate::error::JsError;

/// Makes a plain object: `None` becomes `null`, bytes become a `Uint8Array`.
pub fn to_js(value: &impl Serialize) -> Result<JsValue, JsError> {
    let serializer =
        serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true).serialize_maps_as_objects(true);
    value.serialize(&serializer).map_err(|error| JsError::new("internal", error.to_string()))
}

/// Virtual time in milliseconds. The end of time lies far below what a double counts exactly.
pub fn ms(at: SimTime) -> f64 {
    at.0 as f64 / 1000.0
}

/// Bytes from a user or for one: a string where they are text, a `Uint8Array` where not.
pub struct Text<'a>(pub &'a [u8]);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(self.0) {
            Ok(text) => s.serialize_str(text),
            Err(_) => s.serialize_bytes(self.0),
        }
    }
}
