//! A question: its choices or its number, and what came of the answer.

use psyncscope_lab::lesson::{Answer, Answering, Choice, Quantity, Question, Truth};
use web_sys::HtmlFormElement;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::lesson::intent::LessonIntent;
use crate::lesson::prose::{inline, prose, terms};
use crate::lesson::shown::{Phase, Shown};
use crate::ui::button::Button;
use crate::ui::context::UiContext;
use crate::ui::dom;

/// The form's element, which the panel's button submits.
pub const FORM: &str = "lesson-answer";

/// The name of the form's field.
pub const FIELD: &str = "lesson-choice";

/// What stands below the text of a question. Values of the explanation are those of the moment at which the answer can
/// be seen, `then`; those of all else of the moment at which it is asked.
pub fn question(
    question: &Question,
    shown: &Shown,
    ui: &UiContext,
    value: &dyn Fn(&Quantity) -> String,
    then: &dyn Fn(&Quantity) -> String,
) -> Html {
    let t = ui.t();
    let block = shown.block.unwrap_or_default();
    let onsubmit = {
        let dispatch = ui.dispatch.clone();
        let is_choice = matches!(question.answering, Answering::Choose(_));
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(form) = event.target_dyn_into::<HtmlFormElement>() else { return };
            let answer = if is_choice {
                let choice = dom::checked_value(&form, FIELD).parse().ok();
                Answer { block, choice, number: None }
            } else {
                Answer { block, choice: None, number: dom::field_value(&form, FIELD).trim().parse().ok() }
            };
            if answer.choice.is_some() || answer.number.is_some() {
                dispatch.emit(Intent::Lesson(LessonIntent::Answer(answer)));
            }
        })
    };
    let is_open = matches!(shown.phase, Phase::Asked { .. });
    let late = shown.phase == Phase::Asked { late: true };
    html! {
        <>
            if late {
                <div class="lesson-note" role="status" data-testid="lesson-late">
                    <p>{ t.lesson_late }</p>
                    { again(ui) }
                </div>
            }
            <form id={FORM} class="lesson-form" {onsubmit}>
                { match &question.answering {
                    Answering::Choose(choices) => choose(choices, shown, is_open, ui, value),
                    Answering::Number { point, .. } => number(point.is_some(), shown, is_open, ui),
                } }
            </form>
            { told(question, shown, ui, then) }
        </>
    }
}

fn choose(
    choices: &[Choice],
    shown: &Shown,
    is_open: bool,
    ui: &UiContext,
    value: &dyn Fn(&Quantity) -> String,
) -> Html {
    let t = ui.t();
    let given = shown.given.and_then(|answer| answer.choice);
    let seen = shown.truth.as_ref().filter(|_| !is_open);
    let row = |(nth, choice): (usize, &Choice)| {
        let is_right = matches!(seen, Some(Truth::Choices(right)) if right.contains(&nth));
        let is_given = given == Some(nth);
        let (class, sign, words) = match (is_right, is_given, seen.is_some()) {
            (true, ..) => ("is-right", "✓", t.lesson_is_right),
            (false, true, true) => ("is-wrong", "✗", t.lesson_is_wrong),
            (false, true, false) => ("is-given", "", ""),
            _ => ("", "", ""),
        };
        html! {
            <label key={nth} class={classes!("choice", class)} data-testid={format!("choice-{nth}")}>
                <input
                    type="radio"
                    name={FIELD}
                    value={nth.to_string()}
                    required=true
                    disabled={!is_open}
                    ~checked={is_given}
                />
                <span class="choice-text">{ inline(&choice.text, ui, value) }</span>
                <i aria-hidden="true">{ sign }</i>
                <span class="visually-hidden">{ words }</span>
            </label>
        }
    };
    html! {
        <fieldset class="choices">
            <legend class="visually-hidden">{ t.lesson_choices }</legend>
            { for choices.iter().enumerate().map(row) }
            <p class="lesson-terms">{ terms(choices.iter().map(|choice| &choice.text), ui) }</p>
        </fieldset>
    }
}

fn number(can_point: bool, shown: &Shown, is_open: bool, ui: &UiContext) -> Html {
    let t = ui.t();
    let given = shown.given.and_then(|answer| answer.number).map(|number| number.to_string());
    html! {
        <>
            if can_point && is_open {
                <p class="hint">{ t.lesson_point }</p>
            }
            <label class="field lesson-number">
                <span>{ t.lesson_number }</span>
                <input
                    class="input num"
                    name={FIELD}
                    inputmode="numeric"
                    autocomplete="off"
                    pattern="\\s*-?[0-9]+\\s*"
                    required=true
                    readonly={!is_open}
                    ~defaultValue={given.unwrap_or_default()}
                    data-testid="lesson-number"
                />
            </label>
        </>
    }
}

/// The button that goes back to the moment at which the question was asked.
fn again(ui: &UiContext) -> Html {
    html! {
        <Button class="button small" testid="lesson-again" onclick={ui.click(Intent::Lesson(LessonIntent::Again))}>
            { ui.t().lesson_back_to_question }
        </Button>
    }
}

/// Right or wrong, and why.
fn told(question: &Question, shown: &Shown, ui: &UiContext, value: &dyn Fn(&Quantity) -> String) -> Html {
    let t = ui.t();
    if let Phase::Instead { choice, seen } = shown.phase {
        let text = match &question.answering {
            Answering::Choose(choices) => choices.get(choice).map(|choice| prose(&choice.instead_text, ui, value)),
            Answering::Number { .. } => None,
        };
        return html! {
            <div class="lesson-note" data-testid="lesson-instead-told">
                <p>{ t.lesson_instead_branch }</p>
                if seen {
                    { text }
                }
            </div>
        };
    }
    let (true, Some(truth)) = (matches!(shown.phase, Phase::Told | Phase::Earlier), &shown.truth) else {
        return Html::default();
    };
    let verdict = match shown.given {
        None if shown.presenting => Html::default(),
        None => html! {
            <>
                <p class="lesson-label" data-testid="verdict-none">{ t.lesson_not_answered }</p>
                if shown.phase == Phase::Told {
                    { again(ui) }
                }
            </>
        },
        Some(answer) if truth.accepts(&answer) => {
            html! { <p class="lesson-good" data-testid="verdict-right">{ t.lesson_right }</p> }
        }
        Some(_) => html! { <p class="lesson-bad" data-testid="verdict-wrong">{ t.lesson_wrong }</p> },
    };
    let right = match truth {
        Truth::Number(Some(right)) => {
            let words = fill(t.lesson_right_is, &[("n", &right.to_string())]);
            Some(html! { <p data-testid="lesson-right-is">{ words }</p> })
        }
        Truth::Number(None) | Truth::Choices(_) => None,
    };
    // A wrong number that has a reason.
    let mistake = match (&question.answering, shown.given.and_then(|answer| answer.number)) {
        (Answering::Number { mistakes, .. }, Some(number)) => {
            mistakes.iter().find(|mistake| value(&mistake.number) == number.to_string())
        }
        _ => None,
    };
    let can_see_instead = match (&question.answering, shown.given.and_then(|answer| answer.choice)) {
        (Answering::Choose(choices), Some(choice)) => {
            choices.get(choice).is_some_and(|choice| shown.phase == Phase::Told && !choice.instead.is_empty())
        }
        _ => false,
    };
    html! {
        <div class="lesson-told">
            { verdict }
            { right }
            if let Some(mistake) = mistake {
                <div data-testid="lesson-mistake">{ prose(&mistake.text, ui, value) }</div>
            }
            <div class="lesson-because" data-testid="lesson-because">{ prose(&question.because, ui, value) }</div>
            if can_see_instead {
                <Button
                    class="button small"
                    testid="lesson-instead"
                    onclick={ui.click(Intent::Lesson(LessonIntent::Instead))}
                >
                    { t.lesson_instead }
                </Button>
            }
        </div>
    }
}
