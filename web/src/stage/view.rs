//! The stage itself.

use std::sync::Arc;

use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::model::topology::WireView;
use crate::stage::card::Card;
use crate::stage::wire::{wire_line, wire_pill};
use crate::ui::atoms::{button, check, div, para, push, row, text};
use crate::ui::cx::Cx;
use crate::ui::icon::{Shape, icon};
use crate::ui::part::{Part, part};
use crate::ui::trouble::{Trouble, trouble_note};

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
    pub trouble: Option<Trouble>,
    /// The box whose size the layout is made for.
    pub box_ref: NodeRef,
    /// The floor, on which everything has its place.
    pub floor_ref: NodeRef,
}

/// The wires' lines.
#[derive(PartialEq)]
struct Lines(Vec<WireView>);

impl Part for Lines {
    fn draw(&self, cx: &Cx) -> Html {
        html! {
            <svg class="wires" aria-hidden="true">
                { for self.0.iter().map(|wire| wire_line(wire, cx)) }
                <path class="plug-line" />
            </svg>
        }
    }
}

/// The wires' pills.
#[derive(PartialEq)]
struct Pills(Vec<WireView>);

impl Part for Pills {
    fn draw(&self, cx: &Cx) -> Html {
        row(self.0.iter().map(|wire| wire_pill(wire, cx)).collect())
    }
}

/// Where the layer draws packets: nothing of the virtual DOM is in it.
#[derive(PartialEq)]
struct Packets;

impl Part for Packets {
    fn draw(&self, _: &Cx) -> Html {
        html! { <svg class="packets" aria-hidden="true"></svg> }
    }
}

/// Draws the stage.
pub fn stage(stage: Stage, cx: &Cx) -> Html {
    let t = cx.t();
    let looks = if stage.compact { "floor compact" } else { "floor" };
    let is_empty = stage.cards.is_empty();
    let add = row(vec![icon(Shape::Plus), text(t.add_node)]);
    html! {
        <section class="stage" aria-label={t.stage} ref={stage.box_ref}>
            <div class={looks} style={format!("height:{:.0}px", stage.height)} ref={stage.floor_ref}>
                { part("lines", Lines(stage.wires.clone()), cx) }
                { part("pills", Pills(stage.wires), cx) }
                { part("packets", Packets, cx) }
                { for stage.cards.into_iter().map(|card| part(usize::from(card.host.id.0), card, cx)) }
            </div>
            if let Some(name) = &stage.connecting {
                <div class="stage-prompt" role="status">
                    { fill(t.connect_prompt, &[("node", name)]) }
                    { push(cx, "button small", "", Intent::CancelConnect, t.cancel) }
                </div>
            }
            if let Some(trouble) = &stage.trouble {
                { div("stage-prompt", trouble_note(trouble, "", cx)) }
            }
            <div class="stage-tools">
                { button("button small", "add-node", None, cx.click(Intent::AddNode), add) }
                { check(cx, "segments", t.show_segments, stage.segments, Intent::SetSegments) }
            </div>
            if is_empty {
                { para("stage-empty", text(t.nobody)) }
            }
        </section>
    }
}
