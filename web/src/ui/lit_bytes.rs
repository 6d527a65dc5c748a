//! Words or a value that are about bytes of a stream.

use psyncscope_lab::sim::frame::StreamBytes;
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::Intent;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::lit::use_lit;

/// What lights bytes while it is pointed at or has the focus.
#[derive(Clone)]
pub struct Light {
    /// For `onpointerenter`.
    pub enter: Callback<PointerEvent>,
    /// For `onpointerleave`.
    pub leave: Callback<PointerEvent>,
    /// For `onfocus` or `onfocusin`.
    pub focus: Callback<FocusEvent>,
    /// For `onblur` or `onfocusout`.
    pub blur: Callback<FocusEvent>,
}

impl Light {
    /// Lights these bytes.
    #[must_use]
    pub fn of(bytes: StreamBytes, ui: &UiContext) -> Self {
        fn to<E>(bytes: Option<StreamBytes>, ui: &UiContext) -> Callback<E> {
            ui.dispatch.reform(move |_: E| Intent::Light(bytes))
        }
        Self { enter: to(Some(bytes), ui), leave: to(None, ui), focus: to(Some(bytes), ui), blur: to(None, ui) }
    }
}

/// Which bytes these are, in words.
#[must_use]
pub fn bytes_text(bytes: &StreamBytes, t: &Messages) -> String {
    let slots = [("from", bytes.from.to_string()), ("to", bytes.to.to_string()), ("id", bytes.replid.short())];
    let slots = slots.each_ref().map(|(name, value)| (*name, value.as_str()));
    fill(if bytes.count() == 1 { t.lit_byte } else { t.lit_bytes }, &slots)
}

/// Properties of [`LitBytes`].
#[derive(Properties, PartialEq)]
pub struct LitBytesProps {
    /// The bytes; without any it is plain text.
    pub bytes: Option<StreamBytes>,
    /// CSS classes.
    #[prop_or_default]
    pub class: Classes,
    /// The text.
    pub children: Html,
}

/// Lights the bytes wherever they are drawn, and is lit when they are pointed at elsewhere.
#[component]
pub fn LitBytes(props: &LitBytesProps) -> Html {
    let ui = use_ui();
    let lit = use_lit();
    let LitBytesProps { bytes, class, children } = props;
    let Some(bytes) = bytes else { return html! { <span class={class.clone()}>{ children.clone() }</span> } };
    let is_lit = lit.is_some_and(|lit| lit.overlaps(bytes));
    let Light { enter, leave, focus, blur } = Light::of(*bytes, &ui);
    html! {
        <span
            class={classes!("stream-bytes", class.clone(), is_lit.then_some("lit"))}
            tabindex="0"
            title={bytes_text(bytes, ui.t())}
            data-bytes={format!("{}-{}", bytes.from, bytes.to)}
            onpointerenter={enter}
            onpointerleave={leave}
            onfocus={focus}
            onblur={blur}
        >
            { children.clone() }
        </span>
    }
}
