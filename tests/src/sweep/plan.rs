//! From a seed to a scenario.

use psyncscope_engine::Config;
use psyncscope_engine::config::Limits;
use psyncscope_sim::frame::WireSettings;
use psyncscope_sim::{TcpSettings, UNIX_START_US, WorldConfig};

use super::dice::Dice;
use super::scenario::{Act, HostPlan, Scenario, host_name};

/// A time to live is at most this long, so that a mended world is rid of all that expires soon.
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

/// What a planner believes of a host: faults take turns on each.
#[derive(Clone, Copy)]
struct Belief {
    /// Whom it replicates from.
    master: Option<usize>,
    /// Until when a fault holds it, in microseconds.
    busy_until: u64,
}

struct Planner {
    seed: u64,
    dice: Dice,
    now: u64,
    ends_us: u64,
    hosts: Vec<Belief>,
    configs: Vec<Config>,
    acts: Vec<(u64, Act)>,
    /// How many different keys and databases are used.
    keys: u64,
    databases: u64,
    /// The largest value, in bytes.
    value_max: u64,
}

impl Planner {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let count = dice.between(2, 6) as usize;
        let mut hosts = vec![Belief { master: None, busy_until: 0 }];
        let shape = dice.below(3);
        for host in 1..count {
            let master = match shape {
                0 => 0,
                1 => host - 1,
                _ => dice.index(host),
            };
            hosts.push(Belief { master: Some(master), busy_until: 0 });
        }
        let ends_us = dice.between(20, 60) * 1_000_000;
        Self {
            seed,
            now: 0,
            ends_us,
            hosts,
            configs: Vec::new(),
            acts: Vec::new(),
            keys: dice.between(2, 30),
            databases: dice.between(1, 4),
            value_max: if dice.percent(60) { dice.scaled(4, 64) } else { dice.scaled(64, 20_000) },
            dice,
        }
    }

    fn plan(mut self) -> Scenario {
        let world = self.world();
        self.configs();
        // Replicas by their file, or by command in the first seconds.
        for host in 0..self.hosts.len() {
            let Some(master) = self.hosts[host].master else { continue };
            if self.dice.percent(70) {
                self.configs[host].replicaof = Some((host_name(master), 6379));
            } else {
                let at = self.dice.below(3_000_000);
                self.follow(at, host, Some(master));
            }
        }
        // Trouble comes at its own pace, so that some worlds have time to recover and others do not.
        let pace = self.dice.scaled(10_000, 400_000);
        let trouble_pace = self.dice.scaled(300_000, 8_000_000);
        let mut trouble_at = self.dice.below(2 * trouble_pace);
        while self.now < self.ends_us {
            self.now += self.dice.below(2 * pace);
            if self.now >= trouble_at {
                self.make_trouble();
                trouble_at = self.now + self.dice.below(2 * trouble_pace);
            } else {
                self.type_something();
            }
        }
        let ends_us = self.ends_us;
        self.acts.retain(|(at, _)| *at < ends_us);
        self.acts.sort_by_key(|(at, _)| *at);
        let finally = self.final_tree();
        let hosts = self.configs.into_iter().zip(finally);
        let hosts = hosts.map(|(config, finally)| HostPlan { config, finally }).collect();
        Scenario { seed: self.seed, world, hosts, acts: self.acts, ends_us }
    }

    // ---- what the world starts as ----

    fn world(&mut self) -> WorldConfig {
        let dice = &mut self.dice;
        let buffers = [2048, 4096, 16384, 65536];
        let tcp = TcpSettings {
            receive_buffer: dice.pick(&buffers),
            send_buffer: dice.pick(&buffers),
            mtu: dice.pick(&[576, 1500, 9000]),
            backlog: 128,
        };
        let disk_bps = if dice.percent(30) { 0 } else { dice.scaled(100_000, 50_000_000) };
        let fork_us = dice.below(300_000);
        let wire = self.wire();
        WorldConfig { seed: self.seed, wire, disk_bps, fork_us, record: false, tcp, ..WorldConfig::default() }
    }

    fn wire(&mut self) -> WireSettings {
        let dice = &mut self.dice;
        let latency_us = dice.scaled(50, 100_000);
        // Thousandths, and thousandths of a thousand are exact enough on every platform.
        let mut chance = |often: u64, most: u64| {
            if dice.percent(often) { dice.below(most) as f64 / 1000.0 } else { 0.0 }
        };
        let (loss, duplicate, reorder) = (chance(40, 100), chance(30, 50), chance(30, 200));
        WireSettings {
            latency_us,
            jitter_us: if dice.percent(50) { dice.below(latency_us) } else { 0 },
            bandwidth_bps: if dice.percent(30) { dice.scaled(100_000, 100_000_000) } else { 0 },
            loss,
            duplicate,
            reorder,
        }
    }

    fn configs(&mut self) {
        let classroom = self.dice.percent(70);
        let timeout = self.dice.between(3, 10);
        for _ in 0..self.hosts.len() {
            let dice = &mut self.dice;
            let limits = if classroom { Limits::classroom() } else { Limits::default() };
            let least = limits.backlog_size_min as u64;
            let mut config = Config {
                limits,
                repl_backlog_size: dice.scaled(least, 64 * 1024) as usize,
                repl_timeout: (timeout + dice.below(3)) as i64,
                // A replica must hear of its master twice before it loses patience.
                repl_ping_replica_period: dice.between(1, timeout / 2) as i64,
                repl_backlog_ttl: dice.pick(&[0, 1, 2, 5, 3600]),
                rdbcompression: dice.percent(50),
                rdbchecksum: dice.percent(80),
                hz: dice.pick(&[10, 10, 10, 1, 50, 100]),
                save: Vec::new(),
                ..Config::default()
            };
            if dice.percent(30) {
                config.repl_diskless_sync = true;
                config.repl_diskless_sync_delay = dice.pick(&[0, 0, 1, 2]);
            }
            if dice.percent(20) {
                // More than any backlog here, or a replica could not even get what it missed.
                let limit = &mut config.client_output_buffer_limit.replica;
                limit.hard = dice.scaled(100_000, 1_000_000);
                limit.soft = limit.hard / 2;
                limit.soft_seconds = dice.below(3) as i64;
            }
            if dice.percent(20) {
                config.save = vec![(dice.between(1, 5) as i64, dice.between(1, 20))];
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
            let host = left.swap_remove(self.dice.index(left.len()));
            if !placed.is_empty() {
                finally[host] = Some(self.dice.pick(&placed));
            }
            placed.push(host);
        }
        finally
    }

    // ---- helpers ----

    fn at(&mut self, at: u64, act: Act) {
        self.acts.push((at, act));
    }

    fn some_host(&mut self) -> usize {
        self.dice.index(self.hosts.len())
    }

    /// A host that is a master as far as the planner knows; at times any other.
    fn some_master(&mut self) -> usize {
        let masters: Vec<usize> = (0..self.hosts.len()).filter(|&host| self.hosts[host].master.is_none()).collect();
        if masters.is_empty() || self.dice.percent(5) {
            return self.some_host();
        }
        self.dice.pick(&masters)
    }

    fn some_pair(&mut self) -> (usize, usize) {
        let one = self.some_host();
        let other = (one + 1 + self.dice.index(self.hosts.len() - 1)) % self.hosts.len();
        (one, other)
    }

    /// Whether `host` replicates from `from`, by however many others.
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
        self.at(at, Act::Command { host, console, words });
    }

    fn follow(&mut self, at: u64, host: usize, master: Option<usize>) {
        self.hosts[host].master = master;
        match master {
            Some(master) => self.command(at, host, 0, &["REPLICAOF", &host_name(master), "6379"]),
            None => self.command(at, host, 0, &["REPLICAOF", "NO", "ONE"]),
        }
    }

    // ---- commands ----

    fn type_something(&mut self) {
        let host = self.some_master();
        let console = self.dice.below(CONSOLES) as u32;
        let burst = if self.dice.percent(10) { self.dice.scaled(2, 60) } else { 1 };
        for _ in 0..burst {
            let words = self.words();
            let at = self.now;
            self.at(at, Act::Command { host, console, words });
        }
    }

    fn key(&mut self) -> String {
        format!("k{}", self.dice.below(self.keys))
    }

    fn value(&mut self) -> Vec<u8> {
        if self.dice.percent(40) {
            return self.dice.scaled(1, 1 << 40).to_string().into_bytes();
        }
        let len = self.dice.scaled(1, self.value_max);
        let alphabet = self.dice.pick(&[1, 2, 26, 256]);
        (0..len).map(|_| b'a'.wrapping_add(self.dice.below(alphabet) as u8)).collect()
    }

    fn ttl(&mut self) -> u64 {
        self.dice.scaled(1, TTL_MAX_MS)
    }

    fn words(&mut self) -> Vec<Vec<u8>> {
        let (key, other) = (self.key(), self.key());
        let ttl_ms = self.ttl();
        let (ms, s) = (ttl_ms.to_string(), ttl_ms.div_ceil(1000).to_string());
        let number = self.dice.below(1000).to_string();
        let value = self.value();
        let words: Vec<&[u8]> = {
            let [key, other, ms, s, number] = [&key, &other, &ms, &s, &number].map(|word| word.as_bytes());
            match self.dice.below(100) {
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
                92..93 if self.dice.percent(50) => vec![b"WAIT", [&b"1"[..], b"2", b"3"][self.dice.index(3)], number],
                92..93 => vec![b"INFO", b"replication"],
                93..94 => return self.words_with_a_moment(key),
                _ => {
                    let db = self.dice.below(self.databases).to_string();
                    return vec![b"SELECT".to_vec(), db.into_bytes()];
                }
            }
        };
        words.into_iter().map(<[u8]>::to_vec).collect()
    }

    /// PEXPIREAT: a moment of the wall clock, which is past for some nodes and to come for others.
    fn words_with_a_moment(&mut self, key: &[u8]) -> Vec<Vec<u8>> {
        let now_ms = (UNIX_START_US / 1000) as u64 + self.now / 1000;
        let moment = now_ms + self.ttl() - self.dice.below(3000);
        vec![b"PEXPIREAT".to_vec(), key.to_vec(), moment.to_string().into_bytes()]
    }

    // ---- faults ----

    fn make_trouble(&mut self) {
        match self.dice.below(100) {
            0..22 => self.cut_wires(),
            22..32 => self.change_wire(),
            32..52 => self.stop_host(),
            52..62 => self.fail_over(),
            62..72 => self.change_master(),
            72..77 => self.move_clock(),
            77..80 => {
                let (host, console) = (self.some_host(), self.dice.below(CONSOLES) as u32);
                let at = self.now;
                self.at(at, Act::HangUp { host, console });
            }
            _ => self.administer(),
        }
    }

    /// One direction, both, or everything around a host; mended some time later.
    fn cut_wires(&mut self) {
        let heals = self.now + self.dice.scaled(50_000, 15_000_000);
        let (one, other) = self.some_pair();
        let pairs: Vec<(usize, usize)> = match self.dice.below(3) {
            0 => vec![(one, other)],
            1 => vec![(one, other), (other, one)],
            _ => (0..self.hosts.len())
                .filter(|&other| other != one)
                .flat_map(|other| [(one, other), (other, one)])
                .collect(),
        };
        let now = self.now;
        for (from, to) in pairs {
            self.at(now, Act::Cut(from, to));
            self.at(heals, Act::Heal(from, to));
        }
    }

    fn change_wire(&mut self) {
        let (from, to) = self.some_pair();
        let settings = self.wire();
        let now = self.now;
        self.at(now, Act::Wire(from, to, settings));
    }

    /// A crash, a shutdown, a stop or a power cut, and the way back.
    fn stop_host(&mut self) {
        let host = self.some_host();
        if self.hosts[host].busy_until > self.now {
            return;
        }
        let (now, back) = (self.now, self.now + self.dice.scaled(20_000, 15_000_000));
        self.hosts[host].busy_until = back;
        match self.dice.below(8) {
            0..3 => {
                self.at(now, Act::Pause(host));
                self.at(back, Act::Resume(host));
                return;
            }
            3 | 4 => self.at(now, Act::Crash(host)),
            5 => self.at(now, Act::PowerOff(host)),
            6 => self.at(now, Act::Terminate(host)),
            _ => {
                let how = self.dice.pick(&["SAVE", "SAVE", "NOSAVE"]);
                self.command(now, host, 0, &["SHUTDOWN", how]);
            }
        }
        let known = self.hosts[host].master;
        self.restart(back, host, known);
    }

    fn restart(&mut self, at: u64, host: usize, known: Option<usize>) {
        // A file that knows the master, as Sentinel keeps it, or one that was never touched.
        let replicaof = match known {
            Some(master) if self.dice.percent(80) => Some(master),
            None if self.dice.percent(10) => Some(self.some_host()),
            _ => None,
        };
        self.hosts[host].master = replicaof;
        self.at(at, Act::Restart { host, replicaof });
    }

    /// A master is lost, one of its replicas takes its place, the others follow, and the old one comes back as a
    /// replica.
    fn fail_over(&mut self) {
        let candidates: Vec<usize> = (0..self.hosts.len()).filter(|&host| self.hosts[host].master.is_some()).collect();
        if candidates.is_empty() {
            return;
        }
        let heir = self.dice.pick(&candidates);
        let Some(old) = self.hosts[heir].master else { return };
        let mut at = self.now;
        let back = at + self.dice.scaled(100_000, 12_000_000);
        if self.hosts[old].busy_until <= at {
            self.hosts[old].busy_until = back;
            match self.dice.below(5) {
                0 => self.at(at, Act::Crash(old)),
                1 => self.at(at, Act::PowerOff(old)),
                2 => {
                    self.at(at, Act::Pause(old));
                    self.at(back, Act::Resume(old));
                }
                3 => self.cut_wires(),
                _ => {}
            }
        }
        at += self.dice.below(3_000_000);
        self.follow(at, heir, None);
        for host in 0..self.hosts.len() {
            if host != heir && host != old && self.hosts[host].master == Some(old) {
                at += self.dice.below(1_000_000);
                self.follow(at, host, Some(heir));
            }
        }
        let at = back.max(at) + self.dice.below(500_000);
        if self.dice.percent(60) {
            // Refused where it is not needed.
            self.at(at, Act::Restart { host: old, replicaof: Some(heir) });
        }
        self.follow(at + 1000, old, Some(heir));
    }

    fn change_master(&mut self) {
        let host = self.some_host();
        let (now, master) = (self.now, self.some_host());
        if self.dice.percent(25) {
            self.follow(now, host, None);
        } else if !self.is_below(master, host) || self.dice.percent(8) {
            // Rarely a circle, or itself.
            self.follow(now, host, Some(master));
        }
    }

    fn move_clock(&mut self) {
        let host = self.some_host();
        let most = self.dice.pick(&[500, 5000, 5000, 3_600_000]);
        let by_ms = self.dice.between(0, 2 * most) as i64 - most as i64;
        let now = self.now;
        self.at(now, Act::MoveClock(host, by_ms));
    }

    fn administer(&mut self) {
        let (now, host) = (self.now, self.some_host());
        let console = self.dice.below(CONSOLES) as u32;
        let least = self.configs[host].limits.backlog_size_min as u64;
        let size = self.dice.scaled(least, 64 * 1024).to_string();
        let ttl = self.dice.pick(&["0", "1", "3", "3600"]);
        let seconds = format!("0.{:03}", self.dice.below(1000));
        let many_seconds = self.dice.between(1, 6).to_string();
        let words: &[&str] = match self.dice.below(13) {
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
        assert_ne!(Scenario::of_seed(3).acts, Scenario::of_seed(4).acts);
    }

    #[test]
    fn every_kind_of_trouble_is_planned() {
        let all: Vec<Scenario> = (0..60).map(Scenario::of_seed).collect();
        let acts: Vec<String> =
            all.iter().flat_map(|scenario| &scenario.acts).map(|(_, act)| act.to_string()).collect();
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
            assert!(acts.iter().any(|act| act.contains(kind)), "nothing like {kind:?} in {} acts", acts.len());
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
                    assert!(steps < hosts.len(), "a circle in seed {seed}");
                }
            }
        }
    }
}
