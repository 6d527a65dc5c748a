//! The event loop: events in order, and the turns of processes.

use std::sync::Arc;

use psyncscope_engine::io::{ChildFile, CloseReason, DiskReply, DiskRequest, Fsync};
use psyncscope_engine::{ConnId, Input, Outbox, Output, Peer};

use super::{Event, World};
use crate::causes::{Began, TurnId};
use crate::disk::{self, File};
use crate::forward::{Ends, Flow};
use crate::frame::{HostId, Power, SimTime, What};
use crate::kernel::{Ready, SocketEvent};
use crate::process::{Pending, Process};
use crate::tap::Side;

impl<P: Process> World<P> {
    /// Does the next event. `false` if none is scheduled.
    pub fn step(&mut self) -> bool {
        let Some((at, event)) = self.queue.pop() else { return false };
        self.now = at;
        match event {
            Event::Packet { id, from, to, bytes, by } => {
                self.recorder.begin_event(to, Began::Packet, by);
                self.arrive(id, from, to, bytes);
            }
            Event::Kernel(id) => {
                self.recorder.begin_event(id, Began::Kernel, TurnId::NONE);
                if let Ok(host) = self.host_mut(id) {
                    host.kernel_event = None;
                    if let Some(kernel) = &mut host.kernel {
                        kernel.poll(at);
                    }
                    self.recorder.touch_kernel(id);
                    self.settle(id);
                }
            }
            Event::Process(id) => {
                self.recorder.begin_event(id, Began::Timer, TurnId::NONE);
                if let Ok(host) = self.host_mut(id) {
                    host.process_event = None;
                    self.settle(id);
                }
            }
            Event::Child(id, child) => {
                let by = self.child_mut(id, child).map_or(TurnId::NONE, |child| child.by);
                self.recorder.begin_event(id, Began::ChildEnded, by);
                self.child_is_due(id, child);
            }
            Event::Restart(id, boots, by) => {
                self.recorder.begin_event(id, Began::Restarted, by);
                self.restart_is_due(id, boots);
            }
        }
        self.commit();
        true
    }

    /// Does every event up to `until`, that instant included, and then it is `until`. Nothing if that is in the past.
    pub fn run_until(&mut self, until: SimTime) {
        while self.queue.next_at().is_some_and(|at| at <= until.0) {
            self.step();
        }
        self.now = self.now.max(until.0);
    }

    /// Runs for so many microseconds.
    pub fn run_for(&mut self, us: u64) {
        self.run_until(SimTime(self.now.saturating_add(us)));
    }

    /// Runs a host until nothing is left to do now: its process takes every input there is, its kernel sends what it
    /// may, and the next events are scheduled.
    pub(super) fn settle(&mut self, id: HostId) {
        let now = self.now;
        loop {
            self.pump_transfers(id);
            self.serve(id);
            let Some(kernel) = self.host_mut(id).ok().and_then(|host| host.kernel.as_mut()) else { break };
            kernel.poll(now);
            if !kernel.take_ended_some() {
                break;
            }
        }
        while let Some(packet) = self.take_packet(id) {
            self.transmit(id, packet);
        }
        self.schedule(id);
    }

    fn take_packet(&mut self, id: HostId) -> Option<Vec<u8>> {
        self.host_mut(id).ok()?.kernel.as_mut()?.take_packet()
    }

    /// Schedules a host's next events.
    fn schedule(&mut self, id: HostId) {
        let now = self.now;
        let Some(host) = self.hosts.get_mut(usize::from(id.0)).and_then(Option::as_mut) else { return };
        let kernel_at = host.kernel.as_mut().and_then(|kernel| kernel.poll_at(now));
        let process_at = match &host.running {
            Some(running) if host.power == Power::Running => running.sleeps_until.or_else(|| running.timer_due()),
            _ => None,
        };
        let plans = [
            (&mut host.kernel_event, kernel_at, Event::Kernel(id)),
            (&mut host.process_event, process_at, Event::Process(id)),
        ];
        for (scheduled, at, event) in plans {
            if scheduled.map(|(at, ..)| at) == at {
                continue;
            }
            if let Some(key) = scheduled.take() {
                self.queue.cancel(key);
            }
            *scheduled = at.map(|at| self.queue.schedule(at.max(now), event));
        }
    }

    /// Gives a process its inputs, one a turn, until there are none.
    fn serve(&mut self, id: HostId) {
        let now = self.now;
        loop {
            let Some(host) = self.hosts.get_mut(usize::from(id.0)).and_then(Option::as_mut) else { return };
            if !host.is_awake(now) {
                return;
            }
            let (Some(running), Some(kernel)) = (&mut host.running, &mut host.kernel) else { return };
            if running.sleeps_until.take().is_some() {
                self.recorder.touch(id);
            }
            if let Some((pending, by)) = running.inbox.pop_front() {
                self.deliver_pending(id, pending, by);
                continue;
            }
            if std::mem::take(&mut running.had_turn) {
                kernel.note_writers(running.process.writers());
            }
            let process = &running.process;
            let wants_write = |conn| process.wants_write(conn);
            if let Some(event) = kernel.next_socket_event(&mut running.next_conn, &mut self.buffer, wants_write) {
                self.deliver_socket_event(id, &event);
                continue;
            }
            if let Some(by) = running.loads.take() {
                self.recorder.begin_turn(id, Began::Loading, by);
                self.turn(id, Input::LoadStep);
                continue;
            }
            if running.timer_due().is_some_and(|due| due <= now) {
                running.timer_told_at = Some(now);
                self.recorder.begin_turn(id, Began::Timer, TurnId::NONE);
                self.turn(id, Input::Timer);
                continue;
            }
            return;
        }
    }

    /// Delivers an input that did not come over the network.
    fn deliver_pending(&mut self, id: HostId, pending: Pending, by: TurnId) {
        self.recorder.touch(id);
        let began = match pending {
            Pending::Console(..) => Began::Received,
            Pending::ConsoleGone(_) => Began::Closed,
            Pending::ChildDone(..) | Pending::ChildStreamed(..) => Began::ChildEnded,
            Pending::FileRead(_) => Began::FileRead,
            Pending::Terminate => Began::Terminated,
        };
        self.recorder.begin_turn(id, began, by);
        match pending {
            Pending::Console(console, bytes) => self.deliver_console_bytes(id, console, bytes, by),
            Pending::ConsoleGone(conn) => {
                self.turn(id, Input::Closed { conn, reason: CloseReason::Eof });
            }
            Pending::ChildDone(child, result) => {
                self.turn(id, Input::ChildDone { child, result: Ok(ChildFile::Bytes(result)) })
            }
            Pending::ChildStreamed(child, reached) => {
                self.turn(id, Input::ChildStreamed { child, reached: &reached });
            }
            Pending::FileRead(file) => {
                let result = file.ok_or_else(|| "No such file or directory".to_owned());
                self.turn(id, Input::Disk(DiskReply::Read { result }));
            }
            Pending::Terminate => self.turn(id, Input::Terminate),
        }
    }

    /// Delivers what happened on one of a process's sockets.
    fn deliver_socket_event(&mut self, id: HostId, event: &SocketEvent) {
        self.recorder.touch(id);
        let conn = event.conn;
        let link = match event.what {
            Ready::Received if !self.keeps_track() => None,
            Ready::Writable { .. } => None,
            _ => self.link_of(id, event.local_port, event.remote),
        };
        let (began, by) = self.cause_of(id, event, link);
        self.recorder.begin_turn(id, began, by);
        match event.what {
            Ready::Accepted { room } => {
                let mut ip = event.remote.0.to_string();
                if let Some((ends, _)) = link {
                    self.links.establish(&ends, &mut self.forwards);
                    if self.links.accept(&ends, conn) {
                        ip.clone_from(&self.config.masquerade_ip);
                    }
                }
                let peer = Peer { ip, port: event.remote.1 };
                self.turn(id, Input::Accepted { conn, peer, room });
            }
            Ready::Connected { room } => {
                if let Some((ends, _)) = link {
                    self.links.establish(&ends, &mut self.forwards);
                    self.recorder.entry(self.now, Some(id), What::TcpOpened { conn, peer: ends.acceptor.0 });
                }
                self.turn(id, Input::Connected { conn, room });
            }
            Ready::ConnectFailed(error) => {
                self.release(id, link);
                self.turn(id, Input::ConnectFailed { conn, error });
            }
            Ready::Received => {
                let bytes = std::mem::take(&mut self.buffer);
                self.tap(link, Side::Received, &bytes);
                self.turn(id, Input::Received { conn, bytes: &bytes });
                self.buffer = bytes;
            }
            Ready::Writable { room } => self.turn(id, Input::Writable { conn, room }),
            Ready::Closed(reason) => {
                self.release(id, link);
                let how = match reason {
                    CloseReason::Eof => "EOF",
                    CloseReason::Reset => "RST",
                    CloseReason::TimedOut => "timeout",
                };
                self.recorder.entry(self.now, Some(id), What::TcpClosed { conn, how });
                self.turn(id, Input::Closed { conn, reason });
            }
        }
    }

    /// A process holds a connection no more, since the present turn.
    fn release(&mut self, id: HostId, link: Option<(Ends, Flow)>) {
        if let Some((ends, flow)) = link {
            let turn = self.recorder.turn(self.now, Some(id));
            self.links.release(&ends, flow, turn);
        }
    }

    /// What begins the turn in which a process learns of this, and the turn that caused it.
    fn cause_of(&mut self, id: HostId, event: &SocketEvent, link: Option<(Ends, Flow)>) -> (Began, TurnId) {
        let known = || link.and_then(|(ends, flow)| Some((self.links.get(&ends)?, flow)));
        let (began, by) = match event.what {
            Ready::Accepted { .. } => (Began::Accepted, known().map(|(link, _)| link.opened_by)),
            Ready::Connected { .. } => (Began::Connected, Some(event.opened_by)),
            Ready::ConnectFailed(_) => (Began::ConnectFailed, Some(event.opened_by)),
            // Nobody closed it: the kernel waited long enough.
            Ready::Closed(CloseReason::TimedOut) => return (Began::Kernel, TurnId::NONE),
            Ready::Closed(_) => (Began::Closed, known().map(|(link, flow)| link.closed_by[flow.reversed().index()])),
            Ready::Writable { .. } => (Began::Writable, None),
            Ready::Received => (Began::Received, self.sender_of(link, self.buffer.len())),
        };
        let by = by.unwrap_or(TurnId::NONE);
        (began, self.recorder.cause_or_event(by, self.now, id))
    }

    /// One turn of a process, and all outputs of it.
    pub(super) fn turn(&mut self, id: HostId, input: Input<'_>) {
        let (now, unix_start_us) = (self.now, self.config.unix_start_us);
        let mut out = std::mem::take(&mut self.outbox);
        if let Ok(host) = self.host_mut(id) {
            let clock = host.clock(now, unix_start_us);
            let idle = matches!(input, Input::Timer);
            if let Some(running) = &mut host.running {
                running.process.handle(clock, input, &mut out);
                running.had_turn = true;
            }
            if idle && out.outputs.is_empty() && out.events.is_empty() {
                self.recorder.touch_lightly(now, id);
            } else {
                self.recorder.touch(id);
            }
            self.perform_outputs(id, &mut out);
        }
        self.outbox = out;
    }

    /// Performs a process's outputs in order, and empties the outbox.
    pub(super) fn perform_outputs(&mut self, id: HostId, out: &mut Outbox) {
        self.keep_steps(id, out);
        for event in out.events.drain(..) {
            self.recorder.entry(self.now, Some(id), What::Node(event));
        }
        for output in out.outputs.drain(..) {
            match output {
                Output::Connect { conn, host, port } => self.connect(id, conn, &host, port),
                Output::Send { conn, bytes } => self.send(id, conn, bytes),
                Output::Close { conn } => self.close(id, conn),
                Output::Spawn { child, job } => self.spawn(id, child, job.approximate_bytes(), job.run()),
                Output::SpawnRewrite { child, job } => self.spawn(id, child, job.approximate_bytes(), job.run()),
                Output::SpawnToSockets { child, job, mark, conns, timeout_s } => {
                    self.spawn_to_sockets(id, child, &job, &mark, conns, timeout_s);
                }
                Output::Kill { child } => {
                    let gone = self.host_mut(id).ok().and_then(|host| host.running.as_mut()?.children.remove(&child));
                    if let Some(gone) = gone {
                        self.queue.cancel(gone.key);
                    }
                }
                Output::Disk(request) => self.perform_on_disk(id, request),
                Output::Sleep { until } => {
                    if let Some(running) = self.host_mut(id).ok().and_then(|host| host.running.as_mut()) {
                        running.sleeps_until = Some(until.0);
                    }
                }
                Output::Load { bytes } => {
                    let until = self.now.saturating_add(self.disk_us(bytes as u64));
                    let turn = self.recorder.turn(self.now, Some(id));
                    if let Some(running) = self.host_mut(id).ok().and_then(|host| host.running.as_mut()) {
                        running.sleeps_until = Some(until);
                        running.loads = Some(turn);
                    }
                }
                Output::Exit { .. } | Output::Crash => self.end_process(id),
                Output::Restart { after_ms } => {
                    self.end_process(id);
                    let boots = self.host(id).map_or(0, |host| host.boots);
                    let at = self.now.saturating_add(after_ms.saturating_mul(1000));
                    let by = self.recorder.turn(self.now, Some(id));
                    self.queue.schedule(at, Event::Restart(id, boots, by));
                }
            }
        }
    }

    /// A write to a simulated disk never fails, so only [`DiskRequest::Read`] has a reply.
    fn perform_on_disk(&mut self, id: HostId, request: DiskRequest) {
        match request {
            DiskRequest::Write { name, bytes } => self.write_file(id, name, bytes),
            // A host has a single folder, and its nodes are configured so.
            DiskRequest::ChangeDir { .. } => {}
            DiskRequest::Append { name, bytes, fsync } => self.append_to_file(id, name, &bytes, fsync),
            DiskRequest::TakeRewritten { name, file, tail, .. } => {
                // Children here always deliver bytes.
                if let Some(file) = file.bytes() {
                    self.write_file(id, name, [&**file, &tail].concat().into());
                }
            }
            DiskRequest::Read { name } => self.read_file(id, &name),
        }
    }

    fn write_file(&mut self, id: HostId, name: String, bytes: Arc<[u8]>) {
        self.digest.file(self.now, id, &name, &bytes);
        if let Ok(host) = self.host_mut(id) {
            host.disk.insert(name, File::whole(bytes));
        }
    }

    fn append_to_file(&mut self, id: HostId, name: String, bytes: &[u8], fsync: Fsync) {
        self.digest.append(self.now, id, &name, bytes);
        if let Ok(host) = self.host_mut(id) {
            disk::append(&mut host.disk, name, bytes, fsync);
        }
    }

    /// Reads a file; the content is the process's next input.
    fn read_file(&mut self, id: HostId, name: &str) {
        let turn = self.recorder.turn(self.now, Some(id));
        let Ok(host) = self.host_mut(id) else { return };
        let file = host.disk.get(name).map(File::shared);
        if let Some(running) = &mut host.running {
            running.inbox.push_front((Pending::FileRead(file), turn));
        }
    }

    fn send(&mut self, id: HostId, conn: ConnId, bytes: Vec<u8>) {
        let Ok(host) = self.host_mut(id) else { return };
        if let Some(console) = host.console_of(conn) {
            self.console_receives(id, console, bytes);
        } else if let Some(kernel) = &mut host.kernel
            && kernel.send(conn, &bytes).is_some()
        {
            self.note_sent_bytes(id, conn, &bytes, None);
        }
    }

    fn close(&mut self, id: HostId, conn: ConnId) {
        let now = self.now;
        let Ok(host) = self.host_mut(id) else { return };
        if let Some(console) = host.console_of(conn) {
            self.console_closes(id, console);
            return;
        }
        let Some(kernel) = &mut host.kernel else { return };
        let ends = kernel.ends_of(conn);
        kernel.close(now, conn);
        if let Some((local_port, remote)) = ends
            && let Some((ends, flow)) = self.link_of(id, local_port, remote)
        {
            let turn = self.recorder.turn(now, Some(id));
            self.links.release(&ends, flow, turn);
        }
    }

    /// Ends a process: its sockets and its consoles are closed, its children are killed.
    pub(super) fn end_process(&mut self, id: HostId) {
        let now = self.now;
        self.drop_process(id);
        let Ok(host) = self.host_mut(id) else { return };
        if let Some(kernel) = &mut host.kernel {
            kernel.close_all(now);
        }
        let turn = self.recorder.turn(now, Some(id));
        self.links.release_all_of(id, turn);
        self.set_power(id, Power::Stopped);
    }

    /// Starts a process that asked to be restarted, unless its host was switched off or started by hand meanwhile.
    fn restart_is_due(&mut self, id: HostId, boots: u64) {
        if self.host(id).is_some_and(|host| host.power == Power::Stopped && host.boots == boots) {
            // A process that refuses to start has logged why, and stays stopped.
            let _ = self.boot(id);
        }
    }

    /// Drops a process with everything that was scheduled for it.
    pub(super) fn drop_process(&mut self, id: HostId) {
        let Ok(host) = self.host_mut(id) else { return };
        let running = host.running.take();
        let consoles: Vec<u32> = host.consoles.iter().filter(|(_, c)| c.conn.is_some()).map(|(&n, _)| n).collect();
        for (_, child) in running.into_iter().flat_map(|running| running.children) {
            self.queue.cancel(child.key);
        }
        for console in consoles {
            self.console_closes(id, console);
        }
    }

    /// The connection with these ends, and the direction in which this host sends on it.
    pub(super) fn link_of(&self, id: HostId, local_port: u16, remote: crate::packet::Endpoint) -> Option<(Ends, Flow)> {
        let peer = if remote.0.is_loopback() { id } else { crate::host::host_at(remote.0)? };
        self.links.of_packet((id, local_port), (peer, remote.1)).map(|(ends, flow, _)| (ends, flow))
    }
}
