//! The part of [`Lab`] about scripts: a session as text that one writes by hand.

use psyncscope_lab::{LabError, Script};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::JsError;
use crate::output::script::BranchChecked;
use crate::output::to_js;
use crate::{Lab, Result, input};

#[wasm_bindgen]
impl Lab {
    /// Makes the session of a script. The world is the current branch's, at its end. What the script says and expects is
    /// not looked at: see `Lab.checkScript`.
    #[wasm_bindgen(js_name = fromScript)]
    pub fn from_script(
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
    ) -> std::result::Result<Self, JsValue> {
        Ok(Self::of_session(parse(&text)?.into_session())?)
    }

    /// This session as a script, from which `Lab.fromScript` makes it again.
    #[wasm_bindgen(js_name = toScript)]
    pub fn to_script(&mut self) -> String {
        self.branches.record(&self.lab);
        Script::of(self.branches.clone()).to_text()
    }

    /// Plays all branches of a script, and checks what it expects and what always holds of replication.
    #[wasm_bindgen(js_name = checkScript, unchecked_return_type = "BranchChecked[]")]
    pub fn check_script(
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let (script, lang) = (parse(&text)?, input::lang(&lang, "lang")?);
        let check = |branch: usize| -> Result<BranchChecked> {
            let name = script.session().list()[branch].name.clone();
            Ok(BranchChecked::of(name, &script.check(branch)?, lang))
        };
        let branches: Vec<BranchChecked> = (0..script.session().list().len()).map(check).collect::<Result<_>>()?;
        Ok(to_js(&branches)?)
    }
}

fn parse(text: &JsValue) -> Result<Script> {
    Script::parse(&input::text(text, "text")?).map_err(|errors| JsError::from(LabError::from(errors)))
}
