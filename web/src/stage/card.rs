//! A node's card.

use std::sync::Arc;

use psyncscope_lab::engine::replication::ReplState;
use psyncscope_lab::format;
use psyncscope_lab::sim::frame::{HostFrame, HostId, Power};
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::{Intent, Overlay};
use crate::model::geometry::Point;
use crate::stage::card_chips::CardChips;
use crate::stage::card_head::CardHead;
use crate::stage::card_plug::CardPlug;
use crate::stage::failed_commands::FailedCommands;
use crate::stage::gesture::{Grip, point_of};
use crate::stage::mini_ring::MiniRing;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::rich::{Fill, rich};
use crate::ui::shared::Shared;

/// How far Shift and an arrow key move a card.
const NUDGE: f64 = 16.0;

/// Properties of [`Card`].
#[derive(Properties, PartialEq)]
pub struct CardProps {
    /// The host.
    pub host: Shared<HostFrame>,
    /// The name of the master, if it is a replica of a host that is in the world.
    pub master: Option<Arc<str>>,
    /// What INFO on its master calls its lag, in seconds.
    pub lag_s: Option<i64>,
    /// Whether the panels are about it.
    pub selected: bool,
    /// Whether its menu is open.
    pub menu_open: bool,
    /// While a master is being chosen: whether this card may be it.
    pub target: Option<bool>,
    /// Called when the card or its plug is taken to be dragged.
    pub ongrab: Callback<(HostId, Grip, PointerEvent)>,
    /// Called to move the card by so much.
    pub onnudge: Callback<(HostId, Point)>,
}

/// Name, role, state, offset, replication IDs and a small ring; a plug to connect it by and a button for its menu.
#[component]
pub fn Card(props: &CardProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let host = &props.host;
    let id = host.id;
    let name = AttrValue::from(host.name.to_string());
    let press = if props.target.is_some() { Intent::ChooseMaster(id) } else { Intent::Select(id) };
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
        props.target.map(|possible| if possible { "target" } else { "no-target" }),
    );
    let role = role_of(host, props.master.as_deref(), t);
    let (state, state_class) = state_of(host, t);
    let node = host.node.as_ref();
    let offset = node.map_or_else(|| "–".to_owned(), |n| n.master_repl_offset.to_string());
    let lag = props.lag_s.map(|lag| {
        html! { <span class="faint card-lag" title={t.lag_title}>{ rich(t.lag, &|_| Fill::from(lag)) }</span> }
    });
    html! {
        <div
            {class}
            role="group"
            tabindex="0"
            aria-label={format!("{name}, {role}, {state}")}
            aria-current={props.selected.then_some("true")}
            data-host={id.0.to_string()}
            data-of={id.0.to_string()}
            data-testid={format!("node-{name}")}
            data-power={power}
            title={t.drag_hint}
            onclick={ui.click(press.clone())}
            onpointerdown={on_pointer_down(props)}
            onkeydown={on_key(&ui, props, press)}
            oncontextmenu={on_context_menu(&ui, id)}
        >
            <CardPlug {id} name={name.clone()} ongrab={props.ongrab.clone()} />
            <CardHead {id} name={name.clone()} {role} menu_open={props.menu_open} />
            <div class="card-body">
                <div class="card-facts">
                    <div class={classes!("card-state", state_class)} data-testid={format!("node-{name}-state")}>
                        <span data-field="repl_state replstate">{ state }</span>
                    </div>
                    <div class="card-offset">
                        <span class="faint">{ t.offset }</span>
                        <span class="num" data-field="master_repl_offset reploff" data-testid={format!("node-{name}-offset")}>{ offset }</span>
                        { lag }
                    </div>
                    if let Some(node) = node {
                        <CardChips name={name.clone()} node={Shared::from(node)} />
                    }
                </div>
                if let Some(node) = node {
                    <MiniRing node={Shared::from(node)} />
                }
            </div>
            if let Some(node) = node {
                <FailedCommands name={name.clone()} node={Shared::from(node)} />
            }
        </div>
    }
}

fn on_pointer_down(props: &CardProps) -> Callback<PointerEvent> {
    let (id, choosing, ongrab) = (props.host.id, props.target.is_some(), props.ongrab.clone());
    Callback::from(move |event: PointerEvent| {
        let Some(pressed) = event.target_dyn_into::<Element>() else { return };
        let within = |selector| pressed.closest(selector).ok().flatten().is_some();
        // A finger moves the card by its head only: elsewhere it moves the stage or scrolls the page.
        let grips = within(".card-head") || event.pointer_type() == "mouse";
        if event.button() == 0 && grips && !within("button") && !choosing {
            event.stop_propagation();
            ongrab.emit((id, Grip::Card, event));
        }
    })
}

fn on_key(ui: &UiContext, props: &CardProps, press: Intent) -> Callback<KeyboardEvent> {
    let (dispatch, id, onnudge) = (ui.dispatch.clone(), props.host.id, props.onnudge.clone());
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
            onnudge.emit((id, step));
        }
    })
}

fn on_context_menu(ui: &UiContext, id: HostId) -> Callback<MouseEvent> {
    let dispatch = ui.dispatch.clone();
    Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        dispatch.emit(Intent::Open(Overlay::Node(id, point_of(&event))));
    })
}

/// Opens the menu below the lower left corner of what was pressed.
pub(super) fn open_menu(dispatch: &Callback<Intent>, id: HostId, pressed: Option<EventTarget>) {
    let pressed = pressed.and_then(|t| t.dyn_into::<Element>().ok());
    let element = pressed.and_then(|e| e.closest("button, .card").ok().flatten());
    let Some(element) = element else { return };
    let rect = element.get_bounding_client_rect();
    dispatch.emit(Intent::Open(Overlay::Node(id, Point::new(rect.left(), rect.bottom() + 4.0))));
}

/// `master`, `replica of a`, `was master`.
fn role_of(host: &HostFrame, master: Option<&str>, t: &Messages) -> String {
    let dead = matches!(host.power, Power::Stopped | Power::Off);
    let upstream = host.node.as_ref().and_then(|n| n.upstream.as_ref());
    match (upstream, master) {
        (None, _) => if dead { t.role_was_master } else { t.role_master }.to_owned(),
        (Some(_), _) if dead => t.role_was_replica.to_owned(),
        (Some(_), Some(master)) => fill(t.role_replica_of, &[("node", master)]),
        (Some(upstream), None) => fill(t.role_replica_of_stranger, &[("node", &upstream.host)]),
    }
}

/// The handshake's state on a replica, the number of replicas on a master, or what is wrong with the process; and the
/// class that it is shown in.
fn state_of(host: &HostFrame, t: &Messages) -> (String, &'static str) {
    let trouble = |words: &str, at| (fill(words, &[("at", &format::short(at))]), "state-trouble");
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
            let connected = upstream.state == ReplState::Connected;
            (upstream.state.name().to_owned(), if connected { "state-code" } else { "state-code state-moving" })
        }
        None if node.replicas.is_empty() => (t.no_replicas.to_owned(), ""),
        None => {
            let replicas = fill(t.replicas_attached, &[("n", &node.replicas.len().to_string())]);
            (if node.saving { format!("{replicas} · {}", t.saving) } else { replicas }, "")
        }
    }
}
