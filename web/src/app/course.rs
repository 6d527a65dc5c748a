//! The course: its lessons are files beside the page, fetched when somebody wants them.

use std::rc::Rc;

use psyncscope_lab::lesson::course::{COURSE, is_id};
use psyncscope_lab::{Lesson, Opened};
use yew::prelude::*;

use crate::app::run::Origin;
use crate::app::{App, Msg};
use crate::intent::{ErrorSite, Overlay};
use crate::lesson::address::LESSON;
use crate::lesson::course::{CourseDialog, CourseRow, Standing};
use crate::lesson::library::Wanted;
use crate::ui::error::UiError;
use crate::ui::{dom, fetch};

impl App {
    /// Shows the lessons of the course, and fetches those that are not here.
    pub(super) fn open_course(&mut self, ctx: &Context<Self>) {
        self.ui.overlay = Some(Overlay::Course);
        self.ui.error = None;
        for id in COURSE.iter().copied() {
            self.fetch_lesson(ctx, id);
        }
    }

    pub(super) fn fetch_lesson(&mut self, ctx: &Context<Self>, id: &str) {
        // What did not come is asked for again.
        if !matches!(self.course.known.get(id), None | Some(Some(Err(_)))) {
            return;
        }
        self.course.known.insert(id.to_owned(), None);
        let id = id.to_owned();
        ctx.link().send_future(async move {
            let text = fetch::text(&format!("lessons/{id}.psync")).await;
            Msg::LessonFetched(id, text)
        });
    }

    /// Opens a lesson, once it is here.
    pub(super) fn want_lesson(&mut self, ctx: &Context<Self>, id: String, wanted: Wanted) {
        self.fetch_lesson(ctx, &id);
        self.course.wanted = Some((id, wanted));
        self.open_wanted();
    }

    /// The lesson that the page's address names, if it names one. Returns whether it does.
    pub(super) fn want_address_lesson(&mut self, ctx: &Context<Self>) -> bool {
        let Some(id) = dom::parameter(LESSON) else { return false };
        if !is_id(&id) {
            self.ui.error = Some((ErrorSite::Stage, no_lesson(id)));
            return false;
        }
        let wanted = dom::address_fragment().map_or(Wanted::Open, Wanted::Link);
        self.playback.playing = false;
        self.want_lesson(ctx, id, wanted);
        true
    }

    /// A lesson has come, or has not.
    pub(super) fn lesson_fetched(&mut self, ctx: &Context<Self>, id: String, text: Option<String>) {
        let lesson = match text {
            Some(text) => match Lesson::parse(&text) {
                Ok(lesson) => Ok((Rc::new(lesson), AttrValue::from(text))),
                Err(errors) => Err(UiError::Lab(errors.into())),
            },
            None => Err(no_lesson(id.clone())),
        };
        self.course.known.insert(id, Some(lesson));
        self.open_wanted();
        self.grade_soon(ctx);
    }

    /// Opens what is wanted, if it is here.
    fn open_wanted(&mut self) {
        let Some((id, wanted)) = self.course.wanted.take() else { return };
        match self.course.known.get(&id).and_then(Clone::clone) {
            None => self.course.wanted = Some((id, wanted)),
            Some(Ok((lesson, _))) => match wanted {
                Wanted::Open => self.continue_lesson(lesson),
                Wanted::Link(text) => self.open_in_lesson(&lesson, &text),
            },
            Some(Err(error)) => self.ui.error = Some((self.site_in_view(), error)),
        }
    }

    /// Goes on with a lesson that was begun, or begins it.
    fn continue_lesson(&mut self, lesson: Rc<Lesson>) {
        self.course.kept.refresh();
        let is_begun = self.course.kept.standing(&lesson.id) == Standing::Begun;
        let session = self.course.kept.of(&lesson.id).filter(|_| is_begun).map(|report| report.session.clone());
        match session {
            Some(session) => self.open_in_lesson(&lesson, &session),
            None => self.begin_course_lesson(lesson),
        }
    }

    pub(super) fn begin_course_lesson(&mut self, lesson: Rc<Lesson>) {
        let text = self.course.text(&lesson);
        self.begin_lesson(lesson, text, self.site_in_view());
    }

    /// Opens a session in a lesson: a link, or a saved one.
    fn open_in_lesson(&mut self, lesson: &Rc<Lesson>, text: &str) {
        let opened = Opened::read(text).and_then(|Opened { script, view, .. }| {
            lesson.fits(script.session().config())?;
            Ok((script.into_session(), view))
        });
        self.open_session(opened, Origin::Lesson(Rc::clone(lesson)), self.site_in_view());
    }

    pub(super) fn course_dialog(&self) -> Html {
        let row = |id: &&'static str| {
            let known = self.course.known.get(*id).and_then(Option::as_ref);
            CourseRow {
                id,
                lesson: known.and_then(|known| known.as_ref().ok()).map(|(lesson, _)| Rc::clone(lesson)),
                failed: known.is_some_and(Result::is_err),
                standing: self.course.kept.standing(id),
            }
        };
        let has_report = !self.course.kept.report.lessons.is_empty();
        html! { <CourseDialog rows={COURSE.iter().map(row).collect::<Vec<_>>()} {has_report} error={self.error_at(ErrorSite::Overlay)} /> }
    }
}

fn no_lesson(id: String) -> UiError {
    UiError::Page(|t| t.lesson_missing, vec![("name", id)])
}
