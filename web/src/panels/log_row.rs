//! A line of the log panel.

use std::sync::Arc;

use psyncscope_lab::engine::event::LogLevel;
use psyncscope_lab::format;
use psyncscope_lab::narration::Note;
use psyncscope_lab::sim::frame::{SimTime, StreamBytes};
use psyncscope_lab::steps::Target;
use yew::prelude::*;

use crate::intent::{Intent, WhyIntent};
use crate::model::tones;
use crate::steps::intent::StepsIntent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::lit::use_lit;
use crate::ui::lit_bytes::{Light, bytes_text};
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
    /// The bytes of a stream that it is about.
    pub bytes: Option<StreamBytes>,
}

/// A line: its time, which leads to the steps that wrote it, its node and its text.
#[component]
pub fn LogRow(props: &LogRowProps) -> Html {
    let ui = use_ui();
    let lit = use_lit();
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
    let light = props.bytes.map(|bytes| Light::of(bytes, &ui));
    let is_lit = lit.zip(props.bytes).is_some_and(|(lit, bytes)| lit.overlaps(&bytes));
    html! {
        <div
            class={classes!("log-line", light.is_some().then_some("stream-row"), is_lit.then_some("lit"))}
            title={props.bytes.map(|bytes| bytes_text(&bytes, t))}
            onpointerenter={light.as_ref().map(|light| light.enter.clone())}
            onpointerleave={light.as_ref().map(|light| light.leave.clone())}
            onfocusin={light.as_ref().map(|light| light.focus.clone())}
            onfocusout={light.map(|light| light.blur)}
        >
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
