//! Children of processes: background saves to a file or to sockets.

use psyncscope_engine::{ChildId, ConnId};
use psyncscope_rdb::SaveJob;

use super::{Event, World};
use crate::frame::HostId;
use crate::process::{Child, Pending, Process, Work};
use crate::socket_transfer::{Progress, SocketTransfer};

impl<P: Process> World<P> {
    /// How long the disk takes for so many bytes, in microseconds.
    pub(super) fn disk_us(&self, bytes: u64) -> u64 {
        match self.config.disk_bps {
            0 => 0,
            bps => u64::try_from(u128::from(bytes) * 1_000_000 / u128::from(bps)).unwrap_or(u64::MAX),
        }
    }

    /// A child that writes `file` from a dataset of about so many bytes. It works on the dataset as it is at the fork,
    /// so its file can be made at once.
    pub(super) fn spawn(&mut self, id: HostId, child: ChildId, dataset_bytes: u64, file: Vec<u8>) {
        let writing_us = self.disk_us(dataset_bytes);
        let ends = self.now.saturating_add(self.config.fork_us).saturating_add(writing_us);
        self.add_child(id, child, ends, Work::File(file.into()));
    }

    pub(super) fn spawn_to_sockets(
        &mut self,
        id: HostId,
        child: ChildId,
        job: &SaveJob,
        mark: &[u8; 40],
        conns: Vec<ConnId>,
        timeout_s: i64,
    ) {
        let timeout_us = u64::try_from(timeout_s).unwrap_or(0).saturating_mul(1_000_000);
        let transfer = SocketTransfer::new(job.run_with_eof_mark(mark).into(), conns, timeout_us);
        let begins = self.now.saturating_add(self.config.fork_us);
        self.add_child(id, child, begins, Work::Sockets(transfer));
    }

    fn add_child(&mut self, id: HostId, child: ChildId, ends: u64, work: Work) {
        let key = self.queue.schedule(ends, Event::Child(id, child));
        let started = self.now;
        let by = self.recorder.turn(started, Some(id));
        if let Some(running) = self.host_mut(id).ok().and_then(|host| host.running.as_mut()) {
            running.children.insert(child, Child { started, ends, key, work, by });
        }
    }

    /// A child's scheduled event is due.
    pub(super) fn child_is_due(&mut self, id: HostId, number: ChildId) {
        let now = self.now;
        let Ok(host) = self.host_mut(id) else { return };
        let Some(running) = &mut host.running else { return };
        let Some(child) = running.children.get_mut(&number) else { return };
        let by = child.by;
        match &mut child.work {
            Work::File(file) => {
                let file = file.clone();
                running.children.remove(&number);
                running.inbox.push_back((Pending::ChildDone(number, file), by));
            }
            Work::Sockets(transfer) if transfer.waits_for_fork => {
                transfer.begin(now);
                self.pump(id, number, true);
            }
            Work::Sockets(_) => self.pump(id, number, true),
        }
        self.recorder.touch(id);
        self.settle(id);
    }

    /// Lets children write to their sockets what these take now. They go on while their parent is stopped.
    pub(super) fn pump_transfers(&mut self, id: HostId) {
        let Some(running) = self.host_mut(id).ok().and_then(|host| host.running.as_mut()) else { return };
        let transfers =
            running.children.iter().filter(|(_, child)| matches!(&child.work, Work::Sockets(s) if !s.waits_for_fork));
        let transfers: Vec<ChildId> = transfers.map(|(&number, _)| number).collect();
        for number in transfers {
            self.pump(id, number, false);
        }
    }

    /// Writes for one child. `scheduled`: its event was just taken, so a new one is needed.
    fn pump(&mut self, id: HostId, number: ChildId, scheduled: bool) {
        let now = self.now;
        let Ok(host) = self.host_mut(id) else { return };
        let (Some(running), Some(kernel)) = (&mut host.running, &mut host.kernel) else { return };
        let Some(child) = running.children.get_mut(&number) else { return };
        let Work::Sockets(transfer) = &mut child.work else { return };
        let mut sent = Vec::new();
        let progress = transfer.write(now, |conn, bytes| {
            let taken = kernel.send_from_child(conn, bytes)?;
            if taken > 0 {
                sent.push((conn, bytes[..taken].to_vec()));
            }
            Some(taken)
        });
        let (key, by) = (child.key, child.by);
        match progress {
            Progress::Done(reached) => {
                running.children.remove(&number);
                running.inbox.push_back((Pending::ChildStreamed(number, reached), by));
                if !scheduled {
                    self.queue.cancel(key);
                }
            }
            // The scheduled event may come too early by now; it is scheduled again then.
            Progress::Blocked { until } if scheduled => {
                let key = self.queue.schedule(until, Event::Child(id, number));
                if let Some(child) = self.child_mut(id, number) {
                    (child.key, child.ends) = (key, until);
                }
            }
            Progress::Blocked { .. } => {}
        }
        for (conn, bytes) in sent {
            self.recorder.touch(id);
            self.note_sent_bytes(id, conn, &bytes, Some(by));
        }
    }

    pub(super) fn child_mut(&mut self, id: HostId, number: ChildId) -> Option<&mut Child> {
        self.host_mut(id).ok()?.running.as_mut()?.children.get_mut(&number)
    }
}
