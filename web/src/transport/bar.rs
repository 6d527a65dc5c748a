//! The bar at the bottom.

use psyncscope_lab::StepBy;
use psyncscope_lab::index::Mark;
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::model::pace::Speed;
use crate::model::prefix::Prefix;
use crate::transport::buttons::TransportButtons;
use crate::transport::end::TransportEnd;
use crate::transport::scrubber::Scrubber;
use crate::ui::context::use_ui;

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

/// Buttons, scrubber, clock, speed. Only the scrubber is rendered again while time passes.
#[component]
pub fn TransportBar(props: &TransportBarProps) -> Html {
    let t = use_ui().t();
    let &TransportBarProps { playing, at, from, now, step_by, speed, ref marks, other_runs } = props;
    html! {
        <section class="transport" aria-label={t.transport}>
            <TransportButtons {playing} {step_by} />
            <Scrubber {at} {from} {now} marks={marks.clone()} />
            <TransportEnd live={at >= now} {speed} {other_runs} />
        </section>
    }
}
