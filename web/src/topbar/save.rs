//! The dialog that saves files.

use psyncscope_lab::format;
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::{Intent, Picture, SavedFile};
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::dialog::Dialog;
use crate::ui::error::UiError;
use crate::ui::error_note::ErrorNote;

/// Properties of [`SaveDialog`].
#[derive(Properties, PartialEq)]
pub struct SaveDialogProps {
    /// The moment shown.
    pub at: SimTime,
    /// The selected node's name.
    pub node: Option<AttrValue>,
    /// Why the last file could not be made.
    pub error: Option<UiError>,
}

/// The dialog: what there is to save, each in its formats.
#[component]
pub fn SaveDialog(props: &SaveDialogProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let at = format::clock(props.at);
    let node = props.node.as_deref().unwrap_or_default();
    let button = |label: &str, (ending, file): (&'static str, SavedFile)| {
        let testid = format!("save-{}", ending.trim_start_matches('.'));
        html! {
            <Button
                class="button small"
                testid={format!("{testid}{}", suffix(file))}
                label={format!("{label}: {ending}")}
                onclick={ui.click(Intent::Save(file))}
            >
                { ending }
            </Button>
        }
    };
    let row = |label: String, hint: &'static str, files: &[(&'static str, SavedFile)]| {
        html! {
            <li class="save-row">
                <span><b>{ &label }</b><span class="hint">{ hint }</span></span>
                <span class="save-formats">{ for files.iter().map(|file| button(&label, *file)) }</span>
            </li>
        }
    };
    let picture = |picture| [(".svg", SavedFile::Svg(picture)), (".png", SavedFile::Png(picture))];
    let diagram = [&picture(Picture::Diagram)[..], &[(".mmd", SavedFile::Mermaid)]].concat();
    html! {
        <Dialog title={t.save_title} testid="save-dialog">
            <ul class="save-list">
                { row(t.save_session.into(), t.save_session_hint, &[(".json", SavedFile::Session), (".psync", SavedFile::Script)]) }
                { row(t.save_packets.into(), t.save_packets_hint, &[(".pcap", SavedFile::Packets)]) }
                { row(t.save_steps.into(), t.save_steps_hint, &[(".jsonl", SavedFile::Steps)]) }
                { row(fill(t.save_stage, &[("at", &at)]), "", &picture(Picture::Stage)) }
                if props.node.is_some() {
                    { row(fill(t.save_ring, &[("node", node), ("at", &at)]), "", &picture(Picture::Ring)) }
                }
                { row(fill(t.save_diagram, &[("at", &at)]), t.save_diagram_hint, &diagram) }
            </ul>
            if let Some(error) = &props.error {
                <ErrorNote error={error.clone()} />
            }
        </Dialog>
    }
}

/// What tells the buttons of pictures apart for tests.
const fn suffix(file: SavedFile) -> &'static str {
    match file {
        SavedFile::Svg(Picture::Stage) | SavedFile::Png(Picture::Stage) => "-stage",
        SavedFile::Svg(Picture::Ring) | SavedFile::Png(Picture::Ring) => "-ring",
        SavedFile::Svg(Picture::Diagram) | SavedFile::Png(Picture::Diagram) => "-diagram",
        _ => "",
    }
}
