//! Why a PSYNC was answered as it was: each condition with its numbers.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::replication::psync::PsyncVerdict;
use psyncscope_lab::explain::{Counterfactual, Outcome, explain};
use psyncscope_lab::format;
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::i18n::Messages;
use crate::panels::verdict_check::VerdictCheck;
use crate::ui::chip::Chip;
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
}

impl PartialEq for Decision {
    fn eq(&self, other: &Self) -> bool {
        self.entry == other.entry && self.at == other.at && self.verdict == other.verdict
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
    let t = use_ui().t();
    let Some(decision) = &props.decision else {
        return html! { <section class="box verdict verdict-none"><p class="faint">{ t.why_none }</p></section> };
    };
    let explanation = explain(&decision.verdict);
    let (title, tone, result) =
        if explanation.granted { (t.why_continue, "tone-good", "continue") } else { (t.why_full, "tone-full", "full") };
    let between = rich(t.why_whose, &|name| match name {
        "node" => Fill::Html(html! { <b>{ decision.master.to_string() }</b> }),
        "asker" => Fill::Html(html! { <b>{ decision.asker.as_deref().unwrap_or("?").to_owned() }</b> }),
        _ => Fill::Text(format::clock(decision.at)),
    });
    // Who asks for everything names no byte: there is nothing more to compare.
    let asks_for_everything = decision.verdict.request.asks_for_everything();
    let conditions = explanation.conditions.iter();
    let checks = conditions.filter(|c| !asks_for_everything || c.outcome != Outcome::NotReached).enumerate();
    let bytes = explanation.bytes.filter(|_| explanation.granted);
    html! {
        <section class="box verdict" data-testid="verdict" data-result={result}>
            <header class="verdict-head">
                <h2 class={tone}>{ title }</h2>
                <code class="verdict-function">{ "masterTryPartialResynchronization" }</code>
            </header>
            <p class="verdict-between faint">
                <span>{ between }</span>
                <code>{ request(&decision.verdict) }</code>
            </p>
            <ul class="checks">
                { for checks.map(|(i, condition)| html! { <VerdictCheck key={i} condition={condition.clone()} /> }) }
            </ul>
            <p class="verdict-turn">
                if let Some(bytes) = bytes {
                    { rich(t.sends_bytes, &|_| Fill::Text(bytes.to_string())) }{ " " }
                }
                { counterfactual(&explanation.counterfactual, t) }
            </p>
        </section>
    }
}

/// The request as it was sent, its ID shortened.
fn request(verdict: &PsyncVerdict) -> String {
    let id = String::from_utf8_lossy(&verdict.request.replid).into_owned();
    let short = if id.len() > 8 { format!("{}…", id.chars().take(4).collect::<String>()) } else { id };
    let next = verdict.request.next.map_or_else(|| "?".to_owned(), |n| n.to_string());
    format!("PSYNC {short} {next}")
}

/// What would have turned it.
fn counterfactual(counterfactual: &Counterfactual, t: &Messages) -> Html {
    let number = |words, number: &dyn std::fmt::Display| rich(words, &|_| Fill::Text(number.to_string()));
    let two = |words, name: &str, first: &dyn std::fmt::Display, second: &dyn std::fmt::Display| {
        rich(words, &|slot| Fill::Text(if slot == name { first.to_string() } else { second.to_string() }))
    };
    match counterfactual {
        Counterfactual::ReadableOffset => html! { { t.turn_readable } },
        Counterfactual::AskWithHistory => html! { { t.turn_history } },
        Counterfactual::OtherHistory { replid } => rich(t.turn_other, &|_| Fill::Html(html! { <Chip id={*replid} /> })),
        Counterfactual::FewerBytesApplied { bytes, shared } => two(t.turn_fewer, "n", bytes, shared),
        Counterfactual::HaveBacklog => html! { { t.turn_have_backlog } },
        Counterfactual::LargerBacklog { size, had, .. } => two(t.turn_larger, "size", size, had),
        Counterfactual::EarlierBacklog { byte, off } => two(t.turn_earlier, "n", byte, off),
        Counterfactual::AskFromOne => html! { { t.turn_from_one } },
        Counterfactual::MasterAhead { bytes } => number(t.turn_ahead, bytes),
        Counterfactual::MoreWrites { spare, .. } => number(t.turn_writes, &(spare + 1)),
    }
}
