//! What INFO of several nodes says.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::Lang;
use psyncscope_lab::engine::replication::psync::Decision;
use psyncscope_lab::explain::{Outcome, explain};
use psyncscope_lab::observed::{
    Answer, Cell, NodeInfo, Observed, Said, Severity, advice, answers, promotions, remarks,
};
use psyncscope_lab::sim::frame::HostId;
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::Intent;
use crate::model::colours::ColourMap;
use crate::observed::intent::ObservedIntent;
use crate::panels::matrix::refusal_words;
use crate::panels::matrix_grid::{GridCell, MatrixGrid};
use crate::panels::verdict::request;
use crate::panels::verdict_check::VerdictCheck;
use crate::ruler::view::RulerView;
use crate::ui::context::{UiContext, use_ui};

/// Properties of [`Report`].
#[derive(Properties, PartialEq)]
pub struct ReportProps {
    /// What was read.
    pub observed: Rc<Observed>,
    /// The colours of its histories.
    pub colours: ColourMap,
    /// The question looked at: who asks whom.
    pub question: Option<(usize, usize)>,
    /// The node looked at.
    pub selected: Option<usize>,
}

/// The nodes on the ruler, the matrix with the reason of one answer, whom to promote, and what else the numbers say.
#[component]
pub fn Report(props: &ReportProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let nodes = &props.observed.nodes;
    // The ruler and the chips are those of the page, with these nodes and their colours.
    let dispatch = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |intent| match intent {
            Intent::Select(HostId(place)) => {
                dispatch.emit(Intent::Observed(ObservedIntent::Select(usize::from(place))));
            }
            Intent::Light(_) => {}
            other => dispatch.emit(other),
        })
    };
    let context = UiContext { dispatch, colours: props.colours.clone(), ..ui.clone() };
    let selected = props.selected.and_then(|place| u16::try_from(place).ok()).map(HostId);
    let promoted = promotions(nodes).into_iter().map(|promotion| {
        let node = &nodes[promotion.node];
        html! {
            <li key={promotion.node}>
                <b>{ node.name.clone() }</b>
                if promotion.is_master {
                    <span class="faint">{ t.info_is_master }</span>
                }
                { sentences(&promotion.said(nodes), ui.lang) }
            </li>
        }
    });
    let remarked = remarks(nodes).into_iter().map(|remark| {
        html! { <li class={severity_class(remark.severity)}>{ remark.said.text(ui.lang) }</li> }
    });
    html! {
        <ContextProvider<UiContext> {context}>
            <div class="observed-report" data-testid="observed-report">
                <RulerView ruler={props.observed.ruler()} {selected} />
                if nodes.len() > 1 {
                    <section class="matrix-section">
                        <h3>{ t.info_matrix }</h3>
                        <div class="observed-answers">{ matrix(nodes, props.question, &ui) }</div>
                    </section>
                    <section class="observed-section" data-testid="observed-promotions">
                        <h3>{ t.info_promotions }</h3>
                        <ol>{ for promoted }</ol>
                    </section>
                }
                <section class="observed-section" data-testid="observed-remarks">
                    <h3>{ t.info_remarks }</h3>
                    <ul>
                        { for nodes.iter().map(|node| html! { <li>{ about(node, t) }</li> }) }
                        { for remarked }
                    </ul>
                </section>
            </div>
        </ContextProvider<UiContext>>
    }
}

/// The matrix, and below or beside it the answer that is looked at.
fn matrix(nodes: &[NodeInfo], question: Option<(usize, usize)>, ui: &UiContext) -> Html {
    let t = ui.t();
    let cells = answers(nodes);
    let asked = |question| cells.iter().find(|cell| (cell.from, cell.to) == question);
    // A refusal is what one looks for.
    let refused = || cells.iter().find(|cell| matches!(cell.answer.decision(), Some(Decision::Full(_))));
    let Some(shown) = question.and_then(asked).or_else(refused).or(cells.first()) else { return Html::default() };
    let grid: Vec<GridCell> = cells.iter().map(|cell| grid_cell(cell, t)).collect();
    let onask = ui.dispatch.reform(|(from, to)| Intent::Observed(ObservedIntent::Ask(from, to)));
    let names: Vec<Arc<str>> = nodes.iter().map(|node| Arc::from(node.name.as_str())).collect();
    let title = fill(t.matrix_asks, &[("from", &*names[shown.from]), ("to", &*names[shown.to])]);
    let verdict = shown.answer.verdict();
    let explanation = verdict.map(explain);
    let checks = explanation.iter().flat_map(|explanation| &explanation.conditions);
    let checks = checks.filter(|condition| condition.outcome != Outcome::NotReached).enumerate();
    html! {
        <>
            <MatrixGrid prefix="observed" {names} cells={grid} shown={(shown.from, shown.to)} {onask} />
            <div class="box verdict" data-testid="observed-answer">
                <header class="verdict-head">
                    <h4>{ title }</h4>
                    if let Some(verdict) = verdict {
                        <code class="verdict-function">{ request(verdict) }</code>
                    }
                </header>
                { sentences(&advice(shown, nodes), ui.lang) }
                <ul class="checks">
                    { for checks.map(|(i, condition)| html! { <VerdictCheck key={i} condition={condition.clone()} /> }) }
                </ul>
            </div>
        </>
    }
}

/// A cell's colour, its answer and the reason, in a few words.
fn grid_cell(cell: &Cell, t: &Messages) -> GridCell {
    let (tone, answer, reason) = match &cell.answer {
        Answer::Unknown(_) => ("tone-plain", t.info_unknown, String::new()),
        Answer::NotNow(..) => ("tone-plain", t.matrix_later, t.info_not_ready.to_owned()),
        Answer::Decided(verdict) => match verdict.decision {
            Decision::Continue { bytes, .. } => {
                ("tone-good", t.matrix_partial, fill(t.matrix_bytes, &[("n", &bytes.to_string())]))
            }
            Decision::Full(refusal) => ("tone-full", t.matrix_full, refusal_words(refusal, t).to_owned()),
        },
    };
    GridCell { from: cell.from, to: cell.to, tone, answer, reason }
}

/// Role, version and offset of a node.
fn about(node: &NodeInfo, t: &Messages) -> String {
    let role = match &node.upstream {
        None => t.info_master.to_owned(),
        Some(upstream) => {
            let port = upstream.port.map_or_else(|| "?".to_owned(), |port| port.to_string());
            let words = if upstream.link_up { t.info_replica_up } else { t.info_replica_down };
            fill(words, &[("master", &format!("{}:{port}", upstream.host))])
        }
    };
    let version = node.version.as_deref().unwrap_or("INFO");
    let offset = node.has().map_or_else(|| "?".to_owned(), |offset| offset.to_string());
    let values = [("node", node.name.as_str()), ("role", &role), ("version", version), ("offset", &offset)];
    fill(t.info_about, &values)
}

/// Sentences, one after the other.
pub fn sentences(said: &[Said], lang: Lang) -> Html {
    html! { <>{ for said.iter().map(|said| html! { <p>{ said.text(lang) }</p> }) }</> }
}

/// The CSS class of how much something matters.
pub const fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "severity-note",
        Severity::Warning => "severity-warning",
        Severity::Problem => "severity-problem",
    }
}
