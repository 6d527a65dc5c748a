//! Numbers in scripts: read and written the same here, in a browser and by a real Redis.

use psyncscope_engine::{Config, ConnId, Input, Instant, Node, Now, Outbox, Output, Peer};

/// A line for each: an expression in Lua, a tab, and what a real Redis 5.0.14 makes of it, escaped as in Rust.
const TABLE: &str = include_str!("../lua-numbers.txt");

/// The expressions that are something else here, each with what it is.
///
/// # Panics
/// The table is broken, or a node does not start.
#[must_use]
pub fn numbers_that_differ() -> Vec<String> {
    let mut out = Outbox::new();
    let now = Now { mono: Instant(0), unix_us: 0 };
    let mut node = Node::start(now, Config::default(), 1, None, &mut out).expect("a node");
    let (conn, peer) = (ConnId(1), Peer { ip: "10.0.0.1".into(), port: 1 });
    node.handle(now, Input::Accepted { conn, peer, room: usize::MAX }, &mut out);
    let mut differ = Vec::new();
    for line in TABLE.lines() {
        let (expression, expected) = line.split_once('\t').expect("two columns");
        let script = format!("return {expression}");
        let request = format!("*3\r\n$4\r\nEVAL\r\n${}\r\n{script}\r\n$1\r\n0\r\n", script.len());
        let mut out = Outbox::new();
        node.handle(now, Input::Received { conn, bytes: request.as_bytes() }, &mut out);
        let mut answer = Vec::new();
        for output in out.outputs {
            if let Output::Send { bytes, .. } = output {
                answer.extend_from_slice(&bytes);
            }
        }
        node.handle(now, Input::Writable { conn, room: usize::MAX }, &mut Outbox::new());
        let body = match answer.as_slice() {
            [b'$', rest @ ..] => rest.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default(),
            other => other,
        };
        let shown = body.strip_suffix(b"\r\n").unwrap_or(body).escape_ascii().to_string();
        if shown != expected {
            differ.push(format!("{expression}: {shown}, a real Redis: {expected}"));
        }
    }
    differ
}
