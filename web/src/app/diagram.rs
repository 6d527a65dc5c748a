//! The sequence diagram: what the panel is given, and saving it as a file.

use psyncscope_lab::diagram::{Diagram, Stretch};
use psyncscope_lab::sim::frame::{HostId, SimTime};
use yew::prelude::*;

use crate::app::App;
use crate::app::run_ref::RunRef;
use crate::diagram::panel::{DiagramPanel, DiagramSource};
use crate::intent::DiagramFile;
use crate::ui::dom;

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

    /// Saves the diagram from the beginning to the moment shown.
    pub(super) fn save_diagram(&self, file: DiagramFile) {
        let run = self.session.run.borrow();
        let stretch = Stretch { from: SimTime(0), to: self.playback.at, detail: self.ui.diagram_detail };
        let diagram = Diagram::new(run.lab(), run.index(), stretch, self.ui.lang);
        let (text, ending, kind) = match file {
            DiagramFile::Svg => (diagram.svg(), "svg", "image/svg+xml"),
            DiagramFile::Mermaid => (diagram.mermaid(), "mmd", "text/plain"),
        };
        let name = format!("psyncscope-seed-{}-{}s.{ending}", run.lab().config().seed, self.playback.at.0 / 1_000_000);
        // A browser that cannot save says so itself.
        let _ = dom::save_file(&name, kind, &text);
    }

    /// Shows a moment of a node.
    pub(super) fn show_at(&mut self, node: HostId, at: SimTime) {
        self.seek(at);
        if self.playback.frame.hosts.iter().any(|host| host.id == node) {
            self.select(node);
        }
    }
}
