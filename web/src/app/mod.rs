//! The app: the one component that owns the lab and wall time.
//!
//! * [`state`]: its state, by what it is about; [`run`]: a lab and the index of its timeline; [`run_ref`]: it as a property
//! * [`time`]: the one animation-frame loop; playing, stepping, scrubbing
//! * [`act`], [`replay`]: carrying out actions, in the present or in the past; [`prepare`]: the branch that this would start
//! * [`why`]: what would turn a decision
//! * [`steps`]: the steps of the functions of replication
//! * [`lit`]: the bytes that are pointed at
//! * [`diagram`]: the sequence diagram
//! * [`branches`]: the branches of the session, and the sessions that were left; [`compare`]: two side by side
//! * [`run_until`]: running until something happens
//! * [`course`]: the lessons that come with the page; [`lesson`]: the one that is read; [`report`]: what was done in them; [`presenter`]: one before an audience
//! * [`observed`]: INFO and logs of real servers
//! * [`keys`]: keyboard shortcuts
//! * [`page`]: rendering; [`after_render`]: what is done in the document afterwards
//! * [`save`]: files; [`share`]: links to an instant; [`script`]: the session as text; [`dropped`]: files that are dropped on the page
//! * [`embed`]: the page in a frame of another one
//! * [`choices`]: language and theme, remembered
//! * [`probe`]: what scripts in the page may ask

pub mod act;
pub mod after_render;
pub mod branches;
pub mod choices;
pub mod compare;
pub mod course;
pub mod diagram;
pub mod dropped;
pub mod embed;
pub mod keys;
pub mod lesson;
pub mod lit;
pub mod observed;
pub mod page;
pub mod prepare;
pub mod presenter;
pub mod probe;
pub mod replay;
pub mod report;
pub mod run;
pub mod run_ref;
pub mod run_until;
pub mod save;
pub mod script;
pub mod share;
pub mod state;
pub mod steps;
pub mod time;
pub mod update;
pub mod why;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use psyncscope_lab::StepBy;
use psyncscope_lab::diagram::Detail;
use psyncscope_lab::examples;
use psyncscope_lab::sim::frame::{HostId, SimTime};
use yew::prelude::*;

use crate::app::branches::BranchRuns;
use crate::app::embed::{Asked, Embedding};
use crate::app::prepare::Preparing;
use crate::app::run::{LabRun, Origin};
use crate::app::state::{Drawing, PageElements, Playback, Session, UiState};
use crate::app::steps::StepsState;
use crate::app::why::Why;
use crate::intent::{ErrorSite, Intent, Overlay, StepSize, Tab};
use crate::lesson::library::Course;
use crate::lesson::presenter::Presenter;
use crate::model::pace::{Hold, Speed};
use crate::observed::state::ObservedState;
use crate::stage::layer::LayerHandle;
use crate::transport::time_display::TimeDisplay;
use crate::ui::dom;
use crate::ui::drop_zone::{self, Dropped};
use crate::ui::whole;

/// The app's messages.
pub enum Msg {
    /// The user wants something.
    Intent(Intent),
    /// An animation frame; milliseconds of wall time.
    Tick(f64),
    /// Something on the stage has begun to move.
    Motion,
    /// The window's width or the preference for reduced motion changed.
    EnvironmentChanged,
    /// A file was read: its name and its text, if it is text.
    FileRead(String, Option<String>),
    /// A link to this time was copied, or not: then the address with it.
    Copied(SimTime, Option<AttrValue>),
    /// A picture was made a PNG with this name, or could not be.
    Rasterised(String, Option<web_sys::Blob>),
    /// Something is dragged over the page or dropped on it.
    Dropped(Dropped),
    /// Nothing more was typed into the script for a while.
    ApplyScript,
    /// The part of the page's address behind its `#` is another.
    AddressChanged,
    /// What there is to say about a new version of the page is another.
    UpdateChanged,
    /// The page around this one asks for something.
    Asked(Asked),
    /// A lesson was fetched, or did not come: its name, and its text.
    LessonFetched(String, Option<String>),
    /// The next session of the report is to be replayed.
    Grade,
}

/// How long a notice stays at least; it goes when the reader then does something else.
const NOTICE_MS: f64 = 4000.0;

/// The app.
pub struct App {
    session: Session,
    playback: Playback,
    ui: UiState,
    why: Why,
    steps: StepsState,
    observed: ObservedState,
    course: Course,
    presenter: Option<Presenter>,
    drawing: Drawing,
    elements: PageElements,
    /// The page is embedded in another one.
    embedding: Option<Embedding>,
    /// Runs while the script's text is typed.
    script_pending: Option<Timeout>,
    /// Handles the intents of all components.
    dispatch: Callback<Intent>,
    _listeners: Vec<EventListener>,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let opening = examples::opening();
        // The opening is a test of the lab's: a world of ours that it refuses is a broken build.
        #[expect(clippy::expect_used, reason = "no page without a world")]
        let mut run = LabRun::open(opening, Origin::Opening).expect("the opening example is a world");
        run.read();
        let frame = run.frame_at(run.now());
        let selected = frame.hosts.first().map(|h| h.id);
        let lang = choices::language();
        let branches = BranchRuns::of(run.lab(), lang);
        let run = Rc::new(RefCell::new(run));
        probe::install(&run);
        let theme = choices::theme();
        choices::show_language(lang);
        choices::show_theme(theme);
        let link = ctx.link();
        let dispatch = {
            let link = link.clone();
            Callback::from(move |intent| whole::send(&link, Msg::Intent(intent)))
        };
        let embedding = Embedding::of_address();
        let mut app = Self {
            session: Session {
                run,
                branches,
                others: Vec::new(),
                replay: None,
                waiting: VecDeque::new(),
                preparing: Preparing::default(),
            },
            playback: Playback {
                at: SimTime(0),
                frame,
                playing: true,
                speed: Speed::default(),
                step_by: StepSize::By(StepBy::Packet),
                tick_request: None,
                hold: Hold::default(),
                last_tick_ms: None,
                rendered: None,
            },
            ui: UiState {
                selected,
                tab: Tab::default(),
                segments: false,
                log_all: false,
                info_filter: String::new(),
                lit: None,
                last_lit: None,
                diagram_detail: Detail::default(),
                overlay: None,
                shared: None,
                connecting: None,
                error: None,
                notice: None,
                update: update::state(),
                landing: embedding.is_none() && choices::is_first_visit(),
                invites: embedding.is_none(),
                lang,
                theme,
                narrow: embedding.is_some() || choices::is_narrow(),
                reduced_motion: choices::prefers_reduced_motion(),
                focus_console: false,
                focus_lesson: false,
                show_panel: false,
                dragged_over: false,
            },
            why: Why::default(),
            steps: StepsState::default(),
            observed: ObservedState::default(),
            course: Course::stored(),
            presenter: None,
            drawing: Drawing {
                layer: LayerHandle::default(),
                time: TimeDisplay::default(),
                world: 0,
                onmotion: link.callback(|()| Msg::Motion),
            },
            elements: PageElements { page: NodeRef::default(), file_reader: None },
            script_pending: None,
            _listeners: [
                keys::listen(&dispatch, link.callback(|()| Msg::EnvironmentChanged)),
                drop_zone::listen(&link.callback(Msg::Dropped)),
            ]
            .into_iter()
            .flatten()
            .chain(share::listen(link))
            .chain(update::listen(link))
            .chain(embedding.as_ref().and_then(|embedding| embedding.listen(link)))
            .collect(),
            dispatch,
            embedding,
        };
        if !app.open_kept(ctx) {
            app.open_address(ctx);
        }
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let is_tick = matches!(msg, Msg::Tick(_));
        let draw = match msg {
            Msg::Tick(wall_ms) => self.tick(wall_ms),
            Msg::Motion => false,
            Msg::EnvironmentChanged => self.environment_changed(),
            Msg::FileRead(name, text) => {
                self.file_read(name, text);
                true
            }
            Msg::Copied(at, refused) => {
                self.copied(at, refused);
                true
            }
            Msg::Rasterised(name, png) => {
                self.rasterised(&name, png);
                true
            }
            Msg::Dropped(dropped) => self.dropped(ctx, dropped),
            Msg::ApplyScript => {
                self.apply_script(ctx);
                true
            }
            Msg::AddressChanged => {
                self.open_address(ctx);
                true
            }
            Msg::UpdateChanged => {
                self.update_changed();
                true
            }
            Msg::Asked(asked) => {
                self.asked(asked);
                false
            }
            Msg::LessonFetched(id, text) => {
                self.lesson_fetched(ctx, id, text);
                true
            }
            Msg::Grade => {
                self.grade_next(ctx);
                true
            }
            Msg::Intent(intent) if intent.acts() && self.session.replay.is_some() => {
                self.session.waiting.push_back(intent);
                false
            }
            Msg::Intent(intent) => self.handle(ctx, intent),
        };
        let draw = self.handle_waiting(ctx) || draw;
        let draw = self.answer() || draw;
        if self.follow_lesson() {
            self.playback.playing = false;
        }
        self.tell_notes();
        if draw {
            self.follow_script();
        }
        self.request_tick(ctx);
        // Whoever embeds the page is answered once it shows what was asked for, and a frame out of view gets no ticks.
        if draw && !is_tick && !self.has_unsent() && self.playback.tick_request.is_some() {
            // The tick renders what the message changed, together with what time changes.
            self.playback.rendered = None;
            return false;
        }
        if !draw {
            self.send_unsent();
        }
        draw
    }

    fn view(&self, _: &Context<Self>) -> Html {
        self.render()
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        self.after_render();
        self.send_unsent();
        self.request_tick(ctx);
    }
}

impl App {
    /// Handles what has waited for a replay. Returns whether the page must be rendered.
    fn handle_waiting(&mut self, ctx: &Context<Self>) -> bool {
        let mut draw = false;
        while self.session.replay.is_none()
            && let Some(intent) = self.session.waiting.pop_front()
        {
            draw |= self.handle(ctx, intent);
        }
        draw
    }

    /// Handles an intent. Returns whether the page must be rendered.
    fn handle(&mut self, ctx: &Context<Self>, intent: Intent) -> bool {
        self.ui.notice = self.ui.notice.take().filter(|notice| dom::wall_ms() - notice.since_ms < NOTICE_MS);
        match intent {
            Intent::TogglePlay => self.toggle_play(),
            Intent::Rewind => self.rewind(),
            Intent::SkipQuiet => self.skip_quiet(),
            Intent::StepBack => self.step_back(),
            Intent::StepForward => self.step_forward(),
            Intent::SetStepBy(by) => self.playback.step_by = by,
            Intent::SetSpeed(speed) => self.playback.speed = speed,
            Intent::Seek(at) => self.seek(at),
            Intent::SeekBy(us) => self.seek(SimTime(self.playback.at.0.saturating_add_signed(us))),
            Intent::GoLive => self.go_live(),

            Intent::Select(id) => self.select(id),
            Intent::SelectNth(nth) => {
                if let Some(id) = self.playback.frame.hosts.get(nth).map(|h| h.id) {
                    self.select(id);
                }
            }
            Intent::SetTab(tab) => {
                self.show_tab(tab);
                // On a phone it may lie below what is in view.
                self.ui.show_panel = self.ui.narrow && self.embedding.is_none();
            }
            Intent::FocusConsole => {
                if self.ui.narrow {
                    self.show_tab(Tab::Console);
                } else if self.steps_hide_console() {
                    self.steps.open = false;
                }
                self.ui.focus_console = true;
            }
            Intent::SetDiagramDetail(detail) => self.ui.diagram_detail = detail,
            Intent::Light(bytes) => return self.light(bytes),
            Intent::LightPacket(id) => return self.light_packet(id),
            Intent::ShowAt(node, at) => self.show_at(node, at),
            Intent::SetSegments(on) => self.ui.segments = on,
            Intent::SetLogAll(on) => self.ui.log_all = on,
            Intent::FilterInfo(filter) => self.ui.info_filter = filter,
            Intent::SetLang(lang) => {
                self.ui.lang = lang;
                choices::remember_language(lang);
                self.session.branches.list(lang);
            }
            Intent::SetTheme(theme) => {
                self.ui.theme = theme;
                choices::remember_theme(theme);
            }
            // What opened a sheet closes it.
            Intent::Open(overlay) if self.ui.overlay.is_some_and(|open| open.is_of(&overlay)) => self.close(),
            Intent::Open(overlay) => {
                self.ui.overlay = Some(overlay);
                self.ui.error = None;
                if overlay == Overlay::Branches {
                    self.session.branches.record(self.session.run.borrow().lab(), self.ui.lang);
                }
                if let Overlay::Node(id, _) = overlay {
                    self.select(id);
                }
            }
            Intent::Close => self.close(),
            Intent::Escape => {
                self.close();
                self.ui.lit = None;
                self.ui.connecting = None;
            }
            Intent::DismissError => {
                self.ui.error = None;
                self.observed.dismiss_error();
            }
            Intent::DismissNotice => self.ui.notice = None,
            Intent::LoadUpdate => self.load_update(),
            Intent::DismissUpdate => self.ui.update = None,
            Intent::DismissLanding => self.landed(),
            Intent::DismissInvitation => self.ui.invites = false,

            Intent::StartConnect(id) => {
                self.ui.overlay = None;
                self.ui.connecting = Some(id);
            }
            Intent::ChooseMaster(master) => {
                if let Some(replica) = self.ui.connecting.take().filter(|&replica| replica != master) {
                    self.follow(replica, master);
                }
            }
            Intent::CancelConnect => self.ui.connecting = None,

            Intent::Act(actions, place) => self.act(actions, place),
            Intent::Exec(id, command) => {
                self.exec(id, command, ErrorSite::Console);
            }
            Intent::AddNode => self.add_node(),
            Intent::Follow(replica, master) => self.follow(replica, master),
            Intent::Promote(id) => self.exec(id, "REPLICAOF NO ONE".to_owned(), ErrorSite::Overlay),

            Intent::Why(intent) => self.handle_why(intent),

            Intent::New(config) => self.start_new(config),
            Intent::Load(text, name) => self.load(&text, name),
            Intent::LoadFile(file) => self.read_file(ctx, &file, Msg::FileRead),
            Intent::Refuse(error) => self.ui.error = Some((ErrorSite::Overlay, error)),
            Intent::Save(file) => self.save(ctx, file),
            Intent::Share => self.share(ctx),
            Intent::OpenInPage => self.open_in_page(),
            Intent::SwitchBranch(branch) => self.switch_branch(branch),
            Intent::RenameBranch(branch, name) => self.rename_branch(branch, &name),
            Intent::ReturnToSession(nth) => self.return_to(nth),
            Intent::CompareBranches(pair) => self.compare_branches(pair),
            Intent::RunUntil(until) => self.run_until(&until),

            Intent::OpenInfo(text) => self.open_info(text),
            Intent::Observed(intent) => self.handle_observed(intent),
            Intent::Script(intent) => self.handle_script(ctx, intent),
            Intent::Steps(intent) => self.step_inside(intent),
            Intent::Lesson(intent) => self.handle_lesson(ctx, intent),
        }
        true
    }

    /// The reader knows what he can do here.
    pub(super) fn landed(&mut self) {
        if std::mem::take(&mut self.ui.landing) {
            choices::remember_visit();
        }
    }

    /// Shows a panel. What was lit in the one before it is not pointed at any more.
    fn show_tab(&mut self, tab: Tab) {
        self.ui.tab = tab;
        self.ui.lit = None;
    }

    fn select(&mut self, id: HostId) {
        if self.ui.selected != Some(id) {
            self.ui.selected = Some(id);
            // What was refused at another node's console is of no interest here.
            self.ui.error = self.ui.error.take().filter(|(place, _)| *place != ErrorSite::Console);
        }
    }

    fn close(&mut self) {
        self.ui.overlay = None;
        self.ui.error = self.ui.error.take().filter(|(place, _)| *place != ErrorSite::Overlay);
    }

    fn environment_changed(&mut self) -> bool {
        // An embedded page has one panel, whatever its width.
        let narrow = self.embedding.is_some() || choices::is_narrow() && self.presenter.is_none();
        let reduced_motion = choices::prefers_reduced_motion();
        let changed = narrow != self.ui.narrow || reduced_motion != self.ui.reduced_motion;
        (self.ui.narrow, self.ui.reduced_motion) = (narrow, reduced_motion);
        changed
    }
}
