//! The log panel: what the nodes' logs say, and the decisions about PSYNC among them.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::event::LogLevel;
use psyncscope_lab::sim::frame::SimTime;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use crate::i18n::use_text;
use crate::intent::{Intent, use_desk};
use crate::model::narrate::Note;
use crate::model::time;
use crate::ui::note::note_html;
use crate::ui::rich::{Fill, rich};

/// How many lines are shown; older ones are counted.
pub const LINES_MAX: usize = 150;

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub enum Says {
    /// A line of the Redis log.
    Redis(LogLevel, String),
    /// A decision, in our words.
    Verdict(Note),
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its place in the timeline.
    pub entry: usize,
    /// When.
    pub at: SimTime,
    /// Which node.
    pub node: Arc<str>,
    /// What.
    pub says: Says,
}

/// Properties of [`LogPanel`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The newest lines, in order of time.
    pub lines: Rc<Vec<Line>>,
    /// How many older ones there are.
    pub older: usize,
    /// Whether they are of all nodes.
    pub all: bool,
}

/// The lines; the newest is in view as long as the reader does not scroll up.
#[component]
pub fn LogPanel(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let list = use_node_ref();
    {
        let list = list.clone();
        use_effect_with(props.lines.last().map(|l| l.entry), move |_| {
            if let Some(list) = list.cast::<HtmlElement>() {
                let hidden = list.scroll_height() - list.client_height() - list.scroll_top();
                // A few lines may have come at once.
                if hidden < 160 {
                    list.set_scroll_top(list.scroll_height());
                }
            }
        });
    }
    let onchange = desk.on(|event: Event| {
        Intent::SetLogAll(event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked()))
    });
    html! {
        <div class="log">
            <label class="check">
                <input type="checkbox" checked={props.all} data-testid="log-all" {onchange} />{ t.log_all }
            </label>
            <div class="log-lines" ref={list} data-testid="log" role="log" tabindex="0" aria-label={t.tab_log}>
                if props.older > 0 {
                    <p class="faint">{ rich(t.log_older, |_| Fill::Text(props.older.to_string())) }</p>
                }
                if props.lines.is_empty() {
                    <p class="faint">{ t.log_empty }</p>
                }
                { for props.lines.iter().map(|line| html! { <div key={line.entry} class="log-line">
                    <span class="log-at num">{ time::clock(line.at) }</span>
                    <span class="log-node">{ line.node.to_string() }</span>
                    { match &line.says {
                        Says::Redis(level, text) => html! {
                            <span class={classes!("log-text", (*level == LogLevel::Warning).then_some("log-warning"))} lang="en">
                                <span class="log-level">{ sign(*level) }</span>{ " " }{ text.clone() }
                            </span>
                        },
                        Says::Verdict(note) => html! {
                            <span class={classes!("log-text", "log-verdict", note.tone.class())}>{ note_html(note, t) }</span>
                        },
                    } }
                </div> }) }
            </div>
        </div>
    }
}

/// The sign of a level in a Redis log.
const fn sign(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => ".",
        LogLevel::Verbose => "-",
        LogLevel::Notice => "*",
        LogLevel::Warning => "#",
    }
}
