//! The dialog with a student's report: to be printed, or saved as a file that `psyncscope grade` replays.

use std::rc::Rc;

use psyncscope_lab::Lesson;
use psyncscope_lab::lesson::Graded;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::lesson::intent::LessonIntent;
use crate::ui::button::Button;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;

/// What there is to say about a lesson.
#[derive(Clone)]
pub struct ReportRow {
    /// Its name.
    pub id: String,
    /// The lesson, once it is here.
    pub lesson: Option<Rc<Lesson>>,
    /// Whether it did not come.
    pub failed: bool,
    /// What its session is worth, once that was replayed.
    pub graded: Option<Rc<Graded>>,
    /// The address that opens the session.
    pub address: String,
}

impl PartialEq for ReportRow {
    /// A lesson that has come and a session that was replayed do not change.
    fn eq(&self, other: &Self) -> bool {
        let of = |row: &Self| (row.lesson.is_some(), row.failed, row.graded.is_some());
        self.id == other.id && self.address == other.address && of(self) == of(other)
    }
}

/// Properties of [`ReportDialog`].
#[derive(Properties, PartialEq)]
pub struct ReportDialogProps {
    /// Whose it is.
    pub student: AttrValue,
    /// The lessons that were begun.
    pub rows: Vec<ReportRow>,
}

/// The report.
#[component]
pub fn ReportDialog(props: &ReportDialogProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let click = |intent: LessonIntent| ui.click(Intent::Lesson(intent));
    let onchange = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                dispatch.emit(Intent::Lesson(LessonIntent::Student(input.value())));
            }
        })
    };
    html! {
        <Dialog title={t.report_title} testid="report-dialog" class="dialog course report">
            <Field label={html! { { t.report_student } }}>
                <input
                    class="input"
                    autocomplete="name"
                    maxlength="200"
                    ~defaultValue={props.student.to_string()}
                    data-testid="report-student"
                    {onchange}
                />
            </Field>
            if props.rows.is_empty() {
                <p>{ t.report_empty }</p>
            } else {
                <ul class="report-list">{ for props.rows.iter().map(|row| item(row, &ui)) }</ul>
                <p class="hint">{ t.report_hint }</p>
                <div class="form-end">
                    <Button class="button quiet" testid="report-forget" onclick={click(LessonIntent::Forget)}>{ t.report_forget }</Button>
                    <span class="report-buttons">
                        <Button testid="report-print" onclick={click(LessonIntent::Print)}>{ t.report_print }</Button>
                        <Button class="button primary" testid="report-save" onclick={click(LessonIntent::SaveReport)}>{ t.report_save }</Button>
                    </span>
                </div>
            }
        </Dialog>
    }
}

fn item(row: &ReportRow, ui: &UiContext) -> Html {
    let t = ui.t();
    let title = row.lesson.as_ref().map_or_else(|| row.id.clone(), |lesson| lesson.title.words(ui.lang));
    let count = |words: &str, (done, all): (usize, usize)| {
        (all > 0).then(|| fill(words, &[("n", &done.to_string()), ("m", &all.to_string())]))
    };
    let worth = match row.graded.as_deref() {
        None if row.failed => t.report_no_lesson.to_owned(),
        None => t.report_replaying.to_owned(),
        Some(Graded { error: Some(error), .. }) => error.clone(),
        Some(graded) => {
            let counts = [count(t.lesson_over_tasks, graded.tasks), count(t.lesson_over_questions, graded.questions)];
            let whole = if graded.complete { t.report_complete } else { t.report_begun };
            counts.into_iter().flatten().chain([whole.to_owned()]).collect::<Vec<_>>().join(" ")
        }
    };
    html! {
        <li key={row.id.clone()} data-testid={format!("report-{}", row.id)}>
            <b>{ title }</b>
            <span data-testid={format!("report-{}-worth", row.id)}>{ worth }</span>
            <a href={row.address.clone()}>{ t.report_session }</a>
            <code class="report-address" aria-hidden="true">{ &row.address }</code>
        </li>
    }
}
