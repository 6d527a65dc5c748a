//! What always holds, with its numbers at the moment shown.

use std::rc::Rc;

use psyncscope_lab::invariants::{Finding, LIVE};
use psyncscope_lab::sim::frame::Frame;
use psyncscope_lab::topology;
use yew::prelude::*;

use crate::panels::check_line::{CheckLine, Mark};
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// Properties of [`Invariants`].
#[derive(Properties, PartialEq)]
pub struct InvariantsProps {
    /// The moment shown.
    pub frame: Shared<Frame>,
    /// Each rule wherever it applies.
    pub findings: Rc<Vec<Finding>>,
}

/// A line for each rule, and below it one for each node or pair that it is about.
#[component]
pub fn Invariants(props: &InvariantsProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let name = |id| topology::name(&props.frame, id).to_string();
    let rules = LIVE.iter().map(|&rule| {
        let found: Vec<&Finding> = props.findings.iter().filter(|finding| finding.rule == rule).collect();
        let mark = match &found[..] {
            [] => Mark::NotReached,
            found if found.iter().all(|finding| finding.holds) => Mark::Holds,
            _ => Mark::Fails,
        };
        let lines = found.iter().map(|finding| {
            let who = match finding.other {
                Some(other) => format!("{} – {}", name(finding.host), name(other)),
                None => name(finding.host),
            };
            let class = if finding.holds { "rule-line" } else { "rule-line rule-broken" };
            html! { <li {class}><b>{ who }</b><span>{ finding.text(ui.lang) }</span></li> }
        });
        html! {
            <CheckLine key={rule.name()} {mark} not_reached={t.rule_nothing} testid={format!("rule-{}", rule.name())}>
                <div>
                    <span>{ rule.text(ui.lang) }</span>
                    if !found.is_empty() {
                        <ul class="rule-lines">{ for lines }</ul>
                    }
                </div>
            </CheckLine>
        }
    });
    html! {
        <section class="rules" data-testid="rules">
            <h2 class="why-title">{ t.rules_title }</h2>
            <p class="panel-line faint">{ t.rules_hint }</p>
            <ul class="checks">{ for rules }</ul>
        </section>
    }
}
