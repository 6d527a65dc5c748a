//! Replaying an action log: at once if it is short, in steps over several ticks if it is long.

use psyncscope_lab::{Action, Branches, LabError, Replay};

use crate::app::App;
use crate::app::branches::BranchRuns;
use crate::app::run::{LabRun, Origin};
use crate::intent::ErrorSite;
use crate::ui::dom;
use crate::ui::error::UiError;

/// Wall time that a replay may take before the page shows its progress.
const FIRST_SLICE_MS: f64 = 150.0;
/// Wall time that a replay may take of each tick after that.
const SLICE_MS: f64 = 12.0;
/// Instants replayed between two looks at the clock.
const INSTANTS: usize = 200;

/// A replay in progress.
pub struct PendingReplay {
    replay: Replay,
    then: Then,
}

/// What happens when the replay is complete.
enum Then {
    /// It becomes the run on the page, with the branches of its session.
    Show(Box<Branches>, Origin),
    /// It is the run of this branch, which goes on the page.
    Switch(usize, Origin),
    /// It is the run of this branch, which is compared with another.
    Keep(usize, Origin),
    /// These actions are carried out in it, and if none is refused it becomes the run on the page.
    Act(Vec<Action>, ErrorSite, Origin),
}

impl PendingReplay {
    /// A replay of the current branch of a session, which goes on the page.
    #[must_use]
    pub fn show(replay: Replay, session: Branches, origin: Origin) -> Self {
        Self { replay, then: Then::Show(Box::new(session), origin) }
    }

    /// A replay of a branch of the session on the page.
    #[must_use]
    pub const fn switch(replay: Replay, branch: usize, origin: Origin) -> Self {
        Self { replay, then: Then::Switch(branch, origin) }
    }

    /// A replay of a branch that is compared with another.
    #[must_use]
    pub const fn keep(replay: Replay, branch: usize, origin: Origin) -> Self {
        Self { replay, then: Then::Keep(branch, origin) }
    }

    /// A replay that becomes the run on the page after these actions. A refusal is shown at `site`.
    #[must_use]
    pub const fn act(replay: Replay, actions: Vec<Action>, site: ErrorSite, origin: Origin) -> Self {
        Self { replay, then: Then::Act(actions, site, origin) }
    }

    /// How much is done, in percent.
    #[must_use]
    pub fn percent(&self) -> u64 {
        self.replay.now().0 * 100 / self.replay.end().0.max(1)
    }

    /// Replays until the end or until `ms` of wall time have passed. Returns whether it is complete.
    fn advance(&mut self, ms: f64) -> Result<bool, LabError> {
        let started = dom::wall_ms();
        while dom::wall_ms() - started < ms {
            if self.replay.advance(INSTANTS)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    const fn site(&self) -> ErrorSite {
        match &self.then {
            Then::Show(..) => ErrorSite::Overlay,
            Then::Switch(..) | Then::Keep(..) => ErrorSite::Stage,
            Then::Act(_, site, _) => *site,
        }
    }
}

impl App {
    /// Starts a replay, and completes it if it is short.
    pub(super) fn start_replay(&mut self, pending: PendingReplay) {
        self.advance_replay(pending, FIRST_SLICE_MS);
    }

    /// Goes on with the pending replay for one tick. Returns whether it came to its end.
    pub(super) fn continue_replay(&mut self) -> bool {
        match self.session.replay.take() {
            Some(pending) => {
                self.advance_replay(pending, SLICE_MS);
                self.session.replay.is_none()
            }
            None => false,
        }
    }

    fn advance_replay(&mut self, mut pending: PendingReplay, ms: f64) {
        match pending.advance(ms) {
            Ok(true) => self.finish_replay(pending),
            Ok(false) => self.session.replay = Some(pending),
            Err(error) => self.ui.error = Some((pending.site(), UiError::Lab(error))),
        }
    }

    fn finish_replay(&mut self, pending: PendingReplay) {
        let site = pending.site();
        let lab = match pending.replay.finish() {
            Ok(lab) => lab,
            Err(error) => {
                self.ui.error = Some((site, UiError::Lab(error)));
                return;
            }
        };
        match pending.then {
            Then::Show(session, origin) => {
                let runs = BranchRuns::of_tree(*session, self.ui.lang);
                self.replace_session(LabRun::replayed(lab, origin), runs);
                self.ui.overlay = None;
                self.playback.playing = false;
            }
            Then::Switch(branch, origin) => {
                let mut run = LabRun::replayed(lab, origin);
                run.keep_histories_of(&self.session.run.borrow());
                self.switched(run, branch);
            }
            Then::Keep(branch, origin) => self.kept_for_comparison(LabRun::replayed(lab, origin), branch),
            Then::Act(actions, site, origin) => {
                let mut run = LabRun::replayed(lab, origin);
                run.keep_histories_of(&self.session.run.borrow());
                let at = run.now();
                // A refused action starts no branch: the time shown stays part of the old run.
                let outcome = run.act_all(actions).and_then(|()| self.branched(run, at));
                self.go_on_after_change(outcome.is_ok());
                self.acted(outcome, site);
            }
        }
    }
}
