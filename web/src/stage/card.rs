//! A node's card.

use std::sync::Arc;

use psyncscope_lab::engine::replication::replica::ReplState;
use psyncscope_lab::sim::frame::{HostFrame, HostId, Power};
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};
use yew::prelude::*;

use crate::i18n::{Text, fill};
use crate::intent::{Grip, Intent, Overlay};
use crate::model::geometry::Point;
use crate::model::time;
use crate::stage::card_chips::card_chips;
use crate::stage::mini_ring::mini_ring;
use crate::ui::atoms::{button, class, div, span};
use crate::ui::cx::Cx;
use crate::ui::icon::{Shape, icon};
use crate::ui::part::Part;
use crate::ui::rich::{Fill, rich};
use crate::ui::shared::Shared;

/// How far Shift and an arrow key move a card.
const NUDGE: f64 = 16.0;

/// Name, role, state, offset, histories and a small ring; a plug to connect it by and a button for its menu.
#[derive(PartialEq)]
pub struct Card {
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

impl Part for Card {
    fn draw(&self, cx: &Cx) -> Html {
        let t = cx.t();
        let host = &self.host;
        let id = host.id;
        let name = host.name.to_string();
        let press = if self.target.is_some() { Intent::ChooseMaster(id) } else { Intent::Select(id) };
        let power = match host.power {
            Power::Running => "running",
            Power::Paused => "paused",
            Power::Stopped => "stopped",
            Power::Off => "off",
        };
        let looks = class(&[
            ("card", true),
            (&format!("power-{power}"), true),
            ("selected", self.selected),
            ("target", self.target == Some(true)),
            ("no-target", self.target == Some(false)),
        ]);
        let role = role_of(host, self.master.as_deref(), t);
        let (state, state_looks) = state_of(host, t);
        let plug_label = fill(t.connect_handle, &[("node", &name)]);
        html! {
            <div class={looks} role="group" tabindex="0" aria-label={format!("{name}, {role}, {state}")}
                aria-current={self.selected.then_some("true")} data-host={id.0.to_string()} data-testid={format!("node-{name}")}
                data-power={power} title={t.drag_hint} onclick={cx.click(press.clone())}
                onpointerdown={on_pointer_down(cx, id, self.target.is_some())} onkeydown={on_key(cx, id, press)}
                oncontextmenu={on_context_menu(cx, id)}>
                <button type="button" class="card-plug" aria-label={plug_label.clone()} title={plug_label}
                    data-testid={format!("plug-{name}")} onpointerdown={on_plug(cx, id)} onclick={on_plug_click(cx, id)}></button>
                { head(&name, &role, cx, id) }
                <div class="card-body">
                    { self.facts(&name, state, state_looks, cx) }
                    { for host.node.as_ref().map(|node| mini_ring(node, cx)) }
                </div>
            </div>
        }
    }
}

impl Card {
    fn facts(&self, name: &str, state: String, state_looks: &'static str, cx: &Cx) -> Html {
        let t = cx.t();
        let node = self.host.node.as_ref();
        let offset = node.map_or_else(|| "–".to_owned(), |n| n.master_repl_offset.to_string());
        html! {
            <div class="card-facts">
                <div class={format!("card-state {state_looks}")} data-testid={format!("node-{name}-state")}>{ state }</div>
                <div class="card-offset">
                    { span("faint", t.offset) }
                    <span class="num" data-testid={format!("node-{name}-offset")}>{ offset }</span>
                    if let Some(lag) = self.lag_s {
                        <span class="faint card-lag" title={t.lag_title}>{ rich(t.lag, &|_| Fill::from(lag)) }</span>
                    }
                </div>
                { for node.map(|node| card_chips(name, node, cx)) }
            </div>
        }
    }
}

fn head(name: &str, role: &str, cx: &Cx, id: HostId) -> Html {
    let desk = cx.desk.clone();
    let onmenu = Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        open_menu(&desk, id, event.target());
    });
    let label = fill(cx.t().node_menu, &[("node", name)]);
    div(
        "card-head",
        html! {
            <>
                { span("card-name", name.to_owned()) }
                <span class="card-role" data-testid={format!("node-{name}-role")}>{ role.to_owned() }</span>
                { button("icon-button card-menu", format!("menu-{name}"), Some(label.into()), onmenu, icon(Shape::Menu)) }
            </>
        },
    )
}

fn on_pointer_down(cx: &Cx, id: HostId, choosing: bool) -> Callback<PointerEvent> {
    let desk = cx.desk.clone();
    Callback::from(move |event: PointerEvent| {
        let Some(pressed) = event.target_dyn_into::<Element>() else { return };
        let within = |selector| pressed.closest(selector).ok().flatten().is_some();
        // A finger moves the card by its head only: elsewhere it scrolls the page.
        let grips = within(".card-head") || event.pointer_type() == "mouse";
        if event.button() == 0 && grips && !within("button") && !choosing {
            desk.emit(Intent::Grab(id, Grip::Move, point_of(&event)));
        }
    })
}

fn on_plug(cx: &Cx, id: HostId) -> Callback<PointerEvent> {
    let desk = cx.desk.clone();
    Callback::from(move |event: PointerEvent| {
        event.stop_propagation();
        if event.button() == 0 {
            desk.emit(Intent::Grab(id, Grip::Plug, point_of(&event)));
        }
    })
}

fn on_plug_click(cx: &Cx, id: HostId) -> Callback<MouseEvent> {
    let desk = cx.desk.clone();
    Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        // A press by key has no way to drag: it goes on by choosing a card.
        if event.detail() == 0 {
            desk.emit(Intent::StartConnect(id));
        }
    })
}

fn on_key(cx: &Cx, id: HostId, press: Intent) -> Callback<KeyboardEvent> {
    let desk = cx.desk.clone();
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
                desk.emit(press.clone());
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
            desk.emit(Intent::Nudge(id, step));
        }
    })
}

fn on_context_menu(cx: &Cx, id: HostId) -> Callback<MouseEvent> {
    let desk = cx.desk.clone();
    Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        let at = Point::new(f64::from(event.client_x()), f64::from(event.client_y()));
        desk.emit(Intent::Open(Overlay::Node(id, at)));
    })
}

fn point_of(event: &PointerEvent) -> Point {
    Point::new(f64::from(event.client_x()), f64::from(event.client_y()))
}

/// Opens the menu below the lower left corner of what was pressed.
fn open_menu(desk: &Callback<Intent>, id: HostId, pressed: Option<EventTarget>) {
    let pressed = pressed.and_then(|t| t.dyn_into::<Element>().ok());
    let element = pressed.and_then(|e| e.closest("button, .card").ok().flatten());
    let Some(element) = element else { return };
    let rect = element.get_bounding_client_rect();
    desk.emit(Intent::Open(Overlay::Node(id, Point::new(rect.left(), rect.bottom() + 4.0))));
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

/// The handshake's state on a replica, the number of replicas on a master, or what is wrong with the process.
fn state_of(host: &HostFrame, t: &Text) -> (String, &'static str) {
    let trouble = |words: &str, at| (fill(words, &[("at", &time::short(at))]), "state-trouble");
    match host.power {
        Power::Paused => return (t.state_paused.to_owned(), "state-trouble"),
        Power::Stopped => return trouble(t.state_stopped, host.since),
        Power::Off => return trouble(t.state_off, host.since),
        Power::Running => {}
    }
    if let Some(until) = host.sleeps_until {
        return trouble(t.state_asleep, until);
    }
    let Some(node) = &host.node else { return ("–".to_owned(), "") };
    match &node.upstream {
        Some(upstream) => {
            let looks = if upstream.state == ReplState::Connected { "state-code" } else { "state-code state-moving" };
            (upstream.state.name().to_owned(), looks)
        }
        None if node.replicas.is_empty() => (t.no_replicas.to_owned(), ""),
        None => {
            let plain = fill(t.replicas_attached, &[("n", &node.replicas.len().to_string())]);
            (if node.saving { format!("{plain} · {}", t.saving) } else { plain }, "")
        }
    }
}
