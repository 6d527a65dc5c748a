//! Two branches side by side.

use std::rc::Rc;

use psyncscope_lab::Lab;
use psyncscope_lab::compare::{Comparison, compare_with_totals};

use crate::app::App;
use crate::app::replay::Then;
use crate::app::run::LabRun;

impl App {
    /// Shows these two branches side by side, or none. What is not in memory is made again first.
    pub(super) fn compare_branches(&mut self, pair: Option<[usize; 2]>) {
        if pair.is_some() && self.session.replay.is_some() {
            return;
        }
        self.ui.error = None;
        self.session.branches.compared = pair;
        let Some(pair) = pair else { return };
        let missing = pair.into_iter().find(|&branch| !self.session.branches.has(branch));
        let Some(branch) = missing else {
            self.ui.overlay = None;
            return;
        };
        self.replay_branch(branch, Then::Keep(branch));
    }

    /// A branch's run was made again for a comparison.
    pub(super) fn kept_for_comparison(&mut self, mut run: LabRun, branch: usize) {
        run.read();
        self.session.branches.keep(branch, run);
        self.compare_branches(self.session.branches.compared);
    }

    /// The comparison at the time shown, and what is compared.
    pub(super) fn comparison(&self) -> Option<([usize; 2], Rc<Comparison>)> {
        let branches = &self.session.branches;
        let pair = branches.compared?;
        let here = self.session.run.borrow();
        let run = |branch: usize| if branch == branches.tree().current() { Some(&*here) } else { branches.run(branch) };
        let runs = [run(pair[0])?, run(pair[1])?];
        Some((pair, Rc::new(compare_with_totals(runs.map(|run| (run.lab(), run.index().totals())), self.playback.at))))
    }

    /// How many frames of each branch that is compared lie before the time shown: while that is the same, so is the
    /// comparison.
    pub(super) fn frames_compared(&self) -> Option<[usize; 2]> {
        let branches = &self.session.branches;
        let frames = |branch: usize| {
            let until = |lab: &Lab| lab.world().frames().until(self.playback.at);
            let here = || until(self.session.run.borrow().lab());
            branches.run(branch).map_or_else(here, |run| until(run.lab()))
        };
        branches.compared.map(|pair| pair.map(frames))
    }
}
