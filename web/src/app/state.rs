//! The app's state, by what it is about.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use gloo::file::callbacks::FileReader;
use gloo::render::AnimationFrame;
use psyncscope_lab::diagram::Detail;
use psyncscope_lab::sim::frame::{Frame, HostId, SimTime, StreamBytes};
use yew::prelude::*;

use crate::app::branches::{BranchRuns, OtherSession};
use crate::app::prepare::Preparing;
use crate::app::replay::PendingReplay;
use crate::app::run::LabRun;
use crate::app::share::Shared;
use crate::i18n::{Lang, MessageKey};
use crate::intent::{ErrorSite, Intent, Overlay, StepSize, Tab, Theme};
use crate::model::pace::{Hold, Speed};
use crate::stage::layer::LayerHandle;
use crate::topbar::update::Update;
use crate::transport::time_display::TimeDisplay;
use crate::ui::dom;
use crate::ui::error::UiError;

/// The run on the page, its branches, and the sessions that were left.
pub struct Session {
    /// The run on the page.
    pub run: Rc<RefCell<LabRun>>,
    /// The branches of the session on the page.
    pub branches: BranchRuns,
    /// Sessions that were left, oldest first.
    pub others: Vec<OtherSession>,
    /// A replay that is not finished yet.
    pub replay: Option<PendingReplay>,
    /// What is to be done to the world once the replay is finished.
    pub waiting: VecDeque<Intent>,
    /// The branch that is made before anybody asks for it.
    pub preparing: Preparing,
}

/// Which time is shown, and how time passes.
pub struct Playback {
    /// The time shown.
    pub at: SimTime,
    /// The frame of that time.
    pub frame: Arc<Frame>,
    /// Whether time passes.
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// The size of a step.
    pub step_by: StepSize,
    /// The requested animation frame.
    pub tick_request: Option<AnimationFrame>,
    /// The wall time of the last tick, in milliseconds; `None` before the first and after a pause.
    pub last_tick_ms: Option<f64>,
    /// Steps of handshakes within the frame, which are shown one after the other.
    pub hold: Hold,
    /// What the components were last rendered for.
    pub rendered: Option<Rendered>,
}

/// What the components were rendered for: while it is the same, a tick draws only what moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The sequence number of the frame.
    pub seq: u64,
    /// How many entries of the timeline it shows.
    pub entries: usize,
    /// The frames of the branches that are compared.
    pub compared: Option<[usize; 2]>,
    /// The last microsecond of the scrubber's axis.
    pub extent_us: u64,
    /// Whether the time shown was the present.
    pub live: bool,
    /// Whether time passed.
    pub playing: bool,
    /// The block of the lesson that was shown, how many had begun and been met, and whether its task had failed.
    pub lesson: Option<(usize, usize, usize, bool)>,
}

/// What the user looks at, and the choices made.
pub struct UiState {
    /// The node that the panels are about.
    pub selected: Option<HostId>,
    /// The panel.
    pub tab: Tab,
    /// Whether packets without payload are drawn.
    pub segments: bool,
    /// Whether the log shows all nodes.
    pub log_all: bool,
    /// The filter of INFO.
    pub info_filter: String,
    /// The bytes that are pointed at.
    pub lit: Option<StreamBytes>,
    /// Those that were pointed at last.
    pub last_lit: Option<StreamBytes>,
    /// How much the sequence diagram shows.
    pub diagram_detail: Detail,
    /// The open overlay.
    pub overlay: Option<Overlay>,
    /// The link that the dialog about it shows.
    pub shared: Option<Shared>,
    /// The node whose master is being chosen.
    pub connecting: Option<HostId>,
    /// The last error, and where it is shown.
    pub error: Option<(ErrorSite, UiError)>,
    /// A message about what the page did.
    pub notice: Option<Notice>,
    /// What there is to say about a new version of the page.
    pub update: Option<Update>,
    /// Whether it is said what a newcomer can do here.
    pub landing: bool,
    /// Whether the opening invites its reader to do something.
    pub invites: bool,
    /// The language.
    pub lang: Lang,
    /// Light or dark.
    pub theme: Theme,
    /// Whether the page has one column.
    pub narrow: bool,
    /// Whether the user prefers reduced motion.
    pub reduced_motion: bool,
    /// Whether the command line takes the focus after the next rendering.
    pub focus_console: bool,
    /// Whether the heading of the lesson's block takes the focus after the next rendering.
    pub focus_lesson: bool,
    /// Whether the panel is brought into view after the next rendering: it was not opened by its tab.
    pub show_panel: bool,
    /// Whether something is dragged over the page that can be dropped on it.
    pub dragged_over: bool,
}

/// A message about what the page did.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Which sentence.
    pub wording: MessageKey,
    /// The time that it names.
    pub at: SimTime,
    /// What else it names.
    pub what: String,
    /// When it was first shown, in milliseconds of wall time.
    pub since_ms: f64,
}

impl Notice {
    /// A message that names a time, shown from now on.
    #[must_use]
    pub fn new(wording: MessageKey, at: SimTime) -> Self {
        Self { wording, at, what: String::new(), since_ms: dom::wall_ms() }
    }

    /// The message with what else it names.
    #[must_use]
    pub fn saying(self, what: String) -> Self {
        Self { what, ..self }
    }
}

/// What is drawn past the virtual DOM.
pub struct Drawing {
    /// What moves on the stage.
    pub layer: LayerHandle,
    /// The clock and the scrubber's knob.
    pub time: TimeDisplay,
    /// Another number for another world: its cards stand at their places at once.
    pub world: usize,
    /// Requests ticks once something on the stage has begun to move.
    pub onmotion: Callback<()>,
}

/// Elements of the document and what listens to them.
pub struct PageElements {
    /// The page.
    pub page: NodeRef,
    /// The file that is being read.
    pub file_reader: Option<FileReader>,
}
