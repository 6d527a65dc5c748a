//! Whether two recordings of one scenario agree. Masks exactly what the recorder's own comparison masks: random IDs
//! (numbered by first appearance), the number of periodic ACKs and keep-alive newlines, fields that count seconds,
//! acked offsets; RDB payloads are compared field for field but for their time, memory and checksum.

use std::collections::BTreeMap;

use super::rdb::{self, Field};
use super::transcript::Transcript;

/// What differs, one line each; empty if the recordings agree.
#[must_use]
pub fn differences(golden: &Transcript, candidate: &Transcript) -> Vec<String> {
    let (mut golden_ids, mut candidate_ids) = (Ids::default(), Ids::default());
    let mut out = Vec::new();
    for (key, bytes) in golden.streams() {
        let want: Vec<String> = messages(bytes).iter().map(|message| golden_ids.mask(message)).collect();
        let got: Vec<String> =
            messages(candidate.stream(key)).iter().map(|message| candidate_ids.mask(message)).collect();
        // A recording may end between two messages: one more or less at the end of a link does not count.
        let common = want.len().min(got.len());
        let cut_short = !key.link.is_empty() && common > 0 && want.len().abs_diff(got.len()) <= 1;
        if want == got || (cut_short && want[..common] == got[..common]) {
            continue;
        }
        let n = (0..common).find(|&n| want[n] != got[n]).unwrap_or(common);
        let end = "<end>".to_owned();
        out.push(format!(
            "{key:?}: message {n} of {}/{}\n   golden    {}\n   candidate {}",
            want.len(),
            got.len(),
            want.get(n).unwrap_or(&end),
            got.get(n).unwrap_or(&end)
        ));
    }
    out
}

/// A protocol message.
enum Message {
    /// A RESP value or a line.
    Plain(Vec<u8>),
    /// An RDB file.
    Rdb(Vec<u8>),
}

/// Cuts a stream into messages. Periodic ACKs and newlines are left out.
fn messages(bytes: &[u8]) -> Vec<Message> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\n' {
            at += 1;
            continue;
        }
        let (message, next) = value(bytes, at);
        at = next;
        if let Message::Plain(text) = &message
            && contains(text, b"REPLCONF")
            && contains(text, b"\r\nACK\r\n")
        {
            continue;
        }
        out.push(message);
    }
    out
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn line(bytes: &[u8], at: usize) -> (&[u8], usize) {
    match bytes[at..].windows(2).position(|pair| pair == b"\r\n") {
        Some(len) => (&bytes[at..at + len], at + len + 2),
        None => (&bytes[at..], bytes.len()),
    }
}

/// The value at `at` and where the next begins.
fn value(bytes: &[u8], at: usize) -> (Message, usize) {
    let (head, mut next) = line(bytes, at);
    let number = || std::str::from_utf8(head.get(1..)?).ok()?.parse::<i64>().ok();
    match (head.first(), number()) {
        (Some(b'*'), Some(n)) => {
            let mut parts = head.to_vec();
            for _ in 0..n.max(0) {
                if next >= bytes.len() {
                    break;
                }
                let (part, after) = value(bytes, next);
                next = after;
                parts.extend_from_slice(b"\r\n");
                match part {
                    Message::Plain(part) | Message::Rdb(part) => parts.extend(part),
                }
            }
            (Message::Plain(parts), next)
        }
        (Some(b'$'), Some(n)) if n < 0 => (Message::Plain(head.to_vec()), next),
        (Some(b'$'), Some(n)) => {
            let end = (next + n as usize).min(bytes.len());
            let body = &bytes[next..end];
            if body.starts_with(b"REDIS") {
                return (Message::Rdb(body.to_vec()), end);
            }
            let mut message = head.to_vec();
            message.extend_from_slice(b"\r\n");
            message.extend_from_slice(body);
            (Message::Plain(message), end + 2)
        }
        (Some(b'$'), None) if head.starts_with(b"$EOF:") && head.len() == 45 => {
            let (mark, rest) = (&head[5..], &bytes[next..]);
            let end = rest.windows(40).position(|window| window == mark).unwrap_or(rest.len());
            (Message::Rdb(rest[..end].to_vec()), (next + end + 40).min(bytes.len()))
        }
        _ => (Message::Plain(head.to_vec()), next),
    }
}

/// IDs of 40 hexadecimal characters, numbered by first appearance in a recording.
#[derive(Default)]
struct Ids(BTreeMap<String, usize>);

impl Ids {
    fn mask(&mut self, message: &Message) -> String {
        match message {
            Message::Plain(text) => {
                let text: String = text.iter().map(|&byte| byte as char).collect();
                let text = mask_info(&text);
                self.mask_ids(&text)
            }
            Message::Rdb(file) => match rdb::fields(file) {
                Ok(fields) => {
                    let shown: Vec<String> = in_order_of_keys(fields).into_iter().map(mask_field).collect();
                    self.mask_ids(&format!("<RDB>\n{}", shown.join("\n")))
                }
                Err(error) => format!("<broken RDB: {error}>"),
            },
        }
    }

    fn mask_ids(&mut self, text: &str) -> String {
        // An ID may be sent in capitals, and is the same ID.
        let is_hex = |c: char| c.is_ascii_hexdigit();
        let mut out = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let run = rest.find(|c| !is_hex(c)).unwrap_or(rest.len());
            if run >= 40 {
                let next = self.0.len() + 1;
                let id = *self.0.entry(rest[..40].to_ascii_lowercase()).or_insert(next);
                out.push_str(&format!("<id{id}>"));
                rest = &rest[40..];
            } else {
                let n = run.max(c.len_utf8());
                out.push_str(&rest[..n]);
                rest = &rest[n..];
            }
        }
        out
    }
}

/// Within a database, Redis writes keys in the order of a hash table that is seeded at random; scripts likewise.
fn in_order_of_keys(fields: Vec<Field>) -> Vec<Field> {
    let mut out = Vec::new();
    let mut keys: Vec<Vec<Field>> = Vec::new();
    let mut expiry = None;
    for field in fields {
        match field {
            Field::ExpireMs(_) => expiry = Some(field),
            Field::Aux(ref name, _) if name == "lua" => keys.push(vec![field]),
            Field::Key(..) => keys.push([Some(field), expiry.take()].into_iter().flatten().collect()),
            _ => {
                keys.sort();
                out.extend(keys.drain(..).flatten());
                out.push(field);
            }
        }
    }
    out
}

fn mask_field(field: Field) -> String {
    match field {
        Field::Aux(key, _) if key == "ctime" || key == "used-mem" => format!("Aux({key:?}, <n>)"),
        field => format!("{field:?}"),
    }
}

/// CLIENT LIST without what the kernel, the allocator or the clock chose; in order, since Redis's own order changes
/// with each turn of clientsCron.
fn mask_client_list(text: &str) -> String {
    const CHOSEN: [&str; 7] = ["id", "addr", "fd", "age", "idle", "qbuf", "qbuf-free"];
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| line.starts_with("id="))
        .map(|line| {
            let fields = line.split(' ').filter(|field| !CHOSEN.contains(&field.split('=').next().unwrap_or_default()));
            fields.collect::<Vec<_>>().join(" ")
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

/// Masks what INFO counts in seconds, acked offsets and lags, and the length of the reply that they change.
fn mask_info(text: &str) -> String {
    const SECONDS: [&str; 4] = [
        "master_last_io_seconds_ago",
        "master_sync_last_io_seconds_ago",
        "master_link_down_since_seconds",
        "master_sync_left_bytes",
    ];
    if text.contains("# Stats") {
        let sync: Vec<&str> = text.lines().filter(|line| line.starts_with("sync_")).collect();
        return format!("stats {}", sync.join(" "));
    }
    if text.contains(" addr=") && text.contains(" omem=") {
        return mask_client_list(text);
    }
    let Some(at) = text.find("\r\n# Replication") else { return text.to_owned() };
    let masked: Vec<String> = text[at + 2..]
        .split("\r\n")
        .map(|line| {
            let name = line.split(':').next().unwrap_or_default();
            if SECONDS.contains(&name) {
                return format!("{name}:<n>");
            }
            match line.find(",offset=") {
                Some(end) if line.starts_with("slave") => format!("{},offset=<n>,lag=<n>", &line[..end]),
                _ => line.to_owned(),
            }
        })
        .collect();
    format!("$<n>\r\n{}", masked.join("\r\n"))
}
