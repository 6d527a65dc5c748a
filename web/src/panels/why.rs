//! The Why panel: the causes of what was asked about, what every node would answer every other, and what always holds.

use std::rc::Rc;

use psyncscope_lab::invariants::Finding;
use psyncscope_lab::sim::frame::{Frame, HostId};
use yew::prelude::*;

use crate::panels::because::{Because, Causes};
use crate::panels::invariants::Invariants;
use crate::panels::matrix::Matrix;
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// Properties of [`WhyPanel`].
#[derive(Properties, PartialEq)]
pub struct WhyPanelProps {
    /// The moment shown.
    pub frame: Shared<Frame>,
    /// The question looked at: who asks whom.
    pub question: Option<(HostId, HostId)>,
    /// Each rule wherever it applies.
    pub findings: Rc<Vec<Finding>>,
    /// The causes of what was asked about.
    pub causes: Option<Rc<Causes>>,
}

/// The panel.
#[component]
pub fn WhyPanel(props: &WhyPanelProps) -> Html {
    let t = use_ui().t();
    html! {
        <div class="why" data-testid="why">
            if let Some(causes) = &props.causes {
                <Because causes={Rc::clone(causes)} />
            } else {
                <p class="panel-line faint">{ t.because_hint }</p>
            }
            <Matrix frame={props.frame.clone()} question={props.question} />
            <Invariants frame={props.frame.clone()} findings={Rc::clone(&props.findings)} />
        </div>
    }
}
