//! Two branches of a saved session side by side, as text.

use std::fmt::Write as _;

use psyncscope_lab::compare::{Comparison, Field, Pair, Value};
use psyncscope_lab::format;
use psyncscope_lab::sim::frame::Power;

/// A line for each thing that is compared; `*` marks what differs.
pub fn text(comparison: &Comparison, names: [&str; 2]) -> String {
    let mut out = format!("at {}\n", format::clock(comparison.at));
    for (name, ended) in names.iter().zip(comparison.ended) {
        if let Some(ended) = ended {
            let _ = writeln!(out, "{name} ran to {} only", format::clock(ended));
        }
    }
    let mut lines = vec![(' ', String::new(), names.map(str::to_owned))];
    for node in &comparison.nodes {
        lines.extend(node.fields.iter().map(|pair| line(&format!("{} ", node.name), pair)));
    }
    lines.extend(comparison.totals.iter().map(|pair| line("", pair)));
    let first = lines.iter().map(|(_, title, _)| title.chars().count()).max().unwrap_or(0);
    let second = lines.iter().map(|(_, _, [value, _])| value.chars().count()).max().unwrap_or(0);
    for (mark, title, [a, b]) in lines {
        let _ = writeln!(out, "{mark} {title:<first$}  {a:<second$}  {b}");
    }
    out
}

fn line(of: &str, pair: &Pair) -> (char, String, [String; 2]) {
    let mark = if pair.differs() { '*' } else { ' ' };
    (mark, format!("{of}{}", field_name(pair.field)), [0, 1].map(|side| value(pair.values[side].as_ref())))
}

const fn field_name(field: Field) -> &'static str {
    match field {
        Field::Process => "process",
        Field::Master => "follows",
        Field::LinkState => "repl_state",
        Field::ReplId => "replid",
        Field::ReplId2 => "replid2",
        Field::Offset => "offset",
        Field::Backlog => "backlog",
        Field::Lag => "lag",
        Field::Keys => "keys",
        Field::FullSyncs => "full resyncs",
        Field::PartialSyncs => "partial resyncs",
        Field::BytesSent => "bytes sent",
    }
}

fn value(value: Option<&Value>) -> String {
    match value {
        None => "-".to_owned(),
        Some(Value::Process(power)) => match power {
            Power::Running => "runs",
            Power::Paused => "paused",
            Power::Stopped => "ended",
            Power::Off => "off",
        }
        .to_owned(),
        Some(Value::Name(name)) => name.to_string(),
        Some(Value::Id(id)) => id.short(),
        Some(Value::Number(n)) => n.to_string(),
        Some(Value::Backlog(compared)) => {
            let backlog = &compared.0.0;
            format!("{} of {} bytes from {}", backlog.histlen(), backlog.size(), backlog.off().0)
        }
    }
}
