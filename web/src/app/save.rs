//! Files that the page saves: the session, its packets and steps, and pictures of it.

use psyncscope_lab::diagram::{Diagram, Stretch};
use psyncscope_lab::drawing::{ring_svg, stage_svg};
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{Script, topology};
use yew::prelude::*;

use crate::app::{App, Msg};
use crate::intent::{ErrorSite, Picture, SavedFile};
use crate::topbar::save::SaveDialog;
use crate::ui::error::UiError;
use crate::ui::{files, raster};

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";
const SVG: &str = "image/svg+xml";

impl App {
    /// Saves a file; what cannot be made is told where the reader is.
    pub(super) fn save(&mut self, ctx: &Context<Self>, file: SavedFile) {
        self.ui.error = None;
        if let Err(error) = self.make(ctx, file) {
            self.ui.error = Some((self.site_in_view(), error));
        }
    }

    fn make(&mut self, ctx: &Context<Self>, file: SavedFile) -> Result<(), UiError> {
        if file == SavedFile::Script {
            self.update_script();
        }
        self.session.branches.record(self.session.run.borrow().lab(), self.ui.lang);
        let tree = self.session.branches.tree();
        let run = self.session.run.borrow();
        let lab = run.lab();
        let name = |what: &str, at: SimTime, ending: &str| {
            format!("psyncscope-seed-{}{what}-{}s.{ending}", lab.config().seed, at.0 / 1_000_000)
        };
        let (now, shown) = (run.now(), self.playback.at);
        match file {
            SavedFile::Session => files::save_text(&name("", now, "json"), JSON, &tree.to_json()),
            SavedFile::Script => {
                let text = match &self.session.branches.script {
                    Some(document) if !document.parted => document.text.to_string(),
                    _ => Script::of(tree.clone()).to_text(),
                };
                files::save_text(&name("", now, "psync"), TEXT, &text);
            }
            SavedFile::Packets => {
                files::save_bytes(
                    &name("", now, "pcap"),
                    "application/vnd.tcpdump.pcap",
                    &lab.pcap().map_err(UiError::Lab)?,
                );
            }
            SavedFile::Steps => {
                let steps = lab.trace_json().map_err(UiError::Lab)?;
                files::save_text(&name("", now, "jsonl"), "application/jsonl", &steps);
            }
            SavedFile::Mermaid => files::save_text(&name("", shown, "mmd"), TEXT, &self.diagram(shown).mermaid()),
            SavedFile::Svg(picture) => {
                files::save_text(&name(what(picture), shown, "svg"), SVG, &self.picture(picture, shown)?);
            }
            SavedFile::Png(picture) => {
                let (svg, name) = (self.picture(picture, shown)?, name(what(picture), shown, "png"));
                ctx.link().send_future(async move { Msg::Rasterised(name, raster::png(&svg).await) });
            }
        }
        Ok(())
    }

    /// A PNG was made, or could not be.
    pub(super) fn rasterised(&mut self, name: &str, png: Option<web_sys::Blob>) {
        match png {
            Some(png) => files::save_blob(name, &png),
            None => self.ui.error = Some((self.site_in_view(), UiError::Page(|t| t.save_no_png, Vec::new()))),
        }
    }

    fn picture(&self, picture: Picture, at: SimTime) -> Result<String, UiError> {
        let run = self.session.run.borrow();
        let histories = run.index().histories();
        match picture {
            Picture::Diagram => Ok(self.diagram(at).svg()),
            Picture::Stage => Ok(stage_svg(&self.playback.frame, at, histories, self.ui.lang)),
            Picture::Ring => {
                let host = self.ui.selected.and_then(|id| topology::host(&self.playback.frame, id));
                let svg = host.and_then(|host| ring_svg(&self.playback.frame, host, histories));
                let name = host.map_or_else(String::new, |host| host.name.to_string());
                svg.ok_or_else(|| UiError::Page(|t| t.save_no_ring, vec![("node", name)]))
            }
        }
    }

    /// The sequence diagram from the beginning to a moment.
    fn diagram(&self, at: SimTime) -> Diagram {
        let run = self.session.run.borrow();
        let stretch = Stretch { from: SimTime(0), to: at, detail: self.ui.diagram_detail };
        Diagram::new(run.lab(), run.index(), stretch, self.ui.lang)
    }

    pub(super) fn save_dialog(&self) -> Html {
        let host = self.ui.selected.and_then(|id| topology::host(&self.playback.frame, id));
        let node = host.map(|host| AttrValue::from(host.name.to_string()));
        let error = self.error_at(ErrorSite::Overlay);
        html! { <SaveDialog at={self.playback.at} {node} {error} /> }
    }
}

/// What a picture is of, in a file's name.
const fn what(picture: Picture) -> &'static str {
    match picture {
        Picture::Stage => "-stage",
        Picture::Ring => "-ring",
        Picture::Diagram => "",
    }
}
