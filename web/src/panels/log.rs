//! The log panel: the nodes' logs, and the decisions about PSYNC among them.

use psyncscope_lab::engine::event::Event;
use psyncscope_lab::sim::frame::{HostId, What};
use psyncscope_lab::stream_bytes;
use yew::prelude::*;

use crate::app::run_ref::RunRef;
use crate::intent::Intent;
use crate::panels::log_row::{LogRow, LogText};
use crate::ui::checkbox::Checkbox;
use crate::ui::context::use_ui;
use crate::ui::windowed_list::WindowedList;

/// The height of a log line that is not broken, in CSS pixels.
const ROW_HEIGHT: f64 = 21.0;

/// The log lines to show. The lines themselves are looked up when they come into view.
#[derive(Clone, PartialEq)]
pub struct LogSource {
    /// The run whose timeline has the lines.
    pub run: RunRef,
    /// The node; `None` for all nodes.
    pub host: Option<HostId>,
    /// How many lines there are up to the moment shown.
    pub count: usize,
}

impl LogSource {
    /// The row at this place of the log.
    fn row(&self, row: usize) -> Option<Html> {
        let run = self.run.borrow();
        let entry_index = *run.index().log(self.host, usize::MAX).get(row)?;
        let entry = run.lab().timeline().get(entry_index)?;
        let node = entry.host.map(|id| run.lab().name_of(id));
        let text = match &entry.what {
            What::Node(Event::Log { level, text }) => LogText::Redis(*level, text.clone()),
            _ => LogText::Verdict(run.index().note_at(entry_index)?.clone()),
        };
        let bytes = stream_bytes::of_entry(run.lab(), run.index(), entry_index);
        Some(html! { <LogRow entry={entry_index} at={entry.at} {node} {text} {bytes} /> })
    }
}

/// Properties of [`LogPanel`].
#[derive(Properties, PartialEq)]
pub struct LogPanelProps {
    /// The lines.
    pub source: LogSource,
}

/// The log of one node or of all.
#[component]
pub fn LogPanel(props: &LogPanelProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let source = &props.source;
    let all = source.host.is_none();
    let oncheck = ui.dispatch.reform(Intent::SetLogAll);
    let render_row = use_memo(source.clone(), |source| {
        let source = source.clone();
        // Whatever the index names is in the timeline; a row that is missing keeps its place.
        Callback::from(move |row: usize| source.row(row).unwrap_or_else(|| html! { <div class="log-line"></div> }))
    });
    // Another node's log is another list, that begins at its own end.
    let key = format!("{} {:?}", source.run.key(), source.host);
    html! {
        <div class="log">
            <Checkbox label={t.log_all} testid="log-all" checked={all} {oncheck} />
            <WindowedList
                {key}
                class="log-lines"
                testid="log"
                label={t.tab_log}
                count={source.count}
                row_height={ROW_HEIGHT}
                render_row={(*render_row).clone()}
            >
                if source.count == 0 {
                    <p class="faint">{ t.log_empty }</p>
                }
            </WindowedList>
        </div>
    }
}
