//! The bar at the bottom.

use std::rc::Rc;

use psyncscope_lab::index::Mark;
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::app::branches::BranchRow;
use crate::branches::tree::{BranchTree, drawn_until};
use crate::intent::StepSize;
use crate::model::pace::Speed;
use crate::model::prefix::Prefix;
use crate::model::time;
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
    pub step_by: StepSize,
    /// How fast time passes.
    pub speed: Speed,
    /// What happened.
    pub marks: Prefix<Mark>,
    /// The branches of the session.
    pub branches: Rc<[BranchRow]>,
    /// How many sessions were left.
    pub sessions: usize,
}

/// Buttons, scrubber, clock, speed. Only the scrubber is rendered again while time passes.
#[component]
pub fn TransportBar(props: &TransportBarProps) -> Html {
    let t = use_ui().t();
    let &TransportBarProps { playing, at, from, now, step_by, speed, ref marks, ref branches, sessions } = props;
    let several = branches.len() > 1;
    html! {
        <section class="transport" aria-label={t.transport}>
            <TransportButtons {playing} {step_by} />
            <div class="scrub-column">
                if several {
                    <BranchTree rows={Rc::clone(branches)} extent_us={time::extent(now)} now={drawn_until(now)} />
                }
                <Scrubber {at} {from} {now} marks={marks.clone()} />
            </div>
            <TransportEnd live={at >= now} {speed} others={several || sessions > 0} />
        </section>
    }
}
