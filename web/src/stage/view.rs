//! The stage itself.

use std::sync::Arc;

use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::model::topology::WireView;
use crate::stage::card::Card;
use crate::stage::wire::{wire_line, wire_pill};
use crate::ui::atoms::{button, check, div, para, path, push, row, text};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::error::UiError;
use crate::ui::error_note::error_note;
use crate::ui::icon::{Shape, icon};
use crate::ui::part::{Part, part};

/// Cards, wires, packets, and two small controls. Where things are is the layer's business.
pub struct Stage {
    /// The cards, in order of number.
    pub cards: Vec<Card>,
    /// The wires worth drawing.
    pub wires: Vec<WireView>,
    /// The height of the floor, in pixels.
    pub height: f64,
    /// Whether cards are small.
    pub compact: bool,
    /// Whether bare segments are drawn.
    pub segments: bool,
    /// The name of the node whose master is being chosen.
    pub connecting: Option<Arc<str>>,
    /// A refusal of something that was tried here.
    pub error: Option<UiError>,
    /// The box whose size the layout is made for.
    pub box_ref: NodeRef,
    /// The floor, on which everything has its place.
    pub floor_ref: NodeRef,
}

/// The wires' lines.
#[derive(PartialEq)]
struct Lines(Vec<WireView>);

impl Part for Lines {
    fn draw(&self, cx: &UiContext) -> Html {
        let lines = self.0.iter().map(|wire| wire_line(wire, cx)).collect();
        el("svg").class("wires").set("aria-hidden", "true").put(row(lines)).put(path("plug-line", "")).html()
    }
}

/// The wires' pills.
#[derive(PartialEq)]
struct Pills(Vec<WireView>);

impl Part for Pills {
    fn draw(&self, cx: &UiContext) -> Html {
        row(self.0.iter().map(|wire| wire_pill(wire, cx)).collect())
    }
}

/// Where the layer draws packets: nothing of the virtual DOM is in it.
#[derive(PartialEq)]
struct Packets;

impl Part for Packets {
    fn draw(&self, _: &UiContext) -> Html {
        el("svg").class("packets").set("aria-hidden", "true").html()
    }
}

/// Draws the stage.
pub fn stage(stage: Stage, cx: &UiContext) -> Html {
    let t = cx.t();
    let looks = if stage.compact { "floor compact" } else { "floor" };
    let empty = stage.cards.is_empty().then(|| para("stage-empty", text(t.nobody)));
    let prompt = stage.connecting.map(|name| {
        let words = fill(t.connect_prompt, &[("node", &name)]);
        let cancel = push(cx, "button small", "", Intent::CancelConnect, t.cancel);
        el("div").class("stage-prompt").set("role", "status").text(words).put(cancel).html()
    });
    let error = stage.error.map(|error| div("stage-prompt", error_note(&error, "", cx)));
    let cards = stage.cards.into_iter().map(|card| part(usize::from(card.host.id.0), card, cx)).collect();
    let floor = el("div")
        .class(looks)
        .set("style", format!("height:{:.0}px", stage.height))
        .node_ref(&stage.floor_ref)
        .put(part("lines", Lines(stage.wires.clone()), cx))
        .put(part("pills", Pills(stage.wires), cx))
        .put(part("packets", Packets, cx))
        .put(row(cards));
    let add = row(vec![icon(Shape::Plus), text(t.add_node)]);
    let tools = row(vec![
        button("button small", "add-node", None, cx.click(Intent::AddNode), add),
        check(cx, "segments", t.show_segments, stage.segments, Intent::SetSegments),
    ]);
    el("section")
        .class("stage")
        .set("aria-label", t.stage)
        .node_ref(&stage.box_ref)
        .put(floor)
        .maybe(prompt)
        .maybe(error)
        .put(div("stage-tools", tools))
        .maybe(empty)
        .html()
}
