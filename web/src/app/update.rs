//! A new version of the page: said while it waits (`web/offline/page.js`), and loaded when the reader asks for it. The
//! session goes along as a link does, kept for the page that is loaded next.

use gloo::events::EventListener;
use yew::Context;
use yew::html::Scope;

use crate::app::{App, Msg};
use crate::intent::ErrorSite;
use crate::lesson::address::LESSON;
use crate::lesson::library::Wanted;
use crate::topbar::update::Update;
use crate::ui::dom;
use crate::ui::error::UiError;

/// The attribute of `<html>` that says what there is to say, and the event when it is another.
const STATE: &str = "data-update";
const CHANGED: &str = "psyncscope-update";
/// The event that asks for the new version.
const REPLACE: &str = "psyncscope-replace";
/// Where the session is kept meanwhile.
const SESSION: &str = "psyncscope.session";

/// What there is to say now.
#[must_use]
pub fn state() -> Option<Update> {
    match dom::root_attribute(STATE)?.as_str() {
        "ready" => Some(Update::Ready),
        "elsewhere" => Some(Update::Elsewhere),
        _ => None,
    }
}

/// Tells the app when there is something else to say.
pub fn listen(link: &Scope<App>) -> Option<EventListener> {
    let link = link.clone();
    Some(EventListener::new(&dom::window()?.into(), CHANGED, move |_| link.send_message(Msg::UpdateChanged)))
}

impl App {
    pub(super) fn update_changed(&mut self) {
        self.ui.update = state();
        if self.ui.update == Some(Update::Elsewhere) {
            // This page stays: the session is not for one that comes next.
            let _ = dom::take_kept(SESSION);
        }
    }

    /// Asks for the new version, with the session kept for it.
    pub(super) fn load_update(&mut self) {
        self.ui.error = None;
        // A link has neither.
        let more = !self.session.others.is_empty() || self.session.branches.script.is_some();
        if more && self.ui.update == Some(Update::Ready) {
            self.ui.update = Some(Update::Loses);
            return;
        }
        match self.link_text() {
            Ok(link) if dom::keep_for_reload(SESSION, &link) => dom::send_event(REPLACE),
            Ok(_) => self.ui.error = Some((ErrorSite::Stage, UiError::Page(|t| t.update_not_kept, Vec::new()))),
            Err(error) => self.ui.error = Some((ErrorSite::Stage, UiError::Lab(error))),
        }
    }

    /// Opens the session that the version before this one has kept. Returns whether there is one.
    pub(super) fn open_kept(&mut self, ctx: &Context<Self>) -> bool {
        let kept = if self.embedding.is_none() { dom::take_kept(SESSION) } else { None };
        if let Some(link) = &kept {
            match dom::parameter(LESSON) {
                Some(lesson) => self.want_lesson(ctx, lesson, Wanted::Link(link.clone())),
                None => self.load_link(link, ErrorSite::Stage),
            }
        }
        kept.is_some()
    }
}
