//! The tree of branches above the scrubber, along the same axis of time.

use std::rc::Rc;

use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::app::branches::BranchRow;
use crate::intent::Intent;
use crate::model::time;
use crate::ui::context::use_ui;

/// Places on the axis at which a branch can begin or end: finer than the eye tells apart.
const PLACES: u64 = 1000;
/// Where a branch that lies beyond the axis's end is drawn.
const LAST_PLACE: u64 = 985;
/// Where a branch's name begins at most: behind it is room for one of the greatest width, which the style says.
const NAME_PLACE_MAX: u64 = 600;

/// Properties of [`BranchTree`].
#[derive(Properties, PartialEq)]
pub struct BranchTreeProps {
    /// The branches.
    pub rows: Rc<[BranchRow]>,
    /// The length of the axis, in microseconds.
    pub extent_us: u64,
    /// How far the branch on the page has run.
    pub now: SimTime,
}

/// The tree: a line for each branch from where it leaves its parent to where it ends. A press goes to that branch.
#[component]
pub fn BranchTree(props: &BranchTreeProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let place = |at: SimTime| (at.0.saturating_mul(PLACES) / props.extent_us.max(1)).min(PLACES);
    let percent = |places: u64| format!("{:.1}%", places as f64 * 100.0 / PLACES as f64);
    let lane = |(nth, row): (usize, &BranchRow)| {
        let begins = place(row.lane.begins).min(LAST_PLACE);
        let end = place(if row.current { props.now } else { row.lane.end }).max(begins + 1);
        let up = row.lane.parent_lane.map(|parent| {
            let style = format!("left:{};height:calc({} * var(--lane))", percent(begins), nth - parent);
            html! { <i class="branch-up" {style}></i> }
        });
        let beyond = (row.lane.end.0 > props.extent_us).then_some("beyond");
        let style = format!("left:{};width:{}", percent(begins), percent(end - begins));
        let label = if row.current { t.branch_current } else { t.branch_switch };
        let label = crate::i18n::fill(label, &[("name", &row.name)]);
        html! {
            <li key={row.index} class={classes!("branch-lane", row.current.then_some("is-current"), beyond)}>
                { up.unwrap_or_default() }
                <i class="branch-line" {style}></i>
                <button
                    type="button"
                    class="branch-name"
                    style={format!("left:{}", percent(begins.min(NAME_PLACE_MAX)))}
                    title={label.clone()}
                    aria-label={label}
                    aria-current={row.current.then_some("true")}
                    data-testid={format!("lane-{}", row.index)}
                    onclick={ui.click(Intent::SwitchBranch(row.index))}
                >
                    { &row.name }
                </button>
            </li>
        }
    };
    html! {
        <ul class="branch-tree" aria-label={t.branches} data-testid="branch-tree">
            { for props.rows.iter().enumerate().map(lane) }
        </ul>
    }
}

/// How often the tree is drawn again while the branch on the page grows: a two-hundredth of the axis is a pixel or two.
#[must_use]
pub fn drawn_until(now: SimTime) -> SimTime {
    let step_us = (time::extent(now) / 200).max(1);
    SimTime(now.0 - now.0 % step_us)
}
