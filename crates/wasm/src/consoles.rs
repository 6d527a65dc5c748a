//! Which reply belongs to which command: replies come in the order of commands, so the reply to a console's last
//! command is the one after which none is due.

use std::collections::BTreeMap;

use psyncscope_lab::console::{BadReply, Replies, Reply};
use psyncscope_lab::sim::frame::{Entry, HostId, SimTime, What};

/// A console: its host and its number there.
pub type Key = (HostId, u32);

/// What became of a command.
pub enum Fate {
    /// Its reply, and when it came.
    Replied(Reply, SimTime),
    /// The connection was closed before.
    Closed,
    /// What came is no reply.
    Garbled(BadReply),
}

/// Every console that ever sent something, read from the timeline as it grows.
#[derive(Default)]
pub struct Consoles {
    /// How many entries of the timeline are read.
    read: usize,
    consoles: BTreeMap<Key, Console>,
}

#[derive(Default)]
struct Console {
    replies: Replies,
    /// Commands whose reply has not come.
    due: usize,
    garbled: bool,
}

impl Consoles {
    /// Reads what is new. The fate of the newest command of `watched`, if it is decided by it.
    pub fn catch_up(&mut self, timeline: &[Entry], watched: Key) -> Option<Fate> {
        let mut fate = None;
        for entry in timeline.get(self.read..).unwrap_or_default() {
            let (Some(host), Some(number)) = (entry.host, number(&entry.what)) else { continue };
            let key = (host, number);
            let decided = self.consoles.entry(key).or_default().read(entry);
            if key == watched && decided.is_some() {
                fate = decided;
            }
        }
        self.read = timeline.len();
        fate
    }
}

impl Console {
    /// Reads an entry about this console.
    fn read(&mut self, entry: &Entry) -> Option<Fate> {
        match &entry.what {
            What::ConsoleSent { .. } => {
                self.due += 1;
                None
            }
            What::ConsoleReceived { bytes, .. } => self.received(bytes, entry.at),
            What::ConsoleClosed { .. } => {
                let waited = self.due > 0;
                *self = Self::default();
                waited.then_some(Fate::Closed)
            }
            _ => None,
        }
    }

    fn received(&mut self, bytes: &[u8], at: SimTime) -> Option<Fate> {
        if self.garbled {
            return None;
        }
        self.replies.push(bytes);
        let mut fate = None;
        loop {
            match self.replies.next_reply() {
                Ok(Some(reply)) if self.due > 0 => {
                    self.due -= 1;
                    if self.due == 0 {
                        fate = Some(Fate::Replied(reply, at));
                    }
                }
                // A message of a subscription.
                Ok(Some(_)) => {}
                Ok(None) => return fate,
                Err(error) => {
                    self.garbled = true;
                    return Some(Fate::Garbled(error));
                }
            }
        }
    }
}

/// The number of the console that an entry is about.
const fn number(what: &What) -> Option<u32> {
    match what {
        What::ConsoleSent { console, .. } | What::ConsoleReceived { console, .. } | What::ConsoleClosed { console } => {
            Some(*console)
        }
        _ => None,
    }
}
