//! Files of the page's own site.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::ui::dom;

/// The text of a file that lies beside the page; `None` if it does not come. A page in its place is what many servers
/// answer for a file that they do not have.
pub async fn text(path: &str) -> Option<String> {
    let response = JsFuture::from(dom::window()?.fetch_with_str(path)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    let is_page = response.headers().get("content-type").ok()?.is_some_and(|kind| kind.starts_with("text/html"));
    if !response.ok() || is_page {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}
