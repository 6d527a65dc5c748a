//! The bar at the bottom.

use std::rc::Rc;

use psyncscope_lab::StepBy;
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::i18n::{Text, fill};
use crate::intent::{Intent, Overlay};
use crate::model::index::Mark;
use crate::model::pace::Speed;
use crate::model::time;
use crate::transport::scrubber::Scrubber;
use crate::ui::atoms::{bare_button, button, class, div, push_icon, row, select, span};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::icon::{Shape, icon};

const STEPS: [StepBy; 4] = [StepBy::Segment, StepBy::Packet, StepBy::Command, StepBy::StateChange];

/// Buttons, scrubber, clock, speed.
pub struct Bar {
    /// Whether time passes.
    pub playing: bool,
    /// The moment shown.
    pub at: SimTime,
    /// The first moment that can be shown.
    pub from: SimTime,
    /// The present.
    pub now: SimTime,
    /// What a step is.
    pub step_by: StepBy,
    /// How fast time passes.
    pub speed: Speed,
    /// What happened.
    pub marks: Rc<Vec<Mark>>,
    /// How many earlier futures are kept.
    pub futures: usize,
}

const fn step_name(by: StepBy, t: &Text) -> &'static str {
    match by {
        StepBy::Segment => t.by_segment,
        StepBy::Packet => t.by_packet,
        StepBy::Command => t.by_command,
        StepBy::StateChange => t.by_state,
    }
}

fn speed_name(speed: Speed, t: &Text) -> String {
    match speed {
        Speed::Paced => t.speed_paced.to_owned(),
        Speed::Times(times) => fill(t.speed_times, &[("x", &time::trim(times))]),
    }
}

impl Bar {
    /// Draws the bar.
    pub fn draw(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let steps = STEPS.iter().map(|&by| (step_name(by, t).into(), by == self.step_by)).collect();
        let speeds = Speed::ALL.iter().map(|&speed| (speed_name(speed, t).into(), speed == self.speed)).collect();
        let (play, play_label) = if self.playing { (Shape::Pause, t.pause_time) } else { (Shape::Play, t.play) };
        let buttons = vec![
            push_icon(cx, "icon-button", "rewind", t.rewind, Shape::Rewind, Intent::Rewind),
            push_icon(cx, "icon-button", "step-back", t.step_back, Shape::StepBack, Intent::StepBack),
            push_icon(cx, "icon-button primary", "play", play_label, play, Intent::TogglePlay),
            push_icon(cx, "icon-button", "step-forward", t.step_forward, Shape::StepForward, Intent::StepForward),
            select(cx, "step-by", t.step_by, steps, |i| {
                Intent::SetStepBy(STEPS.get(i).copied().unwrap_or(StepBy::Packet))
            }),
        ];
        let mut end = Vec::new();
        if self.futures > 0 {
            let words = row(vec![icon(Shape::Fork), span("label", t.earlier_future)]);
            let open = cx.click(Intent::Open(Overlay::Futures));
            end.push(button("button small", "earlier-future", Some(t.earlier_future.into()), open, words));
        }
        let live = class(&[("live", true), ("is-live", self.at >= self.now)]);
        let pressed = (self.at >= self.now).to_string();
        let onclick = cx.click(Intent::GoLive);
        let live = bare_button(live).testid("live").set("aria-pressed", pressed).label(t.go_live).on_click(onclick);
        end.push(live.put(el("i")).text(t.live).html());
        // The layer writes the time here.
        end.push(el("output").class("clock num").testid("time").html());
        end.push(select(cx, "speed", t.speed, speeds, |i| {
            Intent::SetSpeed(Speed::ALL.get(i).copied().unwrap_or_default())
        }));
        let scrubber = Scrubber { at: self.at, from: self.from, now: self.now };
        el("footer")
            .class("transport")
            .set("role", "group")
            .set("aria-label", t.transport)
            .put(div("transport-buttons", row(buttons)))
            .put(scrubber.draw(&self.marks, cx))
            .put(div("transport-end", row(end)))
            .html()
    }
}
