//! What JavaScript hands in, checked: nothing is coerced, nothing unknown is passed over.

use js_sys::{Array, Object, Reflect};
use psyncscope_lab::limits::END_MAX_US;
use psyncscope_lab::{Action, LabConfig, StepBy};
use serde_json::{Map, Number, Value};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::JsError;

/// How deep a plain value may be nested: a value that contains itself is deeper than any limit.
const DEPTH_MAX: usize = 16;

/// The largest whole number that JavaScript counts exactly.
const SAFE_MAX: f64 = 9_007_199_254_740_991.0;

/// A configuration; `undefined` is the default one.
pub fn config(value: &JsValue) -> Result<LabConfig, JsError> {
    if value.is_undefined() {
        return Ok(LabConfig::default());
    }
    Ok(LabConfig::from_value(&plain(value, "config", DEPTH_MAX)?)?)
}

/// An action.
pub fn action(value: &JsValue) -> Result<Action, JsError> {
    Ok(Action::from_value(&plain(value, "action", DEPTH_MAX)?)?)
}

/// A string.
pub fn text(value: &JsValue, name: &str) -> Result<String, JsError> {
    value.as_string().ok_or_else(|| wrong(name, "a string", value))
}

/// A time or a span, from milliseconds to microseconds.
pub fn time_us(value: &JsValue, name: &str) -> Result<u64, JsError> {
    let ms = value.as_f64().ok_or_else(|| wrong(name, "a number of milliseconds", value))?;
    let us = (ms * 1000.0).round();
    if !(0.0..=END_MAX_US as f64).contains(&us) {
        let max_ms = END_MAX_US / 1000;
        return Err(JsError::bad_value(format!("{name}: a number of milliseconds from 0 to {max_ms}, not {ms}")));
    }
    Ok(us as u64)
}

/// A whole number from 0 on; `undefined` is `default`.
pub fn index(value: &JsValue, name: &str, default: u32) -> Result<u32, JsError> {
    if value.is_undefined() {
        return Ok(default);
    }
    value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number))
        .map(|number| number as u32)
        .ok_or_else(|| wrong(name, "a whole number from 0 on", value))
}

/// A size of step.
pub fn step_by(value: &JsValue, name: &str) -> Result<StepBy, JsError> {
    match value.as_string().as_deref() {
        Some("segment") => Ok(StepBy::Segment),
        Some("packet") => Ok(StepBy::Packet),
        Some("command") => Ok(StepBy::Command),
        Some("state-change") => Ok(StepBy::StateChange),
        _ => Err(wrong(name, "\"segment\", \"packet\", \"command\" or \"state-change\"", value)),
    }
}

/// The options of `execute`: `undefined` or an object with these members and no others.
pub struct ExecuteOptions {
    /// Which of the node's consoles.
    pub console: u32,
    /// How long to wait for the answer, in microseconds of virtual time.
    pub max_us: u64,
}

/// Reads the options of `execute`.
pub fn execute_options(value: &JsValue) -> Result<ExecuteOptions, JsError> {
    let mut options = ExecuteOptions { console: 0, max_us: 10_000_000 };
    if value.is_undefined() {
        return Ok(options);
    }
    for (key, member) in members(value, "options")? {
        match key.as_str() {
            "console" => options.console = index(&member, "options.console", 0)?,
            "max_ms" if member.is_undefined() => {}
            "max_ms" => options.max_us = time_us(&member, "options.max_ms")?,
            _ => return Err(JsError::new("unknown-field", format!("options: unknown field `{key}`"))),
        }
    }
    Ok(options)
}

/// A plain value: what JSON can say, and whole numbers as `BigInt` too. Members that are `undefined` are left out, as JSON
/// does.
fn plain(value: &JsValue, path: &str, depth: usize) -> Result<Value, JsError> {
    if depth == 0 {
        return Err(JsError::bad_value(format!("{path}: nested too deep")));
    }
    if value.is_null() {
        return Ok(Value::Null);
    }
    if let Some(flag) = value.as_bool() {
        return Ok(Value::Bool(flag));
    }
    if let Some(text) = value.as_string() {
        return Ok(Value::String(text));
    }
    if let Some(number) = value.as_f64() {
        return plain_number(number).ok_or_else(|| wrong(path, "a finite number", value));
    }
    if value.is_bigint() {
        return u64::try_from(value.clone())
            .map(Value::from)
            .or_else(|value| i64::try_from(value).map(Value::from))
            .map_err(|_| wrong(path, "a whole number of 64 bits", value));
    }
    if let Some(array) = value.dyn_ref::<Array>() {
        let items = array.iter().zip(0_u32..);
        return items.map(|(item, index)| plain(&item, &format!("{path}[{index}]"), depth - 1)).collect();
    }
    let mut map = Map::new();
    for (key, member) in members(value, path)? {
        if !member.is_undefined() {
            let member = plain(&member, &format!("{path}.{key}"), depth - 1)?;
            map.insert(key, member);
        }
    }
    Ok(Value::Object(map))
}

/// JavaScript does not tell whole numbers from others; the lab does.
fn plain_number(number: f64) -> Option<Value> {
    if number.fract() == 0.0 && number.abs() <= SAFE_MAX {
        return Some(Value::from(number as i64));
    }
    Number::from_f64(number).map(Value::Number)
}

/// The members of a plain object.
fn members(value: &JsValue, path: &str) -> Result<Vec<(String, JsValue)>, JsError> {
    // A getter or a proxy may throw: that is the caller's own error, but it must not pass for ours.
    let failed = |_| JsError::bad_value(format!("{path}: its members cannot be read"));
    let object = value.unchecked_ref::<Object>();
    if !value.is_object() || !is_plain(object).map_err(failed)? {
        return Err(wrong(path, "a plain object", value));
    }
    let keys = Reflect::own_keys(object).map_err(failed)?;
    let mut members = Vec::new();
    for key in keys.iter() {
        let Some(name) = key.as_string() else { continue };
        members.push((name, Reflect::get(object, &key).map_err(failed)?));
    }
    Ok(members)
}

/// Whether an object is one of `{...}` or has no prototype: a `Map` or a `Date` has no members to read. Prototypes are not
/// compared, for a frame's objects have others than its parent's.
fn is_plain(object: &Object) -> Result<bool, JsValue> {
    if Array::is_array(object) {
        return Ok(false);
    }
    let prototype = Reflect::get_prototype_of(object)?;
    Ok(prototype.is_null() || Reflect::get_prototype_of(&prototype)?.is_null())
}

fn wrong(name: &str, wanted: &str, got: &JsValue) -> JsError {
    let got = match got.js_typeof().as_string() {
        Some(_) if got.is_null() => "null".to_owned(),
        Some(_) if got.is_array() => "an array".to_owned(),
        Some(kind) if kind == "number" => got.as_f64().map_or(kind, |number| number.to_string()),
        Some(kind) => kind,
        None => "something else".to_owned(),
    };
    JsError::bad_value(format!("{name}: {wanted}, not {got}"))
}
