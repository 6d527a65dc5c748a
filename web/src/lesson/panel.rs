//! The panel in which a lesson is read.

use std::rc::Rc;

use gloo::events::EventListener;
use psyncscope_lab::lesson::{Answering, BlockKind, Mark, Quantity, Question};
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::lesson::contents::{Contents, kind};
use crate::lesson::intent::LessonIntent;
use crate::lesson::prose::prose;
use crate::lesson::question::{FORM, question};
use crate::lesson::shown::{Onward, Over, Phase, Shown};
use crate::lesson::task::task;
use crate::ui::button::Button;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::dom;
use crate::ui::icon::Shape;
use crate::ui::icon_button::IconButton;

/// The heading of the block shown, which takes the focus when one goes on by keyboard.
pub const HEADING: &str = "lesson-heading";

/// What came of an answer or of an action.
const NEWS: &str = ".lesson-told, .lesson-body .lesson-good, .lesson-body .lesson-bad, .lesson-note";

/// Properties of [`LessonPanel`].
#[derive(Properties, PartialEq)]
pub struct LessonPanelProps {
    /// What it shows.
    pub shown: Shown,
}

/// The block at hand, what is to be done with it, and one button that goes on.
#[component]
pub fn LessonPanel(props: &LessonPanelProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let shown = &props.shown;
    let lesson = &shown.lesson;
    // On phones the text can be put away, to see what is below it.
    let folded = use_state_eq(|| false);
    {
        let folded = folded.clone();
        use_effect_with((shown.block, std::mem::discriminant(&shown.phase)), move |_| {
            folded.set(false);
            // What came of an answer or of an action is below what was asked.
            if let Some(news) = dom::document().and_then(|d| d.query_selector(NEWS).ok().flatten()?.dyn_into().ok()) {
                dom::scroll_into_view(&news);
            }
        });
    }
    let onfold = {
        let folded = folded.clone();
        Callback::from(move |_: MouseEvent| folded.set(!*folded))
    };
    let block = shown.block.and_then(|nth| lesson.blocks.get(nth));
    let points = matches!(shown.phase, Phase::Asked { .. })
        && block.is_some_and(|block| match &block.kind {
            BlockKind::Question(Question { answering: Answering::Number { point, .. }, .. }) => point.is_some(),
            _ => false,
        });
    {
        let dispatch = ui.dispatch.clone();
        use_effect_with(points, move |&points| {
            let listener = points.then(|| listen_to_pointing(dispatch));
            move || drop(listener)
        });
    }
    let value = |mark: Mark| {
        move |quantity: &Quantity| {
            let run = shown.run.borrow();
            let value = quantity.value(run.lab(), &mark.frame(run.lab()));
            value.unwrap_or_else(|_| "–".to_owned())
        }
    };
    let (asked, seen) = (value(shown.began), value(shown.met.unwrap_or(shown.began)));
    let body = match block {
        Some(block) => html! {
            <article key={shown.block.unwrap_or_default()}>
                <h3 id={HEADING} class="lesson-kind" tabindex="-1">{ kind(&block.kind, t) }</h3>
                <div class="lesson-text" data-testid="lesson-text">{ prose(&block.text, &ui, &asked) }</div>
                { match &block.kind {
                    BlockKind::Step { .. } => Html::default(),
                    BlockKind::Task(one) => task(one, shown, &ui, &asked),
                    BlockKind::Question(one) => question(one, shown, &ui, &asked, &seen),
                } }
                if shown.phase == Phase::Waiting {
                    <p class="hint" data-testid="lesson-waiting">{ t.lesson_waiting }</p>
                }
                { shown.over.as_ref().map(|over| how_it_went(over, &ui)) }
            </article>
        },
        None => html! {
            <article key="about">
                <h3 id={HEADING} class="lesson-kind" tabindex="-1">{ t.lesson_begins }</h3>
                <div class="lesson-text">{ prose(&lesson.about, &ui, &asked) }</div>
            </article>
        },
    };
    html! {
        <section class={classes!("lesson", folded.then_some("folded"))} aria-label={t.lesson} data-testid="lesson">
            <header class="lesson-head">
                <h2 data-testid="lesson-title">{ lesson.title.words(ui.lang) }</h2>
                <Button class="icon-button lesson-fold" testid="lesson-fold" label={if *folded { t.lesson_unfold } else { t.lesson_fold }} onclick={onfold}>
                    { if *folded { "▴" } else { "▾" } }
                </Button>
                if shown.presenting {
                    <Button class="button small" testid="present-notes" onclick={ui.click(Intent::Lesson(LessonIntent::Notes))}>
                        { t.notes }
                    </Button>
                    <IconButton
                        shape={Shape::Cross}
                        label={t.present_end}
                        testid="present-end"
                        onclick={ui.click(Intent::Lesson(LessonIntent::Present(false)))}
                    />
                } else {
                    <IconButton
                        shape={Shape::Cross}
                        label={t.lesson_leave}
                        testid="lesson-leave"
                        onclick={ui.click(Intent::Lesson(LessonIntent::Leave))}
                    />
                }
            </header>
            // Another block, another list: it is closed again.
            <Contents key={shown.block.unwrap_or_default()} lesson={Rc::clone(lesson)} block={shown.block.unwrap_or_default()} reached={shown.reached} />
            <div class="lesson-body" tabindex="0" role="group" aria-label={t.lesson_text} aria-live="polite" data-testid="lesson-body" data-block={shown.block.map(|nth| nth.to_string())}>
                { body }
            </div>
            <footer class="lesson-foot">
                if shown.block.is_some_and(|block| block > 0) && !matches!(shown.phase, Phase::Instead { .. }) {
                    <Button class="button quiet" testid="lesson-back" onclick={ui.click(Intent::Lesson(LessonIntent::Back))}>{ t.lesson_back }</Button>
                }
                { main_button(shown, &ui) }
            </footer>
        </section>
    }
}

/// A press on a byte of a ring or of the ruler, or Enter there, is the answer.
fn listen_to_pointing(dispatch: Callback<Intent>) -> Vec<EventListener> {
    let Some(window) = dom::window() else { return Vec::new() };
    let on = |name: &'static str, is: fn(&Event) -> bool| {
        let dispatch = dispatch.clone();
        EventListener::new(&window, name, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if is(event) && target.is_some_and(|on| on.closest(".ring, .ruler-track").ok().flatten().is_some()) {
                dispatch.emit(Intent::Lesson(LessonIntent::Point));
            }
        })
    };
    let is_enter = |event: &Event| event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Enter");
    vec![on("click", |_| true), on("keydown", is_enter)]
}

/// The one thing to do next.
fn main_button(shown: &Shown, ui: &UiContext) -> Html {
    let t = ui.t();
    let is_last = shown.block.is_some_and(|block| block + 1 == shown.lesson.blocks.len());
    let button = |testid: &'static str, words: &'static str, intent: LessonIntent| {
        html! { <Button class="button primary" {testid} onclick={ui.click(Intent::Lesson(intent))}>{ words }</Button> }
    };
    match shown.phase.onward(shown.playing) {
        Onward::Next if is_last => match shown.over.as_ref().and_then(|over| over.next.clone()) {
            Some(next) => button("lesson-next-lesson", t.lesson_next_lesson, LessonIntent::Open(next)),
            None => button("lesson-course", t.course, LessonIntent::Course),
        },
        Onward::Next => button("lesson-next", t.lesson_next, LessonIntent::Next),
        Onward::Play => button("lesson-play", t.lesson_play, LessonIntent::TogglePlay),
        // Not the one thing to do next: that is the task.
        Onward::Pause => html! {
            <Button class="button" testid="lesson-play" onclick={ui.click(Intent::Lesson(LessonIntent::TogglePlay))}>
                { t.lesson_pause }
            </Button>
        },
        Onward::Skip => button("lesson-skip", t.lesson_skip, LessonIntent::Skip),
        Onward::Again => button("lesson-again", t.lesson_again, LessonIntent::Again),
        Onward::Answer => html! {
            <button type="submit" form={FORM} class="button primary" data-testid="lesson-answer">{ t.lesson_answer }</button>
        },
        Onward::Return => button("lesson-return", t.lesson_return, LessonIntent::Return),
    }
}

/// What came of the lesson.
fn how_it_went(over: &Over, ui: &UiContext) -> Html {
    let t = ui.t();
    let count = |words: &str, (done, all): (usize, usize)| {
        (all > 0).then(|| fill(words, &[("n", &done.to_string()), ("m", &all.to_string())]))
    };
    let counts = [count(t.lesson_over_tasks, over.tasks), count(t.lesson_over_questions, over.questions)];
    html! {
        <div class="lesson-over" data-testid="lesson-over">
            <p class="lesson-good">{ t.lesson_over }</p>
            <p>{ counts.into_iter().flatten().collect::<Vec<_>>().join(" ") }</p>
        </div>
    }
}
