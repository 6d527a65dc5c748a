//! The axis of time: what happened when, and the knob that chooses the moment shown.

use std::rc::Rc;

use psyncscope_lab::sim::frame::SimTime;
use web_sys::Element;
use yew::prelude::*;

use crate::i18n::use_text;
use crate::intent::{Intent, use_desk};
use crate::model::index::Mark;
use crate::model::narrate::{TONES, Tone};
use crate::model::time;

/// Places on the axis at which a tick can stand: finer than the eye tells apart.
const PLACES: usize = 600;
/// How far an arrow key moves the knob, and Page Up and Page Down.
const KEY_US: u64 = 100_000;
const PAGE_US: u64 = 1_000_000;

/// Properties of [`Scrubber`].
#[derive(Clone, Properties)]
pub struct Props {
    /// The moment shown.
    pub at: SimTime,
    /// The first moment that can be shown.
    pub from: SimTime,
    /// The present.
    pub now: SimTime,
    /// What happened.
    pub marks: Rc<Vec<Mark>>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at && self.from == other.from && self.now == other.now && Rc::ptr_eq(&self.marks, &other.marks)
    }
}

/// The scrubber. The knob is set by the stage's layer, on every tick.
#[component]
pub fn Scrubber(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let bar = use_node_ref();
    let extent = time::extent(props.now);
    let (from, now) = (props.from, props.now);
    let ticks = {
        let marks = Rc::clone(&props.marks);
        // Ticks change when something happens or the axis grows, not when time passes.
        use_memo((extent, marks.len()), move |&(extent, _)| paths(&marks, extent))
    };
    let seek = {
        let (desk, bar) = (desk.clone(), bar.clone());
        move |event: &PointerEvent| {
            let Some(bar) = bar.cast::<Element>() else { return };
            let rect = bar.get_bounding_client_rect();
            let share = ((f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
            let at = SimTime((share * extent as f64) as u64);
            desk.ask(Intent::Seek(at.clamp(from, now)));
        }
    };
    let onpointerdown = {
        let (seek, bar) = (seek.clone(), bar.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(bar) = bar.cast::<Element>() {
                // Without capture, dragging ends at the bar's edge: a nuisance, no more.
                let _ = bar.set_pointer_capture(event.pointer_id());
            }
            seek(&event);
        })
    };
    let onpointermove = Callback::from(move |event: PointerEvent| {
        if event.buttons() & 1 == 1 {
            seek(&event);
        }
    });
    let onkeydown = {
        let at = props.at;
        Callback::from(move |event: KeyboardEvent| {
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
            desk.ask(Intent::Seek(to.clamp(from, now)));
        })
    };
    let lived = format!("--now:{:.3}%", now.0 as f64 / extent as f64 * 100.0);
    html! {
        <div class="scrub" role="slider" tabindex="0" aria-label={t.scrubber} aria-valuemin={(from.0 / 1000).to_string()}
            aria-valuemax={(now.0 / 1000).to_string()} aria-valuenow={(props.at.0 / 1000).to_string()}
            aria-valuetext={time::clock(props.at)} data-testid="scrubber" style={lived} ref={bar}
            {onpointerdown} {onpointermove} {onkeydown}>
            <div class="scrub-line"></div>
            <div class="scrub-lived"></div>
            <div class="scrub-done"></div>
            <svg class="scrub-ticks" viewBox={format!("0 0 {PLACES} 10")} preserveAspectRatio="none" aria-hidden="true">
                { for ticks.iter().map(|(tone, d)| html! { <path class={tone.class()} d={d.clone()} /> }) }
            </svg>
            <div class="scrub-knob"></div>
        </div>
    }
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
