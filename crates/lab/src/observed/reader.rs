//! A pasted text, line by line.

use super::fields::{self, Field, Fields};
use super::heading::{self, Heading};
use super::node::{Follows, NodeInfo, follows};
use super::text::Said;
use super::{Finding, Observed, Unread, log};
use crate::format::shortened;

/// Lines that are listed as not understood; the others are counted.
const UNREAD_MAX: usize = 40;

/// Characters of a line that is shown.
const SHOWN_CHARS: usize = 60;

/// Reads everything that can be read.
pub(super) fn read(text: &str) -> Observed {
    let mut reader = Reader::default();
    for (index, line) in text.trim_start_matches('\u{feff}').split('\n').enumerate() {
        // A `+OK`-like one-line output has its line ends as escapes.
        if line.contains("\\r\\n") {
            let parts = line.split("\\r\\n").map(|part| part.trim().trim_matches('"'));
            parts.for_each(|part| reader.line(index + 1, part));
        } else {
            line.split('\r').for_each(|part| reader.line(index + 1, part));
        }
    }
    reader.finish()
}

/// The fields of a node that was begun.
#[derive(Default)]
struct Begun {
    name: Option<String>,
    line: usize,
    fields: Vec<Field>,
}

#[derive(Default)]
struct Reader {
    /// The name that a heading gave, and the line of the heading until a field follows.
    heading: Option<(String, Option<usize>)>,
    node: Begun,
    nodes: Vec<(Option<String>, NodeInfo)>,
    observed: Observed,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) {
        let line = line.trim();
        let line = line.strip_prefix("txt:").unwrap_or(line);
        if line.is_empty() || is_bulk_header(line) {
            return;
        }
        if let Some((heading, rest)) = Heading::column(line)
            && (rest.is_empty() || log::message(rest).is_some() || field(rest).is_some() || section(rest).is_some())
        {
            self.heading(number, heading, false);
            return self.line(number, rest);
        }
        if let Some((heading, rest)) = Heading::before(line).filter(|(_, rest)| section(rest).is_some()) {
            self.heading(number, heading, false);
            return self.line(number, rest);
        }
        if let Some(message) = log::message(line) {
            return match Finding::of_message(message.text) {
                Some(finding) => self.finding(Finding { line: number, time: message.time, ..finding }),
                None if log::speaks_of_replication(message.text) => {
                    let why = Said::new(
                        "a line about replication that is not known here",
                        "与复制有关，但这里不认识的一行",
                        &[],
                    );
                    self.unread(number, message.text, why);
                }
                None => self.observed.other_log_lines += 1,
            };
        }
        if is_of_signal_handler(line) {
            self.observed.other_log_lines += 1;
        } else if let Some(title) = section(line) {
            let has = |key| self.node.fields.iter().any(|field| field.key == key);
            if title == "Server" && (has("redis_version") || has("role")) || title == "Replication" && has("role") {
                self.close();
            }
        } else if let Some((key, value)) = field(line) {
            self.field(number, key, value);
        } else if let Some(finding) = Finding::of_message(line.trim_start_matches(['*', '#', '-', ' '])) {
            self.finding(Finding { line: number, ..finding });
        } else if let Some(heading) = Heading::parse(line) {
            self.heading(number, heading, true);
        } else {
            let why = Said::new(
                "neither a field of INFO nor a line of a server's log",
                "既不是 INFO 字段，也不是服务器日志行",
                &[],
            );
            self.unread(number, line, why);
        }
    }

    fn finding(&mut self, finding: Finding) {
        let node = self.heading.as_ref().map(|(name, _)| name.clone());
        if let Some((_, line)) = &mut self.heading {
            *line = None;
        }
        self.observed.findings.push(Finding { node, ..finding });
    }

    /// A heading; one that `announces` is worth a word if nothing follows it.
    fn heading(&mut self, number: usize, heading: Heading, announces: bool) {
        let Heading { name, is_info } = heading;
        if self.heading.as_ref().is_some_and(|(before, _)| *before == name) {
            return;
        }
        self.close();
        self.empty_heading();
        self.heading = Some((name, (announces && is_info).then_some(number)));
    }

    fn field(&mut self, number: usize, key: &str, value: &str) {
        if let Some((_, line)) = &mut self.heading {
            *line = None;
        }
        if !fields::is_known(key) {
            self.observed.other_fields += 1;
            return;
        }
        if self.node.fields.iter().any(|field| field.key == key) {
            self.close();
        }
        if self.node.fields.is_empty() {
            let name = self.heading.as_ref().map(|(name, _)| name.clone());
            self.node = Begun { name, line: number, fields: Vec::new() };
        }
        self.node.fields.push(Field { key: key.to_owned(), value: value.to_owned(), line: number });
    }

    /// The INFO of a node is over.
    fn close(&mut self) {
        let Begun { name, line, fields } = std::mem::take(&mut self.node);
        if fields.is_empty() {
            return;
        }
        if !fields.iter().any(|field| field.key == "role") {
            let first = format!("{}:{}", fields[0].key, fields[0].value);
            let why = Said::new(
                "these fields of INFO have no role among them: the section Replication is missing",
                "这些 INFO 字段中没有 role：缺少 Replication 一节",
                &[],
            );
            return self.unread(line, &first, why);
        }
        let (node, bad) = Fields::node(&fields, line);
        bad.into_iter().for_each(|(line, text, why)| self.unread(line, &text, why));
        self.nodes.push((name, node));
    }

    fn empty_heading(&mut self) {
        if let Some((name, Some(line))) = self.heading.take() {
            let why = Said::new("no INFO follows this heading", "这个标题之后没有 INFO", &[]);
            self.unread(line, &name, why);
        }
    }

    fn unread(&mut self, line: usize, text: &str, why: Said) {
        if self.observed.unread.len() == UNREAD_MAX {
            self.observed.unread_more += 1;
            return;
        }
        let shown: String = text.chars().take(SHOWN_CHARS + 1).map(|c| if c.is_control() { '·' } else { c }).collect();
        self.observed.unread.push(Unread { line, text: shortened(&shown, SHOWN_CHARS), why });
    }

    fn finish(mut self) -> Observed {
        self.close();
        self.empty_heading();
        self.observed.unread.sort_by_key(|unread| unread.line);
        self.observed.nodes = named(merged(self.nodes));
        self.observed
    }
}

/// `$1234` before a bulk reply, `=1234` before a verbatim one, `*1`.
fn is_bulk_header(line: &str) -> bool {
    let number = line.strip_prefix(['$', '=', '*']);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `1234:signal-handler (1796023222) Received SIGTERM scheduling shutdown...`, which has neither role nor level.
fn is_of_signal_handler(line: &str) -> bool {
    let pid = line.split_once(":signal-handler (").map(|(pid, _)| pid);
    pid.is_some_and(|pid| pid.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The name of a section: `# Replication`.
fn section(line: &str) -> Option<&str> {
    let title = line.strip_prefix("# ")?.trim();
    let is_title =
        title.starts_with(|c: char| c.is_ascii_uppercase()) && title.chars().all(|c| c.is_ascii_alphabetic());
    is_title.then_some(title)
}

/// A field of INFO.
fn field(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = key.len() <= 80
        && key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || "_|-.".contains(c));
    let is_address = heading::host_and_port(line).is_some() && heading::is_host(key);
    // INFO has no space behind the colon; sentences have.
    (is_key && !is_address && !value.starts_with(' ')).then_some((key, value))
}

/// A node that the text has twice, by its run ID or by its heading, is one: as it was last.
fn merged(nodes: Vec<(Option<String>, NodeInfo)>) -> Vec<(Option<String>, NodeInfo)> {
    let mut all: Vec<(Option<String>, NodeInfo)> = Vec::new();
    for (name, node) in nodes {
        let is_same = |(other_name, other): &&mut (Option<String>, NodeInfo)| match (&other.run_id, &node.run_id) {
            (Some(other), Some(run_id)) => other == run_id,
            _ => name.is_some() && *other_name == name,
        };
        let Some((_, other)) = all.iter_mut().find(is_same) else {
            all.push((name, node));
            continue;
        };
        let later = other.uptime_s <= node.uptime_s;
        let (before, mut after) = if later { (&*other, node) } else { (&node, other.clone()) };
        after.earlier = before.offset.zip(before.uptime_s);
        *other = after;
    }
    all
}

/// Gives every node a name of its own.
fn named(nodes: Vec<(Option<String>, NodeInfo)>) -> Vec<NodeInfo> {
    let (names, mut nodes): (Vec<_>, Vec<_>) = nodes.into_iter().unzip();
    let given: Vec<Option<String>> = names
        .into_iter()
        .zip(&nodes)
        .map(|(name, node)| name.or_else(|| node.port.map(|port| format!("port {port}"))))
        .collect();
    for place in 0..nodes.len() {
        let name = given[place].clone().unwrap_or_else(|| format!("node {}", place + 1));
        let taken = |name: &String| nodes[..place].iter().any(|node| node.name == *name);
        let mut names = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name} ({n})")));
        nodes[place].name = names.find(|name| !taken(name)).unwrap_or_default();
    }
    name_by_replicas(&given, &mut nodes);
    nodes
}

/// The only master without a name is called as its replicas call it, if they agree.
fn name_by_replicas(given: &[Option<String>], nodes: &mut [NodeInfo]) {
    let masters: Vec<usize> = (0..nodes.len()).filter(|&place| nodes[place].is_master()).collect();
    let [master] = masters[..] else { return };
    if given[master].is_some() || nodes[master].replid.is_none() {
        return;
    }
    let followers = nodes
        .iter()
        .zip(follows(nodes))
        .filter(|(node, follows)| *follows == Follows::Another && node.replid == nodes[master].replid);
    let mut addresses = followers.filter_map(|(node, _)| {
        let upstream = node.upstream.as_ref()?;
        Some(format!("{}:{}", upstream.host, upstream.port?))
    });
    if let Some(address) = addresses.next()
        && addresses.all(|other| other == address)
    {
        nodes[master].name = address;
    }
}
