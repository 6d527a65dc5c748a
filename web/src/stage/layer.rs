//! What moves on the stage: the view of the plane, cards on their way to a new place, the wires between them and
//! packets. All of it is a function of (frame, now) and is set in the document directly, past the virtual DOM, on every
//! tick.

use std::cell::{RefCell, RefMut};
use std::rc::Rc;
use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_lab::sim::frame::{Fate, Frame, HostId, PacketFrame, SimTime, StreamBytes};
use psyncscope_lab::topology::ordered;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::model::colours::ColourMap;
use crate::model::geometry::{Curve, Flow, Point, Rect, Size};
use crate::model::math;
use crate::model::pace;
use crate::model::packets::{self, Chip, Moving, WirePath};
use crate::model::viewport::Viewport;
use crate::stage::wire_line::{AB, ARROW, WAY};
use crate::ui::dom;

/// The time after which a third of a card's way to its new place is left.
const SETTLE_MS: f64 = 90.0;
/// The share of its way in which a packet appears, and in which it disappears.
const FADE: f64 = 0.06;
/// Labels and packets are drawn at most so much larger than the plane when that is drawn small.
const MAGNIFIED_MAX: f64 = 1.45;

/// The attribute that has a chip's packet.
pub const PACKET: &str = "data-packet";

/// The class of the part of a chip that leads to the packet's causes.
pub const PACKET_WHY: &str = "packet-why";

/// Two hosts, the lower number first.
type Pair = (HostId, HostId);

/// How packets are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacketStyle {
    /// Whether packets without payload are drawn too.
    pub segments: bool,
    /// Whether packets stay in the middle of their wire.
    pub reduced_motion: bool,
    /// The bytes that are pointed at: what carries some of them is marked.
    pub lit: Option<StreamBytes>,
}

/// A wire that is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SceneWire {
    /// Its ends.
    pub ends: (HostId, HostId),
    /// How many letters its label has.
    pub letters: usize,
    /// Whether each of its directions is drawn.
    pub apart: bool,
}

/// Where things belong.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// The upper left corners of the cards, on the plane.
    pub corners: LiteMap<HostId, Point>,
    /// The size of a card.
    pub card: Size,
    /// Where replicas stand.
    pub flow: Flow,
    /// The size of the plane.
    pub plane: Size,
    /// The wires.
    pub wires: Vec<SceneWire>,
    /// The part of the plane that is in view.
    pub viewport: Viewport,
}

/// A packet's elements, and what they were last set for: setting what is set already costs a style recalculation.
struct ChipElement {
    chip: HtmlElement,
    text: HtmlElement,
    /// The packet, and how it is written.
    shown: Option<(u64, usize, Option<usize>)>,
    opacity_percent: u8,
    lost: bool,
    lit: bool,
}

/// What a path of a wire draws.
#[derive(Clone, Copy)]
enum Outline {
    /// The wire.
    Whole,
    /// One direction: forward or back.
    Way(bool),
    /// The head of that direction's arrow.
    Arrow(bool),
}

impl Outline {
    fn of(path: &Element) -> Self {
        match path.get_attribute(WAY) {
            None => Self::Whole,
            Some(way) if path.get_attribute("class").is_some_and(|class| class == ARROW) => Self::Arrow(way == AB),
            Some(way) => Self::Way(way == AB),
        }
    }

    fn path(self, curve: &Curve) -> String {
        match self {
            Self::Whole => curve.path(),
            Self::Way(forward) => curve.direction(forward).path(),
            Self::Arrow(forward) => curve.direction(forward).arrow(forward),
        }
    }
}

/// The elements of a wire.
#[derive(Default)]
struct WireElements {
    paths: Vec<(Element, Outline)>,
    label: Option<HtmlElement>,
}

/// What was last drawn.
struct Drawn {
    frame: Arc<Frame>,
    now: SimTime,
    colours: ColourMap,
    style: PacketStyle,
}

/// What moves on the stage.
#[derive(Default)]
pub struct Layer {
    scene: Scene,
    // Where everything is now; the scene says where it belongs.
    corners: LiteMap<HostId, Point>,
    viewport: Viewport,
    paths: Vec<WirePath>,
    path_of: LiteMap<Pair, usize>,
    /// The line that is being drawn from a plug: from this card to this place on the plane.
    plug_line: Option<(HostId, Point)>,
    drawn: Option<Drawn>,
    // The elements.
    plane: Option<HtmlElement>,
    cards: LiteMap<HostId, HtmlElement>,
    wires: LiteMap<Pair, WireElements>,
    chips: Vec<ChipElement>,
    chips_parent: Option<Element>,
    plug: Option<Element>,
}

/// The layer as the stage and the app share it.
#[derive(Clone, Default)]
pub struct LayerHandle(Rc<RefCell<Layer>>);

impl LayerHandle {
    /// The layer. It is never borrowed across a call back into components.
    pub fn get(&self) -> RefMut<'_, Layer> {
        self.0.borrow_mut()
    }
}

impl PartialEq for LayerHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Layer {
    /// Finds the elements after the components were rendered, and moves them to where they belong: new cards and, with
    /// `at_once`, all of them without animation. A scene that is the same as before has the same elements.
    pub fn update(&mut self, plane: &HtmlElement, scene: Scene, at_once: bool) {
        if scene == self.scene && self.plane.is_some() && !(at_once && self.is_settling()) {
            return;
        }
        self.find_elements(plane);
        self.scene = scene;
        self.corners.retain(|id, _| self.scene.corners.contains_key(id));
        let first = self.corners.is_empty();
        for (&id, &corner) in &self.scene.corners {
            if at_once {
                self.corners.insert(id, corner);
            } else {
                self.corners.entry(id).or_insert(corner);
            }
        }
        if at_once || first {
            self.viewport = self.scene.viewport;
        }
        self.place();
    }

    fn find_elements(&mut self, plane: &HtmlElement) {
        self.cards.clear();
        for card in dom::all::<HtmlElement>(plane, "[data-host]") {
            if let Some(id) = number(&card, "data-host") {
                self.cards.insert(HostId(id), card);
            }
        }
        self.wires.clear();
        for element in dom::all::<Element>(plane, "[data-a]") {
            let (Some(a), Some(b)) = (number(&element, "data-a"), number(&element, "data-b")) else { continue };
            let wire = self.wires.entry((HostId(a), HostId(b))).or_default();
            match element.dyn_into::<HtmlElement>() {
                Ok(label) => wire.label = Some(label),
                Err(group) => {
                    let paths = dom::all::<Element>(&group, "path");
                    wire.paths.extend(paths.into_iter().map(|path| (path.clone(), Outline::of(&path))));
                }
            }
        }
        self.chips_parent = plane.query_selector(".packets").ok().flatten();
        self.plug = plane.query_selector(".plug-line").ok().flatten();
        self.plane = Some(plane.clone());
    }

    /// Changes the view without animation: the user moves it.
    pub fn look(&mut self, viewport: Viewport) {
        let rescaled = viewport.scale != self.viewport.scale;
        self.scene.viewport = viewport;
        self.viewport = viewport;
        if rescaled {
            self.place();
        } else {
            self.place_plane();
        }
    }

    /// The part of the plane that is in view.
    #[must_use]
    pub const fn viewport(&self) -> Viewport {
        self.viewport
    }

    /// Moves one card without animation: it is being dragged.
    pub fn drag(&mut self, id: HostId, corner: Point) {
        self.corners.insert(id, corner);
        self.scene.corners.insert(id, corner);
        self.place();
    }

    /// Where a card is now.
    #[must_use]
    pub fn corner(&self, id: HostId) -> Option<Point> {
        self.corners.get(&id).copied()
    }

    /// The card at a place on the plane, if there is one.
    #[must_use]
    pub fn card_at(&self, at: Point) -> Option<HostId> {
        let card = self.scene.card;
        let hit = |c: &Point| (c.x..c.x + card.w).contains(&at.x) && (c.y..c.y + card.h).contains(&at.y);
        self.corners.iter().find(|(_, corner)| hit(corner)).map(|(&id, _)| id)
    }

    /// Draws the line from a card's plug to a place, or removes it.
    pub fn set_plug_line(&mut self, line: Option<(HostId, Point)>) {
        self.plug_line = line;
        self.place_plug_line();
    }

    /// Whether something is not yet where it belongs.
    #[must_use]
    pub fn is_settling(&self) -> bool {
        self.corners != self.scene.corners || self.viewport != self.scene.viewport
    }

    /// Moves cards and view on by `ms` of wall time.
    pub fn settle(&mut self, ms: f64) {
        if !self.is_settling() {
            return;
        }
        let remaining = math::exp(-ms / SETTLE_MS);
        for (id, corner) in &mut self.corners {
            let Some(&target) = self.scene.corners.get(id) else { continue };
            let next = target.towards(*corner, remaining);
            *corner = if next.distance(target) < 0.5 { target } else { next };
        }
        let next = self.scene.viewport.towards(self.viewport, remaining);
        self.viewport = if next.is_close_to(self.scene.viewport) { self.scene.viewport } else { next };
        self.place();
    }

    /// Sets the places of plane, cards, wires and packets.
    fn place(&mut self) {
        self.place_plane();
        for (id, card) in &self.cards {
            if let Some(at) = self.corners.get(id) {
                // A valid property on an element that exists cannot be refused. So with the attributes below.
                let _ = card.style().set_property("transform", &format!("translate({:.1}px,{:.1}px)", at.x, at.y));
            }
        }
        let magnified = (1.0 / self.viewport.scale).clamp(1.0, MAGNIFIED_MAX);
        self.paths.clear();
        self.path_of.clear();
        for &SceneWire { ends: (a, b), letters, .. } in &self.scene.wires {
            let (Some(&from), Some(&to)) = (self.corners.get(&a), self.corners.get(&b)) else { continue };
            let curve = Curve::between(from, to, self.scene.card, self.scene.flow);
            self.path_of.insert((a, b), self.paths.len());
            self.paths.push(WirePath::new(curve, letters, magnified));
        }
        let plane = self.scene.plane;
        packets::share_room(&mut self.paths, Rect { x: 0.0, y: 0.0, w: plane.w, h: plane.h });
        for (pair, &nth) in &self.path_of {
            let (Some(wire), Some(path)) = (self.wires.get(pair), self.paths.get(nth)) else { continue };
            for (element, outline) in &wire.paths {
                let _ = element.set_attribute("d", &outline.path(&path.curve));
            }
            if let Some(label) = &wire.label {
                let (x, y) = (path.label.x + path.label.w / 2.0, path.label.y + path.label.h / 2.0);
                let place = format!("translate({x:.1}px,{y:.1}px) translate(-50%,-50%) scale({magnified:.3})");
                let _ = label.style().set_property("transform", &place);
            }
        }
        self.place_plug_line();
        self.draw_packets();
    }

    fn place_plane(&self) {
        let Some(plane) = &self.plane else { return };
        let Viewport { scale, offset } = self.viewport;
        let style = plane.style();
        let _ = style.set_property("width", &format!("{:.0}px", self.scene.plane.w));
        let _ = style.set_property("height", &format!("{:.0}px", self.scene.plane.h));
        let place = format!("translate({:.1}px,{:.1}px) scale({scale:.4})", offset.x, offset.y);
        let _ = style.set_property("transform", &place);
    }

    fn place_plug_line(&self) {
        let Some(element) = &self.plug else { return };
        let path = self.plug_line.and_then(|(id, to)| {
            let from = self.corners.get(&id)?;
            Some(format!("M{:.1} {:.1}L{:.1} {:.1}", from.x + self.scene.card.w / 2.0, from.y, to.x, to.y))
        });
        let _ = element.set_attribute("d", path.as_deref().unwrap_or(""));
    }

    /// Draws the packets that are under way at `now`.
    pub fn draw(&mut self, frame: &Arc<Frame>, now: SimTime, colours: &ColourMap, style: PacketStyle) {
        self.drawn = Some(Drawn { frame: Arc::clone(frame), now, colours: colours.clone(), style });
        self.draw_packets();
    }

    fn draw_packets(&mut self) {
        let Some(drawn) = &self.drawn else { return };
        let now = drawn.now;
        let under_way = |packet: &&Arc<PacketFrame>| {
            packet.sent <= now && now < packet.arrives && (drawn.style.segments || pace::is_telling(packet))
        };
        let shown: Vec<(&PacketFrame, f64, Moving<'_>)> = drawn
            .frame
            .packets
            .iter()
            .filter(under_way)
            .filter_map(|packet| {
                let wire = *self.path_of.get(&ordered(packet.from, packet.to))?;
                let progress = (now.0 - packet.sent.0) as f64 / (packet.arrives.0 - packet.sent.0).max(1) as f64;
                let lost = packet.fate != Fate::Arrives && progress >= 0.5;
                let shown = if drawn.style.reduced_motion || lost { 0.5 } else { progress };
                let label = if pace::is_telling(packet) { &*packet.label } else { packet.flags };
                let forward = packet.from < packet.to;
                Some((&**packet, progress, Moving { wire, forward, progress: shown, lost, label }))
            })
            .collect();
        let moving: Vec<Moving<'_>> = shown.iter().map(|(_, _, moving)| *moving).collect();
        let chips = packets::place(&moving, &self.paths);
        while self.chips.len() < chips.len() {
            match self.chips_parent.as_ref().and_then(ChipElement::create) {
                Some(element) => self.chips.push(element),
                None => return,
            }
        }
        let magnified = (1.0 / self.viewport.scale).clamp(1.0, MAGNIFIED_MAX);
        // A packet keeps its element while it can: the browser need not draw its text again.
        let mut free: Vec<usize> = (0..self.chips.len()).collect();
        for chip in &chips {
            let (packet, progress, moving) = &shown[chip.packet];
            let shows = |&nth: &usize| self.chips[nth].shown.map(|(id, ..)| id);
            let same = |nth: &usize| shows(nth) == Some(packet.id);
            let unused = |nth: &usize| shows(nth).is_none_or(|id| !chips.iter().any(|c| shown[c.packet].0.id == id));
            let at = free.iter().position(same).or_else(|| free.iter().position(unused)).unwrap_or(0);
            let element = &mut self.chips[free.swap_remove(at)];
            element.dress(packet, chip, moving.label, &drawn.colours);
            let opacity = if moving.lost {
                2.0 - 2.0 * progress
            } else {
                (progress / FADE).min((1.0 - progress) / FADE).clamp(0.0, 1.0)
            };
            element.fade((opacity * 100.0) as u8, moving.lost);
            element.light(drawn.style.lit.zip(packet.stream).is_some_and(|(lit, stream)| lit.overlaps(&stream)));
            let place = format!("translate({:.1}px,{:.1}px) scale({magnified:.3})", chip.place.x, chip.place.y);
            let _ = element.chip.style().set_property("transform", &place);
        }
        for nth in free {
            self.chips[nth].hide();
        }
    }
}

impl ChipElement {
    fn create(parent: &Element) -> Option<Self> {
        let document = dom::document()?;
        let make = |name: &str| document.create_element(name).ok()?.dyn_into::<HtmlElement>().ok();
        let (chip, text, why) = (make("div")?, make("span")?, make("i")?);
        chip.append_child(&text).ok()?;
        why.set_class_name(PACKET_WHY);
        chip.append_child(&why).ok()?;
        chip.set_hidden(true);
        parent.append_child(&chip).ok()?;
        Some(Self { chip, text, shown: None, opacity_percent: 100, lost: false, lit: false })
    }

    fn hide(&mut self) {
        if self.shown.take().is_some() {
            self.chip.set_hidden(true);
        }
    }

    fn fade(&mut self, percent: u8, lost: bool) {
        if percent != self.opacity_percent {
            self.opacity_percent = percent;
            let _ = self.chip.style().set_property("opacity", &format!("{percent}%"));
        }
        if lost != self.lost {
            self.lost = lost;
            let _ = self.chip.toggle_attribute_with_force("data-lost", lost);
        }
    }

    fn light(&mut self, lit: bool) {
        if lit != self.lit {
            self.lit = lit;
            let _ = self.chip.toggle_attribute_with_force("data-lit", lit);
        }
    }

    /// Makes the chip look like a packet, unless it does.
    fn dress(&mut self, packet: &PacketFrame, chip: &Chip, label: &str, colours: &ColourMap) {
        let shown = Some((packet.id, chip.more, chip.letters));
        if self.shown == shown {
            return;
        }
        if self.shown.is_none() {
            self.chip.set_hidden(false);
        }
        self.shown = shown;
        let colour = packet.stream.map_or("r-none", |stream| colours.class(&stream.replid));
        let kind = if pace::is_telling(packet) { "packet" } else { "packet segment" };
        let again = if packet.again { " again" } else { "" };
        let (text, dot) = match chip.letters {
            Some(letters) => (packets::chip_text(label, chip.more, letters), ""),
            None => ("".into(), " dot"),
        };
        let _ = self.chip.set_attribute(PACKET, &packet.id.to_string());
        self.chip.set_class_name(&format!("{kind} {colour}{again}{dot}"));
        self.text.set_text_content(Some(&text));
        let width = match chip.letters {
            Some(_) => format!("{:.1}px", packets::chip_width(&text)),
            None => String::new(),
        };
        let _ = self.chip.style().set_property("width", &width);
    }
}

fn number(element: &Element, name: &str) -> Option<u16> {
    element.get_attribute(name)?.parse().ok()
}
