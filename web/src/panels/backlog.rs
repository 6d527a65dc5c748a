//! The backlog panel: the ring, what the next write does to it, and why the last PSYNC was answered as it was.

use std::rc::Rc;

use psyncscope_lab::engine::view::NodeView;
use yew::prelude::*;

use crate::i18n::{fill, use_text};
use crate::model::bytes;
use crate::panels::ring::{Reader, Ring, next_write};
use crate::panels::why::{Decided, Why};
use crate::ui::shared::Shared;

/// Properties of [`BacklogPanel`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The node.
    pub node: Shared<NodeView>,
    /// The replicas that read from it.
    pub readers: Rc<Vec<Reader>>,
    /// The newest decision that it made or asked for.
    pub decided: Option<Decided>,
}

/// The panel.
#[component]
pub fn BacklogPanel(props: &Props) -> Html {
    let t = use_text();
    let none = || {
        if props.node.is_master() {
            fill(t.backlog_none, &[("size", &bytes::size(props.node.backlog_size as u64))])
        } else {
            t.backlog_none_replica.to_owned()
        }
    };
    html! {
        <div class="backlog">
            if let Some(backlog) = &props.node.backlog {
                <Ring node={props.node.clone()} readers={Rc::clone(&props.readers)} />
                <p class="ring-next">{ next_write(&backlog.0, t) }</p>
            } else {
                <div class="ring-none">
                    <svg viewBox="-150 -150 300 300" aria-hidden="true"><circle r="103" /></svg>
                    <p class="faint" data-testid="ring-none">{ none() }</p>
                </div>
            }
            <Why decided={props.decided.clone()} />
        </div>
    }
}
