//! The branches of the session on the page, their runs, and the sessions that were left for another.

use std::rc::Rc;

use psyncscope_lab::branches::{FirstDifference, action_text};
use psyncscope_lab::script::Unmet;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{Branches, Lab, LabError, Lang, Replay, Script, TimedAction, format};

use crate::app::App;
use crate::app::prepare::Preparing;
use crate::app::replay::Then;
use crate::app::run::{LabRun, Origin};
use crate::app::state::Notice;
use crate::intent::ErrorSite;
use crate::lesson::reading::Reading;
use crate::model::branch_lanes::{BranchLane, lanes};
use crate::script::document::Document;
use crate::ui::error::UiError;

/// Runs that are kept in memory beside the one on the page. The others are made again when somebody goes there.
const RUNS_KEPT: usize = 6;

/// The branches, and the runs of those that were on the page.
pub struct BranchRuns {
    tree: Branches,
    /// Branches and their runs, the one that was left last at the end.
    kept: Vec<(usize, LabRun)>,
    /// What the page shows of the branches.
    rows: Rc<[BranchRow]>,
    /// The two branches that are shown side by side.
    pub compared: Option<[usize; 2]>,
    /// The session as a script, once its reader has looked at it.
    pub script: Option<Rc<Document>>,
    /// Whether the session was made of the script's text, and not the text of it.
    pub script_is_session: bool,
    /// What the session had when it was last put into the script's text: its branches, and what was or will be done in the
    /// current one.
    pub script_follows: Option<(usize, usize, usize)>,
    /// The lesson that is read in it, if one is.
    pub reading: Option<Reading>,
}

/// A session that was left for another: its branches and the run that was on the page.
pub struct OtherSession {
    runs: BranchRuns,
    run: LabRun,
    left_at: SimTime,
}

/// What the page shows of a branch.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchRow {
    /// Its index in the session.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Whether it is on the page.
    pub current: bool,
    /// Its place among the branches drawn one below another.
    pub lane: BranchLane,
    /// The name of the branch that it leaves.
    pub parent: Option<String>,
    /// What was done in it first.
    pub first: Option<DoneAt>,
    /// What was done in its parent instead.
    pub instead: Option<DoneAt>,
    /// How many things were done in it.
    pub actions: usize,
}

/// An action in a few words, and when it was done.
#[derive(Clone, Debug, PartialEq)]
pub struct DoneAt {
    /// `cut a-b`.
    pub what: String,
    /// When.
    pub at: SimTime,
}

/// What the page says about a session that was left.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRow {
    /// Where it came from.
    pub origin: Origin,
    /// Its seed.
    pub seed: u64,
    /// How many branches it has.
    pub branches: usize,
    /// The time that was shown when it was left.
    pub left_at: SimTime,
}

impl BranchRuns {
    /// A session of this run alone.
    #[must_use]
    pub fn of(lab: &Lab, lang: Lang) -> Self {
        Self::of_tree(Branches::of(lab.action_log()), lang)
    }

    /// A session that was loaded.
    #[must_use]
    pub fn of_tree(tree: Branches, lang: Lang) -> Self {
        let mut runs = Self {
            tree,
            kept: Vec::new(),
            rows: Rc::from([]),
            compared: None,
            script: None,
            script_is_session: false,
            script_follows: None,
            reading: None,
        };
        runs.list(lang);
        runs
    }

    /// What there is to show of the branches, in the order in which they are drawn.
    #[must_use]
    pub fn rows(&self) -> &Rc<[BranchRow]> {
        &self.rows
    }

    /// The name of the branch on the page.
    #[must_use]
    pub fn name(&self) -> &str {
        self.tree.list().get(self.tree.current()).map_or("", |branch| branch.name.as_str())
    }

    /// Notes what was done in the run on the page, and how far it ran.
    pub fn record(&mut self, lab: &Lab, lang: Lang) {
        self.tree.record(lab);
        self.list(lang);
    }

    /// Makes the rows again.
    pub fn list(&mut self, lang: Lang) {
        let tree = &self.tree;
        let done = |timed: &TimedAction| DoneAt { what: action_text(&timed.action, lang), at: SimTime(timed.at_us) };
        let row = |lane: BranchLane| {
            let index = lane.index;
            let branch = &tree.list()[index];
            let difference = tree.first_difference(index);
            BranchRow {
                index,
                name: branch.name.clone(),
                current: index == tree.current(),
                parent: branch.leaves.map(|from| tree.list()[from.branch].name.clone()),
                first: difference.map(|FirstDifference { action, .. }| done(action)),
                instead: difference.and_then(|difference| difference.instead).map(done),
                actions: branch.actions.len(),
                lane,
            }
        };
        self.rows = lanes(tree.list()).into_iter().map(row).collect();
    }

    /// Keeps a run that leaves the page. Of many, the one that was left first is made again when somebody goes there.
    pub fn keep(&mut self, branch: usize, run: LabRun) {
        self.kept.push((branch, run));
        // The remaining actions of a script are nowhere else.
        let is_needed = |branch: usize| self.compared.is_some_and(|pair| pair.contains(&branch));
        let may_go = |(branch, run): &(usize, LabRun)| !run.has_script() && !is_needed(*branch);
        if self.kept.len() > RUNS_KEPT
            && let Some(first) = self.kept.iter().position(may_go)
        {
            self.kept.remove(first);
        }
    }

    /// The branches.
    #[must_use]
    pub const fn tree(&self) -> &Branches {
        &self.tree
    }

    /// The script whose text says just what is in this branch.
    #[must_use]
    pub fn as_scripted(&self, branch: usize) -> Option<Rc<Script>> {
        let script = &self.script.as_ref()?.script;
        let same = script.session().config() == self.tree.config()
            && script.session().list().get(..=branch) == self.tree.list().get(..=branch);
        same.then(|| Rc::clone(script))
    }

    /// Notes what a script expects of a branch and what is not so.
    pub fn note_played(&mut self, branch: usize, unmet: Vec<Unmet>) {
        if self.as_scripted(branch).is_some()
            && let Some(document) = &mut self.script
        {
            Rc::make_mut(document).note(branch, unmet);
        }
    }

    /// The branches with what will still be done in them as time passes; `run` is the one on the page.
    #[must_use]
    pub fn planned(&self, run: &LabRun) -> Branches {
        let mut planned = self.tree.clone();
        let runs = self.kept.iter().map(|(branch, run)| (*branch, run)).chain([(self.tree.current(), run)]);
        for (branch, run) in runs {
            planned.plan(branch, run.remaining_script().cloned());
        }
        planned
    }

    /// The run of a branch that is not on the page, if it is in memory.
    #[must_use]
    pub fn run(&self, branch: usize) -> Option<&LabRun> {
        self.kept.iter().find(|(kept, _)| *kept == branch).map(|(_, run)| run)
    }

    /// Whether the run of a branch is on the page or in memory.
    #[must_use]
    pub fn has(&self, branch: usize) -> bool {
        branch == self.tree.current() || self.run(branch).is_some()
    }

    fn take(&mut self, branch: usize) -> Option<LabRun> {
        let place = self.kept.iter().position(|(kept, _)| *kept == branch)?;
        Some(self.kept.remove(place).1)
    }
}

impl App {
    /// A branch that leaves the run on the page at the time shown, as far as it is made; an error if the past shown may not
    /// be acted in.
    pub(super) fn begin_branch(&mut self) -> Result<Replay, LabError> {
        self.session.branches.record(self.session.run.borrow().lab(), self.ui.lang);
        self.session.branches.tree.may_leave(self.playback.at)?;
        if let Some(prepared) = self.take_prepared() {
            return Ok(prepared);
        }
        self.session.run.borrow().lab().branch_at(self.playback.at)
    }

    /// A run that left the one on the page at `at`, and in which something was done since, takes its place.
    pub(super) fn branched(&mut self, run: LabRun, at: SimTime) -> Result<(), LabError> {
        let branches = &mut self.session.branches;
        let left = branches.tree.current();
        branches.tree.leave(at, run.lab(), self.ui.lang)?;
        let old = self.put_on_page(run);
        self.session.branches.keep(left, old);
        self.session.branches.list(self.ui.lang);
        let name = self.session.branches.name().to_owned();
        self.ui.notice = Some(Notice::new(|t| t.forked, at).saying(name));
        Ok(())
    }

    /// Goes to another branch, at the time shown if it reaches it.
    pub(super) fn switch_branch(&mut self, branch: usize) {
        if branch == self.session.branches.tree.current() {
            self.ui.overlay = None;
            self.ui.error = None;
            return;
        }
        self.switch_branch_at(branch, self.playback.at);
    }

    /// Shows a moment of a branch.
    pub(super) fn switch_branch_at(&mut self, branch: usize, at: SimTime) {
        if self.session.replay.is_some() {
            return;
        }
        self.ui.overlay = None;
        self.ui.error = None;
        self.playback.playing = false;
        if branch == self.session.branches.tree.current() {
            self.show(at);
            return;
        }
        if let Some(run) = self.session.branches.take(branch) {
            self.switched(run, branch, at);
            return;
        }
        self.replay_branch(branch, Then::Switch(branch, at));
    }

    /// The run of a branch takes the place of the one on the page, at the time `at`.
    pub(super) fn switched(&mut self, run: LabRun, branch: usize, at: SimTime) {
        let left = self.session.branches.tree.current();
        self.session.branches.tree.record(self.session.run.borrow().lab());
        if let Err(error) = self.session.branches.tree.switch_to(branch) {
            self.ui.error = Some((ErrorSite::Stage, UiError::Lab(error)));
            return;
        }
        let old = self.put_on_page(run);
        self.session.branches.keep(left, old);
        self.session.branches.list(self.ui.lang);
        self.show(at);
        let name = self.session.branches.name().to_owned();
        self.ui.notice = Some(Notice::new(|t| t.switched, self.playback.at).saying(name));
    }

    pub(super) fn rename_branch(&mut self, branch: usize, name: &str) {
        self.ui.error = None;
        match self.session.branches.tree.rename(branch, name) {
            Ok(()) => {
                self.session.branches.script_follows = None;
                self.session.branches.list(self.ui.lang);
            }
            Err(error) => self.ui.error = Some((ErrorSite::Overlay, UiError::Lab(error))),
        }
    }

    /// Another session takes the place of the one on the page, which is kept.
    pub(super) fn replace_session(&mut self, run: LabRun, runs: BranchRuns) {
        self.landed();
        let left_at = self.playback.at;
        self.session.branches.record(self.session.run.borrow().lab(), self.ui.lang);
        let old_runs = std::mem::replace(&mut self.session.branches, runs);
        // A replay that was begun belongs to the session that is left, and what waits for it.
        self.session.replay = None;
        self.session.waiting.clear();
        let old = self.put_on_page(run);
        self.session.others.push(OtherSession { runs: old_runs, run: old, left_at });
        self.drawing.world += 1;
    }

    /// Returns to a session that was left, at the time at which it was left.
    pub(super) fn return_to(&mut self, nth: usize) {
        if nth >= self.session.others.len() || self.session.replay.is_some() {
            return;
        }
        let OtherSession { mut runs, run, left_at } = self.session.others.remove(nth);
        runs.list(self.ui.lang);
        self.replace_session(run, runs);
        self.playback.playing = false;
        self.ui.overlay = None;
        self.show(left_at);
        self.ui.notice = Some(Notice::new(|t| t.returned, left_at));
    }

    /// What there is to say about the sessions that were left.
    pub(super) fn session_rows(&self) -> Vec<SessionRow> {
        let row = |other: &OtherSession| SessionRow {
            origin: other.run.origin.clone(),
            seed: other.run.lab().config().seed,
            branches: other.runs.tree.list().len(),
            left_at: other.left_at,
        };
        self.session.others.iter().map(row).collect()
    }

    /// Puts a run on the page, at its present, and gives the one that was there.
    pub(super) fn put_on_page(&mut self, run: LabRun) -> LabRun {
        let now = run.now();
        let old = self.session.run.replace(run);
        self.ui.connecting = None;
        self.ui.error = None;
        self.ui.lit = None;
        self.why.forget_run();
        self.session.preparing = Preparing::default();
        self.show(now);
        old
    }
}

impl DoneAt {
    /// The action and its time, for a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} ({})", self.what, format::clock(self.at))
    }
}
