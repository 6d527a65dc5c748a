//! Why something happened, and whether what always holds did hold.

use std::fmt::Write as _;

use psyncscope_lab::causes::{Cause, began_text, entry_text};
use psyncscope_lab::index::Index;
use psyncscope_lab::invariants::{Broken, LIVE};
use psyncscope_lab::sim::frame::{HostId, SimTime};
use psyncscope_lab::trial::Turned;
use psyncscope_lab::{ActionLog, Lab, Lang};

/// Why the newest thing happened that the narration tells of at a moment, on this node or on any.
///
/// # Errors
/// There was never a node of that name; or nothing was told of it.
pub fn text(lab: &Lab, node: Option<&str>, at: SimTime, lang: Lang) -> Result<String, String> {
    let host = match node {
        Some(name) => Some(host_named(lab, name).ok_or_else(|| format!("there was never a node {name}"))?),
        None => None,
    };
    let mut index = Index::default();
    index.extend(lab);
    let told = index.narration().filter(|(entry, note)| {
        note.at <= at && (host.is_none() || lab.timeline().get(*entry).is_some_and(|entry| entry.host == host))
    });
    let Some((entry, note)) = told.last() else { return Err("nothing had happened by then".into()) };
    let mut out = format!("{}{}\n", seconds(note.at), note.text(lang));
    let [because, led_to] = match lang {
        Lang::En => ["because", "led to"],
        Lang::Zh => ["因为", "导致"],
    };
    for cause in lab.causes(entry) {
        let _ = writeln!(out, "{because}  {}", line(lab, &cause, lang));
    }
    for effect in lab.effects(entry) {
        let _ = writeln!(out, "{led_to}  {}", line(lab, &effect, lang));
    }
    match lab.turning_change(entry) {
        Some(Ok(Turned { at, change, .. })) => {
            let action = serde_json::to_string(&change.action()).map_err(|error| error.to_string())?;
            let _ = writeln!(out, "the other answer: at {}{action}", seconds(at));
        }
        Some(Err(none)) => {
            let _ = writeln!(out, "the other answer: no action gives it ({none:?})");
        }
        None => {}
    }
    Ok(out)
}

/// Every rule that began not to hold, and when.
///
/// # Errors
/// The run is refused.
pub fn check(log: &ActionLog, lang: Lang) -> Result<String, String> {
    let found = Lab::check_log(log).map_err(|error| error.to_string())?;
    let mut out = String::new();
    // For the names of the nodes.
    let lab = Lab::replay(log).map_err(|error| error.to_string())?;
    for Broken { at, finding, .. } in &found {
        let name = lab.name_at(finding.host, *at);
        let _ = writeln!(out, "{}{name}: ✗ {}: {}", seconds(*at), finding.rule.text(lang), finding.text(lang));
    }
    if found.is_empty() {
        for rule in LIVE {
            let _ = writeln!(out, "✓ {}", rule.text(lang));
        }
    }
    Ok(out)
}

fn host_named(lab: &Lab, name: &str) -> Option<HostId> {
    let hosts = lab.timeline().iter().filter_map(|entry| Some((entry.host?, entry.at)));
    hosts.into_iter().find(|&(host, at)| &*lab.name_at(host, at) == name).map(|(host, _)| host)
}

fn line(lab: &Lab, cause: &Cause, lang: Lang) -> String {
    let name = cause.host.map_or_else(|| "-".into(), |host| lab.name_at(host, cause.at));
    let what = cause.entry.and_then(|entry| lab.timeline().get(entry)).map(|entry| entry_text(entry, lang));
    let what = what.map(|what| format!(": {what}")).unwrap_or_default();
    format!("{}{name}  {}{what}", seconds(cause.at), began_text(cause, lang))
}

fn seconds(at: SimTime) -> String {
    format!("{:.3} s  ", at.0 as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::examples;

    #[test]
    fn a_write_goes_back_to_what_was_typed() {
        let lab = Lab::replay(&examples::opening()).expect("the opening");
        let text = text(&lab, Some("a"), SimTime(8_100_000), Lang::En).expect("something happened");
        assert!(text.contains("because") && text.contains("a user's action: > SET user:1 lovelace"), "{text}");
        assert!(super::text(&lab, Some("z"), lab.now(), Lang::En).expect_err("no z").contains("never a node z"));
    }

    #[test]
    fn everything_holds_of_the_opening() {
        let text = check(&examples::opening(), Lang::En).expect("it is a run");
        assert_eq!(text.lines().filter(|line| line.starts_with('✓')).count(), LIVE.len(), "{text}");
    }
}
