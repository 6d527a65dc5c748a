//! The text of a lesson, to be edited.

use std::rc::Rc;

use psyncscope_lab::script::ScriptError;
use yew::prelude::*;

use crate::intent::Intent;
use crate::lesson::draft::Draft;
use crate::lesson::intent::LessonIntent;
use crate::script::editor::Editor;
use crate::script::findings::Findings;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::icon::Shape;
use crate::ui::icon_button::IconButton;

/// Properties of [`LessonEditor`].
#[derive(Properties)]
pub struct LessonEditorProps {
    /// The text.
    pub draft: Draft,
    /// Whether the lesson on the page is what the text says.
    pub is_shown: bool,
}

impl PartialEq for LessonEditorProps {
    fn eq(&self, other: &Self) -> bool {
        let same_errors = |a: &Rc<[ScriptError]>, b: &Rc<[ScriptError]>| Rc::ptr_eq(a, b);
        self.draft.text == other.draft.text
            && same_errors(&self.draft.errors, &other.draft.errors)
            && self.is_shown == other.is_shown
    }
}

/// The text, what is wrong with it, and a button that begins the lesson again from it. What can be read is shown in the
/// lesson's panel at once.
#[component]
pub fn LessonEditor(props: &LessonEditorProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let draft = &props.draft;
    let click = |intent: LessonIntent| ui.click(Intent::Lesson(intent));
    let words = if props.is_shown { t.lesson_edit_shown } else { t.lesson_edit_other };
    html! {
        <div class="script" data-testid="lesson-editor">
            <div class="script-bar">
                <Button class="button small primary" testid="lesson-try" onclick={click(LessonIntent::Try)}>{ t.lesson_try }</Button>
                <span class="steps-space" />
                <Button class="button small" testid="lesson-save" onclick={click(LessonIntent::SaveText)}>{ t.save_run }</Button>
                <IconButton
                    class="icon-button small"
                    shape={Shape::Cross}
                    label={t.close}
                    testid="lesson-edit-close"
                    onclick={click(LessonIntent::EndEdit)}
                />
            </div>
            <p class="hint" id="script-hint">{ t.lesson_edit_hint }</p>
            <Editor
                text={draft.text.clone()}
                marks={draft.marks()}
                now={None::<usize>}
                label={t.lesson_edit}
                onedit={ui.dispatch.reform(|text| Intent::Lesson(LessonIntent::EditText(text)))}
                ongo={ui.dispatch.reform(|_| Intent::Lesson(LessonIntent::Try))}
            />
            if draft.errors.is_empty() {
                <div class="script-findings faint" role="status" data-testid="lesson-readable">{ words }</div>
            } else {
                <Findings text={draft.text.clone()} errors={Rc::clone(&draft.errors)} unmet={Vec::new()} expectations={(0, 0)} />
            }
        </div>
    }
}
