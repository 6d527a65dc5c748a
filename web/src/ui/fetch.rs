//! Files of the page's own site.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::ui::dom;

/// The text of a file that lies beside the page; `None` if it does not come.
pub async fn text(path: &str) -> Option<String> {
    let response = JsFuture::from(dom::window()?.fetch_with_str(path)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}
