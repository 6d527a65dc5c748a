//! The course: its lessons are files beside the page, fetched when somebody wants them.

use std::rc::Rc;

use litemap::LiteMap;
use psyncscope_lab::lesson::course::{COURSE, is_id};
use psyncscope_lab::{Lesson, Link};
use yew::prelude::*;

use crate::app::lesson::PARAMETER;
use crate::app::run::Origin;
use crate::app::{App, Msg};
use crate::intent::{ErrorSite, Overlay};
use crate::lesson::course::{CourseDialog, CourseRow, Standing};
use crate::ui::error::UiError;
use crate::ui::{dom, fetch};

/// The lessons that were fetched.
#[derive(Default)]
pub struct Course {
    /// By their names; `None` of one that is on its way.
    known: LiteMap<String, Option<Result<Rc<Lesson>, UiError>>>,
    /// What is done with a lesson once it has come.
    wanted: Option<(String, Wanted)>,
}

/// What is done with a lesson once it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It begins.
    Open,
    /// A link's session is opened in it.
    Link(String),
}

impl App {
    /// Shows the lessons of the course, and fetches those that are not here.
    pub(super) fn open_course(&mut self, ctx: &Context<Self>) {
        self.ui.overlay = Some(Overlay::Course);
        self.ui.error = None;
        for id in COURSE.iter().copied() {
            self.fetch_lesson(ctx, id);
        }
    }

    fn fetch_lesson(&mut self, ctx: &Context<Self>, id: &str) {
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
        let Some(id) = dom::parameter(PARAMETER) else { return false };
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
    pub(super) fn lesson_fetched(&mut self, id: String, text: Option<String>) {
        let lesson = match text {
            Some(text) => Lesson::parse(&text).map(Rc::new).map_err(|errors| UiError::Lab(errors.into())),
            None => Err(no_lesson(id.clone())),
        };
        self.course.known.insert(id, Some(lesson));
        self.open_wanted();
    }

    /// Opens what is wanted, if it is here.
    fn open_wanted(&mut self) {
        let Some((id, wanted)) = self.course.wanted.take() else { return };
        match self.course.known.get(&id).and_then(Clone::clone) {
            None => self.course.wanted = Some((id, wanted)),
            Some(Ok(lesson)) => match wanted {
                Wanted::Open => self.begin_lesson(lesson, self.site_in_view()),
                Wanted::Link(text) => self.open_in_lesson(&lesson, &text),
            },
            Some(Err(error)) => self.ui.error = Some((self.site_in_view(), error)),
        }
    }

    /// Opens a link's session in a lesson.
    fn open_in_lesson(&mut self, lesson: &Rc<Lesson>, text: &str) {
        let opened = Link::parse(text).map(Link::into_parts).and_then(|(session, view)| {
            let log = session.log(session.current())?;
            lesson.progress_of(log).map(|_| (session, view))
        });
        self.open_session(opened, Origin::Lesson(Rc::clone(lesson)), ErrorSite::Stage);
    }

    pub(super) fn course_dialog(&self) -> Html {
        let row = |id: &&'static str| {
            let known = self.course.known.get(*id).and_then(Option::as_ref);
            CourseRow {
                id,
                lesson: known.and_then(|known| known.as_ref().ok().cloned()),
                failed: known.is_some_and(Result::is_err),
                standing: self.standing(id),
            }
        };
        html! { <CourseDialog rows={COURSE.iter().map(row).collect::<Vec<_>>()} /> }
    }

    fn standing(&self, id: &str) -> Standing {
        match self.reading() {
            Some(reading) if reading.lesson.id == id => Standing::Begun,
            _ => Standing::New,
        }
    }
}

fn no_lesson(id: String) -> UiError {
    UiError::Page(|t| t.lesson_missing, vec![("name", id)])
}
