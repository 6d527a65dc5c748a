//! A branch is prepared while the page stands still in the past: who acts there does not wait until the world is made
//! again.

use std::rc::Rc;

use psyncscope_lab::Replay;
use psyncscope_lab::index::Index;
use psyncscope_lab::sim::frame::{Frame, SimTime};

use crate::app::App;
use crate::app::run::LabRun;
use crate::ui::dom::Slice;

/// Ticks for which the page must have stood still before.
const STILL_TICKS: u32 = 6;
/// Wall time that preparing may take of each tick, in milliseconds.
const SLICE_MS: f64 = 6.0;
/// Instants replayed between two looks at the clock.
const INSTANTS: usize = 50;
/// Entries read between two looks at the clock.
const ENTRIES: usize = 100;

/// A branch that nobody has asked for yet: it has no record of its own, so that it takes little memory.
pub struct PreparedBranch {
    /// The run that it would leave: see [`LabRun::identity`].
    run: Rc<()>,
    /// The present of that run.
    now: SimTime,
    /// When it would leave.
    at: SimTime,
    replay: Replay,
    /// How many entries the run's timeline had then.
    entries: usize,
    /// The index of those of them that were read.
    index: Index,
    /// Whether nothing is left to do.
    ready: bool,
}

/// Preparing the branch that would leave the run on the page at the time shown.
#[derive(Default)]
pub struct Preparing {
    branch: Option<PreparedBranch>,
    /// The time that was shown last, and for how many ticks.
    stood: (SimTime, u32),
}

impl PreparedBranch {
    /// A branch that would leave a run at this frame, which is shown at `at`; `None` if none can.
    fn begin(run: &LabRun, at: SimTime, frame: &Frame) -> Option<Self> {
        let replay = run.lab().approach(at).ok()?;
        let (entries, index) = (frame.entries, run.index_for_branch());
        Some(Self { run: Rc::clone(&run.identity), now: run.now(), at, replay, entries, index, ready: false })
    }

    /// Whether it is one of this run, whose present is still the same.
    fn is_of(&self, run: &LabRun) -> bool {
        Rc::ptr_eq(&self.run, &run.identity) && self.now == run.now()
    }

    /// The same for the time that is shown now, if it has not come beyond that.
    fn redirected(mut self, run: &LabRun, at: SimTime, frame: &Frame) -> Option<Self> {
        if !self.is_of(run) || frame.entries < self.index.read_entries() {
            return None;
        }
        self.replay.redirect(run.lab(), at).ok()?;
        Some(Self { at, entries: frame.entries, ready: false, ..self })
    }

    /// Goes on for a slice of wall time. The world refuses nothing that it took before.
    fn advance(&mut self, run: &LabRun) {
        let slice = Slice::of(SLICE_MS);
        while slice.is_left() && !self.ready {
            let replayed = self.replay.advance(INSTANTS).unwrap_or(true);
            self.index.extend_to(run.lab(), self.entries.min(self.index.read_entries() + ENTRIES));
            self.ready = replayed && self.index.read_entries() == self.entries;
        }
    }
}

impl App {
    /// Whether a branch is to be prepared: the page stands still in the past, and nothing else is being made.
    pub(super) fn wants_preparing(&self) -> bool {
        let is_ready = |branch: &PreparedBranch| {
            branch.ready && branch.at == self.playback.at && branch.is_of(&self.session.run.borrow())
        };
        !self.playback.playing
            && self.session.replay.is_none()
            && !self.is_live()
            && !self.session.preparing.branch.as_ref().is_some_and(is_ready)
    }

    /// Goes on preparing for a tick.
    pub(super) fn prepare_branch(&mut self) {
        if !self.wants_preparing() {
            return;
        }
        let at = self.playback.at;
        let preparing = &mut self.session.preparing;
        preparing.stood = if preparing.stood.0 == at { (at, preparing.stood.1 + 1) } else { (at, 0) };
        if preparing.stood.1 < STILL_TICKS {
            return;
        }
        let (run, frame) = (self.session.run.borrow(), &self.playback.frame);
        let last = preparing.branch.take().and_then(|branch| branch.redirected(&run, at, frame));
        preparing.branch = last.or_else(|| PreparedBranch::begin(&run, at, frame));
        if let Some(branch) = &mut preparing.branch {
            branch.advance(&run);
        }
    }

    /// The branch that leaves the run on the page at the time shown, as far as it is prepared, and the index of what it
    /// has recorded then; `None` if nothing of it is prepared.
    pub(super) fn take_prepared(&mut self) -> Option<(Replay, Index)> {
        let run = self.session.run.borrow();
        let branch = self.session.preparing.branch.take()?;
        let branch = branch.redirected(&run, self.playback.at, &self.playback.frame)?;
        let PreparedBranch { mut replay, index, .. } = branch;
        replay.continue_record(run.lab());
        Some((replay, index))
    }
}
