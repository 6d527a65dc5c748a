//! The Why panel: what every node would answer every other.

use psyncscope_lab::sim::frame::{Frame, HostId};
use yew::prelude::*;

use crate::panels::matrix::Matrix;
use crate::ui::shared::Shared;

/// Properties of [`WhyPanel`].
#[derive(Properties, PartialEq)]
pub struct WhyPanelProps {
    /// The moment shown.
    pub frame: Shared<Frame>,
    /// The question looked at: who asks whom.
    pub question: Option<(HostId, HostId)>,
}

/// The panel.
#[component]
pub fn WhyPanel(props: &WhyPanelProps) -> Html {
    html! {
        <div class="why" data-testid="why">
            <Matrix frame={props.frame.clone()} question={props.question} />
        </div>
    }
}
