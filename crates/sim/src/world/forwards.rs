//! Forwarders on 127.0.0.1: see [`crate::forward`].

use std::net::Ipv4Addr;
use std::sync::Arc;

use psyncscope_engine::io::CloseReason;

use super::World;
use crate::error::WorldError;
use crate::forward::{Flow, Forward, Held};
use crate::frame::HostId;
use crate::kernel::LOOPBACK;
use crate::packet::{Segment, destination};
use crate::process::Process;

impl<P: Process> World<P> {
    /// Makes a forwarder: a node that connects to `listen_ip:listen_port` reaches `target_port` on `target`, which sees
    /// a client with the address [`crate::WorldConfig::masquerade_ip`].
    ///
    /// Forwarders are found by every host, before its own ports; the bytes go over the wire between the two hosts.
    ///
    /// # Errors
    /// [`WorldError::BadForward`], [`WorldError::NoSuchHost`].
    pub fn add_forward(
        &mut self,
        name: &str,
        listen_ip: &str,
        listen_port: u16,
        target: HostId,
        target_port: u16,
    ) -> Result<(), WorldError> {
        self.host_mut(target)?;
        let ip: Ipv4Addr =
            listen_ip.parse().map_err(|_| WorldError::BadForward(format!("{listen_ip:?} is no IPv4 address")))?;
        let listens_on = (ip, listen_port);
        if self.forwards.iter().any(|forward| &*forward.name == name) {
            return Err(WorldError::BadForward(format!("there is a forwarder named {name} already")));
        }
        if self.forwards.iter().any(|forward| forward.listens_on == listens_on) {
            return Err(WorldError::BadForward(format!("a forwarder listens on {listen_ip}:{listen_port} already")));
        }
        self.forwards.push(Forward {
            name: Arc::from(name),
            listens_on,
            target: (target, target_port),
            refuses: false,
            held: [Held::default(), Held::default()],
            count: 0,
        });
        Ok(())
    }

    /// Whether a forwarder refuses new connections; those it has go on.
    ///
    /// # Errors
    /// [`WorldError::NoSuchForward`].
    pub fn refuse_forward(&mut self, name: &str, refuse: bool) -> Result<(), WorldError> {
        self.forward_mut(name)?.refuses = refuse;
        Ok(())
    }

    /// Ends all connections through a forwarder, as when a proxy closes its sockets: both ends read an end of file
    /// after what had arrived; what was under way is lost.
    ///
    /// # Errors
    /// [`WorldError::NoSuchForward`].
    pub fn cut_forward(&mut self, name: &str) -> Result<(), WorldError> {
        for held in &mut self.forward_mut(name)?.held {
            held.packets.clear();
        }
        for ends in self.links.through(name) {
            for ((id, port), (peer, peer_port)) in [(ends.opener, ends.acceptor), (ends.acceptor, ends.opener)] {
                // A connection from a host to itself runs over its loopback address or its own.
                let ips = [self.host(peer).map(|host| host.ip), (id == peer).then_some(LOOPBACK)];
                if let Ok(host) = self.host_mut(id)
                    && let Some(kernel) = &mut host.kernel
                {
                    for ip in ips.into_iter().flatten() {
                        kernel.sever(port, (ip, peer_port), CloseReason::Eof);
                    }
                }
            }
            for id in [ends.opener.0, ends.acceptor.0] {
                self.recorder.touch(id);
                self.settle(id);
            }
        }
        self.commit();
        Ok(())
    }

    /// Holds one direction of a forwarder: bytes and FINs that way wait until it is released; ACKs without bytes pass,
    /// so the kernels notice only that their bytes are not acknowledged.
    ///
    /// # Errors
    /// [`WorldError::NoSuchForward`].
    pub fn hold_forward(&mut self, name: &str, flow: Flow, hold: bool) -> Result<(), WorldError> {
        let held = &mut self.forward_mut(name)?.held[flow.index()];
        held.on = hold;
        if !hold {
            for (from, packet) in std::mem::take(&mut held.packets) {
                if let Some(to) = destination(&packet).and_then(crate::host::host_at) {
                    let segment = Segment::parse(&packet);
                    self.put_on_wire(from, to, packet, segment.as_ref());
                }
            }
            self.commit();
        }
        Ok(())
    }

    /// Where a packet waits, if its forwarder holds its direction.
    pub(super) fn hold_for(&mut self, from: HostId, to: HostId, segment: &Segment) -> Option<&mut Held> {
        if self.forwards.is_empty() || (segment.payload.is_empty() && !segment.is_fin()) {
            return None;
        }
        let (_, flow, link) = self.links.of_packet((from, segment.src.1), (to, segment.dst.1))?;
        let name = link.forward.as_ref()?;
        let forward = self.forwards.iter_mut().find(|forward| forward.name == *name)?;
        Some(&mut forward.held[flow.index()]).filter(|held| held.on)
    }

    fn forward_mut(&mut self, name: &str) -> Result<&mut Forward, WorldError> {
        let forward = self.forwards.iter_mut().find(|forward| &*forward.name == name);
        forward.ok_or_else(|| WorldError::NoSuchForward(name.to_owned()))
    }
}
