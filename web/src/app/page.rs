//! Renders the page: the properties of each component, from the app's state.

use std::rc::Rc;
use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_lab::compare::Comparison;
use psyncscope_lab::engine::event::Event;
use psyncscope_lab::format;
use psyncscope_lab::invitation::Invitation;
use psyncscope_lab::ring::Eras;
use psyncscope_lab::ring::readers::readers;
use psyncscope_lab::ruler::ruler;
use psyncscope_lab::sim::frame::{HostFrame, HostId, Power, What};
use psyncscope_lab::timers::timers;
use psyncscope_lab::topology;
use yew::prelude::*;

use crate::app::App;
use crate::app::run::Origin;
use crate::app::run_ref::RunRef;
use crate::branches::compare::CompareView;
use crate::branches::dialog::BranchesDialog;
use crate::console::view::Console;
use crate::i18n::{fill, messages};
use crate::intent::{ErrorSite, Intent, Overlay, Tab, WhyIntent};
use crate::lesson::shown::Phase;
use crate::panels::backlog::BacklogPanel;
use crate::panels::handshake::HandshakePanel;
use crate::panels::info::InfoPanel;
use crate::panels::log::{LogPanel, LogSource};
use crate::panels::tabs::{Tabs, name, slug, tab_id};
use crate::panels::verdict::Decision;
use crate::panels::why::{WhyPanel, WhySource};
use crate::ruler::view::RulerView;
use crate::stage::caption::Caption;
use crate::stage::invitation::InvitationBar;
use crate::stage::node_menu::{NodeMenu, Other};
use crate::stage::timers::TimersBar;
use crate::stage::view::Stage;
use crate::stage::wire_sheet::WireSheet;
use crate::topbar::bar::TopBar;
use crate::topbar::embedded::EmbeddedBar;
use crate::topbar::help::HelpDialog;
use crate::topbar::landing::Landing;
use crate::topbar::load::LoadDialog;
use crate::topbar::new::NewDialog;
use crate::topbar::share::ShareDialog;
use crate::topbar::update::UpdateNotice;
use crate::transport::bar::TransportBar;
use crate::transport::run_until::RunUntilDialog;
use crate::ui::button::Button;
use crate::ui::context::UiContext;
use crate::ui::error::UiError;
use crate::ui::icon::Shape;
use crate::ui::icon_button::IconButton;
use crate::ui::lit::Lit;
use crate::ui::shared::Shared;

impl App {
    /// Everything.
    pub(super) fn render(&self) -> Html {
        let t = messages(self.ui.lang);
        let masters = topology::masters(&self.playback.frame);
        let (from, now) = self.range();
        let run = self.session.run.borrow();
        let entries = self.playback.frame.entries;
        let notes = run.index().caption(entries);
        let tab = self.shown_tab();
        let ruler_here = !self.ui.narrow || tab == Tab::Ruler;
        let console_here = !self.ui.narrow || tab == Tab::Console;
        let panel_here = !matches!(tab, Tab::Ruler | Tab::Console);
        let steps = self.steps_here().then(|| self.steps_panel());
        let (steps_beside, steps_panel) = if self.ui.narrow { (None, steps) } else { (steps, None) };
        let (origin, seed) = (run.origin.clone(), run.lab().config().seed);
        let marks = run.marks();
        let colours = run.colours.clone();
        drop(run);
        let cx = UiContext { lang: self.ui.lang, colours, dispatch: self.dispatch.clone() };
        let selected = self.ui.selected.and_then(|id| topology::host(&self.playback.frame, id));
        let ruler =
            ruler_here.then(|| html! { <RulerView ruler={ruler(&self.playback.frame)} selected={self.ui.selected} /> });
        let (ruler_below, ruler_panel) = if self.ui.narrow { (None, ruler) } else { (ruler, None) };
        let console = console_here.then(|| self.console());
        let (console_below, console_panel) = if self.ui.narrow { (None, console) } else { (console, None) };
        let panel = panel_here.then(|| selected.map(|host| self.panel(tab, host))).flatten();
        let invitation = self.invitation();
        let stage = html! {
            <Stage
                frame={Shared::from(&self.playback.frame)}
                world={self.drawing.world}
                selected={self.ui.selected}
                connecting={self.ui.connecting}
                overlay={self.ui.overlay}
                invites_cut={invitation == Some(Invitation::Cut)}
                segments={self.ui.segments}
                reduced_motion={self.ui.reduced_motion}
                error={self.error_at(ErrorSite::Stage)}
                layer={self.drawing.layer.clone()}
                onmotion={self.drawing.onmotion.clone()}
            />
        };
        let progress = self.session.replay.as_ref().map(|replay| {
            let words = fill(t.working, &[("percent", &replay.percent().to_string())]);
            html! { <div class="working" role="status">{ words }</div> }
        });
        let comparison = self.comparison();
        let lesson = self.lesson_panel();
        let embedded = self.embedding.is_some();
        let class = classes!(
            "page",
            self.ui.narrow.then_some("narrow"),
            embedded.then_some("embedded"),
            self.ui.reduced_motion.then_some("reduced-motion"),
            comparison.is_some().then_some("comparing"),
            self.presenting_classes(),
        );
        html! {
            <ContextProvider<UiContext> context={cx.clone()}>
            <ContextProvider<Lit> context={Lit(self.ui.lit)}>
                <div {class} ref={self.elements.page.clone()} data-playing={self.playback.playing.to_string()}>
                    if embedded {
                        <EmbeddedBar />
                    } else {
                        <TopBar {origin} nodes={self.playback.frame.hosts.len()} {seed} theme={self.ui.theme} />
                    }
                    if self.ui.landing {
                        <Landing />
                    }
                    <main
                        class={classes!(
                            "main",
                            steps_beside.is_some().then_some("with-steps"),
                            lesson.is_some().then_some("with-lesson"),
                        )}
                    >
                        { lesson.unwrap_or_default() }
                        <div class="left">
                            { stage }
                            if let Some(invitation) = invitation {
                                <InvitationBar {invitation} />
                            } else if !embedded {
                                <TimersBar timers={timers(&self.playback.frame, self.playback.at)} />
                            }
                            { self.notice_html(&cx) }
                            <Caption {notes} said={self.said()} has_replicas={!masters.is_empty()} />
                            { ruler_below.unwrap_or_default() }
                        </div>
                        <div class="right">
                            if !embedded {
                                <Tabs
                                    {tab}
                                    narrow={self.ui.narrow}
                                    steps={self.steps_here()}
                                    node={selected.map(|host| AttrValue::from(host.name.to_string()))}
                                />
                            }
                            // Another panel is another element: it begins at its top.
                            <div
                                key={slug(tab)}
                                class="panel"
                                role={if embedded { "region" } else { "tabpanel" }}
                                tabindex="0"
                                id="panel"
                                aria-label={embedded.then(|| name(tab, t))}
                                aria-labelledby={(!embedded).then(|| tab_id(tab))}
                                data-panel={slug(tab)}
                            >
                                { panel.unwrap_or_default() }
                                { ruler_panel.unwrap_or_default() }
                                { steps_panel.unwrap_or_default() }
                                { console_panel.unwrap_or_default() }
                            </div>
                            { console_below.unwrap_or_default() }
                        </div>
                        { steps_beside.unwrap_or_default() }
                    </main>
                    { comparison.map(|found| self.compare_html(found)).unwrap_or_default() }
                    <TransportBar
                        playing={self.playback.playing}
                        at={self.playback.at}
                        {from}
                        {now}
                        step_by={self.playback.step_by}
                        speed={self.playback.speed}
                        {marks}
                        branches={Rc::clone(self.session.branches.rows())}
                        sessions={self.session.others.len()}
                    />
                    { self.overlay_html(&masters) }
                    { progress.unwrap_or_default() }
                    { self.drop_hint().unwrap_or_default() }
                    if self.presenter.as_ref().is_some_and(|presenter| presenter.blank) {
                        <div class="blank" data-testid="blank"></div>
                    }
                </div>
            </ContextProvider<Lit>>
            </ContextProvider<UiContext>>
        }
    }

    /// What the opening invites to at the moment shown.
    fn invitation(&self) -> Option<Invitation> {
        let run = self.session.run.borrow();
        if !self.ui.invites || run.origin != Origin::Opening {
            return None;
        }
        let done = run.lab().actions().partition_point(|action| action.at_us <= self.playback.at.0);
        Invitation::of(&self.playback.frame, &run.lab().actions()[..done])
    }

    /// The panel shown: the last two are panels only on narrow screens.
    pub(super) fn shown_tab(&self) -> Tab {
        match self.ui.tab {
            Tab::Ruler | Tab::Console | Tab::Steps if !self.ui.narrow => Tab::Backlog,
            tab => tab,
        }
    }

    pub(super) fn error_at(&self, here: ErrorSite) -> Option<UiError> {
        self.ui.error.as_ref().filter(|(place, _)| *place == here).map(|(_, error)| error.clone())
    }

    fn panel(&self, tab: Tab, host: &Arc<HostFrame>) -> Html {
        let Some(node) = &host.node else { return Html::default() };
        match tab {
            Tab::Backlog => html! {
                <BacklogPanel
                    backlog={node.backlog.as_ref().map(Shared::from)}
                    backlog_size={node.backlog_size}
                    eras={Eras::of(node)}
                    is_master={node.is_master()}
                    readers={readers(&self.playback.frame, host)}
                    decision={self.decision(host.id)}
                />
            },
            Tab::Handshake => {
                let run = self.session.run.borrow();
                let ladder = Rc::new(run.index().ladder(run.lab(), &self.playback.frame, host));
                let master = node.upstream.as_ref().map(|u| AttrValue::from(format!("{}:{}", u.host, u.port)));
                // Another node's ladder is another list: its current rung is shown at once.
                html! { <HandshakePanel key={host.id.0} host={host.id} {ladder} {master} /> }
            }
            Tab::Info => {
                let filter = AttrValue::from(self.ui.info_filter.clone());
                html! { <InfoPanel node={Shared::from(node)} {filter} /> }
            }
            Tab::Log => {
                let run = self.session.run.borrow();
                let shown = (!self.ui.log_all).then_some(host.id);
                let source = LogSource {
                    run: RunRef::of(&self.session.run),
                    host: shown,
                    count: run.index().log(shown, self.playback.frame.entries).len(),
                };
                html! { <LogPanel {source} /> }
            }
            Tab::Why => {
                let source = WhySource {
                    run: RunRef::of(&self.session.run),
                    frame: Shared::from(&self.playback.frame),
                    turns: self.session.run.borrow().lab().world().turns().len(),
                };
                let answer_first = matches!(self.lesson_phase(), Some(Phase::Asked { .. } | Phase::Answered));
                html! {
                    <WhyPanel
                        {source}
                        asked={self.why.asked.clone()}
                        packets={self.packets_under_way()}
                        question={self.why.question}
                        {answer_first}
                    />
                }
            }
            Tab::Diagram => self.diagram_panel(),
            Tab::Script => self.script_panel(),
            Tab::Ruler | Tab::Console | Tab::Steps => Html::default(),
        }
    }

    fn decision(&self, id: HostId) -> Option<Decision> {
        let run = self.session.run.borrow();
        let found = run.index().verdict(id, self.playback.frame.entries)?;
        let entry = run.lab().timeline().get(found.entry)?;
        let What::Node(Event::Verdict { verdict, .. }) = &entry.what else { return None };
        let name = |id| run.lab().name_of(id);
        Some(Decision {
            entry: found.entry,
            at: entry.at,
            master: name(found.master),
            asker: found.asker.map(name),
            verdict: Rc::new((**verdict).clone()),
            change: self.turning_change(found.entry),
        })
    }

    fn console(&self) -> Html {
        let Some(host) = self.ui.selected.and_then(|id| topology::host(&self.playback.frame, id)) else {
            return Html::default();
        };
        let nodes: Vec<_> = self.playback.frame.hosts.iter().map(|h| (h.id, Arc::clone(&h.name))).collect();
        html! {
            <Console
                key="console"
                {nodes}
                id={host.id}
                name={Arc::clone(&host.name)}
                port={host.port}
                runs={matches!(host.power, Power::Running | Power::Paused)}
                run={RunRef::of(&self.session.run)}
                lines={self.session.run.borrow_mut().console(host.id, &self.playback.frame)}
                error={self.error_at(ErrorSite::Console)}
            />
        }
    }

    fn notice_html(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        if let Some(broken) = &self.why.broken {
            let finding = &broken.finding;
            let name = self.session.run.borrow().lab().name_of(finding.host);
            let slots = [("node", &*name), ("rule", finding.rule.text(cx.lang)), ("numbers", &finding.text(cx.lang))];
            let show = cx.click(Intent::Why(WhyIntent::ShowBroken));
            let dismiss = cx.click(Intent::Why(WhyIntent::DismissBroken));
            return html! {
                <div class="notice notice-broken" role="alert" data-testid="broken-rule">
                    <span>{ fill(t.rule_stopped, &slots) }</span>
                    <Button class="button small" testid="show-broken" onclick={show}>{ t.rule_show }</Button>
                    <IconButton shape={Shape::Cross} label={t.dismiss} onclick={dismiss} />
                </div>
            };
        }
        let (words, button) = match &self.ui.notice {
            Some(notice) => {
                let words = fill((notice.wording)(t), &[("at", &format::clock(notice.at)), ("what", &notice.what)]);
                let onclick = cx.click(Intent::DismissNotice);
                (words, html! { <IconButton shape={Shape::Cross} label={t.dismiss} {onclick} /> })
            }
            // While the user looks at the past, the page says what an action would do.
            None if !self.is_live() && !self.playback.playing => {
                let words = fill(t.in_the_past, &[("at", &format::clock(self.playback.at))]);
                let onclick = cx.click(Intent::GoLive);
                (words, html! { <Button class="button small" {onclick}>{ t.go_live }</Button> })
            }
            None => {
                return self.ui.update.map_or_else(Html::default, |update| html! { <UpdateNotice {update} /> });
            }
        };
        html! { <div class="notice" role="status" data-testid="notice"><span>{ words }</span>{ button }</div> }
    }

    /// Two branches side by side.
    fn compare_html(&self, (pair, comparison): ([usize; 2], Rc<Comparison>)) -> Html {
        let list = self.session.branches.tree().list();
        let names: Vec<_> = list.iter().map(|branch| AttrValue::from(branch.name.clone())).collect();
        html! { <CompareView {comparison} {names} {pair} /> }
    }

    fn overlay_html(&self, masters: &LiteMap<HostId, HostId>) -> Html {
        let error = self.error_at(ErrorSite::Overlay);
        let seed = self.session.run.borrow().lab().config().seed;
        match self.ui.overlay {
            None => Html::default(),
            Some(Overlay::Node(id, at)) => {
                let Some(host) = topology::host(&self.playback.frame, id) else { return Html::default() };
                let cut = |from, to| topology::is_cut(&self.playback.frame, from, to);
                let is_cut = |other| cut(id, other) && cut(other, id);
                let others = self.playback.frame.hosts.iter().filter(|h| h.id != id);
                let others: Vec<Other> =
                    others.map(|h| Other { id: h.id, name: Arc::clone(&h.name), cut: is_cut(h.id) }).collect();
                html! {
                    <NodeMenu
                        key={format!("node-{}", id.0)}
                        host={Shared::from(host)}
                        {others}
                        master={masters.get(&id).copied()}
                        {error}
                        {at}
                    />
                }
            }
            Some(Overlay::Wire(a, b, at)) => {
                let pair = topology::ordered(a, b);
                match topology::wires(&self.playback.frame, Some(pair)).into_iter().find(|w| (w.a, w.b) == pair) {
                    Some(wire) => {
                        let key = format!("wire-{}", wire.key());
                        html! { <WireSheet {key} {wire} {error} {at} /> }
                    }
                    None => Html::default(),
                }
            }
            Some(Overlay::New) => html! { <NewDialog {seed} {error} /> },
            Some(Overlay::Save) => self.save_dialog(),
            Some(Overlay::Load) => html! { <LoadDialog {error} /> },
            Some(Overlay::Branches) => {
                let rows = Rc::clone(self.session.branches.rows());
                html! { <BranchesDialog {rows} sessions={self.session_rows()} {error} /> }
            }
            Some(Overlay::RunUntil) => {
                let hosts = &self.playback.frame.hosts;
                let offset = |host: &HostFrame| host.node.as_ref().map_or(0, |node| node.master_repl_offset.0);
                let nodes: Vec<_> = hosts.iter().map(|h| (AttrValue::from(h.name.to_string()), offset(h))).collect();
                let selected = hosts.iter().position(|h| Some(h.id) == self.ui.selected).unwrap_or(0);
                html! { <RunUntilDialog {nodes} {selected} {error} /> }
            }
            Some(Overlay::Share) => match self.ui.shared.clone() {
                Some(shared) => html! { <ShareDialog {shared} /> },
                None => Html::default(),
            },
            Some(Overlay::Observed) => self.observed_dialog(),
            Some(Overlay::Help) => html! { <HelpDialog /> },
            Some(Overlay::Course) => self.course_dialog(),
            Some(Overlay::Report) => self.report_dialog(),
        }
    }
}
