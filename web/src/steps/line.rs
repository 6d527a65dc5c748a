//! A line of a function.

use psyncscope_lab::engine::steps::StepKind;
use psyncscope_lab::ring::Eras;
use psyncscope_lab::steps::{LineState, ShownLine, step_text};
use yew::prelude::*;

use crate::i18n::fill;
use crate::steps::value::{step_value_html, truth};
use crate::ui::context::use_ui;

/// Properties of [`StepLine`].
#[derive(Properties, PartialEq)]
pub struct StepLineProps {
    /// The line.
    pub line: ShownLine,
    /// Whether nothing is said about how it stands: the function does not run.
    #[prop_or_default]
    pub at_rest: bool,
    /// The histories of its node.
    #[prop_or_default]
    pub eras: Option<Eras>,
}

/// What the step does, how it stands, and what it saw and changed.
#[component]
pub fn StepLine(props: &StepLineProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let ShownLine { step, state } = &props.line;
    let (text, info) = (step_text(*step), step.info());
    let calls = matches!(info.kind, StepKind::Call(_));
    let (class, current, taken) = match state {
        LineState::NotReached => ("line-not-reached", false, None),
        LineState::Skipped => ("line-skipped", false, None),
        LineState::Taken { current, taken, .. } => {
            (if *current { "line-taken line-current" } else { "line-taken" }, *current, Some(taken))
        }
    };
    let holds = taken.and_then(|taken| taken.holds);
    let (sign, meaning) = match (state, holds) {
        _ if props.at_rest => (
            if calls {
                "→"
            } else if matches!(info.kind, StepKind::Act) {
                "•"
            } else {
                "?"
            },
            "",
        ),
        (LineState::NotReached, _) => ("·", t.steps_not_reached),
        (LineState::Skipped, _) => ("–", t.steps_skipped),
        (_, Some(true)) => ("✓", t.steps_holds),
        (_, Some(false)) => ("✗", t.steps_holds_not),
        _ if calls => ("→", t.steps_called),
        _ => ("•", t.steps_done),
    };
    let sign_class = match holds {
        Some(true) => "line-sign line-true",
        Some(false) => "line-sign line-false",
        None => "line-sign",
    };
    let times = match state {
        LineState::Taken { times, .. } if *times > 1 => Some(fill(t.steps_times, &[("n", &times.to_string())])),
        _ => None,
    };
    html! {
        <li
            class={classes!("step-line", class)}
            style={format!("--depth:{}", text.depth)}
            aria-current={current.then_some("step")}
            data-step={info.name}
        >
            <span class={sign_class} title={meaning}>
                <span aria-hidden="true">{ sign }</span>
                if !meaning.is_empty() {
                    <span class="visually-hidden">{ meaning }</span>
                }
            </span>
            <div class="line-body">
                <p>
                    { text.text.get(ui.lang) }
                    if let Some(holds) = holds {
                        { " " }<b class={sign_class}>{ truth(holds, t) }</b>
                    }
                    if let Some(times) = times {
                        { " " }<span class="line-times faint">{ times }</span>
                    }
                </p>
                if let Some(taken) = taken {
                    if !taken.values.is_empty() {
                        <p class="step-values">
                            { for taken.values.iter().map(|value| {
                                step_value_html(value, &taken.values, props.eras.as_ref(), &ui)
                            }) }
                        </p>
                    }
                }
                if let Some(note) = text.note {
                    <p class="step-note">{ note.get(ui.lang) }</p>
                }
            </div>
        </li>
    }
}
