//! The table of a PSYNC matrix.

use std::sync::Arc;

use yew::prelude::*;

use crate::i18n::fill;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::dom;

/// What one node would answer another, in a few words.
#[derive(Clone, Debug, PartialEq)]
pub struct GridCell {
    /// Who would ask: its place in the list of names.
    pub from: usize,
    /// Who would be asked.
    pub to: usize,
    /// The CSS class of its colour.
    pub tone: &'static str,
    /// The answer.
    pub answer: &'static str,
    /// The reason.
    pub reason: String,
}

/// Properties of [`MatrixGrid`].
#[derive(Properties, PartialEq)]
pub struct MatrixGridProps {
    /// What the names of its elements begin with.
    pub prefix: &'static str,
    /// The nodes.
    pub names: Vec<Arc<str>>,
    /// What each would answer each other.
    pub cells: Vec<GridCell>,
    /// The question looked at: who asks whom.
    pub shown: (usize, usize),
    /// Called with the question to look at.
    pub onask: Callback<(usize, usize)>,
}

/// A table with a row for each node that asks and a column for each node that is asked. Arrow keys move from cell to cell.
#[component]
pub fn MatrixGrid(props: &MatrixGridProps) -> Html {
    let ui = use_ui();
    let MatrixGridProps { prefix, names, cells, .. } = props;
    let head = names.iter().enumerate().map(|(i, name)| html! { <th key={i} scope="col">{ name.to_string() }</th> });
    let row = |(from, name): (usize, &Arc<str>)| {
        let answers = (0..names.len()).map(|to| match cells.iter().find(|cell| (cell.from, cell.to) == (from, to)) {
            Some(cell) => html! { <td key={to}>{ button(cell, props, &ui) }</td> },
            None => html! { <td key={to} class="matrix-self" aria-hidden="true">{ "–" }</td> },
        });
        html! {
            <tr key={from}>
                <th scope="row">{ name.to_string() }</th>
                { for answers }
            </tr>
        }
    };
    html! {
        <div class="matrix-scroll">
            <table class="matrix" data-testid={*prefix}>
                <thead><tr><th scope="col" class="matrix-corner">{ ui.t().matrix_corner }</th>{ for head }</tr></thead>
                <tbody>{ for names.iter().enumerate().map(row) }</tbody>
            </table>
        </div>
    }
}

fn button(cell: &GridCell, props: &MatrixGridProps, ui: &UiContext) -> Html {
    let MatrixGridProps { prefix, names, shown, onask, .. } = props;
    let question = (cell.from, cell.to);
    let pressed = question == *shown;
    let pair = [("from", &*names[cell.from]), ("to", &*names[cell.to])];
    let label = format!("{}: {}, {}", fill(ui.t().matrix_asks, &pair), cell.answer, cell.reason);
    let onkeydown = {
        let (onask, count, prefix) = (onask.clone(), names.len(), *prefix);
        Callback::from(move |event: KeyboardEvent| {
            if let Some(question) = neighbour(count, question, &event.key()) {
                event.prevent_default();
                event.stop_propagation();
                onask.emit(question);
                dom::focus(&id(prefix, question));
            }
        })
    };
    html! {
        <button
            type="button"
            class={classes!("matrix-cell", cell.tone)}
            id={id(prefix, question)}
            data-testid={format!("{prefix}-{}-{}", pair[0].1, pair[1].1)}
            data-answer={if cell.tone == "tone-good" { "partial" } else { "other" }}
            aria-pressed={pressed.to_string()}
            tabindex={if pressed { "0" } else { "-1" }}
            onclick={onask.reform(move |_: MouseEvent| question)}
            {onkeydown}
        >
            <span class="visually-hidden">{ label }</span>
            <b aria-hidden="true">{ cell.answer }</b>
            <span aria-hidden="true">{ cell.reason.clone() }</span>
        </button>
    }
}

fn id(prefix: &str, (from, to): (usize, usize)) -> String {
    format!("{prefix}-{from}-{to}")
}

/// The cell beside this one among so many nodes, past the diagonal.
fn neighbour(count: usize, (mut from, mut to): (usize, usize), key: &str) -> Option<(usize, usize)> {
    loop {
        match key {
            "ArrowLeft" => to = to.checked_sub(1)?,
            "ArrowRight" => to += 1,
            "ArrowUp" => from = from.checked_sub(1)?,
            "ArrowDown" => from += 1,
            _ => return None,
        }
        if from >= count || to >= count {
            return None;
        }
        if from != to {
            return Some((from, to));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_step_over_the_diagonal() {
        let check = |from, to, key, expect| assert_eq!(neighbour(3, (from, to), key), expect, "{from} {to} {key}");
        check(0, 1, "ArrowRight", Some((0, 2)));
        check(0, 2, "ArrowRight", None);
        check(1, 0, "ArrowRight", Some((1, 2)));
        check(0, 1, "ArrowLeft", None);
        check(0, 1, "ArrowDown", Some((2, 1)));
        check(2, 0, "ArrowUp", Some((1, 0)));
        check(1, 0, "ArrowUp", None);
        check(1, 0, "Enter", None);
    }
}
