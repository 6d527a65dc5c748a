//! The bar at the bottom.

use std::rc::Rc;

use psyncscope_lab::StepBy;
use psyncscope_lab::sim::frame::SimTime;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::i18n::{Text, fill, use_text};
use crate::intent::{Intent, use_desk};
use crate::model::index::Mark;
use crate::model::pace::Speed;
use crate::model::time;
use crate::transport::scrubber::Scrubber;
use crate::ui::icon::{Icon, Shape};

const STEPS: [StepBy; 4] = [StepBy::Segment, StepBy::Packet, StepBy::Command, StepBy::StateChange];

/// Properties of [`Bar`].
#[derive(Clone, Properties)]
pub struct Props {
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

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.playing == other.playing
            && self.at == other.at
            && self.from == other.from
            && self.now == other.now
            && self.step_by == other.step_by
            && self.speed == other.speed
            && self.futures == other.futures
            && Rc::ptr_eq(&self.marks, &other.marks)
    }
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

/// Buttons, scrubber, clock, speed.
#[component]
pub fn Bar(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let button = |shape, label: &'static str, testid: &'static str, class: &'static str, intent: fn() -> Intent| {
        html! {
            <button type="button" class={classes!("icon-button", class)} aria-label={label} title={label} data-testid={testid}
                onclick={desk.on(move |_: MouseEvent| intent())}>
                <Icon {shape} />
            </button>
        }
    };
    let chosen =
        |event: &Event| event.target_dyn_into::<HtmlSelectElement>().and_then(|s| s.value().parse::<usize>().ok());
    let on_step_by = desk.on(move |event: Event| {
        let by = chosen(&event).and_then(|i| STEPS.get(i).copied());
        Intent::SetStepBy(by.unwrap_or(StepBy::Packet))
    });
    let on_speed = desk.on(move |event: Event| {
        let speed = chosen(&event).and_then(|i| Speed::ALL.get(i).copied());
        Intent::SetSpeed(speed.unwrap_or_default())
    });
    let (play, play_label) = if props.playing { (Shape::Pause, t.pause_time) } else { (Shape::Play, t.play) };
    let live = props.at >= props.now;
    let (count, later) = (props.futures, desk.clone());
    html! {
        <footer class="transport" role="group" aria-label={t.transport}>
            <div class="transport-buttons">
                { button(Shape::Rewind, t.rewind, "rewind", "", || Intent::Rewind) }
                { button(Shape::StepBack, t.step_back, "step-back", "", || Intent::StepBack) }
                { button(play, play_label, "play", "primary", || Intent::TogglePlay) }
                { button(Shape::StepForward, t.step_forward, "step-forward", "", || Intent::StepForward) }
                <select class="select" aria-label={t.step_by} title={t.step_by} data-testid="step-by" onchange={on_step_by}>
                    { for STEPS.iter().enumerate().map(|(i, &by)| html! {
                        <option value={i.to_string()} selected={by == props.step_by}>{ step_name(by, t) }</option>
                    }) }
                </select>
            </div>
            <Scrubber at={props.at} from={props.from} now={props.now} marks={Rc::clone(&props.marks)} />
            <div class="transport-end">
                if count > 0 {
                    <button type="button" class="button small" data-testid="earlier-future"
                        onclick={Callback::from(move |_: MouseEvent| later.ask(Intent::Open(crate::intent::Overlay::Futures)))}>
                        <Icon shape={Shape::Fork} /><span class="label">{ t.earlier_future }</span>
                    </button>
                }
                <button type="button" class={classes!("live", live.then_some("is-live"))} aria-pressed={live.to_string()} title={t.go_live}
                    data-testid="live" onclick={desk.on(|_: MouseEvent| Intent::GoLive)}>
                    <i></i>{ t.live }
                </button>
                // The layer writes the time here.
                <output class="clock num" data-testid="time"></output>
                <select class="select" aria-label={t.speed} title={t.speed} data-testid="speed" onchange={on_speed}>
                    { for Speed::ALL.iter().enumerate().map(|(i, &speed)| html! {
                        <option value={i.to_string()} selected={speed == props.speed}>{ speed_name(speed, t) }</option>
                    }) }
                </select>
            </div>
        </footer>
    }
}
