//! The part of [`Lab`] about other futures: acting in the past, and the branches that come of it.

use psyncscope_lab::compare::compare;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{Action, Branches};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::consoles::Consoles;
use crate::error::JsError;
use crate::output::branches::{Branch, Comparison};
use crate::output::to_js;
use crate::{Index, Lab, Result, Watch, input};

#[wasm_bindgen]
impl Lab {
    /// Does one thing at a moment. In the past that starts a new branch, which becomes the current one and is named after
    /// what was done; the old future is kept. Returns the index of the current branch.
    #[wasm_bindgen(js_name = actAt)]
    pub fn act_at(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "number")] ms: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Action")] action: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Lang")] lang: JsValue,
    ) -> std::result::Result<usize, JsValue> {
        let at = SimTime(input::time_us(&ms, "ms")?);
        let action: Action = input::object(action, "action")?;
        let lang = input::lang(&lang, "lang")?;
        if at == self.lab.now() {
            self.lab.act(action).map_err(JsError::from)?;
            return Ok(self.branches.current());
        }
        let past = self.lab.branch_at(at).map_err(JsError::from)?;
        self.branches.record(&self.lab);
        // Refused before the world is made again, which takes time.
        self.branches.may_leave(at).map_err(JsError::from)?;
        let mut lab = past.finish().map_err(JsError::from)?;
        lab.act(action).map_err(JsError::from)?;
        let branch = self.branches.leave(at, &lab, lang).map_err(JsError::from)?;
        self.show(lab);
        Ok(branch)
    }

    /// The branches of this session, in the order in which they were made.
    #[wasm_bindgen(unchecked_return_type = "Branch[]")]
    pub fn branches(&mut self) -> std::result::Result<JsValue, JsValue> {
        self.branches.record(&self.lab);
        let branches = &self.branches;
        Ok(to_js(&(0..branches.list().len()).map(|index| Branch::of(branches, index)).collect::<Vec<_>>())?)
    }

    /// Makes another branch the current one, by its index or its name: the world becomes that branch's, at its end.
    #[wasm_bindgen(js_name = switchTo)]
    pub fn switch_to(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "number | string")] branch: JsValue,
    ) -> std::result::Result<(), JsValue> {
        let branch = self.branch(&branch)?;
        self.branches.record(&self.lab);
        if branch == self.branches.current() {
            return Ok(());
        }
        let lab = self.branches.replay(branch).map_err(JsError::from)?;
        self.branches.switch_to(branch).map_err(JsError::from)?;
        self.show(lab);
        Ok(())
    }

    /// Gives a branch, by its index or its name, another name.
    #[wasm_bindgen(js_name = renameBranch)]
    pub fn rename_branch(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "number | string")] branch: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] name: JsValue,
    ) -> std::result::Result<(), JsValue> {
        let branch = self.branch(&branch)?;
        Ok(self.branches.rename(branch, &input::text(&name, "name")?).map_err(JsError::from)?)
    }

    /// Two branches, by their indices or names, side by side at a moment: what each node is in either, and what differs.
    #[wasm_bindgen(unchecked_return_type = "Comparison")]
    pub fn compare(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "number | string")] first: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number | string")] second: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] ms: JsValue,
    ) -> std::result::Result<JsValue, JsValue> {
        let pair = [self.branch(&first)?, self.branch(&second)?];
        let at = SimTime(input::time_us(&ms, "ms")?);
        self.branches.record(&self.lab);
        let again = |branch: usize| {
            let other = (branch != self.branches.current()).then(|| self.branches.replay(branch));
            other.transpose().map_err(JsError::from)
        };
        let labs = [again(pair[0])?, again(pair[1])?];
        let labs = [0, 1].map(|side| labs[side].as_ref().unwrap_or(&self.lab));
        Ok(to_js(&Comparison::of(&compare(labs, at)))?)
    }

    /// All branches, as JSON from which `Lab.loadLog` makes this session again.
    #[wasm_bindgen(js_name = saveSession)]
    pub fn save_session(&mut self) -> String {
        self.branches.record(&self.lab);
        self.branches.to_json()
    }
}

impl Lab {
    pub(crate) fn of_session(branches: Branches) -> Result<Self> {
        let lab = branches.replay(branches.current())?;
        Ok(Self { branches, ..Self::of(lab) })
    }

    /// Puts another world in the place of this one.
    fn show(&mut self, lab: psyncscope_lab::Lab) {
        self.watch = Watch::from(lab.frame_at(lab.now()));
        self.lab = lab;
        self.consoles = Consoles::default();
        self.index = Index::default();
    }

    pub(crate) fn branch(&self, branch: &JsValue) -> Result<usize> {
        match branch.as_string() {
            Some(name) => Ok(self.branches.find(&name)?),
            None => {
                let index = input::index(branch, "branch", u32::MAX)? as usize;
                self.branches.log(index)?;
                Ok(index)
            }
        }
    }
}
