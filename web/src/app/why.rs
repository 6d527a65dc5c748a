//! Why things are as they are: the search for the change that turns a decision, the branch that makes it, and the
//! question that is looked at in the matrix.

use std::rc::Rc;

use psyncscope_lab::TimedAction;
use psyncscope_lab::sim::frame::HostId;
use psyncscope_lab::trial::{NoChange, Trial, Turned};

use crate::app::App;
use crate::intent::{ErrorSite, Tab, WhyIntent};
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
    /// The actions that follow in a branch that is being made.
    script: Option<Vec<TimedAction>>,
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
        }
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
        self.why.script = Some(script);
        self.act(vec![change.action()], ErrorSite::Stage);
    }

    /// A branch is on the page: if it was made for a change, what was done before is done in it too.
    pub(super) fn go_on_after_change(&mut self, made: bool) {
        let Some(script) = self.why.script.take().filter(|_| made) else { return };
        self.session.run.borrow_mut().follow(script);
        self.playback.playing = true;
    }
}
