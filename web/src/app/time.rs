//! The one animation-frame loop, and everything that moves the moment shown.

use gloo::render::request_animation_frame;
use gloo::timers::callback::Timeout;
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::app::{App, Msg};
use crate::intent::ErrorSite;
use crate::model::pace;
use crate::model::time;
use crate::stage::layer::PacketStyle;
use crate::ui::dom;
use crate::ui::error::UiError;

/// The longest time between two ticks that counts: a page in the background does not catch up.
const TICK_MAX_MS: f64 = 100.0;
/// After a tick the next frame is asked for no sooner than this: what moves looks smooth at 30 drawings a second, each
/// costs the browser a layout and a painting, and a frame without one costs it something too.
const REST_MS: u32 = 29;
/// Panels are drawn anew at most this often while time passes: the eye reads no quicker, and a phone is glad.
const DRAW_EVERY_MS: f64 = 250.0;
/// So often they are drawn even if nothing happened, for the scrubber's axis.
const DRAW_AT_LEAST_EVERY_MS: f64 = 400.0;
/// Wall time that one tick may spend on the world. A world that needs more runs slower than asked for.
const WORK_MAX_MS: f64 = 9.0;

impl App {
    /// Asks for the next tick, if something moves.
    pub(super) fn keep_ticking(&mut self, ctx: &Context<Self>) {
        let moves = self.playing || self.work.is_some() || self.layer.is_settling();
        if moves && self.loop_.is_none() && self.rest.is_none() {
            if self.last_tick.is_some() && self.work.is_none() {
                let link = ctx.link().clone();
                self.rest = Some(Timeout::new(REST_MS, move || link.send_message(Msg::Rested)));
            } else {
                self.ask_for_tick(ctx);
            }
        }
        if !moves {
            self.last_tick = None;
        }
    }

    /// The rest after a tick is over.
    pub(super) fn rested(&mut self, ctx: &Context<Self>) {
        self.rest = None;
        self.ask_for_tick(ctx);
    }

    /// Asks for a tick with the browser's next drawing.
    fn ask_for_tick(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.loop_ = Some(request_animation_frame(move |wall_ms| link.send_message(Msg::Tick(wall_ms))));
    }

    /// One tick: time passes, what moves is drawn; whether panels must be drawn too.
    pub(super) fn tick(&mut self, wall_ms: f64) -> bool {
        self.loop_ = None;
        let passed = self.last_tick.map_or(0.0, |last| (wall_ms - last).clamp(0.0, TICK_MAX_MS));
        self.last_tick = Some(wall_ms);
        if self.work.is_some() && self.go_on_working() {
            return true;
        }
        if self.playing && self.work.is_none() {
            self.pass(passed * 1000.0);
        }
        self.layer.settle(passed);
        self.draw_moving();
        let since = wall_ms - self.last_drawn;
        let due = if self.frame.seq != self.drawn_seq { DRAW_EVERY_MS } else { DRAW_AT_LEAST_EVERY_MS };
        let draw = (self.playing || self.work.is_some()) && since >= due;
        draw || (!self.playing && self.frame.seq != self.drawn_seq)
    }

    /// Whether panels that change now are drawn at once. While time passes and they were drawn a moment ago, the next
    /// tick that is due does it.
    pub(super) fn draws_at_once(&self) -> bool {
        !self.playing || self.error.is_some() || dom::wall_ms() - self.last_drawn >= DRAW_EVERY_MS
    }

    /// Lets `wall_us` microseconds of wall time pass, at the speed chosen.
    fn pass(&mut self, wall_us: f64) {
        let started = dom::wall_ms();
        let mut left = wall_us;
        while left > 0.5 && dom::wall_ms() - started < WORK_MAX_MS {
            let (now, next) = {
                let run = self.run.borrow();
                (run.now(), run.next_after(self.at, &self.frame))
            };
            let stretch = pace::stretch(self.speed, &self.frame, self.at, left, next, self.segments);
            left -= stretch.cost_us;
            if self.at < now {
                self.at = stretch.until.min(now);
            } else {
                self.advance_to(stretch.until);
                if self.at == now {
                    // The world came to the end of its time.
                    self.playing = false;
                    break;
                }
            }
            self.frame = self.run.borrow().frame_at(self.at);
        }
        self.read();
    }

    /// Lets the world itself run, and goes along.
    fn advance_to(&mut self, until: SimTime) {
        let mut run = self.run.borrow_mut();
        if let Err(error) = run.advance(until) {
            self.error = Some((ErrorSite::Stage, UiError::Lab(error)));
        }
        self.at = run.now();
    }

    /// Takes in what is new in the timeline.
    pub(super) fn read(&mut self) {
        self.run.borrow_mut().read();
    }

    /// Shows a moment of the recorded past, or the present.
    pub(super) fn show(&mut self, at: SimTime) {
        let (from, now) = self.range();
        self.at = at.clamp(from.min(now), now);
        self.frame = self.run.borrow().frame_at(self.at);
        self.read();
        if self.selected.is_none_or(|id| !self.frame.hosts.iter().any(|h| h.id == id)) {
            self.selected = self.frame.hosts.first().map(|h| h.id);
        }
    }

    /// The first moment that can be shown, and the present.
    pub(super) fn range(&self) -> (SimTime, SimTime) {
        let run = self.run.borrow();
        (run.lab().frames().from, run.now())
    }

    /// Whether the moment shown is the present.
    pub(super) fn is_live(&self) -> bool {
        self.at >= self.run.borrow().now()
    }

    pub(super) fn toggle_play(&mut self) {
        self.playing = !self.playing;
        self.last_tick = None;
    }

    pub(super) fn rewind(&mut self) {
        self.playing = false;
        let (from, _) = self.range();
        self.show(from);
    }

    pub(super) fn go_live(&mut self) {
        let (_, now) = self.range();
        self.show(now);
    }

    pub(super) fn seek(&mut self, at: SimTime) {
        self.playing = false;
        self.show(at);
    }

    pub(super) fn step_back(&mut self) {
        self.playing = false;
        let at = self.run.borrow().step_back(self.at, self.step_by);
        self.show(at);
    }

    pub(super) fn step_forward(&mut self) {
        self.playing = false;
        let at = self.run.borrow_mut().step_forward(self.at, self.step_by);
        self.show(at);
    }

    /// Draws what moves, past the virtual DOM.
    pub(super) fn draw_moving(&mut self) {
        let style = PacketStyle { segments: self.segments, reduced_motion: self.reduced_motion };
        let run = self.run.borrow();
        self.layer.packets(&self.frame, self.at, &run.colours, style);
        let extent = time::extent(run.now());
        self.layer.clock(self.at, self.at.0 as f64 / extent as f64, self.playing);
    }

    /// After the virtual DOM was drawn: what moves is put back to its place in it.
    pub(super) fn after_drawing(&mut self) {
        self.drawn_seq = self.frame.seq;
        self.lay_out();
        let (floor, page) = (self.floor_ref.cast(), self.page_ref.cast());
        if let (Some(floor), Some(page)) = (floor, page) {
            self.layer.refresh(&floor, &page);
        }
        self.draw_moving();
        self.last_drawn = dom::wall_ms();
        self.update_overlay();
        if std::mem::take(&mut self.focus_console) {
            dom::focus(crate::console::input::ID);
        }
        self.follow_ends();
    }
}
