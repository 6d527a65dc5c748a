//! The bytes that are pointed at: they are lit wherever they are drawn.

use psyncscope_lab::sim::frame::StreamBytes;

use crate::app::App;

impl App {
    /// Lights these bytes. Returns whether the page must be rendered.
    pub(super) fn light(&mut self, bytes: Option<StreamBytes>) -> bool {
        let changed = self.ui.lit != bytes;
        self.ui.last_lit = bytes.or(self.ui.last_lit);
        self.ui.lit = bytes;
        changed
    }

    /// Lights the bytes of a stream that a packet under way carries.
    pub(super) fn light_packet(&mut self, id: u64) -> bool {
        let packet = self.playback.frame.packets.iter().find(|packet| packet.id == id);
        self.light(packet.and_then(|packet| packet.stream))
    }
}
