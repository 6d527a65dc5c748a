//! Replies as JavaScript values.

use psyncscope_lab::console::Reply;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::Text;

/// The largest whole number that JavaScript counts exactly; larger ones become strings, which lose nothing.
const SAFE_MAX: u64 = 9_007_199_254_740_991;

/// A reply: strings (bytes where they are no text), numbers, `null`, arrays, and `{error}`.
pub struct JsReply<'a>(pub &'a Reply);

impl Serialize for JsReply<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Reply::Status(text) | Reply::Bulk(text) => Text(text).serialize(s),
            Reply::Integer(number) if number.unsigned_abs() <= SAFE_MAX => s.serialize_i64(*number),
            Reply::Integer(number) => s.collect_str(number),
            Reply::Nil => s.serialize_none(),
            Reply::Error(text) => {
                let mut map = s.serialize_map(Some(1))?;
                map.serialize_entry("error", &String::from_utf8_lossy(text))?;
                map.end()
            }
            Reply::Array(items) => {
                let mut seq = s.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&JsReply(item))?;
                }
                seq.end()
            }
        }
    }
}

/// What `execute` returns.
#[derive(Serialize)]
pub struct Executed<'a> {
    /// The reply.
    pub reply: JsReply<'a>,
    /// The reply as redis-cli prints it.
    pub text: String,
    /// When it came, in milliseconds.
    pub at_ms: f64,
}
