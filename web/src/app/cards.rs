//! Where the cards are, and dragging them.

use gloo::events::EventListener;
use psyncscope_lab::sim::frame::HostId;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, PointerEvent, ResizeObserver};
use yew::prelude::*;

use crate::app::{App, Msg};
use crate::intent::Grip;
use crate::model::geometry::{Point, Size};
use crate::model::layout::{Layout, keep_inside, layout};
use crate::model::topology;
use crate::ui::dom;

/// Below this width of the stage, cards are small.
const COMPACT_BELOW: f64 = 700.0;
const CARD: Size = Size { w: 216.0, h: 108.0 };
const CARD_COMPACT: Size = Size { w: 174.0, h: 100.0 };
/// How far a pointer must go before it drags: a click trembles.
const DRAG_FROM: f64 = 5.0;

/// A card that is being dragged.
pub struct HeldCard {
    id: HostId,
    grip: Grip,
    /// Where the pointer took it, in the window.
    from: Point,
    /// Where the card was then.
    corner: Point,
    dragged: bool,
    _listeners: Vec<EventListener>,
}

/// Watches the stage's size for as long as it lives.
pub struct SizeWatch {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl App {
    /// Learns the stage's size, now and whenever it changes.
    pub(super) fn watch_size(&mut self, ctx: &Context<Self>) {
        let Some(box_) = self.elements.stage_box.cast::<HtmlElement>() else { return };
        let link = ctx.link().clone();
        let watched = box_.clone();
        let callback = Closure::<dyn FnMut()>::new(move || {
            link.send_message(Msg::Resized(size_of(&watched)));
        });
        if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(&box_);
            self.elements.size_watch = Some(SizeWatch { observer, _callback: callback });
        }
        ctx.link().send_message(Msg::Resized(size_of(&box_)));
    }

    pub(super) fn resized(&mut self, size: Size) -> bool {
        let changed = size != self.placement.stage && size.w > 0.0;
        if changed {
            self.placement.stage = size;
            self.placement.jump = true;
        }
        changed
    }

    /// Whether cards are small.
    pub(super) fn is_compact(&self) -> bool {
        self.ui.narrow || self.placement.stage.w < COMPACT_BELOW
    }

    fn card(&self) -> Size {
        if self.is_compact() { CARD_COMPACT } else { CARD }
    }

    /// The layout of the frame shown.
    pub(super) fn layout(&self) -> Layout {
        let hosts: Vec<HostId> = self.playback.frame.hosts.iter().map(|h| h.id).collect();
        layout(&hosts, &topology::masters(&self.playback.frame), self.placement.stage, self.card())
    }

    /// Tells the layer where the cards belong: where the reader put them, or where the layout has them.
    pub(super) fn lay_out(&mut self) {
        let Layout { mut corners, height } = self.layout();
        let (card, room) = (self.card(), self.room(height));
        for (id, corner) in corners.iter_mut() {
            if let Some(share) = self.placement.placed.get(id) {
                *corner = keep_inside(
                    Point::new(share.x * room.w, share.y * room.h),
                    Size { w: self.placement.stage.w, h: height },
                    card,
                );
            }
        }
        let jump = std::mem::take(&mut self.placement.jump) || self.ui.reduced_motion;
        self.placement.layer.aim(corners, card, jump);
    }

    /// Where the corner of a card can be.
    fn room(&self, height: f64) -> Size {
        let card = self.card();
        Size { w: (self.placement.stage.w - card.w).max(1.0), h: (height - card.h).max(1.0) }
    }

    /// Puts a card somewhere and remembers it as a share of the room there is, so that it keeps its place in another window.
    fn put(&mut self, id: HostId, corner: Point) {
        let height = self.layout().height;
        let corner = keep_inside(corner, Size { w: self.placement.stage.w, h: height }, self.card());
        let room = self.room(height);
        self.placement.placed.insert(id, Point::new(corner.x / room.w, corner.y / room.h));
        self.placement.layer.drag(id, corner);
    }

    pub(super) fn nudge(&mut self, id: HostId, by: Point) {
        if let Some(corner) = self.placement.layer.corner(id) {
            self.put(id, Point::new(corner.x + by.x, corner.y + by.y));
        }
    }

    pub(super) fn grab(&mut self, ctx: &Context<Self>, id: HostId, grip: Grip, from: Point) {
        let (Some(window), Some(corner)) = (dom::window(), self.placement.layer.corner(id)) else { return };
        let listen = |name: &'static str, make: fn(Point) -> Msg| {
            let link = ctx.link().clone();
            EventListener::new(&window, name, move |event| {
                if let Some(event) = event.dyn_ref::<PointerEvent>() {
                    let at = Point::new(f64::from(event.client_x()), f64::from(event.client_y()));
                    link.send_message(make(at));
                }
            })
        };
        let listeners = vec![
            listen("pointermove", Msg::Moved),
            listen("pointerup", |at| Msg::Released(Some(at))),
            listen("pointercancel", |_| Msg::Released(None)),
        ];
        self.placement.held = Some(HeldCard { id, grip, from, corner, dragged: false, _listeners: listeners });
    }

    pub(super) fn hold_moved(&mut self, at: Point) {
        let Some(held) = &mut self.placement.held else { return };
        held.dragged |= held.from.distance(at) > DRAG_FROM;
        if !held.dragged {
            return;
        }
        let (id, grip) = (held.id, held.grip);
        let to = Point::new(held.corner.x + at.x - held.from.x, held.corner.y + at.y - held.from.y);
        match grip {
            Grip::Move => {
                self.put(id, to);
                self.draw_moving();
            }
            Grip::Plug => {
                let line = self.on_floor(at).map(|at| (id, at));
                self.placement.layer.plug(line);
            }
        }
    }

    pub(super) fn hold_released(&mut self, at: Option<Point>) -> bool {
        let Some(held) = self.placement.held.take() else { return false };
        self.placement.layer.plug(None);
        let Some(at) = at else { return false };
        match (held.grip, held.dragged) {
            (Grip::Move, _) => false,
            (Grip::Plug, false) => {
                self.ui.connecting = Some(held.id);
                true
            }
            (Grip::Plug, true) => {
                let master = self
                    .on_floor(at)
                    .and_then(|at| self.placement.layer.card_at(at))
                    .filter(|&master| master != held.id);
                if let Some(master) = master {
                    self.follow(held.id, master);
                }
                true
            }
        }
    }

    /// A place in the window as a place on the floor.
    fn on_floor(&self, at: Point) -> Option<Point> {
        let rect = self.elements.cards.cast::<Element>()?.get_bounding_client_rect();
        Some(Point::new(at.x - rect.left(), at.y - rect.top()))
    }
}

fn size_of(element: &HtmlElement) -> Size {
    Size { w: f64::from(element.client_width()), h: f64::from(element.client_height()) }
}
