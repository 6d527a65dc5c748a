//! The functions as a list, in the order of the walk-through that the project began with.

use psyncscope_lab::engine::steps::{Function, Step};
use psyncscope_lab::steps::{LineState, ShownLine};
use psyncscope_lab::walkthrough::walkthrough;
use yew::prelude::*;

use crate::intent::Intent;
use crate::steps::intent::StepsIntent;
use crate::steps::lines::StepLines;
use crate::ui::button::Button;
use crate::ui::context::use_ui;

/// Each function with its section; opened, its lines. A button opens a run that is about to enter it.
#[component]
pub fn Functions() -> Html {
    let ui = use_ui();
    let t = ui.t();
    let opened = use_state_eq(|| None::<Function>);
    let rows = Function::ALL.iter().map(|&function| {
        let is_open = *opened == Some(function);
        let onclick = {
            let opened = opened.clone();
            Callback::from(move |_: MouseEvent| opened.set((!is_open).then_some(function)))
        };
        let name = function.name();
        html! {
            <li key={name} data-function={name}>
                <div class="function-row">
                    <span class="function-section num faint">{ function.section() }</span>
                    <button type="button" class="function-name" aria-expanded={is_open.to_string()} {onclick}>
                        <code>{ name }</code>
                    </button>
                    <Button
                        class="button small"
                        label={format!("{}: {name}", t.steps_show_one)}
                        testid={format!("show-{name}")}
                        onclick={ui.click(Intent::Steps(StepsIntent::ShowOne(function)))}
                    >
                        { t.steps_show_one }
                    </Button>
                </div>
                if is_open {
                    <p class="steps-about faint">{ walkthrough(function).called.get(ui.lang) }</p>
                    <ol class="step-lines"><StepLines lines={lines(function)} at_rest=true /></ol>
                }
            </li>
        }
    });
    html! { <ol class="functions" data-testid="functions">{ for rows }</ol> }
}

fn lines(function: Function) -> Vec<ShownLine> {
    let line = |index| ShownLine { step: Step { function, index }, state: LineState::NotReached };
    (0..function.steps().len() as u8).map(line).collect()
}
