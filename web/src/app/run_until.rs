//! Running until something happens.

use psyncscope_lab::Until;
use psyncscope_lab::run_until::RUN_HORIZON_US;
use psyncscope_lab::sim::frame::SimTime;

use crate::app::App;
use crate::app::state::Notice;
use crate::i18n::{Messages, fill, messages};
use crate::intent::ErrorSite;
use crate::ui::error::UiError;

/// How much virtual time may pass until something happens that is told.
const QUIET_MAX_US: u64 = 10 * RUN_HORIZON_US;

impl App {
    /// Goes to the next time at which that happens: through the recorded past, and then the world runs, for a minute of
    /// virtual time at most.
    pub(super) fn run_until(&mut self, until: &Until) {
        self.ui.error = None;
        self.playback.playing = false;
        let (from, now) = (self.playback.at, self.session.run.borrow().now());
        let to = SimTime(now.0 + RUN_HORIZON_US);
        let found = self.session.run.borrow_mut().run_until_next(from, until, to);
        let what = words(until, messages(self.ui.lang));
        match found {
            Ok(Some(reached)) => {
                self.ui.overlay = None;
                self.show(reached.at);
                self.ui.notice = Some(Notice::new(|t| t.until_reached, self.playback.at).saying(what));
            }
            Ok(None) => {
                self.ui.overlay = None;
                self.go_live();
                self.ui.notice = Some(Notice::new(|t| t.until_nothing, self.playback.at).saying(what));
            }
            Err(error) => self.ui.error = Some((ErrorSite::Overlay, UiError::Lab(error))),
        }
    }
}

impl App {
    /// Goes to the next event that the caption tells: through the recorded past, and then the world runs. Time passes or
    /// stands still as before.
    pub(super) fn skip_quiet(&mut self) {
        self.ui.error = None;
        let (from, now) = (self.playback.at, self.session.run.borrow().now());
        let told = self.session.run.borrow_mut().next_told(from, SimTime(now.0 + QUIET_MAX_US));
        match told {
            Some(at) => self.show(at),
            None => {
                self.go_live();
                self.ui.notice = Some(Notice::new(|t| t.skip_nothing, self.playback.at));
            }
        }
    }
}

/// What is waited for, in words.
fn words(until: &Until, t: &Messages) -> String {
    match until {
        Until::Verdict => t.until_verdict.to_owned(),
        Until::Broken => t.until_broken.to_owned(),
        Until::ReplState { node, state } => fill(t.until_comes_to, &[("node", node), ("state", state.name())]),
        Until::ReplicaState { node, state } => fill(t.until_comes_to, &[("node", node), ("state", state.name())]),
        Until::Offset { node, offset } => fill(t.until_has_byte, &[("node", node), ("n", &offset.to_string())]),
        Until::Function { function, node: Some(node) } => {
            fill(t.until_enters_on, &[("function", function.name()), ("node", node)])
        }
        Until::Function { function, node: None } => fill(t.until_enters, &[("function", function.name())]),
    }
}
