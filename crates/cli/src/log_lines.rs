//! A run as text lines: the log of each node, with virtual times.

use psyncscope_lab::Lab;
use psyncscope_lab::engine::event::Event;
use psyncscope_lab::sim::frame::{Entry, What};

/// One line for each log line, console command and fault, in order: `   1.302 s  b  MASTER <-> REPLICA sync started`.
pub fn lines(lab: &Lab) -> impl Iterator<Item = String> + '_ {
    lab.timeline().iter().filter_map(move |entry| {
        let text = text(lab, entry)?;
        let seconds = entry.at.0 as f64 / 1e6;
        let host = entry.host.map_or_else(|| "-".into(), |host| lab.name_of(host));
        Some(format!("{seconds:>9.3} s  {host}  {text}"))
    })
}

fn text(lab: &Lab, entry: &Entry) -> Option<String> {
    match &entry.what {
        What::Node(Event::Log { text, .. }) => Some(text.clone()),
        What::ConsoleSent { argv, .. } => {
            let words: Vec<_> = argv.iter().map(|word| String::from_utf8_lossy(word)).collect();
            Some(format!("> {}", words.join(" ")))
        }
        What::ConsoleReceived { bytes, .. } => {
            Some(format!("< {}", String::from_utf8_lossy(bytes).trim_end().replace("\r\n", " | ")))
        }
        What::Power(power) => Some(format!("process {power:?}").to_lowercase()),
        What::Cut { to, .. } => Some(format!("wire cut towards {}", lab.name_of(*to))),
        What::Healed { to, .. } => Some(format!("wire mended towards {}", lab.name_of(*to))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::{Action, examples};

    #[test]
    fn nodes_have_their_names_even_after_they_were_removed() {
        let mut lab = Lab::replay(&examples::opening()).expect("the opening");
        let before: Vec<String> = lines(&lab).collect();
        let (from, to) = ("a".to_owned(), "b".to_owned());
        lab.act(Action::Cut { from, to, one_way: true }).expect("there is a wire");
        lab.act(Action::RemoveNode { node: "b".to_owned() }).expect("it is there");
        let after: Vec<String> = lines(&lab).collect();
        assert_eq!(after[..before.len()], before, "what was b's stays so");
        assert!(after[before.len()..].iter().any(|line| line.ends_with("wire cut towards b")), "{after:?}");
    }
}
