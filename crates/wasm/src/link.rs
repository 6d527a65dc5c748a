//! The part of [`Lab`] about links to an instant.

use psyncscope_lab::Link;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::JsError;
use crate::input::{self, LinkOptions};
use crate::output::to_js;
use crate::output::view::LinkView;
use crate::{Lab, Result};

#[wasm_bindgen]
impl Lab {
    /// A link to an instant of the current branch, which has the whole session: `#v1.…`, to put behind the page's
    /// address or to give to `Lab.fromLink`.
    #[wasm_bindgen]
    pub fn link(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "LinkOptions")] options: JsValue,
    ) -> std::result::Result<String, JsValue> {
        let options: LinkOptions = input::object_or_default(options, "options")?;
        self.branches.record(&self.lab);
        let link = Link::new(self.branches.clone(), options.view()?).map_err(JsError::from)?;
        Ok(link.to_text())
    }

    /// Makes the session of a link again, or of a whole address with one. The world is the current branch's, at its end:
    /// `Lab.viewOfLink` says which instant is meant.
    #[wasm_bindgen(js_name = fromLink)]
    pub fn from_link(
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
    ) -> std::result::Result<Self, JsValue> {
        Ok(Self::of_session(parse(&text)?.into_parts().0)?)
    }

    /// What a link shows, without making its session.
    #[wasm_bindgen(js_name = viewOfLink, unchecked_return_type = "LinkView")]
    pub fn view_of_link(
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        Ok(to_js(&LinkView::of(parse(&text)?.view()))?)
    }
}

fn parse(text: &JsValue) -> Result<Link> {
    Ok(Link::parse(&input::text(text, "text")?)?)
}
