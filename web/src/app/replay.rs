//! Replaying an action log: at once if it is short, in steps over several ticks if it is long.

use psyncscope_lab::{Action, LabError, Replay};

use crate::app::App;
use crate::app::run::{LabRun, Origin};
use crate::app::state::Notice;
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
    /// It becomes the run on the page.
    Show(Origin),
    /// These actions are carried out in it, and if none is refused it becomes the run on the page.
    Act(Vec<Action>, ErrorSite, Origin),
}

impl PendingReplay {
    /// A replay that becomes the run on the page.
    #[must_use]
    pub const fn show(replay: Replay, origin: Origin) -> Self {
        Self { replay, then: Then::Show(origin) }
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
            Then::Show(_) => ErrorSite::Overlay,
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
            Then::Show(origin) => {
                self.replace_run(LabRun::replayed(lab, origin));
                self.ui.overlay = None;
                self.playback.playing = false;
            }
            Then::Act(actions, site, origin) => {
                let mut run = LabRun::replayed(lab, origin);
                run.keep_histories_of(&self.session.run.borrow());
                let outcome = run.act_all(actions);
                // A refused action starts no branch: the time shown stays part of the old run.
                if outcome.is_ok() {
                    let at = run.now();
                    self.replace_run(run);
                    self.ui.notice = Some(Notice { wording: |t| t.forked, at, since_ms: dom::wall_ms() });
                }
                self.go_on_after_change(outcome.is_ok());
                self.acted(outcome, site);
            }
        }
    }
}
