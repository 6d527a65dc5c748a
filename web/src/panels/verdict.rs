//! Why a PSYNC was answered as it was: each condition with its numbers.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::replication::psync::PsyncVerdict;
use psyncscope_lab::format;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::steps::Target;
use psyncscope_lab::trial::{NoChange, Turned};
use yew::prelude::*;

use crate::intent::{Intent, WhyIntent};
use crate::panels::verdict_change::VerdictChange;
use crate::panels::verdict_conditions::VerdictConditions;
use crate::steps::intent::StepsIntent;
use crate::ui::context::use_ui;
use crate::ui::rich::{Fill, rich};

/// A decision and between whom it was.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its index in the timeline.
    pub entry: usize,
    /// When.
    pub at: SimTime,
    /// Who decided.
    pub master: Arc<str>,
    /// Who had asked.
    pub asker: Option<Arc<str>>,
    /// The decision.
    pub verdict: Rc<PsyncVerdict>,
    /// What would turn it, once that is known.
    pub change: Option<Result<Turned, NoChange>>,
}

impl PartialEq for Decision {
    fn eq(&self, other: &Self) -> bool {
        self.entry == other.entry && self.at == other.at && self.verdict == other.verdict && self.change == other.change
    }
}

/// Properties of [`Verdict`].
#[derive(Properties, PartialEq)]
pub struct VerdictProps {
    /// The newest decision that the node made or asked for, if there was one yet.
    pub decision: Option<Decision>,
}

/// A decision, each of its conditions, and the smallest change that would have turned it.
#[component]
pub fn Verdict(props: &VerdictProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let Some(decision) = &props.decision else {
        return html! { <section class="box verdict verdict-none"><p class="faint">{ t.why_none }</p></section> };
    };
    let granted = decision.verdict.is_continue();
    let (title, tone, result) =
        if granted { (t.why_continue, "tone-good", "continue") } else { (t.why_full, "tone-full", "full") };
    let between = rich(t.why_whose, &|name| match name {
        "node" => Fill::Html(html! { <b>{ decision.master.to_string() }</b> }),
        "asker" => Fill::Html(html! { <b>{ decision.asker.as_deref().unwrap_or("?").to_owned() }</b> }),
        _ => Fill::Text(format::clock(decision.at)),
    });
    html! {
        <section class="box verdict" data-testid="verdict" data-result={result}>
            <header class="verdict-head">
                <h2 class={tone}>{ title }</h2>
                <button
                    type="button"
                    class="caption-why"
                    data-testid="verdict-because"
                    onclick={ui.click(Intent::Why(WhyIntent::Because(decision.entry)))}
                >
                    { t.because_button }
                </button>
                <button
                    type="button"
                    class="verdict-function link"
                    title={t.step_inside}
                    data-testid="verdict-steps"
                    onclick={ui.click(Intent::Steps(StepsIntent::At(Target::Entry(decision.entry))))}
                >
                    <code>{ "masterTryPartialResynchronization" }</code>
                </button>
            </header>
            <p class="verdict-between faint">
                <span>{ between }</span>
                <code>{ request(&decision.verdict) }</code>
            </p>
            <VerdictConditions verdict={Rc::clone(&decision.verdict)} />
            <VerdictChange change={decision.change.clone()} />
        </section>
    }
}

/// The request as it was sent, its ID shortened.
#[must_use]
pub fn request(verdict: &PsyncVerdict) -> String {
    let id = String::from_utf8_lossy(&verdict.request.replid).into_owned();
    let short = if id.len() > 8 { format!("{}…", id.chars().take(4).collect::<String>()) } else { id };
    let next = verdict.request.next.map_or_else(|| "?".to_owned(), |n| n.to_string());
    format!("PSYNC {short} {next}")
}
