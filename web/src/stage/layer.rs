//! What moves: cards on their way to a new place, the wires between them, packets, the knob and the clock. All of it is
//! drawn from (frame, now) straight into the document, past the virtual DOM, on every tick.

use std::collections::BTreeMap;
use std::sync::Arc;

use psyncscope_lab::sim::frame::{Fate, Frame, HostId, PacketFrame, SimTime};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::model::colours::ColourMap;
use crate::model::geometry::{Curve, Point, Size};
use crate::model::math;
use crate::model::pace;
use crate::model::time;
use crate::model::topology::ordered;
use crate::ui::dom;

const SVG: &str = "http://www.w3.org/2000/svg";
/// How far the two directions of a wire lie apart from its middle.
const LANE: f64 = 7.0;
/// A chip's height, and the width of one letter of its text (11 px monospace).
const CHIP_HEIGHT: f64 = 20.0;
const LETTER: f64 = 6.62;
/// Chips nearer than this from left to right may cover each other.
const CHIP_APART: f64 = 110.0;
/// Letters that fit a chip; what a packet carries more is in the panels.
const LETTERS_MAX: usize = 26;
/// How quickly a card covers the way to its new place: the time after which a third of it is left.
const SETTLE_MS: f64 = 90.0;
/// Wall time between two settings of a clock that runs.
const CLOCK_EVERY_MS: f64 = 100.0;
/// The part of its way in which a packet appears, and in which it disappears.
const FADE: f64 = 0.06;

/// A packet's elements.
struct Chip {
    group: Element,
    box_: Element,
    text: Element,
    /// What it was last drawn for, so that only its place is set again.
    packet: Option<u64>,
    shown: bool,
    /// The opacity that it has, in percent, and whether it is crossed out: to set what is set costs a style again.
    percent: u8,
    gone: bool,
}

/// How packets are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacketStyle {
    /// Draw packets without payload too.
    pub segments: bool,
    /// Draw nothing that moves: a packet rests in the middle of its wire.
    pub reduced_motion: bool,
}

/// The moving layer of the stage.
#[derive(Default)]
pub struct Layer {
    /// Where each card is now, and where it belongs.
    corners: BTreeMap<HostId, Point>,
    targets: BTreeMap<HostId, Point>,
    card: Size,
    cards: BTreeMap<HostId, HtmlElement>,
    wires: BTreeMap<(HostId, HostId), Wire>,
    curves: BTreeMap<(HostId, HostId), Curve>,
    chips: Vec<Chip>,
    chips_home: Option<Element>,
    plug: Option<Element>,
    /// The line that is being drawn from a plug: from this card to this place on the floor.
    plug_line: Option<(HostId, Point)>,
    knob: Option<HtmlElement>,
    done: Option<HtmlElement>,
    clock: Option<Element>,
    /// The time it shows, and when it was set.
    clock_time: Option<SimTime>,
    clock_set_ms: f64,
    /// Where the scrubber stands, in thousandths; negative before it was drawn.
    clock_permille: f64,
}

/// A wire's elements.
struct Wire {
    paths: Vec<Element>,
    handle: Option<HtmlElement>,
}

impl Layer {
    /// Finds the elements again after the virtual DOM was drawn, and puts them where they belong.
    pub fn refresh(&mut self, floor: &Element, page: &Element) {
        self.cards.clear();
        for card in dom::all::<HtmlElement>(floor, "[data-host]") {
            if let Some(id) = number(&card, "data-host") {
                self.cards.insert(HostId(id), card);
            }
        }
        self.wires.clear();
        for group in dom::all::<Element>(floor, "[data-a]") {
            let (Some(a), Some(b)) = (number(&group, "data-a"), number(&group, "data-b")) else { continue };
            let wire =
                self.wires.entry((HostId(a), HostId(b))).or_insert_with(|| Wire { paths: Vec::new(), handle: None });
            match group.clone().dyn_into::<HtmlElement>() {
                Ok(handle) => wire.handle = Some(handle),
                Err(group) => wire.paths.extend(dom::all::<Element>(&group, "path")),
            }
        }
        self.chips_home = floor.query_selector(".packets").ok().flatten();
        self.plug = floor.query_selector(".plug-line").ok().flatten();
        self.knob = one(page, ".scrub-knob");
        self.done = one(page, ".scrub-done");
        self.clock = page.query_selector(".clock").ok().flatten();
        self.clock_time = None;
        self.clock_set_ms = 0.0;
        self.clock_permille = -1.0;
        self.place();
    }

    /// Says where the cards belong. Cards that are new, or all of them with `at_once`, are there without a way.
    pub fn aim(&mut self, targets: BTreeMap<HostId, Point>, card: Size, at_once: bool) {
        self.card = card;
        self.corners.retain(|id, _| targets.contains_key(id));
        for (&id, &target) in targets.iter() {
            if at_once {
                self.corners.insert(id, target);
            } else {
                self.corners.entry(id).or_insert(target);
            }
        }
        self.targets = targets;
    }

    /// Puts one card somewhere at once: it is being dragged.
    pub fn drag(&mut self, id: HostId, corner: Point) {
        self.corners.insert(id, corner);
        self.targets.insert(id, corner);
        self.place();
    }

    /// Where a card is now.
    #[must_use]
    pub fn corner(&self, id: HostId) -> Option<Point> {
        self.corners.get(&id).copied()
    }

    /// The card at a place on the floor, if there is one.
    #[must_use]
    pub fn card_at(&self, at: Point) -> Option<HostId> {
        let hit = |c: &Point| (c.x..c.x + self.card.w).contains(&at.x) && (c.y..c.y + self.card.h).contains(&at.y);
        self.corners.iter().find(|(_, corner)| hit(corner)).map(|(&id, _)| id)
    }

    /// Draws the line from a card's plug to a place, or takes it away.
    pub fn plug(&mut self, line: Option<(HostId, Point)>) {
        self.plug_line = line;
        self.place_plug();
    }

    /// Whether some card is not yet where it belongs.
    #[must_use]
    pub fn is_settling(&self) -> bool {
        self.corners != self.targets
    }

    /// Moves the cards on by `ms` of wall time.
    pub fn settle(&mut self, ms: f64) {
        if !self.is_settling() {
            return;
        }
        let left = math::exp(-ms / SETTLE_MS);
        for (id, corner) in self.corners.iter_mut() {
            let Some(&target) = self.targets.get(id) else { continue };
            let next = target.towards(*corner, left);
            *corner = if next.distance(target) < 0.5 { target } else { next };
        }
        self.place();
    }

    /// Sets the places of cards and wires.
    fn place(&mut self) {
        for (id, card) in self.cards.iter() {
            if let Some(at) = self.corners.get(id) {
                // A valid property on a live element: it cannot be refused. So with the attributes below.
                let _ = card.style().set_property("transform", &format!("translate({:.1}px,{:.1}px)", at.x, at.y));
            }
        }
        self.curves.clear();
        for (&(a, b), wire) in self.wires.iter() {
            let (Some(&from), Some(&to)) = (self.corners.get(&a), self.corners.get(&b)) else { continue };
            let curve = Curve::between(from, to, self.card);
            let path = curve.path();
            for element in &wire.paths {
                let _ = element.set_attribute("d", &path);
            }
            if let Some(handle) = &wire.handle {
                let middle = curve.at(0.5);
                let _ = handle.style().set_property(
                    "transform",
                    &format!("translate({:.1}px,{:.1}px) translate(-50%,-50%)", middle.x, middle.y),
                );
            }
            self.curves.insert((a, b), curve);
        }
        self.place_plug();
    }

    fn place_plug(&self) {
        let Some(element) = &self.plug else { return };
        let path = self.plug_line.and_then(|(id, to)| {
            let from = self.corners.get(&id)?;
            Some(format!("M{:.1} {:.1}L{:.1} {:.1}", from.x + self.card.w / 2.0, from.y, to.x, to.y))
        });
        let _ = element.set_attribute("d", path.as_deref().unwrap_or(""));
    }

    /// Draws the packets that are under way at `now`.
    pub fn packets(&mut self, frame: &Frame, now: SimTime, colours: &ColourMap, style: PacketStyle) {
        let mut used = 0;
        // Where chips of each direction of a wire already are: what left together stands one above the other.
        let mut taken: Vec<(HostId, HostId, Point)> = Vec::new();
        for packet in frame.packets.iter() {
            let shown = packet.sent <= now && now < packet.arrives && (style.segments || pace::is_telling(packet));
            if !shown {
                continue;
            }
            let Some((mut at, opacity, gone)) = self.whereabouts(packet, now, style) else { continue };
            let lane = |&&(from, to, _): &&(HostId, HostId, Point)| from == packet.from && to == packet.to;
            while taken
                .iter()
                .filter(lane)
                .any(|(_, _, other)| (other.y - at.y).abs() < CHIP_HEIGHT && (other.x - at.x).abs() < CHIP_APART)
            {
                at.y += CHIP_HEIGHT + 1.0;
            }
            taken.push((packet.from, packet.to, at));
            if used == self.chips.len() && !self.add_chip() {
                return;
            }
            let chip = &mut self.chips[used];
            used += 1;
            chip.dress(packet, colours);
            let _ = chip.group.set_attribute("transform", &format!("translate({:.1} {:.1})", at.x, at.y));
            chip.fade((opacity * 100.0) as u8, gone);
        }
        for chip in &mut self.chips[used..] {
            if chip.shown {
                chip.shown = false;
                chip.packet = None;
                let _ = chip.group.set_attribute("display", "none");
            }
        }
    }

    /// Where a packet is, how opaque, and whether it is lost already.
    fn whereabouts(&self, packet: &Arc<PacketFrame>, now: SimTime, style: PacketStyle) -> Option<(Point, f64, bool)> {
        let curve = self.curves.get(&ordered(packet.from, packet.to))?;
        let progress = (now.0 - packet.sent.0) as f64 / (packet.arrives.0 - packet.sent.0).max(1) as f64;
        let gone = packet.fate != Fate::Arrives && progress >= 0.5;
        let way = if style.reduced_motion || gone { 0.5 } else { progress };
        let forward = packet.from < packet.to;
        let t = if forward { way } else { 1.0 - way };
        let at = curve.beside(t, if forward { LANE } else { -LANE });
        let opacity =
            if gone { 2.0 - 2.0 * progress } else { (progress / FADE).min((1.0 - progress) / FADE).clamp(0.0, 1.0) };
        Some((at, opacity, gone))
    }

    fn add_chip(&mut self) -> bool {
        let made = self.chips_home.as_ref().and_then(|home| {
            let document = dom::document()?;
            let make = |name: &str, class: &str| {
                let element = document.create_element_ns(Some(SVG), name).ok()?;
                element.set_attribute("class", class).ok()?;
                Some(element)
            };
            let (group, box_) = (make("g", "packet")?, make("rect", "packet-box")?);
            let (text, cross) = (make("text", "packet-text")?, make("path", "packet-cross")?);
            cross.set_attribute("d", "M-7 -7L7 7M7 -7L-7 7").ok()?;
            for part in [&box_, &text, &cross] {
                group.append_child(part).ok()?;
            }
            home.append_child(&group).ok()?;
            Some(Chip { group, box_, text, packet: None, shown: false, percent: 100, gone: false })
        });
        made.map(|chip| self.chips.push(chip)).is_some()
    }

    /// Shows the moment on the clock and the scrubber; `share` is its place on the axis, 0..=1. A clock that runs
    /// (`playing`) is set ten times a second: nobody reads quicker, and every new text is a layout.
    pub fn clock(&mut self, now: SimTime, share: f64, playing: bool) {
        let wall_ms = dom::wall_ms();
        if self.clock_time != Some(now) && !(playing && wall_ms - self.clock_set_ms < CLOCK_EVERY_MS) {
            self.clock_time = Some(now);
            self.clock_set_ms = wall_ms;
            if let Some(clock) = &self.clock {
                clock.set_text_content(Some(&time::clock(now)));
            }
        }
        // A tenth of a percent is a pixel or so: less would be a layout that nobody sees.
        let permille = (share * 1000.0).round();
        if (permille - self.clock_permille).abs() < 0.5 {
            return;
        }
        self.clock_permille = permille;
        let percent = format!("{}%", permille / 10.0);
        for element in [&self.knob, &self.done].into_iter().flatten() {
            let _ = element.style().set_property("--at", &percent);
        }
    }
}

impl Chip {
    fn fade(&mut self, percent: u8, gone: bool) {
        if percent != self.percent {
            self.percent = percent;
            let _ = self.group.set_attribute("opacity", &format!("{percent}%"));
        }
        if gone != self.gone {
            self.gone = gone;
            let _ = self.group.toggle_attribute_with_force("data-gone", gone);
        }
    }

    /// Gives the chip the looks of a packet, unless it has them.
    fn dress(&mut self, packet: &PacketFrame, colours: &ColourMap) {
        if self.packet == Some(packet.id) {
            return;
        }
        let telling = pace::is_telling(packet);
        let label = if telling { shorten(&packet.label) } else { packet.flags.to_owned() };
        let width = label.chars().count() as f64 * LETTER + 14.0;
        let colour = packet.replid.map_or("r-none", |id| colours.class(&id));
        let kind = if telling { "packet" } else { "packet segment" };
        let again = if packet.again { " again" } else { "" };
        let _ = self.group.set_attribute("class", &format!("{kind} {colour}{again}"));
        let _ = self.group.remove_attribute("display");
        for (name, value) in [("x", -width / 2.0), ("y", -CHIP_HEIGHT / 2.0), ("width", width), ("height", CHIP_HEIGHT)]
        {
            let _ = self.box_.set_attribute(name, &format!("{value:.1}"));
        }
        self.text.set_text_content(Some(&label));
        self.packet = Some(packet.id);
        self.shown = true;
    }
}

fn shorten(label: &str) -> String {
    if label.chars().count() <= LETTERS_MAX {
        return label.to_owned();
    }
    label.chars().take(LETTERS_MAX - 1).chain(['…']).collect()
}

fn one<T: JsCast>(root: &Element, selector: &str) -> Option<T> {
    root.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

fn number(element: &Element, name: &str) -> Option<u16> {
    element.get_attribute(name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn long_labels_are_cut_with_a_sign() {
        assert_eq!(shorten("PING"), "PING");
        let long = shorten(&"x".repeat(80));
        assert!(long.ends_with('…') && long.chars().count() == super::LETTERS_MAX);
    }
}
