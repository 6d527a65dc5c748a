//! What JavaScript catches: an `Error` with `code`, `message` and perhaps `at`.

use psyncscope_lab::LabError;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// An `Error` is made by hand below, so its type is written by hand; the codes and places are derived from the lab's.
#[wasm_bindgen(typescript_custom_section)]
const ERROR: &str = r#"
/** What every method throws when it refuses; nothing has changed then. An `Error` whose members are all enumerable. */
export interface PsyncscopeError extends Error {
    name: "PsyncscopeError";
    /**
     * Why. `no-reply`: `execute` waited as long as it may and no reply came; the command stays sent.
     * `internal`: a fault in this package.
     */
    code: ErrorCode | "no-reply" | "internal";
    message: string;
    /** Where the fault is, as far as that is known. */
    at?: ErrorAt;
}
"#;

/// A refusal on its way to JavaScript.
#[derive(Debug)]
pub struct JsError {
    code: &'static str,
    message: String,
    at: Option<Box<psyncscope_lab::ErrorAt>>,
}

impl JsError {
    /// A refusal that only this package has.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at: None }
    }

    /// A value of a wrong type or out of range.
    pub fn bad_value(message: impl Into<String>) -> Self {
        Self::new("bad-value", message)
    }
}

impl From<LabError> for JsError {
    fn from(error: LabError) -> Self {
        Self { code: error.code.as_str(), message: error.message, at: error.at }
    }
}

impl From<JsError> for JsValue {
    fn from(error: JsError) -> Self {
        let js = js_sys::Error::new(&error.message);
        js.set_name("PsyncscopeError");
        // An Error's own message is not enumerable, so that JSON and copies would lack it.
        set(&js, "message", &Self::from_str(&error.message));
        set(&js, "code", &Self::from_str(error.code));
        let to_js = serde_wasm_bindgen::Serializer::json_compatible();
        if let Some(at) = error.at.and_then(|at| at.serialize(&to_js).ok()) {
            set(&js, "at", &at);
        }
        js.into()
    }
}

/// Defines an enumerable property. It cannot fail on an object that was just made and is not frozen.
fn set(target: &js_sys::Error, name: &str, value: &JsValue) {
    let descriptor = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&descriptor, &"value".into(), value);
    let _ = js_sys::Reflect::set(&descriptor, &"enumerable".into(), &true.into());
    let _ = js_sys::Reflect::set(&descriptor, &"writable".into(), &true.into());
    let _ = js_sys::Reflect::set(&descriptor, &"configurable".into(), &true.into());
    let _ = js_sys::Reflect::define_property(target, &name.into(), &descriptor);
}
