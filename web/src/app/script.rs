//! The script of the session on the page: what is done goes into its text, and what its text says goes on the page.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use psyncscope_lab::script::{EXAMPLES, Play, ScriptErrors, Unmet};
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{Branches, Lab, LabError, Script};
use yew::prelude::*;

use crate::app::branches::BranchRuns;
use crate::app::replay::Then;
use crate::app::run::{LabRun, Origin};
use crate::app::{App, Msg};
use crate::intent::{ErrorSite, Tab};
use crate::script::document::Document;
use crate::script::intent::ScriptIntent;
use crate::script::panel::ScriptPanel;
use crate::script::played::{Fate, PlayedScript};
use crate::ui::error::UiError;

/// How long nothing is typed before the text goes on the page, in milliseconds.
const PAUSE_MS: u32 = 250;

impl App {
    pub(super) fn handle_script(&mut self, ctx: &Context<Self>, intent: ScriptIntent) {
        match intent {
            ScriptIntent::Open => {
                self.show_tab(Tab::Script);
                self.ui.show_panel = true;
            }
            ScriptIntent::Edit(text) => self.edit_script(ctx, text),
            ScriptIntent::GoTo(line) => self.go_to_line(line),
            ScriptIntent::Example(nth) => {
                if let Some(example) = EXAMPLES.get(nth) {
                    self.open_script(example.text, Origin::Loaded(example.file.to_owned()), ErrorSite::Stage);
                }
            }
            ScriptIntent::WriteAnew => {
                self.session.branches.script = None;
                self.follow_script();
            }
        }
    }

    /// The text is another: it goes on the page when nothing more is typed.
    fn edit_script(&mut self, ctx: &Context<Self>, text: String) {
        let Some(document) = &mut self.session.branches.script else { return };
        Rc::make_mut(document).text = text.into();
        self.await_script(ctx);
    }

    fn await_script(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.script_pending = Some(Timeout::new(PAUSE_MS, move || link.send_message(Msg::ApplyScript)));
    }

    /// Puts what the text says on the page, if it can be read.
    pub(super) fn apply_script(&mut self, ctx: &Context<Self>) {
        self.script_pending = None;
        let Some(document) = &mut self.session.branches.script else { return };
        let script = match Script::parse(&document.text) {
            Ok(script) => script,
            Err(errors) => {
                Rc::make_mut(document).errors = errors.list().into();
                return;
            }
        };
        if let Some(replay) = &self.session.replay {
            if !replay.is_of_script() {
                self.await_script(ctx);
                return;
            }
            self.session.replay = None;
        }
        let mut edited = Document::new(&document.text, script);
        if edited.script.session() == document.script.session() && !document.parted {
            // Only words of its author's, at most.
            let said = |document: &Document, branch| document.script.remarks(branch).to_vec();
            let branches = document.script.session().list().len();
            if (0..branches).all(|branch| said(&edited, branch) == said(document, branch)) {
                edited.keep_played(document);
                *document = Rc::new(edited);
                return;
            }
        }
        Rc::make_mut(document).errors = [].into();
        let current = edited.script.session().named(self.session.branches.name());
        let branch = current.unwrap_or_else(|| edited.script.session().current());
        self.play_script(PlayedScript { document: edited, branch, fate: Fate::Edited });
    }

    /// Opens a script: its session takes the place of the one on the page.
    pub(super) fn open_script(&mut self, text: &str, origin: Origin, site: ErrorSite) {
        self.ui.error = None;
        match Script::parse(text) {
            Ok(script) => {
                let branch = script.session().current();
                let document = Document::new(text, script);
                self.play_script(PlayedScript { document, branch, fate: Fate::Opened(origin, site) });
            }
            Err(errors) => self.ui.error = Some((site, UiError::Lab(errors.into()))),
        }
    }

    fn play_script(&mut self, played: PlayedScript) {
        match Play::new(&played.document.script, played.branch) {
            Ok(play) => self.start_replay(play, Then::Script(Box::new(played))),
            Err(error) => self.script_refused(played, error),
        }
    }

    /// The world refuses something that the script does.
    pub(super) fn script_refused(&mut self, played: PlayedScript, error: LabError) {
        match (played.fate, &mut self.session.branches.script) {
            (Fate::Edited, Some(document)) => {
                Rc::make_mut(document).errors = ScriptErrors::from(error).list().into();
            }
            (Fate::Opened(_, site), _) => self.ui.error = Some((site, UiError::Lab(error))),
            (Fate::Edited, None) => {}
        }
    }

    /// A script was played: it takes the place of what is on the page.
    pub(super) fn script_played(&mut self, played: PlayedScript, lab: Lab, unmet: Vec<Unmet>) {
        let PlayedScript { mut document, branch, fate } = played;
        document.note(branch, unmet);
        let mut session = document.script.session().clone();
        if let Err(error) = session.switch_to(branch) {
            self.ui.error = Some((ErrorSite::Stage, UiError::Lab(error)));
            return;
        }
        // A session that has more than its text, which could not be read when more was done, is kept beside.
        let planned = self.planned_session();
        let is_own = self.session.branches.script_is_session
            && self.session.branches.script.as_ref().is_some_and(|old| says_as_much(old.script.session(), &planned));
        let mut runs = BranchRuns::of_tree(session, self.ui.lang);
        (runs.script, runs.script_is_session) = (Some(Rc::new(document)), true);
        self.playback.playing = false;
        match fate {
            Fate::Edited => {
                let (at, live) = (self.playback.at, self.is_live());
                let selected = self.ui.selected;
                let mut run = LabRun::branch_of(&self.session.run.borrow(), lab);
                run.origin = Origin::Script;
                // The lesson is read on in another version of its world's session, but not in another world.
                let lesson = self.session.branches.reading.as_ref().map(|reading| Rc::clone(&reading.lesson));
                if is_own && run.enter_lesson(lesson.as_ref()).is_ok() {
                    runs.reading = self.session.branches.reading.take();
                }
                if is_own {
                    // Another version of the same text.
                    self.session.branches = runs;
                    self.put_on_page(run);
                } else {
                    self.replace_session(run, runs);
                }
                self.ui.selected = selected;
                let now = self.session.run.borrow().now();
                self.show(if live { now } else { at });
            }
            Fate::Opened(origin, _) => {
                self.replace_session(LabRun::replayed(lab, origin), runs);
                self.ui.overlay = None;
                self.ui.tab = Tab::Script;
                self.show(SimTime(0));
                self.playback.playing = true;
            }
        }
    }

    /// Puts what was done since into the text, if the reader looks at it.
    pub(super) fn follow_script(&mut self) {
        if self.shown_tab() == Tab::Script && self.reading().is_none_or(|reading| reading.draft.is_none()) {
            self.update_script();
        }
    }

    /// Puts what was done since into the text.
    pub(super) fn update_script(&mut self) {
        if self.script_pending.is_some() || self.session.replay.is_some() {
            return;
        }
        let has = {
            let (run, tree) = (self.session.run.borrow(), self.session.branches.tree());
            (tree.list().len(), tree.current(), run.lab().actions().len() + run.remaining_script().count())
        };
        if self.session.branches.script_follows == Some(has) && self.session.branches.script.is_some() {
            return;
        }
        // What is being corrected is not written over.
        if self.session.branches.script.as_ref().is_some_and(|document| !document.errors.is_empty()) {
            return;
        }
        let session = self.planned_session();
        let runs = &mut self.session.branches;
        runs.script_follows = Some(has);
        match &mut runs.script {
            None => {
                runs.script = Some(Rc::new(Document::of(session)));
                runs.script_is_session = false;
            }
            Some(document) if says_as_much(document.script.session(), &session) => {
                Rc::make_mut(document).parted = false;
            }
            Some(document) => match document.with(&session) {
                Some(longer) => *document = Rc::new(longer),
                None => Rc::make_mut(document).parted = true,
            },
        }
    }

    pub(super) fn script_panel(&self) -> Html {
        if let Some(editor) = self.lesson_editor() {
            return editor;
        }
        let runs = &self.session.branches;
        let Some(document) = &runs.script else { return Html::default() };
        let now = document.line_at(runs.tree().current(), self.playback.at.0);
        html! { <ScriptPanel document={Rc::clone(document)} {now} /> }
    }

    /// What the author of the script says at the moment shown, and when that was said.
    pub(super) fn said(&self) -> Option<(SimTime, AttrValue)> {
        let runs = &self.session.branches;
        // Of a session that went another way, its author says nothing.
        let document = runs.script.as_ref().filter(|document| !document.parted)?;
        let said = document.said(runs.tree().current(), self.playback.at.0, self.ui.lang);
        said.map(|(at_us, text)| (SimTime(at_us), text))
    }

    /// The session with what will still be done in it as time passes.
    fn planned_session(&mut self) -> Branches {
        self.session.branches.record(self.session.run.borrow().lab(), self.ui.lang);
        self.session.branches.planned(&self.session.run.borrow())
    }

    /// Shows the moment of a line, in its branch.
    fn go_to_line(&mut self, line: usize) {
        let moment = self.session.branches.script.as_ref().and_then(|document| document.moment(line));
        if let Some(moment) = moment {
            self.switch_branch_at(moment.branch, SimTime(moment.at_us));
        }
    }
}

/// Whether the same was done in both, however far they ran.
fn says_as_much(a: &Branches, b: &Branches) -> bool {
    a.config() == b.config()
        && a.list().len() == b.list().len()
        && a.list().iter().zip(b.list()).all(|(a, b)| {
            a.actions.len() == b.actions.len() && a.name == b.name && a.leaves == b.leaves && a.actions == b.actions
        })
}
