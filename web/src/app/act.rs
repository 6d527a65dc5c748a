//! What the user does to the world: in the present, in the past (which starts a branch), or by starting or loading
//! another run.

use gloo::file::File;
use gloo::file::callbacks::read_as_text;
use psyncscope_lab::link::View;
use psyncscope_lab::observed::looks_observed;
use psyncscope_lab::sim::frame::HostId;
use psyncscope_lab::topology;
use psyncscope_lab::{Action, Branches, LabConfig, LabError, NodeSpec, Replay, Source, TimedAction};
use yew::prelude::*;

use crate::app::branches::BranchRuns;
use crate::app::replay::{OpenedSession, Then};
use crate::app::run::{LabRun, Origin};
use crate::app::{App, Msg};
use crate::intent::{ErrorSite, Overlay};
use crate::ui::dom;
use crate::ui::error::UiError;

impl App {
    /// Carries out actions at the time shown. In the past, the log is replayed up to that time first.
    pub(super) fn act(&mut self, actions: Vec<Action>, site: ErrorSite) {
        self.act_and_follow(actions, site, None);
    }

    /// The same; a branch that begins by it carries out `script` as time passes, if there is one.
    pub(super) fn act_and_follow(&mut self, actions: Vec<Action>, site: ErrorSite, script: Option<Vec<TimedAction>>) {
        if self.session.replay.is_some() {
            return;
        }
        self.ui.error = None;
        self.landed();
        if self.is_live() {
            let outcome = self.session.run.borrow_mut().act_all(actions);
            self.session.branches.record(self.session.run.borrow().lab(), self.ui.lang);
            self.go_live();
            if outcome.is_ok() {
                self.acted_in_lesson();
            }
            self.acted(outcome, site);
            return;
        }
        match self.begin_branch() {
            Ok(replay) => self.start_replay(replay, Then::Act { actions, site, script }),
            Err(error) => self.acted(Err(error), site),
        }
    }

    /// Where a refusal is seen that has no place of its own.
    pub(super) const fn site_in_view(&self) -> ErrorSite {
        if self.ui.overlay.is_some() { ErrorSite::Overlay } else { ErrorSite::Stage }
    }

    /// Shows the error, or closes the menu that the action was chosen in.
    pub(super) fn acted(&mut self, outcome: Result<(), LabError>, site: ErrorSite) {
        match outcome {
            Ok(()) if site == ErrorSite::Overlay && matches!(self.ui.overlay, Some(Overlay::Node(..))) => {
                self.ui.overlay = None
            }
            Ok(()) => {}
            Err(error) => self.ui.error = Some((site, UiError::Lab(error))),
        }
    }

    pub(super) fn start_new(&mut self, config: LabConfig) {
        if self.session.replay.is_some() {
            return;
        }
        match LabRun::start(config) {
            Ok(run) => {
                self.open_run(run);
                self.playback.playing = true;
            }
            Err(error) => self.ui.error = Some((ErrorSite::Overlay, UiError::Lab(error))),
        }
    }

    /// A session of this run alone takes the place of the one on the page.
    pub(super) fn open_run(&mut self, run: LabRun) {
        let runs = BranchRuns::of(run.lab(), self.ui.lang);
        self.replace_session(run, runs);
        self.ui.overlay = None;
        self.ui.notice = None;
    }

    pub(super) fn load(&mut self, text: &str, name: String) {
        if self.session.replay.is_some() {
            return;
        }
        self.open_text(text, name, ErrorSite::Overlay);
    }

    /// Opens whatever a text is. A refusal is shown at `site`.
    pub(super) fn open_text(&mut self, text: &str, name: String, site: ErrorSite) {
        match Source::of(text) {
            Source::Script if looks_observed(text) => self.open_info(Some(text.to_owned())),
            Source::Link => self.load_link(text.trim(), site),
            Source::Saved => {
                let opened = Branches::from_json(text).map(|session| (session, View::default()));
                self.open_session(opened, Origin::Loaded(name), site);
            }
            Source::Script => self.open_script(text, Origin::Loaded(name), site),
            Source::Lesson => self.open_lesson_text(text, site),
        }
    }

    /// Replays the current branch of a session, which then takes the place of the one on the page. A refusal is shown at
    /// `site`.
    pub(super) fn open_session(&mut self, opened: Result<(Branches, View), LabError>, origin: Origin, site: ErrorSite) {
        self.ui.error = None;
        let replay = opened.and_then(|(session, view)| {
            let replay = Replay::new(session.log(session.current())?)?;
            Ok((replay, Box::new(OpenedSession { session, view, origin, site })))
        });
        match replay {
            Ok((replay, opened)) => self.start_replay(replay, Then::Show(opened)),
            Err(error) => self.ui.error = Some((site, UiError::Lab(error))),
        }
    }

    /// Starts to read a file; `read` makes the message of its name and its text.
    pub(super) fn read_file(&mut self, ctx: &Context<Self>, file: &File, read: fn(String, Option<String>) -> Msg) {
        let (link, name) = (ctx.link().clone(), file.name());
        self.elements.file_reader = Some(read_as_text(file, move |text| link.send_message(read(name, text.ok()))));
    }

    /// Loads the file that was read. Its text is put into the dialog's field, where it can be corrected if it is not a
    /// run.
    pub(super) fn file_read(&mut self, name: String, text: Option<String>) {
        self.elements.file_reader = None;
        match text {
            Some(text) => {
                dom::set_field_value(crate::topbar::load::TEXT, &text);
                self.load(&text, name);
            }
            None => self.ui.error = Some((ErrorSite::Overlay, UiError::Page(|t| t.load_unreadable, Vec::new()))),
        }
    }

    fn name_of(&self, id: HostId) -> Option<(String, u16)> {
        topology::host(&self.playback.frame, id).map(|h| (h.name.to_string(), h.port))
    }

    /// Executes a command in a node's console.
    pub(super) fn exec(&mut self, id: HostId, command: String, site: ErrorSite) {
        if let Some((node, _)) = self.name_of(id) {
            self.select(id);
            self.act(vec![Action::Exec { node, console: 0, command }], site);
        }
    }

    /// Makes a node a replica, by a command in its console.
    pub(super) fn follow(&mut self, replica: HostId, master: HostId) {
        if let Some((host, port)) = self.name_of(master) {
            self.exec(replica, format!("REPLICAOF {host} {port}"), self.site_in_view());
        }
    }

    pub(super) fn add_node(&mut self) {
        let (name, config) = {
            let run = self.session.run.borrow();
            (run.free_name(), run.backlog_line().into_iter().collect())
        };
        self.act(vec![Action::AddNode { node: NodeSpec { name, config } }], ErrorSite::Stage);
        if self.ui.error.is_none()
            && let Some(newest) = self.playback.frame.hosts.last()
        {
            self.ui.selected = Some(newest.id);
        }
    }
}
