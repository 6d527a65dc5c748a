//! Nodes named `a`, `b`, ... and helpers to control them.

use psyncscope_engine::Config;
use psyncscope_engine::view::NodeView;
use psyncscope_sim::frame::{HostId, SimTime};
use psyncscope_sim::{World, WorldConfig};

pub struct Cluster {
    pub world: World,
    pub ids: Vec<HostId>,
}

/// `lines` are one node's redis.conf each: `replicaof a 6379; repl-timeout 5`.
#[track_caller]
pub fn cluster(config: WorldConfig, nodes: &[&str]) -> Cluster {
    println!("seed {}", config.seed);
    let mut world = World::new(config);
    let mut ids = Vec::new();
    for (i, lines) in nodes.iter().enumerate() {
        let mut config = Config { save: Vec::new(), ..Config::default() };
        for line in lines.split(';').map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split(' ').collect();
            config.set_directive(words[0], &words[1..]).expect("a directive");
        }
        let name = char::from(b'a' + i as u8).to_string();
        ids.push(world.add_host(&name, config).expect("a new name"));
    }
    Cluster { world, ids }
}

impl Cluster {
    /// Types a command at a node and gives the reply.
    #[track_caller]
    pub fn exec(&mut self, node: usize, command: &str) -> String {
        let words: Vec<&str> = command.split(' ').collect();
        self.world.take_console_output(self.ids[node], 0);
        self.world.console_send(self.ids[node], 0, &words).expect("the process lives");
        String::from_utf8_lossy(self.world.console_output(self.ids[node], 0)).into_owned()
    }

    /// The node as it is now.
    #[track_caller]
    pub fn view(&self, node: usize) -> NodeView {
        self.world.node(self.ids[node]).expect("the process lives").view(None)
    }

    /// Whether a node is a replica that follows its master.
    pub fn follows(&self, node: usize) -> bool {
        let state = psyncscope_engine::replication::ReplState::Connected;
        self.view(node).upstream.is_some_and(|upstream| upstream.state == state)
    }

    /// Runs until `what` holds, checking ten times a virtual second.
    #[track_caller]
    pub fn wait(&mut self, seconds: u64, what: impl Fn(&Self) -> bool) {
        let until = SimTime(self.world.now().0 + seconds * 1_000_000);
        while !what(self) {
            assert!(self.world.now() < until, "not within {seconds} s");
            self.world.run_for(100_000);
        }
    }

    /// A number of the `# Stats` section.
    #[track_caller]
    pub fn stat(&mut self, node: usize, name: &str) -> u64 {
        let info = self.exec(node, "INFO stats");
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.expect("a statistic of this name").trim().parse().expect("a number")
    }
}
