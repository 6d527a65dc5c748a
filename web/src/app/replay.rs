//! Replaying an action log: at once if it is short, in steps over several ticks if it is long.

use std::rc::Rc;

use psyncscope_lab::link::View;
use psyncscope_lab::script::{Checked, Play, Unmet};
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{Action, Branches, Lab, LabError, Replay, TimedAction};

use crate::app::App;
use crate::app::branches::BranchRuns;
use crate::app::run::{LabRun, Origin};
use crate::intent::ErrorSite;
use crate::script::played::PlayedScript;
use crate::ui::dom::Slice;
use crate::ui::error::UiError;

/// Wall time that a replay may take before the page shows its progress.
const FIRST_SLICE_MS: f64 = 150.0;
/// Wall time that a replay may take of each tick after that.
const SLICE_MS: f64 = 12.0;
/// Instants replayed between two looks at the clock.
const INSTANTS: usize = 200;

/// A replay in progress.
pub struct PendingReplay {
    replay: Running,
    then: Then,
}

/// What is replayed.
pub enum Running {
    /// A log.
    Log(Box<Replay>),
    /// A branch of a script, whose expectations are checked on the way.
    Script(Box<Play>),
}

impl From<Replay> for Running {
    fn from(replay: Replay) -> Self {
        Self::Log(Box::new(replay))
    }
}

impl From<Play> for Running {
    fn from(play: Play) -> Self {
        Self::Script(Box::new(play))
    }
}

impl Running {
    fn now(&self) -> SimTime {
        match self {
            Self::Log(replay) => replay.now(),
            Self::Script(play) => play.now(),
        }
    }

    fn end(&self) -> SimTime {
        match self {
            Self::Log(replay) => replay.end(),
            Self::Script(play) => play.end(),
        }
    }

    fn advance(&mut self, instants: usize) -> Result<bool, LabError> {
        match self {
            Self::Log(replay) => replay.advance(instants),
            Self::Script(play) => play.advance(instants),
        }
    }

    /// The world at its end, and what a script expected that is not so.
    fn finish(self) -> Result<(Lab, Vec<Unmet>), LabError> {
        match self {
            Self::Log(replay) => replay.finish().map(|lab| (lab, Vec::new())),
            Self::Script(play) => play.finish().map(|Checked { lab, unmet, .. }| (lab, unmet)),
        }
    }
}

/// What happens when a replay is complete.
pub enum Then {
    /// It becomes the run on the page, with the branches of its session.
    Show(Box<OpenedSession>),
    /// It is the run of this branch, which goes on the page at this time.
    Switch(usize, SimTime),
    /// It is the run of this branch, which is compared with another.
    Keep(usize),
    /// It is the run of a script, which goes on the page.
    Script(Box<PlayedScript>),
    /// Actions are carried out in it, and if none is refused it becomes the run on the page.
    Act {
        /// The actions.
        actions: Vec<Action>,
        /// Where a refusal is shown.
        site: ErrorSite,
        /// What it carries out afterwards as time passes, played beside the branch that it left.
        script: Option<Vec<TimedAction>>,
    },
}

/// A session that was saved or shared.
pub struct OpenedSession {
    /// Its branches.
    pub session: Branches,
    /// What is shown of it.
    pub view: View,
    /// Where it came from.
    pub origin: Origin,
    /// Where a refusal is shown.
    pub site: ErrorSite,
}

impl PendingReplay {
    /// Whether it is the run of a script that goes on the page.
    #[must_use]
    pub const fn is_of_script(&self) -> bool {
        matches!(self.then, Then::Script(_))
    }

    /// How much is done, in percent.
    #[must_use]
    pub fn percent(&self) -> u64 {
        self.replay.now().0 * 100 / self.replay.end().0.max(1)
    }

    /// Replays until the end or until `ms` of wall time have passed. Returns whether it is complete.
    fn advance(&mut self, ms: f64) -> Result<bool, LabError> {
        let slice = Slice::of(ms);
        while slice.is_left() {
            if self.replay.advance(INSTANTS)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl App {
    /// Starts a replay, and completes it if it is short.
    pub(super) fn start_replay(&mut self, replay: impl Into<Running>, then: Then) {
        self.advance_replay(PendingReplay { replay: replay.into(), then }, FIRST_SLICE_MS);
    }

    /// Starts to replay a branch of the session on the page.
    pub(super) fn replay_branch(&mut self, branch: usize, then: Then) {
        let running = match self.session.branches.as_scripted(branch) {
            Some(script) => Play::new(&script, branch).map(Running::from),
            None => self.session.branches.tree().log(branch).and_then(Replay::new).map(Running::from),
        };
        match running {
            Ok(running) => self.start_replay(running, then),
            Err(error) => self.replay_failed(then, error),
        }
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
            Err(error) => self.replay_failed(pending.then, error),
        }
    }

    fn replay_failed(&mut self, then: Then, error: LabError) {
        let site = match then {
            Then::Script(played) => return self.script_refused(*played, error),
            Then::Show(opened) => opened.site,
            Then::Switch(..) => self.site_in_view(),
            Then::Keep(_) => {
                self.session.branches.compared = None;
                self.site_in_view()
            }
            Then::Act { site, .. } => site,
        };
        self.ui.error = Some((site, UiError::Lab(error)));
    }

    fn finish_replay(&mut self, PendingReplay { replay, then }: PendingReplay) {
        let (lab, unmet) = match replay.finish() {
            Ok(finished) => finished,
            Err(error) => return self.replay_failed(then, error),
        };
        let branch_run = |lab| {
            let left = self.session.run.borrow();
            let mut run = LabRun::branch_of(&left, lab);
            // A branch of a lesson's world is one, too.
            let _ = run.enter_lesson(left.in_lesson().map(|here| &here.lesson));
            run
        };
        match then {
            Then::Show(opened) => {
                let OpenedSession { session, view, origin, .. } = *opened;
                let runs = BranchRuns::of_tree(session, self.ui.lang);
                let lesson = match &origin {
                    Origin::Lesson(lesson) => Some(Rc::clone(lesson)),
                    _ => None,
                };
                let mut run = LabRun::replayed(lab, origin);
                // That it is the lesson's world was checked before it was replayed.
                let _ = run.enter_lesson(lesson.as_ref());
                self.replace_session(run, runs);
                self.ui.overlay = None;
                self.playback.playing = false;
                if let Some(lesson) = lesson {
                    self.resume_lesson(lesson);
                }
                self.show_view(view);
            }
            Then::Switch(branch, at) => {
                self.session.branches.note_played(branch, unmet);
                self.switched(branch_run(lab), branch, at);
            }
            Then::Script(played) => self.script_played(*played, lab, unmet),
            Then::Keep(branch) => self.kept_for_comparison(branch_run(lab), branch),
            Then::Act { actions, site, script } => {
                let mut run = LabRun::leaving(&self.session.run.borrow(), lab);
                run.continue_lesson(&self.session.run.borrow());
                let at = run.now();
                let left = self.session.branches.tree().current();
                // A refused action starts no branch: the time shown stays part of the old run.
                let outcome = run.act_all(actions).and_then(|()| self.branched(run, at));
                if let (Ok(()), Some(script)) = (&outcome, script) {
                    self.play_beside(left, script);
                }
                if outcome.is_ok() {
                    self.acted_in_lesson();
                }
                self.acted(outcome, site);
            }
        }
    }
}
