//! The axis of time: what happened when, and the knob that chooses the time shown.

use psyncscope_lab::format;
use psyncscope_lab::index::Mark;
use psyncscope_lab::sim::frame::SimTime;
use web_sys::Element;
use yew::prelude::*;

use crate::intent::Intent;
use crate::model::prefix::Prefix;
use crate::model::time;
use crate::transport::ticks::Ticks;
use crate::ui::context::use_ui;

/// How far an arrow key moves the knob, and Page Up and Page Down, in microseconds.
const KEY_US: i64 = 100_000;
const PAGE_US: i64 = 1_000_000;
/// The recorded part of the axis grows in so many steps: behind the knob, nobody sees smaller ones.
const LIVED_STEPS: f64 = 200.0;

/// Properties of [`Scrubber`].
#[derive(Properties, PartialEq)]
pub struct ScrubberProps {
    /// The time shown.
    pub at: SimTime,
    /// The first time that can be shown.
    pub from: SimTime,
    /// The present.
    pub now: SimTime,
    /// What happened.
    pub marks: Prefix<Mark>,
}

/// The scrubber. The stage's layer moves its knob on every tick.
#[component]
pub fn Scrubber(props: &ScrubberProps) -> Html {
    let ui = use_ui();
    let &ScrubberProps { at, from, now, ref marks } = props;
    let extent_us = time::extent(now);
    let steps = (now.0 as f64 / extent_us as f64 * LIVED_STEPS).floor();
    let onpointerdown = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some(bar) = bar_of(&event) {
                // Without capture, dragging ends at the bar's edge: a nuisance, no more.
                let _ = bar.set_pointer_capture(event.pointer_id());
                dispatch.emit(Intent::Seek(time_at(&event, &bar, extent_us).clamp(from, now)));
            }
        })
    };
    let onpointermove = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: PointerEvent| {
            if let (1, Some(bar)) = (event.buttons() & 1, bar_of(&event)) {
                dispatch.emit(Intent::Seek(time_at(&event, &bar, extent_us).clamp(from, now)));
            }
        })
    };
    let onkeydown = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            // From the time that the page has come to: several keys may be pressed between two renderings.
            let intent = match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => Intent::SeekBy(-KEY_US),
                "ArrowRight" | "ArrowUp" => Intent::SeekBy(KEY_US),
                "PageDown" => Intent::SeekBy(-PAGE_US),
                "PageUp" => Intent::SeekBy(PAGE_US),
                "Home" => Intent::Seek(from),
                "End" => Intent::Seek(now),
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            dispatch.emit(intent);
        })
    };
    html! {
        <div
            class="scrub"
            role="slider"
            tabindex="0"
            aria-label={ui.t().scrubber}
            aria-valuemin={(from.0 / 1000).to_string()}
            aria-valuemax={(now.0 / 1000).to_string()}
            aria-valuenow={(at.0 / 1000).to_string()}
            aria-valuetext={format::clock(at)}
            data-testid="scrubber"
            {onpointerdown}
            {onpointermove}
            {onkeydown}
        >
            <div class="scrub-line"></div>
            <div class="scrub-lived" style={format!("transform:scaleX({:.3})", steps / LIVED_STEPS)}></div>
            <div class="scrub-done"></div>
            <Ticks marks={marks.clone()} {extent_us} />
            <div class="scrub-knob"></div>
        </div>
    }
}

/// The scrubber that a pointer event is on.
fn bar_of(event: &PointerEvent) -> Option<Element> {
    event.target_dyn_into::<Element>()?.closest(".scrub").ok().flatten()
}

/// The time at the pointer.
fn time_at(event: &PointerEvent, bar: &Element, extent_us: u64) -> SimTime {
    let rect = bar.get_bounding_client_rect();
    let share = ((f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
    SimTime((share * extent_us as f64) as u64)
}
