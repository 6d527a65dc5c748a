//! Links to an instant: made from what is shown and copied, and opened from the page's address.

use gloo::events::EventListener;
use psyncscope_lab::link::{Panel, View};
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{LabError, Link, limits, topology};
use yew::html::Scope;
use yew::prelude::*;

use crate::app::run::Origin;
use crate::app::state::Notice;
use crate::app::{App, Msg, choices};
use crate::intent::{ErrorSite, Overlay, Tab};
use crate::ui::clipboard;
use crate::ui::dom;
use crate::ui::error::UiError;

/// A link that was made.
#[derive(Clone, Debug, PartialEq)]
pub enum Shared {
    /// The page's address with it, which the browser did not let the page copy.
    Address(AttrValue),
    /// It is too long for an address.
    TooLong,
}

/// Tells the app when the part of the page's address behind its `#` changes.
pub fn listen(link: &Scope<App>) -> Option<EventListener> {
    let link = link.clone();
    Some(EventListener::new(&dom::window()?.into(), "hashchange", move |_| link.send_message(Msg::AddressChanged)))
}

impl App {
    /// Makes a link to what is shown, and copies the page's address with it.
    pub(super) fn share(&mut self, ctx: &Context<Self>) {
        self.ui.error = None;
        let at = self.playback.at;
        let text = match self.link_text() {
            Ok(text) => text,
            Err(error) => {
                self.ui.error = Some((ErrorSite::Stage, UiError::Lab(error)));
                return;
            }
        };
        if text.len() > limits::LINK_CHARS_MAX {
            self.ui.overlay = Some(Overlay::Share);
            self.ui.shared = Some(Shared::TooLong);
            return;
        }
        let address = dom::address_with(&text);
        ctx.link().send_future(async move {
            let copied = clipboard::write(&address).await;
            Msg::Copied(at, (!copied).then(|| address.into()))
        });
    }

    /// A link to what is shown.
    pub(super) fn link_text(&mut self) -> Result<String, LabError> {
        self.session.branches.record(self.session.run.borrow().lab(), self.ui.lang);
        let at = self.playback.at;
        let node = self.ui.selected.and_then(|id| topology::host(&self.playback.frame, id));
        let view = View {
            at: (!self.is_live()).then_some(at),
            node: node.map(|host| host.name.to_string()),
            panel: Some(panel(self.shown_tab())),
            lang: Some(self.ui.lang),
        };
        Link::new(self.session.branches.tree().clone(), view).map(|link| link.to_text())
    }

    /// Says that a link was copied, or shows it if it was not.
    pub(super) fn copied(&mut self, at: SimTime, refused: Option<AttrValue>) {
        match refused {
            None => self.ui.notice = Some(Notice::new(|t| t.shared, at)),
            Some(address) => {
                self.ui.overlay = Some(Overlay::Share);
                self.ui.shared = Some(Shared::Address(address));
            }
        }
    }

    /// Opens the lesson and the link that the page's address has, also while something else is being replayed. An address
    /// without either changes nothing.
    pub(super) fn open_address(&mut self, ctx: &Context<Self>) {
        if self.want_address_lesson(ctx) {
            return;
        }
        let Some(text) = dom::address_fragment() else { return };
        // A refusal is shown on the stage.
        self.ui.overlay = None;
        self.load_link(&text, ErrorSite::Stage);
    }

    /// Replays the session of a link, to be shown as it says.
    pub(super) fn load_link(&mut self, text: &str, site: ErrorSite) {
        let opened = Link::parse(text).map(Link::into_parts);
        self.open_session(opened, Origin::Link, site);
    }

    /// Shows what a link shows of the session that is on the page now.
    pub(super) fn show_view(&mut self, View { at, node, panel, lang }: View) {
        if let Some(lang) = lang {
            // The reader's own choice is remembered: it is not the link's to make.
            self.ui.lang = lang;
            choices::show_language(lang);
            self.session.branches.list(lang);
        }
        if let Some(at) = at {
            self.show(at);
        }
        let host = node.and_then(|node| self.session.run.borrow().lab().host_ever(&node));
        if let Some(id) = host.filter(|id| topology::host(&self.playback.frame, *id).is_some()) {
            self.select(id);
        }
        if let Some(panel) = panel {
            self.show_tab(tab(panel));
        }
    }
}

pub(super) const fn panel(tab: Tab) -> Panel {
    match tab {
        Tab::Backlog => Panel::Backlog,
        Tab::Handshake => Panel::Handshake,
        Tab::Info => Panel::Info,
        Tab::Log => Panel::Log,
        Tab::Why => Panel::Why,
        Tab::Steps => Panel::Steps,
        Tab::Ruler => Panel::Ruler,
        Tab::Console => Panel::Console,
        Tab::Diagram => Panel::Diagram,
        Tab::Script => Panel::Script,
    }
}

pub(super) const fn tab(panel: Panel) -> Tab {
    match panel {
        Panel::Backlog => Tab::Backlog,
        Panel::Handshake => Tab::Handshake,
        Panel::Info => Tab::Info,
        Panel::Log => Tab::Log,
        Panel::Why => Tab::Why,
        Panel::Steps => Tab::Steps,
        Panel::Ruler => Tab::Ruler,
        Panel::Console => Tab::Console,
        Panel::Diagram => Tab::Diagram,
        Panel::Script => Tab::Script,
    }
}
