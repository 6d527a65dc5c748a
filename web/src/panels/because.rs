//! Why something happened: back to the action or the timer that began it, and forward to what came of it.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::causes::{Cause, began_text, entry_text};
use psyncscope_lab::{Lab, Lang, format};
use yew::prelude::*;

use crate::intent::{Intent, WhyIntent};
use crate::ui::context::{UiContext, use_ui};

/// How many of the things that something led to are shown.
const SHOWN: usize = 12;

/// A turn with the names that it is shown by.
#[derive(Clone, Debug, PartialEq)]
pub struct CauseRow {
    /// The turn.
    pub cause: Cause,
    /// The node's name.
    pub name: Option<Arc<str>>,
    /// What happened in it, in a few words.
    pub words: Option<String>,
}

/// A chain of causes, and what came of its first link.
#[derive(Clone, Debug, PartialEq)]
pub struct Causes {
    /// Its own turn, then back to what began it.
    pub because: Vec<CauseRow>,
    /// The turns that it caused.
    pub led_to: Vec<CauseRow>,
}

impl Causes {
    /// Of the entry at this place of the timeline, if it is there.
    #[must_use]
    pub fn of(lab: &Lab, entry: usize, lang: Lang) -> Option<Self> {
        lab.timeline().get(entry)?;
        let row = |cause: Cause| CauseRow {
            name: cause.host.map(|host| lab.name_of(host)),
            words: cause.entry.and_then(|entry| lab.timeline().get(entry)).map(|entry| entry_text(entry, lang)),
            cause,
        };
        let because = lab.causes(entry).into_iter().map(row).collect();
        Some(Self { because, led_to: lab.effects(entry).into_iter().map(row).collect() })
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
    let t = ui.t();
    let Some(Causes { because, led_to }) = &*props.causes else {
        return html! { <p class="panel-line faint">{ t.because_hint }</p> };
    };
    let more = led_to.len().saturating_sub(SHOWN);
    html! {
        <section class="box because" data-testid="because">
            <h2 class="why-title">{ t.because_title }</h2>
            <ol class="because-rows" data-testid="because-rows">{ for because.iter().map(|cause| row(cause, &ui)) }</ol>
            <h3 class="why-title">{ t.led_to_title }</h3>
            if led_to.is_empty() {
                <p class="faint">{ t.led_to_nothing }</p>
            } else {
                <ul class="because-rows" data-testid="led-to-rows">
                    { for led_to.iter().take(SHOWN).map(|cause| row(cause, &ui)) }
                </ul>
            }
            if more > 0 {
                <p class="faint">{ crate::i18n::fill(t.led_to_more, &[("n", &more.to_string())]) }</p>
            }
        </section>
    }
}

fn row(row: &CauseRow, ui: &UiContext) -> Html {
    let CauseRow { cause, name, words } = row;
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
                <button type="button" class="because-row" onclick={ui.click(Intent::Why(WhyIntent::GoTo(entry)))}>
                    { content }
                </button>
            </li>
        },
        // It only sent bytes on: there is no entry to show.
        None => html! { <li class="because-row">{ content }</li> },
    }
}
