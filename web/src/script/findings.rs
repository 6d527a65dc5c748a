//! What is wrong with a script, and whether what it expects is so.

use std::rc::Rc;

use psyncscope_lab::script::{ScriptError, Unmet};
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::script::editor::place_caret;
use crate::script::intent::ScriptIntent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;

/// Properties of [`Findings`].
#[derive(Properties, PartialEq)]
pub struct FindingsProps {
    /// The text.
    pub text: AttrValue,
    /// What is wrong with it.
    pub errors: Rc<[ScriptError]>,
    /// What is not as expected.
    pub unmet: Vec<Unmet>,
    /// How many expectations were checked, and how many there are.
    pub expectations: (usize, usize),
}

/// The list: each finding leads to its line, or to its moment.
#[component]
pub fn Findings(props: &FindingsProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    if !props.errors.is_empty() {
        let rows = props.errors.iter().enumerate().map(|(nth, error)| {
            let (text, line, column) = (props.text.clone(), error.line, error.column);
            let onclick = Callback::from(move |_: MouseEvent| place_caret(&text, line, column));
            html! {
                <li key={nth}>
                    <Button class="script-finding" testid="script-error" {onclick}>
                        <span lang="en">{ error.to_string() }</span>
                    </Button>
                </li>
            }
        });
        return html! {
            <div class="script-findings" role="status">
                <p class="script-wrong">{ t.script_wrong }</p>
                <ul>{ for rows }</ul>
            </div>
        };
    }
    let (checked, all) = props.expectations;
    if all == 0 {
        return html! { <div class="script-findings faint" role="status">{ t.script_expects_nothing }</div> };
    }
    let met = (checked - props.unmet.len()).to_string();
    let summary = fill(t.script_met, &[("met", &met), ("checked", &checked.to_string())]);
    let unplayed = (all > checked).then(|| fill(t.script_unplayed, &[("n", &(all - checked).to_string())]));
    let rows = props.unmet.iter().map(|unmet| {
        let Unmet { line, expected, found, .. } = unmet;
        html! {
            <li key={*line}>
                <Button
                    class="script-finding"
                    testid="script-unmet"
                    onclick={ui.click(Intent::Script(ScriptIntent::GoTo(*line)))}
                >
                    <span lang="en">{ format!("line {line}: expected {expected}: {found}") }</span>
                </Button>
            </li>
        }
    });
    html! {
        <div class="script-findings" role="status">
            <p class={if props.unmet.is_empty() { "script-right" } else { "script-wrong" }} data-testid="script-met">
                { summary }
                if let Some(unplayed) = unplayed {
                    <span class="faint">{ format!(" {unplayed}") }</span>
                }
            </p>
            <ul>{ for rows }</ul>
        </div>
    }
}
