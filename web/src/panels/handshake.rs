//! The handshake panel: the ladder of the sixteen states.

use std::rc::Rc;

use psyncscope_lab::ladder::{Ladder, Status};
use psyncscope_lab::sim::frame::HostId;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::panels::ladder_rung::LadderRung;
use crate::ui::context::use_ui;
use crate::ui::dom;
use crate::ui::rich::{Fill, rich};

/// Properties of [`HandshakePanel`].
#[derive(Properties, PartialEq)]
pub struct HandshakePanelProps {
    /// The node.
    pub host: HostId,
    /// The ladder.
    pub ladder: Rc<Ladder>,
    /// Whom the node is to follow, `host:port`; a master has none.
    pub master: Option<AttrValue>,
}

/// The states from NONE to CONNECTED, each with the bytes exchanged in it. The current one is kept in view.
#[component]
pub fn HandshakePanel(props: &HandshakePanelProps) -> Html {
    let t = use_ui().t();
    let list = use_node_ref();
    let current = props.ladder.rungs.iter().position(|rung| rung.status == Status::Current);
    use_keep_in_view(list.clone(), current);
    let master = match &props.master {
        Some(master) => rich(t.ladder_attempts, &|name| match name {
            "master" => Fill::Html(html! { <code>{ master }</code> }),
            _ => Fill::Text(props.ladder.attempts.to_string()),
        }),
        None => html! { { t.ladder_master } },
    };
    let rungs = props.ladder.rungs.iter().map(|rung| {
        html! { <LadderRung key={rung.state.name()} host={props.host} rung={rung.clone()} /> }
    });
    html! {
        <div class="handshake">
            <p class="panel-line">{ master }</p>
            <ol class="ladder" ref={list} aria-label={t.ladder}>{ for rungs }</ol>
        </div>
    }
}

/// Scrolls to the current rung when it is another one, unless the reader has scrolled the last one out of view.
#[hook]
fn use_keep_in_view(list: NodeRef, current: Option<usize>) {
    let last = use_mut_ref(|| None::<usize>);
    use_effect_with(current, move |&current| {
        let rungs = list.cast::<HtmlElement>().map(|list| dom::all::<HtmlElement>(&list, "li")).unwrap_or_default();
        let rung = |at: Option<usize>| at.and_then(|at| rungs.get(at));
        let follows = rung(last.replace(current)).is_none_or(dom::is_in_view);
        if let (true, Some(current)) = (follows, rung(current)) {
            dom::scroll_into_view(current);
        }
    });
}
