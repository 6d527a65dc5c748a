//! What stands in the middle of the ring.

use psyncscope_lab::engine::ids::NextByte;
use psyncscope_lab::engine::view::BacklogView;
use yew::prelude::*;

use crate::i18n::fill;
use crate::model::bytes;
use crate::model::ring_labels::CELLS_MAX;
use crate::panels::ring_reading::{Reading, range};
use crate::ui::chip::Chip;
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// Properties of [`RingCentre`].
#[derive(Properties, PartialEq)]
pub struct RingCentreProps {
    /// The backlog.
    pub backlog: Shared<BacklogView>,
    /// What is pointed at.
    pub reading: Option<Reading>,
}

/// What the ring holds, or what is pointed at.
#[component]
pub fn RingCentre(props: &RingCentreProps) -> Html {
    let t = use_ui().t();
    let backlog = &props.backlog.0.0;
    let newest = NextByte(backlog.end().had().0);
    let held = (backlog.histlen() > 0).then_some((backlog.off(), newest));
    let (histlen, size) = (backlog.histlen().to_string(), backlog.size().to_string());
    html! {
        <div class="ring-centre" data-testid="ring-centre">
            if let Some(reading) = &props.reading {
                <span class="faint num">{ &reading.place }</span>
                <span class="ring-range num">{ &reading.content }</span>
                if let Some(command) = &reading.command {
                    <code class="ring-command">{ command }</code>
                }
                if let Some(id) = reading.id {
                    <Chip {id} />
                }
            } else {
                <span class="faint">{ "repl_backlog" }</span>
                <span class="ring-range num" data-field="repl_backlog_off">{ range(held, t) }</span>
                <span class="faint num" data-field="repl_backlog_histlen repl_backlog_size">{ fill(t.ring_histlen, &[("histlen", &histlen), ("size", &size)]) }</span>
                if backlog.size() <= CELLS_MAX {
                    <span class="ring-signs faint">{ bytes::SIGNS }</span>
                }
            }
        </div>
    }
}
