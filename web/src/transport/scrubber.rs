//! The axis of time: what happened when, and the knob that chooses the moment shown.

use std::rc::Rc;

use psyncscope_lab::sim::frame::SimTime;
use web_sys::Element;
use yew::prelude::*;

use crate::intent::Intent;
use crate::model::index::Mark;
use crate::model::narrate::{TONES, Tone};
use crate::model::time;
use crate::ui::atoms::{div, path, svg};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::part::{Part, part};

/// Places on the axis at which a tick can stand: finer than the eye tells apart.
const PLACES: usize = 600;
/// How far an arrow key moves the knob, and Page Up and Page Down.
const KEY_US: u64 = 100_000;
const PAGE_US: u64 = 1_000_000;

/// The scrubber. The knob is set by the stage's layer, on every tick.
#[derive(PartialEq)]
pub struct Scrubber {
    /// The moment shown.
    pub at: SimTime,
    /// The first moment that can be shown.
    pub from: SimTime,
    /// The present.
    pub now: SimTime,
}

impl Scrubber {
    /// Draws the scrubber. `marks` is what happened.
    pub fn draw(&self, marks: &Rc<Vec<Mark>>, cx: &UiContext) -> Html {
        let t = cx.t();
        let extent = time::extent(self.now);
        let (at, from, now) = (self.at, self.from, self.now);
        let dispatch = cx.dispatch.clone();
        let onpointerdown = Callback::from(move |event: PointerEvent| {
            if let Some(bar) = bar_of(&event) {
                // Without capture, dragging ends at the bar's edge: a nuisance, no more.
                let _ = bar.set_pointer_capture(event.pointer_id());
                dispatch.emit(seek(&event, &bar, extent, from, now));
            }
        });
        let dispatch = cx.dispatch.clone();
        let onpointermove = Callback::from(move |event: PointerEvent| {
            if let (1, Some(bar)) = (event.buttons() & 1, bar_of(&event)) {
                dispatch.emit(seek(&event, &bar, extent, from, now));
            }
        });
        let dispatch = cx.dispatch.clone();
        let onkeydown = Callback::from(move |event: KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => SimTime(at.0.saturating_sub(KEY_US)),
                "ArrowRight" | "ArrowUp" => SimTime(at.0 + KEY_US),
                "PageDown" => SimTime(at.0.saturating_sub(PAGE_US)),
                "PageUp" => SimTime(at.0 + PAGE_US),
                "Home" => from,
                "End" => now,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            dispatch.emit(Intent::Seek(to.clamp(from, now)));
        });
        let ticks = Ticks { marks: Rc::clone(marks), count: marks.len(), extent };
        el("div")
            .class("scrub")
            .set("role", "slider")
            .set("tabindex", "0")
            .set("aria-label", t.scrubber)
            .set("aria-valuemin", (from.0 / 1000).to_string())
            .set("aria-valuemax", (now.0 / 1000).to_string())
            .set("aria-valuenow", (at.0 / 1000).to_string())
            .set("aria-valuetext", time::clock(at))
            .testid("scrubber")
            .set("style", format!("--now:{:.1}%", now.0 as f64 / extent as f64 * 100.0))
            .on_pointer_down(onpointerdown)
            .on_pointer_move(onpointermove)
            .on_key_down(onkeydown)
            .put(div("scrub-line", Html::default()))
            .put(div("scrub-lived", Html::default()))
            .put(div("scrub-done", Html::default()))
            .put(part("ticks", ticks, cx))
            .put(div("scrub-knob", Html::default()))
            .html()
    }
}

/// What happened, as ticks: drawn anew when something happens or the axis grows, not when time passes.
struct Ticks {
    marks: Rc<Vec<Mark>>,
    count: usize,
    extent: u64,
}

impl PartialEq for Ticks {
    fn eq(&self, other: &Self) -> bool {
        self.extent == other.extent && self.count == other.count && Rc::ptr_eq(&self.marks, &other.marks)
    }
}

impl Part for Ticks {
    fn draw(&self, _: &UiContext) -> Html {
        let ticks = paths(&self.marks, self.extent);
        let ticks = ticks.into_iter().map(|(tone, d)| path(tone.class(), d)).collect();
        svg("scrub-ticks", format!("0 0 {PLACES} 10")).set("preserveAspectRatio", "none").all(ticks).html()
    }
}

/// The bar that an event of the pointer is on.
fn bar_of(event: &PointerEvent) -> Option<Element> {
    event.target_dyn_into::<Element>()?.closest(".scrub").ok().flatten()
}

/// The moment at the pointer.
fn seek(event: &PointerEvent, bar: &Element, extent: u64, from: SimTime, now: SimTime) -> Intent {
    let rect = bar.get_bounding_client_rect();
    let share = ((f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
    Intent::Seek(SimTime((share * extent as f64) as u64).clamp(from, now))
}

/// One path of ticks for each tone: a place takes at most one tick of each.
fn paths(marks: &[Mark], extent: u64) -> Vec<(Tone, String)> {
    TONES
        .into_iter()
        .filter_map(|tone| {
            let mut taken = None;
            let mut d = String::new();
            for mark in marks.iter().filter(|m| m.tone == tone) {
                let place = (mark.at.0 as f64 / extent.max(1) as f64 * PLACES as f64) as usize;
                if taken != Some(place) {
                    d.push_str(&format!("M{place} 0V10"));
                    taken = Some(place);
                }
            }
            (!d.is_empty()).then_some((tone, d))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_of_one_place_are_drawn_once() {
        let mark = |ms: u64, tone| Mark { at: SimTime(ms * 1000), tone };
        let marks = [mark(0, Tone::Command), mark(1, Tone::Command), mark(5000, Tone::Command), mark(0, Tone::Fault)];
        let made = paths(&marks, 10_000_000);
        assert_eq!(made, [(Tone::Command, "M0 0V10M300 0V10".to_owned()), (Tone::Fault, "M0 0V10".to_owned())]);
        assert_eq!(paths(&[], 0), []);
    }
}
