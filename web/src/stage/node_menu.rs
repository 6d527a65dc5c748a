//! What can be done to a node.

use std::sync::Arc;

use psyncscope_lab::Action;
use psyncscope_lab::sim::frame::{HostFrame, HostId, Power};
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::{ErrorSite, Intent};
use crate::ui::atoms::{bare_button, div, para, push, row, span, text};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::error::UiError;
use crate::ui::error_note::error_note;
use crate::ui::overlay::popover;

/// Another node, as a possible master or the other end of a wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    /// Its number.
    pub id: HostId,
    /// Its name.
    pub name: Arc<str>,
    /// Whether the wire to it is cut both ways.
    pub cut: bool,
}

/// The menu of a node. Everything in it is an action of the lab; what concerns replication is a command at its console.
pub struct NodeMenu<'a> {
    /// The node.
    pub host: &'a HostFrame,
    /// All other nodes.
    pub others: Vec<Other>,
    /// The node that it follows.
    pub master: Option<HostId>,
    /// A refusal of something that was tried here.
    pub error: Option<UiError>,
}

impl NodeMenu<'_> {
    /// Draws the menu.
    pub fn draw(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let name = self.host.name.to_string();
        let title = row(vec![
            text(fill(t.node, &[("node", &name)])),
            span("faint num", format!("{}:{}", self.host.ip, self.host.port)),
        ]);
        let mut items = vec![para("popover-title", title)];
        items.extend(self.error.as_ref().map(|error| error_note(error, "", cx)));
        if self.host.power == Power::Running {
            self.replication(&mut items, cx);
        }
        items.push(el("hr").html());
        self.faults(&mut items, cx);
        items.push(el("hr").html());
        items.push(item(cx, t.remove, t.remove_why, "remove-node", one(Action::RemoveNode { node: name.clone() })));
        popover(cx, fill(t.node_menu, &[("node", &name)]), "menu", "node-menu", row(items))
    }

    /// Whom it may follow, and its promotion.
    fn replication(&self, items: &mut Vec<Html>, cx: &UiContext) {
        let t = cx.t();
        let id = self.host.id;
        if !self.others.is_empty() {
            let masters = self.others.iter().filter(|o| Some(o.id) != self.master);
            let mut choices: Vec<Html> = masters
                .map(|o| {
                    let onclick = cx.click(Intent::Follow(id, o.id));
                    bare_button("button small")
                        .set("role", "menuitem")
                        .testid(format!("follow-{}", o.name))
                        .on_click(onclick)
                        .text(o.name.to_string())
                        .html()
                })
                .collect();
            choices.push(push(cx, "button small quiet", "choose-master", Intent::StartConnect(id), t.choose_on_stage));
            items.push(div(
                "menu-group",
                row(vec![para("menu-label", text(t.make_replica_of)), div("menu-row", row(choices))]),
            ));
        }
        if self.host.node.as_ref().is_some_and(|n| n.upstream.is_some()) {
            items.push(item(cx, t.promote, "REPLICAOF NO ONE", "promote", Intent::Promote(id)));
        }
    }

    /// What can break, and mend.
    fn faults(&self, items: &mut Vec<Html>, cx: &UiContext) {
        let t = cx.t();
        let node = || self.host.name.to_string();
        let power = self.host.power;
        let lives = matches!(power, Power::Running | Power::Paused);
        let wires = |cut: bool| -> Vec<Action> {
            let make = |o: &Other| {
                let (from, to, one_way) = (node(), o.name.to_string(), false);
                if cut { Action::Cut { from, to, one_way } } else { Action::Heal { from, to, one_way } }
            };
            self.others.iter().filter(|o| o.cut != cut).map(make).collect()
        };
        let mut add = |holds: bool, words, why, testid, intent: &dyn Fn() -> Intent| {
            if holds {
                items.push(item(cx, words, why, testid, intent()));
            }
        };
        add(power == Power::Running, t.pause, t.pause_why, "pause-node", &|| one(Action::Pause { node: node() }));
        add(power == Power::Paused, t.resume, t.resume_why, "resume-node", &|| one(Action::Resume { node: node() }));
        add(lives, t.crash, t.crash_why, "crash-node", &|| one(Action::Crash { node: node() }));
        add(!lives, t.restart, t.restart_why, "restart-node", &|| one(Action::Restart { node: node() }));
        add(power != Power::Off, t.power_off, t.power_off_why, "power-off-node", &|| {
            one(Action::PowerOff { node: node() })
        });
        let (to_cut, to_heal) = (wires(true), wires(false));
        add(!to_cut.is_empty(), t.isolate, t.isolate_why, "isolate-node", &|| {
            Intent::Act(to_cut.clone(), ErrorSite::Overlay)
        });
        add(!to_heal.is_empty(), t.rejoin, "", "rejoin-node", &|| Intent::Act(to_heal.clone(), ErrorSite::Overlay));
    }
}

fn one(action: Action) -> Intent {
    Intent::Act(vec![action], ErrorSite::Overlay)
}

fn item(cx: &UiContext, words: &'static str, why: &'static str, testid: &'static str, intent: Intent) -> Html {
    bare_button("menu-item")
        .set("role", "menuitem")
        .testid(testid)
        .on_click(cx.click(intent))
        .put(span("", words))
        .put(span("menu-why", why))
        .html()
}
