//! Why a PSYNC was answered as it was: each condition with its numbers.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::ids::{NextByte, ReplId};
use psyncscope_lab::engine::replication::psync::PsyncVerdict;
use psyncscope_lab::explain::{Check, Condition, Explanation, MatchedId, Outcome, Turn};
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::model::time;
use crate::ui::atoms::{bold, code, para, row, span_of, text};
use crate::ui::chip::chip;
use crate::ui::context::UiContext;
use crate::ui::el::el;
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

/// How a line of the list is marked.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Holds,
    Fails,
    NotReached,
}

/// The newest decision that the node made or asked for, if there was one yet.
pub fn why(decided: Option<&Decided>, cx: &UiContext) -> Html {
    let t = cx.t();
    let Some(decided) = decided else {
        return el("section").class("box why why-none").put(para("faint", text(t.why_none))).html();
    };
    let why = &decided.why;
    let (title, tone, result) =
        if why.granted { (t.why_continue, "tone-good", "continue") } else { (t.why_full, "tone-full", "full") };
    let whose = rich(t.why_whose, &|name| match name {
        "node" => Fill::Html(bold(decided.master.to_string())),
        "asker" => Fill::Html(bold(decided.asker.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string))),
        _ => Fill::Text(time::clock(decided.at)),
    });
    // Who asks for everything names no byte: there is nothing more to compare.
    let asks_nothing = decided.verdict.request.replid.starts_with(b"?");
    let told = why.conditions.iter().filter(|c| !asks_nothing || c.outcome != Outcome::NotReached);
    let mut turned = Vec::new();
    if let (true, Some(bytes)) = (why.granted, why.bytes) {
        turned.extend([rich(t.sends_bytes, &|_| Fill::Text(bytes.to_string())), text(" ")]);
    }
    turned.push(turn(&why.turn, cx));
    let head = el("header")
        .class("why-head")
        .put(el("h3").class(tone).text(title))
        .put(el("code").class("why-function").text("masterTryPartialResynchronization"));
    el("section")
        .class("box why")
        .testid("verdict")
        .set("data-result", result)
        .put(head)
        .put(para("why-whose faint", row(vec![span_of("", whose), code(request(&decided.verdict))])))
        .put(el("ul").class("checks").all(told.flat_map(|c| lines(c, cx)).collect()))
        .put(para("why-turn", row(turned)))
        .html()
}

/// The request as it was sent, its ID shortened.
fn request(verdict: &PsyncVerdict) -> String {
    let id = String::from_utf8_lossy(&verdict.request.replid).into_owned();
    let short = if id.len() > 8 { format!("{}…", id.chars().take(4).collect::<String>()) } else { id };
    let next = verdict.request.next.map_or_else(|| "?".to_owned(), |n| n.to_string());
    format!("PSYNC {short} {next}")
}

/// The lines of a condition: the ID is compared with two, everything else is one comparison.
fn lines(condition: &Condition, cx: &UiContext) -> Vec<Html> {
    let t = cx.t();
    let mark = match condition.outcome {
        Outcome::Passed => Mark::Holds,
        Outcome::Failed => Mark::Fails,
        Outcome::NotReached => Mark::NotReached,
    };
    match &condition.check {
        // Worth a line only when it is wrong: nobody expects it to be.
        Check::OffsetReadable { .. } if mark == Mark::Holds => vec![],
        Check::OffsetReadable { .. } => vec![line(mark, text(t.check_offset), cx)],
        Check::IdKnown { asked, replid, replid2, matched } => id_lines(mark, asked, *replid, *replid2, *matched, cx),
        Check::WithinSecondHistory { applies: false, .. } => vec![],
        Check::WithinSecondHistory { next, second_replid_offset, .. } => {
            vec![line(mark, numbers(t.check_second, *next, "second", Some(*second_replid_offset)), cx)]
        }
        Check::BacklogPresent => vec![line(mark, text(t.check_backlog), cx)],
        Check::NotOverwritten { next, off } => vec![line(mark, numbers(t.check_kept, *next, "off", *off), cx)],
        Check::NotFuture { next, end } => vec![line(mark, numbers(t.check_future, *next, "end", *end), cx)],
    }
}

fn id_lines(
    mark: Mark,
    asked: &str,
    replid: ReplId,
    replid2: ReplId,
    matched: Option<MatchedId>,
    cx: &UiContext,
) -> Vec<Html> {
    let t = cx.t();
    let asked_html = || match ReplId::from_bytes(asked.as_bytes()) {
        Some(id) => chip(&id, cx),
        None => code(asked.to_owned()),
    };
    if mark == Mark::NotReached {
        return vec![line(mark, sentence(t.check_id_current, &asked_html, replid, cx), cx)];
    }
    if asked.starts_with('?') {
        return vec![line(mark, sentence(t.check_id_question, &asked_html, replid, cx), cx)];
    }
    let of = |holds| if holds { Mark::Holds } else { Mark::Fails };
    let current =
        line(of(matched == Some(MatchedId::Current)), sentence(t.check_id_current, &asked_html, replid, cx), cx);
    if matched == Some(MatchedId::Current) {
        return vec![current];
    }
    let words = if replid2.is_none() { t.check_id_no_previous } else { t.check_id_previous };
    vec![current, line(of(matched == Some(MatchedId::Previous)), sentence(words, &asked_html, replid2, cx), cx)]
}

fn sentence(words: &str, asked: &dyn Fn() -> Html, id: ReplId, cx: &UiContext) -> Html {
    rich(words, &|name| Fill::Html(if name == "asked" { asked() } else { chip(&id, cx) }))
}

fn numbers(words: &str, next: Option<NextByte>, name: &str, limit: Option<NextByte>) -> Html {
    let text = |n: Option<NextByte>| Fill::Text(n.map_or_else(|| "–".to_owned(), |n| n.to_string()));
    rich(words, &|slot| if slot == name { text(limit) } else { text(next) })
}

fn line(mark: Mark, words: Html, cx: &UiContext) -> Html {
    let t = cx.t();
    let (class, sign, said) = match mark {
        Mark::Holds => ("check-holds", "✓", t.passed),
        Mark::Fails => ("check-fails", "✗", t.failed),
        Mark::NotReached => ("check-not-reached", "·", t.check_not_reached),
    };
    let sign = el("span").class("check-sign").set("role", "img").set("aria-label", said).text(sign);
    el("li").class(class).set("title", said).put(sign).put(span_of("", words)).html()
}

/// What would have turned it.
fn turn(turn: &Turn, cx: &UiContext) -> Html {
    let t = cx.t();
    let number = |words, number: &dyn std::fmt::Display| rich(words, &|_| Fill::Text(number.to_string()));
    let two = |words, name: &str, first: &dyn std::fmt::Display, second: &dyn std::fmt::Display| {
        rich(words, &|slot| Fill::Text(if slot == name { first.to_string() } else { second.to_string() }))
    };
    match turn {
        Turn::ReadableOffset => text(t.turn_readable),
        Turn::AskWithHistory => text(t.turn_history),
        Turn::OtherHistory { replid } => rich(t.turn_other, &|_| Fill::Html(chip(replid, cx))),
        Turn::FewerBytesApplied { bytes, shared } => two(t.turn_fewer, "n", bytes, shared),
        Turn::HaveBacklog => text(t.turn_have_backlog),
        Turn::LargerBacklog { size, had, .. } => two(t.turn_larger, "size", size, had),
        Turn::EarlierBacklog { byte, off } => two(t.turn_earlier, "n", byte, off),
        Turn::AskFromOne => text(t.turn_from_one),
        Turn::MasterAhead { bytes } => number(t.turn_ahead, bytes),
        Turn::MoreWrites { spare, .. } => number(t.turn_writes, &(spare + 1)),
    }
}
