//! What was pasted, and what is looked at of it.

use std::rc::Rc;

use psyncscope_lab::observed::Observed;
use yew::AttrValue;

use crate::model::colours::ColourMap;
use crate::ui::error::UiError;

/// What was pasted, and what is looked at.
#[derive(Default)]
pub struct ObservedState {
    /// The text, as the field has it.
    pub text: AttrValue,
    /// What it says, or what is wrong with it; nothing if it is empty.
    pub read: Option<Result<Rc<Observed>, UiError>>,
    /// The colours of its histories.
    pub colours: ColourMap,
    /// Who is asked by whom: their places.
    pub question: Option<(usize, usize)>,
    /// The node that is looked at.
    pub selected: Option<usize>,
}

impl ObservedState {
    /// That the text says nothing was seen; the text stays.
    pub fn dismiss_error(&mut self) {
        self.read = self.read.take().filter(Result::is_ok);
    }
}
