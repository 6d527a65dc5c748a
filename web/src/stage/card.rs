//! A node's card.

use std::sync::Arc;

use psyncscope_lab::sim::frame::{HostFrame, Power};
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::i18n::{Text, fill, use_text};
use crate::intent::{Grip, Intent, Overlay, use_desk};
use crate::model::geometry::Point;
use crate::model::time;
use crate::stage::card_chips::CardChips;
use crate::stage::mini_ring::MiniRing;
use crate::ui::icon::{Icon, Shape};
use crate::ui::rich::{Fill, rich};
use crate::ui::shared::Shared;

/// How far Shift and an arrow key move a card.
const NUDGE: f64 = 16.0;

/// Properties of [`Card`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The host.
    pub host: Shared<HostFrame>,
    /// The name of the master, if it is a replica of a host that is here.
    pub master: Option<Arc<str>>,
    /// What INFO on its master calls its lag.
    pub lag_s: Option<i64>,
    /// Whether the panels are about it.
    pub selected: bool,
    /// A master is being chosen: whether this card may be it.
    pub target: Option<bool>,
}

/// Name, role, state, offset, histories and a small ring; a plug to connect it by and a button for its menu.
#[component]
pub fn Card(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let host = &props.host;
    let id = host.id;
    let name = host.name.to_string();
    let choosing = props.target.is_some();

    let onclick = desk.on(move |_: MouseEvent| if choosing { Intent::ChooseMaster(id) } else { Intent::Select(id) });
    let onpointerdown = {
        let desk = desk.clone();
        Callback::from(move |event: PointerEvent| {
            let on_button = event
                .target()
                .and_then(|t| t.dyn_into::<Element>().ok())
                .is_some_and(|e| e.closest("button").ok().flatten().is_some());
            // A finger moves the card by its head only: elsewhere it scrolls the page.
            let by_head = event
                .target()
                .and_then(|t| t.dyn_into::<Element>().ok())
                .is_some_and(|e| e.closest(".card-head").ok().flatten().is_some());
            if event.button() == 0 && !on_button && !choosing && (by_head || event.pointer_type() == "mouse") {
                desk.ask(Intent::Grab(id, Grip::Move, point_of(&event)));
            }
        })
    };
    let onplug = {
        let desk = desk.clone();
        Callback::from(move |event: PointerEvent| {
            event.stop_propagation();
            if event.button() == 0 {
                desk.ask(Intent::Grab(id, Grip::Plug, point_of(&event)));
            }
        })
    };
    let onplugclick = {
        let desk = desk.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            // A press by key has no way to drag: it goes on by choosing a card.
            if event.detail() == 0 {
                desk.ask(Intent::StartConnect(id));
            }
        })
    };
    let onkeydown = {
        let desk = desk.clone();
        Callback::from(move |event: KeyboardEvent| {
            // Keys pressed on the card's buttons are theirs.
            let here = event.target_dyn_into::<Element>().is_some_and(|e| e.has_attribute("data-host"));
            let step = match event.key().as_str() {
                "ArrowLeft" => Point::new(-NUDGE, 0.0),
                "ArrowRight" => Point::new(NUDGE, 0.0),
                "ArrowUp" => Point::new(0.0, -NUDGE),
                "ArrowDown" => Point::new(0.0, NUDGE),
                "Enter" | " " if here => {
                    event.prevent_default();
                    event.stop_propagation();
                    desk.ask(if choosing { Intent::ChooseMaster(id) } else { Intent::Select(id) });
                    return;
                }
                "m" | "ContextMenu" if here => {
                    event.prevent_default();
                    open_menu(&desk, id, event.target());
                    return;
                }
                _ => return,
            };
            if event.shift_key() {
                event.prevent_default();
                event.stop_propagation();
                desk.ask(Intent::Nudge(id, step));
            }
        })
    };
    let oncontextmenu = {
        let desk = desk.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            let at = Point::new(f64::from(event.client_x()), f64::from(event.client_y()));
            desk.ask(Intent::Open(Overlay::Node(id, at)));
        })
    };
    let onmenu = {
        let desk = desk.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            open_menu(&desk, id, event.target());
        })
    };

    let power = match host.power {
        Power::Running => "running",
        Power::Paused => "paused",
        Power::Stopped => "stopped",
        Power::Off => "off",
    };
    let class = classes!(
        "card",
        format!("power-{power}"),
        props.selected.then_some("selected"),
        props.target.map(|may| if may { "target" } else { "no-target" }),
    );
    let role = role_of(host, props.master.as_deref(), t);
    let state = state_of(host, t);
    let label = format!("{name}, {role}, {}", state.plain);
    let menu_label = fill(t.node_menu, &[("node", &name)]);
    let plug_label = fill(t.connect_handle, &[("node", &name)]);
    html! {
        <div {class} role="group" tabindex="0" aria-label={label} aria-current={props.selected.then_some("true")}
            data-host={id.0.to_string()} data-testid={format!("node-{name}")} data-power={power} title={t.drag_hint}
            {onclick} {onpointerdown} {onkeydown} {oncontextmenu}>
            <button type="button" class="card-plug" aria-label={plug_label.clone()} title={plug_label}
                data-testid={format!("plug-{name}")} onpointerdown={onplug} onclick={onplugclick}></button>
            <div class="card-head">
                <span class="card-name">{ &name }</span>
                <span class="card-role" data-testid={format!("node-{name}-role")}>{ role }</span>
                <button type="button" class="icon-button card-menu" aria-haspopup="menu" aria-label={menu_label.clone()}
                    title={menu_label} data-testid={format!("menu-{name}")} onclick={onmenu}>
                    <Icon shape={Shape::Menu} />
                </button>
            </div>
            <div class="card-body">
                <div class="card-facts">
                    <div class={classes!("card-state", state.class)} data-testid={format!("node-{name}-state")}>
                        { state.plain }
                    </div>
                    <div class="card-offset">
                        <span class="faint">{ t.offset }</span>
                        <span class="num" data-testid={format!("node-{name}-offset")}>
                            { host.node.as_ref().map_or_else(|| "–".to_owned(), |n| n.master_repl_offset.to_string()) }
                        </span>
                        if let Some(lag) = props.lag_s {
                            <span class="faint card-lag" title={t.lag_title}>
                                { rich(t.lag, |_| Fill::from(lag)) }
                            </span>
                        }
                    </div>
                    if let Some(node) = &host.node {
                        <CardChips {name} replid={node.replid} replid2={node.replid2} second={node.second_replid_offset} />
                    }
                </div>
                if let Some(node) = &host.node {
                    <MiniRing node={Shared::from(node)} />
                }
            </div>
        </div>
    }
}

fn point_of(event: &PointerEvent) -> Point {
    Point::new(f64::from(event.client_x()), f64::from(event.client_y()))
}

/// Opens the menu below the lower left corner of what was pressed.
fn open_menu(
    desk: &crate::intent::Desk,
    id: psyncscope_lab::sim::frame::HostId,
    pressed: Option<web_sys::EventTarget>,
) {
    let element =
        pressed.and_then(|t| t.dyn_into::<Element>().ok()).and_then(|e| e.closest("button, .card").ok().flatten());
    let Some(element) = element else { return };
    let rect = element.get_bounding_client_rect();
    desk.ask(Intent::Open(Overlay::Node(id, Point::new(rect.left(), rect.bottom() + 4.0))));
}

/// `master`, `replica of a`, `was master`.
fn role_of(host: &HostFrame, master: Option<&str>, t: &Text) -> String {
    let dead = matches!(host.power, Power::Stopped | Power::Off);
    let upstream = host.node.as_ref().and_then(|n| n.upstream.as_ref());
    match (upstream, master) {
        (None, _) => if dead { t.role_was_master } else { t.role_master }.to_owned(),
        (Some(_), _) if dead => t.role_was_replica.to_owned(),
        (Some(_), Some(master)) => fill(t.role_replica_of, &[("node", master)]),
        (Some(upstream), None) => fill(t.role_replica_of_stranger, &[("node", &upstream.host)]),
    }
}

struct State {
    plain: String,
    class: &'static str,
}

/// The handshake's state on a replica, the number of replicas on a master, or what is wrong with the process.
fn state_of(host: &HostFrame, t: &Text) -> State {
    let trouble = |words: &str, at| State { plain: fill(words, &[("at", &time::short(at))]), class: "state-trouble" };
    match host.power {
        Power::Paused => return State { plain: t.state_paused.to_owned(), class: "state-trouble" },
        Power::Stopped => return trouble(t.state_stopped, host.since),
        Power::Off => return trouble(t.state_off, host.since),
        Power::Running => {}
    }
    if let Some(until) = host.sleeps_until {
        return trouble(t.state_asleep, until);
    }
    let Some(node) = &host.node else { return State { plain: "–".to_owned(), class: "" } };
    match &node.upstream {
        Some(upstream) => {
            let connected = upstream.state == psyncscope_lab::engine::replication::replica::ReplState::Connected;
            State {
                plain: upstream.state.name().to_owned(),
                class: if connected { "state-code" } else { "state-code state-moving" },
            }
        }
        None if node.replicas.is_empty() => State { plain: t.no_replicas.to_owned(), class: "" },
        None => {
            let n = node.replicas.len().to_string();
            let mut plain = fill(t.replicas_attached, &[("n", &n)]);
            if node.saving {
                plain = format!("{plain} · {}", t.saving);
            }
            State { plain, class: "" }
        }
    }
}
