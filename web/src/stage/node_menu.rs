//! What can be done to a node.

use std::sync::Arc;

use psyncscope_lab::Action;
use psyncscope_lab::sim::frame::{HostFrame, HostId, Power};
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::{ErrorSite, Intent};
use crate::model::geometry::Point;
use crate::stage::menu_item::MenuItem;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::error::UiError;
use crate::ui::error_note::ErrorNote;
use crate::ui::popover::Popover;
use crate::ui::shared::Shared;

/// Another node, as a possible master or the other end of a wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    /// Its number.
    pub id: HostId,
    /// Its name.
    pub name: Arc<str>,
    /// Whether the wire to it is cut both ways.
    pub cut: bool,
}

/// Properties of [`NodeMenu`].
#[derive(Properties, PartialEq)]
pub struct NodeMenuProps {
    /// The node.
    pub host: Shared<HostFrame>,
    /// All other nodes.
    pub others: Vec<Other>,
    /// The node that it follows.
    pub master: Option<HostId>,
    /// An error of something that was tried here.
    pub error: Option<UiError>,
    /// Where it was opened, in the window.
    pub at: Point,
}

/// The menu of a node. Everything in it is an action of the lab; what concerns replication is a command at its console.
#[component]
pub fn NodeMenu(props: &NodeMenuProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let host = &props.host;
    let name = host.name.to_string();
    let label = fill(t.node_menu, &[("node", &name)]);
    let remove = Intent::Act(vec![Action::RemoveNode { node: name.clone() }], ErrorSite::Overlay);
    html! {
        <Popover label={label.clone()} role="dialog" testid="node-menu" at={props.at}>
            <p class="popover-title">
                { fill(t.node, &[("node", &name)]) }
                <span class="faint num">{ format!("{}:{}", host.ip, host.port) }</span>
            </p>
            if let Some(error) = &props.error {
                <ErrorNote error={error.clone()} />
            }
            <div class="menu" role="menu" aria-label={label}>
                if host.power == Power::Running {
                    { replication(props, &ui) }
                    <hr />
                }
                { for faults(props, &ui) }
                <hr />
                <MenuItem label={t.remove} why={t.remove_why} testid="remove-node" onclick={ui.click(remove)} />
            </div>
        </Popover>
    }
}

/// Whom it may follow, and its promotion.
fn replication(props: &NodeMenuProps, ui: &UiContext) -> Html {
    let t = ui.t();
    let id = props.host.id;
    let masters = props.others.iter().filter(|other| Some(other.id) != props.master).map(|other| {
        html! {
            <MenuItem
                key={other.id.0}
                class="button small"
                label={other.name.to_string()}
                testid={format!("follow-{}", other.name)}
                onclick={ui.click(Intent::Follow(id, other.id))}
            />
        }
    });
    html! {
        <>
            if !props.others.is_empty() {
                <div class="menu-group" role="group" aria-label={t.make_replica_of}>
                    <span class="menu-label" aria-hidden="true">{ t.make_replica_of }</span>
                    <div class="menu-row" role="none">
                        { for masters }
                        <MenuItem
                            class="button small quiet"
                            label={t.choose_on_stage}
                            testid="choose-master"
                            onclick={ui.click(Intent::StartConnect(id))}
                        />
                    </div>
                </div>
            }
            if props.host.node.as_ref().is_some_and(|node| node.upstream.is_some()) {
                <MenuItem
                    label={t.promote}
                    why="REPLICAOF NO ONE"
                    testid="promote"
                    onclick={ui.click(Intent::Promote(id))}
                />
            }
        </>
    }
}

/// What can be broken and mended, as far as the node's state allows it.
fn faults(props: &NodeMenuProps, ui: &UiContext) -> Vec<Html> {
    let t = ui.t();
    let power = props.host.power;
    let runs_or_paused = matches!(power, Power::Running | Power::Paused);
    let node = || props.host.name.to_string();
    let wires = |cut: bool| -> Vec<Action> {
        let make = |other: &Other| {
            let (from, to, one_way) = (node(), other.name.to_string(), false);
            if cut { Action::Cut { from, to, one_way } } else { Action::Heal { from, to, one_way } }
        };
        props.others.iter().filter(|other| other.cut != cut).map(make).collect()
    };
    let (to_cut, to_heal) = (wires(true), wires(false));
    let faults = [
        (power == Power::Running, t.pause, t.pause_why, "pause-node", vec![Action::Pause { node: node() }]),
        (power == Power::Paused, t.resume, t.resume_why, "resume-node", vec![Action::Resume { node: node() }]),
        (runs_or_paused, t.crash, t.crash_why, "crash-node", vec![Action::Crash { node: node() }]),
        (!runs_or_paused, t.restart, t.restart_why, "restart-node", vec![Action::Restart { node: node() }]),
        (power != Power::Off, t.power_off, t.power_off_why, "power-off-node", vec![Action::PowerOff { node: node() }]),
        (!to_cut.is_empty(), t.isolate, t.isolate_why, "isolate-node", to_cut),
        (!to_heal.is_empty(), t.rejoin, "", "rejoin-node", to_heal),
    ];
    faults
        .into_iter()
        .filter(|(possible, ..)| *possible)
        .map(|(_, label, why, testid, actions)| {
            let onclick = ui.click(Intent::Act(actions, ErrorSite::Overlay));
            html! { <MenuItem key={testid} {label} {why} {testid} {onclick} /> }
        })
        .collect()
}
