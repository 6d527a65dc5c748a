//! Frames of the world; [`crate::recorder`] keeps them.

use std::collections::VecDeque;
use std::sync::Arc;

use super::World;
use crate::flows::FlowKey;
use crate::frame::{ConnFrame, Entry, Frame, HostFrame, HostId, SimTime, WireFrame};
use crate::host::host_at;
use crate::process::Process;

impl<P: Process> World<P> {
    /// The frames that are kept, oldest first. Without recording there are none.
    #[must_use]
    pub const fn frames(&self) -> &VecDeque<Frame> {
        self.recorder.frames()
    }

    /// The world as it was at `at`: the last frame made until then, or the oldest kept if that came later. `None`
    /// without recording.
    #[must_use]
    pub fn frame_at(&self, at: SimTime) -> Option<&Frame> {
        self.recorder.frame_at(at)
    }

    /// The world as it is now. `None` without recording.
    #[must_use]
    pub fn last_frame(&self) -> Option<&Frame> {
        self.recorder.frames().back()
    }

    /// Everything that happened, in order. It only ever grows. Empty without recording.
    #[must_use]
    pub fn timeline(&self) -> &[Entry] {
        self.recorder.timeline()
    }

    /// Makes a frame of what changed, if anything did.
    pub(super) fn commit(&mut self) {
        if self.recorder.keeps_frames() {
            for id in self.recorder.changes.hosts.clone() {
                match self.host_frame(id) {
                    Some(frame) => self.recorder.set_host(self.now, frame),
                    None => self.recorder.forget_host(id),
                }
            }
            if self.recorder.changes.wires {
                self.update_wires();
            }
            for packet in self.recorder.take_fresh() {
                let key = FlowKey { src: (packet.from, packet.src_port), dst: (packet.to, packet.dst_port) };
                let conn = self.conn_of(key);
                if let Some(replid) = conn.and_then(|conn| self.recorder.history(&packet, conn)) {
                    self.recorder.set_history(packet.id, replid);
                }
            }
        }
        self.recorder.finish(self.now);
    }

    fn host_frame(&self, id: HostId) -> Option<HostFrame> {
        let host = self.host(id)?;
        let last = self.recorder.hosts.get(&id).and_then(|last| last.node.clone());
        let node = match &host.running {
            Some(running) => running.process.view(last.as_deref()).map(Arc::new),
            None => last,
        };
        let peer = |ip: std::net::Ipv4Addr| if ip.is_loopback() { Some(id) } else { host_at(ip) };
        let conns = host.kernel.iter().flat_map(|kernel| kernel.conn_states()).filter_map(|state| {
            Some(ConnFrame {
                conn: state.conn,
                peer: peer(state.remote.0)?,
                outbound: state.conn.is_outbound(),
                tcp_state: state.tcp_state,
            })
        });
        let child = host.running.as_ref().and_then(|running| running.children.values().next());
        Some(HostFrame {
            id,
            name: Arc::clone(&host.name),
            ip: Arc::clone(&host.ip_text),
            port: host.port,
            power: host.power,
            since: SimTime(host.since),
            sleeps_until: host.running.as_ref().and_then(|running| running.sleeps_until).map(SimTime),
            node,
            conns: conns.collect(),
            child: child.map(|child| (SimTime(child.started), SimTime(child.ends))),
            dump_bytes: host.disk.get(P::dump_name(&host.config)).map(|dump| dump.bytes().len() as u64),
        })
    }

    fn update_wires(&mut self) {
        let ids: Vec<HostId> = self.host_ids().collect();
        let pairs = ids.iter().enumerate().flat_map(|(i, &a)| ids[i + 1..].iter().map(move |&b| (a, b)));
        let wires = &self.wires;
        self.recorder.set_wires(pairs.filter_map(|(a, b)| {
            let (ab, ba) = (wires.get(&(a, b))?, wires.get(&(b, a))?);
            Some(WireFrame { a, b, cut_ab: ab.cut, cut_ba: ba.cut, ab: ab.settings, ba: ba.settings })
        }));
    }
}
