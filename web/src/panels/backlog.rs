//! The backlog panel: the ring, what the next write does to it, and why the last PSYNC was answered as it was.

use psyncscope_lab::engine::view::NodeView;
use yew::prelude::*;

use crate::i18n::fill;
use crate::model::bytes;
use crate::panels::ring::{Reader, Ring, next_write};
use crate::panels::why::{Decided, why};
use crate::ui::atoms::{div, para, row, svg, text};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::part::Part;
use crate::ui::shared::Shared;

/// The panel.
#[derive(PartialEq)]
pub struct BacklogPanel {
    /// The node.
    pub node: Shared<NodeView>,
    /// The replicas that read from it.
    pub readers: Vec<Reader>,
    /// The newest decision that it made or asked for.
    pub decided: Option<Decided>,
    /// The byte of the ring that is pointed at, by its index.
    pub pointed: Option<usize>,
}

impl Part for BacklogPanel {
    fn draw(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let ring = match &self.node.backlog {
            Some(backlog) => {
                let ring =
                    Ring { node: &self.node, backlog: &backlog.0, readers: &self.readers, pointed: self.pointed };
                row(vec![ring.draw(cx), para("ring-next", text(next_write(&backlog.0, t)))])
            }
            None => {
                let why = if self.node.is_master() {
                    fill(t.backlog_none, &[("size", &bytes::size(self.node.backlog_size as u64))])
                } else {
                    t.backlog_none_replica.to_owned()
                };
                el("div")
                    .class("ring-none")
                    .put(svg("", "-150 -150 300 300").put(el("circle").set("r", "103")))
                    .put(el("p").class("faint").testid("ring-none").text(why))
                    .html()
            }
        };
        div("backlog", row(vec![ring, why(self.decided.as_ref(), cx)]))
    }
}
