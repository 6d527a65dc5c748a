//! The whole page, from the app's state: plain data for each part.

use psyncscope_lab::engine::sorted::SortedMap;
use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::event::Event;
use psyncscope_lab::engine::ids::Offset;
use psyncscope_lab::engine::replication::replica::ReplState;
use psyncscope_lab::explain::explain;
use psyncscope_lab::sim::frame::{HostFrame, HostId, Power, What};
use yew::prelude::*;

use crate::app::App;
use crate::console::view::Console;
use crate::i18n::{Lang, fill};
use crate::intent::{Desk, Intent, Overlay, Place, Tab};
use crate::model::colours::ColourMap;
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
use crate::stage::node_menu::{NodeMenu, Other};
use crate::stage::view::{CardData, Stage};
use crate::stage::wire_sheet::WireSheet;
use crate::topbar::bar::TopBar;
use crate::topbar::futures::Futures;
use crate::topbar::help::Help;
use crate::topbar::load::Load;
use crate::topbar::new::New;
use crate::transport::bar::Bar;
use crate::ui::icon::{Icon, Shape};
use crate::ui::shared::Shared;
use crate::ui::trouble::Trouble;

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
        let selected = self.selected.and_then(|id| topology::host(&self.frame, id));
        let ruler = ruler_here.then(|| html! { <RulerView ruler={ruler(&self.frame)} selected={self.selected} /> });
        html! {
            <ContextProvider<Lang> context={self.lang}>
            <ContextProvider<ColourMap> context={colours}>
            <ContextProvider<Desk> context={self.desk.clone()}>
                <div class={classes!("page", self.narrow.then_some("narrow"), self.still.then_some("still"))} ref={self.page_ref.clone()}
                    data-playing={self.playing.to_string()}>
                    <TopBar {origin} nodes={self.frame.hosts.len()} {seed} lang={self.lang} theme={self.theme} />
                    <main class="main">
                        <div class="left">
                            <Stage cards={self.cards(&masters)} {wires} height={self.layout().height} compact={self.is_compact()}
                                segments={self.segments} connecting={self.connecting.map(|id| topology::name(&self.frame, id))}
                                trouble={self.trouble_at(Place::Stage)} box_ref={self.box_ref.clone()} floor_ref={self.floor_ref.clone()} />
                            { self.notice_html() }
                            <Caption {note} />
                            if !self.narrow { { for ruler.clone() } }
                        </div>
                        <div class="right">
                            <Tabs {tab} narrow={self.narrow} node={selected.map(|h| AttrValue::from(h.name.to_string()))} />
                            <div class="panel" role="tabpanel" id="panel" aria-labelledby={format!("tab-{}", slug(tab))}
                                data-panel={slug(tab)}>
                                if panel_here { { for selected.map(|host| self.panel(tab, host, &masters)) } }
                                if self.narrow { { for ruler } }
                                if self.narrow && console_here { { self.console() } }
                            </div>
                            if !self.narrow { { self.console() } }
                        </div>
                    </main>
                    <Bar playing={self.playing} at={self.at} {from} {now} step_by={self.step_by} speed={self.speed} {marks}
                        futures={self.shelf.len()} />
                    { self.overlay_html(&masters) }
                    if let Some(work) = &self.work {
                        <div class="working" role="status">{ fill(t.working, &[("percent", &work.percent().to_string())]) }</div>
                    }
                </div>
            </ContextProvider<Desk>>
            </ContextProvider<ColourMap>>
            </ContextProvider<Lang>>
        }
    }

    /// The panel shown: the last two are panels only on narrow screens.
    fn shown_tab(&self) -> Tab {
        match self.tab {
            Tab::Ruler | Tab::Console if !self.narrow => Tab::Backlog,
            tab => tab,
        }
    }

    fn trouble_at(&self, here: Place) -> Option<Trouble> {
        self.trouble.as_ref().filter(|(place, _)| *place == here).map(|(_, trouble)| trouble.clone())
    }

    /// The wires worth drawing; one whose sheet is open stays.
    fn wires(&self) -> Vec<WireView> {
        let open = match self.overlay {
            Some(Overlay::Wire(a, b, _)) => Some((a, b)),
            _ => None,
        };
        topology::wires(&self.frame, open)
    }

    fn cards(&self, masters: &SortedMap<HostId, HostId>) -> Vec<CardData> {
        let card = |host: &Arc<HostFrame>| {
            let master = masters.get(&host.id).and_then(|&m| topology::host(&self.frame, m));
            let lag_s = master.and_then(|master| {
                let conns: Vec<_> = master.conns.iter().filter(|c| c.peer == host.id).map(|c| c.conn).collect();
                let node = master.node.as_ref()?;
                node.replicas.iter().rev().find(|r| conns.contains(&r.conn)).map(|r| r.lag_s)
            });
            CardData {
                host: Shared::from(host),
                master: master.map(|m| Arc::clone(&m.name)),
                lag_s,
                selected: self.selected == Some(host.id),
                target: self.connecting.map(|replica| replica != host.id),
            }
        };
        self.frame.hosts.iter().map(card).collect()
    }

    fn panel(&self, tab: Tab, host: &Arc<HostFrame>, masters: &SortedMap<HostId, HostId>) -> Html {
        let Some(node) = &host.node else { return html! {} };
        match tab {
            Tab::Backlog => {
                let readers = Rc::new(self.readers(host, masters));
                html! { <BacklogPanel node={Shared::from(node)} {readers} decided={self.decided(host.id)} /> }
            }
            Tab::Handshake => {
                let run = self.run.borrow();
                let timeline = run.lab().timeline();
                let entries =
                    run.index().handshake(host.id, self.frame.entries).iter().filter_map(|&at| timeline.get(at));
                let state = node.upstream.as_ref().map_or(ReplState::None, |u| u.state);
                let made = Rc::new(ladder(entries, state));
                let master = node.upstream.as_ref().map(|u| AttrValue::from(format!("{}:{}", u.host, u.port)));
                html! { <HandshakePanel ladder={made} {master} /> }
            }
            Tab::Info => html! { <InfoPanel info={Shared::from(&node.info)} /> },
            Tab::Log => {
                let (lines, older) = self.log(host.id);
                html! { <LogPanel lines={Rc::new(lines)} {older} all={self.log_all} /> }
            }
            Tab::Ruler | Tab::Console => html! {},
        }
    }

    /// The replicas that read from this node's backlog or will: those that follow it on one of its histories.
    fn readers(&self, host: &HostFrame, masters: &SortedMap<HostId, HostId>) -> Vec<Reader> {
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

    fn console(&self) -> Html {
        let nodes = self.frame.hosts.iter().map(|h| (h.id, Arc::clone(&h.name))).collect::<Vec<_>>();
        let here = self.selected.and_then(|id| topology::host(&self.frame, id));
        let lines = here.map(|h| self.run.borrow_mut().console(h.id, &self.frame)).unwrap_or_default();
        let runs = here.is_some_and(|h| matches!(h.power, Power::Running | Power::Paused));
        html! {
            <Console {nodes} here={here.map(|h| (h.id, Arc::clone(&h.name), h.port))} {runs} {lines}
                trouble={self.trouble_at(Place::Console)} />
        }
    }

    fn notice_html(&self) -> Html {
        let t = self.lang.text();
        let dismiss = self.desk.on(|_: MouseEvent| Intent::DismissNotice);
        let words = match &self.notice {
            Some(notice) => Some((fill((notice.wording)(t), &[("at", &time::clock(notice.at))]), true)),
            // While one looks at the past without having acted, the page says what an action would mean.
            None if !self.is_live() && !self.playing => {
                Some((fill(t.in_the_past, &[("at", &time::clock(self.at))]), false))
            }
            None => None,
        };
        let Some((words, dismissable)) = words else { return html! {} };
        html! {
            <div class="notice" role="status" data-testid="notice">
                <span>{ words }</span>
                if dismissable {
                    <button type="button" class="icon-button" aria-label={t.dismiss} title={t.dismiss} onclick={dismiss}>
                        <Icon shape={Shape::Cross} />
                    </button>
                } else {
                    <button type="button" class="button small" onclick={self.desk.on(|_: MouseEvent| Intent::GoLive)}>{ t.go_live }</button>
                }
            </div>
        }
    }

    fn overlay_html(&self, masters: &SortedMap<HostId, HostId>) -> Html {
        let trouble = self.trouble_at(Place::Overlay);
        match self.overlay {
            None => html! {},
            Some(Overlay::Node(id, at)) => {
                let Some(host) = topology::host(&self.frame, id) else { return html! {} };
                let others = self.frame.hosts.iter().filter(|h| h.id != id).map(|h| Other {
                    id: h.id,
                    name: Arc::clone(&h.name),
                    cut: self
                        .frame
                        .wires
                        .iter()
                        .any(|w| (w.a, w.b) == topology::ordered(id, h.id) && w.cut_ab && w.cut_ba),
                });
                html! {
                    <NodeMenu host={Shared::from(host)} others={others.collect::<Vec<_>>()} master={masters.get(&id).copied()} {at} {trouble} />
                }
            }
            Some(Overlay::Wire(a, b, at)) => {
                let (a, b) = topology::ordered(a, b);
                match self.wires().into_iter().find(|w| (w.a, w.b) == (a, b)) {
                    Some(wire) => html! { <WireSheet {wire} {at} {trouble} /> },
                    None => html! {},
                }
            }
            Some(Overlay::New) => html! { <New seed={self.run.borrow().lab().config().seed} {trouble} /> },
            Some(Overlay::Load) => html! { <Load {trouble} /> },
            Some(Overlay::Futures) => {
                html! { <Futures kept={self.shelf.iter().map(crate::app::act::Shelved::span).collect::<Vec<_>>()} /> }
            }
            Some(Overlay::Help) => html! { <Help /> },
        }
    }
}
