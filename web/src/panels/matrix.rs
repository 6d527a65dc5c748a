//! The PSYNC matrix: what would happen if each node asked each other node now.

use psyncscope_lab::engine::replication::psync::{Decision, Refusal};
use psyncscope_lab::explain::{MatrixCell, psync_matrix};
use psyncscope_lab::sim::frame::{Frame, HostId};
use psyncscope_lab::topology;
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::{Intent, WhyIntent};
use crate::panels::matrix_answer::MatrixAnswer;
use crate::panels::matrix_grid::{GridCell, MatrixGrid};
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// Properties of [`Matrix`].
#[derive(Properties, PartialEq)]
pub struct MatrixProps {
    /// The moment shown.
    pub frame: Shared<Frame>,
    /// The question looked at: who asks whom.
    pub question: Option<(HostId, HostId)>,
}

/// A table of all answers; below it, the one that was chosen with its conditions.
#[component]
pub fn Matrix(props: &MatrixProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let frame = &*props.frame;
    let cells = psync_matrix(frame);
    let asked = |question| cells.iter().find(|cell| (cell.from, cell.to) == question);
    // What a replica asks its master is the first thing that one wants to know.
    let first = || topology::masters(frame).iter().map(|(&replica, &master)| (replica, master)).find_map(asked);
    let shown = props.question.and_then(asked).or_else(first).or(cells.first());
    let Some(shown) = shown else {
        return html! { <p class="panel-line faint" data-testid="matrix-none">{ t.matrix_none }</p> };
    };
    let ids: Vec<HostId> = frame.hosts.iter().filter(|host| host.node.is_some()).map(|host| host.id).collect();
    let place = |id: HostId| ids.iter().position(|&other| other == id).unwrap_or_default();
    let grid = |cell: &MatrixCell| {
        let (tone, answer, reason) = words(cell, t);
        GridCell { from: place(cell.from), to: place(cell.to), tone, answer, reason }
    };
    let onask = {
        let ids = ids.clone();
        ui.dispatch.reform(move |(from, to): (usize, usize)| Intent::Why(WhyIntent::Ask(ids[from], ids[to])))
    };
    html! {
        <section class="matrix-section">
            <h2 class="why-title">{ t.matrix_title }</h2>
            <p class="panel-line faint">{ t.matrix_hint }</p>
            <MatrixGrid
                prefix="matrix"
                names={ids.iter().map(|&id| topology::name(frame, id)).collect::<Vec<_>>()}
                cells={cells.iter().map(grid).collect::<Vec<_>>()}
                shown={(place(shown.from), place(shown.to))}
                {onask}
            />
            <MatrixAnswer
                asker={topology::name(frame, shown.from)}
                asked={topology::name(frame, shown.to)}
                down={shown.not_running.map(|id| topology::name(frame, id))}
                no_master_link={shown.no_master_link}
                verdict={shown.verdict.clone()}
            />
        </section>
    }
}

/// A cell's colour, its answer and the reason, in a few words.
fn words(cell: &MatrixCell, t: &Messages) -> (&'static str, &'static str, String) {
    if cell.not_running.is_some() {
        return ("tone-plain", t.matrix_nothing, t.matrix_down.to_owned());
    }
    if cell.no_master_link {
        return ("tone-plain", t.matrix_later, t.matrix_no_link.to_owned());
    }
    match cell.verdict.decision {
        Decision::Continue { bytes, .. } => {
            ("tone-good", t.matrix_partial, fill(t.matrix_bytes, &[("n", &bytes.to_string())]))
        }
        Decision::Full(refusal) => ("tone-full", t.matrix_full, refusal_words(refusal, t).to_owned()),
    }
}

/// The reason of a refusal, in a few words.
pub const fn refusal_words(refusal: Refusal, t: &Messages) -> &'static str {
    match refusal {
        Refusal::BadOffset => t.matrix_bad_offset,
        Refusal::FullRequested => t.matrix_no_history,
        Refusal::IdMismatch => t.matrix_other_history,
        Refusal::PastSecondOffset => t.matrix_parted,
        Refusal::NoBacklog => t.matrix_no_backlog,
        Refusal::Overwritten => t.matrix_overwritten,
        Refusal::Future => t.matrix_future,
    }
}
