//! Why things are as they are: the search for the change that turns a decision, the branch that makes it, and the
//! question that is looked at in the matrix.

use std::rc::Rc;

use psyncscope_lab::TimedAction;
use psyncscope_lab::invariants::Broken;
use psyncscope_lab::sim::frame::HostId;
use psyncscope_lab::trial::{NoChange, Trial, Turned};

use crate::app::App;
use crate::intent::{ErrorSite, Tab, WhyIntent};
use crate::panels::because::Asked;
use crate::ui::dom::Slice;

/// Wall time that the search may take of each tick, in milliseconds.
const SEARCH_MS: f64 = 4.0;
/// Instants of a branch between two looks at the clock.
const INSTANTS: usize = 50;

/// What the page knows about why.
#[derive(Default)]
pub struct Why {
    /// The last search for the change that turns a decision.
    search: Option<Search>,
    /// The rule that began not to hold last, until the reader has seen it.
    pub broken: Option<Broken>,
    /// What the causes are looked at of.
    pub asked: Option<Asked>,
    /// The question looked at in the matrix: who asks whom.
    pub question: Option<(HostId, HostId)>,
}

impl Why {
    /// Forgets what is of the run on the page: another takes its place. A search names its run itself.
    pub fn forget_run(&mut self) {
        (self.broken, self.asked, self.question) = (None, None, None);
    }
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
                self.why.asked = Some(Asked::Entry(entry));
                self.show_tab(Tab::Why);
            }
            WhyIntent::BecausePacket(id) => {
                let found = self.playback.frame.packets.iter().find(|packet| packet.id == id);
                let Some(packet) = found else { return };
                self.why.asked = Some(Asked::Packet(packet.by, self.packet_words(packet)));
                self.show_tab(Tab::Why);
            }
            WhyIntent::GoTo(entry) => self.go_to_entry(entry),
            WhyIntent::ShowBroken => {
                self.show_tab(Tab::Why);
                if let Some(broken) = self.why.broken.take() {
                    self.show_at(broken.finding.host, broken.at);
                }
            }
            WhyIntent::DismissBroken => self.why.broken = None,
        }
    }

    /// Stops the run if a rule has begun not to hold, and says so.
    pub(super) fn stop_if_broken(&mut self) {
        let broken = self.session.run.borrow_mut().broken_rule();
        if let Some(broken) = broken {
            self.playback.playing = false;
            self.why.broken = Some(broken);
        }
    }

    /// Shows the moment of an entry, its node and its causes.
    fn go_to_entry(&mut self, entry: usize) {
        let found = self.session.run.borrow().lab().timeline().get(entry).map(|entry| (entry.at, entry.host));
        let Some((at, host)) = found else { return };
        match host {
            Some(host) => self.show_at(host, at),
            None => self.seek(at),
        }
        self.why.asked = Some(Asked::Entry(entry));
    }

    /// The decision shown, of which the change that turns it is searched for.
    fn decision_shown(&self) -> Option<usize> {
        let host = self.ui.selected.filter(|_| self.shown_tab() == Tab::Backlog)?;
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

    /// Whether there is something to search. While time passes or a run is replayed, the wall time is theirs.
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
        let slice = Slice::of(SEARCH_MS);
        while slice.is_left() {
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
        self.act_and_follow(vec![change.action()], ErrorSite::Stage, Some(script));
    }

    /// A branch that was made for a change is on the page: what was done in the one that it left is done in it too, and
    /// it is played beside that one.
    pub(super) fn play_beside(&mut self, left: usize, script: Vec<TimedAction>) {
        self.session.run.borrow_mut().follow(script);
        self.compare_branches(Some([left, self.session.branches.tree().current()]));
        self.playback.playing = true;
    }
}
