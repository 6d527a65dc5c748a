//! The panel: how to go on, and the place or the list of functions.

use std::rc::Rc;

use psyncscope_lab::engine::steps::Function;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::{Intent, WhyIntent};
use crate::steps::functions::Functions;
use crate::steps::intent::{StepsIntent, Walk};
use crate::steps::place::{Place, StepsPlace};
use crate::ui::button::Button;
use crate::ui::checkbox::Checkbox;
use crate::ui::context::use_ui;
use crate::ui::icon::Shape;
use crate::ui::icon_button::IconButton;
use crate::ui::select::Select;

/// A note on the last try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepsNote {
    /// The function is not entered in the time that was waited for it.
    NotEntered(Function),
    /// It was not entered before.
    NotEnteredBefore(Function),
    /// There is no step there.
    NoMore,
    /// No function of replication made the entry: the steps come after it.
    NotOfEntry,
}

/// Properties of [`StepsPanel`].
#[derive(Properties, PartialEq)]
pub struct StepsPanelProps {
    /// The place, if it is shown.
    pub place: Option<Rc<Place>>,
    /// Whether there is one, even if the list is shown.
    pub has_place: bool,
    /// The function that is run to.
    pub wanted: Function,
    /// Whether it is run to on any node.
    pub any_node: bool,
    /// A note on the last try.
    pub note: Option<StepsNote>,
    /// Packets under way that lead to the steps that sent them.
    pub packets: Vec<(u64, AttrValue)>,
    /// Whether it can be hidden.
    pub closable: bool,
}

/// The panel.
#[component]
pub fn StepsPanel(props: &StepsPanelProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let walk = |walk: Walk, words: &'static str, key: &'static str, why: &'static str, testid: &'static str| {
        html! {
            <button
                type="button"
                class="button step-button"
                title={format!("{words}: {why} ({key})")}
                aria-keyshortcuts={key}
                data-testid={testid}
                onclick={ui.click(Intent::Steps(StepsIntent::Walk(walk)))}
            >
                { words }<kbd aria-hidden="true">{ key }</kbd>
            </button>
        }
    };
    let onselect = ui.choose(Function::ALL, |function| Intent::Steps(StepsIntent::Choose(function)));
    let oncheck = ui.dispatch.reform(|any| Intent::Steps(StepsIntent::AnyNode(any)));
    let names: Vec<AttrValue> = Function::ALL.iter().map(|function| AttrValue::from(function.name())).collect();
    let chosen = Function::ALL.iter().position(|&function| function == props.wanted).unwrap_or(0);
    let note = props.note.as_ref().map(|note| match note {
        StepsNote::NotEntered(function) => fill(t.steps_not_entered, &[("function", function.name())]),
        StepsNote::NotEnteredBefore(function) => fill(t.steps_not_entered_before, &[("function", function.name())]),
        StepsNote::NoMore => t.steps_no_more.to_owned(),
        StepsNote::NotOfEntry => t.steps_not_of_entry.to_owned(),
    });
    html! {
        <section class="steps" aria-label={t.steps} data-testid="steps">
            <div class="steps-bar" role="toolbar" aria-label={t.steps_walk}>
                { walk(Walk::Back, t.steps_back, "b", t.steps_back_why, "step-back-one") }
                { walk(Walk::Into, t.steps_into, "i", t.steps_into_why, "step-into") }
                { walk(Walk::Over, t.steps_over, "o", t.steps_over_why, "step-over") }
                { walk(Walk::Out, t.steps_out, "u", t.steps_out_why, "step-out") }
                <span class="steps-space" />
                if props.closable {
                    <IconButton
                        class="icon-button small"
                        shape={Shape::Cross}
                        label={t.steps_close}
                        testid="steps-close"
                        onclick={ui.click(Intent::Steps(StepsIntent::Show(false)))}
                    />
                }
            </div>
            <div class="steps-run" role="group" aria-label={t.steps_run}>
                <Select label={t.steps_run} testid="steps-wanted" entries={names} selected={chosen} {onselect} />
                <Button
                    class="button small"
                    label={format!("{} (r)", t.steps_next)}
                    testid="steps-next"
                    onclick={ui.click(Intent::Steps(StepsIntent::Walk(Walk::Next)))}
                >
                    { t.steps_next_short }
                </Button>
                <Button
                    class="button small"
                    label={format!("{} (Shift r)", t.steps_previous)}
                    testid="steps-previous"
                    onclick={ui.click(Intent::Steps(StepsIntent::Walk(Walk::Previous)))}
                >
                    { t.steps_previous_short }
                </Button>
                <Checkbox label={t.steps_any_node} testid="steps-any" checked={props.any_node} {oncheck} />
            </div>
            if let Some(note) = note {
                <p class="steps-message" role="status" data-testid="steps-note">{ note }</p>
            }
            <div class="steps-body" tabindex="0">
                if props.has_place {
                    <Button
                        class="link steps-list"
                        testid="steps-list"
                        onclick={ui.click(Intent::Steps(StepsIntent::List(props.place.is_some())))}
                    >
                        { if props.place.is_some() { t.steps_list } else { t.steps_to_place } }
                    </Button>
                }
                if let Some(place) = &props.place {
                    <StepsPlace place={Rc::clone(place)} />
                } else {
                    <p class="steps-hint">{ t.steps_hint }</p>
                    if !props.packets.is_empty() {
                        <h2>{ t.steps_packets }</h2>
                        <ul class="steps-packets">
                            { for props.packets.iter().map(|(id, words)| html! {
                                <li key={*id}>
                                    <Button
                                        class="button small"
                                        onclick={ui.click(Intent::Steps(StepsIntent::Packet(*id)))}
                                    >
                                        <code>{ words }</code>
                                    </Button>
                                    <Button
                                        class="log-why"
                                        label={t.because_button}
                                        onclick={ui.click(Intent::Why(WhyIntent::BecausePacket(*id)))}
                                    >
                                        { "?" }
                                    </Button>
                                </li>
                            }) }
                        </ul>
                    }
                    <h2>{ t.steps_functions }</h2>
                    <Functions />
                }
            </div>
        </section>
    }
}
