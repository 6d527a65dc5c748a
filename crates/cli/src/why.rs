//! Why something happened, and whether what always holds did hold.

use std::fmt::Write as _;

use psyncscope_lab::branches::action_text_within;
use psyncscope_lab::causes::{Cause, began_text, entry_text};
use psyncscope_lab::index::Index;
use psyncscope_lab::invariants::{Broken, LIVE, Rule};
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::trial::Turned;
use psyncscope_lab::{Lab, Lang};
use psyncscope_sweep::Violation;

use crate::host_named;

/// Characters of a command that are shown.
const COMMAND_CHARS: usize = 60;

/// Why the newest thing happened that the narration tells of at a moment, on this node or on any.
///
/// # Errors
/// There was never a node of that name; or nothing was told of it.
pub fn text(lab: &Lab, node: Option<&str>, at: SimTime, lang: Lang) -> Result<String, String> {
    let host = node.map(|name| host_named(lab, name)).transpose()?;
    let mut index = Index::default();
    index.extend(lab);
    let told = index.narration().filter(|(entry, note)| {
        note.at <= at && (host.is_none() || lab.timeline().get(*entry).is_some_and(|entry| entry.host == host))
    });
    let Some((entry, note)) = told.last() else { return Err("nothing had happened by then".into()) };
    let mut out = format!("{}{}\n", seconds(note.at), note.text(lang));
    let [because, led_to, other_answer] = match lang {
        Lang::En => ["because", "led to", "the other answer"],
        Lang::Zh => ["因为", "导致", "另一种答复"],
    };
    for cause in lab.causes(entry) {
        let _ = writeln!(out, "{because}  {}", line(lab, &cause, lang));
    }
    for effect in lab.effects(entry) {
        let _ = writeln!(out, "{led_to}  {}", line(lab, &effect, lang));
    }
    // A refused PSYNC is told of together with what follows from it in the same turn.
    let turn = lab.timeline()[entry].turn;
    let same_turn = lab.timeline()[..=entry].iter().enumerate().rev().take_while(|(_, entry)| entry.turn == turn);
    match same_turn.map(|(place, _)| place).find_map(|place| lab.turning_change(place)) {
        Some(Ok(Turned { at, change, .. })) => {
            let action = action_text_within(&change.action(), lang, COMMAND_CHARS);
            let _ = writeln!(out, "{other_answer}  {}{action}", seconds(at));
        }
        Some(Err(none)) => {
            let _ = writeln!(out, "{other_answer}  {}", none.text(lang));
        }
        None => {}
    }
    Ok(out)
}

/// Every rule that began not to hold, and when. `violation` is what every byte on the wires shows.
pub fn violations(lab: &Lab, found: &[Broken], violation: Option<&Violation>, lang: Lang) -> String {
    let mut out = String::new();
    for Broken { at, finding, .. } in found {
        let name = lab.name_of(finding.host);
        let _ = writeln!(out, "{}{name}: ✗ {}: {}", seconds(*at), finding.rule.text(lang), finding.text(lang));
    }
    if let Some(Violation { rule, at, host, why }) = violation {
        let name = host.map_or_else(|| "-".into(), |host| lab.name_of(host));
        let _ = writeln!(out, "{}{name}: ✗ {}: {why}", seconds(*at), rule.text(lang));
    }
    out
}

/// The rules that were checked: with every byte on the wires, all but those about repairs and about the program itself.
pub fn rules_that_hold(strictly: bool, lang: Lang) -> String {
    let checked = Rule::ALL.into_iter().filter(|rule| match rule {
        Rule::Converges | Rule::NoPanic => false,
        rule => strictly || LIVE.contains(rule),
    });
    checked.map(|rule| format!("✓ {}\n", rule.text(lang))).collect()
}

fn line(lab: &Lab, cause: &Cause, lang: Lang) -> String {
    let name = cause.host.map_or_else(|| "-".into(), |host| lab.name_of(host));
    let what = cause.entry.and_then(|entry| lab.timeline().get(entry)).map(|entry| entry_text(entry, lang));
    let what = what.map(|what| format!(": {what}")).unwrap_or_default();
    format!("{}{name}  {}{what}", seconds(cause.at), began_text(cause, lang))
}

pub fn seconds(at: SimTime) -> String {
    format!("{:.3} s  ", at.0 as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::engine::event::Event;
    use psyncscope_lab::sim::frame::What;
    use psyncscope_lab::{Action, LabConfig, NodeSpec, examples};

    #[test]
    fn a_write_goes_back_to_what_was_typed() {
        let lab = Lab::replay(&examples::opening()).expect("the opening");
        let text = text(&lab, Some("a"), SimTime(8_100_000), Lang::En).expect("something happened");
        assert!(text.contains("because") && text.contains("a user's action: > SET user:1 lovelace"), "{text}");
        assert!(super::text(&lab, Some("z"), lab.now(), Lang::En).expect_err("no z").contains("never a node z"));
    }

    #[test]
    fn what_would_have_turned_a_refusal_is_in_words() {
        let node = |name: &str, more: &str| NodeSpec {
            name: name.to_owned(),
            config: ["repl-timeout 4", "repl-ping-replica-period 2", "repl-backlog-size 64", more]
                .map(str::to_owned)
                .to_vec(),
        };
        let nodes = vec![node("a", "port 6379"), node("b", "replicaof a 6379")];
        let mut lab = Lab::new(LabConfig { seed: 3, nodes, ..LabConfig::default() }).expect("good");
        lab.run_for(3_000_000);
        let wire = ("a".to_owned(), "b".to_owned());
        lab.act(Action::Cut { from: wire.0.clone(), to: wire.1.clone(), one_way: false }).expect("there is a wire");
        lab.run_for(5_000_000);
        let command = format!("SET k {}", "x".repeat(100));
        lab.act(Action::Exec { node: "a".to_owned(), console: 0, command }).expect("it runs");
        lab.act(Action::Heal { from: wire.0, to: wire.1, one_way: false }).expect("it is cut");
        lab.run_for(3_000_000);
        let verdicts = lab.timeline().iter().filter(|entry| matches!(&entry.what, What::Node(Event::Verdict { .. })));
        let at: Vec<SimTime> = verdicts.map(|entry| entry.at).collect();
        let [first, second] = at[..] else { panic!("two decisions: {at:?}") };
        let text = |at, lang| text(&lab, Some("a"), at, lang).expect("something happened");
        let refused = text(second, Lang::En);
        assert!(refused.contains(" s  a: CONFIG SET repl-backlog-size ") && !refused.contains('…'), "{refused}");
        let none = text(first, Lang::En);
        assert!(none.contains("the other answer  No action turns this: a node that follows"), "{none}");
        assert!(text(first, Lang::Zh).contains("另一种答复  没有操作能改变它"));
    }
}
