//! The lesson that is read in the session on the page: where its reader is, and what is done when he goes on.

use std::rc::Rc;

use psyncscope_lab::lesson::{
    Answer, Answering, Block, BlockKind, Lesson, Look, Progress, Truth, course, still_due, timed,
};
use psyncscope_lab::link::Panel;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::topology;
use web_sys::Element;
use yew::prelude::*;

use crate::app::App;
use crate::app::replay::Then;
use crate::app::run::{LabRun, Origin};
use crate::app::run_ref::RunRef;
use crate::app::share::tab;
use crate::intent::{ErrorSite, Tab};
use crate::lesson::address::LESSON;
use crate::lesson::draft::Draft;
use crate::lesson::editor::LessonEditor;
use crate::lesson::intent::LessonIntent;
use crate::lesson::library::Wanted;
use crate::lesson::panel::LessonPanel;
use crate::lesson::question::FIELD;
use crate::lesson::reading::{Aside, Begins, Reading, is_released};
use crate::lesson::shown::{Onward, Over, Phase, Shown};
use crate::ui::dom::Slice;
use crate::ui::error::UiError;
use crate::ui::{dom, files};

/// Virtual time that passes at most when a reader does not want to wait.
const SKIP_US: u64 = 300_000_000;
/// Wall time that this may take, in milliseconds.
const SKIP_MS: f64 = 2_000.0;

impl App {
    pub(super) fn handle_lesson(&mut self, ctx: &Context<Self>, intent: LessonIntent) {
        match intent {
            LessonIntent::Course => self.open_course(ctx),
            LessonIntent::Open(id) => self.want_lesson(ctx, id, Wanted::Open),
            LessonIntent::Next if self.present_on() => {}
            LessonIntent::Next => match self.lesson_phase().map(|phase| phase.onward(self.playback.playing)) {
                Some(Onward::Next) => self.lesson_next(),
                Some(Onward::Play) => self.handle_lesson(ctx, LessonIntent::TogglePlay),
                Some(Onward::Skip) => self.skip(),
                Some(Onward::Again) => self.handle_lesson(ctx, LessonIntent::Again),
                Some(Onward::Return) => self.handle_lesson(ctx, LessonIntent::Return),
                // A task is done and a question answered by hand.
                Some(Onward::Pause | Onward::Answer) | None => {}
            },
            LessonIntent::Back => {
                if let Some(before) = self.reading().and_then(|reading| reading.place.checked_sub(1)) {
                    self.show_block(before);
                }
            }
            LessonIntent::GoTo(block) => self.show_block(block),
            LessonIntent::Answer(answer) => {
                let is_seen = self.progress(|progress| progress.truth(answer.block).is_some()).unwrap_or(true);
                let is_shown = self.reading().is_some_and(|reading| reading.place == answer.block);
                let at_once = self.until_is_empty(answer.block);
                if is_shown && (!is_seen || at_once) {
                    self.read_lesson(|reading| reading.answer(answer));
                    if !at_once {
                        self.release(answer.block);
                    }
                    self.keep_lesson();
                }
            }
            LessonIntent::Point => {
                if let Some(bytes) = self.ui.lit.or(self.ui.last_lit) {
                    dom::set_field_value(FIELD, &bytes.from.0.to_string());
                }
            }
            LessonIntent::Hint => self.read_lesson(|reading| reading.hints += 1),
            LessonIntent::TogglePlay => {
                self.go_live();
                self.toggle_play();
            }
            LessonIntent::Skip => self.skip(),
            LessonIntent::Again => self.begin_at_block(Begins::Again),
            LessonIntent::Instead => {
                let (home, home_at) = (self.session.branches.tree().current(), self.session.run.borrow().now());
                let given = self.reading().and_then(|reading| reading.given.get(&reading.place)?.choice);
                if let Some(choice) = given {
                    self.begin_at_block(Begins::Instead { choice, home, home_at });
                }
            }
            LessonIntent::Return => {
                if let Some(Aside { home, home_at, .. }) = self.reading().and_then(|reading| reading.aside.clone()) {
                    self.switch_branch_at(home, home_at);
                    self.ui.notice = None;
                }
            }
            LessonIntent::Restart => {
                if let Some(reading) = self.reading() {
                    let (lesson, text, is_kept) = (Rc::clone(&reading.lesson), reading.text.clone(), reading.is_kept);
                    self.begin_lesson(lesson, text, ErrorSite::Stage);
                    self.read_lesson(|reading| reading.is_kept = is_kept);
                }
            }
            LessonIntent::Edit => {
                self.read_lesson(|reading| {
                    let draft = || Draft::new(reading.text.clone(), Rc::clone(&reading.lesson));
                    reading.draft = Some(reading.draft.take().unwrap_or_else(draft));
                });
                self.show_tab(Tab::Script);
                self.ui.show_panel = true;
            }
            LessonIntent::EditText(text) => self.edit_lesson(text),
            LessonIntent::Try => {
                if let Some(draft) = self.reading().and_then(|reading| reading.draft.clone()) {
                    self.begin_lesson(Rc::clone(&draft.lesson), draft.text.clone(), ErrorSite::Stage);
                    self.read_lesson(|reading| (reading.draft, reading.is_kept) = (Some(draft), false));
                    self.show_tab(Tab::Script);
                }
            }
            LessonIntent::SaveText => {
                if let Some(draft) = self.reading().and_then(|reading| reading.draft.as_ref()) {
                    files::save_text(&format!("{}.psync", draft.lesson.id), "text/plain", &draft.text);
                }
            }
            LessonIntent::EndEdit => {
                self.read_lesson(|reading| reading.draft = None);
                self.show_tab(Tab::default());
            }
            LessonIntent::Present(on) => self.present(on),
            LessonIntent::Blank => self.blank(),
            LessonIntent::Notes => self.open_notes(),
            LessonIntent::NotesAsked => self.notes_asked(),
            LessonIntent::Report => self.open_report(ctx),
            LessonIntent::Student(name) => self.course.kept.set_student(name),
            LessonIntent::SaveReport => self.save_report(),
            LessonIntent::Print => dom::print(),
            LessonIntent::Forget => {
                self.course.kept.forget();
                self.course.graded.clear();
            }
            LessonIntent::Leave => self.leave_lesson(),
        }
    }

    pub(super) const fn reading(&self) -> Option<&Reading> {
        self.session.branches.reading.as_ref()
    }

    fn read_lesson(&mut self, change: impl FnOnce(&mut Reading)) {
        if let Some(reading) = &mut self.session.branches.reading {
            change(reading);
        }
    }

    /// Asks how far the run on the page is in its lesson.
    fn progress<T>(&self, ask: impl FnOnce(&Progress) -> T) -> Option<T> {
        self.session.run.borrow().in_lesson().map(|here| ask(&here.progress))
    }

    fn until_is_empty(&self, block: usize) -> bool {
        let kind = self.reading().and_then(|reading| reading.lesson.blocks.get(block)).map(|block| &block.kind);
        matches!(kind, Some(BlockKind::Question(question)) if question.until.is_empty())
    }

    /// A lesson begins: its world takes the place of the one on the page.
    pub(super) fn begin_lesson(&mut self, lesson: Rc<Lesson>, text: AttrValue, site: ErrorSite) {
        let run = LabRun::start(lesson.config.clone()).and_then(|mut run| {
            run.origin = Origin::Lesson(Rc::clone(&lesson));
            run.enter_lesson(Some(&lesson)).map(|()| run)
        });
        match run {
            Ok(run) => {
                self.open_run(run);
                self.playback.playing = false;
                // The address stays that of a lesson which somebody has put beside those of the course.
                let is_beside = course::COURSE.contains(&&*lesson.id)
                    || dom::parameter(LESSON).is_some_and(|named| named == lesson.id);
                dom::set_parameter(LESSON, is_beside.then_some(&*lesson.id));
                let first = self.first_answers(&lesson);
                self.session.branches.reading = Some(Reading::new(lesson, text, first));
                // Time passes until the first block begins.
                self.playback.playing = !self.follow_lesson();
                self.look();
            }
            Err(error) => self.ui.error = Some((site, UiError::Lab(error))),
        }
    }

    /// A session in a lesson was opened: its reader is where the session is.
    pub(super) fn resume_lesson(&mut self, lesson: Rc<Lesson>) {
        let (first, text) = (self.first_answers(&lesson), self.course.text(&lesson));
        self.go_on_with(&lesson);
        self.session.branches.reading = Some(Reading::at_end(lesson, text, first));
        self.follow_lesson();
    }

    /// What the lesson had begun to do, and a session does not say, is done as time passes.
    fn go_on_with(&self, lesson: &Lesson) {
        let mut run = self.session.run.borrow_mut();
        let Some(progress) = run.in_lesson().map(|here| &here.progress) else { return };
        let actions = run.lab().actions();
        let due = lesson.blocks.iter().enumerate().flat_map(|(nth, block)| {
            let began = progress.began_at(nth)?;
            Some(still_due(block.then(), actions.get(began.actions..)?))
        });
        let due = due.flatten().collect();
        run.follow_also(due);
    }

    /// The answers that were given before in a lesson.
    fn first_answers(&self, lesson: &Lesson) -> Vec<Answer> {
        self.course.kept.of(&lesson.id).map(|report| report.answers.clone()).unwrap_or_default()
    }

    /// A text that is a lesson is opened.
    pub(super) fn open_lesson_text(&mut self, text: &str, site: ErrorSite) {
        match Lesson::parse(text) {
            Ok(lesson) => {
                let (lesson, text) = (Rc::new(lesson), AttrValue::from(text.to_owned()));
                let is_kept = self.course.note_own(&lesson, &text);
                self.begin_lesson(lesson, text, site);
                self.read_lesson(|reading| reading.is_kept = is_kept);
            }
            Err(errors) => self.ui.error = Some((site, UiError::Lab(errors.into()))),
        }
    }

    /// The lesson's text is another. What can be read takes the lesson's place at once, if its world is the same.
    fn edit_lesson(&mut self, text: String) {
        let Some(reading) = &mut self.session.branches.reading else { return };
        let Some(draft) = &mut reading.draft else { return };
        draft.edit(text);
        if !draft.errors.is_empty() || reading.aside.is_some() || draft.lesson.config != reading.lesson.config {
            return;
        }
        if self.session.run.borrow_mut().enter_lesson(Some(&draft.lesson)).is_ok() {
            (reading.lesson, reading.text, reading.is_kept) = (Rc::clone(&draft.lesson), draft.text.clone(), false);
        }
    }

    /// The text of the lesson, if it is being edited.
    pub(super) fn lesson_editor(&self) -> Option<Html> {
        let reading = self.reading()?;
        let draft = reading.draft.clone()?;
        let is_shown = draft.lesson.config == reading.lesson.config;
        Some(html! { <LessonEditor {draft} {is_shown} /> })
    }

    /// The lesson is left; its world stays.
    fn leave_lesson(&mut self) {
        self.keep_lesson();
        self.presenter = None;
        self.session.branches.reading = None;
        let _ = self.session.run.borrow_mut().enter_lesson(None);
        dom::set_parameter(LESSON, None);
    }

    /// Goes on from the block shown.
    fn lesson_next(&mut self) {
        let Some(reading) = self.reading() else { return };
        if reading.place < reading.reached {
            let next = reading.place + 1;
            return self.show_block(next);
        }
        let (place, is_task) = (reading.place, matches!(reading.lesson.blocks[reading.place].kind, BlockKind::Task(_)));
        if self.progress(|progress| progress.met() <= place).unwrap_or(true) {
            return;
        }
        self.read_lesson(|reading| reading.going_on = true);
        if is_task {
            self.go_live();
        } else {
            self.release(place);
        }
        self.playback.playing = true;
        if self.follow_lesson() {
            self.playback.playing = false;
        }
    }

    /// Does in the present what is done when the reader goes on from a block, unless it was done. Time passes then.
    pub(super) fn release(&mut self, block: usize) {
        self.go_live();
        let Some(lesson) = self.reading().map(|reading| Rc::clone(&reading.lesson)) else { return };
        {
            let mut run = self.session.run.borrow_mut();
            if !is_released(&lesson, block, &run) {
                run.leave_moment();
                let actions = timed(lesson.blocks.get(block).map_or(&[], Block::then), run.now());
                run.follow_also(actions);
                let now = run.now();
                if let Err(error) = run.advance(now) {
                    self.ui.error = Some((ErrorSite::Stage, UiError::Lab(error)));
                }
            }
        }
        self.session.branches.record(self.session.run.borrow().lab(), self.ui.lang);
        self.go_live();
        self.time_is_readers();
        self.playback.playing = true;
        self.playback.last_tick_ms = None;
    }

    /// Shows a block that was shown before, at its moment.
    fn show_block(&mut self, block: usize) {
        let Some(reading) = self.reading() else { return };
        if block > reading.reached || reading.aside.is_some() {
            return;
        }
        let is_last = block == reading.reached;
        let is_step = matches!(reading.lesson.blocks[block].kind, BlockKind::Step { .. });
        let moment = self.progress(|progress| {
            let (began, met) = (progress.began_at(block), progress.met_at(block));
            if is_step { began } else { met.or(began) }
        });
        self.read_lesson(|reading| reading.go_to(block));
        self.playback.playing = false;
        match moment.flatten() {
            Some(mark) if !is_last => self.show(mark.at),
            _ => self.go_live(),
        }
        self.follow_lesson();
        self.arrive();
    }

    /// Something was done while a lesson is read: a task's reader has begun, and time passes.
    pub(super) fn acted_in_lesson(&mut self) {
        let Some(reading) = self.session.branches.reading.as_mut() else { return };
        let is_task =
            matches!(reading.lesson.blocks.get(reading.place).map(|block| &block.kind), Some(BlockKind::Task(_)));
        match reading.begins.take() {
            Some(Begins::Again) => self.ui.notice = None,
            Some(Begins::Instead { choice, home, home_at }) => {
                reading.aside = Some(Aside { choice, home, home_at });
                self.ui.notice = None;
                let (lesson, place) = (Rc::clone(&reading.lesson), reading.place);
                self.do_instead(&lesson, place, choice);
            }
            None if is_task && reading.held => {
                reading.held = false;
                self.playback.playing = true;
            }
            None => {}
        }
    }

    /// Does what would have made a choice right, and what is done after the question.
    fn do_instead(&mut self, lesson: &Lesson, block: usize, choice: usize) {
        let Some(BlockKind::Question(question)) = lesson.blocks.get(block).map(|block| &block.kind) else { return };
        let Answering::Choose(choices) = &question.answering else { return };
        let Some(choice) = choices.get(choice) else { return };
        let mut run = self.session.run.borrow_mut();
        run.leave_moment();
        let now = run.now();
        let last_us = choice.instead.last().map_or(0, |last| last.after_us);
        run.follow_also(timed(&choice.instead, now));
        run.follow_also(timed(&question.then, SimTime(now.0 + last_us)));
        drop(run);
        self.playback.playing = true;
    }

    /// A branch begins at the moment at which the block shown began.
    fn begin_at_block(&mut self, begins: Begins) {
        if self.session.replay.is_some() {
            return;
        }
        let Some(place) = self.reading().map(|reading| reading.place) else { return };
        let Some(began) = self.progress(|progress| progress.began_at(place)).flatten() else { return };
        self.playback.playing = false;
        self.show(began.at);
        let site = ErrorSite::Stage;
        match self.begin_branch() {
            Ok(replay) => {
                self.read_lesson(|reading| {
                    reading.begins = Some(begins);
                    if begins == Begins::Again {
                        reading.given.remove(&reading.place);
                    }
                });
                self.start_replay(replay, Then::Act { actions: Vec::new(), site, script: None });
            }
            Err(error) => self.acted(Err(error), site),
        }
    }

    /// Lets time pass at once, up to where the lesson goes on.
    fn skip(&mut self) {
        self.go_live();
        let end = SimTime(self.session.run.borrow().now().0 + SKIP_US);
        let slice = Slice::of(SKIP_MS);
        while slice.is_left() && self.session.run.borrow().now() < end {
            let refused = self.session.run.borrow_mut().advance(end);
            if let Err(error) = refused {
                self.ui.error = Some((ErrorSite::Stage, UiError::Lab(error)));
            }
            if self.follow_lesson() {
                self.playback.playing = false;
                break;
            }
        }
        self.go_live();
    }

    /// Time passes or stands still because the reader wants it.
    pub(super) fn time_is_readers(&mut self) {
        self.read_lesson(|reading| reading.held = false);
    }

    /// Keeps up with the run on the page. Returns whether something came that time stops for.
    pub(super) fn follow_lesson(&mut self) -> bool {
        let branch = self.session.branches.tree().current();
        let Some(reading) = &mut self.session.branches.reading else { return false };
        let before = reading.place;
        let stops = reading.follow(&self.session.run.borrow(), branch);
        if self.session.branches.reading.as_ref().is_some_and(|reading| reading.place != before) {
            self.arrive();
        }
        if stops {
            self.keep_lesson();
        }
        stops
    }

    /// Another block is shown.
    fn arrive(&mut self) {
        self.ui.focus_lesson = true;
        self.look();
    }

    /// Brings what the block asks to look at in view.
    pub(super) fn look(&mut self) {
        let Some(reading) = self.reading() else { return };
        let Some(block) = reading.lesson.blocks.get(reading.place) else { return };
        let (looks, is_task) = (block.look.clone(), matches!(block.kind, BlockKind::Task(_)));
        let is_console = |look: &&Look| matches!(look, Look::Panel(Panel::Console, _));
        let node = |look: &Look| match look {
            Look::Card(node) | Look::Panel(_, Some(node)) => Some(node.clone()),
            _ => None,
        };
        // What one types goes to the node selected.
        let selected = looks.iter().find(is_console).and_then(node).or_else(|| looks.iter().find_map(node));
        if let Some(id) =
            selected.and_then(|name| topology::host_named(&self.playback.frame, &name)).map(|host| host.id)
        {
            self.select(id);
        }
        let panels = || {
            looks.iter().filter_map(|look| match look {
                Look::Panel(panel, _) => Some(tab(*panel)),
                _ => None,
            })
        };
        let is_beside = |tab: &Tab| matches!(tab, Tab::Console | Tab::Ruler | Tab::Steps);
        let wanted = if self.ui.narrow {
            // On a phone a task is done where it can be.
            panels().find(|tab| is_task && *tab == Tab::Console).or_else(|| panels().next())
        } else {
            self.steps.open |= panels().any(|tab| tab == Tab::Steps);
            panels().find(|tab| !is_beside(tab))
        };
        match wanted {
            Some(tab) => {
                self.show_tab(tab);
                self.ui.show_panel = self.ui.narrow;
            }
            None if self.ui.narrow && !looks.is_empty() => dom::scroll_page_to_top(),
            None => {}
        }
    }

    /// Marks what the block asks to look at.
    pub(super) fn mark_looks(&self, page: &Element) {
        const MARK: &str = "data-look";
        let frame = &self.playback.frame;
        let id = |name: &str| topology::host_named(frame, name).map(|host| host.id.0);
        let shown = self.reading().and_then(|reading| reading.lesson.blocks.get(reading.place));
        let looks = shown.map_or(&[][..], |block| &block.look);
        let place = |look: &Look| match look {
            Look::Card(name) => Some(format!(".card[data-host=\"{}\"]", id(name)?)),
            Look::Wire(one, other) => {
                let (one, other) = (id(one)?, id(other)?);
                let label = |a, b| format!(".wire-label[data-a=\"{a}\"][data-b=\"{b}\"]");
                Some(format!("{}, {}", label(one, other), label(other, one)))
            }
            Look::Panel(panel, _) => match tab(*panel) {
                tab if tab == self.shown_tab() => Some("#panel".to_owned()),
                Tab::Console => Some(".console".to_owned()),
                Tab::Ruler => Some(".ruler".to_owned()),
                Tab::Steps => Some(".steps".to_owned()),
                _ => None,
            },
            Look::Caption => Some(".caption".to_owned()),
            Look::Transport => Some(".transport".to_owned()),
        };
        let marked = looks.iter().filter_map(place).flat_map(|place| dom::all::<Element>(page, &place));
        let marked: Vec<Element> = marked.collect();
        for element in dom::all::<Element>(page, "[data-look]") {
            if !marked.contains(&element) {
                // An attribute of an element that exists can be taken away, and given.
                let _ = element.remove_attribute(MARK);
            }
        }
        for element in marked.iter().filter(|element| !element.has_attribute(MARK)) {
            let _ = element.set_attribute(MARK, "");
        }
    }

    /// What of a lesson is shown: see [`crate::app::state::Rendered`].
    pub(super) fn lesson_state(&self) -> Option<(usize, usize, usize, bool)> {
        let place = self.reading()?.place;
        self.progress(|progress| (place, progress.begun(), progress.met(), progress.broken().is_some()))
    }

    pub(super) fn lesson_panel(&self) -> Option<Html> {
        let shown = self.lesson_shown()?;
        Some(html! { <LessonPanel key="lesson" {shown} /> })
    }

    /// What is to be done with the block shown.
    pub(super) fn lesson_phase(&self) -> Option<Phase> {
        let reading = self.reading()?;
        let run = self.session.run.borrow();
        let progress = &run.in_lesson()?.progress;
        let place = reading.place;
        let block = reading.lesson.blocks.get(place).filter(|_| progress.begun() > place);
        let began = progress.began_at(place).unwrap_or_default();
        let met = progress.met_at(place);
        let given = reading.given.get(&place);
        Some(match block.map(|block| &block.kind) {
            None => Phase::Waiting,
            Some(BlockKind::Question(_)) if reading.aside.is_some() => {
                let choice = reading.aside.as_ref().map_or(0, |aside| aside.choice);
                Phase::Instead { choice, seen: met.is_some() && run.remaining_script().next().is_none() }
            }
            Some(_) if place < reading.reached => Phase::Earlier,
            Some(_) if reading.going_on => Phase::Waiting,
            Some(BlockKind::Step { .. }) => Phase::Read,
            Some(BlockKind::Task(_)) => match (met, reading.broken(&run)) {
                (Some(_), _) => Phase::TaskMet,
                (None, Some(broken)) => Phase::TaskBroken(broken),
                (None, None) => Phase::Task,
            },
            Some(BlockKind::Question(question)) => match (met, given) {
                (Some(_), None) if question.until.is_empty() => Phase::Asked { late: false },
                (Some(_), _) => Phase::Told,
                (None, Some(_)) => Phase::Answered,
                // The audience has answered.
                (None, None)
                    if self.presenter.is_some()
                        && !question.then.is_empty()
                        && is_released(&reading.lesson, place, &run) =>
                {
                    Phase::Answered
                }
                (None, None) => Phase::Asked { late: run.now().0 > began.at.0 + 1 },
            },
        })
    }

    fn lesson_shown(&self) -> Option<Shown> {
        let reading = self.reading()?;
        let run = self.session.run.borrow();
        let progress = &run.in_lesson()?.progress;
        let place = reading.place;
        let has_begun = progress.begun() > place;
        let block = reading.lesson.blocks.get(place).filter(|_| has_begun);
        let began = progress.began_at(place).unwrap_or_default();
        let met = progress.met_at(place);
        let given = reading.given.get(&place).copied();
        let goals = match block.map(|block| &block.kind) {
            Some(BlockKind::Task(task)) if met.is_some() => vec![true; task.goals.len()],
            Some(BlockKind::Task(task)) => task.goals.iter().map(|goal| goal.holds(run.lab(), &began)).collect(),
            _ => Vec::new(),
        };
        let actions = met.map_or(run.lab().actions().len(), |met| met.actions).saturating_sub(began.actions);
        let over = (place + 1 == reading.lesson.blocks.len() && progress.is_over(&reading.lesson))
            .then(|| how_it_went(reading, progress));
        Some(Shown {
            lesson: Rc::clone(&reading.lesson),
            run: RunRef::of(&self.session.run),
            block: block.map(|_| place),
            reached: reading.reached,
            phase: self.lesson_phase()?,
            playing: self.playback.playing,
            presenting: self.presenter.is_some(),
            began,
            met,
            goals,
            actions,
            hints: reading.hints,
            given,
            truth: progress.truth(place).cloned(),
            over,
        })
    }
}

/// What came of a lesson that is over.
fn how_it_went(reading: &Reading, progress: &Progress) -> Over {
    let lesson = &reading.lesson;
    let truths: Vec<(usize, &Truth)> =
        (0..lesson.blocks.len()).filter_map(|block| Some((block, progress.truth(block)?))).collect();
    let is_right = |(block, truth): &&(usize, &Truth)| {
        reading.first.iter().any(|answer| answer.block == *block && truth.accepts(answer))
    };
    let tasks = lesson.tasks().count();
    let place = course::COURSE.iter().position(|id| *id == lesson.id);
    let next = place.and_then(|place| course::COURSE.get(place + 1)).map(|id| (*id).to_owned());
    Over { tasks: (tasks, tasks), questions: (truths.iter().filter(is_right).count(), truths.len()), next }
}
