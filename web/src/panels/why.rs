//! The Why panel: the causes of what was asked about, what every node would answer every other, and what always holds.

use psyncscope_lab::sim::frame::{Frame, HostId};
use yew::prelude::*;

use crate::app::run_ref::RunRef;
use crate::panels::because::{Because, Causes};
use crate::panels::invariants::Invariants;
use crate::panels::matrix::Matrix;
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// The run and the moment that the panel is about.
#[derive(Clone, PartialEq)]
pub struct WhySource {
    /// The run.
    pub run: RunRef,
    /// The moment shown.
    pub frame: Shared<Frame>,
    /// How many turns the world has had: a later one may have come of the entry asked about.
    pub turns: usize,
}

/// Properties of [`WhyPanel`].
#[derive(Properties, PartialEq)]
pub struct WhyPanelProps {
    /// What it is about.
    pub source: WhySource,
    /// The entry of the timeline whose causes are asked for.
    pub entry: Option<usize>,
    /// The question looked at: who asks whom.
    pub question: Option<(HostId, HostId)>,
}

/// The panel.
#[component]
pub fn WhyPanel(props: &WhyPanelProps) -> Html {
    let lang = use_ui().lang;
    let WhySource { run, frame, turns } = &props.source;
    let findings = use_memo((run.clone(), frame.clone()), |(run, frame)| run.borrow().lab().invariants(frame));
    let causes = use_memo((run.clone(), *turns, props.entry, lang), |(run, _, entry, lang)| {
        Causes::of(run.borrow().lab(), (*entry)?, *lang)
    });
    html! {
        <div class="why" data-testid="why">
            <Because {causes} />
            <Matrix frame={frame.clone()} question={props.question} />
            <Invariants frame={frame.clone()} {findings} />
        </div>
    }
}
