//! The clipboard.

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::ui::dom;

/// Puts a text into the clipboard. Returns whether the browser let us: a page without HTTPS has no clipboard, and a
/// reader may forbid it.
pub async fn write(text: &str) -> bool {
    let Some(window) = dom::window() else { return false };
    let navigator = window.navigator();
    let has_clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    if !has_clipboard.is_ok_and(|clipboard| clipboard.is_object()) {
        return false;
    }
    JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
