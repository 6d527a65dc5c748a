//! A condition of a PSYNC decision, with its numbers.

use psyncscope_lab::engine::ids::{NextByte, ReplId};
use psyncscope_lab::explain::{Check, Condition, MatchedId, Outcome};
use yew::prelude::*;

use crate::i18n::Messages;
use crate::panels::check_line::{CheckLine, Mark};
use crate::ui::chip::Chip;
use crate::ui::context::use_ui;
use crate::ui::rich::{Fill, rich};

/// Properties of [`VerdictCheck`].
#[derive(Properties, PartialEq)]
pub struct VerdictCheckProps {
    /// The condition.
    pub condition: Condition,
}

/// The lines of a condition: the ID is compared with two, everything else is one comparison.
#[component]
pub fn VerdictCheck(props: &VerdictCheckProps) -> Html {
    let t = use_ui().t();
    let condition = &props.condition;
    let mark = match condition.outcome {
        Outcome::Passed => Mark::Holds,
        Outcome::Failed => Mark::Fails,
        Outcome::NotReached => Mark::NotReached,
    };
    match &condition.check {
        // Worth a line only when it is wrong: nobody expects it to be.
        Check::OffsetReadable { .. } if mark == Mark::Holds => Html::default(),
        Check::OffsetReadable { .. } => line(mark, html! { { t.check_offset } }, t),
        Check::IdKnown { asked, asks_for_everything: true, replid, .. } if mark != Mark::NotReached => {
            line(mark, with_ids(t.check_id_question, asked, *replid), t)
        }
        Check::IdKnown { asked, replid, replid2, matched, .. } => id_lines(mark, asked, *replid, *replid2, *matched, t),
        Check::WithinSecondHistory { applies: false, .. } => Html::default(),
        Check::WithinSecondHistory { next, second_replid_offset, .. } => {
            line(mark, numbers(t.check_second, *next, "second", Some(*second_replid_offset)), t)
        }
        Check::BacklogPresent => line(mark, html! { { t.check_backlog } }, t),
        Check::NotOverwritten { next, off } => line(mark, numbers(t.check_kept, *next, "off", *off), t),
        Check::NotFuture { next, end } => line(mark, numbers(t.check_future, *next, "end", *end), t),
    }
}

fn id_lines(
    mark: Mark,
    asked: &str,
    replid: ReplId,
    replid2: ReplId,
    matched: Option<MatchedId>,
    t: &Messages,
) -> Html {
    let sentence = |words: &str, id: ReplId| with_ids(words, asked, id);
    if mark == Mark::NotReached {
        return line(mark, sentence(t.check_id_current, replid), t);
    }
    let mark_of = |id| if matched == Some(id) { Mark::Holds } else { Mark::Fails };
    let current = line(mark_of(MatchedId::Current), sentence(t.check_id_current, replid), t);
    if matched == Some(MatchedId::Current) {
        return current;
    }
    let words = if replid2.is_none() { t.check_id_no_previous } else { t.check_id_previous };
    let previous = line(mark_of(MatchedId::Previous), sentence(words, replid2), t);
    html! { <>{ current }{ previous }</> }
}

/// A sentence with the ID that was asked for and one of the master's.
fn with_ids(words: &str, asked: &str, id: ReplId) -> Html {
    let asked_html = || match ReplId::from_bytes(asked.as_bytes()) {
        Some(id) => html! { <Chip {id} /> },
        None => html! { <code>{ asked.to_owned() }</code> },
    };
    rich(words, &|name| {
        Fill::Html(if name == "asked" {
            asked_html()
        } else {
            html! { <Chip {id} /> }
        })
    })
}

fn numbers(words: &str, next: Option<NextByte>, name: &str, limit: Option<NextByte>) -> Html {
    let number = |n: Option<NextByte>| Fill::Text(n.map_or_else(|| "–".to_owned(), |n| n.to_string()));
    rich(words, &|slot| if slot == name { number(limit) } else { number(next) })
}

fn line(mark: Mark, words: Html, t: &Messages) -> Html {
    html! { <CheckLine {mark} not_reached={t.check_not_reached}><span>{ words }</span></CheckLine> }
}
