//! The whole page, from the app's state: plain data for each part.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::event::Event;
use psyncscope_lab::engine::ids::Offset;
use psyncscope_lab::engine::replication::replica::ReplState;
use psyncscope_lab::explain::explain;
use psyncscope_lab::sim::frame::{HostFrame, HostId, Power, What};
use std::collections::BTreeMap;
use yew::prelude::*;

use crate::app::App;
use crate::app::act::OtherRun;
use crate::console::view::Console;
use crate::i18n::fill;
use crate::intent::{ErrorSite, Intent, Overlay, Tab};
use crate::model::ladder::ladder;
use crate::model::narrate::caption;
use crate::model::ring::Eras;
use crate::model::ruler::ruler;
use crate::model::time;
use crate::model::topology::{self, WireView};
use crate::panels::backlog::BacklogPanel;
use crate::panels::handshake::HandshakePanel;
use crate::panels::info::InfoPanel;
use crate::panels::log::{LINES_MAX, Line, LogPanel, Says};
use crate::panels::ring::Reader;
use crate::panels::tabs::{Tabs, slug};
use crate::panels::why::Decided;
use crate::ruler::view::RulerView;
use crate::stage::caption::Caption;
use crate::stage::card::Card;
use crate::stage::node_menu::{NodeMenu, Other};
use crate::stage::view::{Stage, stage};
use crate::stage::wire_sheet::wire_sheet;
use crate::topbar::bar::TopBar;
use crate::topbar::futures::futures;
use crate::topbar::help::help;
use crate::topbar::load::load;
use crate::topbar::new::new;
use crate::transport::bar::Bar;
use crate::ui::atoms::{class, cross, push, row, span};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::error::UiError;
use crate::ui::part::part;
use crate::ui::shared::Shared;

impl App {
    /// Everything.
    pub(super) fn page(&self) -> Html {
        let t = self.lang.text();
        let masters = topology::masters(&self.frame);
        let wires = self.wires();
        let (from, now) = self.range();
        let run = self.run.borrow();
        let note = caption(run.index().notes(self.frame.entries), self.at).cloned();
        let tab = self.shown_tab();
        let ruler_here = !self.narrow || tab == Tab::Ruler;
        let console_here = !self.narrow || tab == Tab::Console;
        let panel_here = !matches!(tab, Tab::Ruler | Tab::Console);
        let (origin, seed) = (run.origin.clone(), run.lab().config().seed);
        let marks = Rc::clone(run.index().marks());
        let colours = run.colours.clone();
        drop(run);
        let cx = UiContext { lang: self.lang, colours, dispatch: self.dispatch.clone() };
        let selected = self.selected.and_then(|id| topology::host(&self.frame, id));
        let ruler = ruler_here.then(|| {
            let view = RulerView { ruler: ruler(&self.frame), selected: self.selected };
            part("ruler", view, &cx)
        });
        let (ruler_below, ruler_panel) = if self.narrow { (None, ruler) } else { (ruler, None) };
        let console = console_here.then(|| self.console(&cx));
        let (console_below, console_panel) = if self.narrow { (None, console) } else { (console, None) };
        let panel = panel_here.then(|| selected.map(|host| self.panel(tab, host, &masters, &cx))).flatten();
        let stage = stage(
            Stage {
                cards: self.cards(&masters),
                wires,
                height: self.layout().height,
                compact: self.is_compact(),
                segments: self.segments,
                connecting: self.connecting.map(|id| topology::name(&self.frame, id)),
                error: self.error_at(ErrorSite::Stage),
                box_ref: self.box_ref.clone(),
                floor_ref: self.floor_ref.clone(),
            },
            &cx,
        );
        let tabs = Tabs { tab, narrow: self.narrow, node: selected.map(|h| h.name.to_string()) };
        let top = TopBar { origin, nodes: self.frame.hosts.len(), seed, theme: self.theme };
        let bar = Bar {
            playing: self.playing,
            at: self.at,
            from,
            now,
            step_by: self.step_by,
            speed: self.speed,
            marks,
            futures: self.other_runs.len(),
        };
        let left = el("div")
            .class("left")
            .put(stage)
            .put(self.notice_html(&cx))
            .put(html! { <Caption {note} /> })
            .maybe(ruler_below);
        let panels = el("div")
            .class("panel")
            .set("role", "tabpanel")
            .set("id", "panel")
            .set("aria-labelledby", format!("tab-{}", slug(tab)))
            .set("data-panel", slug(tab))
            .maybe(panel)
            .maybe(ruler_panel)
            .maybe(console_panel);
        let right = el("div").class("right").put(part("tabs", tabs, &cx)).put(panels).maybe(console_below);
        let work = self.work.as_ref().map(|work| {
            let words = fill(t.working, &[("percent", &work.percent().to_string())]);
            el("div").class("working").set("role", "status").text(words).html()
        });
        let page = el("div")
            .class(class(&[("page", true), ("narrow", self.narrow), ("reduced-motion", self.reduced_motion)]))
            .node_ref(&self.page_ref)
            .set("data-playing", self.playing.to_string())
            .put(part("top", top, &cx))
            .put(el("main").class("main").put(left).put(right))
            .put(bar.draw(&cx))
            .put(row(if self.overlay.is_some() { vec![self.overlay_html(&masters, &cx)] } else { Vec::new() }))
            .maybe(work)
            .html();
        html! { <ContextProvider<UiContext> context={cx}>{ page }</ContextProvider<UiContext>> }
    }

    /// The panel shown: the last two are panels only on narrow screens.
    fn shown_tab(&self) -> Tab {
        match self.tab {
            Tab::Ruler | Tab::Console if !self.narrow => Tab::Backlog,
            tab => tab,
        }
    }

    fn error_at(&self, here: ErrorSite) -> Option<UiError> {
        self.error.as_ref().filter(|(place, _)| *place == here).map(|(_, error)| error.clone())
    }

    /// The wires worth drawing; one whose sheet is open stays.
    fn wires(&self) -> Vec<WireView> {
        let open = match self.overlay {
            Some(Overlay::Wire(a, b, _)) => Some((a, b)),
            _ => None,
        };
        topology::wires(&self.frame, open)
    }

    fn cards(&self, masters: &BTreeMap<HostId, HostId>) -> Vec<Card> {
        let card = |host: &Arc<HostFrame>| {
            let master = masters.get(&host.id).and_then(|&m| topology::host(&self.frame, m));
            let lag_s = master.and_then(|master| {
                let conns: Vec<_> = master.conns.iter().filter(|c| c.peer == host.id).map(|c| c.conn).collect();
                let node = master.node.as_ref()?;
                node.replicas.iter().rev().find(|r| conns.contains(&r.conn)).map(|r| r.lag_s)
            });
            Card {
                host: Shared::from(host),
                master: master.map(|m| Arc::clone(&m.name)),
                lag_s,
                selected: self.selected == Some(host.id),
                target: self.connecting.map(|replica| replica != host.id),
            }
        };
        self.frame.hosts.iter().map(card).collect()
    }

    fn panel(&self, tab: Tab, host: &Arc<HostFrame>, masters: &BTreeMap<HostId, HostId>, cx: &UiContext) -> Html {
        let Some(node) = &host.node else { return Html::default() };
        match tab {
            Tab::Backlog => {
                let (readers, decided) = (self.readers(host, masters), self.decided(host.id));
                part("panel", BacklogPanel { node: Shared::from(node), readers, decided, pointed: self.pointed }, cx)
            }
            Tab::Handshake => {
                let run = self.run.borrow();
                let timeline = run.lab().timeline();
                let places = run.index().handshake(host.id, self.frame.entries);
                let state = node.upstream.as_ref().map_or(ReplState::None, |u| u.state);
                let ladder = ladder(places.iter().filter_map(|&at| timeline.get(at)), state);
                let master = node.upstream.as_ref().map(|u| format!("{}:{}", u.host, u.port));
                part("panel", HandshakePanel { ladder, master }, cx)
            }
            Tab::Info => {
                part("panel", InfoPanel { info: Shared::from(&node.info), filter: self.info_filter.clone() }, cx)
            }
            Tab::Log => {
                let (lines, older) = self.log(host.id);
                part("panel", LogPanel { lines, older, all: self.log_all }, cx)
            }
            Tab::Ruler | Tab::Console => Html::default(),
        }
    }

    /// The replicas that read from this node's backlog or will: those that follow it on one of its histories.
    fn readers(&self, host: &HostFrame, masters: &BTreeMap<HostId, HostId>) -> Vec<Reader> {
        let Some(node) = &host.node else { return Vec::new() };
        let eras = Eras::of(node);
        let mine = |id| id == eras.replid || Some(id) == eras.replid2;
        let replicas = self.frame.hosts.iter().filter(|r| masters.get(&r.id) == Some(&host.id));
        replicas
            .filter_map(|replica| {
                let node = replica.node.as_ref()?;
                let upstream = node.upstream.as_ref()?;
                let (id, has): (_, Offset) = match &upstream.cached_master {
                    Some(cached) => (cached.replid, cached.reploff),
                    None => (node.replid, upstream.reploff?),
                };
                mine(id).then(|| Reader { name: Arc::clone(&replica.name), has })
            })
            .collect()
    }

    fn decided(&self, id: HostId) -> Option<Decided> {
        let run = self.run.borrow();
        let found = run.index().verdict(id, self.frame.entries)?;
        let entry = run.lab().timeline().get(found.entry)?;
        let What::Node(Event::Verdict { verdict, .. }) = &entry.what else { return None };
        let name = |id| run.index().known_name(id).map_or_else(|| topology::name(&self.frame, id), Arc::clone);
        Some(Decided {
            entry: found.entry,
            at: entry.at,
            master: name(found.master),
            asker: found.asker.map(name),
            verdict: Rc::new(verdict.clone()),
            why: Rc::new(explain(verdict)),
        })
    }

    /// The newest lines of the log, and how many older ones there are.
    fn log(&self, id: HostId) -> (Vec<Line>, usize) {
        let run = self.run.borrow();
        let places = run.index().log((!self.log_all).then_some(id), self.frame.entries);
        let older = places.len().saturating_sub(LINES_MAX);
        let line = |&at: &usize| {
            let entry = run.lab().timeline().get(at)?;
            let node = entry.host.map_or_else(|| Arc::from("?"), |id| topology::name(&self.frame, id));
            let says = match &entry.what {
                What::Node(Event::Log { level, text }) => Says::Redis(*level, text.clone()),
                _ => Says::Verdict(run.index().note_at(at)?.clone()),
            };
            Some(Line { entry: at, at: entry.at, node, says })
        };
        (places[older..].iter().filter_map(line).collect(), older)
    }

    fn console(&self, cx: &UiContext) -> Html {
        let Some(host) = self.selected.and_then(|id| topology::host(&self.frame, id)) else { return Html::default() };
        let console = Console {
            nodes: self.frame.hosts.iter().map(|h| (h.id, Arc::clone(&h.name))).collect(),
            id: host.id,
            name: Arc::clone(&host.name),
            port: host.port,
            runs: matches!(host.power, Power::Running | Power::Paused),
            lines: self.run.borrow_mut().console(host.id, &self.frame),
            error: self.error_at(ErrorSite::Console),
        };
        part("console", console, cx)
    }

    fn notice_html(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let (words, button) = match &self.notice {
            Some(notice) => {
                let words = fill((notice.wording)(t), &[("at", &time::clock(notice.at))]);
                (words, cross(cx, t.dismiss, Intent::DismissNotice))
            }
            // While one looks at the past without having acted, the page says what an action would mean.
            None if !self.is_live() && !self.playing => {
                let words = fill(t.in_the_past, &[("at", &time::clock(self.at))]);
                (words, push(cx, "button small", "", Intent::GoLive, t.go_live))
            }
            None => return row(Vec::new()),
        };
        let notice = el("div").class("notice").set("role", "status").testid("notice").put(span("", words)).put(button);
        // In a list of its own, so that its coming and going moves nothing else.
        row(vec![notice.html()])
    }

    fn overlay_html(&self, masters: &BTreeMap<HostId, HostId>, cx: &UiContext) -> Html {
        let error = self.error_at(ErrorSite::Overlay);
        let seed = self.run.borrow().lab().config().seed;
        match self.overlay {
            None => Html::default(),
            Some(Overlay::Node(id, _)) => {
                let Some(host) = topology::host(&self.frame, id) else { return Html::default() };
                let is_cut = |other| {
                    let pair = topology::ordered(id, other);
                    self.frame.wires.iter().any(|w| (w.a, w.b) == pair && w.cut_ab && w.cut_ba)
                };
                let others = self.frame.hosts.iter().filter(|h| h.id != id);
                let others = others.map(|h| Other { id: h.id, name: Arc::clone(&h.name), cut: is_cut(h.id) }).collect();
                NodeMenu { host, others, master: masters.get(&id).copied(), error }.draw(cx)
            }
            Some(Overlay::Wire(a, b, _)) => {
                let pair = topology::ordered(a, b);
                match self.wires().iter().find(|w| (w.a, w.b) == pair) {
                    Some(wire) => wire_sheet(wire, error.as_ref(), cx),
                    None => Html::default(),
                }
            }
            Some(Overlay::New) => new(seed, error.as_ref(), cx),
            Some(Overlay::Load) => load(error.as_ref(), cx),
            Some(Overlay::Futures) => futures(&self.other_runs.iter().map(OtherRun::span).collect::<Vec<_>>(), cx),
            Some(Overlay::Help) => help(cx),
        }
    }
}
