//! The world: hosts, wires, processes, time.

mod children;
mod consoles;
mod faults;
mod forwards;
mod network;
mod record;
mod run;
mod steps;

use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_engine::{ChildId, Node, Outbox};

use crate::causes::{Turn, TurnId};
use crate::config::WorldConfig;
use crate::digest::Digest;
use crate::disk::File;
use crate::error::WorldError;
use crate::forward::{Forward, Links};
use crate::frame::{HostId, Power, SimTime, What};
use crate::host::{Host, address};
use crate::kernel::{Kernel, READ_MAX};
use crate::process::Process;
use crate::queue::Queue;
use crate::recorder::Recorder;
use crate::seed::{RandomStream, derive, rng};
use crate::tap::Captured;
use crate::wire::{Direction, Wires, clamped};

pub use network::WirePacket;
pub use steps::TurnSteps;

/// A simulated network of hosts, each with one process.
///
/// * construct: [`World::new`], [`World::add_host`], [`World::remove_host`]
/// * time: [`World::step`], [`World::run_until`], [`World::run_for`], [`World::now`], [`World::next_event_at`]
/// * clients: [`World::console_send`], [`World::console_output`], ...
/// * faults of wires: [`World::set_wire`], [`World::cut`], [`World::heal`]
/// * faults of hosts: [`World::crash`], [`World::terminate`], [`World::pause`], [`World::resume`],
///   [`World::power_off`], [`World::restart`], [`World::move_clock`]
/// * forwarders: [`World::add_forward`], [`World::refuse_forward`], [`World::cut_forward`], [`World::hold_forward`]
/// * recorded: [`World::frames`], [`World::frame_at`], [`World::timeline`], [`World::captured`]
/// * for checkers: [`World::node`], [`World::host_ids`], [`World::power`], [`World::digest`]
///
/// A call that changes something does so at [`World::now`]. Before it returns, every process concerned has taken the
/// inputs it can, and the packets that follow are under way.
pub struct World<P: Process = Node> {
    config: WorldConfig,
    now: u64,
    queue: Queue<Event>,
    /// By number; `None` for a removed host.
    hosts: Vec<Option<Host<P, P::Config>>>,
    wires: Wires,
    forwards: Vec<Forward>,
    links: Links,
    captured: Vec<Captured>,
    recorder: Recorder,
    digest: Digest,
    packets: u64,
    observer: Option<Observer>,
    /// The steps of each turn, once they are observed.
    steps: Option<Vec<TurnSteps>>,
    /// Reused from turn to turn.
    outbox: Outbox,
    buffer: Vec<u8>,
    /// A host's state and its node's, as recorded; reused from host to host.
    words: [Vec<u64>; 2],
}

type Observer = Box<dyn FnMut(&WirePacket<'_>)>;

/// What is scheduled.
enum Event {
    /// A packet arrives.
    Packet { id: u64, from: HostId, to: HostId, bytes: Vec<u8>, by: TurnId },
    /// A kernel's timer.
    Kernel(HostId),
    /// A process's timer, or the end of its sleep.
    Process(HostId),
    /// A child ends.
    Child(HostId, ChildId),
    /// A process that asked for it starts again, if none was started since: the number of starts must still be this.
    Restart(HostId, u64, TurnId),
}

impl World<Node> {
    /// An empty world of Redis nodes at time 0. Settings out of range are clamped.
    #[must_use]
    pub fn new(config: WorldConfig) -> Self {
        Self::of_processes(config)
    }

    /// A host's node, while its process exists.
    #[must_use]
    pub fn node(&self, host: HostId) -> Option<&Node> {
        self.process(host)
    }
}

impl<P: Process> World<P> {
    /// An empty world of other processes.
    #[must_use]
    pub fn of_processes(mut config: WorldConfig) -> Self {
        config.wire = clamped(config.wire);
        config.tcp.mtu = config.tcp.mtu.clamp(576, 65535);
        config.tcp.backlog = config.tcp.backlog.max(1);
        for buffer in [&mut config.tcp.receive_buffer, &mut config.tcp.send_buffer] {
            *buffer = (*buffer).clamp(1024, 1 << 30);
        }
        let recorder = Recorder::new(config.record, config.frames_max);
        Self {
            config,
            now: 0,
            queue: Queue::new(),
            hosts: Vec::new(),
            wires: Wires::default(),
            forwards: Vec::new(),
            links: Links::default(),
            captured: Vec::new(),
            recorder,
            digest: Digest::new(),
            packets: 0,
            observer: None,
            steps: None,
            outbox: Outbox::new(),
            buffer: Vec::with_capacity(READ_MAX),
            words: [Vec::new(), Vec::new()],
        }
    }

    // ---- causes ----

    /// Every turn of which something came, in order: [`crate::frame::Entry::turn`] names one. Empty without recording.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        self.recorder.turns()
    }

    /// The calls from now on are the action with this number, as the caller counts: [`Turn::action`].
    pub fn begin_action(&mut self, number: u32) {
        self.recorder.set_action(number);
    }

    // ---- hosts ----

    /// Adds a host, wires it to all others and starts its process.
    ///
    /// # Errors
    /// [`WorldError::BadName`], [`WorldError::NameTaken`], [`WorldError::TooManyHosts`]: nothing changed;
    /// [`WorldError::StartFailed`]: the host is there, its process is not.
    pub fn add_host(&mut self, name: &str, config: P::Config) -> Result<HostId, WorldError> {
        let id = u16::try_from(self.hosts.len()).map(HostId).map_err(|_| WorldError::TooManyHosts)?;
        let ip = address(id).ok_or(WorldError::TooManyHosts)?;
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty()
            || name.eq_ignore_ascii_case("localhost")
            || !name.chars().all(legal)
            || name.chars().all(|c| c.is_ascii_digit())
        {
            return Err(WorldError::BadName(name.to_owned()));
        }
        if self.host_by_name(name).is_some() {
            return Err(WorldError::NameTaken(name.to_owned()));
        }
        for other in self.host_ids().collect::<Vec<_>>() {
            for (from, to) in [(id, other), (other, id)] {
                let rng = rng(self.config.seed, RandomStream::Wire { from: from.0, to: to.0 });
                self.wires.insert(from, to, Direction::new(self.config.wire, rng));
            }
        }
        self.hosts.push(Some(Host {
            id,
            name: Arc::from(name),
            ip,
            ip_text: Arc::from(ip.to_string()),
            port: P::port(&config),
            config,
            power: Power::Off,
            since: self.now,
            clock_offset_us: 0,
            kernel: None,
            running: None,
            consoles: LiteMap::new_vec(),
            disk: LiteMap::new_vec(),
            boots: 0,
            conn_words: Vec::new(),
            kernel_event: None,
            process_event: None,
        }));
        self.recorder.touch_wires();
        self.recorder.entry(self.now, Some(id), What::Added);
        let booted = self.boot(id);
        self.commit();
        booted.map(|()| id)
    }

    /// Removes a host for good: its process, its disk, its wires and every packet to and from it.
    ///
    /// # Errors
    /// [`WorldError::NoSuchHost`].
    pub fn remove_host(&mut self, host: HostId) -> Result<(), WorldError> {
        self.host_mut(host)?;
        self.lose_power(host);
        if let Some(gone) = self.hosts.get_mut(usize::from(host.0)) {
            *gone = None;
        }
        self.wires.remove_host(host);
        self.recorder.forget_host(host);
        self.recorder.entry(self.now, Some(host), What::Removed);
        self.commit();
        Ok(())
    }

    /// Every host that is not removed, in order of number.
    pub fn host_ids(&self) -> impl Iterator<Item = HostId> + '_ {
        self.hosts.iter().flatten().map(|host| host.id)
    }

    /// The host with this name.
    #[must_use]
    pub fn host_by_name(&self, name: &str) -> Option<HostId> {
        self.hosts.iter().flatten().find(|host| &*host.name == name).map(|host| host.id)
    }

    /// A host's name.
    #[must_use]
    pub fn name(&self, host: HostId) -> Option<&str> {
        self.host(host).map(|host| &*host.name)
    }

    /// A host's address, such as `10.0.0.1`.
    #[must_use]
    pub fn ip(&self, host: HostId) -> Option<&str> {
        self.host(host).map(|host| &*host.ip_text)
    }

    /// What a host's process is doing.
    #[must_use]
    pub fn power(&self, host: HostId) -> Option<Power> {
        self.host(host).map(|host| host.power)
    }

    /// A host's process, while it exists.
    #[must_use]
    pub fn process(&self, host: HostId) -> Option<&P> {
        Some(&self.host(host)?.running.as_ref()?.process)
    }

    /// What a host's process will be started with next.
    #[must_use]
    pub fn config(&self, host: HostId) -> Option<&P::Config> {
        self.host(host).map(|host| &host.config)
    }

    /// Changes what a host's process will be started with next; a running one does not change.
    ///
    /// # Errors
    /// [`WorldError::NoSuchHost`].
    pub fn set_config(&mut self, host: HostId, config: P::Config) -> Result<(), WorldError> {
        self.host_mut(host)?.config = config;
        Ok(())
    }

    /// A file on a host's disk.
    #[must_use]
    pub fn file(&self, host: HostId, name: &str) -> Option<&[u8]> {
        self.host(host)?.disk.get(name).map(File::bytes)
    }

    /// Writes a file on a host's disk, or removes it.
    ///
    /// # Errors
    /// [`WorldError::NoSuchHost`].
    pub fn set_file(&mut self, host: HostId, name: &str, bytes: Option<&[u8]>) -> Result<(), WorldError> {
        let now = self.now;
        let disk = &mut self.host_mut(host)?.disk;
        match bytes {
            Some(bytes) => disk.insert(name.to_owned(), File::whole(Arc::from(bytes))),
            None => disk.remove(name),
        };
        self.digest.file(now, host, name, bytes.unwrap_or_default());
        self.recorder.touch(host);
        self.commit();
        Ok(())
    }

    // ---- time ----

    /// Virtual time.
    #[must_use]
    pub const fn now(&self) -> SimTime {
        SimTime(self.now)
    }

    /// When the next event is.
    #[must_use]
    pub fn next_event_at(&self) -> Option<SimTime> {
        self.queue.next_at().map(SimTime)
    }

    /// One number for everything that happened: every packet, every console's bytes, every file. Equal for equal runs
    /// on every platform, whether or not they were recorded.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest.value()
    }

    // ---- shared by the other files ----

    fn host(&self, id: HostId) -> Option<&Host<P, P::Config>> {
        self.hosts.get(usize::from(id.0))?.as_ref()
    }

    fn host_mut(&mut self, id: HostId) -> Result<&mut Host<P, P::Config>, WorldError> {
        self.hosts.get_mut(usize::from(id.0)).and_then(Option::as_mut).ok_or(WorldError::NoSuchHost)
    }

    /// Starts a host's process, and its kernel if the host was off.
    fn boot(&mut self, id: HostId) -> Result<(), WorldError> {
        let (now, seed, unix_start_us) = (self.now, self.config.seed, self.config.unix_start_us);
        let (tcp, record) = (self.config.tcp.clone(), self.config.record);
        let observes_steps = self.steps.is_some();
        let mut out = std::mem::take(&mut self.outbox);
        let host = self.host_mut(id)?;
        let clock = host.clock(now, unix_start_us);
        let boot = host.boots;
        host.boots += 1;
        let ip = host.ip;
        let kernel = host
            .kernel
            .get_or_insert_with(|| Kernel::new(now, ip, derive(seed, RandomStream::Kernel { host: id.0, boot }), &tcp));
        host.port = P::port(&host.config);
        kernel.listen(host.port);
        let file = host.disk.get(P::start_file(&host.config)).map(File::shared);
        let process_seed = derive(seed, RandomStream::Process { host: id.0, boot });
        let started = P::start(clock, host.config.clone(), process_seed, file.as_deref(), &mut out);
        let name = host.name.to_string();
        let outcome = match started {
            Ok(mut process) => {
                process.observe(record);
                if observes_steps {
                    process.observe_steps();
                }
                host.running = Some(crate::process::Running::new(process));
                self.set_power(id, Power::Running);
                Ok(())
            }
            Err(message) => {
                kernel.close_all(now);
                self.set_power(id, Power::Stopped);
                Err(WorldError::StartFailed { host: name, message })
            }
        };
        self.perform_outputs(id, &mut out);
        self.outbox = out;
        self.settle(id);
        outcome
    }

    fn set_power(&mut self, id: HostId, power: Power) {
        let now = self.now;
        if let Ok(host) = self.host_mut(id) {
            host.power = power;
            host.since = now;
            self.recorder.touch(id);
            self.recorder.entry(now, Some(id), What::Power(power));
        }
    }
}
