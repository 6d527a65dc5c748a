//! A node's card.

use std::rc::Rc;
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
use crate::ui::atoms::{bare_button, button, class, span};
use crate::ui::context::UiContext;
use crate::ui::el::el;
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
    fn draw(&self, cx: &UiContext) -> Html {
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
        let plug = bare_button("card-plug")
            .label(plug_label)
            .testid(format!("plug-{name}"))
            .on_pointer_down(on_plug(cx, id))
            .on_click(on_plug_click(cx, id));
        let mut card = el("div");
        if self.selected {
            card = card.set("aria-current", "true");
        }
        let facts = self.facts(&name, state.clone(), state_looks, cx);
        let ring = host.node.as_ref().map(|node| mini_ring(node, cx));
        card.class(looks)
            .set("role", "group")
            .set("tabindex", "0")
            .set("aria-label", format!("{name}, {role}, {state}"))
            .set("data-host", id.0.to_string())
            .testid(format!("node-{name}"))
            .set("data-power", power)
            .set("title", t.drag_hint)
            .on_click(cx.click(press.clone()))
            .on_pointer_down(on_pointer_down(cx, id, self.target.is_some()))
            .on_key_down(on_key(cx, id, press))
            .on(Rc::new(html::oncontextmenu::Wrapper::new(on_context_menu(cx, id))))
            .put(plug)
            .put(head(&name, &role, cx, id))
            .put(el("div").class("card-body").put(facts).maybe(ring))
            .html()
    }
}

impl Card {
    fn facts(&self, name: &str, state: String, state_looks: &'static str, cx: &UiContext) -> Html {
        let t = cx.t();
        let node = self.host.node.as_ref();
        let offset = node.map_or_else(|| "–".to_owned(), |n| n.master_repl_offset.to_string());
        let state =
            el("div").class(format!("card-state {state_looks}")).testid(format!("node-{name}-state")).text(state);
        let lag = self.lag_s.map(|lag| {
            let words = rich(t.lag, &|_| Fill::from(lag));
            el("span").class("faint card-lag").set("title", t.lag_title).put(words).html()
        });
        let offset = el("span").class("num").testid(format!("node-{name}-offset")).text(offset);
        let offset = el("div").class("card-offset").put(span("faint", t.offset)).put(offset).maybe(lag);
        el("div").class("card-facts").put(state).put(offset).maybe(node.map(|node| card_chips(name, node, cx))).html()
    }
}

fn head(name: &str, role: &str, cx: &UiContext, id: HostId) -> Html {
    let dispatch = cx.dispatch.clone();
    let onmenu = Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        open_menu(&dispatch, id, event.target());
    });
    let label = fill(cx.t().node_menu, &[("node", name)]);
    let role = el("span").class("card-role").testid(format!("node-{name}-role")).text(role.to_owned());
    let menu = button("icon-button card-menu", format!("menu-{name}"), Some(label.into()), onmenu, icon(Shape::Menu));
    el("div").class("card-head").put(span("card-name", name.to_owned())).put(role).put(menu).html()
}

fn on_pointer_down(cx: &UiContext, id: HostId, choosing: bool) -> Callback<PointerEvent> {
    let dispatch = cx.dispatch.clone();
    Callback::from(move |event: PointerEvent| {
        let Some(pressed) = event.target_dyn_into::<Element>() else { return };
        let within = |selector| pressed.closest(selector).ok().flatten().is_some();
        // A finger moves the card by its head only: elsewhere it scrolls the page.
        let grips = within(".card-head") || event.pointer_type() == "mouse";
        if event.button() == 0 && grips && !within("button") && !choosing {
            dispatch.emit(Intent::Grab(id, Grip::Move, point_of(&event)));
        }
    })
}

fn on_plug(cx: &UiContext, id: HostId) -> Callback<PointerEvent> {
    let dispatch = cx.dispatch.clone();
    Callback::from(move |event: PointerEvent| {
        event.stop_propagation();
        if event.button() == 0 {
            dispatch.emit(Intent::Grab(id, Grip::Plug, point_of(&event)));
        }
    })
}

fn on_plug_click(cx: &UiContext, id: HostId) -> Callback<MouseEvent> {
    let dispatch = cx.dispatch.clone();
    Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        // A press by key has no way to drag: it goes on by choosing a card.
        if event.detail() == 0 {
            dispatch.emit(Intent::StartConnect(id));
        }
    })
}

fn on_key(cx: &UiContext, id: HostId, press: Intent) -> Callback<KeyboardEvent> {
    let dispatch = cx.dispatch.clone();
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
                dispatch.emit(press.clone());
                return;
            }
            "m" | "ContextMenu" if here => {
                event.prevent_default();
                open_menu(&dispatch, id, event.target());
                return;
            }
            _ => return,
        };
        if event.shift_key() {
            event.prevent_default();
            event.stop_propagation();
            dispatch.emit(Intent::Nudge(id, step));
        }
    })
}

fn on_context_menu(cx: &UiContext, id: HostId) -> Callback<MouseEvent> {
    let dispatch = cx.dispatch.clone();
    Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        let at = Point::new(f64::from(event.client_x()), f64::from(event.client_y()));
        dispatch.emit(Intent::Open(Overlay::Node(id, at)));
    })
}

fn point_of(event: &PointerEvent) -> Point {
    Point::new(f64::from(event.client_x()), f64::from(event.client_y()))
}

/// Opens the menu below the lower left corner of what was pressed.
fn open_menu(dispatch: &Callback<Intent>, id: HostId, pressed: Option<EventTarget>) {
    let pressed = pressed.and_then(|t| t.dyn_into::<Element>().ok());
    let element = pressed.and_then(|e| e.closest("button, .card").ok().flatten());
    let Some(element) = element else { return };
    let rect = element.get_bounding_client_rect();
    dispatch.emit(Intent::Open(Overlay::Node(id, Point::new(rect.left(), rect.bottom() + 4.0))));
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
    let error = |words: &str, at| (fill(words, &[("at", &time::short(at))]), "state-error");
    match host.power {
        Power::Paused => return (t.state_paused.to_owned(), "state-error"),
        Power::Stopped => return error(t.state_stopped, host.since),
        Power::Off => return error(t.state_off, host.since),
        Power::Running => {}
    }
    if let Some(until) = host.sleeps_until {
        return error(t.state_asleep, until);
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
