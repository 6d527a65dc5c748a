//! Branches are prepared while nothing else is to be done: who acts in the past does not wait until the world is made
//! again from its beginning.

use psyncscope_lab::Replay;
use psyncscope_lab::checkpoints::Checkpoints;
use psyncscope_lab::sim::frame::SimTime;

use crate::app::App;
use crate::ui::dom::Slice;

/// Ticks for which the page must have stood still before.
const STILL_TICKS: u32 = 6;
/// Wall time that preparing may take of each tick while the page stands still, in milliseconds.
const SLICE_MS: f64 = 10.0;
/// Instants replayed between two looks at the clock.
const INSTANTS: usize = 50;
/// Instants replayed in a tick in which time passes: a few tenths of a millisecond.
const PLAYING_INSTANTS: usize = 20;

/// The checkpoints of the run on the page; another run on it begins with none.
#[derive(Default)]
pub struct Preparing {
    checkpoints: Checkpoints,
    /// The time that was shown last, and for how many ticks.
    stood: (SimTime, u32),
}

impl App {
    /// Whether something is to be prepared: the page stands still, and nothing else is being made.
    pub(super) fn wants_preparing(&self) -> bool {
        !self.playback.playing
            && self.session.replay.is_none()
            && !self.session.preparing.checkpoints.are_made(self.session.run.borrow().lab(), self.past_shown())
    }

    /// The time shown, if it is not the present.
    fn past_shown(&self) -> Option<SimTime> {
        (!self.is_live()).then_some(self.playback.at)
    }

    /// Goes on preparing for a tick.
    pub(super) fn prepare_branch(&mut self) {
        if self.session.replay.is_some() {
            return;
        }
        let (at, past) = (self.playback.at, self.past_shown());
        let run = self.session.run.borrow();
        let Preparing { checkpoints, stood } = &mut self.session.preparing;
        if self.playback.playing {
            checkpoints.advance(run.lab(), None, PLAYING_INSTANTS);
            return;
        }
        *stood = if stood.0 == at { (at, stood.1 + 1) } else { (at, 0) };
        if stood.1 < STILL_TICKS {
            return;
        }
        let slice = Slice::of(SLICE_MS);
        while slice.is_left() && checkpoints.advance(run.lab(), past, INSTANTS) {}
    }

    /// The branch that leaves the run on the page at the time shown, as far as it is prepared; `None` if nothing of it is.
    pub(super) fn take_prepared(&mut self) -> Option<Replay> {
        self.session.preparing.checkpoints.branch_at(self.session.run.borrow().lab(), self.playback.at)
    }
}
