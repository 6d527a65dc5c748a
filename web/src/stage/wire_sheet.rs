//! What can be done to a wire: cut it, mend it, slow it down, make it lose packets.

use psyncscope_lab::Action;
use psyncscope_lab::sim::frame::WireSettings;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::i18n::{fill, use_text};
use crate::intent::{Intent, Place, use_desk};
use crate::model::geometry::Point;
use crate::model::time;
use crate::model::topology::WireView;
use crate::ui::popover::Popover;
use crate::ui::trouble::{Trouble, TroubleNote};

/// The slider's steps of latency, in microseconds: a wire may be anything from a cable to a satellite.
const LATENCIES: [u64; 15] =
    [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 150_000, 250_000, 500_000, 1_000_000, 2_000_000];

/// Properties of [`WireSheet`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The wire.
    pub wire: WireView,
    /// Where the sheet opens.
    pub at: Point,
    /// A refusal of something that was tried here.
    pub trouble: Option<Trouble>,
}

/// The step of the slider that comes nearest to a latency.
fn step_of(latency_us: u64) -> usize {
    (0..LATENCIES.len()).min_by_key(|&i| LATENCIES[i].abs_diff(latency_us)).unwrap_or(0)
}

/// The sheet.
#[component]
pub fn WireSheet(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let wire = &props.wire;
    let (a, b) = (wire.a_name.to_string(), wire.b_name.to_string());
    // What the slider shows while it is being moved; the wire changes when it is let go.
    let latency = use_state(|| Option::<u64>::None);
    let loss = use_state(|| Option::<f64>::None);
    let shown_latency = (*latency).unwrap_or(wire.ab.latency_us);
    let shown_loss = (*loss).unwrap_or(wire.ab.loss);

    let cut = |from: &str, to: &str, one_way: bool| {
        let action = Action::Cut { from: from.to_owned(), to: to.to_owned(), one_way };
        desk.on(move |_: MouseEvent| Intent::Act(action.clone(), Place::Overlay))
    };
    let heal = {
        let action = Action::Heal { from: a.clone(), to: b.clone(), one_way: false };
        desk.on(move |_: MouseEvent| Intent::Act(action.clone(), Place::Overlay))
    };
    let settle = {
        let (desk, a, b, ab) = (desk.clone(), a.clone(), b.clone(), wire.ab);
        move |settings: WireSettings| {
            if settings != ab {
                let action = Action::SetWire { from: a.clone(), to: b.clone(), one_way: false, settings };
                desk.ask(Intent::Act(action, Place::Overlay));
            }
        }
    };
    let latency_of = |event: &Event| {
        let at = event.target_dyn_into::<HtmlInputElement>()?.value().parse::<usize>().ok()?;
        LATENCIES.get(at).copied()
    };
    let loss_of = |event: &Event| {
        let percent = event.target_dyn_into::<HtmlInputElement>()?.value_as_number();
        percent.is_finite().then_some(percent / 100.0)
    };
    let on_latency_input = {
        let latency = latency.clone();
        Callback::from(move |event: InputEvent| latency.set(latency_of(&event)))
    };
    let on_latency = {
        let (latency, settle, ab) = (latency.clone(), settle.clone(), wire.ab);
        Callback::from(move |event: Event| {
            if let Some(latency_us) = latency_of(&event) {
                settle(WireSettings { latency_us, ..ab });
            }
            latency.set(None);
        })
    };
    let on_loss_input = {
        let loss = loss.clone();
        Callback::from(move |event: InputEvent| loss.set(loss_of(&event)))
    };
    let on_loss = {
        let (loss, settle, ab) = (loss.clone(), settle, wire.ab);
        Callback::from(move |event: Event| {
            if let Some(share) = loss_of(&event) {
                settle(WireSettings { loss: share, ..ab });
            }
            loss.set(None);
        })
    };

    let title = fill(t.wire, &[("a", &a), ("b", &b)]);
    let standing = match (wire.cut_ab, wire.cut_ba) {
        (true, true) => t.wire_is_cut.to_owned(),
        (true, false) => fill(t.wire_is_cut_one, &[("a", &a), ("b", &b)]),
        (false, true) => fill(t.wire_is_cut_one, &[("a", &b), ("b", &a)]),
        (false, false) => t.wire_is_whole.to_owned(),
    };
    html! {
        <Popover at={props.at} label={title.clone()} role="dialog" testid="wire-sheet" on_close={desk.on(|()| Intent::Close)}>
            <p class="popover-title">{ title }</p>
            if let Some(trouble) = &props.trouble {
                <TroubleNote trouble={trouble.clone()} on_dismiss={desk.on(|()| Intent::DismissTrouble)} />
            }
            <p class={classes!("wire-standing", wire.is_cut().then_some("state-trouble"))}>{ standing }</p>
            <div class="menu-row">
                // One button with two meanings: it keeps the focus when the wire changes under it.
                if wire.cut_ab && wire.cut_ba {
                    <button key="main" type="button" class="button primary" data-testid="heal" onclick={heal.clone()}>{ t.heal }</button>
                } else {
                    <button key="main" type="button" class="button danger" data-testid="cut" onclick={cut(&a, &b, false)}>{ t.cut_both }</button>
                }
                if wire.is_cut() && !(wire.cut_ab && wire.cut_ba) {
                    <button type="button" class="button primary" data-testid="heal" onclick={heal}>{ t.heal }</button>
                }
                if !wire.cut_ab {
                    <button type="button" class="button small" data-testid="cut-ab" onclick={cut(&a, &b, true)}>
                        { fill(t.cut_one, &[("a", &a), ("b", &b)]) }
                    </button>
                }
                if !wire.cut_ba {
                    <button type="button" class="button small" data-testid="cut-ba" onclick={cut(&b, &a, true)}>
                        { fill(t.cut_one, &[("a", &b), ("b", &a)]) }
                    </button>
                }
            </div>
            <label class="field">
                <span>{ t.latency }<output class="num">{ time::duration(shown_latency) }</output></span>
                <input type="range" min="0" max={(LATENCIES.len() - 1).to_string()} step="1" data-testid="latency"
                    value={step_of(shown_latency).to_string()} aria-valuetext={time::duration(shown_latency)}
                    oninput={on_latency_input} onchange={on_latency} />
            </label>
            <label class="field">
                <span>{ t.loss }<output class="num">{ format!("{} %", time::trim(shown_loss * 100.0)) }</output></span>
                <input type="range" min="0" max="50" step="1" data-testid="loss" value={(shown_loss * 100.0).round().to_string()}
                    aria-valuetext={format!("{} %", time::trim(shown_loss * 100.0))} oninput={on_loss_input} onchange={on_loss} />
            </label>
            <p class="hint">{ t.wire_why }</p>
        </Popover>
    }
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
