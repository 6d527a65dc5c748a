//! MONITOR (`replicationFeedMonitors`).

use crate::io::ConnId;
use crate::node::Node;

impl Node {
    /// MONITOR: the client gets every executed command from now on. Ignored for replicas.
    pub(crate) fn monitor_command(&mut self, conn: ConnId) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if client.is_replica() {
            return;
        }
        client.monitor = true;
        self.add_reply(conn, b"+OK\r\n");
    }

    /// Sends a command that is about to be executed to the monitors: time, database, client and arguments.
    pub(crate) fn feed_monitors(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let monitors: Vec<ConnId> =
            self.clients.values().filter(|client| client.monitor).map(|client| client.conn).collect();
        if monitors.is_empty() || self.loading.is_some() {
            return;
        }
        let Some(client) = self.clients.get(&conn) else { return };
        let from = if conn == ConnId::SCRIPT { "lua".to_owned() } else { client.addr() };
        let (seconds, us) = (self.now.unix_s(), self.now.unix_us.rem_euclid(1_000_000));
        let mut line = format!("+{seconds}.{us:06} [{} {from}]", client.db).into_bytes();
        for word in argv {
            line.push(b' ');
            push_quoted(&mut line, word);
        }
        line.extend_from_slice(b"\r\n");
        for monitor in monitors {
            self.add_reply(monitor, &line);
        }
    }
}

/// `sdscatrepr`: quoted, with unprintable bytes escaped.
fn push_quoted(out: &mut Vec<u8>, word: &[u8]) {
    out.push(b'"');
    for &byte in word {
        match byte {
            b'\\' | b'"' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            7 => out.extend_from_slice(b"\\a"),
            8 => out.extend_from_slice(b"\\b"),
            b' '..=b'~' => out.push(byte),
            _ => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    out.push(b'"');
}
