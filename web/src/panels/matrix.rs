//! The PSYNC matrix: what would happen if each node asked each other node now.

use psyncscope_lab::engine::replication::psync::{Decision, Refusal};
use psyncscope_lab::explain::{MatrixCell, psync_matrix};
use psyncscope_lab::sim::frame::{Frame, HostId};
use psyncscope_lab::topology;
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::{Intent, WhyIntent};
use crate::panels::matrix_answer::MatrixAnswer;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::dom;
use crate::ui::shared::Shared;

/// Properties of [`Matrix`].
#[derive(Properties, PartialEq)]
pub struct MatrixProps {
    /// The moment shown.
    pub frame: Shared<Frame>,
    /// The question looked at: who asks whom.
    pub question: Option<(HostId, HostId)>,
}

/// A table with a row for each node that asks and a column for each node that is asked; below it, the answer that was
/// chosen with its conditions. Arrow keys move from cell to cell.
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
    let head =
        ids.iter().map(|&id| html! { <th key={id.0} scope="col">{ topology::name(frame, id).to_string() }</th> });
    let row = |&from: &HostId| {
        let answers = ids.iter().map(|&to| match asked((from, to)) {
            Some(cell) => html! { <td key={to.0}>{ button(cell, shown, frame, &ids, &ui) }</td> },
            None => html! { <td key={to.0} class="matrix-self" aria-hidden="true">{ "–" }</td> },
        });
        html! {
            <tr key={from.0}>
                <th scope="row">{ topology::name(frame, from).to_string() }</th>
                { for answers }
            </tr>
        }
    };
    html! {
        <section class="matrix-section">
            <h2 class="why-title">{ t.matrix_title }</h2>
            <p class="panel-line faint">{ t.matrix_hint }</p>
            <div class="matrix-scroll">
                <table class="matrix" data-testid="matrix">
                    <thead><tr><th scope="col" class="matrix-corner">{ t.matrix_corner }</th>{ for head }</tr></thead>
                    <tbody>{ for ids.iter().map(row) }</tbody>
                </table>
            </div>
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

fn button(cell: &MatrixCell, shown: &MatrixCell, frame: &Frame, ids: &[HostId], ui: &UiContext) -> Html {
    let t = ui.t();
    let pressed = (cell.from, cell.to) == (shown.from, shown.to);
    let (tone, answer, reason) = words(cell, t);
    let names = [("from", &*topology::name(frame, cell.from)), ("to", &*topology::name(frame, cell.to))];
    let label = format!("{}: {answer}, {reason}", fill(t.matrix_asks, &names));
    let onkeydown = {
        let (dispatch, ids, at) = (ui.dispatch.clone(), ids.to_vec(), (cell.from, cell.to));
        Callback::from(move |event: KeyboardEvent| {
            if let Some((from, to)) = neighbour(&ids, at, &event.key()) {
                event.prevent_default();
                event.stop_propagation();
                dispatch.emit(Intent::Why(WhyIntent::Ask(from, to)));
                dom::focus(&id(from, to));
            }
        })
    };
    html! {
        <button
            type="button"
            class={classes!("matrix-cell", tone)}
            id={id(cell.from, cell.to)}
            data-testid={format!("matrix-{}-{}", names[0].1, names[1].1)}
            data-answer={if cell.not_running.is_none() && cell.verdict.is_continue() { "partial" } else { "other" }}
            aria-pressed={pressed.to_string()}
            tabindex={if pressed { "0" } else { "-1" }}
            onclick={ui.click(Intent::Why(WhyIntent::Ask(cell.from, cell.to)))}
            {onkeydown}
        >
            <span class="visually-hidden">{ label }</span>
            <b aria-hidden="true">{ answer }</b>
            <span aria-hidden="true">{ reason }</span>
        </button>
    }
}

fn id(from: HostId, to: HostId) -> String {
    format!("matrix-{}-{}", from.0, to.0)
}

/// The cell beside this one, past the diagonal.
fn neighbour(ids: &[HostId], (from, to): (HostId, HostId), key: &str) -> Option<(HostId, HostId)> {
    let place = |id| ids.iter().position(|&other| other == id);
    let (mut row, mut column) = (place(from)?, place(to)?);
    loop {
        match key {
            "ArrowLeft" => column = column.checked_sub(1)?,
            "ArrowRight" => column += 1,
            "ArrowUp" => row = row.checked_sub(1)?,
            "ArrowDown" => row += 1,
            _ => return None,
        }
        let cell = (*ids.get(row)?, *ids.get(column)?);
        if cell.0 != cell.1 {
            return Some(cell);
        }
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

const fn refusal_words(refusal: Refusal, t: &Messages) -> &'static str {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_step_over_the_diagonal() {
        let ids = [HostId(0), HostId(1), HostId(4)];
        let check = |from: u16, to: u16, key, expect: Option<(u16, u16)>| {
            let cell = neighbour(&ids, (HostId(from), HostId(to)), key);
            assert_eq!(cell, expect.map(|(from, to)| (HostId(from), HostId(to))), "{from} {to} {key}");
        };
        check(0, 1, "ArrowRight", Some((0, 4)));
        check(0, 4, "ArrowRight", None);
        check(1, 0, "ArrowRight", Some((1, 4)));
        check(0, 1, "ArrowLeft", None);
        check(0, 1, "ArrowDown", Some((4, 1)));
        check(4, 0, "ArrowUp", Some((1, 0)));
        check(1, 0, "ArrowUp", None);
        check(1, 0, "Enter", None);
    }
}
