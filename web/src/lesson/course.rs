//! The dialog with all lessons of the course.

use std::rc::Rc;

use psyncscope_lab::Lesson;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::lesson::intent::LessonIntent;
use crate::ui::button::Button;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::dialog::Dialog;
use crate::ui::error::UiError;
use crate::ui::error_note::ErrorNote;

/// How far a reader is in a lesson.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// He has not begun.
    #[default]
    New,
    /// He has begun.
    Begun,
    /// He came to its end.
    Done,
}

/// A lesson of the course, as far as the page knows it.
#[derive(Clone)]
pub struct CourseRow {
    /// Its name.
    pub id: &'static str,
    /// The lesson; `None` while it is on its way, or if it did not come.
    pub lesson: Option<Rc<Lesson>>,
    /// Whether it did not come.
    pub failed: bool,
    /// How far the reader is.
    pub standing: Standing,
}

impl PartialEq for CourseRow {
    /// A lesson that has come does not change.
    fn eq(&self, other: &Self) -> bool {
        let of = |row: &Self| (row.id, row.lesson.is_some(), row.failed, row.standing);
        of(self) == of(other)
    }
}

/// Properties of [`CourseDialog`].
#[derive(Properties, PartialEq)]
pub struct CourseDialogProps {
    /// The lessons, in order.
    pub rows: Vec<CourseRow>,
    /// Whether there is something to report.
    pub has_report: bool,
    /// Why a lesson could not be opened.
    pub error: Option<UiError>,
}

/// The lessons, and apart from them the challenges.
#[component]
pub fn CourseDialog(props: &CourseDialogProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let is_challenge = |row: &&CourseRow| row.lesson.as_ref().is_some_and(|lesson| lesson.is_challenge());
    let list = |challenges: bool| {
        let rows: Vec<Html> =
            props.rows.iter().filter(|row| is_challenge(row) == challenges).map(|row| item(row, &ui)).collect();
        (!rows.is_empty()).then(|| html! { <ol class="course-list">{ for rows }</ol> })
    };
    html! {
        <Dialog title={t.course_title} testid="course-dialog" class="dialog course">
            <p class="hint">{ t.course_hint }</p>
            if let Some(error) = &props.error {
                <ErrorNote error={error.clone()} />
            }
            { list(false) }
            if let Some(challenges) = list(true) {
                <h3>{ t.course_challenges }</h3>
                <p class="hint">{ t.course_challenges_hint }</p>
                { challenges }
            }
            if props.has_report {
                <div class="form-end">
                    <Button testid="course-report" onclick={ui.click(Intent::Lesson(LessonIntent::Report))}>{ t.report_open }</Button>
                </div>
            }
        </Dialog>
    }
}

fn item(row: &CourseRow, ui: &UiContext) -> Html {
    let t = ui.t();
    let Some(lesson) = &row.lesson else {
        let words = if row.failed { t.course_failed } else { t.course_loading };
        return html! { <li key={row.id} class="course-row faint" data-testid={format!("course-{}", row.id)}>{ fill(words, &[("name", row.id)]) }</li> };
    };
    let (class, standing) = match row.standing {
        Standing::New => ("", ""),
        Standing::Begun => ("is-begun", t.course_begun),
        Standing::Done => ("is-done", t.course_done),
    };
    html! {
        <li key={row.id}>
            <Button
                class="course-row"
                testid={format!("course-{}", row.id)}
                onclick={ui.click(Intent::Lesson(LessonIntent::Open(row.id.to_owned())))}
            >
                <i class={classes!("course-mark", class)} aria-hidden="true">{ if row.standing == Standing::Done { "✓" } else { "" } }</i>
                <span class="course-words">
                    <b>{ lesson.title.words(ui.lang) }</b>
                    <span>{ lesson.about.words(ui.lang) }</span>
                </span>
                <span class="course-end">
                    if let Some(minutes) = lesson.minutes {
                        <span>{ fill(t.course_minutes, &[("n", &minutes.to_string())]) }</span>
                    }
                    <span>{ standing }</span>
                </span>
            </Button>
        </li>
    }
}
