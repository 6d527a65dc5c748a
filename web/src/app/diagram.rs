//! The sequence diagram: what the panel is given.

use psyncscope_lab::sim::frame::{HostId, SimTime};
use yew::prelude::*;

use crate::app::App;
use crate::app::run_ref::RunRef;
use crate::diagram::panel::{DiagramPanel, DiagramSource};

impl App {
    pub(super) fn diagram_panel(&self) -> Html {
        let run = self.session.run.borrow();
        let source = DiagramSource {
            run: RunRef::of(&self.session.run),
            at: self.playback.frame.at,
            recorded: run.lab().frames().last,
        };
        html! { <DiagramPanel {source} detail={self.ui.diagram_detail} /> }
    }

    /// Shows a moment of a node.
    pub(super) fn show_at(&mut self, node: HostId, at: SimTime) {
        self.seek(at);
        if self.playback.frame.hosts.iter().any(|host| host.id == node) {
            self.select(node);
        }
    }
}
