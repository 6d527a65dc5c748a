//! The recorder's moves in the simulated world: nodes on loopback ports, byte-logging proxies between them, clients.

use std::collections::BTreeSet;

use psyncscope_engine::config::Limits;
use psyncscope_engine::replication::replica::ReplState;
use psyncscope_engine::resp::encode_command;
use psyncscope_engine::{Config, Node};
use psyncscope_sim::frame::{HostId, SimTime};
use psyncscope_sim::{Captured, Flow, Side, World, WorldConfig};

use super::actor::{Actor, Part, Script};
use super::transcript::{StreamKey, Transcript};

/// The console of the client that has no name.
const CLIENT: u32 = 1;
/// The longest wait for a link, in virtual microseconds.
const WAIT_US: u64 = 60_000_000;
/// The longest wait for a reply.
const REPLY_US: u64 = 30_000_000;

/// A scenario under way.
pub struct Stage {
    /// The world, for what the moves below do not cover.
    pub world: World<Actor>,
    clients: Transcript,
    next_console: u32,
    /// Proxies that were released, and how many pieces had been captured by then.
    let_go: Vec<(String, usize)>,
}

/// A client of a node.
#[derive(Clone, Debug)]
pub struct Client {
    host: HostId,
    console: u32,
    name: String,
}

impl Stage {
    /// An empty stage. A save takes 50 ms, as that of a forked Redis with next to no data does.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with(WorldConfig { seed, fork_us: 50_000, ..WorldConfig::default() })
    }

    /// An empty stage in a world like this.
    #[must_use]
    pub fn with(config: WorldConfig) -> Self {
        let world = World::of_processes(WorldConfig { record: false, capture: true, ..config });
        Self { world, clients: Transcript::default(), next_console: CLIENT + 1, let_go: Vec::new() }
    }

    /// Starts a node with lines of redis.conf on top of the recorder's own.
    pub fn node(&mut self, name: &str, port: u16, lines: &[&str]) -> HostId {
        let host = self.world.add_host(name, Part::Node(Box::new(config(port, lines)))).expect("a new host");
        self.sleep_ms(10);
        host
    }

    /// Starts a node again, with these lines.
    pub fn restart(&mut self, host: HostId, port: u16, lines: &[&str]) {
        self.world.set_config(host, Part::Node(Box::new(config(port, lines)))).expect("a host");
        self.world.restart(host).expect("it had ended");
        self.sleep_ms(10);
    }

    /// A master that is a script, listening on a loopback port of everybody.
    pub fn script(&mut self, link: &str, name: &str, port: u16) -> HostId {
        let host = self.world.add_host(name, Part::Script(port)).expect("a new host");
        self.proxy(link, port, host, port);
        host
    }

    /// A node, while it runs.
    #[must_use]
    pub fn node_of(&self, host: HostId) -> &Node {
        self.world.process(host).and_then(Actor::node).expect("it runs")
    }

    /// A script, while it runs.
    #[must_use]
    pub fn script_of(&self, host: HostId) -> &Script {
        self.world.process(host).and_then(Actor::script).expect("it runs")
    }

    /// Puts a proxy on 127.0.0.1:`listen` before a node's port.
    pub fn proxy(&mut self, link: &str, listen: u16, target: HostId, port: u16) {
        self.world.add_forward(link, "127.0.0.1", listen, target, port).expect("a new proxy");
    }

    /// Refuses new connections through a proxy and cuts those it has.
    pub fn refuse_and_cut(&mut self, link: &str) {
        self.world.refuse_forward(link, true).expect("a proxy of this name");
        self.cut(link);
    }

    /// Cuts the connections through a proxy.
    pub fn cut(&mut self, link: &str) {
        self.world.cut_forward(link).expect("a proxy of this name");
    }

    /// Lets a proxy accept again.
    pub fn accept(&mut self, link: &str) {
        self.world.refuse_forward(link, false).expect("a proxy of this name");
    }

    /// Holds what a proxy has for the replica, or lets it go.
    pub fn hold_down(&mut self, link: &str, on: bool) {
        self.world.hold_forward(link, Flow::Down, on).expect("a proxy of this name");
        if !on {
            self.let_go.push((link.to_owned(), self.world.captured().len()));
        }
    }

    /// Holds what a proxy has for the master, or lets it go.
    pub fn hold_up(&mut self, link: &str, on: bool) {
        self.world.hold_forward(link, Flow::Up, on).expect("a proxy of this name");
    }

    /// Lets time pass.
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

    /// Sends a command from the client without a name; the reply is [`Stage::read`] later.
    pub fn send_cmd(&mut self, host: HostId, words: &[impl AsRef<[u8]>]) {
        self.send(&unnamed(host), words);
    }

    /// Waits for the reply to [`Stage::send_cmd`].
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

    /// Waits until something came for a client.
    #[track_caller]
    pub fn read(&mut self, client: &Client) {
        let end = self.world.now().0 + REPLY_US;
        while self.world.console_output(client.host, client.console).is_empty() {
            assert!(self.world.now().0 < end, "{client:?} waited in vain");
            self.sleep_ms(1);
        }
        self.take(client);
    }

    /// Records whatever comes for a client in so many milliseconds.
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

    /// Tells a script what to do next: see [`Script`].
    pub fn tell_script(&mut self, host: HostId, order: &[u8]) {
        self.world.console_send_raw(host, CLIENT, order).expect("it runs");
    }

    // ---- waiting ----

    /// Runs until a replica's link is up, looking every 20 ms.
    #[track_caller]
    pub fn wait_up(&mut self, host: HostId) {
        self.wait(|stage| stage.node_of(host).repl_state() == ReplState::Connected);
    }

    /// Runs until a replica has applied what its master produced.
    #[track_caller]
    pub fn wait_same_offset(&mut self, master: HostId, replica: HostId) {
        self.wait(|stage| {
            let offset = |id: HostId| stage.node_of(id).history().master_repl_offset;
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
                    && captured.bytes.windows(start.len()).any(|window| window == start)
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
            let key = StreamKey { dir: dir.to_owned(), link: link.to_string(), conn: captured.nth.to_string() };
            transcript.push(key, &captured.bytes);
        }
        let mut done = BTreeSet::new();
        for (link, pieces) in &self.let_go {
            self.add_what_nobody_took(link, *pieces, &mut done, &mut transcript);
        }
        transcript
    }

    /// The recorder's proxy, once released, reads and records one piece of what it held for a replica that has closed
    /// its end meanwhile; only when it cannot pass that on does it stop.
    fn add_what_nobody_took<'a>(
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
