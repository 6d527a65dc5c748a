//! A run as text lines: the log of each node, with virtual times.

use psyncscope_lab::Lab;
use psyncscope_lab::engine::event::Event;
use psyncscope_lab::sim::frame::{Entry, What};

/// One line for each log line, console command and fault, in order: `   1.302 s  b  MASTER <-> REPLICA sync started`.
pub fn lines(lab: &Lab) -> impl Iterator<Item = String> + '_ {
    lab.timeline().iter().filter_map(move |entry| {
        let text = text(entry)?;
        let seconds = entry.at.0 as f64 / 1e6;
        let host = entry.host.and_then(|host| lab.world().name(host)).unwrap_or("-");
        Some(format!("{seconds:>9.3} s  {host}  {text}"))
    })
}

fn text(entry: &Entry) -> Option<String> {
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
        What::Cut { to, .. } => Some(format!("wire cut towards {}", to.0)),
        What::Healed { to, .. } => Some(format!("wire mended towards {}", to.0)),
        _ => None,
    }
}
