//! Frames of the world; [`crate::recorder`] keeps them.

use super::World;
use super::network::conn_of;
use crate::frame::{Entry, Frame, SimTime, WireFrame};
use crate::frames::{Frames, HostWords, put_conns};
use crate::host::host_at;
use crate::kernel::Kernel;
use crate::process::Process;
use crate::recorder::{Recorded, Touched};

impl<P: Process> World<P> {
    /// The frames that are kept, oldest first. Without recording there are none.
    #[must_use]
    pub fn frames(&self) -> Frames<'_> {
        self.recorder.frames()
    }

    /// The world as it was at `at`: the last frame made until then, or the oldest kept if that came later. `None`
    /// without recording.
    #[must_use]
    pub fn frame_at(&self, at: SimTime) -> Option<Frame> {
        let frames = self.frames();
        frames.get(frames.until(at).saturating_sub(1))
    }

    /// Records nothing from now on, but keeps what is needed to record later: [`World::record_after`]. A world that is
    /// made again up to a time in the past of another needs no record of its own before it.
    pub fn record_later(&mut self) {
        self.recorder.follow();
    }

    /// What was recorded until `at`.
    #[must_use]
    pub fn recorded_until(&self, at: SimTime) -> Recorded {
        self.recorder.until(at)
    }

    /// Records from now on. `before` is what another world recorded that went the same way until now.
    pub fn record_after(&mut self, before: Recorded) {
        self.recorder.go_on(before);
    }

    /// The world as it is now. `None` without recording.
    #[must_use]
    pub fn last_frame(&self) -> Option<Frame> {
        self.frames().last()
    }

    /// Everything that happened, in order. It only ever grows. Empty without recording.
    #[must_use]
    pub fn timeline(&self) -> &[Entry] {
        self.recorder.timeline()
    }

    /// Makes a frame of what changed, if anything did.
    pub(super) fn commit(&mut self) {
        if self.recorder.keeps_frames() {
            let mut touched = std::mem::take(&mut self.recorder.touched);
            for &touched in &touched {
                self.record_host(touched);
            }
            touched.clear();
            self.recorder.touched = touched;
            if self.recorder.wires_touched {
                self.update_wires();
            }
            self.record_histories();
        } else {
            self.recorder.follow_touched(self.now);
        }
        self.recorder.finish(self.now);
        self.recorder.end_turn();
    }

    fn record_host(&mut self, touched: Touched) {
        let id = touched.host;
        let Some(host) = self.hosts.get_mut(usize::from(id.0)).and_then(Option::as_mut) else {
            self.recorder.forget_host(id);
            return;
        };
        let states_changed = host.kernel.as_mut().is_none_or(Kernel::take_states_changed);
        if !touched.process && !states_changed {
            return;
        }
        let [host_words, node_words] = &mut self.words;
        host_words.clear();
        node_words.clear();
        if states_changed {
            let peer = |ip: std::net::Ipv4Addr| if ip.is_loopback() { Some(id) } else { host_at(ip) };
            let conns = host.kernel.iter().flat_map(|kernel| kernel.conn_states());
            host.conn_words.clear();
            put_conns(
                conns.filter_map(|state| {
                    let peer = peer(state.remote.0)?;
                    Some((state, peer))
                }),
                &mut host.conn_words,
            );
        }
        let child = host.running.as_ref().and_then(|running| running.children.values().next());
        HostWords {
            port: host.port,
            power: host.power,
            since: host.since,
            sleeps_until: host.running.as_ref().and_then(|running| running.sleeps_until),
            child: child.map(|child| (child.started, child.ends)),
            dump_bytes: host.disk.get(P::dump_name(&host.config)).map(|dump| dump.bytes().len() as u64),
        }
        .put(&host.conn_words, host_words);
        // The node of a process that ended stays as it was.
        let process = host.running.as_ref().filter(|_| touched.process).map(|running| &running.process);
        let node = process
            .filter(|process| process.put_view(node_words))
            .map(|process| (node_words.as_slice(), process.backlog()));
        self.recorder.set_host(self.now, id, (&host.name, &host.ip_text), host_words, node);
    }

    /// New packets with bytes of a replication stream get the history that these belong to.
    fn record_histories(&mut self) {
        let hosts = &self.hosts;
        self.recorder.set_histories(|packet, key| {
            let conn = conn_of(hosts, key)?;
            let host = hosts.get(usize::from(packet.from.0))?.as_ref()?;
            let stream = host.running.as_ref()?.process.stream_on(conn)?;
            Some((stream, host.kernel.as_ref()?.sent(conn)?))
        });
    }

    fn update_wires(&mut self) {
        let ids: Vec<_> = self.host_ids().collect();
        let pairs = ids.iter().enumerate().flat_map(|(i, &a)| ids[i + 1..].iter().map(move |&b| (a, b)));
        let wires = &self.wires;
        self.recorder.set_wires(pairs.filter_map(|(a, b)| {
            let (ab, ba) = (wires.get(a, b)?, wires.get(b, a)?);
            Some(WireFrame { a, b, cut_ab: ab.cut, cut_ba: ba.cut, ab: ab.settings, ba: ba.settings })
        }));
    }
}
