//! The recorder's moves in the simulated world: nodes on loopback ports, byte-logging proxies between them, clients.

use psyncscope_engine::Config;
use psyncscope_engine::config::Limits;
use psyncscope_engine::replication::replica::ReplState;
use psyncscope_engine::resp::encode_command;
use psyncscope_sim::frame::{HostId, SimTime};
use psyncscope_sim::{Flow, Side, World, WorldConfig};

use super::transcript::{StreamKey, Transcript};

/// The console of a client whose bytes belong to the recording.
const CLIENT: u32 = 1;
/// The longest wait for a link, in virtual microseconds.
const WAIT_US: u64 = 60_000_000;

/// A scenario under way.
pub struct Stage {
    /// The world, for what the moves below do not cover.
    pub world: World,
    clients: Transcript,
}

impl Stage {
    /// An empty stage. A save takes 50 ms, as that of a forked Redis with next to no data does.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let world =
            World::new(WorldConfig { seed, fork_us: 50_000, record: false, capture: true, ..WorldConfig::default() });
        Self { world, clients: Transcript::default() }
    }

    /// Starts a node with lines of redis.conf on top of the recorder's own.
    pub fn node(&mut self, name: &str, port: u16, lines: &[&str]) -> HostId {
        let mut config = Config { port, limits: Limits::default(), ..Config::default() };
        for line in ["save \"\"", "dbfilename dump.rdb"].iter().chain(lines) {
            let words: Vec<&str> = line.split(' ').map(|word| word.trim_matches('"')).collect();
            config.set_directive(words[0], &words[1..]).expect("a directive of the recording");
        }
        let host = self.world.add_host(name, config).expect("a new host");
        self.sleep_ms(10);
        host
    }

    /// Puts a proxy on 127.0.0.1:`listen` before a node's port.
    pub fn proxy(&mut self, link: &str, listen: u16, target: HostId, port: u16) {
        self.world.add_forward(link, "127.0.0.1", listen, target, port).expect("a new proxy");
    }

    /// Lets time pass.
    pub fn sleep_ms(&mut self, ms: u64) {
        self.world.run_for(ms * 1000);
    }

    /// Sends a command and waits for its reply, both recorded.
    pub fn cmd(&mut self, node: HostId, words: &[&str]) {
        let (sent, reply) = self.exchange(node, words);
        let name = self.world.name(node).expect("a node").to_owned();
        let key = |dir: String| StreamKey { dir, link: String::new(), conn: 0 };
        self.clients.push(key(format!("client->{name}")), &sent);
        self.clients.push(key(format!("{name}->client")), &reply);
    }

    /// Sends a command and waits for its reply, not recorded.
    pub fn cmd_unlogged(&mut self, node: HostId, words: &[&str]) {
        self.exchange(node, words);
    }

    fn exchange(&mut self, node: HostId, words: &[&str]) -> (Vec<u8>, Vec<u8>) {
        self.world.console_send(node, CLIENT, words).expect("the node runs");
        let reply = self.world.take_console_output(node, CLIENT);
        assert!(!reply.is_empty(), "{words:?} is answered at once");
        (encode_command(words), reply)
    }

    /// Runs until a replica's link is up, looking every 50 ms as the recorder does.
    #[track_caller]
    pub fn wait_up(&mut self, node: HostId) {
        self.wait(|stage| stage.world.node(node).expect("it runs").repl_state() == ReplState::Connected);
    }

    /// Runs until a replica has applied what its master produced.
    #[track_caller]
    pub fn wait_same_offset(&mut self, master: HostId, replica: HostId) {
        self.wait(|stage| {
            let offset = |id: HostId| stage.world.node(id).expect("it runs").history().master_repl_offset;
            offset(master) == offset(replica)
        });
    }

    /// Runs until something is so.
    #[track_caller]
    pub fn wait(&mut self, is_so: impl Fn(&Self) -> bool) {
        let end = self.world.now().0 + WAIT_US;
        while !is_so(self) {
            assert!(self.world.now().0 < end, "waited in vain");
            self.sleep_ms(20);
        }
    }

    /// Runs until a link carried these bytes towards the replica, and stops right there.
    #[track_caller]
    pub fn wait_for_bytes(&mut self, link: &str, nth: u32, start: &[u8]) {
        let end = SimTime(self.world.now().0 + WAIT_US);
        loop {
            let seen = self.world.captured().iter().any(|captured| {
                captured.link.as_deref() == Some(link)
                    && captured.nth == nth
                    && captured.side == Side::Received
                    && captured.bytes.starts_with(start)
            });
            if seen {
                return;
            }
            assert!(self.world.step() && self.world.now() < end, "waited in vain for {start:?}");
        }
    }

    /// The recording: clients' bytes, and what came out of each proxy.
    #[must_use]
    pub fn transcript(&self) -> Transcript {
        let mut transcript = self.clients.clone();
        for captured in self.world.captured().iter().filter(|captured| captured.side == Side::Received) {
            let Some(link) = &captured.link else { continue };
            let dir = match captured.flow {
                Flow::Up => "replica->master",
                Flow::Down => "master->replica",
            };
            let key = StreamKey { dir: dir.to_owned(), link: link.to_string(), conn: captured.nth };
            transcript.push(key, &captured.bytes);
        }
        transcript
    }
}
