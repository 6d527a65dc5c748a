//! What JavaScript gets back: plain objects, of which TypeScript's types are derived. Times are in milliseconds; names
//! are those of Redis and of saved logs.

pub mod branches;
pub mod derived;
pub mod diagram;
pub mod entry;
mod explanation;
pub mod frame;
pub mod lesson;
mod names;
pub mod reply;
pub mod script;
pub mod steps;
pub mod view;
pub mod why;

use psyncscope_lab::sim::frame::SimTime;
use serde::{Serialize, Serializer};
use tsify::Tsify;
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

/// Where something happened.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Reached {
    at_ms: f64,
    /// The index of the timeline entry that tells of it, if one does.
    entry: Option<usize>,
}

impl From<psyncscope_lab::Reached> for Reached {
    fn from(reached: psyncscope_lab::Reached) -> Self {
        Self { at_ms: ms(reached.at), entry: reached.entry }
    }
}

/// Bytes from a user or for one: a string where they are text, a `Uint8Array` where not.
#[derive(Tsify)]
#[tsify(type = "string | Uint8Array")]
pub struct TextOrBytes<'a>(pub &'a [u8]);

impl Serialize for TextOrBytes<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(self.0) {
            Ok(text) => s.serialize_str(text),
            Err(_) => s.serialize_bytes(self.0),
        }
    }
}

/// A replication ID: 40 hexadecimal characters that name one history of writes; forty times `0` for none.
#[derive(Serialize, Tsify)]
#[serde(transparent)]
pub struct ReplId(#[tsify(type = "string")] psyncscope_lab::engine::ids::ReplId);

impl From<psyncscope_lab::engine::ids::ReplId> for ReplId {
    fn from(id: psyncscope_lab::engine::ids::ReplId) -> Self {
        Self(id)
    }
}
