//! Why things are as they are: the search for the change that turns a decision, the branch that makes it, and the
//! question that is looked at in the matrix.

use std::rc::Rc;

use psyncscope_lab::causes::{Cause, entry_text};
use psyncscope_lab::invariants::Broken;
use psyncscope_lab::sim::frame::HostId;
use psyncscope_lab::trial::{NoChange, Trial, Turned};
use psyncscope_lab::{TimedAction, topology};

use crate::app::App;
use crate::intent::{ErrorSite, Tab, WhyIntent};
use crate::panels::because::{CauseRow, Causes};
use crate::ui::dom;

/// Wall time that the search may take of each tick, in milliseconds.
const SEARCH_MS: f64 = 4.0;
/// Instants of a branch between two looks at the clock.
const INSTANTS: usize = 50;

/// What the page knows about why.
#[derive(Default)]
pub struct Why {
    /// The decision whose change was sought last, or is.
    search: Option<Search>,
    /// The actions that follow in a branch that is being made, and the branch that it leaves.
    script: Option<(Vec<TimedAction>, usize)>,
    /// The rule that began not to hold last, until the reader has seen it.
    pub broken: Option<Broken>,
    /// The entry of the timeline whose causes are looked at.
    pub entry: Option<usize>,
    /// The question looked at in the matrix: who asks whom.
    pub question: Option<(HostId, HostId)>,
}

/// The search for the change that turns a decision.
struct Search {
    /// The run: see [`crate::app::run::LabRun::identity`].
    run: Rc<()>,
    /// The decision's place in the timeline.
    entry: usize,
    state: SearchState,
}

enum SearchState {
    Searching(Box<Trial>),
    Found(Result<Turned, NoChange>),
}

impl App {
    pub(super) fn handle_why(&mut self, intent: WhyIntent) {
        match intent {
            WhyIntent::Try => self.try_change(),
            WhyIntent::Ask(from, to) => self.why.question = Some((from, to)),
            WhyIntent::Because(entry) => {
                self.why.entry = Some(entry);
                self.ui.tab = Tab::Why;
            }
            WhyIntent::GoTo(entry) => self.go_to_entry(entry),
            WhyIntent::ShowBroken => {
                self.ui.tab = Tab::Why;
                if let Some(broken) = self.why.broken.take() {
                    self.seek(broken.at);
                    self.select(broken.finding.host);
                }
            }
            WhyIntent::DismissBroken => self.why.broken = None,
        }
    }

    /// Stops the run at the moment at which a rule began not to hold.
    pub(super) fn stop_if_broken(&mut self) {
        let broken = self.session.run.borrow_mut().broken_rule();
        if let Some(broken) = broken {
            self.playback.playing = false;
            self.why.broken = Some(broken);
        }
    }

    /// Shows the moment of an entry, and what it was about.
    fn go_to_entry(&mut self, entry: usize) {
        let found = self.session.run.borrow().lab().timeline().get(entry).map(|entry| (entry.at, entry.host));
        let Some((at, host)) = found else { return };
        self.seek(at);
        self.why.entry = Some(entry);
        if let Some(host) = host.filter(|&id| topology::host(&self.playback.frame, id).is_some()) {
            self.select(host);
        }
    }

    /// A chain of causes and what came of it, of the entry that is looked at, if it has happened.
    pub(super) fn causes(&self) -> Option<Rc<Causes>> {
        let entry = self.why.entry?;
        let run = self.session.run.borrow();
        let lab = run.lab();
        let at = lab.timeline().get(entry)?.at;
        let row = |cause: Cause| CauseRow {
            name: cause.host.map(|host| lab.name_at(host, cause.at)),
            words: cause.entry.and_then(|entry| lab.timeline().get(entry)).map(entry_text),
            cause,
        };
        Some(Rc::new(Causes {
            at,
            because: lab.causes(entry).into_iter().map(row).collect(),
            led_to: lab.effects(entry).into_iter().map(row).collect(),
        }))
    }

    /// The decision shown, whose change is to be sought.
    fn decision_shown(&self) -> Option<usize> {
        let host = self.ui.selected.filter(|_| self.ui.tab == Tab::Backlog)?;
        let run = self.session.run.borrow();
        run.index().verdict(host, self.playback.frame.entries).map(|verdict| verdict.entry)
    }

    /// The search of this decision, if it is the one that was searched.
    fn search_of(&self, entry: usize) -> Option<&Search> {
        let run = self.session.run.borrow();
        self.why.search.as_ref().filter(|search| search.entry == entry && Rc::ptr_eq(&search.run, &run.identity))
    }

    /// The change that turns the decision at this entry, once it is known.
    pub(super) fn turning_change(&self, entry: usize) -> Option<Result<Turned, NoChange>> {
        match &self.search_of(entry)?.state {
            SearchState::Found(found) => Some(found.clone()),
            SearchState::Searching(_) => None,
        }
    }

    /// Whether there is something to search. Time must stand still: while it passes, it has the processor.
    pub(super) fn wants_search(&self) -> bool {
        !self.playback.playing
            && self.session.replay.is_none()
            && self.decision_shown().is_some_and(|entry| self.turning_change(entry).is_none())
    }

    /// Searches for one tick. Returns whether something was found.
    pub(super) fn search_change(&mut self) -> bool {
        if !self.wants_search() {
            return false;
        }
        let Some(entry) = self.decision_shown() else { return false };
        let run = self.session.run.borrow();
        if self.search_of(entry).is_none() {
            let Some(trial) = Trial::new(run.lab(), entry) else { return false };
            let state = SearchState::Searching(Box::new(trial));
            self.why.search = Some(Search { run: Rc::clone(&run.identity), entry, state });
        }
        let Some(Search { state, .. }) = &mut self.why.search else { return false };
        let SearchState::Searching(trial) = state else { return false };
        let started = dom::wall_ms();
        while dom::wall_ms() - started < SEARCH_MS {
            if let Some(found) = trial.advance(run.lab(), INSTANTS) {
                *state = SearchState::Found(found);
                return true;
            }
        }
        false
    }

    /// Makes the change that turns the decision shown, on a branch in which everything else is done as it was.
    fn try_change(&mut self) {
        let found = self.decision_shown().and_then(|entry| self.turning_change(entry));
        let Some(Ok(Turned { at, change, .. })) = found else { return };
        if self.session.replay.is_some() {
            return;
        }
        let script = self.session.run.borrow().actions_after(at);
        self.seek(at);
        self.why.script = Some((script, self.session.branches.tree().current()));
        self.act(vec![change.action()], ErrorSite::Stage);
        // It is refused, or it is made already.
        if self.session.replay.is_none() {
            self.why.script = None;
        }
    }

    /// A branch is on the page: if it was made for a change, what was done before is done in it too, and it is played
    /// beside the one that it left.
    pub(super) fn go_on_after_change(&mut self, made: bool) {
        let Some((script, left)) = self.why.script.take().filter(|_| made) else { return };
        self.session.run.borrow_mut().follow(script);
        self.compare_branches(Some([left, self.session.branches.tree().current()]));
        self.playback.playing = true;
    }
}
