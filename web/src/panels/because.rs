//! Why something happened: back to the action or the timer that began it, and forward to what came of it.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::causes::{Cause, began_text, entry_text};
use psyncscope_lab::index::Index;
use psyncscope_lab::sim::TurnId;
use psyncscope_lab::sim::frame::StreamBytes;
use psyncscope_lab::{Lab, Lang, format, stream_bytes};
use yew::prelude::*;

use crate::intent::{Intent, WhyIntent};
use crate::ui::context::{UiContext, use_ui};
use crate::ui::lit::use_lit;
use crate::ui::lit_bytes::{Light, bytes_text};

/// How many of the things that something led to are shown.
const SHOWN: usize = 12;

/// What was asked about.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// An entry of the timeline, by its place.
    Entry(usize),
    /// A packet: the turn that sent it, and what it is shown as.
    Packet(TurnId, AttrValue),
}

/// A turn with the names that it is shown by.
#[derive(Clone, Debug, PartialEq)]
pub struct CauseRow {
    /// The turn.
    pub cause: Cause,
    /// The node's name.
    pub name: Option<Arc<str>>,
    /// What happened in it, in a few words.
    pub words: Option<String>,
    /// The bytes of a stream that it is about.
    pub bytes: Option<StreamBytes>,
}

/// A chain of causes, and what came of its first link.
#[derive(Clone, Debug, PartialEq)]
pub struct Causes {
    /// The packet that was asked about, if it was one.
    pub packet: Option<AttrValue>,
    /// Its own turn, then back to what began it.
    pub because: Vec<CauseRow>,
    /// The turns that it caused.
    pub led_to: Vec<CauseRow>,
}

impl Causes {
    /// Of what was asked about, if it is there.
    #[must_use]
    pub fn of(lab: &Lab, index: &Index, asked: &Asked, lang: Lang) -> Option<Self> {
        let (because, led_to, packet) = match asked {
            Asked::Entry(entry) => (lab.causes(*entry), lab.effects(*entry), None),
            Asked::Packet(turn, words) => (lab.causes_of_turn(*turn), lab.effects_of_turn(*turn), Some(words.clone())),
        };
        if because.is_empty() {
            return None;
        }
        let row = |cause: Cause| CauseRow {
            name: cause.host.map(|host| lab.name_of(host)),
            bytes: cause.entry.and_then(|entry| stream_bytes::of_entry(lab, index, entry)),
            words: cause.entry.and_then(|entry| lab.timeline().get(entry)).map(|entry| entry_text(entry, lang)),
            cause,
        };
        let [because, led_to] = [because, led_to].map(|causes| causes.into_iter().map(row).collect());
        Some(Self { packet, because, led_to })
    }
}

/// Properties of [`Because`].
#[derive(Properties, PartialEq)]
pub struct BecauseProps {
    /// The causes of what was asked about, if anything was.
    pub causes: Rc<Option<Causes>>,
}

/// Two lists whose lines lead to the moments that they tell of; without a question, how to ask one.
#[component]
pub fn Because(props: &BecauseProps) -> Html {
    let ui = use_ui();
    let lit = use_lit();
    let t = ui.t();
    let Some(Causes { packet, because, led_to }) = &*props.causes else {
        return html! { <p class="panel-line faint">{ t.because_hint }</p> };
    };
    let more = led_to.len().saturating_sub(SHOWN);
    html! {
        <section class="box because" data-testid="because">
            if let Some(packet) = packet {
                <p class="because-packet" data-testid="because-packet">{ t.because_packet }{ " " }<code>{ packet }</code></p>
            }
            <h2 class="why-title">{ t.because_title }</h2>
            <ol class="because-rows" data-testid="because-rows">{ for because.iter().map(|cause| row(cause, lit, &ui)) }</ol>
            <h3 class="why-title">{ t.led_to_title }</h3>
            if led_to.is_empty() {
                <p class="faint">{ t.led_to_nothing }</p>
            } else {
                <ul class="because-rows" data-testid="led-to-rows">
                    { for led_to.iter().take(SHOWN).map(|cause| row(cause, lit, &ui)) }
                </ul>
            }
            if more > 0 {
                <p class="faint">{ crate::i18n::fill(t.led_to_more, &[("n", &more.to_string())]) }</p>
            }
        </section>
    }
}

fn row(row: &CauseRow, lit: Option<StreamBytes>, ui: &UiContext) -> Html {
    let CauseRow { cause, name, words, bytes } = row;
    let light = bytes.map(|bytes| Light::of(bytes, ui));
    let is_lit = lit.zip(*bytes).is_some_and(|(lit, bytes)| lit.overlaps(&bytes));
    let content = html! {
        <>
            <span class="num because-at">{ format::clock(cause.at) }</span>
            <b>{ name.as_deref().unwrap_or("–").to_owned() }</b>
            <span class="faint">{ began_text(cause, ui.lang) }</span>
            if let Some(words) = words {
                <code>{ words.clone() }</code>
            }
        </>
    };
    match cause.entry {
        Some(entry) => html! {
            <li>
                <button
                    type="button"
                    class={classes!("because-row", light.is_some().then_some("stream-row"), is_lit.then_some("lit"))}
                    title={bytes.map(|bytes| bytes_text(&bytes, ui.t()))}
                    onclick={ui.click(Intent::Why(WhyIntent::GoTo(entry)))}
                    onpointerenter={light.as_ref().map(|light| light.enter.clone())}
                    onpointerleave={light.as_ref().map(|light| light.leave.clone())}
                    onfocus={light.as_ref().map(|light| light.focus.clone())}
                    onblur={light.map(|light| light.blur)}
                >
                    { content }
                </button>
            </li>
        },
        // It only sent bytes on: there is no entry to show.
        None => html! { <li class="because-row">{ content }</li> },
    }
}
