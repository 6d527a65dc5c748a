//! The blocks of a lesson: how far one is, and the way back.

use std::rc::Rc;

use psyncscope_lab::lesson::{BlockKind, Lesson};
use web_sys::Element;
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::Intent;
use crate::lesson::intent::LessonIntent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;

/// Properties of [`Contents`].
#[derive(Properties, PartialEq)]
pub struct ContentsProps {
    /// The lesson.
    pub lesson: Rc<Lesson>,
    /// The block shown.
    pub block: usize,
    /// The last block that can be shown.
    pub reached: usize,
}

/// A line that says how far one is, and opens the list of blocks.
#[component]
pub fn Contents(props: &ContentsProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let ContentsProps { lesson, block, reached } = props;
    let count = lesson.blocks.len();
    let rows = lesson.blocks.iter().enumerate().map(|(nth, one)| {
        let text = one.text.words(ui.lang);
        let words = html! {
            <><span class="contents-kind">{ kind(&one.kind, t) }</span><span class="contents-text">{ text }</span></>
        };
        html! {
            <li key={nth} class={classes!((nth == *block).then_some("here"))}>
                if nth <= *reached {
                    <Button
                        class="contents-row"
                        testid={format!("lesson-block-{nth}")}
                        onclick={ui.click(Intent::Lesson(LessonIntent::GoTo(nth)))}
                    >
                        { words }
                    </Button>
                } else {
                    // What is asked later is not told before.
                    <span class="contents-row"><span class="contents-kind">{ kind(&one.kind, t) }</span></span>
                }
            </li>
        }
    });
    // Whatever was chosen, the list has done its work.
    let onclick = Callback::from(|event: MouseEvent| {
        let target = event.target_dyn_into::<Element>();
        let chosen =
            target.and_then(|target| target.closest("button").ok().flatten()?.closest("details").ok().flatten());
        if let Some(details) = chosen {
            // An attribute of an element that exists can be taken away.
            let _ = details.remove_attribute("open");
        }
    });
    let slots = [("n", (block + 1).to_string()), ("m", count.to_string())];
    let slots: Vec<(&str, &str)> = slots.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html! {
        <details class="lesson-contents">
            <summary data-testid="lesson-progress">
                <span>{ fill(t.lesson_progress, &slots) }</span>
                <progress max={count.to_string()} value={(block + 1).to_string()} aria-hidden="true" />
            </summary>
            <div class="contents-list" onclick={onclick}>
                <ol aria-label={t.lesson_contents}>{ for rows }</ol>
                <Button
                    class="button small quiet"
                    testid="lesson-restart"
                    onclick={ui.click(Intent::Lesson(LessonIntent::Restart))}
                >
                    { t.lesson_restart }
                </Button>
                <Button
                    class="button small quiet"
                    testid="lesson-edit"
                    onclick={ui.click(Intent::Lesson(LessonIntent::Edit))}
                >
                    { t.lesson_edit }
                </Button>
                <Button
                    class="button small quiet"
                    testid="lesson-present"
                    onclick={ui.click(Intent::Lesson(LessonIntent::Present(true)))}
                >
                    { t.present }
                </Button>
            </div>
        </details>
    }
}

/// What a block is, in a word.
#[must_use]
pub const fn kind(kind: &BlockKind, t: &Messages) -> &'static str {
    match kind {
        BlockKind::Step { .. } => t.lesson_step,
        BlockKind::Task(_) => t.lesson_task,
        BlockKind::Question(_) => t.lesson_question,
    }
}
