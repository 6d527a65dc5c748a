//! The part of [`Lab`] that the page shows beside frames: the narration, ladders, rulers, rings, and who follows whom.

use std::sync::Arc;

use psyncscope_lab::causes;
use psyncscope_lab::explain::psync_matrix;
use psyncscope_lab::ruler::ruler;
use psyncscope_lab::sim::frame::{Frame, HostFrame, SimTime};
use psyncscope_lab::topology;
use psyncscope_lab::{LabError, Lang};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::JsError;
use crate::output::derived::{Caption, Ladder, Narrated, Ring, Ruler, Topology};
use crate::output::steps::Steps;
use crate::output::to_js;
use crate::output::why::{Broken, Cause, Invariant, MatrixCell, TurningChange};
use crate::{Lab, Result, input};

#[wasm_bindgen]
impl Lab {
    /// What happened, in sentences, oldest first. `lang` is `"en"` (unless given) or `"zh-CN"`.
    #[wasm_bindgen(unchecked_return_type = "Narrated[]")]
    pub fn narration(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let lang = input::lang(&lang, "lang")?;
        self.index.extend(&self.lab);
        Ok(to_js(&self.index.narration().map(|(entry, note)| Narrated::of(entry, note, lang)).collect::<Vec<_>>())?)
    }

    /// What the page says at a moment; now, unless given.
    #[wasm_bindgen(unchecked_return_type = "Caption")]
    pub fn caption(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] ms: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let frame = self.frame_or_now(&ms)?;
        let lang = input::lang(&lang, "lang")?;
        self.index.extend(&self.lab);
        Ok(to_js(&Caption::of(&self.index.caption(frame.entries), lang))?)
    }

    /// The steps that functions of replication took in the turn that made this entry of the timeline: what they
    /// compared, called and changed. The world is run again up to there. `null` if none of them ran in that turn.
    #[wasm_bindgen(unchecked_return_type = "Steps | null")]
    pub fn steps(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] entry: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let entry = input::index(&entry, "entry", u32::MAX)?;
        let lang = input::lang(&lang, "lang")?;
        let turn = self.lab.steps_of_entry(entry as usize).map_err(JsError::from)?;
        let steps = turn.as_ref().map(|turn| Steps::of(turn, self.lab.name_of(turn.host), lang));
        Ok(to_js(&steps)?)
    }

    /// What would happen if each node asked each other node for a partial resync at a moment; now, unless given.
    #[wasm_bindgen(js_name = psyncMatrix, unchecked_return_type = "MatrixCell[]")]
    pub fn psync_matrix(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] ms: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let frame = self.frame_or_now(&ms)?;
        let cells = psync_matrix(&frame);
        Ok(to_js(&cells.iter().map(|cell| MatrixCell::of(cell, &frame)).collect::<Vec<_>>())?)
    }

    /// What a user could have changed so that the decision about a PSYNC at this entry of the timeline would have been
    /// the other one. It was tried on a branch. `null` if the entry is no such decision.
    #[wasm_bindgen(js_name = turningChange, unchecked_return_type = "TurningChange | null")]
    pub fn turning_change(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] entry: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let entry = input::index(&entry, "entry", u32::MAX)?;
        Ok(to_js(&self.lab.turning_change(entry as usize).map(TurningChange::of))?)
    }

    /// The turn that made this entry of the timeline, the turn that caused that, and so on: the last one is a user's action
    /// or a timer.
    #[wasm_bindgen(unchecked_return_type = "Cause[]")]
    pub fn causes(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] entry: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let (entry, lang) = (input::index(&entry, "entry", u32::MAX)?, input::lang(&lang, "lang")?);
        Ok(to_js(&self.causes_to_js(&self.lab.causes(entry as usize), lang))?)
    }

    /// The turns that the turn of this entry caused.
    #[wasm_bindgen(unchecked_return_type = "Cause[]")]
    pub fn effects(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] entry: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let (entry, lang) = (input::index(&entry, "entry", u32::MAX)?, input::lang(&lang, "lang")?);
        Ok(to_js(&self.causes_to_js(&self.lab.effects(entry as usize), lang))?)
    }

    /// The rules that always hold, with their numbers at a moment; now, unless given.
    #[wasm_bindgen(unchecked_return_type = "Invariant[]")]
    pub fn invariants(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] ms: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let frame = self.frame_or_now(&ms)?;
        let lang = input::lang(&lang, "lang")?;
        let found = self.lab.invariants(&frame);
        Ok(to_js(&found.iter().map(|finding| Invariant::of(finding, &frame, lang)).collect::<Vec<_>>())?)
    }

    /// Lets time pass up to and including this moment, or until a rule begins not to hold: then the present is that
    /// moment, and the rule is returned.
    #[wasm_bindgen(js_name = runUntilBroken, unchecked_return_type = "Broken | null")]
    pub fn run_until_broken(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "number")] ms: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let (at, lang) = (SimTime(input::time_us(&ms, "ms")?), input::lang(&lang, "lang")?);
        let broken = self.lab.run_until_broken(at, &mut self.watch);
        let frame = self.lab.frame_at(self.lab.now());
        Ok(to_js(&broken.map(|broken| Broken::of(&broken, &frame, lang)))?)
    }

    /// The sixteen states of a replica's link to its master at a moment; now, unless given.
    #[wasm_bindgen(unchecked_return_type = "Ladder")]
    pub fn ladder(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "string")] node: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] ms: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let frame = self.frame_or_now(&ms)?;
        let host = self.host_in(&frame, &node)?;
        self.index.extend(&self.lab);
        Ok(to_js(&Ladder::of(&self.index.ladder(&self.lab, &frame, &host)))?)
    }

    /// Every node's history and backlog on one axis of offsets at a moment; now, unless given.
    #[wasm_bindgen(unchecked_return_type = "Ruler")]
    pub fn ruler(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] ms: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        Ok(to_js(&Ruler::of(&ruler(&*self.frame_or_now(&ms)?)))?)
    }

    /// A node's backlog as a circular buffer at a moment; now, unless given. `null` if the node has none.
    #[wasm_bindgen(unchecked_return_type = "Ring | null")]
    pub fn ring(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] node: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] ms: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let frame = self.frame_or_now(&ms)?;
        let host = self.host_in(&frame, &node)?;
        Ok(to_js(&Ring::of(&frame, &host))?)
    }

    /// Who follows whom at a moment; now, unless given.
    #[wasm_bindgen(unchecked_return_type = "Topology")]
    pub fn topology(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] ms: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        Ok(to_js(&Topology::of(&*self.frame_or_now(&ms)?))?)
    }
}

impl Lab {
    fn causes_to_js(&self, causes: &[causes::Cause], lang: Lang) -> Vec<Cause> {
        causes.iter().map(|cause| Cause::of(cause, &self.lab, lang)).collect()
    }

    fn frame_or_now(&self, ms: &JsValue) -> Result<Arc<Frame>> {
        let at = if ms.is_undefined() { self.lab.now() } else { SimTime(input::time_us(ms, "ms")?) };
        Ok(self.lab.frame_at(at))
    }

    /// The host of this name in a frame, which may have been removed since.
    fn host_in(&self, frame: &Frame, node: &JsValue) -> Result<Arc<HostFrame>> {
        let name = input::text(node, "node")?;
        Ok(topology::host_named(frame, &name).cloned().ok_or_else(|| LabError::unknown_node(&name))?)
    }
}
