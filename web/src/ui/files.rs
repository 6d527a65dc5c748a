//! Files that are offered to the reader to save.

use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::ui::dom;

/// Offers a text as a file of this MIME type.
pub fn save_text(name: &str, kind: &str, text: &str) {
    save_parts(name, kind, &js_sys::Array::of1(&text.into()));
}

/// Offers bytes as a file of this MIME type.
pub fn save_bytes(name: &str, kind: &str, bytes: &[u8]) {
    save_parts(name, kind, &js_sys::Array::of1(&js_sys::Uint8Array::from(bytes)));
}

fn save_parts(name: &str, kind: &str, parts: &js_sys::Array) {
    // Texts and bytes can always be parts of a blob.
    if let Ok(blob) = blob(kind, parts) {
        save_blob(name, &blob);
    }
}

/// A blob of this MIME type.
pub fn blob(kind: &str, parts: &js_sys::Array) -> Result<Blob, wasm_bindgen::JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_u8_array_sequence_and_options(parts, &options)
}

/// Offers a blob as a file. A browser that cannot save says so itself.
pub fn save_blob(name: &str, blob: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    let link = dom::document().and_then(|document| document.create_element("a").ok());
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // An address that was just made can be given up.
    let _ = Url::revoke_object_url(&url);
}
