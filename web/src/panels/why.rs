//! Why a PSYNC was answered as it was: each condition with its numbers.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::ids::{NextByte, ReplId};
use psyncscope_lab::engine::replication::psync::PsyncVerdict;
use psyncscope_lab::explain::{Check, Condition, Explanation, MatchedId, Outcome, Turn};
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::i18n::{Text, use_text};
use crate::model::time;
use crate::ui::chip::IdChip;
use crate::ui::rich::{Fill, rich};

/// A decision and between whom it was.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Its place in the timeline: what tells it from any other.
    pub entry: usize,
    /// When.
    pub at: SimTime,
    /// Who decided.
    pub master: Arc<str>,
    /// Who had asked.
    pub asker: Option<Arc<str>>,
    /// The decision.
    pub verdict: Rc<PsyncVerdict>,
    /// The decision, taken apart.
    pub why: Rc<Explanation>,
}

impl PartialEq for Decided {
    fn eq(&self, other: &Self) -> bool {
        self.entry == other.entry && self.at == other.at && self.verdict == other.verdict
    }
}

/// Properties of [`Why`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The decision, if there was one yet.
    pub decided: Option<Decided>,
}

/// How a line of the list is marked.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Holds,
    Fails,
    NotReached,
}

/// The newest decision that the node made or asked for.
#[component]
pub fn Why(props: &Props) -> Html {
    let t = use_text();
    let Some(decided) = &props.decided else {
        return html! { <section class="box why why-none"><p class="faint">{ t.why_none }</p></section> };
    };
    let why = &decided.why;
    let title = if why.granted { t.why_continue } else { t.why_full };
    // Who asks for everything names no byte: there is nothing more to compare.
    let asks_nothing = decided.verdict.request.replid.starts_with(b"?");
    let result = if why.granted { "continue" } else { "full" };
    html! {
        <section class="box why" data-testid="verdict" data-result={result}>
            <header class="why-head">
                <h3 class={if why.granted { "tone-good" } else { "tone-full" }}>{ title }</h3>
                <code class="why-function">{ "masterTryPartialResynchronization" }</code>
            </header>
            <p class="why-whose faint">
                <span>{ rich(t.why_whose, |name| match name {
                    "node" => Fill::Html(html! { <b>{ decided.master.to_string() }</b> }),
                    "asker" => Fill::Html(html! { <b>{ decided.asker.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string) }</b> }),
                    _ => Fill::Text(time::clock(decided.at)),
                }) }</span>
                <code class="why-request">{ request(&decided.verdict) }</code>
            </p>
            <ul class="checks">{ for why.conditions.iter().filter(|c| !asks_nothing || c.outcome != Outcome::NotReached).flat_map(|c| lines(c, t)) }</ul>
            <p class="why-turn">
                if let (true, Some(bytes)) = (why.granted, why.bytes) {
                    { rich(t.sends_bytes, |_| Fill::Text(bytes.to_string())) }{ " " }
                }
                { turn(&why.turn, t) }
            </p>
        </section>
    }
}

/// The request as it was sent, its ID shortened.
fn request(verdict: &PsyncVerdict) -> String {
    let id = String::from_utf8_lossy(&verdict.request.replid).into_owned();
    let short = if id.len() > 8 { format!("{}…", id.chars().take(4).collect::<String>()) } else { id };
    let next = verdict.request.next.map_or_else(|| "?".to_owned(), |n| n.to_string());
    format!("PSYNC {short} {next}")
}

/// The lines of a condition: the ID is compared with two, everything else is one comparison.
fn lines(condition: &Condition, t: &Text) -> Vec<Html> {
    let mark = match condition.outcome {
        Outcome::Passed => Mark::Holds,
        Outcome::Failed => Mark::Fails,
        Outcome::NotReached => Mark::NotReached,
    };
    match &condition.check {
        // Worth a line only when it is wrong: nobody expects it to be.
        Check::OffsetReadable { .. } if mark == Mark::Holds => vec![],
        Check::OffsetReadable { .. } => vec![line(mark, html! { t.check_offset }, t)],
        Check::IdKnown { asked, replid, replid2, matched } => id_lines(mark, asked, *replid, *replid2, *matched, t),
        Check::WithinSecondHistory { applies: false, .. } => vec![],
        Check::WithinSecondHistory { next, second_replid_offset, .. } => {
            vec![line(mark, numbers(t.check_second, *next, "second", Some(*second_replid_offset)), t)]
        }
        Check::BacklogPresent => vec![line(mark, html! { t.check_backlog }, t)],
        Check::NotOverwritten { next, off } => vec![line(mark, numbers(t.check_kept, *next, "off", *off), t)],
        Check::NotFuture { next, end } => vec![line(mark, numbers(t.check_future, *next, "end", *end), t)],
    }
}

fn id_lines(
    mark: Mark,
    asked: &str,
    replid: ReplId,
    replid2: ReplId,
    matched: Option<MatchedId>,
    t: &Text,
) -> Vec<Html> {
    let asked_html = || match ReplId::from_bytes(asked.as_bytes()) {
        Some(id) => html! { <IdChip {id} /> },
        None => html! { <code>{ asked.to_owned() }</code> },
    };
    if mark == Mark::NotReached {
        return vec![line(mark, sentence(t.check_id_current, &asked_html, replid), t)];
    }
    if asked.starts_with('?') {
        return vec![line(mark, sentence(t.check_id_question, &asked_html, replid), t)];
    }
    let of = |holds| if holds { Mark::Holds } else { Mark::Fails };
    let current = line(of(matched == Some(MatchedId::Current)), sentence(t.check_id_current, &asked_html, replid), t);
    if matched == Some(MatchedId::Current) {
        return vec![current];
    }
    let words = if replid2.is_none() { t.check_id_no_previous } else { t.check_id_previous };
    vec![current, line(of(matched == Some(MatchedId::Previous)), sentence(words, &asked_html, replid2), t)]
}

fn sentence(words: &str, asked: &dyn Fn() -> Html, id: ReplId) -> Html {
    rich(words, |name| {
        Fill::Html(if name == "asked" {
            asked()
        } else {
            html! { <IdChip {id} /> }
        })
    })
}

fn numbers(words: &str, next: Option<NextByte>, name: &str, limit: Option<NextByte>) -> Html {
    let text = |n: Option<NextByte>| Fill::Text(n.map_or_else(|| "–".to_owned(), |n| n.to_string()));
    rich(words, |slot| if slot == name { text(limit) } else { text(next) })
}

fn line(mark: Mark, words: Html, t: &Text) -> Html {
    let (class, sign, said) = match mark {
        Mark::Holds => ("check-holds", "✓", t.passed),
        Mark::Fails => ("check-fails", "✗", t.failed),
        Mark::NotReached => ("check-not-reached", "·", t.check_not_reached),
    };
    html! {
        <li class={class} title={said}>
            <span class="check-sign" role="img" aria-label={said}>{ sign }</span>
            <span>{ words }</span>
        </li>
    }
}

/// What would have turned it.
fn turn(turn: &Turn, t: &Text) -> Html {
    match turn {
        Turn::ReadableOffset => html! { t.turn_readable },
        Turn::AskWithHistory => html! { t.turn_history },
        Turn::OtherHistory { replid } => rich(t.turn_other, |_| Fill::Html(html! { <IdChip id={*replid} /> })),
        Turn::FewerBytesApplied { bytes, shared } => {
            rich(t.turn_fewer, |name| Fill::Text(if name == "n" { bytes.to_string() } else { shared.to_string() }))
        }
        Turn::HaveBacklog => html! { t.turn_have_backlog },
        Turn::LargerBacklog { size, had, .. } => {
            rich(t.turn_larger, |name| Fill::Text(if name == "size" { size.to_string() } else { had.to_string() }))
        }
        Turn::EarlierBacklog { byte, off } => {
            rich(t.turn_earlier, |name| Fill::Text(if name == "n" { byte.to_string() } else { off.to_string() }))
        }
        Turn::AskFromOne => html! { t.turn_from_one },
        Turn::MasterAhead { bytes } => rich(t.turn_ahead, |_| Fill::Text(bytes.to_string())),
        Turn::MoreWrites { spare, .. } => rich(t.turn_writes, |_| Fill::Text((spare + 1).to_string())),
    }
}
