//! The bar at the bottom.

use psyncscope_lab::StepBy;
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::{Intent, Overlay};
use crate::model::index::Mark;
use crate::model::pace::Speed;
use crate::model::prefix::Prefix;
use crate::model::time;
use crate::transport::scrubber::Scrubber;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::icon::{Icon, Shape};
use crate::ui::icon_button::IconButton;
use crate::ui::select::Select;

const STEPS: [StepBy; 4] = [StepBy::Segment, StepBy::Packet, StepBy::Command, StepBy::StateChange];

/// Properties of [`TransportBar`].
#[derive(Properties, PartialEq)]
pub struct TransportBarProps {
    /// Whether time passes.
    pub playing: bool,
    /// The time shown.
    pub at: SimTime,
    /// The first time that can be shown.
    pub from: SimTime,
    /// The present.
    pub now: SimTime,
    /// The size of a step.
    pub step_by: StepBy,
    /// How fast time passes.
    pub speed: Speed,
    /// What happened.
    pub marks: Prefix<Mark>,
    /// How many runs were left when somebody acted in the past.
    pub other_runs: usize,
}

/// Buttons, scrubber, clock, speed.
#[component]
pub fn TransportBar(props: &TransportBarProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let &TransportBarProps { playing, at, from, now, step_by, speed, ref marks, other_runs } = props;
    let (play, play_label) = if playing { (Shape::Pause, t.pause_time) } else { (Shape::Play, t.play) };
    let live = at >= now;
    let on_step_by = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |i: usize| {
            dispatch.emit(Intent::SetStepBy(STEPS.get(i).copied().unwrap_or(StepBy::Packet)))
        })
    };
    let on_speed = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |i: usize| dispatch.emit(Intent::SetSpeed(Speed::ALL.get(i).copied().unwrap_or_default())))
    };
    html! {
        <section class="transport" aria-label={t.transport}>
            <div class="transport-buttons">
                <IconButton testid="rewind" label={t.rewind} shape={Shape::Rewind} onclick={ui.click(Intent::Rewind)} />
                <IconButton
                    testid="step-back"
                    label={t.step_back}
                    shape={Shape::StepBack}
                    onclick={ui.click(Intent::StepBack)}
                />
                <IconButton
                    class="icon-button primary"
                    testid="play"
                    label={play_label}
                    shape={play}
                    onclick={ui.click(Intent::TogglePlay)}
                />
                <IconButton
                    testid="step-forward"
                    label={t.step_forward}
                    shape={Shape::StepForward}
                    onclick={ui.click(Intent::StepForward)}
                />
                <Select
                    testid="step-by"
                    label={t.step_by}
                    entries={STEPS.iter().map(|&by| AttrValue::from(step_name(by, t))).collect::<Vec<_>>()}
                    selected={STEPS.iter().position(|&by| by == step_by).unwrap_or(0)}
                    onselect={on_step_by}
                />
            </div>
            <Scrubber {at} {from} {now} marks={marks.clone()} />
            <div class="transport-end">
                if other_runs > 0 {
                    <Button
                        class="button small"
                        testid="earlier-future"
                        label={t.earlier_future}
                        onclick={ui.click(Intent::Open(Overlay::Futures))}
                    >
                        <Icon shape={Shape::Fork} />
                        <span class="label">{ t.earlier_future }</span>
                    </Button>
                }
                <button
                    type="button"
                    class={classes!("live", live.then_some("is-live"))}
                    data-testid="live"
                    aria-pressed={live.to_string()}
                    title={t.go_live}
                    onclick={ui.click(Intent::GoLive)}
                >
                    <i></i>
                    { t.live }
                </button>
                // The stage's layer writes the time here.
                <output class="clock num" data-testid="time" aria-live="off"></output>
                <Select
                    testid="speed"
                    label={t.speed}
                    entries={Speed::ALL.iter().map(|&speed| AttrValue::from(speed_name(speed, t))).collect::<Vec<_>>()}
                    selected={Speed::ALL.iter().position(|&other| other == speed).unwrap_or(0)}
                    onselect={on_speed}
                />
            </div>
        </section>
    }
}

const fn step_name(by: StepBy, t: &Messages) -> &'static str {
    match by {
        StepBy::Segment => t.by_segment,
        StepBy::Packet => t.by_packet,
        StepBy::Command => t.by_command,
        StepBy::StateChange => t.by_state,
    }
}

fn speed_name(speed: Speed, t: &Messages) -> String {
    match speed {
        Speed::Paced => t.speed_paced.to_owned(),
        Speed::Times(times) => fill(t.speed_times, &[("x", &time::trim(times))]),
    }
}
