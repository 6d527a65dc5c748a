//! Two branches side by side.

use std::rc::Rc;

use psyncscope_lab::Replay;
use psyncscope_lab::compare::{Comparison, compare};

use crate::app::App;
use crate::app::replay::PendingReplay;
use crate::app::run::LabRun;
use crate::intent::ErrorSite;
use crate::ui::error::UiError;

impl App {
    /// Shows these two branches side by side, or none. What is not in memory is made again first.
    pub(super) fn compare_branches(&mut self, pair: Option<[usize; 2]>) {
        self.ui.error = None;
        self.session.branches.compared = pair;
        let Some(pair) = pair else { return };
        let missing = pair.into_iter().find(|&branch| !self.session.branches.has(branch));
        let Some(branch) = missing else {
            self.ui.overlay = None;
            return;
        };
        let origin = self.session.run.borrow().origin.clone();
        match self.session.branches.tree().log(branch).and_then(Replay::new) {
            Ok(replay) => self.start_replay(PendingReplay::keep(replay, branch, origin)),
            Err(error) => {
                self.session.branches.compared = None;
                self.ui.error = Some((ErrorSite::Overlay, UiError::Lab(error)));
            }
        }
    }

    /// A branch's run was made again for a comparison.
    pub(super) fn kept_for_comparison(&mut self, run: LabRun, branch: usize) {
        self.session.branches.keep(branch, run);
        self.compare_branches(self.session.branches.compared);
    }

    /// The comparison at the time shown, and what is compared.
    pub(super) fn comparison(&self) -> Option<([usize; 2], Rc<Comparison>)> {
        let branches = &self.session.branches;
        let pair = branches.compared?;
        let here = self.session.run.borrow();
        let lab = |branch: usize| {
            if branch == branches.tree().current() { Some(here.lab()) } else { branches.run(branch).map(LabRun::lab) }
        };
        let labs = [lab(pair[0])?, lab(pair[1])?];
        Some((pair, Rc::new(compare(labs, self.playback.at))))
    }
}
