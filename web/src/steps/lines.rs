//! The lines of a function. Those of a state machine are grouped by its states, and of these few are open at a time.

use psyncscope_lab::engine::replication::ReplState;
use psyncscope_lab::ring::Eras;
use psyncscope_lab::steps::{LineState, ShownLine, step_text};
use yew::prelude::*;

use crate::i18n::fill;
use crate::steps::line::StepLine;
use crate::ui::context::use_ui;

/// Properties of [`StepLines`].
#[derive(Properties, PartialEq)]
pub struct StepLinesProps {
    /// The lines, in order.
    pub lines: Vec<ShownLine>,
    /// Whether nothing is said about how they stand: the function does not run.
    #[prop_or_default]
    pub at_rest: bool,
    /// The state of the link where no line was taken yet.
    #[prop_or_default]
    pub at_hand: Option<ReplState>,
    /// The histories of the node.
    #[prop_or_default]
    pub eras: Option<Eras>,
}

/// Lines that stand together: those of one state, or one that belongs to none.
struct Group<'a> {
    state: Option<ReplState>,
    lines: Vec<&'a ShownLine>,
}

/// The lines, or the groups with the state at hand open, and one that the reader opened.
#[component]
pub fn StepLines(props: &StepLinesProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let groups = groups(&props.lines);
    let current = props.lines.iter().find(|line| is_current(line));
    // A line of no one state is taken in the state that was at hand.
    let at_hand = current.and_then(|line| step_text(line.step).state).or(props.at_hand);
    let here = current.map(|line| line.step.index);
    // A function that does not run shows its first state.
    let first = groups.iter().find_map(|group| group.state).filter(|_| props.at_rest);
    let opened = use_state_eq(|| first);
    // The state at hand, if the reader closed it, until the next step.
    let closed = use_state_eq(|| None::<(ReplState, Option<u8>)>);
    let line = |line: &ShownLine| {
        html! { <StepLine key={line.step.index} line={line.clone()} at_rest={props.at_rest} eras={props.eras} /> }
    };
    let rows = groups.iter().map(|group| {
        let Some(state) = group.state else { return html! { { for group.lines.iter().map(|each| line(each)) } } };
        let is_at_hand = at_hand == Some(state);
        let is_open = if is_at_hand { *closed != Some((state, here)) } else { *opened == Some(state) };
        let onclick = {
            let (opened, closed) = (opened.clone(), closed.clone());
            Callback::from(move |_: MouseEvent| {
                if is_at_hand {
                    closed.set(is_open.then_some((state, here)));
                } else {
                    opened.set((!is_open).then_some(state));
                }
            })
        };
        let taken = group.lines.iter().any(|line| matches!(line.state, LineState::Taken { .. }));
        html! {
            <li key={state.name()} class="step-group" data-state={state.name()}>
                <button
                    type="button"
                    class={classes!("step-state", taken.then_some("state-taken"))}
                    aria-expanded={is_open.to_string()}
                    {onclick}
                >
                    <code>{ state.name() }</code>
                    <span class="faint">{ fill(t.steps_state_lines, &[("n", &group.lines.len().to_string())]) }</span>
                    if taken {
                        <span class="state-mark">{ t.steps_done }</span>
                    }
                </button>
                if is_open {
                    <ol class="step-lines">{ for group.lines.iter().map(|each| line(each)) }</ol>
                }
            </li>
        }
    });
    html! { { for rows } }
}

fn is_current(line: &ShownLine) -> bool {
    matches!(line.state, LineState::Taken { current: true, .. })
}

fn groups(lines: &[ShownLine]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for line in lines {
        let state = step_text(line.step).state;
        match groups.last_mut() {
            Some(last) if last.state == state => last.lines.push(line),
            _ => groups.push(Group { state, lines: vec![line] }),
        }
    }
    groups
}
