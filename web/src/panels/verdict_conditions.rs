//! The conditions of a decision about a PSYNC, and the smallest change that would have turned it.

use std::rc::Rc;

use psyncscope_lab::engine::replication::psync::PsyncVerdict;
use psyncscope_lab::explain::{Counterfactual, Outcome, explain};
use yew::prelude::*;

use crate::i18n::Messages;
use crate::panels::verdict_check::VerdictCheck;
use crate::ui::chip::Chip;
use crate::ui::context::use_ui;
use crate::ui::rich::{Fill, rich};

/// Properties of [`VerdictConditions`].
#[derive(Properties, PartialEq)]
pub struct VerdictConditionsProps {
    /// The decision.
    pub verdict: Rc<PsyncVerdict>,
}

/// Each condition with its numbers, then what follows if it was granted, and what would have turned it.
#[component]
pub fn VerdictConditions(props: &VerdictConditionsProps) -> Html {
    let t = use_ui().t();
    let explanation = explain(&props.verdict);
    // Who asks for everything names no byte: there is nothing more to compare.
    let asks_for_everything = props.verdict.request.asks_for_everything();
    let conditions = explanation.conditions.iter();
    let checks = conditions.filter(|c| !asks_for_everything || c.outcome != Outcome::NotReached).enumerate();
    let bytes = explanation.bytes.filter(|_| explanation.granted);
    let further =
        explanation.further.iter().map(|change| html! { <>{ " " }{ t.turn_further }{ counterfactual(change, t) }</> });
    html! {
        <>
            <ul class="checks">
                { for checks.map(|(i, condition)| html! { <VerdictCheck key={i} condition={condition.clone()} /> }) }
            </ul>
            <p class="verdict-turn" data-testid="verdict-turn">
                if let Some(bytes) = bytes {
                    { rich(t.sends_bytes, &|_| Fill::Text(bytes.to_string())) }{ " " }
                }
                { counterfactual(&explanation.counterfactual, t) }
                { for further }
            </p>
        </>
    }
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
        Counterfactual::LargerBacklog { size, had, oldest, .. } => html! {
            <>
                { two(t.turn_larger, "size", size, had) }
                if let Some(oldest) = oldest {
                    { " " }{ number(t.turn_or_later, oldest) }
                }
            </>
        },
        Counterfactual::EarlierBacklog { byte, off } => two(t.turn_earlier, "n", byte, off),
        Counterfactual::AskFromOne => html! { { t.turn_from_one } },
        Counterfactual::MasterAhead { bytes } => number(t.turn_ahead, bytes),
        Counterfactual::MoreWrites { spare, .. } => number(t.turn_writes, &(spare + 1)),
    }
}
