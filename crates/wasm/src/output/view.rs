//! What a link shows.

use psyncscope_lab::Lang;
use psyncscope_lab::link::{Panel, View};
use serde::Serialize;
use tsify::Tsify;

use crate::output::ms;

/// What a link shows; `null` is what it does not say.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct LinkView<'a> {
    /// The instant; the end of the current branch if it does not say.
    at_ms: Option<f64>,
    /// The name of the selected node.
    node: Option<&'a str>,
    panel: Option<Panel>,
    lang: Option<Lang>,
}

impl<'a> LinkView<'a> {
    pub fn of(view: &'a View) -> Self {
        Self { at_ms: view.at.map(ms), node: view.node.as_deref(), panel: view.panel, lang: view.lang }
    }
}
