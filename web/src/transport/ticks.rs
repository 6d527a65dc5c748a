//! What happened, as ticks on the axis of time.

use psyncscope_lab::index::Mark;
use psyncscope_lab::narration::Tone;
use yew::prelude::*;

use crate::model::prefix::Prefix;
use crate::model::tones::{self, TONES};

/// Places on the axis at which a tick can stand: finer than the eye tells apart.
const PLACES: usize = 600;

/// Properties of [`Ticks`].
#[derive(Properties, PartialEq)]
pub struct TicksProps {
    /// What happened.
    pub marks: Prefix<Mark>,
    /// The length of the axis, in microseconds.
    pub extent_us: u64,
}

/// The ticks. They are rendered again when something happens or the axis grows, not when time passes.
#[component]
pub fn Ticks(props: &TicksProps) -> Html {
    let paths = props.marks.with(|marks| paths(marks, props.extent_us));
    html! {
        <svg class="scrub-ticks" viewBox={format!("0 0 {PLACES} 10")} preserveAspectRatio="none" aria-hidden="true">
            { for paths.into_iter().map(|(tone, d)| html! { <path class={tones::class(tone)} {d} /> }) }
        </svg>
    }
}

/// One path of ticks for each tone: a place takes at most one tick of each.
fn paths(marks: &[Mark], extent_us: u64) -> Vec<(Tone, String)> {
    TONES
        .into_iter()
        .filter_map(|tone| {
            let mut taken = None;
            let mut d = String::new();
            for mark in marks.iter().filter(|m| m.tone == tone) {
                let place = (mark.at.0 as f64 / extent_us.max(1) as f64 * PLACES as f64) as usize;
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
    use psyncscope_lab::sim::frame::SimTime;

    #[test]
    fn ticks_of_one_place_are_drawn_once() {
        let mark = |ms: u64, tone| Mark { at: SimTime(ms * 1000), tone };
        let marks = [mark(0, Tone::Command), mark(1, Tone::Command), mark(5000, Tone::Command), mark(0, Tone::Fault)];
        let made = paths(&marks, 10_000_000);
        assert_eq!(made, [(Tone::Command, "M0 0V10M300 0V10".to_owned()), (Tone::Fault, "M0 0V10".to_owned())]);
        assert_eq!(paths(&[], 0), []);
    }
}
