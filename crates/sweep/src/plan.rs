//! From a seed to a scenario.

use psyncscope_commands::Settings;
use psyncscope_engine::Config;
use psyncscope_engine::config::Limits;
use psyncscope_sim::frame::WireSettings;
use psyncscope_sim::{TcpSettings, UNIX_START_US, WorldConfig};

use super::rng::ScenarioRng;
use super::scenario::{Action, HostPlan, Scenario, host_name};

/// The longest time to live: after the repairs, keys with one expire soon.
const TTL_MAX_MS: u64 = 15_000;

/// Consoles at each node.
const CONSOLES: u64 = 3;

impl Scenario {
    /// Everything that will be done to the world of this seed.
    #[must_use]
    pub fn of_seed(seed: u64) -> Self {
        Planner::new(seed).plan()
    }
}

/// The planner's model of a host. A host has one fault at a time.
#[derive(Clone, Copy)]
struct HostModel {
    /// The host it replicates from.
    master: Option<usize>,
    /// When its fault ends, in microseconds.
    busy_until: u64,
}

struct Planner {
    seed: u64,
    rng: ScenarioRng,
    now: u64,
    ends_us: u64,
    hosts: Vec<HostModel>,
    configs: Vec<Config>,
    actions: Vec<(u64, Action)>,
    /// How many different keys and databases are used.
    keys: u64,
    databases: u64,
    /// The largest value, in bytes.
    value_max: u64,
}

impl Planner {
    fn new(seed: u64) -> Self {
        let mut rng = ScenarioRng::new(seed);
        let count = rng.between(2, 6) as usize;
        let mut hosts = vec![HostModel { master: None, busy_until: 0 }];
        let shape = rng.below(3);
        for host in 1..count {
            let master = match shape {
                0 => 0,
                1 => host - 1,
                _ => rng.index(host),
            };
            hosts.push(HostModel { master: Some(master), busy_until: 0 });
        }
        let ends_us = rng.between(20, 60) * 1_000_000;
        Self {
            seed,
            now: 0,
            ends_us,
            hosts,
            configs: Vec::new(),
            actions: Vec::new(),
            keys: rng.between(2, 30),
            databases: rng.between(1, 4),
            value_max: if rng.percent(60) { rng.log_uniform(4, 64) } else { rng.log_uniform(64, 20_000) },
            rng,
        }
    }

    fn plan(mut self) -> Scenario {
        let world = self.world();
        self.configs();
        // Replicas by their file, or by command in the first seconds.
        for host in 0..self.hosts.len() {
            let Some(master) = self.hosts[host].master else { continue };
            if self.rng.percent(70) {
                self.configs[host].replicaof = Some((host_name(master), 6379));
            } else {
                let at = self.rng.below(3_000_000);
                self.follow(at, host, Some(master));
            }
        }
        // The rate of faults is random, so that some worlds recover between them and others do not.
        let pace = self.rng.log_uniform(10_000, 400_000);
        let fault_interval = self.rng.log_uniform(300_000, 8_000_000);
        let mut fault_at = self.rng.below(2 * fault_interval);
        while self.now < self.ends_us {
            self.now += self.rng.below(2 * pace);
            if self.now >= fault_at {
                self.inject_fault();
                fault_at = self.now + self.rng.below(2 * fault_interval);
            } else {
                self.issue_commands();
            }
        }
        let ends_us = self.ends_us;
        self.actions.retain(|(at, _)| *at < ends_us);
        self.actions.sort_by_key(|(at, _)| *at);
        let finally = self.final_tree();
        let hosts = self.configs.into_iter().zip(finally);
        let hosts = hosts.map(|(config, finally)| HostPlan { config, finally }).collect();
        Scenario { seed: self.seed, world, hosts, actions: self.actions, ends_us }
    }

    // ---- the initial world ----

    fn world(&mut self) -> WorldConfig {
        let rng = &mut self.rng;
        let buffers = [2048, 4096, 16384, 65536];
        let tcp = TcpSettings {
            receive_buffer: rng.pick(&buffers),
            send_buffer: rng.pick(&buffers),
            mtu: rng.pick(&[576, 1500, 9000]),
            backlog: 128,
        };
        let disk_bps = if rng.percent(30) { 0 } else { rng.log_uniform(100_000, 50_000_000) };
        let fork_us = rng.below(300_000);
        let wire = self.wire();
        WorldConfig { seed: self.seed, wire, disk_bps, fork_us, record: false, tcp, ..WorldConfig::default() }
    }

    fn wire(&mut self) -> WireSettings {
        let rng = &mut self.rng;
        let latency_us = rng.log_uniform(50, 100_000);
        // Thousandths, and thousandths of a thousand are exact enough on every platform.
        let mut chance = |often: u64, most: u64| {
            if rng.percent(often) { rng.below(most) as f64 / 1000.0 } else { 0.0 }
        };
        let (loss, duplicate, reorder) = (chance(40, 100), chance(30, 50), chance(30, 200));
        WireSettings {
            latency_us,
            jitter_us: if rng.percent(50) { rng.below(latency_us) } else { 0 },
            bandwidth_bps: if rng.percent(30) { rng.log_uniform(100_000, 100_000_000) } else { 0 },
            loss,
            duplicate,
            reorder,
        }
    }

    fn configs(&mut self) {
        let classroom = self.rng.percent(70);
        let timeout = self.rng.between(3, 10);
        for _ in 0..self.hosts.len() {
            let rng = &mut self.rng;
            let limits = if classroom { Limits::classroom() } else { Limits::default() };
            let least = limits.backlog_size_min as u64;
            let mut config = Config {
                limits,
                repl_backlog_size: rng.log_uniform(least, 64 * 1024) as usize,
                repl_timeout: (timeout + rng.below(3)) as i64,
                // A replica must receive two PINGs within its timeout.
                repl_ping_replica_period: rng.between(1, timeout / 2) as i64,
                repl_backlog_ttl: rng.pick(&[0, 1, 2, 5, 3600]),
                data: Settings { rdbcompression: rng.percent(50), ..Settings::default() },
                rdbchecksum: rng.percent(80),
                hz: rng.pick(&[10, 10, 10, 1, 50, 100]),
                save: Vec::new(),
                ..Config::default()
            };
            if rng.percent(30) {
                config.repl_diskless_sync = true;
                config.repl_diskless_sync_delay = rng.pick(&[0, 0, 1, 2]);
            }
            if rng.percent(20) {
                // More than any backlog here, or a replica could not even get what it missed.
                let limit = &mut config.client_output_buffer_limit.replica;
                limit.hard = rng.log_uniform(100_000, 1_000_000);
                limit.soft = limit.hard / 2;
                limit.soft_seconds = rng.below(3) as i64;
            }
            if rng.percent(20) {
                config.save = vec![(rng.between(1, 5) as i64, rng.between(1, 20))];
            }
            self.configs.push(config);
        }
    }

    fn final_tree(&mut self) -> Vec<Option<usize>> {
        let count = self.hosts.len();
        let mut placed: Vec<usize> = Vec::new();
        let mut left: Vec<usize> = (0..count).collect();
        let mut finally = vec![None; count];
        while !left.is_empty() {
            let host = left.swap_remove(self.rng.index(left.len()));
            if !placed.is_empty() {
                finally[host] = Some(self.rng.pick(&placed));
            }
            placed.push(host);
        }
        finally
    }

    // ---- helpers ----

    fn at(&mut self, at: u64, action: Action) {
        self.actions.push((at, action));
    }

    fn some_host(&mut self) -> usize {
        self.rng.index(self.hosts.len())
    }

    /// A host that is a master in the model; sometimes any other.
    fn some_master(&mut self) -> usize {
        let masters: Vec<usize> = (0..self.hosts.len()).filter(|&host| self.hosts[host].master.is_none()).collect();
        if masters.is_empty() || self.rng.percent(5) {
            return self.some_host();
        }
        self.rng.pick(&masters)
    }

    fn some_pair(&mut self) -> (usize, usize) {
        let one = self.some_host();
        let other = (one + 1 + self.rng.index(self.hosts.len() - 1)) % self.hosts.len();
        (one, other)
    }

    /// Whether `host` replicates from `from`, directly or through others.
    fn is_below(&self, host: usize, from: usize) -> bool {
        let mut at = host;
        for _ in 0..self.hosts.len() {
            if at == from {
                return true;
            }
            match self.hosts[at].master {
                Some(master) => at = master,
                None => return false,
            }
        }
        true
    }

    fn command(&mut self, at: u64, host: usize, console: u32, words: &[&str]) {
        let words = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        self.at(at, Action::Command { host, console, words });
    }

    fn follow(&mut self, at: u64, host: usize, master: Option<usize>) {
        self.hosts[host].master = master;
        match master {
            Some(master) => self.command(at, host, 0, &["REPLICAOF", &host_name(master), "6379"]),
            None => self.command(at, host, 0, &["REPLICAOF", "NO", "ONE"]),
        }
    }

    // ---- commands ----

    fn issue_commands(&mut self) {
        let host = self.some_master();
        let console = self.rng.below(CONSOLES) as u32;
        let burst = if self.rng.percent(10) { self.rng.log_uniform(2, 60) } else { 1 };
        for _ in 0..burst {
            let words = self.words();
            let at = self.now;
            self.at(at, Action::Command { host, console, words });
        }
    }

    fn key(&mut self) -> String {
        format!("k{}", self.rng.below(self.keys))
    }

    fn value(&mut self) -> Vec<u8> {
        if self.rng.percent(40) {
            return self.rng.log_uniform(1, 1 << 40).to_string().into_bytes();
        }
        let len = self.rng.log_uniform(1, self.value_max);
        let alphabet = self.rng.pick(&[1, 2, 26, 256]);
        (0..len).map(|_| b'a'.wrapping_add(self.rng.below(alphabet) as u8)).collect()
    }

    fn ttl(&mut self) -> u64 {
        self.rng.log_uniform(1, TTL_MAX_MS)
    }

    fn words(&mut self) -> Vec<Vec<u8>> {
        let (key, other) = (self.key(), self.key());
        let ttl_ms = self.ttl();
        let (ms, s) = (ttl_ms.to_string(), ttl_ms.div_ceil(1000).to_string());
        let number = self.rng.below(1000).to_string();
        let value = self.value();
        let words: Vec<&[u8]> = {
            let [key, other, ms, s, number] = [&key, &other, &ms, &s, &number].map(|word| word.as_bytes());
            match self.rng.below(100) {
                0..24 => vec![b"SET", key, &value],
                24..28 => vec![b"set", key, &value, b"px", ms],
                28..30 => vec![b"SET", key, &value, b"EX", s, b"NX"],
                30..32 => vec![b"SET", key, &value, b"XX"],
                32..35 => vec![b"PSETEX", key, ms, &value],
                35..38 => vec![b"SETNX", key, &value],
                38..44 => vec![b"INCR", key],
                44..47 => vec![b"DECRBY", key, number],
                47..52 => vec![b"APPEND", key, &value[..value.len().min(40)]],
                52..54 => vec![b"SETRANGE", key, number, b"here"],
                54..57 => vec![b"MSET", key, &value, other, b"1"],
                57..59 => vec![b"MSETNX", key, b"1", other, &value],
                59..61 => vec![b"GETSET", key, &value],
                61..69 => vec![b"DEL", key, other],
                69..71 => vec![b"UNLINK", key],
                71..76 => vec![b"EXPIRE", key, s],
                76..79 => vec![b"PEXPIRE", key, ms],
                79..80 => vec![b"EXPIRE", key, b"0"],
                80..83 => vec![b"PERSIST", key],
                83..85 => vec![b"RENAME", key, other],
                85..86 => vec![b"RENAMENX", key, other],
                86..89 => vec![b"GET", key],
                89..90 => vec![b"TTL", key],
                90..91 => vec![b"KEYS", b"k*"],
                91..92 => vec![b"FLUSHDB"],
                92..93 if self.rng.percent(50) => vec![b"WAIT", [&b"1"[..], b"2", b"3"][self.rng.index(3)], number],
                92..93 => vec![b"INFO", b"replication"],
                93..94 => return self.pexpireat(key),
                _ => {
                    let db = self.rng.below(self.databases).to_string();
                    return vec![b"SELECT".to_vec(), db.into_bytes()];
                }
            }
        };
        words.into_iter().map(<[u8]>::to_vec).collect()
    }

    /// PEXPIREAT with a wall clock time that is in the past for some nodes and in the future for others.
    fn pexpireat(&mut self, key: &[u8]) -> Vec<Vec<u8>> {
        let now_ms = (UNIX_START_US / 1000) as u64 + self.now / 1000;
        let at_ms = now_ms + self.ttl() - self.rng.below(3000);
        vec![b"PEXPIREAT".to_vec(), key.to_vec(), at_ms.to_string().into_bytes()]
    }

    // ---- faults ----

    fn inject_fault(&mut self) {
        match self.rng.below(100) {
            0..22 => self.cut_wires(),
            22..32 => self.change_wire(),
            32..52 => self.stop_host(),
            52..62 => self.fail_over(),
            62..72 => self.change_master(),
            72..77 => self.move_clock(),
            77..80 => {
                let (host, console) = (self.some_host(), self.rng.below(CONSOLES) as u32);
                let at = self.now;
                self.at(at, Action::HangUp { host, console });
            }
            _ => self.administer(),
        }
    }

    /// One direction, both, or all wires of a host; repaired some time later.
    fn cut_wires(&mut self) {
        let heals = self.now + self.rng.log_uniform(50_000, 15_000_000);
        let (one, other) = self.some_pair();
        let pairs: Vec<(usize, usize)> = match self.rng.below(3) {
            0 => vec![(one, other)],
            1 => vec![(one, other), (other, one)],
            _ => (0..self.hosts.len())
                .filter(|&other| other != one)
                .flat_map(|other| [(one, other), (other, one)])
                .collect(),
        };
        let now = self.now;
        for (from, to) in pairs {
            self.at(now, Action::Cut(from, to));
            self.at(heals, Action::Heal(from, to));
        }
    }

    fn change_wire(&mut self) {
        let (from, to) = self.some_pair();
        let settings = self.wire();
        let now = self.now;
        self.at(now, Action::Wire(from, to, settings));
    }

    /// A crash, a shutdown, a stop or a power cut, and the restart.
    fn stop_host(&mut self) {
        let host = self.some_host();
        if self.hosts[host].busy_until > self.now {
            return;
        }
        let (now, back) = (self.now, self.now + self.rng.log_uniform(20_000, 15_000_000));
        self.hosts[host].busy_until = back;
        match self.rng.below(8) {
            0..3 => {
                self.at(now, Action::Pause(host));
                self.at(back, Action::Resume(host));
                return;
            }
            3 | 4 => self.at(now, Action::Crash(host)),
            5 => self.at(now, Action::PowerOff(host)),
            6 => self.at(now, Action::Terminate(host)),
            _ => {
                let how = self.rng.pick(&["SAVE", "SAVE", "NOSAVE"]);
                self.command(now, host, 0, &["SHUTDOWN", how]);
            }
        }
        let master = self.hosts[host].master;
        self.restart(back, host, master);
    }

    fn restart(&mut self, at: u64, host: usize, master: Option<usize>) {
        // A configuration file with the master, as Sentinel keeps it, or the original one.
        let replicaof = match master {
            Some(master) if self.rng.percent(80) => Some(master),
            None if self.rng.percent(10) => Some(self.some_host()),
            _ => None,
        };
        self.hosts[host].master = replicaof;
        self.at(at, Action::Restart { host, replicaof });
    }

    /// A failover: a master fails, one of its replicas is promoted, the others follow it, and the old master returns as
    /// a replica.
    fn fail_over(&mut self) {
        let candidates: Vec<usize> = (0..self.hosts.len()).filter(|&host| self.hosts[host].master.is_some()).collect();
        if candidates.is_empty() {
            return;
        }
        let promoted = self.rng.pick(&candidates);
        let Some(old) = self.hosts[promoted].master else { return };
        let mut at = self.now;
        let back = at + self.rng.log_uniform(100_000, 12_000_000);
        if self.hosts[old].busy_until <= at {
            self.hosts[old].busy_until = back;
            match self.rng.below(5) {
                0 => self.at(at, Action::Crash(old)),
                1 => self.at(at, Action::PowerOff(old)),
                2 => {
                    self.at(at, Action::Pause(old));
                    self.at(back, Action::Resume(old));
                }
                3 => self.cut_wires(),
                _ => {}
            }
        }
        at += self.rng.below(3_000_000);
        self.follow(at, promoted, None);
        for host in 0..self.hosts.len() {
            if host != promoted && host != old && self.hosts[host].master == Some(old) {
                at += self.rng.below(1_000_000);
                self.follow(at, host, Some(promoted));
            }
        }
        let at = back.max(at) + self.rng.below(500_000);
        if self.rng.percent(60) {
            // Refused if the host runs.
            self.at(at, Action::Restart { host: old, replicaof: Some(promoted) });
        }
        self.follow(at + 1000, old, Some(promoted));
    }

    fn change_master(&mut self) {
        let host = self.some_host();
        let (now, master) = (self.now, self.some_host());
        if self.rng.percent(25) {
            self.follow(now, host, None);
        } else if !self.is_below(master, host) || self.rng.percent(8) {
            // Rarely a cycle, or itself.
            self.follow(now, host, Some(master));
        }
    }

    fn move_clock(&mut self) {
        let host = self.some_host();
        let most = self.rng.pick(&[500, 5000, 5000, 3_600_000]);
        let by_ms = self.rng.between(0, 2 * most) as i64 - most as i64;
        let now = self.now;
        self.at(now, Action::MoveClock(host, by_ms));
    }

    fn administer(&mut self) {
        let (now, host) = (self.now, self.some_host());
        let console = self.rng.below(CONSOLES) as u32;
        let least = self.configs[host].limits.backlog_size_min as u64;
        let size = self.rng.log_uniform(least, 64 * 1024).to_string();
        let ttl = self.rng.pick(&["0", "1", "3", "3600"]);
        let seconds = format!("0.{:03}", self.rng.below(1000));
        let many_seconds = self.rng.between(1, 6).to_string();
        let words: &[&str] = match self.rng.below(13) {
            0 | 1 => &["CONFIG", "SET", "repl-backlog-size", &size],
            2 => &["CONFIG", "SET", "repl-backlog-ttl", ttl],
            3 => &["SAVE"],
            4 | 5 => &["BGSAVE"],
            6 | 7 => &["CLIENT", "KILL", "TYPE", "master"],
            8 | 9 => &["CLIENT", "KILL", "TYPE", "replica"],
            10 => &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"],
            11 => &["DEBUG", "SLEEP", &seconds],
            _ => &["DEBUG", "SLEEP", &many_seconds],
        };
        self.command(now, host, console, words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_scenario() {
        assert_eq!(Scenario::of_seed(3), Scenario::of_seed(3));
        assert_ne!(Scenario::of_seed(3).actions, Scenario::of_seed(4).actions);
    }

    #[test]
    fn every_kind_of_fault_is_planned() {
        let all: Vec<Scenario> = (0..60).map(Scenario::of_seed).collect();
        let actions: Vec<String> =
            all.iter().flat_map(|scenario| &scenario.actions).map(|(_, action)| action.to_string()).collect();
        for kind in [
            "cut ",
            "heal ",
            "wire ",
            "crash ",
            "terminate ",
            "pause ",
            "resume ",
            "power off ",
            "restart ",
            "hangs up",
            "as a replica of",
            "move the clock",
            "REPLICAOF NO ONE",
            "SLEEP",
            "SHUTDOWN",
            "CLIENT",
            "BGSAVE",
            "SELECT",
            "repl-backlog-size",
            "PEXPIREAT",
            "FLUSHDB",
            "WAIT",
        ] {
            assert!(
                actions.iter().any(|action| action.contains(kind)),
                "nothing like {kind:?} in {} actions",
                actions.len()
            );
        }
        let sizes: Vec<usize> = all.iter().map(|scenario| scenario.hosts.len()).collect();
        assert!((2..=6).all(|size| sizes.contains(&size)), "{sizes:?}");
    }

    #[test]
    fn a_scenario_ends_in_a_tree() {
        for seed in 0..200 {
            let hosts = Scenario::of_seed(seed).hosts;
            assert_eq!(hosts.iter().filter(|host| host.finally.is_none()).count(), 1);
            for mut host in 0..hosts.len() {
                let mut steps = 0;
                while let Some(master) = hosts[host].finally {
                    host = master;
                    steps += 1;
                    assert!(steps < hosts.len(), "a cycle in seed {seed}");
                }
            }
        }
    }
}
