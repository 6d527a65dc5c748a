//! The plug of a card: a line is dragged from it to another card.

use psyncscope_lab::sim::frame::HostId;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::stage::gesture::Grip;
use crate::ui::context::{UiContext, use_ui};

/// Properties of [`CardPlug`].
#[derive(Properties, PartialEq)]
pub struct CardPlugProps {
    /// The host.
    pub id: HostId,
    /// Its name.
    pub name: AttrValue,
    /// Called when the plug is taken to be dragged.
    pub ongrab: Callback<(HostId, Grip, PointerEvent)>,
}

/// The plug. By keyboard it starts the choice of a master.
#[component]
pub fn CardPlug(props: &CardPlugProps) -> Html {
    let ui = use_ui();
    let label = fill(ui.t().connect_handle, &[("node", &props.name)]);
    html! {
        <button
            type="button"
            class="card-plug"
            aria-label={label.clone()}
            title={label}
            data-testid={format!("plug-{}", props.name)}
            onpointerdown={on_plug(props)}
            onclick={on_plug_click(&ui, props.id)}
        />
    }
}

fn on_plug(props: &CardPlugProps) -> Callback<PointerEvent> {
    let (id, ongrab) = (props.id, props.ongrab.clone());
    Callback::from(move |event: PointerEvent| {
        event.stop_propagation();
        if event.button() == 0 {
            ongrab.emit((id, Grip::Plug, event));
        }
    })
}

fn on_plug_click(ui: &UiContext, id: HostId) -> Callback<MouseEvent> {
    let dispatch = ui.dispatch.clone();
    Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        // A key cannot drag: the master is then chosen by pressing its card.
        if event.detail() == 0 {
            dispatch.emit(Intent::StartConnect(id));
        }
    })
}
