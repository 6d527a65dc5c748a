//! MODULE, LOLWUT, and the HTTP requests of a browser that a web page made connect to a server.

use psyncscope_resp::{Reply, parse_i64_strict};
use rand_core::RngCore;

use crate::event::LogLevel;
use crate::io::ConnId;
use crate::node::Node;

const MODULE_HELP: &[&str] = &["LIST -- The modules that are loaded: none, for there is nothing that could load one."];
/// The most columns and rows of LOLWUT's picture.
const SIZE_MAX: i64 = 100;

impl Node {
    /// MODULE LIST | LOAD | UNLOAD | HELP, for a server without modules.
    pub(crate) fn module_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"help", []) => reply.help("MODULE", MODULE_HELP),
            (b"list", []) => reply.empty_array(),
            (b"load", [_, ..]) => reply.error("ERR Error loading the extension. Please check the server logs."),
            (b"unload", [_]) => reply.error("ERR Error unloading module: no such module with that name"),
            _ => reply.subcommand_error(argv),
        }
        self.add_reply(conn, &reply.take());
    }

    /// `LOLWUT [columns [rows]]`: a random picture, and the version.
    pub(crate) fn lolwut_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        let size = |at: usize, default: i64| match argv.get(at) {
            None => Some(default),
            Some(word) => parse_i64_strict(word).map(|size| size.clamp(1, SIZE_MAX)),
        };
        match (size(1, 40), size(2, 8)) {
            (Some(columns), Some(rows)) => {
                let mut picture = String::new();
                for row in 0..rows {
                    // The lower the row, the greater the disorder.
                    let stroke = |random: u64| match random % (rows as u64 + 1) {
                        random if random < row as u64 => ['/', '\\', ' '][(random % 3) as usize],
                        _ => '|',
                    };
                    picture.extend((0..columns).map(|_| stroke(self.rng.next_u64() >> 8)));
                    picture.push('\n');
                }
                reply.bulk(format!("{picture}\nRedis ver. {}\n", crate::REDIS_VERSION));
            }
            _ => reply.error("ERR value is not an integer or out of range"),
        }
        self.add_reply(conn, &reply.take());
    }

    /// `securityWarningCommand`: POST and Host: come from a browser; the connection is closed.
    pub(crate) fn security_warning(&mut self, conn: ConnId) {
        self.log(LogLevel::Warning, || {
            "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. \
             This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis \
             instance. Connection aborted."
                .into()
        });
        if let Some(client) = self.clients.get_mut(&conn) {
            client.close_asap = true;
        }
    }
}
