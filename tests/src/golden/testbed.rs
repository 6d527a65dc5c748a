//! The recorder's operations in the simulated world: nodes on loopback ports, byte-logging proxies between them,
//! clients.

use std::collections::BTreeSet;

use psyncscope_engine::config::Limits;
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::{Config, Node};
use psyncscope_resp::encode_command;
use psyncscope_sim::frame::{HostId, SimTime};
use psyncscope_sim::{Captured, Flow, Side, World, WorldConfig};

use super::process::{GoldenProcess, ProcessConfig, ScriptedPeer};
use super::transcript::{StreamKey, Transcript};

/// The console of the client that has no name.
const CLIENT: u32 = 1;
/// The longest wait for a link, in virtual microseconds.
const WAIT_US: u64 = 60_000_000;
/// The longest wait for a reply.
const REPLY_US: u64 = 30_000_000;

/// A world in which a scenario runs.
pub struct Testbed {
    /// The world, for what the operations below do not cover.
    pub world: World<GoldenProcess>,
    clients: Transcript,
    next_console: u32,
    /// Proxies that were released, with the number of pieces captured by then.
    released: Vec<(String, usize)>,
}

/// A client of a node.
#[derive(Clone, Debug)]
pub struct Client {
    host: HostId,
    console: u32,
    name: String,
}

impl Testbed {
    /// An empty testbed. A save takes 50 ms, like that of a forked Redis with little data.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with(WorldConfig { seed, fork_us: 50_000, ..WorldConfig::default() })
    }

    /// An empty stage in a world like this.
    #[must_use]
    pub fn with(config: WorldConfig) -> Self {
        let world = World::of_processes(WorldConfig { record: false, capture: true, ..config });
        Self { world, clients: Transcript::default(), next_console: CLIENT + 1, released: Vec::new() }
    }

    /// Starts a node with lines of redis.conf on top of the recorder's own.
    pub fn node(&mut self, name: &str, port: u16, lines: &[&str]) -> HostId {
        let host = self.world.add_host(name, ProcessConfig::Node(Box::new(config(port, lines)))).expect("a new host");
        self.sleep_ms(10);
        host
    }

    /// Starts a node again, with these lines.
    pub fn restart(&mut self, host: HostId, port: u16, lines: &[&str]) {
        self.world.set_config(host, ProcessConfig::Node(Box::new(config(port, lines)))).expect("a host");
        self.world.restart(host).expect("it had ended");
        self.sleep_ms(10);
    }

    /// A scripted master that listens on a loopback port of each host.
    pub fn scripted_peer(&mut self, link: &str, name: &str, port: u16) -> HostId {
        let host = self.world.add_host(name, ProcessConfig::ScriptedPeer(port)).expect("a new host");
        self.proxy(link, port, host, port);
        host
    }

    /// A node, while it runs.
    #[must_use]
    pub fn node_of(&self, host: HostId) -> &Node {
        self.world.process(host).and_then(GoldenProcess::node).expect("it runs")
    }

    /// A scripted peer, while it runs.
    #[must_use]
    pub fn peer_of(&self, host: HostId) -> &ScriptedPeer {
        self.world.process(host).and_then(GoldenProcess::peer).expect("it runs")
    }

    /// Puts a proxy on 127.0.0.1:`listen` before a node's port.
    pub fn proxy(&mut self, link: &str, listen: u16, target: HostId, port: u16) {
        self.world.add_forward(link, "127.0.0.1", listen, target, port).expect("a new proxy");
    }

    /// Refuses new connections through a proxy and closes the existing ones.
    pub fn refuse_and_cut(&mut self, link: &str) {
        self.world.refuse_forward(link, true).expect("a proxy of this name");
        self.cut(link);
    }

    /// Closes the connections through a proxy.
    pub fn cut(&mut self, link: &str) {
        self.world.cut_forward(link).expect("a proxy of this name");
    }

    /// Lets a proxy accept again.
    pub fn accept(&mut self, link: &str) {
        self.world.refuse_forward(link, false).expect("a proxy of this name");
    }

    /// Holds back the bytes of a proxy for the replica, or releases them.
    pub fn hold_down(&mut self, link: &str, on: bool) {
        self.world.hold_forward(link, Flow::Down, on).expect("a proxy of this name");
        if !on {
            self.released.push((link.to_owned(), self.world.captured().len()));
        }
    }

    /// Holds back the bytes of a proxy for the master, or releases them.
    pub fn hold_up(&mut self, link: &str, on: bool) {
        self.world.hold_forward(link, Flow::Up, on).expect("a proxy of this name");
    }

    /// Runs for so long.
    pub fn sleep_ms(&mut self, ms: u64) {
        self.world.run_for(ms * 1000);
    }

    // ---- clients ----

    /// A client with a name of its own in the recording.
    pub fn client(&mut self, host: HostId, name: &str) -> Client {
        let console = self.next_console;
        self.next_console += 1;
        Client { host, console, name: name.to_owned() }
    }

    /// Sends a command and waits for its reply, both recorded.
    pub fn cmd(&mut self, host: HostId, words: &[impl AsRef<[u8]>]) {
        self.cmd_as(&unnamed(host), words);
    }

    /// Sends a command from a client and waits for its reply, both recorded.
    pub fn cmd_as(&mut self, client: &Client, words: &[impl AsRef<[u8]>]) {
        self.send(client, words);
        self.read(client);
    }

    /// Sends a command from the client without a name; the reply is [`Testbed::read`] later.
    pub fn send_cmd(&mut self, host: HostId, words: &[impl AsRef<[u8]>]) {
        self.send(&unnamed(host), words);
    }

    /// Waits for the reply to [`Testbed::send_cmd`].
    pub fn read_cmd(&mut self, host: HostId) {
        self.read(&unnamed(host));
    }

    /// Sends a command from a client.
    pub fn send(&mut self, client: &Client, words: &[impl AsRef<[u8]>]) {
        self.send_raw(client, &encode_command(words));
    }

    /// Sends bytes from a client.
    pub fn send_raw(&mut self, client: &Client, bytes: &[u8]) {
        let key = self.key_of(client, true);
        self.clients.push(key, bytes);
        self.world.console_send_raw(client.host, client.console, bytes).expect("the node runs");
    }

    /// Waits until a client has received something.
    #[track_caller]
    pub fn read(&mut self, client: &Client) {
        let end = self.world.now().0 + REPLY_US;
        while self.world.console_output(client.host, client.console).is_empty() {
            assert!(self.world.now().0 < end, "{client:?} received nothing");
            self.sleep_ms(1);
        }
        self.take(client);
    }

    /// Records what a client receives within so many milliseconds.
    pub fn read_for_ms(&mut self, client: &Client, ms: u64) {
        self.sleep_ms(ms);
        self.take(client);
    }

    fn take(&mut self, client: &Client) {
        let reply = self.world.take_console_output(client.host, client.console);
        let key = self.key_of(client, false);
        if !reply.is_empty() {
            self.clients.push(key, &reply);
        }
    }

    /// Sends a command and waits for its reply, not recorded.
    pub fn cmd_unlogged(&mut self, host: HostId, words: &[impl AsRef<[u8]>]) -> Vec<u8> {
        self.world.console_send(host, CLIENT, words).expect("the node runs");
        let reply = self.world.take_console_output(host, CLIENT);
        assert!(!reply.is_empty(), "it is answered at once");
        reply
    }

    fn key_of(&self, client: &Client, is_request: bool) -> StreamKey {
        let node = self.world.name(client.host).expect("a node");
        let dir = if is_request { format!("client->{node}") } else { format!("{node}->client") };
        StreamKey { dir, link: String::new(), conn: client.name.clone() }
    }

    /// Gives a scripted peer its next command: see [`ScriptedPeer`].
    pub fn command_peer(&mut self, host: HostId, command: &[u8]) {
        self.world.console_send_raw(host, CLIENT, command).expect("it runs");
    }

    // ---- waiting ----

    /// Runs until a replica's link is up, checking every 20 ms.
    #[track_caller]
    pub fn wait_up(&mut self, host: HostId) {
        self.wait(|testbed| testbed.node_of(host).repl_state() == ReplState::Connected);
    }

    /// Runs until a replica has applied what its master produced.
    #[track_caller]
    pub fn wait_same_offset(&mut self, master: HostId, replica: HostId) {
        self.wait(|testbed| {
            let offset = |id: HostId| testbed.node_of(id).history().master_repl_offset;
            offset(master) == offset(replica)
        });
    }

    /// Runs until a condition holds.
    #[track_caller]
    pub fn wait(&mut self, condition: impl Fn(&Self) -> bool) {
        let end = self.world.now().0 + WAIT_US;
        while !condition(self) {
            assert!(self.world.now().0 < end, "the condition does not come to hold");
            self.sleep_ms(20);
        }
    }

    /// Runs until a link carried these bytes towards the replica, and stops at that event.
    #[track_caller]
    pub fn wait_for_bytes(&mut self, link: &str, nth: u32, start: &[u8]) {
        let end = SimTime(self.world.now().0 + WAIT_US);
        loop {
            let seen = self.world.captured().iter().any(|captured| {
                captured.link.as_deref() == Some(link)
                    && captured.nth == nth
                    && captured.side == Side::Received
                    && captured.bytes.windows(start.len()).any(|window| window == start)
            });
            if seen {
                return;
            }
            assert!(self.world.step() && self.world.now() < end, "no {start:?}");
        }
    }

    /// The recording: the bytes of clients and the output of each proxy.
    #[must_use]
    pub fn transcript(&self) -> Transcript {
        let mut transcript = self.clients.clone();
        for captured in self.world.captured().iter().filter(|captured| captured.side == Side::Received) {
            let Some(link) = &captured.link else { continue };
            let dir = match captured.flow {
                Flow::Up => "replica->master",
                Flow::Down => "master->replica",
            };
            let key = StreamKey { dir: dir.to_owned(), link: link.to_string(), conn: captured.nth.to_string() };
            transcript.push(key, &captured.bytes);
        }
        let mut done = BTreeSet::new();
        for (link, pieces) in &self.released {
            self.add_unread_piece(link, *pieces, &mut done, &mut transcript);
        }
        transcript
    }

    /// The recorder's proxy, once released, reads and records one held piece even if the replica has closed its end
    /// meanwhile: it stops when it cannot forward that piece.
    fn add_unread_piece<'a>(
        &self,
        link: &'a str,
        pieces: usize,
        done: &mut BTreeSet<(&'a str, u32)>,
        transcript: &mut Transcript,
    ) {
        let of_link = |captured: &&Captured| captured.link.as_deref() == Some(link) && captured.flow == Flow::Down;
        let captured: Vec<&Captured> = self.world.captured().iter().filter(of_link).collect();
        let conns: BTreeSet<u32> = captured.iter().map(|captured| captured.nth).collect();
        for nth in conns {
            let of_conn = captured.iter().filter(|captured| captured.nth == nth);
            let all = of_conn.clone().filter(|captured| captured.side == Side::Received);
            let mut taken: usize = all.map(|captured| captured.bytes.len()).sum();
            let mut sent = self.world.captured()[..pieces].iter().filter(of_link);
            let held = sent.find(|captured| {
                let is_sent = captured.nth == nth && captured.side == Side::Sent;
                let is_held = is_sent && taken == 0;
                taken = if is_sent { taken.saturating_sub(captured.bytes.len()) } else { taken };
                is_held
            });
            if let Some(held) = held.filter(|_| done.insert((link, nth))) {
                let dir = "master->replica".to_owned();
                transcript.push(StreamKey { dir, link: link.to_owned(), conn: nth.to_string() }, &held.bytes);
            }
        }
    }
}

fn unnamed(host: HostId) -> Client {
    Client { host, console: CLIENT, name: String::new() }
}

fn config(port: u16, lines: &[&str]) -> Config {
    let mut config = Config { port, limits: Limits::default(), ..Config::default() };
    for line in ["save \"\"", "dbfilename dump.rdb"].iter().chain(lines) {
        let words: Vec<&str> = line.split(' ').map(|word| word.trim_matches('"')).collect();
        config.set_directive(words[0], &words[1..]).expect("a directive of the recording");
    }
    config
}
