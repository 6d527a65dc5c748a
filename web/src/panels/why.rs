//! The Why panel: the causes of what was asked about, what every node would answer every other, and what always holds.

use psyncscope_lab::sim::frame::{Frame, HostId};
use yew::prelude::*;

use crate::app::run_ref::RunRef;
use crate::intent::{Intent, WhyIntent};
use crate::panels::because::{Asked, Because, Causes};
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
    /// What the causes are asked of.
    pub asked: Option<Asked>,
    /// Packets under way, each with its number, whose causes can be asked for.
    pub packets: Vec<(u64, AttrValue)>,
    /// The question looked at: who asks whom.
    pub question: Option<(HostId, HostId)>,
    /// A lesson asks what will be answered: it is not shown before.
    pub answer_first: bool,
}

/// The panel.
#[component]
pub fn WhyPanel(props: &WhyPanelProps) -> Html {
    let ui = use_ui();
    let (t, lang) = (ui.t(), ui.lang);
    let WhySource { run, frame, turns } = &props.source;
    let findings = use_memo((run.clone(), frame.clone()), |(run, frame)| run.borrow().lab().invariants(frame));
    let causes = use_memo((run.clone(), *turns, props.asked.clone(), lang), |(run, _, asked, lang)| {
        let run = run.borrow();
        Causes::of(run.lab(), run.index(), asked.as_ref()?, *lang)
    });
    html! {
        <div class="why" data-testid="why">
            <Because {causes} />
            if !props.packets.is_empty() {
                <section>
                    <h2 class="why-title">{ t.steps_packets }</h2>
                    <ul class="because-rows" data-testid="why-packets">
                        { for props.packets.iter().map(|(id, words)| html! {
                            <li key={*id}>
                                <button
                                    type="button"
                                    class="because-row"
                                    onclick={ui.click(Intent::Why(WhyIntent::BecausePacket(*id)))}
                                >
                                    <code>{ words }</code><span class="packet-because faint">{ t.because_button }</span>
                                </button>
                            </li>
                        }) }
                    </ul>
                </section>
            }
            if props.answer_first {
                <p class="hint" data-testid="matrix-after-answer">{ t.matrix_after_answer }</p>
            } else {
                <Matrix frame={frame.clone()} question={props.question} />
            }
            <Invariants frame={frame.clone()} {findings} />
        </div>
    }
}
