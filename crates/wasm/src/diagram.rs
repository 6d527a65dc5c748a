//! The sequence diagram.

use psyncscope_lab::diagram::Diagram;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::input::{self, DiagramOptions};
use crate::output::{diagram, to_js};
use crate::{Lab, Result};

#[wasm_bindgen]
impl Lab {
    /// The sequence diagram of a stretch of time: hosts as columns, packets as arrows from one to the other, and what
    /// happened beside them.
    #[wasm_bindgen(unchecked_return_type = "Diagram")]
    pub fn diagram(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "DiagramOptions")] options: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        Ok(to_js(&diagram::Diagram::of(&self.diagram_of(options)?))?)
    }

    /// The same as an SVG picture that needs nothing else.
    #[wasm_bindgen(js_name = "diagramSvg")]
    pub fn diagram_svg(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "DiagramOptions")] options: JsValue,
    ) -> std::result::Result<String, JsValue> {
        Ok(self.diagram_of(options)?.svg())
    }

    /// The same as text for Mermaid.
    #[wasm_bindgen(js_name = "diagramMermaid")]
    pub fn diagram_mermaid(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "DiagramOptions")] options: JsValue,
    ) -> std::result::Result<String, JsValue> {
        Ok(self.diagram_of(options)?.mermaid())
    }
}

impl Lab {
    fn diagram_of(&mut self, options: JsValue) -> Result<Diagram> {
        let options: DiagramOptions = input::object_or_default(options, "options")?;
        let stretch = options.stretch(self.lab.now())?;
        self.index.extend(&self.lab);
        Ok(Diagram::new(&self.lab, &self.index, stretch, options.lang))
    }
}
