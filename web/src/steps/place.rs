//! The place where one stands: the call stack, the function's lines, and what its turn has changed.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::replication::ReplState;
use psyncscope_lab::engine::steps::StepValue;
use psyncscope_lab::format;
use psyncscope_lab::ring::Eras;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::steps::{Change, Picture, Shown, Side};
use psyncscope_lab::walkthrough::walkthrough;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::steps::intent::StepsIntent;
use crate::steps::lines::StepLines;
use crate::steps::pictures::Pictures;
use crate::steps::value::step_value_html;
use crate::ui::context::use_ui;
use crate::ui::dom;
use crate::ui::rich::{Fill, rich};

/// A place among the steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// What there is to show.
    pub shown: Shown,
    /// When.
    pub at: SimTime,
    /// The node's name.
    pub node: Arc<str>,
    /// The state of its link to its master, at that side of the turn.
    pub state: Option<ReplState>,
    /// The histories of the node.
    pub eras: Option<Eras>,
    /// The side of the turn that the page shows.
    pub side: Side,
    /// The report that came last in the turn.
    pub report: usize,
    /// What a picture shows better than words.
    pub pictures: Vec<Picture>,
}

/// Properties of [`StepsPlace`].
#[derive(Properties, PartialEq)]
pub struct StepsPlaceProps {
    /// The place.
    pub place: Rc<Place>,
}

/// The place. The line of the step taken last is kept in view.
#[component]
pub fn StepsPlace(props: &StepsPlaceProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let Place { shown, at, node, state, eras, side, report, pictures } = &*props.place;
    let list = use_node_ref();
    use_effect_with((*at, *report, shown.depth), {
        let list = list.clone();
        move |_| {
            let lines = list.cast::<HtmlElement>().map(|list| dom::all::<HtmlElement>(&list, "[aria-current=step]"));
            if let Some(line) = lines.as_deref().and_then(<[_]>::first) {
                dom::scroll_into_view(line);
            }
        }
    });
    let function = shown.function();
    let words = walkthrough(function);
    let calls = shown.stack.iter().enumerate().rev().map(|(depth, call)| {
        let here = depth == shown.depth;
        html! {
            <li key={depth}>
                <button
                    type="button"
                    class="stack-call"
                    aria-pressed={here.to_string()}
                    onclick={ui.click(Intent::Steps(StepsIntent::Depth(depth)))}
                >
                    <code>{ call.function.name() }</code>
                </button>
            </li>
        }
    });
    let section = match function.section() {
        "" => t.steps_no_section.to_owned(),
        section => fill(t.steps_section, &[("section", section)]),
    };
    let side_button = |wanted: Side, words: &'static str, testid: &'static str| {
        html! {
            <button
                type="button"
                class="side-button"
                data-testid={testid}
                aria-pressed={(*side == wanted).to_string()}
                onclick={ui.click(Intent::Steps(StepsIntent::Side(wanted)))}
            >
                { words }
            </button>
        }
    };
    html! {
        <div class="steps-place">
            <div class="steps-where">
                <p role="status" data-testid="steps-where">
                    { rich(t.steps_where, &|slot| match slot {
                        "node" => Fill::Html(html! { <b>{ node.to_string() }</b> }),
                        _ => Fill::Text(format::clock(*at)),
                    }) }
                </p>
                <div class="side" role="group" aria-label={t.steps_side} title={t.steps_side}>
                    { side_button(Side::Before, t.steps_before, "steps-before") }
                    { side_button(Side::After, t.steps_after, "steps-after") }
                </div>
            </div>
            if shown.stack.len() > 1 {
                <ol class="stack" aria-label={t.steps_stack} title={t.steps_stack} data-testid="steps-stack">
                    { for calls }
                </ol>
            }
            <header class="steps-function">
                <h2 data-testid="steps-function">{ function.name() }</h2>
                <span class="steps-section faint">{ section }</span>
            </header>
            <p class="steps-about faint">{ words.called.get(ui.lang) }{ " " }<code>{ words.engine[0] }</code></p>
            if !pictures.is_empty() {
                <Pictures pictures={pictures.clone()} />
            }
            <ol class="step-lines" ref={list} data-testid="step-lines">
                // Another function, or the same at another depth of the stack, is another list.
                <StepLines key={format!("{} {}", shown.depth, function.name())} lines={shown.lines.clone()} at_hand={*state} eras={*eras} />
            </ol>
            if let Some(note) = words.note {
                <p class="step-note">{ note.get(ui.lang) }</p>
            }
            if !shown.changes.is_empty() {
                <section class="steps-changes" data-testid="steps-changes">
                    <h3>{ t.steps_changes }</h3>
                    <ul>
                        { for shown.changes.iter().map(|change| html! {
                            <li class={change.now.then_some("change-now")}>
                                { step_value_html(&value_of(change), &[], eras.as_ref(), &ui) }
                            </li>
                        }) }
                    </ul>
                </section>
            }
        </div>
    }
}

/// A change of the turn as the value of a step.
fn value_of(change: &Change) -> StepValue {
    StepValue { field: change.field, value: change.before.clone(), changed_to: Some(change.after.clone()) }
}
