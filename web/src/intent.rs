//! What a reader can want of the page, as one enum: components send it, the app answers it.

use gloo::file::File;
use psyncscope_lab::diagram::Detail;
use psyncscope_lab::sim::frame::{HostId, SimTime, StreamBytes};
use psyncscope_lab::{Action, LabConfig, StepBy, Until};

use crate::i18n::Lang;
use crate::lesson::intent::LessonIntent;
use crate::model::geometry::Point;
use crate::model::pace::Speed;
use crate::observed::intent::ObservedIntent;
use crate::script::intent::ScriptIntent;
use crate::steps::intent::StepsIntent;
use crate::ui::error::UiError;

/// Light, dark, or as the system has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A panel about the selected node. The last two are panels only on narrow screens; wide ones always show them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// The ring and the last decision.
    #[default]
    Backlog,
    /// The ladder.
    Handshake,
    /// INFO.
    Info,
    /// The log.
    Log,
    /// What each node would answer each other, and what always holds.
    Why,
    /// The steps of the functions; on wide screens they are beside the panels.
    Steps,
    /// The offset ruler.
    Ruler,
    /// The console.
    Console,
    /// The sequence diagram.
    Diagram,
    /// The script.
    Script,
}

/// A picture that can be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// The stage at the moment shown.
    Stage,
    /// The backlog of the selected node at that moment.
    Ring,
    /// The sequence diagram up to there.
    Diagram,
}

/// A file that can be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedFile {
    /// The session, to be loaded again.
    Session,
    /// The session as a script.
    Script,
    /// The packets of the run on the page.
    Packets,
    /// The steps of its functions of replication.
    Steps,
    /// The sequence diagram up to the moment shown as text for Mermaid.
    Mermaid,
    /// A picture as SVG.
    Svg(Picture),
    /// A picture as PNG.
    Png(Picture),
}

/// What lies over the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Overlay {
    /// A node's menu, at a place in the window.
    Node(HostId, Point),
    /// A wire's sheet, at a place in the window.
    Wire(HostId, HostId, Point),
    /// The dialog for a new world.
    New,
    /// The dialog that loads a run.
    Load,
    /// The dialog that saves files.
    Save,
    /// The branches of the session, and earlier sessions.
    Branches,
    /// The choice of what to run until.
    RunUntil,
    /// INFO and logs of real servers.
    Observed,
    /// The link that could not be copied.
    Share,
    /// Help.
    Help,
    /// The lessons of the course.
    Course,
    /// What was done in lessons.
    Report,
}

impl Overlay {
    /// Whether the other one is about the same thing, wherever it was opened.
    #[must_use]
    pub fn is_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Node(a, _), Self::Node(b, _)) => a == b,
            (Self::Wire(a, b, _), Self::Wire(c, d, _)) => (a, b) == (c, d),
            _ => false,
        }
    }
}

/// Where something was tried: the place where a refusal is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorSite {
    /// In a node's console.
    Console,
    /// On the stage.
    Stage,
    /// In a sheet or a dialog.
    Overlay,
}

/// What a reader wants to know about why.
#[derive(Clone, Debug)]
pub enum WhyIntent {
    /// Make the change that turns the decision shown, on a branch.
    Try,
    /// Look at the causes of this entry of the timeline.
    Because(usize),
    /// Look at the causes of this packet under way.
    BecausePacket(u64),
    /// Show the moment of this entry.
    GoTo(usize),
    /// Show the rule that does not hold.
    ShowBroken,
    /// It was seen.
    DismissBroken,
    /// Look at what the second node would answer the first.
    Ask(HostId, HostId),
}

/// How large a step of the transport is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepSize {
    /// To an instant at which such a thing happens.
    By(StepBy),
    /// One step of a function of replication.
    Function,
}

/// What a reader wants.
#[derive(Clone, Debug)]
pub enum Intent {
    /// Play or pause.
    TogglePlay,
    /// Show the beginning.
    Rewind,
    /// Go to the next event that is told.
    SkipQuiet,
    /// One step back.
    StepBack,
    /// One step forward.
    StepForward,
    /// How large a step is.
    SetStepBy(StepSize),
    /// How fast time passes.
    SetSpeed(Speed),
    /// Show this moment.
    Seek(SimTime),
    /// Show the time so many microseconds later, or earlier.
    SeekBy(i64),
    /// Show the present.
    GoLive,

    /// Select a node.
    Select(HostId),
    /// Select the node with this place in the list.
    SelectNth(usize),
    /// Show a panel.
    SetTab(Tab),
    /// Go to the command line.
    FocusConsole,
    /// Show this much in the sequence diagram.
    SetDiagramDetail(Detail),
    /// These bytes are pointed at, or none.
    Light(Option<StreamBytes>),
    /// The bytes that a packet under way carries are pointed at.
    LightPacket(u64),
    /// Show this moment of this node.
    ShowAt(HostId, SimTime),
    /// Draw packets without payload too.
    SetSegments(bool),
    /// Show the log of all nodes.
    SetLogAll(bool),
    /// Show the fields of INFO that have this in them.
    FilterInfo(String),
    /// Speak this language.
    SetLang(Lang),
    /// Light or dark.
    SetTheme(Theme),
    /// Put something over the page.
    Open(Overlay),
    /// Take it away.
    Close,
    /// Take away whatever is over the page or begun on it.
    Escape,
    /// A refusal was read.
    DismissError,
    /// A notice was read.
    DismissNotice,
    /// Load the new version of the page.
    LoadUpdate,
    /// Not now.
    DismissUpdate,
    /// Takes away what the opening invites to.
    DismissInvitation,
    /// A newcomer knows what there is.
    DismissLanding,

    /// Begin to choose the master of this node.
    StartConnect(HostId),
    /// This card was chosen as the master.
    ChooseMaster(HostId),
    /// Choose no master.
    CancelConnect,

    /// Do this to the world, one after the other until one is refused; a refusal is shown at that place.
    Act(Vec<Action>, ErrorSite),
    /// Type a command at a node.
    Exec(HostId, String),
    /// Add a node.
    AddNode,
    /// Make this node a replica of that one, by a command at its console.
    Follow(HostId, HostId),
    /// Make this node a master, by a command at its console.
    Promote(HostId),

    /// Something about why.
    Why(WhyIntent),

    /// Start a new world.
    New(LabConfig),
    /// Load a run from text, called by this name.
    Load(String, String),
    /// Load a run from this file.
    LoadFile(File),
    /// What was typed into a dialog cannot be.
    Refuse(UiError),
    /// Save a file.
    Save(SavedFile),
    /// Copy a link to what is shown.
    Share,
    /// Open what is shown here, in another page, in a window of its own.
    OpenInPage,
    /// Go to another branch of the session.
    SwitchBranch(usize),
    /// Give a branch another name.
    RenameBranch(usize, String),
    /// Go back to an earlier session, by its place in the list.
    ReturnToSession(usize),
    /// Show two branches side by side, or none.
    CompareBranches(Option<[usize; 2]>),
    /// Go to where this happens next.
    RunUntil(Until),

    /// Read this text as INFO or a log of real servers; `None` shows the text that was read last.
    OpenInfo(Option<String>),
    /// Something about INFO and logs of real servers.
    Observed(ObservedIntent),
    /// Something about the script.
    Script(ScriptIntent),
    /// Something about the steps of the functions.
    Steps(StepsIntent),
    /// Something about a lesson.
    Lesson(LessonIntent),
}

impl Intent {
    /// Whether it does something to the world.
    #[must_use]
    pub const fn acts(&self) -> bool {
        matches!(
            self,
            Self::ChooseMaster(_)
                | Self::Act(..)
                | Self::Exec(..)
                | Self::AddNode
                | Self::Follow(..)
                | Self::Promote(_)
        )
    }
}
