//! The app: the one component that owns the lab and wall time.
//!
//! * [`run`] – a world and the index of its timeline
//! * [`time`] – the one animation-frame loop; playing, stepping, scrubbing
//! * [`act`] – doing things to the world, in the present or in the past
//! * [`cards`] – where cards stand, and dragging them
//! * [`keys`] – shortcuts
//! * [`page`] – what is drawn from all that; [`after_render`]: what is done in the document afterwards
//! * [`choices`] – language and theme, remembered
//! * [`probe`] – what scripts in the page may ask

pub mod act;
pub mod after_render;
pub mod cards;
pub mod choices;
pub mod keys;
pub mod page;
pub mod probe;
pub mod run;
pub mod time;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use gloo::events::EventListener;
use gloo::file::callbacks::FileReader;
use gloo::render::AnimationFrame;
use gloo::timers::callback::Timeout;
use psyncscope_lab::StepBy;
use psyncscope_lab::examples;
use psyncscope_lab::sim::frame::{Frame, HostId, SimTime};
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::app::act::{OtherRun, Work};
use crate::app::cards::{Held, SizeWatch};
use crate::app::run::{Origin, Run};
use crate::i18n::Lang;
use crate::intent::{ErrorSite, Intent, Overlay, Tab, Theme};
use crate::model::geometry::{Point, Size};
use crate::model::narrate::Wording;
use crate::model::pace::Speed;
use crate::stage::layer::Layer;
use crate::ui::dom;
use crate::ui::error::UiError;

/// What the app is told.
pub enum Msg {
    /// A reader wants something.
    Intent(Intent),
    /// The browser is about to draw; milliseconds of wall time.
    Tick(f64),
    /// It is time to ask for the next tick.
    Rested,
    /// The stage has another size.
    Resized(Size),
    /// The window changed between narrow and wide, or the reader's wish for motion changed.
    Surroundings,
    /// A file was read: its name and its text, if it is text.
    FileRead(String, Option<String>),
    /// The pointer that holds a card moved.
    Moved(Point),
    /// The pointer that holds a card was lifted; without a place, it was taken away.
    Released(Option<Point>),
}

/// A message about what the page itself did.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Which sentence.
    pub wording: Wording,
    /// The moment it names.
    pub at: SimTime,
    /// When it was first shown, in milliseconds of wall time.
    pub since_ms: f64,
}

/// How long a notice stays at least; it goes when the reader then does something else.
const NOTICE_MS: f64 = 4000.0;

/// Where the opening begins to play: the replicas have climbed and follow, and the first write is about to come. What went
/// before is one drag of the time bar away.
const OPENING_AT: SimTime = SimTime(2_700_000);

/// The app's state.
pub struct App {
    // What runs.
    run: Rc<RefCell<Run>>,
    other_runs: Vec<OtherRun>,
    work: Option<Work>,

    // Which moment is shown, and how time passes.
    at: SimTime,
    frame: Arc<Frame>,
    playing: bool,
    speed: Speed,
    step_by: StepBy,
    loop_: Option<AnimationFrame>,
    /// The pause before the next tick is asked for.
    rest: Option<Timeout>,
    last_tick: Option<f64>,
    last_drawn: f64,
    drawn_seq: u64,

    // What the reader looks at.
    selected: Option<HostId>,
    tab: Tab,
    segments: bool,
    log_all: bool,
    info_filter: String,
    /// The byte of the ring that is pointed at, by its index.
    pointed: Option<usize>,
    overlay: Option<Overlay>,
    connecting: Option<HostId>,
    error: Option<(ErrorSite, UiError)>,
    notice: Option<Notice>,
    lang: Lang,
    theme: Theme,
    narrow: bool,
    reduced_motion: bool,

    // Where things are.
    layer: Layer,
    stage: Size,
    placed: BTreeMap<HostId, Point>,
    held: Option<Held>,
    /// Cards stand at their places at once at the next drawing: the stage or the world is another one.
    jump: bool,
    /// The command line takes the focus at the next drawing.
    focus_console: bool,
    /// What had the focus before a sheet took it.
    focus_before: Option<HtmlElement>,
    /// What the lists that follow their end showed last.
    followed: Vec<String>,

    // The browser.
    /// The file that is being read.
    reading: Option<FileReader>,
    dispatch: Callback<Intent>,
    page_ref: NodeRef,
    box_ref: NodeRef,
    floor_ref: NodeRef,
    size_watch: Option<SizeWatch>,
    _listeners: Vec<EventListener>,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let opening = examples::opening();
        // The opening is a test of the lab's: a world of ours that it refuses is a broken build.
        #[expect(clippy::expect_used, reason = "no page without a world")]
        let mut run = Run::open(opening, Origin::Opening).expect("the opening example is a world");
        run.read();
        let frame = run.frame_at(OPENING_AT);
        let selected = frame.hosts.first().map(|h| h.id);
        let run = Rc::new(RefCell::new(run));
        probe::install(&run);
        let lang = choices::language();
        let theme = choices::theme();
        choices::show_language(lang);
        choices::show_theme(theme);
        let link = ctx.link();
        Self {
            run,
            other_runs: Vec::new(),
            work: None,
            at: OPENING_AT,
            frame,
            playing: true,
            speed: Speed::default(),
            step_by: StepBy::Packet,
            loop_: None,
            rest: None,
            last_tick: None,
            last_drawn: 0.0,
            drawn_seq: u64::MAX,
            selected,
            tab: Tab::default(),
            segments: false,
            log_all: false,
            info_filter: String::new(),
            pointed: None,
            overlay: None,
            connecting: None,
            error: None,
            notice: None,
            lang,
            theme,
            narrow: choices::is_narrow(),
            reduced_motion: choices::prefers_reduced_motion(),
            layer: Layer::default(),
            stage: Size { w: 800.0, h: 480.0 },
            placed: BTreeMap::new(),
            held: None,
            jump: true,
            focus_console: false,
            focus_before: None,
            followed: Vec::new(),
            reading: None,
            dispatch: link.callback(Msg::Intent),
            page_ref: NodeRef::default(),
            box_ref: NodeRef::default(),
            floor_ref: NodeRef::default(),
            size_watch: None,
            _listeners: keys::listen(link),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let draw = match msg {
            Msg::Tick(wall_ms) => self.tick(wall_ms),
            Msg::Rested => {
                self.rested(ctx);
                false
            }
            Msg::Resized(size) => self.resized(size),
            Msg::Surroundings => self.surroundings_changed(),
            Msg::FileRead(name, text) => {
                self.file_read(name, text);
                true
            }
            Msg::Moved(at) => {
                self.hold_moved(at);
                false
            }
            Msg::Released(at) => self.hold_released(at),
            Msg::Intent(intent) => self.answer(ctx, intent),
        };
        self.keep_ticking(ctx);
        draw
    }

    fn view(&self, _: &Context<Self>) -> Html {
        self.page()
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            self.watch_size(ctx);
        }
        self.after_drawing();
        self.keep_ticking(ctx);
    }
}

impl App {
    /// Does what a reader wants; whether the page must be drawn anew.
    fn answer(&mut self, ctx: &Context<Self>, intent: Intent) -> bool {
        self.notice = self.notice.take().filter(|notice| dom::wall_ms() - notice.since_ms < NOTICE_MS);
        match intent {
            Intent::TogglePlay => self.toggle_play(),
            Intent::Rewind => self.rewind(),
            Intent::StepBack => self.step_back(),
            Intent::StepForward => self.step_forward(),
            Intent::SetStepBy(by) => self.step_by = by,
            Intent::SetSpeed(speed) => self.speed = speed,
            Intent::Seek(at) => self.seek(at),
            Intent::GoLive => self.go_live(),

            Intent::Select(id) => self.select(id),
            Intent::SelectNth(nth) => {
                if let Some(id) = self.frame.hosts.get(nth).map(|h| h.id) {
                    self.select(id);
                }
            }
            Intent::SetTab(tab) => self.tab = tab,
            Intent::FocusConsole => {
                if self.narrow {
                    self.tab = Tab::Console;
                }
                self.focus_console = true;
            }
            Intent::SetSegments(on) => self.segments = on,
            Intent::SetLogAll(on) => self.log_all = on,
            Intent::Point(index) => self.pointed = index,
            Intent::FilterInfo(filter) => self.info_filter = filter,
            Intent::SetLang(lang) => {
                self.lang = lang;
                choices::remember_language(lang);
            }
            Intent::SetTheme(theme) => {
                self.theme = theme;
                choices::remember_theme(theme);
            }
            Intent::Open(overlay) => {
                self.overlay = Some(overlay);
                self.error = None;
                if let Overlay::Node(id, _) = overlay {
                    self.select(id);
                }
            }
            Intent::Close => self.close(),
            Intent::Escape => {
                self.close();
                self.connecting = None;
            }
            Intent::DismissError => self.error = None,
            Intent::DismissNotice => self.notice = None,

            Intent::Grab(id, grip, at) => self.grab(ctx, id, grip, at),
            Intent::Nudge(id, by) => self.nudge(id, by),
            Intent::StartConnect(id) => {
                self.overlay = None;
                self.connecting = Some(id);
            }
            Intent::ChooseMaster(master) => {
                if let Some(replica) = self.connecting.take().filter(|&replica| replica != master) {
                    self.follow(replica, master);
                }
            }
            Intent::CancelConnect => self.connecting = None,

            Intent::Act(actions, place) => self.act(actions, place),
            Intent::Exec(id, command) => {
                self.exec(id, command, ErrorSite::Console);
                return self.draws_at_once();
            }
            Intent::AddNode => self.add_node(),
            Intent::Follow(replica, master) => self.follow(replica, master),
            Intent::Promote(id) => self.exec(id, "REPLICAOF NO ONE".to_owned(), ErrorSite::Overlay),

            Intent::New(config) => self.start_new(config),
            Intent::Load(text, name) => self.load(&text, name),
            Intent::LoadFile(file) => self.read_file(ctx, &file),
            Intent::Refuse(error) => self.error = Some((ErrorSite::Overlay, error)),
            Intent::Save => self.save(),
            Intent::Return(nth) => self.return_to(nth),
        }
        true
    }

    fn select(&mut self, id: HostId) {
        if self.selected != Some(id) {
            self.selected = Some(id);
            // What was refused at another node's console is of no interest here.
            self.error = self.error.take().filter(|(place, _)| *place != ErrorSite::Console);
        }
    }

    fn close(&mut self) {
        self.overlay = None;
        self.error = self.error.take().filter(|(place, _)| *place != ErrorSite::Overlay);
    }

    fn surroundings_changed(&mut self) -> bool {
        let (narrow, reduced_motion) = (choices::is_narrow(), choices::prefers_reduced_motion());
        let changed = narrow != self.narrow || reduced_motion != self.reduced_motion;
        (self.narrow, self.reduced_motion) = (narrow, reduced_motion);
        changed
    }
}
