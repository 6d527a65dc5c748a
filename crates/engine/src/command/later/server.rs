//! SPUBLISH, SCRIPT FLUSH with a mode, and FUNCTION FLUSH.

use psyncscope_resp::Reply;

use crate::io::ConnId;
use crate::node::Node;

impl Node {
    /// SPUBLISH channel message: to the subscribers of a shard channel. There are none here, as there is no SSUBSCRIBE.
    pub(super) fn spublish_command(&mut self, conn: ConnId, _: &[Vec<u8>]) {
        self.add_reply(conn, b":0\r\n");
    }

    /// SCRIPT, whose FLUSH accepts ASYNC or SYNC since Redis 6.2.
    pub(super) fn later_script_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        match argv {
            [script, flush, mode] if flush.eq_ignore_ascii_case(b"flush") && is_flush_mode(mode) => {
                self.script_command(conn, &[script.clone(), flush.clone()]);
                self.propagation.rewritten = Some(vec![b"SCRIPT".to_vec(), b"FLUSH".to_vec()]);
            }
            _ => self.script_command(conn, argv),
        }
    }

    /// `FUNCTION FLUSH [ASYNC | SYNC]`, which has nothing to do: there are no functions. No other subcommand can be
    /// applied.
    pub(super) fn function_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match &argv[1..] {
            [flush, mode @ ..]
                if flush.eq_ignore_ascii_case(b"flush")
                    && mode.len() <= 1
                    && mode.iter().all(|mode| is_flush_mode(mode)) =>
            {
                reply.ok();
            }
            _ => reply.error("ERR functions are not supported"),
        }
        self.add_reply(conn, &reply.take());
    }
}

fn is_flush_mode(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"async") || word.eq_ignore_ascii_case(b"sync")
}
