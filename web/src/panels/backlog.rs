//! The backlog panel: the ring, what the next write does to it, and why the last PSYNC was answered as it was.

use psyncscope_lab::engine::view::BacklogView;
use psyncscope_lab::format;
use psyncscope_lab::ring::Eras;
use psyncscope_lab::ring::readers::{RingReader, groups};
use yew::prelude::*;

use crate::i18n::fill;
use crate::model::ring_readers::labels;
use crate::panels::ring::Ring;
use crate::panels::ring_legend::RingLegend;
use crate::panels::verdict::{Decision, Verdict};
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// Properties of [`BacklogPanel`].
#[derive(Properties, PartialEq)]
pub struct BacklogPanelProps {
    /// The node's backlog, if it has one.
    pub backlog: Option<Shared<BacklogView>>,
    /// The size that it has or will have, in bytes.
    pub backlog_size: usize,
    /// The node's histories.
    pub eras: Eras,
    /// Whether the node is a master.
    pub is_master: bool,
    /// The replicas that read from the backlog.
    pub readers: Vec<RingReader>,
    /// The newest decision that the node made or asked for.
    pub decision: Option<Decision>,
}

/// The panel.
#[component]
pub fn BacklogPanel(props: &BacklogPanelProps) -> Html {
    let t = use_ui().t();
    let ring = match &props.backlog {
        Some(backlog) => {
            let groups = groups(&backlog.0.0, &props.readers);
            html! {
                <>
                    <Ring backlog={backlog.clone()} eras={props.eras} readers={labels(&groups)} />
                    <RingLegend backlog={backlog.clone()} readers={groups} />
                </>
            }
        }
        None => {
            let why = if props.is_master {
                fill(t.backlog_none, &[("size", &format::size(props.backlog_size as u64))])
            } else {
                t.backlog_none_replica.to_owned()
            };
            html! {
                <div class="ring-none">
                    <svg viewBox="-150 -150 300 300" aria-hidden="true"><circle r="103" /></svg>
                    <p class="faint" data-testid="ring-none">{ why }</p>
                </div>
            }
        }
    };
    html! {
        <div class="backlog">
            { ring }
            <Verdict decision={props.decision.clone()} />
        </div>
    }
}
