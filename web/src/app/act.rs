//! Doing things to the world: in the present, in the past (another future begins), or to a world of its own.

use gloo::file::File;
use gloo::file::callbacks::read_as_text;
use psyncscope_lab::sim::frame::{HostId, SimTime};
use psyncscope_lab::{Action, ActionLog, LabConfig, LabError, NodeSpec, Replay};

use yew::prelude::*;

use crate::app::run::{Origin, Run};
use crate::app::{App, Msg, Notice};
use crate::intent::{ErrorSite, Overlay};
use crate::model::topology;
use crate::ui::dom;
use crate::ui::error::UiError;

/// Wall time that a replay may take before the page says that it is at work.
const AT_ONCE_MS: f64 = 150.0;
/// Wall time that a replay may take of each tick after that.
const PIECE_MS: f64 = 12.0;
/// Instants replayed between two looks at the clock.
const INSTANTS: usize = 200;

/// A run that was left.
pub struct OtherRun {
    run: Run,
    /// The moment that was shown when it was left.
    left: SimTime,
}

impl OtherRun {
    /// Where it was left and how far it had run.
    #[must_use]
    pub fn span(&self) -> (SimTime, SimTime) {
        (self.left, self.run.now())
    }
}

/// A world being made again from its log.
pub struct Work {
    replay: Replay,
    then: Then,
}

/// What comes after it.
enum Then {
    /// It takes the present world's place.
    Show(Origin),
    /// These are done to it, and then it takes the place; a refusal is shown here.
    Act(Vec<Action>, ErrorSite, Origin),
}

impl Work {
    /// How much is done, in percent.
    #[must_use]
    pub fn percent(&self) -> u64 {
        self.replay.now().0 * 100 / self.replay.end().0.max(1)
    }

    /// Works until the end or until `ms` of wall time are gone; whether it came to the end.
    fn go_on(&mut self, ms: f64) -> Result<bool, LabError> {
        let started = dom::wall_ms();
        while dom::wall_ms() - started < ms {
            if self.replay.advance(INSTANTS)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl App {
    /// Does these things at the moment shown. In the past, the world is made again up to there first.
    pub(super) fn act(&mut self, actions: Vec<Action>, place: ErrorSite) {
        if self.work.is_some() {
            return;
        }
        self.error = None;
        if self.is_live() {
            let outcome = do_all(&mut self.run.borrow_mut(), actions);
            self.show(self.at);
            self.acted(outcome, place);
            return;
        }
        let log = self.run.borrow().lab().log_until(self.at);
        let origin = self.run.borrow().origin.clone();
        match log.and_then(Replay::new) {
            Ok(replay) => self.begin(Work { replay, then: Then::Act(actions, place, origin) }),
            Err(error) => self.acted(Err(error), place),
        }
    }

    /// Shows a refusal, or takes away what the action was chosen in.
    fn acted(&mut self, outcome: Result<(), LabError>, place: ErrorSite) {
        match outcome {
            Ok(()) if place == ErrorSite::Overlay && matches!(self.overlay, Some(Overlay::Node(..))) => {
                self.overlay = None
            }
            Ok(()) => {}
            Err(error) => self.error = Some((place, UiError::Lab(error))),
        }
    }

    /// Makes a world again: at once if it is short, in pieces if not.
    fn begin(&mut self, mut work: Work) {
        match work.go_on(AT_ONCE_MS) {
            Ok(true) => self.finish(work),
            Ok(false) => self.work = Some(work),
            Err(error) => self.error = Some((place_of(&work), UiError::Lab(error))),
        }
    }

    /// Works on for a tick; whether that was the last of it.
    pub(super) fn go_on_working(&mut self) -> bool {
        let Some(mut work) = self.work.take() else { return false };
        match work.go_on(PIECE_MS) {
            Ok(true) => {
                self.finish(work);
                true
            }
            Ok(false) => {
                self.work = Some(work);
                false
            }
            Err(error) => {
                self.error = Some((place_of(&work), UiError::Lab(error)));
                true
            }
        }
    }

    fn finish(&mut self, work: Work) {
        let place = place_of(&work);
        let lab = match work.replay.finish() {
            Ok(lab) => lab,
            Err(error) => {
                self.error = Some((place, UiError::Lab(error)));
                return;
            }
        };
        match work.then {
            Then::Show(origin) => {
                self.put_on_stage(Run::replayed(lab, origin));
                self.overlay = None;
                self.playing = false;
            }
            Then::Act(actions, place, origin) => {
                let mut run = Run::replayed(lab, origin);
                run.colours = self.run.borrow().colours.clone();
                let outcome = do_all(&mut run, actions);
                // A refused action starts no future: the moment shown stays part of the old one.
                if outcome.is_ok() {
                    let at = run.now();
                    self.put_on_stage(run);
                    self.notice = Some(Notice { wording: |t| t.forked, at, since_ms: dom::wall_ms() });
                }
                self.acted(outcome, place);
            }
        }
    }

    /// Takes another world for the present one, which is kept.
    fn put_on_stage(&mut self, run: Run) {
        let left = self.at;
        let now = run.now();
        let old = self.run.replace(run);
        self.other_runs.push(OtherRun { run: old, left });
        self.connecting = None;
        self.error = None;
        self.show(now);
    }

    /// Goes back to a world that was left, to the moment at which it was.
    pub(super) fn return_to(&mut self, nth: usize) {
        if nth >= self.other_runs.len() {
            return;
        }
        let OtherRun { run, left } = self.other_runs.remove(nth);
        self.put_on_stage(run);
        self.playing = false;
        self.overlay = None;
        self.show(left);
        self.jump = true;
        self.notice = Some(Notice { wording: |t| t.returned, at: left, since_ms: dom::wall_ms() });
    }

    pub(super) fn start_new(&mut self, config: LabConfig) {
        match Run::start(config) {
            Ok(run) => {
                self.put_on_stage(run);
                self.placed.clear();
                self.overlay = None;
                self.notice = None;
                self.playing = true;
                self.jump = true;
            }
            Err(error) => self.error = Some((ErrorSite::Overlay, UiError::Lab(error))),
        }
    }

    pub(super) fn load(&mut self, text: &str, name: String) {
        if self.work.is_some() {
            return;
        }
        self.error = None;
        match ActionLog::from_json(text).and_then(Replay::new) {
            Ok(replay) => {
                self.jump = true;
                self.begin(Work { replay, then: Then::Show(Origin::Loaded(name)) });
            }
            Err(error) => self.error = Some((ErrorSite::Overlay, UiError::Lab(error))),
        }
    }

    /// Begins to read a file.
    pub(super) fn read_file(&mut self, ctx: &Context<Self>, file: &File) {
        let (link, name) = (ctx.link().clone(), file.name());
        self.reading = Some(read_as_text(file, move |text| link.send_message(Msg::FileRead(name, text.ok()))));
    }

    /// A file was read. Its text is put where it can be mended, should it not be a run.
    pub(super) fn file_read(&mut self, name: String, text: Option<String>) {
        self.reading = None;
        match text {
            Some(text) => {
                dom::set_field_value(crate::topbar::load::TEXT, &text);
                self.load(&text, name);
            }
            None => self.error = Some((ErrorSite::Overlay, UiError::Page(|t| t.load_unreadable, Vec::new()))),
        }
    }

    pub(super) fn save(&mut self) {
        let run = self.run.borrow();
        let log = run.lab().action_log();
        let name = format!("psyncscope-seed-{}-{}s.json", log.config.seed, log.end_us / 1_000_000);
        // A browser that cannot save says so itself.
        let _ = dom::save_file(&name, &log.to_json());
    }

    fn name_of(&self, id: HostId) -> Option<(String, u16)> {
        topology::host(&self.frame, id).map(|h| (h.name.to_string(), h.port))
    }

    /// Types a command at a node's console.
    pub(super) fn exec(&mut self, id: HostId, command: String, place: ErrorSite) {
        if let Some((node, _)) = self.name_of(id) {
            self.select(id);
            self.act(vec![Action::Exec { node, console: 0, command }], place);
        }
    }

    /// Makes a node a replica by the command that does it, where its reader sees the command.
    pub(super) fn follow(&mut self, replica: HostId, master: HostId) {
        if let Some((host, port)) = self.name_of(master) {
            let place = if self.overlay.is_some() { ErrorSite::Overlay } else { ErrorSite::Stage };
            self.exec(replica, format!("REPLICAOF {host} {port}"), place);
        }
    }

    pub(super) fn add_node(&mut self) {
        let (name, config) = {
            let run = self.run.borrow();
            (run.free_name(), run.backlog_line().into_iter().collect())
        };
        self.act(vec![Action::AddNode { node: NodeSpec { name, config } }], ErrorSite::Stage);
        if self.error.is_none()
            && let Some(newest) = self.frame.hosts.last()
        {
            self.selected = Some(newest.id);
        }
    }
}

fn do_all(run: &mut Run, actions: Vec<Action>) -> Result<(), LabError> {
    actions.into_iter().try_for_each(|action| run.act(action))
}

const fn place_of(work: &Work) -> ErrorSite {
    match &work.then {
        Then::Show(_) => ErrorSite::Overlay,
        Then::Act(_, place, _) => *place,
    }
}
