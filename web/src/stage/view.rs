//! The stage: where everything stands, and how it is looked at.
//!
//! Cards stand on a plane, of which a viewport shows a part. The layout makes the plane so that all of it is in view;
//! as long as the user has not moved the view, it stays so.

use std::sync::Arc;

use gloo::events::{EventListener, EventListenerOptions};
use litemap::LiteMap;
use psyncscope_lab::invitation::{MASTER, REPLICA};
use psyncscope_lab::sim::frame::{Frame, HostFrame, HostId};
use psyncscope_lab::topology::{self, WireView};
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement, PointerEvent, WheelEvent};
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::{Intent, Overlay, WhyIntent};
use crate::model::geometry::{Point, Rect, Size};
use crate::model::layout::{CardSize, Layout, keep_inside, layout};
use crate::model::packets::label_letters;
use crate::model::viewport::Viewport;
use crate::stage::card::Card;
use crate::stage::gesture::{Gesture, Grip, Pointer, point_of, spread};
use crate::stage::layer::{LayerHandle, PACKET, PACKET_WHY, Scene, SceneWire};
use crate::stage::tools::{StageTools, Zoom};
use crate::stage::wire_label::WireLabel;
use crate::stage::wire_line::WireLine;
use crate::steps::intent::StepsIntent;
use crate::ui::button::Button;
use crate::ui::context::UiContext;
use crate::ui::dom;
use crate::ui::error::UiError;
use crate::ui::error_note::ErrorNote;
use crate::ui::shared::Shared;
use crate::ui::size_watch::SizeWatch;

/// How much a button or a key magnifies.
const ZOOM_STEP: f64 = 1.25;
/// How much a wheel magnifies for each pixel that it scrolls, as an exponent; a pinch on a touchpad sends smaller
/// steps.
const WHEEL_ZOOM: f64 = 0.0015;
const PINCH_ZOOM: f64 = 0.01;
/// Pixels that a wheel scrolls for each line.
const LINE_PX: f64 = 16.0;

/// Properties of [`Stage`].
#[derive(Properties, PartialEq)]
pub struct StageProps {
    /// The frame shown.
    pub frame: Shared<Frame>,
    /// A number that changes with the world: cards of another one stand at their places at once.
    pub world: usize,
    /// The node that the panels are about.
    pub selected: Option<HostId>,
    /// The node whose master is being chosen.
    pub connecting: Option<HostId>,
    /// The menu or sheet that is open.
    pub overlay: Option<Overlay>,
    /// Whether the reader is invited to cut a wire.
    pub invites_cut: bool,
    /// Whether packets without payload are drawn.
    pub segments: bool,
    /// Whether cards are moved without animation.
    pub reduced_motion: bool,
    /// An error of something that was tried here.
    pub error: Option<UiError>,
    /// What moves.
    pub layer: LayerHandle,
    /// Called when something has begun to move: somebody must call the layer's `settle`.
    pub onmotion: Callback<()>,
}

/// Messages of [`Stage`].
pub enum StageMsg {
    /// Its size is another one.
    Resized(Size),
    /// A card or its plug was taken.
    Grabbed(HostId, Grip, PointerEvent),
    /// A card is moved by a key.
    Nudged(HostId, Point),
    /// A pointer went down beside the cards.
    PointerDown(PointerEvent),
    /// A pointer that is down moved.
    PointerMoved(PointerEvent),
    /// A pointer was lifted; `false` if the browser took it away.
    PointerUp(PointerEvent, bool),
    /// The view is magnified by so much around this place in the window.
    Wheel(f64, Point),
    /// A button or a key changes the view.
    Zoom(Zoom),
    /// A card has the focus by keyboard.
    Focused(HostId),
    /// The page's language or colours are others.
    Context(UiContext),
}

/// The stage. The layer knows where things are at the moment; the component knows where they belong.
pub struct Stage {
    size: Size,
    layout: Layout,
    /// Where the user put cards, as a share of the plane's free width and height: so they keep their places in a window
    /// of another size.
    placed: LiteMap<HostId, Point>,
    /// The view that the user chose, instead of one in which everything is.
    chosen: Option<Viewport>,
    /// Whether the next rendering puts everything to its place at once.
    at_once: bool,
    pointers: Vec<Pointer>,
    gesture: Option<Gesture>,
    view_ref: NodeRef,
    plane_ref: NodeRef,
    ongrab: Callback<(HostId, Grip, PointerEvent)>,
    onnudge: Callback<(HostId, Point)>,
    onzoom: Callback<Zoom>,
    /// Listens to the window while pointers are down.
    pointer_listeners: Vec<EventListener>,
    /// Listens for as long as the stage lives.
    listeners: Vec<EventListener>,
    size_watch: Option<SizeWatch>,
    ui: UiContext,
    _ui_handle: ContextHandle<UiContext>,
}

impl Component for Stage {
    type Message = StageMsg;
    type Properties = StageProps;

    fn create(ctx: &Context<Self>) -> Self {
        let link = ctx.link();
        #[expect(clippy::expect_used, reason = "the stage is rendered below the app, which provides the context")]
        let (ui, handle) = link.context(link.callback(StageMsg::Context)).expect("the app provides the context");
        let mut stage = Self {
            size: Size { w: 800.0, h: 480.0 },
            layout: Layout::default(),
            placed: LiteMap::new_vec(),
            chosen: None,
            at_once: true,
            pointers: Vec::new(),
            gesture: None,
            view_ref: NodeRef::default(),
            plane_ref: NodeRef::default(),
            ongrab: link.callback(|(id, grip, event)| StageMsg::Grabbed(id, grip, event)),
            onnudge: link.callback(|(id, by)| StageMsg::Nudged(id, by)),
            onzoom: link.callback(StageMsg::Zoom),
            pointer_listeners: Vec::new(),
            listeners: Vec::new(),
            size_watch: None,
            ui,
            _ui_handle: handle,
        };
        stage.lay_out(ctx);
        stage
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &StageProps) -> bool {
        let props = ctx.props();
        if props.world != old.world {
            self.placed.clear();
            self.chosen = None;
            self.at_once = true;
        }
        self.lay_out(ctx);
        if props.selected != old.selected
            && let Some(id) = props.selected
        {
            self.reveal(id);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: StageMsg) -> bool {
        match msg {
            StageMsg::Resized(size) => self.resized(ctx, size),
            StageMsg::Grabbed(host, grip, event) => self.grab(ctx, host, grip, &event),
            StageMsg::Nudged(id, by) => {
                let corner = ctx.props().layer.get().corner(id);
                if let Some(corner) = corner {
                    self.put(ctx, id, Point::new(corner.x + by.x, corner.y + by.y));
                }
                false
            }
            StageMsg::PointerDown(event) => self.pointer_down(ctx, &event),
            StageMsg::PointerMoved(event) => self.pointer_moved(ctx, &event),
            StageMsg::PointerUp(event, lifted) => self.pointer_up(ctx, &event, lifted),
            StageMsg::Wheel(factor, at) => {
                let view = self.viewport().zoomed(factor, self.on_stage(at));
                self.look(ctx, view)
            }
            StageMsg::Zoom(zoom) => self.zoom(zoom),
            StageMsg::Focused(id) => self.reveal(id),
            StageMsg::Context(ui) => {
                self.ui = ui;
                true
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let (props, t) = (ctx.props(), self.ui.t());
        let wires = self.wires(ctx);
        let plane = classes!("plane", (self.layout.card == CardSize::Compact).then_some("compact"));
        let view = classes!("stage-view", self.gesture.is_some().then_some("dragging"));
        let connecting = props.connecting.map(|id| topology::name(&props.frame, id));
        let open = match props.overlay {
            Some(Overlay::Wire(a, b, _)) => Some((a, b)),
            _ => None,
        };
        html! {
            <section class="stage" aria-label={t.stage}>
                <div
                    class={view}
                    ref={self.view_ref.clone()}
                    data-testid="stage"
                    onpointerdown={ctx.link().callback(StageMsg::PointerDown)}
                >
                    <div class={plane} ref={self.plane_ref.clone()} onfocusin={on_focus(ctx)}>
                        <svg class="wires" aria-hidden="true">
                            <g>
                                { for wires.iter().map(|wire| html! {
                                    <WireLine key={wire.key()} wire={wire.clone()} />
                                }) }
                            </g>
                            <path class="plug-line" d="" />
                        </svg>
                        <div class="wire-labels">
                            { for wires.iter().map(|wire| html! {
                                <WireLabel
                                    key={wire.key()}
                                    open={open == Some((wire.a, wire.b))}
                                    invited={props.invites_cut && [&*wire.a_name, &*wire.b_name] == [MASTER, REPLICA]}
                                    wire={wire.clone()}
                                />
                            }) }
                        </div>
                        <div class="packets" aria-hidden="true" onclick={on_packet(&self.ui)}
                            onpointerover={on_packet_pointed(&self.ui)} onpointerout={self.ui.dispatch.reform(|_: PointerEvent| Intent::Light(None))} />
                        <div class="cards">{ for props.frame.hosts.iter().map(|host| self.card(ctx, host)) }</div>
                    </div>
                    if props.frame.hosts.is_empty() {
                        <p class="stage-empty">{ t.nobody }</p>
                    }
                </div>
                if let Some(error) = &props.error {
                    <div class="stage-error"><ErrorNote error={error.clone()} /></div>
                }
                // In the tools' place: nothing on the stage moves while a master is being chosen.
                if let Some(name) = connecting {
                    <div class="stage-tools stage-prompt" role="status">
                        <span>{ fill(t.connect_prompt, &[("node", &name)]) }</span>
                        <Button class="button small" onclick={self.ui.click(Intent::CancelConnect)}>
                            { t.cancel }
                        </Button>
                    </div>
                } else {
                    <StageTools
                        segments={props.segments}
                        hides_cards={self.hides_cards()}
                        onzoom={self.onzoom.clone()}
                    />
                }
            </section>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            self.listen(ctx);
        }
        let Some(plane) = self.plane_ref.cast::<HtmlElement>() else { return };
        let props = ctx.props();
        let at_once = std::mem::take(&mut self.at_once) || props.reduced_motion;
        let scene = self.scene(ctx);
        let settling = {
            let mut layer = props.layer.get();
            layer.update(&plane, scene, at_once);
            layer.is_settling()
        };
        if settling {
            props.onmotion.emit(());
        }
    }
}

impl Stage {
    /// Finds places for the cards of the frame.
    fn lay_out(&mut self, ctx: &Context<Self>) {
        let frame = &ctx.props().frame;
        let hosts: Vec<HostId> = frame.hosts.iter().map(|host| host.id).collect();
        self.layout = layout(&hosts, &topology::masters(frame), self.size);
        let (plane, card, free) = (self.layout.plane, self.layout.card.size(), self.free());
        for (id, corner) in &mut self.layout.corners {
            if let Some(share) = self.placed.get(id) {
                *corner = keep_inside(Point::new(share.x * free.w, share.y * free.h), plane, card);
            }
        }
    }

    /// The width and height that a card's corner has to itself.
    fn free(&self) -> Size {
        let (plane, card) = (self.layout.plane, self.layout.card.size());
        Size { w: (plane.w - card.w).max(1.0), h: (plane.h - card.h).max(1.0) }
    }

    /// The view that belongs to what is shown.
    fn viewport(&self) -> Viewport {
        self.chosen.unwrap_or_else(|| Viewport::fit(self.layout.scale))
    }

    fn card_rect(&self, id: HostId) -> Option<Rect> {
        let (corner, card) = (self.layout.corners.get(&id)?, self.layout.card.size());
        Some(Rect { x: corner.x, y: corner.y, w: card.w, h: card.h })
    }

    fn hides_cards(&self) -> bool {
        let visible = self.viewport().visible(self.size);
        self.chosen.is_some()
            && self.layout.corners.keys().filter_map(|&id| self.card_rect(id)).any(|card| !visible.contains(&card))
    }

    /// The wires worth drawing; one whose sheet is open stays.
    fn wires(&self, ctx: &Context<Self>) -> Vec<WireView> {
        let open = match ctx.props().overlay {
            Some(Overlay::Wire(a, b, _)) => Some((a, b)),
            _ => None,
        };
        topology::wires(&ctx.props().frame, open)
    }

    fn scene(&self, ctx: &Context<Self>) -> Scene {
        let scene_wire = |wire: &WireView| SceneWire {
            ends: (wire.a, wire.b),
            letters: label_letters(&wire.label(self.ui.t().wire_cut_short)),
            apart: wire.is_half_cut(),
        };
        Scene {
            corners: self.layout.corners.clone(),
            card: self.layout.card.size(),
            flow: self.layout.flow,
            plane: self.layout.plane,
            wires: self.wires(ctx).iter().map(scene_wire).collect(),
            viewport: self.viewport(),
        }
    }

    fn card(&self, ctx: &Context<Self>, host: &Arc<HostFrame>) -> Html {
        let props = ctx.props();
        let id = host.id;
        let master = topology::master_of(host, &props.frame.hosts).and_then(|m| topology::host(&props.frame, m));
        html! {
            <Card
                key={id.0}
                host={Shared::from(host)}
                master={master.map(|master| Arc::clone(&master.name))}
                lag_s={master.and_then(|master| topology::lag_s(master, id))}
                selected={props.selected == Some(id)}
                menu_open={matches!(props.overlay, Some(Overlay::Node(open, _)) if open == id)}
                target={props.connecting.map(|replica| replica != id)}
                ongrab={self.ongrab.clone()}
                onnudge={self.onnudge.clone()}
            />
        }
    }

    // --- the view ---

    /// Listens to the stage's size, its wheel and the keys that change the view.
    fn listen(&mut self, ctx: &Context<Self>) {
        let Some(view) = self.view_ref.cast::<HtmlElement>() else { return };
        let link = ctx.link().clone();
        let wheel = EventListener::new_with_options(
            &view,
            "wheel",
            EventListenerOptions::enable_prevent_default(),
            move |event| {
                if let Some((factor, at)) = event.dyn_ref::<WheelEvent>().and_then(wheel_zoom) {
                    event.prevent_default();
                    link.send_message(StageMsg::Wheel(factor, at));
                }
            },
        );
        self.listeners.push(wheel);
        let link = ctx.link().clone();
        if let Some(window) = dom::window() {
            self.listeners.push(EventListener::new(&window, "keydown", move |event| {
                if let Some(zoom) = event.dyn_ref().and_then(key_zoom) {
                    link.send_message(StageMsg::Zoom(zoom));
                }
            }));
        }
        let (link, watched) = (ctx.link().clone(), view.clone());
        self.size_watch = SizeWatch::new(&view, move || link.send_message(StageMsg::Resized(size_of(&watched))));
        ctx.link().send_message(StageMsg::Resized(size_of(&view)));
    }

    fn resized(&mut self, ctx: &Context<Self>, size: Size) -> bool {
        if size == self.size || size.w <= 0.0 || size.h <= 0.0 {
            return false;
        }
        self.size = size;
        self.at_once = true;
        self.lay_out(ctx);
        self.chosen = self.chosen.map(|view| view.kept_in_view(self.layout.plane, size));
        true
    }

    /// Looks at this part of the plane from now on. Returns whether the tools must be rendered.
    fn look(&mut self, ctx: &Context<Self>, view: Viewport) -> bool {
        let hid_cards = self.hides_cards();
        let view = view.kept_in_view(self.layout.plane, self.size);
        self.chosen = Some(view);
        ctx.props().layer.get().look(view);
        hid_cards != self.hides_cards()
    }

    fn zoom(&mut self, zoom: Zoom) -> bool {
        let middle = Point::new(self.size.w / 2.0, self.size.h / 2.0);
        let factor = match zoom {
            Zoom::In => ZOOM_STEP,
            Zoom::Out => 1.0 / ZOOM_STEP,
            Zoom::Fit => {
                // Cards that the user moved stay where they are: the plane is as large as it was.
                self.chosen = None;
                return true;
            }
        };
        self.chosen = Some(self.viewport().zoomed(factor, middle).kept_in_view(self.layout.plane, self.size));
        true
    }

    /// Brings a card into view, if the user chose a view in which it is not.
    fn reveal(&mut self, id: HostId) -> bool {
        let (Some(view), Some(card)) = (self.chosen, self.card_rect(id)) else { return false };
        let revealed = view.revealing(card, self.size);
        self.chosen = Some(revealed);
        revealed != view
    }

    // --- pointers ---

    /// A place in the window as a place on the stage.
    fn on_stage(&self, at: Point) -> Point {
        let rect = self.view_ref.cast::<Element>().map(|view| view.get_bounding_client_rect());
        rect.map_or(at, |rect| Point::new(at.x - rect.left(), at.y - rect.top()))
    }

    /// A place in the window as a place on the plane.
    fn on_plane(&self, ctx: &Context<Self>, at: Point) -> Point {
        let view = ctx.props().layer.get().viewport();
        view.to_plane(self.on_stage(at))
    }

    /// Puts a card somewhere and remembers it.
    fn put(&mut self, ctx: &Context<Self>, id: HostId, corner: Point) {
        let corner = keep_inside(corner, self.layout.plane, self.layout.card.size());
        let free = self.free();
        self.placed.insert(id, Point::new(corner.x / free.w, corner.y / free.h));
        self.layout.corners.insert(id, corner);
        ctx.props().layer.get().drag(id, corner);
    }

    fn grab(&mut self, ctx: &Context<Self>, host: HostId, grip: Grip, event: &PointerEvent) -> bool {
        let corner = ctx.props().layer.get().corner(host);
        if let Some(corner) = corner {
            self.gesture = Some(Gesture::Hold { host, grip, corner, dragged: false });
            self.pointers = vec![Pointer::of(event)];
            self.follow_pointers(ctx);
        }
        false
    }

    fn pointer_down(&mut self, ctx: &Context<Self>, event: &PointerEvent) -> bool {
        let holds = matches!(self.gesture, Some(Gesture::Hold { .. }));
        // The right button has the menus.
        if holds || (event.pointer_type() == "mouse" && event.button() == 2) {
            return false;
        }
        self.pointers.retain(|pointer| pointer.id != event.pointer_id());
        self.pointers.push(Pointer::of(event));
        self.gesture.get_or_insert(Gesture::Look { moved: false });
        self.follow_pointers(ctx);
        false
    }

    /// Listens to the window while pointers are down: they may leave the stage.
    fn follow_pointers(&mut self, ctx: &Context<Self>) {
        let Some(window) = dom::window().filter(|_| self.pointer_listeners.is_empty()) else { return };
        let listen = |name: &'static str, make: fn(PointerEvent) -> StageMsg| {
            let link = ctx.link().clone();
            EventListener::new(&window, name, move |event| {
                if let Some(event) = event.dyn_ref::<PointerEvent>() {
                    link.send_message(make(event.clone()));
                }
            })
        };
        self.pointer_listeners = vec![
            listen("pointermove", StageMsg::PointerMoved),
            listen("pointerup", |event| StageMsg::PointerUp(event, true)),
            listen("pointercancel", |event| StageMsg::PointerUp(event, false)),
        ];
    }

    fn pointer_moved(&mut self, ctx: &Context<Self>, event: &PointerEvent) -> bool {
        if event.pointer_type() == "mouse" && event.buttons() == 0 {
            // It was lifted where nobody told the page.
            return self.pointer_up(ctx, event, false);
        }
        let before = spread(&self.pointers);
        let Some(pointer) = self.pointers.iter_mut().find(|p| p.id == event.pointer_id()) else { return false };
        pointer.at = point_of(event);
        let pointer = *pointer;
        match &mut self.gesture {
            Some(Gesture::Hold { host, grip, corner, dragged }) => {
                let first = !*dragged && pointer.drags();
                *dragged |= pointer.drags();
                if !*dragged {
                    return false;
                }
                let (host, grip, corner) = (*host, *grip, *corner);
                match grip {
                    Grip::Card => {
                        let scale = self.viewport().scale;
                        let (dx, dy) = (pointer.at.x - pointer.from.x, pointer.at.y - pointer.from.y);
                        self.put(ctx, host, Point::new(corner.x + dx / scale, corner.y + dy / scale));
                    }
                    Grip::Plug => {
                        let at = self.on_plane(ctx, pointer.at);
                        ctx.props().layer.get().set_plug_line(Some((host, at)));
                    }
                }
                first
            }
            Some(Gesture::Look { moved }) => {
                let first = !*moved;
                *moved |= pointer.drags() || self.pointers.len() > 1;
                if !*moved {
                    return false;
                }
                let after = spread(&self.pointers);
                let moved = self.viewport().moved(Point::new(after.0.x - before.0.x, after.0.y - before.0.y));
                let pinch = if before.1 > 0.0 { after.1 / before.1 } else { 1.0 };
                let view = moved.zoomed(pinch, self.on_stage(after.0));
                self.look(ctx, view) || first
            }
            None => false,
        }
    }

    fn pointer_up(&mut self, ctx: &Context<Self>, event: &PointerEvent, lifted: bool) -> bool {
        let Some(nth) = self.pointers.iter().position(|p| p.id == event.pointer_id()) else { return false };
        self.pointers.remove(nth);
        if !self.pointers.is_empty() {
            return false;
        }
        self.pointer_listeners.clear();
        let Some(gesture) = self.gesture.take() else { return false };
        if let Gesture::Hold { host, grip: Grip::Plug, dragged, .. } = gesture {
            let at = self.on_plane(ctx, point_of(event));
            let master = {
                let mut layer = ctx.props().layer.get();
                layer.set_plug_line(None);
                layer.card_at(at).filter(|&master| master != host)
            };
            match master {
                _ if !lifted => {}
                _ if !dragged => self.ui.dispatch.emit(Intent::StartConnect(host)),
                Some(master) => self.ui.dispatch.emit(Intent::Follow(host, master)),
                None => {}
            }
        }
        true
    }
}

/// How much a wheel event magnifies, and around which place in the window. Where the page scrolls, the wheel does that,
/// unless Ctrl is held, as touchpads say it for a pinch.
fn wheel_zoom(event: &WheelEvent) -> Option<(f64, Point)> {
    if !event.ctrl_key() && dom::page_scrolls() {
        return None;
    }
    let px = event.delta_y() * if event.delta_mode() == WheelEvent::DOM_DELTA_LINE { LINE_PX } else { 1.0 };
    let rate = if event.ctrl_key() && px.abs() < 50.0 { PINCH_ZOOM } else { WHEEL_ZOOM };
    Some(((-px * rate).clamp(-0.5, 0.5).exp(), point_of(event)))
}

/// What a key does to the view, unless it belongs to what has the focus.
fn key_zoom(event: &KeyboardEvent) -> Option<Zoom> {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    if event.ctrl_key() || event.alt_key() || event.meta_key() || target.as_ref().is_some_and(dom::takes_typing) {
        return None;
    }
    match event.key().as_str() {
        "+" | "=" => Some(Zoom::In),
        "-" => Some(Zoom::Out),
        "0" => Some(Zoom::Fit),
        _ => None,
    }
}

/// A press on a packet leads to the steps that sent it; one on its question mark, to its causes.
fn on_packet(ui: &UiContext) -> Callback<MouseEvent> {
    let dispatch = ui.dispatch.clone();
    Callback::from(move |event: MouseEvent| {
        let Some(id) = packet_of(&event) else { return };
        let why = event.target_dyn_into::<Element>().is_some_and(|target| target.class_name() == PACKET_WHY);
        dispatch.emit(match why {
            true => Intent::Why(WhyIntent::BecausePacket(id)),
            false => Intent::Steps(StepsIntent::Packet(id)),
        });
    })
}

/// A packet that is pointed at lights the bytes that it carries wherever they are drawn.
fn on_packet_pointed(ui: &UiContext) -> Callback<PointerEvent> {
    let dispatch = ui.dispatch.clone();
    Callback::from(move |event: PointerEvent| {
        if let Some(id) = packet_of(&event) {
            dispatch.emit(Intent::LightPacket(id));
        }
    })
}

/// The number of the packet whose chip an event is about.
fn packet_of(event: &Event) -> Option<u64> {
    let chip = event.target_dyn_into::<Element>()?.closest(".packet").ok()??;
    chip.get_attribute(PACKET)?.parse().ok()
}

/// Tells the stage which card got the focus.
fn on_focus(ctx: &Context<Stage>) -> Callback<FocusEvent> {
    ctx.link().batch_callback(|event: FocusEvent| {
        let focused = event.target_dyn_into::<Element>()?;
        // A press gives the focus to what is pressed: it must not move away.
        let card = focused.matches(":focus-visible").ok()?.then_some(focused)?.closest("[data-host]").ok().flatten()?;
        let id = card.get_attribute("data-host")?.parse().ok()?;
        Some(StageMsg::Focused(HostId(id)))
    })
}

fn size_of(element: &HtmlElement) -> Size {
    Size { w: f64::from(element.client_width()), h: f64::from(element.client_height()) }
}
