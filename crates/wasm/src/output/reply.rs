//! Replies as JavaScript values.

use psyncscope_lab::console;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use tsify::Tsify;

use super::TextOrBytes;

/// The largest whole number that JavaScript counts exactly; larger ones become strings, which lose nothing.
const SAFE_MAX: u64 = 9_007_199_254_740_991;

/// A reply: text (bytes where they are none), numbers (strings where a number would lose digits), nil, errors, arrays.
#[derive(Tsify)]
#[tsify(type = "string | Uint8Array | number | null | { error: string } | Reply[]")]
pub struct Reply<'a>(pub &'a console::Reply);

impl Serialize for Reply<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            console::Reply::Status(text) | console::Reply::Bulk(text) => TextOrBytes(text).serialize(s),
            console::Reply::Integer(number) if number.unsigned_abs() <= SAFE_MAX => s.serialize_i64(*number),
            console::Reply::Integer(number) => s.collect_str(number),
            console::Reply::Nil => s.serialize_none(),
            console::Reply::Error(text) => {
                let mut map = s.serialize_map(Some(1))?;
                map.serialize_entry("error", &String::from_utf8_lossy(text))?;
                map.end()
            }
            console::Reply::Array(items) => {
                let mut seq = s.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&Reply(item))?;
                }
                seq.end()
            }
        }
    }
}

/// What `execute` returns.
#[derive(Serialize, Tsify)]
pub struct Executed<'a> {
    /// The reply as a value.
    pub reply: Reply<'a>,
    /// The reply as redis-cli 5 prints it.
    pub text: String,
    /// When it came.
    pub at_ms: f64,
}
