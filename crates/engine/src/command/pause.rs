//! CLIENT PAUSE and CLIENT REPLY.

use psyncscope_resp::{Reply, parse_i64_strict};

use crate::client::ReplyMode;
use crate::io::ConnId;
use crate::node::Node;

impl Node {
    /// CLIENT REPLY ON | OFF | SKIP. Only ON gets a reply.
    pub(crate) fn client_reply(&mut self, conn: ConnId, reply: &mut Reply, mode: &[u8]) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        match mode.to_ascii_lowercase().as_slice() {
            b"on" => {
                client.reply_mode = ReplyMode::On;
                reply.ok();
            }
            b"off" => client.reply_mode = ReplyMode::Off,
            b"skip" if client.reply_mode != ReplyMode::Off => client.reply_mode = ReplyMode::SkipNext,
            b"skip" => {}
            _ => reply.error("ERR syntax error"),
        }
    }

    /// CLIENT PAUSE milliseconds (`pauseClients`): until then only input of replicas is processed. A pause can be
    /// extended, not shortened.
    pub(crate) fn client_pause(&mut self, reply: &mut Reply, timeout: &[u8]) {
        match parse_i64_strict(timeout) {
            None => reply.error("ERR timeout is not an integer or out of range"),
            Some(ms) if ms < 0 => reply.error("ERR timeout is negative"),
            Some(ms) => {
                let end = self.now.unix_ms().saturating_add(ms);
                self.paused_until = Some(self.paused_until.map_or(end, |until| until.max(end)));
                reply.ok();
            }
        }
    }

    /// Whether clients are paused.
    pub(crate) fn clients_are_paused(&self) -> bool {
        self.paused_until.is_some_and(|until| self.now.unix_ms() <= until)
    }

    /// The end of a pause, noticed by serverCron (`clientsArePaused`): processes the input received meanwhile.
    pub(crate) fn end_pause(&mut self) {
        if self.paused_until.is_none() || self.clients_are_paused() {
            return;
        }
        self.paused_until = None;
        let waiting: Vec<ConnId> =
            self.clients.values().filter(|client| !client.is_replica()).map(|client| client.conn).collect();
        for conn in waiting {
            self.process_input_and_replicate(conn);
        }
    }
}
