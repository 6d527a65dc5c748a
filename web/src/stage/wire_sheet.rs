//! What can be done to a wire: cut it, mend it, slow it down, make it lose packets.

use psyncscope_lab::Action;
use psyncscope_lab::format;
use psyncscope_lab::sim::frame::WireSettings;
use psyncscope_lab::topology::WireView;
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::{ErrorSite, Intent};
use crate::model::geometry::Point;
use crate::stage::wire_slider::WireSlider;
use crate::ui::button::Button;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::error::UiError;
use crate::ui::error_note::ErrorNote;
use crate::ui::popover::Popover;

/// The slider's steps of latency, in microseconds: a wire may be anything from a cable to a satellite.
const LATENCIES: [u64; 15] =
    [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 150_000, 250_000, 500_000, 1_000_000, 2_000_000];
/// The most that the slider makes a wire lose, in percent.
const LOSS_MAX: usize = 50;

/// Properties of [`WireSheet`].
#[derive(Properties, PartialEq)]
pub struct WireSheetProps {
    /// The wire.
    pub wire: WireView,
    /// An error of something that was tried here.
    pub error: Option<UiError>,
    /// Where it was opened, in the window.
    pub at: Point,
}

/// The sheet of a wire.
#[component]
pub fn WireSheet(props: &WireSheetProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let wire = &props.wire;
    let title = fill(t.wire, &[("a", &wire.a_name), ("b", &wire.b_name)]);
    let class = classes!("wire-standing", wire.is_cut().then_some("state-trouble"));
    let loss = (wire.ab.loss * 100.0).round() as usize;
    html! {
        <Popover label={title.clone()} role="dialog" testid="wire-sheet" at={props.at}>
            <p class="popover-title">{ title }</p>
            if let Some(error) = &props.error {
                <ErrorNote error={error.clone()} />
            }
            <p {class}>{ standing(wire, t) }</p>
            <div class="menu-row">{ for cuts(wire, &ui) }</div>
            <WireSlider
                label={t.latency}
                testid="latency"
                max={LATENCIES.len() - 1}
                value={step_of(wire.ab.latency_us)}
                words={format::duration(wire.ab.latency_us)}
                words_of={Callback::from(latency_words)}
                onset={set(wire, &ui, with_latency)}
            />
            <WireSlider
                label={t.loss}
                testid="loss"
                max={LOSS_MAX}
                value={loss}
                words={loss_words(loss)}
                words_of={Callback::from(loss_words)}
                onset={set(wire, &ui, with_loss)}
            />
            <p class="hint">{ t.wire_why }</p>
        </Popover>
    }
}

/// Whether it is cut, in a sentence.
fn standing(wire: &WireView, t: &Messages) -> String {
    let one_way = |from: &str, to: &str| fill(t.wire_is_cut_one, &[("a", from), ("b", to)]);
    match (wire.cut_ab, wire.cut_ba) {
        (true, true) => t.wire_is_cut.to_owned(),
        (true, false) => one_way(&wire.a_name, &wire.b_name),
        (false, true) => one_way(&wire.b_name, &wire.a_name),
        (false, false) => t.wire_is_whole.to_owned(),
    }
}

/// The buttons that cut and mend.
fn cuts(wire: &WireView, ui: &UiContext) -> Vec<Html> {
    let t = ui.t();
    let (a, b) = (&*wire.a_name, &*wire.b_name);
    let button = |key: &'static str, class: &'static str, testid: &'static str, words: String, action: Action| {
        let onclick = ui.click(Intent::Act(vec![action], ErrorSite::Overlay));
        html! { <Button {key} {class} testid={Some(AttrValue::Static(testid))} {onclick}>{ words }</Button> }
    };
    let cut = |from: &str, to: &str, one_way| Action::Cut { from: from.to_owned(), to: to.to_owned(), one_way };
    let heal = |key| {
        let heal = Action::Heal { from: a.to_owned(), to: b.to_owned(), one_way: false };
        button(key, "button primary", "heal", t.heal.to_owned(), heal)
    };
    // The first button has two meanings: by its key it keeps the focus when the wire changes under it.
    let mut buttons = if wire.cut_ab && wire.cut_ba {
        vec![heal("first")]
    } else {
        vec![button("first", "button danger", "cut", t.cut_both.to_owned(), cut(a, b, false))]
    };
    if wire.cut_ab != wire.cut_ba {
        buttons.push(heal("heal"));
    }
    for (is_cut, from, to, testid) in [(wire.cut_ab, a, b, "cut-ab"), (wire.cut_ba, b, a, "cut-ba")] {
        if !is_cut {
            let words = fill(t.cut_one, &[("a", from), ("b", to)]);
            buttons.push(button(testid, "button small", testid, words, cut(from, to, true)));
        }
    }
    buttons
}

/// Sets the wire to what a slider's step makes of its settings.
fn set(wire: &WireView, ui: &UiContext, settings_of: fn(WireSettings, usize) -> WireSettings) -> Callback<usize> {
    let (from, to, ab) = (wire.a_name.to_string(), wire.b_name.to_string(), wire.ab);
    let dispatch = ui.dispatch.clone();
    Callback::from(move |step| {
        let settings = settings_of(ab, step);
        if settings != ab {
            let action = Action::SetWire { from: from.clone(), to: to.clone(), one_way: false, settings };
            dispatch.emit(Intent::Act(vec![action], ErrorSite::Overlay));
        }
    })
}

/// The step of the slider that comes nearest to a latency.
fn step_of(latency_us: u64) -> usize {
    (0..LATENCIES.len()).min_by_key(|&i| LATENCIES[i].abs_diff(latency_us)).unwrap_or(0)
}

fn latency_words(step: usize) -> String {
    LATENCIES.get(step).map_or_else(String::new, |&us| format::duration(us))
}

fn loss_words(percent: usize) -> String {
    format!("{percent} %")
}

fn with_latency(settings: WireSettings, step: usize) -> WireSettings {
    let latency_us = LATENCIES.get(step).copied().unwrap_or(settings.latency_us);
    WireSettings { latency_us, ..settings }
}

fn with_loss(settings: WireSettings, percent: usize) -> WireSettings {
    WireSettings { loss: percent as f64 / 100.0, ..settings }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_its_own_nearest() {
        for (i, latency) in LATENCIES.into_iter().enumerate() {
            assert_eq!(step_of(latency), i);
        }
        assert_eq!(step_of(0), 0);
        assert_eq!(step_of(u64::MAX), LATENCIES.len() - 1);
    }
}
