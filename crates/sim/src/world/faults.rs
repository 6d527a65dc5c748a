//! Faults of wires, processes and hosts.

use super::World;
use crate::error::WorldError;
use crate::frame::{HostId, Power, What, WireSettings};
use crate::process::{Pending, Process};
use crate::wire::validate;

impl<P: Process> World<P> {
    // ---- wires ----

    /// Changes one direction of a wire. Packets under way arrive as scheduled; later ones may overtake them.
    ///
    /// # Errors
    /// [`WorldError::BadWire`], [`WorldError::NoSuchWire`].
    pub fn set_wire(&mut self, from: HostId, to: HostId, settings: WireSettings) -> Result<(), WorldError> {
        validate(&settings)?;
        let wire = self.wires.get_mut(from, to).ok_or(WorldError::NoSuchWire)?;
        if wire.settings != settings {
            wire.change(settings);
            self.recorder.touch_wires();
            self.recorder.entry(self.now, None, What::WireSet { from, to });
            self.commit();
        }
        Ok(())
    }

    /// The settings of one direction of a wire.
    #[must_use]
    pub fn wire(&self, from: HostId, to: HostId) -> Option<WireSettings> {
        self.wires.get(from, to).map(|wire| wire.settings)
    }

    /// Cuts one direction of a wire: packets sent from now on vanish half way; those under way arrive.
    ///
    /// # Errors
    /// [`WorldError::NoSuchWire`].
    pub fn cut(&mut self, from: HostId, to: HostId) -> Result<(), WorldError> {
        self.set_cut(from, to, true)
    }

    /// Mends one direction of a wire.
    ///
    /// # Errors
    /// [`WorldError::NoSuchWire`].
    pub fn heal(&mut self, from: HostId, to: HostId) -> Result<(), WorldError> {
        self.set_cut(from, to, false)
    }

    /// Cuts both directions of a wire.
    ///
    /// # Errors
    /// [`WorldError::NoSuchWire`].
    pub fn cut_both(&mut self, a: HostId, b: HostId) -> Result<(), WorldError> {
        self.cut(a, b)?;
        self.cut(b, a)
    }

    /// Mends both directions of a wire.
    ///
    /// # Errors
    /// [`WorldError::NoSuchWire`].
    pub fn heal_both(&mut self, a: HostId, b: HostId) -> Result<(), WorldError> {
        self.heal(a, b)?;
        self.heal(b, a)
    }

    /// Whether one direction of a wire is cut.
    #[must_use]
    pub fn is_cut(&self, from: HostId, to: HostId) -> bool {
        self.wires.get(from, to).is_some_and(|wire| wire.cut)
    }

    fn set_cut(&mut self, from: HostId, to: HostId, cut: bool) -> Result<(), WorldError> {
        let wire = self.wires.get_mut(from, to).ok_or(WorldError::NoSuchWire)?;
        if wire.cut != cut {
            wire.cut = cut;
            self.recorder.touch_wires();
            let what = if cut { What::Cut { from, to } } else { What::Healed { from, to } };
            self.recorder.entry(self.now, None, what);
            self.commit();
        }
        Ok(())
    }

    // ---- processes and hosts ----

    /// Kills a process (SIGKILL). Its kernel closes the sockets: FIN, or RST where bytes were unread; new connections
    /// are refused. The disk stays.
    ///
    /// # Errors
    /// [`WorldError::WrongState`] if there is no process; [`WorldError::NoSuchHost`].
    pub fn crash(&mut self, host: HostId) -> Result<(), WorldError> {
        self.expect_power(host, &[Power::Running, Power::Paused])?;
        self.end_process(host);
        self.settle(host);
        self.commit();
        Ok(())
    }

    /// Asks a process to shut down (SIGTERM); a paused one gets the signal when it goes on.
    ///
    /// # Errors
    /// [`WorldError::WrongState`] if there is no process; [`WorldError::NoSuchHost`].
    pub fn terminate(&mut self, host: HostId) -> Result<(), WorldError> {
        self.expect_power(host, &[Power::Running, Power::Paused])?;
        let turn = self.recorder.turn(self.now, Some(host));
        if let Some(running) = &mut self.host_mut(host)?.running {
            running.inbox.push_back((Pending::Terminate, turn));
        }
        self.settle(host);
        self.commit();
        Ok(())
    }

    /// Stops a process (SIGSTOP). Its kernel goes on acknowledging until its buffers are full, and completes
    /// handshakes; children go on.
    ///
    /// # Errors
    /// [`WorldError::WrongState`] if it is not running; [`WorldError::NoSuchHost`].
    pub fn pause(&mut self, host: HostId) -> Result<(), WorldError> {
        self.expect_power(host, &[Power::Running])?;
        self.set_power(host, Power::Paused);
        self.settle(host);
        self.commit();
        Ok(())
    }

    /// Lets a paused process go on (SIGCONT): it takes everything that has come meanwhile.
    ///
    /// # Errors
    /// [`WorldError::WrongState`] if it is not paused; [`WorldError::NoSuchHost`].
    pub fn resume(&mut self, host: HostId) -> Result<(), WorldError> {
        self.expect_power(host, &[Power::Paused])?;
        self.set_power(host, Power::Running);
        self.settle(host);
        self.commit();
        Ok(())
    }

    /// Cuts a host's power: no packet leaves or is answered any more, and only the disk remains. Packets that left
    /// before arrive.
    ///
    /// # Errors
    /// [`WorldError::WrongState`] if it is off already; [`WorldError::NoSuchHost`].
    pub fn power_off(&mut self, host: HostId) -> Result<(), WorldError> {
        self.expect_power(host, &[Power::Running, Power::Paused, Power::Stopped])?;
        self.lose_power(host);
        self.commit();
        Ok(())
    }

    /// Starts a process that ended, or a host without power: with its disk, its configuration and a new seed.
    ///
    /// # Errors
    /// [`WorldError::WrongState`] if there is a process; [`WorldError::StartFailed`] if the process refuses to start;
    /// [`WorldError::NoSuchHost`].
    pub fn restart(&mut self, host: HostId) -> Result<(), WorldError> {
        self.expect_power(host, &[Power::Stopped, Power::Off])?;
        let booted = self.boot(host);
        self.commit();
        booted
    }

    /// Moves a host's wall clock; timers do not follow it.
    ///
    /// # Errors
    /// [`WorldError::NoSuchHost`].
    pub fn move_clock(&mut self, host: HostId, by_ms: i64) -> Result<(), WorldError> {
        let state = self.host_mut(host)?;
        state.clock_offset_us = state.clock_offset_us.saturating_add(by_ms.saturating_mul(1000));
        self.recorder.touch(host);
        self.recorder.entry(self.now, Some(host), What::ClockMoved { by_ms });
        self.commit();
        Ok(())
    }

    /// A host's wall clock: microseconds since the Unix epoch.
    #[must_use]
    pub fn unix_us(&self, host: HostId) -> Option<i64> {
        self.host(host).map(|host| host.clock(self.now, self.config.unix_start_us).unix_us)
    }

    pub(super) fn lose_power(&mut self, id: HostId) {
        self.drop_process(id);
        let turn = self.recorder.turn(self.now, Some(id));
        self.links.release_all_of(id, turn);
        let Ok(host) = self.host_mut(id) else { return };
        host.kernel = None;
        crate::disk::lose_power(&mut host.disk);
        let scheduled = [host.kernel_event.take(), host.process_event.take()];
        for key in scheduled.into_iter().flatten() {
            self.queue.cancel(key);
        }
        self.set_power(id, Power::Off);
    }

    fn expect_power(&self, host: HostId, expected: &[Power]) -> Result<(), WorldError> {
        let host = self.host(host).ok_or(WorldError::NoSuchHost)?;
        if expected.contains(&host.power) {
            return Ok(());
        }
        let state = match host.power {
            Power::Running => "running",
            Power::Paused => "paused",
            Power::Stopped => "stopped",
            Power::Off => "off",
        };
        Err(WorldError::WrongState { host: host.name.to_string(), state })
    }
}
