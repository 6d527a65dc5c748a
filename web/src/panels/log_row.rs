//! A line of the log panel.

use std::sync::Arc;

use psyncscope_lab::engine::event::LogLevel;
use psyncscope_lab::format;
use psyncscope_lab::narration::Note;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::steps::Target;
use yew::prelude::*;

use crate::intent::{Intent, WhyIntent};
use crate::model::tones;
use crate::steps::intent::StepsIntent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::note::NoteText;

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub enum LogText {
    /// A line of the Redis log.
    Redis(LogLevel, String),
    /// A decision about a PSYNC, in the page's words.
    Verdict(Note),
}

/// Properties of [`LogRow`].
#[derive(Properties, PartialEq)]
pub struct LogRowProps {
    /// Its index in the timeline.
    pub entry: usize,
    /// When it was logged.
    pub at: SimTime,
    /// The node's name.
    pub node: Option<Arc<str>>,
    /// What it says.
    pub text: LogText,
}

/// A line: its time, which leads to the steps that wrote it, its node and its text.
#[component]
pub fn LogRow(props: &LogRowProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let why = t.because_button;
    let text = match &props.text {
        LogText::Redis(level, words) => {
            let warning = (*level == LogLevel::Warning).then_some("log-warning");
            html! { <span class={classes!("log-text", warning)}>{ format!("{} {words}", level_mark(*level)) }</span> }
        }
        LogText::Verdict(note) => html! {
            <span class={classes!("log-text", "log-verdict", tones::class(note.tone))}><NoteText note={note.clone()} /></span>
        },
    };
    html! {
        <div class="log-line">
            <button
                type="button"
                class="log-at num link"
                title={t.step_inside}
                aria-label={format!("{}, {}", format::clock(props.at), t.step_inside)}
                onclick={ui.click(Intent::Steps(StepsIntent::At(Target::Entry(props.entry))))}
            >
                { format::clock(props.at) }
            </button>
            <span class="log-node">{ props.node.as_deref().unwrap_or("?").to_owned() }</span>
            { text }
            <Button class="log-why" label={why} onclick={ui.click(Intent::Why(WhyIntent::Because(props.entry)))}>{ "?" }</Button>
        </div>
    }
}

/// The mark of a level in Redis's log (`serverLogRaw`).
const fn level_mark(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => ".",
        LogLevel::Verbose => "-",
        LogLevel::Notice => "*",
        LogLevel::Warning => "#",
    }
}
