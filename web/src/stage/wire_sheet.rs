//! What can be done to a wire: cut it, mend it, slow it down, make it lose packets.

use psyncscope_lab::Action;
use psyncscope_lab::sim::frame::WireSettings;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::{ErrorSite, Intent};
use crate::model::time;
use crate::model::topology::WireView;
use crate::ui::atoms::{button, div, field, para, row, text};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::error::UiError;
use crate::ui::error_note::error_note;
use crate::ui::overlay::popover;

/// The slider's steps of latency, in microseconds: a wire may be anything from a cable to a satellite.
const LATENCIES: [u64; 15] =
    [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 150_000, 250_000, 500_000, 1_000_000, 2_000_000];
/// The most that the slider makes a wire lose, in percent.
const LOSS_MAX: usize = 50;

/// The step of the slider that comes nearest to a latency.
fn step_of(latency_us: u64) -> usize {
    (0..LATENCIES.len()).min_by_key(|&i| LATENCIES[i].abs_diff(latency_us)).unwrap_or(0)
}

fn latency_words(step: usize) -> String {
    LATENCIES.get(step).map_or_else(String::new, |&us| time::duration(us))
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

/// The sheet of a wire. `error` is a refusal of something that was tried here.
pub fn wire_sheet(wire: &WireView, error: Option<&UiError>, cx: &UiContext) -> Html {
    let t = cx.t();
    let (a, b) = (&*wire.a_name, &*wire.b_name);
    let title = fill(t.wire, &[("a", a), ("b", b)]);
    let one_way = |from, to| fill(t.wire_is_cut_one, &[("a", from), ("b", to)]);
    let (standing, looks) = match (wire.cut_ab, wire.cut_ba) {
        (true, true) => (t.wire_is_cut.to_owned(), "wire-standing state-error"),
        (true, false) => (one_way(a, b), "wire-standing state-error"),
        (false, true) => (one_way(b, a), "wire-standing state-error"),
        (false, false) => (t.wire_is_whole.to_owned(), "wire-standing"),
    };
    let loss = (wire.ab.loss * 100.0).round() as usize;
    let latency = time::duration(wire.ab.latency_us);
    let mut items = vec![para("popover-title", text(title.clone()))];
    items.extend(error.map(|error| error_note(error, "", cx)));
    items.extend([
        para(looks, text(standing)),
        div("menu-row", row(cuts(wire, cx))),
        slider(
            wire,
            cx,
            t.latency,
            "latency",
            (LATENCIES.len() - 1, step_of(wire.ab.latency_us), latency),
            latency_words,
            with_latency,
        ),
        slider(wire, cx, t.loss, "loss", (LOSS_MAX, loss, loss_words(loss)), loss_words, with_loss),
        para("hint", text(t.wire_why)),
    ]);
    popover(cx, title, "dialog", "wire-sheet", row(items))
}

/// The buttons that cut and mend.
fn cuts(wire: &WireView, cx: &UiContext) -> Vec<Html> {
    let t = cx.t();
    let act = |action: Action| cx.click(Intent::Act(vec![action], ErrorSite::Overlay));
    let cut = |from: &str, to: &str, one_way| act(Action::Cut { from: from.to_owned(), to: to.to_owned(), one_way });
    let (a, b) = (&*wire.a_name, &*wire.b_name);
    let heal = || {
        let heal = act(Action::Heal { from: a.to_owned(), to: b.to_owned(), one_way: false });
        button("button primary", "heal", None, heal, text(t.heal))
    };
    // The first button has two meanings: it keeps the focus when the wire changes under it.
    let mut buttons = if wire.cut_ab && wire.cut_ba {
        vec![heal()]
    } else {
        vec![button("button danger", "cut", None, cut(a, b, false), text(t.cut_both))]
    };
    if wire.cut_ab != wire.cut_ba {
        buttons.push(heal());
    }
    for (is_cut, from, to, testid) in [(wire.cut_ab, a, b, "cut-ab"), (wire.cut_ba, b, a, "cut-ba")] {
        if !is_cut {
            let words = fill(t.cut_one, &[("a", from), ("b", to)]);
            buttons.push(button("button small", testid, None, cut(from, to, true), text(words)));
        }
    }
    buttons
}

/// A slider. What it stands at is told while it is moved; the wire changes when it is let go.
fn slider(
    wire: &WireView,
    cx: &UiContext,
    label: &'static str,
    testid: &'static str,
    (max, value, words): (usize, usize, String),
    words_of: fn(usize) -> String,
    settings_of: fn(WireSettings, usize) -> WireSettings,
) -> Html {
    let stands_at = |event: &Event| {
        let input = event.target_dyn_into::<HtmlInputElement>()?;
        input.value().parse::<usize>().ok().map(|at| (input, at))
    };
    let oninput = Callback::from(move |event: InputEvent| {
        let Some((input, at)) = stands_at(&event) else { return };
        // The text of the label's output, set behind the virtual DOM's back: it draws it anew when the wire changes.
        let output = input.closest("label").ok().flatten().and_then(|l| l.query_selector("output").ok().flatten());
        if let Some(words) = output.and_then(|o| o.first_child()) {
            words.set_node_value(Some(&words_of(at)));
        }
    });
    let dispatch = cx.dispatch.clone();
    let (from, to, ab) = (wire.a_name.to_string(), wire.b_name.to_string(), wire.ab);
    let onchange = Callback::from(move |event: Event| {
        let Some((_, at)) = stands_at(&event) else { return };
        let settings = settings_of(ab, at);
        if settings != ab {
            let action = Action::SetWire { from: from.clone(), to: to.clone(), one_way: false, settings };
            dispatch.emit(Intent::Act(vec![action], ErrorSite::Overlay));
        }
    });
    let name = row(vec![text(label), el("output").class("num").text(words.clone()).html()]);
    let input = html! {
        <input type="range" min="0" max={max.to_string()} step="1" data-testid={testid} value={value.to_string()}
            aria-valuetext={words} {oninput} {onchange} />
    };
    field(name, input)
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
