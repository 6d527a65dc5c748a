//! The stage itself.

use std::sync::Arc;

use psyncscope_lab::sim::frame::HostFrame;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::i18n::{fill, use_text};
use crate::intent::{Intent, use_desk};
use crate::model::topology::WireView;
use crate::stage::card::Card;
use crate::stage::wire::{WireLine, WirePill};
use crate::ui::icon::{Icon, Shape};
use crate::ui::shared::Shared;
use crate::ui::trouble::{Trouble, TroubleNote};

/// A card and what it needs from around it.
#[derive(Clone, PartialEq)]
pub struct CardData {
    /// The host.
    pub host: Shared<HostFrame>,
    /// The name of its master, if that is here.
    pub master: Option<Arc<str>>,
    /// What INFO on its master calls its lag.
    pub lag_s: Option<i64>,
    /// Whether the panels are about it.
    pub selected: bool,
    /// A master is being chosen: whether this card may be it.
    pub target: Option<bool>,
}

/// Properties of [`Stage`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The cards, in order of number.
    pub cards: Vec<CardData>,
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

/// Cards, wires, packets, and two small controls. Where things are is the layer's business.
#[component]
pub fn Stage(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let on_segments = desk.on(|event: Event| {
        Intent::SetSegments(event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked()))
    });
    let floor_style = format!("height:{:.0}px", props.height);
    html! {
        <section class="stage" aria-label={t.stage} ref={props.box_ref.clone()}>
            <div class={classes!("floor", props.compact.then_some("compact"))} style={floor_style} ref={props.floor_ref.clone()}>
                <svg class="wires" aria-hidden="true">
                    { for props.wires.iter().map(|wire| html! { <WireLine key={wire.key()} wire={wire.clone()} /> }) }
                    <path class="plug-line" />
                </svg>
                { for props.wires.iter().map(|wire| html! { <WirePill key={wire.key()} wire={wire.clone()} /> }) }
                // The layer's own: nothing of the virtual DOM is in it.
                <svg class="packets" aria-hidden="true"></svg>
                { for props.cards.iter().map(|card| html! {
                    <Card key={card.host.id.0} host={card.host.clone()} master={card.master.clone()} lag_s={card.lag_s}
                        selected={card.selected} target={card.target} />
                }) }
            </div>
            if let Some(name) = &props.connecting {
                <div class="stage-prompt" role="status">
                    <span>{ fill(t.connect_prompt, &[("node", name)]) }</span>
                    <button type="button" class="button small" onclick={desk.on(|_: MouseEvent| Intent::CancelConnect)}>{ t.cancel }</button>
                </div>
            }
            if let Some(trouble) = &props.trouble {
                <div class="stage-prompt">
                    <TroubleNote trouble={trouble.clone()} on_dismiss={desk.on(|()| Intent::DismissTrouble)} />
                </div>
            }
            <div class="stage-tools">
                <button type="button" class="button small" data-testid="add-node" onclick={desk.on(|_: MouseEvent| Intent::AddNode)}>
                    <Icon shape={Shape::Plus} />{ t.add_node }
                </button>
                <label class="check">
                    <input type="checkbox" checked={props.segments} data-testid="segments" onchange={on_segments} />
                    { t.show_segments }
                </label>
            </div>
            if props.cards.is_empty() {
                <p class="stage-empty">{ t.nobody }</p>
            }
        </section>
    }
}
