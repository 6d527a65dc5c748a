//! Local clients: what a user types at a node, without a network in between.

use psyncscope_engine::{Input, Peer};
use psyncscope_resp::encode_command;

use super::World;
use crate::causes::TurnId;
use crate::error::WorldError;
use crate::frame::{HostId, What};
use crate::host::Console;
use crate::kernel::{LOOPBACK, READ_MAX};
use crate::process::{Pending, Process};

/// The room that a local client's connection has: it takes everything at once. The same on every platform.
const CONSOLE_ROOM: usize = 1 << 30;

impl<P: Process> World<P> {
    /// Sends a command from one of a host's consoles, which connects first if it is not connected. A process that is
    /// paused or asleep gets it later, in order.
    ///
    /// # Errors
    /// [`WorldError::CouldNotConnect`] if no process runs there; [`WorldError::NoSuchHost`].
    pub fn console_send(&mut self, host: HostId, console: u32, argv: &[impl AsRef<[u8]>]) -> Result<(), WorldError> {
        let words: Vec<Vec<u8>> = argv.iter().map(|word| word.as_ref().to_vec()).collect();
        let bytes = encode_command(&words);
        self.console_sends(host, console, words, &bytes)
    }

    /// Sends raw bytes from one of a host's consoles; the timeline records them as one word.
    ///
    /// # Errors
    /// As [`World::console_send`].
    pub fn console_send_raw(&mut self, host: HostId, console: u32, bytes: &[u8]) -> Result<(), WorldError> {
        self.console_sends(host, console, vec![bytes.to_vec()], bytes)
    }

    /// Everything a console received and that was not taken yet: raw replies, one after the other. It grows until it is
    /// taken.
    #[must_use]
    pub fn console_output(&self, host: HostId, console: u32) -> &[u8] {
        let console = self.host(host).and_then(|host| host.consoles.get(&console));
        console.map_or(&[], |console| &console.output)
    }

    /// As [`World::console_output`], and empties it.
    pub fn take_console_output(&mut self, host: HostId, console: u32) -> Vec<u8> {
        let console = self.host_mut(host).ok().and_then(|host| host.consoles.get_mut(&console));
        console.map(|console| std::mem::take(&mut console.output)).unwrap_or_default()
    }

    /// Whether a console is connected.
    #[must_use]
    pub fn console_is_open(&self, host: HostId, console: u32) -> bool {
        let console = self.host(host).and_then(|host| host.consoles.get(&console));
        console.is_some_and(|console| console.conn.is_some())
    }

    /// Closes a console's connection. It connects again when it sends next.
    ///
    /// # Errors
    /// [`WorldError::NoSuchConsole`] if it is not connected; [`WorldError::NoSuchHost`].
    pub fn console_close(&mut self, host: HostId, console: u32) -> Result<(), WorldError> {
        let consoles = &mut self.host_mut(host)?.consoles;
        let conn = consoles.get_mut(&console).and_then(|console| console.conn.take());
        let conn = conn.ok_or(WorldError::NoSuchConsole)?;
        let turn = self.recorder.turn(self.now, Some(host));
        if let Some(running) = &mut self.host_mut(host)?.running {
            running.inbox.push_back((Pending::ConsoleGone(conn), turn));
        }
        self.recorder.entry(self.now, Some(host), What::ConsoleClosed { console });
        self.settle(host);
        self.commit();
        Ok(())
    }

    fn console_sends(
        &mut self,
        host: HostId,
        console: u32,
        argv: Vec<Vec<u8>>,
        bytes: &[u8],
    ) -> Result<(), WorldError> {
        let state = self.host_mut(host)?;
        if state.running.is_none() {
            return Err(WorldError::CouldNotConnect { host: state.name.to_string(), port: state.port });
        }
        state.consoles.entry(console).or_default();
        let turn = self.recorder.turn(self.now, Some(host));
        if let Some(running) = &mut self.host_mut(host)?.running {
            let pieces = bytes.chunks(READ_MAX).map(|piece| (Pending::Console(console, piece.to_vec()), turn));
            running.inbox.extend(pieces);
        }
        self.digest.console(b'>', self.now, host, console, bytes);
        self.recorder.entry(self.now, Some(host), What::ConsoleSent { console, argv });
        self.settle(host);
        self.commit();
        Ok(())
    }

    /// Delivers a console's bytes to the process; a console that is not connected connects in a turn of its own.
    pub(super) fn deliver_console_bytes(&mut self, id: HostId, console: u32, bytes: Vec<u8>, by: TurnId) {
        let Ok(host) = self.host_mut(id) else { return };
        let (Some(running), Some(kernel)) = (&mut host.running, &mut host.kernel) else { return };
        let Console { conn, room_used, .. } = host.consoles.entry(console).or_default();
        if let Some(conn) = *conn {
            if std::mem::take(room_used) > CONSOLE_ROOM / 2 {
                running.inbox.push_front((Pending::Console(console, bytes), by));
                self.turn(id, Input::Writable { conn, room: CONSOLE_ROOM });
                return;
            }
            self.turn(id, Input::Received { conn, bytes: &bytes });
            return;
        }
        let new = running.new_conn();
        *conn = Some(new);
        *room_used = 0;
        running.inbox.push_front((Pending::Console(console, bytes), by));
        let peer = Peer { ip: LOOPBACK.to_string(), port: kernel.free_port((LOOPBACK, host.port)) };
        self.turn(id, Input::Accepted { conn: new, peer, room: CONSOLE_ROOM });
    }

    /// The process sent bytes to a console.
    pub(super) fn console_receives(&mut self, id: HostId, console: u32, bytes: Vec<u8>) {
        self.digest.console(b'<', self.now, id, console, &bytes);
        if let Some(console) = self.host_mut(id).ok().and_then(|host| host.consoles.get_mut(&console)) {
            console.output.extend_from_slice(&bytes);
            console.room_used += bytes.len();
        }
        self.recorder.entry(self.now, Some(id), What::ConsoleReceived { console, bytes });
    }

    /// The process closed a console's connection, or ended. What the console sent and the process did not read is lost.
    pub(super) fn console_closes(&mut self, id: HostId, console: u32) {
        let Ok(host) = self.host_mut(id) else { return };
        if let Some(state) = host.consoles.get_mut(&console) {
            state.conn = None;
        }
        if let Some(running) = &mut host.running {
            running.inbox.retain(|(pending, _)| !matches!(pending, Pending::Console(number, _) if *number == console));
        }
        self.recorder.entry(self.now, Some(id), What::ConsoleClosed { console });
    }
}
