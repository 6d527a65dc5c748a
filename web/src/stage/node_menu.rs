//! What can be done to a node.

use std::sync::Arc;

use psyncscope_lab::Action;
use psyncscope_lab::sim::frame::{HostFrame, HostId, Power};
use yew::prelude::*;

use crate::i18n::{fill, use_text};
use crate::intent::{Intent, Place, use_desk};
use crate::model::geometry::Point;
use crate::ui::popover::Popover;
use crate::ui::shared::Shared;
use crate::ui::trouble::{Trouble, TroubleNote};

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
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The node.
    pub host: Shared<HostFrame>,
    /// All other nodes.
    pub others: Vec<Other>,
    /// The node that it follows.
    pub master: Option<HostId>,
    /// Where the menu opens.
    pub at: Point,
    /// A refusal of something that was tried here.
    pub trouble: Option<Trouble>,
}

/// The menu. Everything in it is an action of the lab; what concerns replication is a command at the node's console.
#[component]
pub fn NodeMenu(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let host = &props.host;
    let (id, name) = (host.id, host.name.to_string());
    let label = fill(t.node_menu, &[("node", &name)]);
    let act = |make: fn(String) -> Action, words: &'static str, why: &'static str, testid: &'static str| {
        let name = name.clone();
        let onclick = desk.on(move |_: MouseEvent| Intent::Act(make(name.clone()), Place::Overlay));
        html! {
            <button type="button" role="menuitem" class="menu-item" data-testid={testid} {onclick}>
                <span>{ words }</span><span class="menu-why">{ why }</span>
            </button>
        }
    };
    let wires = |cut: bool| {
        let actions = props.others.iter().filter(|o| o.cut != cut).map(|o| {
            let (from, to) = (name.clone(), o.name.to_string());
            if cut { Action::Cut { from, to, one_way: false } } else { Action::Heal { from, to, one_way: false } }
        });
        actions.collect::<Vec<_>>()
    };
    let runs = host.power == Power::Running;
    let follows = host.node.as_ref().is_some_and(|n| n.upstream.is_some());
    html! {
        <Popover at={props.at} {label} role="menu" testid="node-menu" on_close={desk.on(|()| Intent::Close)}>
            <p class="popover-title">{ fill(t.node, &[("node", &name)]) }<span class="faint num">{ format!("{}:{}", host.ip, host.port) }</span></p>
            if let Some(trouble) = &props.trouble {
                <TroubleNote trouble={trouble.clone()} on_dismiss={desk.on(|()| Intent::DismissTrouble)} />
            }
            if runs && !props.others.is_empty() {
                <div class="menu-group" role="group" aria-label={t.make_replica_of}>
                    <p class="menu-label">{ t.make_replica_of }</p>
                    <div class="menu-row">
                        { for props.others.iter().filter(|o| Some(o.id) != props.master).map(|o| {
                            let master = o.id;
                            html! {
                                <button type="button" role="menuitem" class="button small" key={o.name.to_string()}
                                    title={format!("REPLICAOF {} 6379", o.name)} data-testid={format!("follow-{}", o.name)}
                                    onclick={desk.on(move |_: MouseEvent| Intent::Follow(id, master))}>
                                    { o.name.to_string() }
                                </button>
                            }
                        }) }
                        <button type="button" role="menuitem" class="button small quiet"
                            onclick={desk.on(move |_: MouseEvent| Intent::StartConnect(id))}>{ t.choose_on_stage }</button>
                    </div>
                </div>
            }
            if runs && follows {
                <button type="button" role="menuitem" class="menu-item" data-testid="promote"
                    onclick={desk.on(move |_: MouseEvent| Intent::Promote(id))}>
                    <span>{ t.promote }</span><code class="menu-why">{ "REPLICAOF NO ONE" }</code>
                </button>
            }
            <hr />
            if runs {
                { act(|node| Action::Pause { node }, t.pause, t.pause_why, "pause-node") }
            }
            if host.power == Power::Paused {
                { act(|node| Action::Resume { node }, t.resume, t.resume_why, "resume-node") }
            }
            if matches!(host.power, Power::Running | Power::Paused) {
                { act(|node| Action::Crash { node }, t.crash, t.crash_why, "crash-node") }
            }
            if matches!(host.power, Power::Stopped | Power::Off) {
                { act(|node| Action::Restart { node }, t.restart, t.restart_why, "restart-node") }
            }
            if host.power != Power::Off {
                { act(|node| Action::PowerOff { node }, t.power_off, t.power_off_why, "power-off-node") }
            }
            if props.others.iter().any(|o| !o.cut) {
                <button type="button" role="menuitem" class="menu-item" data-testid="isolate-node"
                    onclick={let actions = wires(true); desk.on(move |_: MouseEvent| Intent::ActAll(actions.clone(), Place::Overlay))}>
                    <span>{ t.isolate }</span><span class="menu-why">{ t.isolate_why }</span>
                </button>
            }
            if props.others.iter().any(|o| o.cut) {
                <button type="button" role="menuitem" class="menu-item" data-testid="rejoin-node"
                    onclick={let actions = wires(false); desk.on(move |_: MouseEvent| Intent::ActAll(actions.clone(), Place::Overlay))}>
                    <span>{ t.rejoin }</span>
                </button>
            }
            <hr />
            { act(|node| Action::RemoveNode { node }, t.remove, t.remove_why, "remove-node") }
        </Popover>
    }
}
