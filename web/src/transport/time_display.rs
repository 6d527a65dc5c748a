//! The clock and the scrubber's knob while time passes: set in the document directly, past the virtual DOM.

use psyncscope_lab::format;
use psyncscope_lab::sim::frame::SimTime;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::ui::dom;

/// Wall time between two settings of a clock that runs.
const CLOCK_EVERY_MS: f64 = 100.0;

/// The elements, and what they show.
#[derive(Default)]
pub struct TimeDisplay {
    knob: Option<HtmlElement>,
    done: Option<HtmlElement>,
    clock: Option<Element>,
    /// The time on the clock, and when it was set.
    shown: Option<SimTime>,
    set_ms: f64,
    /// Where the knob stands, in thousandths of the axis.
    permille: Option<f64>,
}

impl TimeDisplay {
    /// Finds the elements after the components were rendered.
    pub fn find_elements(&mut self, page: &Element) {
        if self.knob.as_ref().is_some_and(|knob| knob.is_connected()) {
            return;
        }
        self.knob = one(page, ".scrub-knob");
        self.done = one(page, ".scrub-done");
        self.clock = one(page, ".clock");
        self.shown = None;
        self.set_ms = 0.0;
        self.permille = None;
    }

    /// Shows a time; `share` is its place on the scrubber's axis, 0..=1. A clock that runs (`playing`) is set ten times
    /// a second: nobody reads faster, and every new text is a layout.
    pub fn show(&mut self, now: SimTime, share: f64, playing: bool) {
        let wall_ms = dom::wall_ms();
        if self.shown != Some(now) && !(playing && wall_ms - self.set_ms < CLOCK_EVERY_MS) {
            self.shown = Some(now);
            self.set_ms = wall_ms;
            if let Some(clock) = &self.clock {
                clock.set_text_content(Some(&format::clock(now)));
            }
        }
        // A tenth of a percent is a pixel or so.
        let permille = (share * 1000.0).round();
        if self.permille == Some(permille) {
            return;
        }
        self.permille = Some(permille);
        // Transforms, not lengths: the browser moves a layer and lays nothing out again.
        let knob = format!("translateX({}%)", permille / 10.0);
        let done = format!("scaleX({})", permille / 1000.0);
        for (element, transform) in [(&self.knob, knob), (&self.done, done)] {
            if let Some(element) = element {
                // A valid property on an element that exists cannot be refused.
                let _ = element.style().set_property("transform", &transform);
            }
        }
    }
}

fn one<T: JsCast>(root: &Element, selector: &str) -> Option<T> {
    root.query_selector(selector).ok().flatten()?.dyn_into().ok()
}
