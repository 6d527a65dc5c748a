//! The animation-frame loop, and everything that changes the time shown.

use gloo::render::request_animation_frame;
use psyncscope_lab::rungs;
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::app::state::Rendered;
use crate::app::{App, Msg};
use crate::intent::{ErrorSite, StepSize};
use crate::model::pace::{self, Hold, Speed};
use crate::model::time;
use crate::stage::layer::PacketStyle;
use crate::steps::intent::{StepsIntent, Walk};
use crate::ui::dom::Slice;
use crate::ui::error::UiError;
use crate::ui::whole;

/// The longest time between two ticks that counts: a page in the background does not catch up.
const TICK_MAX_MS: f64 = 100.0;
/// Wall time that one tick may spend on the world. A world that needs more runs slower than asked for.
const WORK_MAX_MS: f64 = 5.0;

impl App {
    /// Requests the next tick, if something moves.
    pub(super) fn request_tick(&mut self, ctx: &Context<Self>) {
        let moves = self.playback.playing
            || self.session.replay.is_some()
            || self.drawing.layer.get().is_settling()
            || self.wants_search()
            || self.wants_preparing();
        if !moves {
            self.playback.last_tick_ms = None;
        } else if self.playback.tick_request.is_none() {
            let link = ctx.link().clone();
            let request = request_animation_frame(move |wall_ms| whole::send(&link, Msg::Tick(wall_ms)));
            self.playback.tick_request = Some(request);
        }
    }

    /// One tick: time passes and what moves is drawn. Returns whether components must be rendered: in that case what
    /// moves is drawn after them, so that everything on the page is of one time.
    pub(super) fn tick(&mut self, wall_ms: f64) -> bool {
        self.playback.tick_request = None;
        let passed_ms = self.playback.last_tick_ms.map_or(0.0, |last| (wall_ms - last).clamp(0.0, TICK_MAX_MS));
        self.playback.last_tick_ms = Some(wall_ms);
        if self.session.replay.is_some() {
            self.continue_replay();
            return true;
        }
        if self.playback.playing {
            self.pass(passed_ms * 1000.0);
        }
        self.drawing.layer.get().settle(passed_ms);
        self.prepare_branch();
        if self.search_change() || self.playback.rendered != Some(self.to_render()) {
            return true;
        }
        self.draw_moving();
        false
    }

    /// What the components show now.
    pub(super) fn to_render(&self) -> Rendered {
        Rendered {
            seq: self.playback.frame.seq,
            entries: self.playback.frame.entries,
            compared: self.frames_compared(),
            extent_us: time::extent(self.session.run.borrow().now()),
            live: self.is_live(),
            playing: self.playback.playing,
            lesson: self.lesson_state(),
        }
    }

    /// Lets `wall_us` microseconds of wall time pass, at the chosen speed.
    fn pass(&mut self, wall_us: f64) {
        let slice = Slice::of(WORK_MAX_MS);
        let mut left = wall_us;
        while left > 0.5 && slice.is_left() {
            if let Some(cost_us) = self.playback.hold.pass(left) {
                left -= cost_us;
                self.show_held();
                continue;
            }
            let (now, next) = {
                let run = self.session.run.borrow();
                (run.now(), run.next_after(self.playback.at, &self.playback.frame))
            };
            let stretch = pace::stretch(
                self.playback.speed,
                &self.playback.frame,
                self.playback.at,
                left,
                next,
                self.ui.segments,
            );
            left -= stretch.cost_us;
            let is_over = if self.playback.at < now {
                self.playback.at = stretch.until.min(now);
                false
            } else {
                self.advance_to(stretch.until);
                // A lesson may have come further at this very instant; otherwise the world reached the end of its time.
                !self.session.run.borrow_mut().take_lesson_news() && self.playback.at == now
            };
            let shown = self.playback.frame.entries;
            self.playback.frame = self.session.run.borrow().frame_at(self.playback.at);
            if is_over || self.follow_lesson() {
                self.playback.playing = false;
                break;
            }
            if self.playback.speed == Speed::Paced {
                let run = self.session.run.borrow();
                let steps = rungs::steps(run.lab().timeline(), shown, self.playback.frame.entries);
                self.playback.hold.begin(self.playback.at, steps);
            }
            self.show_held();
        }
        self.read();
    }

    /// Shows the frame as far as its handshakes' steps are held.
    fn show_held(&mut self) {
        let run = self.session.run.borrow();
        let frame = run.frame_at(self.playback.at);
        self.playback.frame = match self.playback.hold.entries() {
            Some(entries) => rungs::within(&frame, run.lab().timeline(), entries),
            None => frame,
        };
    }

    /// Runs the world and shows its present.
    fn advance_to(&mut self, until: SimTime) {
        let mut run = self.session.run.borrow_mut();
        if let Err(error) = run.advance(until) {
            self.ui.error = Some((ErrorSite::Stage, UiError::Lab(error)));
        }
        self.playback.at = run.now();
    }

    /// Indexes the timeline's new entries.
    pub(super) fn read(&mut self) {
        self.session.run.borrow_mut().read();
        self.stop_if_broken();
    }

    /// Shows a time of the recorded past, or the present.
    pub(super) fn show(&mut self, at: SimTime) {
        let (from, now) = self.range();
        self.playback.at = at.clamp(from.min(now), now);
        self.playback.hold = Hold::default();
        self.playback.frame = self.session.run.borrow().frame_at(self.playback.at);
        self.read();
        if self.ui.selected.is_none_or(|id| !self.playback.frame.hosts.iter().any(|h| h.id == id)) {
            self.ui.selected = self.playback.frame.hosts.first().map(|h| h.id);
        }
    }

    /// The first time that can be shown, and the present.
    pub(super) fn range(&self) -> (SimTime, SimTime) {
        let run = self.session.run.borrow();
        (run.lab().frames().from, run.now())
    }

    /// Whether the time shown is the present.
    pub(super) fn is_live(&self) -> bool {
        self.playback.at >= self.session.run.borrow().now()
    }

    pub(super) fn toggle_play(&mut self) {
        self.time_is_readers();
        self.playback.playing = !self.playback.playing;
        self.playback.last_tick_ms = None;
    }

    pub(super) fn rewind(&mut self) {
        self.playback.playing = false;
        let (from, _) = self.range();
        self.show(from);
    }

    pub(super) fn go_live(&mut self) {
        let (_, now) = self.range();
        self.show(now);
    }

    pub(super) fn seek(&mut self, at: SimTime) {
        self.playback.playing = false;
        self.show(at);
    }

    pub(super) fn step_back(&mut self) {
        self.playback.playing = false;
        let by = match self.playback.step_by {
            StepSize::By(by) => by,
            StepSize::Function => return self.step_inside(StepsIntent::Walk(Walk::Back)),
        };
        let at = self.session.run.borrow().step_back(self.playback.at, by);
        self.show(at);
    }

    pub(super) fn step_forward(&mut self) {
        self.playback.playing = false;
        let by = match self.playback.step_by {
            StepSize::By(by) => by,
            StepSize::Function => return self.step_inside(StepsIntent::Walk(Walk::Into)),
        };
        let at = self.session.run.borrow_mut().step_forward(self.playback.at, by);
        self.show(at);
    }

    /// Draws what moves, past the virtual DOM.
    pub(super) fn draw_moving(&mut self) {
        let style =
            PacketStyle { segments: self.ui.segments, reduced_motion: self.ui.reduced_motion, lit: self.ui.lit };
        let run = self.session.run.borrow();
        let at = self.playback.at;
        self.drawing.layer.get().draw(&self.playback.frame, at, &run.colours, style);
        let extent = time::extent(run.now());
        self.drawing.time.show(at, at.0 as f64 / extent as f64, self.playback.playing);
    }
}
