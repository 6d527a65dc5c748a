//! INFO and logs of real servers, in a dialog. What was pasted stays until the page is left, and never leaves it.

use std::rc::Rc;

use psyncscope_lab::examples::logged;
use psyncscope_lab::observed::{Kind, Observed};
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::app::App;
use crate::app::run::{LabRun, Origin};
use crate::app::state::Notice;
use crate::intent::{ErrorSite, Overlay, Tab};
use crate::model::colours::ColourMap;
use crate::observed::dialog::ObservedDialog;
use crate::observed::intent::ObservedIntent;
use crate::observed::state::ObservedState;
use crate::ui::error::UiError;

impl App {
    /// Opens the dialog with a text; with none, as it was left.
    pub(super) fn open_info(&mut self, text: Option<String>) {
        self.ui.overlay = Some(Overlay::Observed);
        self.ui.error = None;
        if let Some(text) = text {
            self.handle_observed(ObservedIntent::Text(text));
        }
    }

    pub(super) fn handle_observed(&mut self, intent: ObservedIntent) {
        match intent {
            ObservedIntent::Text(text) => {
                // As the field has it.
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                let empty = text.trim().is_empty();
                let read = (!empty).then(|| Observed::read(&text).map(Rc::new).map_err(UiError::Lab));
                let mut colours = ColourMap::default();
                if let Some(Ok(observed)) = &read {
                    colours.update(&observed.histories());
                }
                self.observed = ObservedState { text: text.into(), read, colours, ..ObservedState::default() };
                self.ui.error = None;
            }
            ObservedIntent::Ask(from, to) => self.observed.question = Some((from, to)),
            ObservedIntent::Select(place) => self.observed.selected = Some(place),
            ObservedIntent::ShowOne(kind) => self.show_logged(kind),
        }
    }

    /// Opens the prepared run that is about to write such a line, with the log in view.
    fn show_logged(&mut self, kind: &'static Kind) {
        if self.session.replay.is_some() {
            return;
        }
        let opened = logged::before(kind).and_then(|before| {
            let mut run = LabRun::open(before.log, Origin::Logged(kind))?;
            run.advance(before.at)?;
            Ok((run, before.at))
        });
        match opened {
            Ok((run, at)) => {
                self.open_run(run);
                self.playback.playing = false;
                self.ui.overlay = None;
                self.ui.log_all = true;
                self.show_tab(Tab::Log);
                self.ui.notice = Some(Notice::new(|t| t.info_about_to, SimTime(at.0)));
            }
            Err(error) => self.ui.error = Some((ErrorSite::Overlay, UiError::Lab(error))),
        }
    }

    /// The dialog.
    pub(super) fn observed_dialog(&self) -> Html {
        let ObservedState { text, read, colours, question, selected } = &self.observed;
        let (observed, refused) = match read {
            Some(Ok(observed)) => (Some(Rc::clone(observed)), None),
            Some(Err(error)) => (None, Some(error.clone())),
            None => (None, None),
        };
        html! {
            <ObservedDialog
                text={text.clone()}
                {observed}
                colours={colours.clone()}
                question={*question}
                selected={*selected}
                error={self.error_at(ErrorSite::Overlay).or(refused)}
            />
        }
    }
}
