//! The change that turns a decision, to be played.

use psyncscope_lab::format;
use psyncscope_lab::trial::{Change, NoChange, Turned};
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::{Intent, WhyIntent};
use crate::ui::button::Button;
use crate::ui::context::use_ui;

/// Properties of [`VerdictChange`].
#[derive(Properties, PartialEq)]
pub struct VerdictChangeProps {
    /// What turns the decision, or why nothing does; `None` during the search.
    pub change: Option<Result<Turned, NoChange>>,
}

/// A button that makes the change on a branch, or the reason why there is none.
#[component]
pub fn VerdictChange(props: &VerdictChangeProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    match &props.change {
        None => html! { <p class="verdict-change faint" data-testid="verdict-searching">{ t.try_searching }</p> },
        Some(Err(none)) => {
            html! { <p class="verdict-change faint" data-testid="verdict-no-change">{ none.text(ui.lang) }</p> }
        }
        Some(Ok(turned)) => {
            let hint = fill(t.try_hint, &[("at", &format::clock(turned.at))]);
            html! {
                <p class="verdict-change">
                    <Button class="button small" testid="verdict-try" onclick={ui.click(Intent::Why(WhyIntent::Try))}>
                        { words(&turned.change, t) }
                    </Button>
                    <span class="faint">{ hint }</span>
                </p>
            }
        }
    }
}

fn words(change: &Change, t: &Messages) -> String {
    match change {
        Change::BacklogSize { node, size } => fill(t.try_size, &[("n", &size.to_string()), ("node", node)]),
        Change::BacklogKept { node } => fill(t.try_kept, &[("node", node)]),
        Change::Writes { node, bytes } => fill(t.try_writes, &[("n", &bytes.to_string()), ("node", node)]),
        Change::CutEarlier { from, to } => fill(t.try_cut, &[("from", from), ("to", to)]),
    }
}
