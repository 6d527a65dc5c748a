//! A run: the lab, the index of its timeline, the script's remaining actions, and how far it has come in a lesson.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_lab::console::Transcript;
use psyncscope_lab::engine::steps::Function;
use psyncscope_lab::examples::entry::BeforeEntry;
use psyncscope_lab::index::{EarlierIndexes, Index, Mark};
use psyncscope_lab::invariants::{Broken, Watch};
use psyncscope_lab::lab::STEP_HORIZON_US;
use psyncscope_lab::lesson::{Lesson, Progress};
use psyncscope_lab::observed::Kind;
use psyncscope_lab::sim::frame::{Frame, HostId, SimTime};
use psyncscope_lab::{Action, ActionLog, Lab, LabConfig, LabError, Lang, Reached, StepBy, TimedAction, Until};

use crate::console::lines::ConsoleLines;
use crate::i18n::{fill, messages};
use crate::model::colours::ColourMap;
use crate::model::prefix::Prefix;

/// Where a run came from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// The opening example.
    Opening,
    /// Configured by the user.
    Own,
    /// Loaded from a file of this name.
    Loaded(String),
    /// Loaded from a link.
    Link,
    /// As a script says that was written here.
    Script,
    /// Prepared: it is about to enter this function.
    Function(Function),
    /// Prepared: it is about to write such a line of a log.
    Logged(&'static Kind),
    /// The world of a lesson.
    Lesson(Rc<Lesson>),
}

impl Origin {
    /// In a few words, unless the user configured it: then its numbers tell more.
    #[must_use]
    pub fn words(&self, lang: Lang) -> Option<String> {
        let t = messages(lang);
        match self {
            Self::Opening => Some(t.example_opening.to_owned()),
            Self::Own => None,
            Self::Link => Some(t.example_link.to_owned()),
            Self::Script => Some(t.example_script.to_owned()),
            Self::Function(function) => Some(fill(t.example_function, &[("function", function.name())])),
            Self::Logged(kind) => Some(fill(t.example_function, &[("function", kind.written_by)])),
            Self::Loaded(name) => Some(fill(t.example_loaded, &[("name", name)])),
            Self::Lesson(lesson) => Some(fill(t.example_lesson, &[("title", &lesson.title.words(lang))])),
        }
    }
}

/// How far a run has come in a lesson.
#[derive(Clone)]
pub struct InLesson {
    /// The lesson.
    pub lesson: Rc<Lesson>,
    /// How far it has come.
    pub progress: Progress,
    /// Whether it came further since somebody asked.
    news: bool,
}

impl InLesson {
    /// A run that has come so far.
    #[must_use]
    pub const fn new(lesson: Rc<Lesson>, progress: Progress) -> Self {
        Self { lesson, progress, news: false }
    }
}

/// A run.
pub struct LabRun {
    lab: Lab,
    index: Index,
    earlier: EarlierIndexes,
    watch: Watch,
    marks: Rc<RefCell<Vec<Mark>>>,
    /// The script's remaining actions, in order of time.
    script: VecDeque<TimedAction>,
    /// How far it has come in a lesson, if it is the world of one.
    in_lesson: Option<InLesson>,
    /// Tells this run from any other: no two runs have the same allocation.
    pub identity: Rc<()>,
    /// The consoles that were looked at.
    transcripts: LiteMap<HostId, Rc<RefCell<Transcript>>>,
    /// The colours of its replication IDs. A branch starts with the same.
    pub colours: ColourMap,
    /// Where the world came from.
    pub origin: Origin,
}

impl LabRun {
    /// A run at its beginning, which carries out the actions of `log` as time passes.
    ///
    /// # Errors
    /// The configuration is refused.
    pub fn open(log: ActionLog, origin: Origin) -> Result<Self, LabError> {
        Ok(Self::of(Lab::new(log.config)?, log.actions.into(), origin))
    }

    /// A new run without a script.
    ///
    /// # Errors
    /// The configuration is refused.
    pub fn start(config: LabConfig) -> Result<Self, LabError> {
        Ok(Self::of(Lab::new(config)?, VecDeque::new(), Origin::Own))
    }

    /// A prepared run at the time at which it shows a function; its remaining actions are carried out as time passes.
    ///
    /// # Errors
    /// The configuration is refused.
    pub fn before_entry(run: BeforeEntry, function: Function) -> Result<Self, LabError> {
        let mut opened = Self::open(run.log, Origin::Function(function))?;
        opened.advance(run.at)?;
        Ok(opened)
    }

    /// A run that was replayed from its log.
    #[must_use]
    pub fn replayed(lab: Lab, origin: Origin) -> Self {
        Self::of(lab, VecDeque::new(), origin)
    }

    fn of(lab: Lab, script: VecDeque<TimedAction>, origin: Origin) -> Self {
        Self {
            lab,
            index: Index::default(),
            earlier: EarlierIndexes::default(),
            watch: Watch::default(),
            marks: Rc::default(),
            script,
            in_lesson: None,
            identity: Rc::new(()),
            transcripts: LiteMap::new_vec(),
            colours: ColourMap::default(),
            origin,
        }
    }

    /// The replayed run of a branch of the same session as another: histories keep their colours.
    #[must_use]
    pub fn branch_of(other: &Self, lab: Lab) -> Self {
        let index = Index::of_branch(other.index.histories().clone());
        Self { index, colours: other.colours.clone(), ..Self::replayed(lab, other.origin.clone()) }
    }

    /// A branch at the time at which it leaves another: what was read of that one's timeline until then is not read again.
    #[must_use]
    pub fn leaving(other: &Self, lab: Lab) -> Self {
        let (index, earlier) = other.earlier.of_branch(&other.index, lab.timeline().len());
        Self { index, earlier, ..Self::branch_of(other, lab) }
    }

    /// The run leaves another at its present: what has been in a lesson until then has been here, too.
    pub fn continue_lesson(&mut self, other: &Self) {
        self.in_lesson = other.in_lesson.clone();
        if let Some(InLesson { progress, .. }) = &mut self.in_lesson {
            progress.truncate(self.lab.now());
        }
    }

    /// It is the world of this lesson, or of none. What has happened in it is looked at again.
    ///
    /// # Errors
    /// It is the world of another lesson.
    pub fn enter_lesson(&mut self, lesson: Option<&Rc<Lesson>>) -> Result<(), LabError> {
        self.in_lesson = match lesson {
            Some(lesson) => {
                let progress = lesson.progress_of(self.lab.action_log())?;
                Some(InLesson::new(Rc::clone(lesson), progress))
            }
            None => None,
        };
        Ok(())
    }

    /// How far it has come in a lesson.
    #[must_use]
    pub const fn in_lesson(&self) -> Option<&InLesson> {
        self.in_lesson.as_ref()
    }

    /// Whether it came further in a lesson since this was asked last.
    pub fn take_lesson_news(&mut self) -> bool {
        self.in_lesson.as_mut().is_some_and(|lesson| std::mem::take(&mut lesson.news))
    }

    /// Shows the present to the lesson. Returns whether something is new.
    fn observe(&mut self) -> bool {
        let Some(InLesson { lesson, progress, news }) = &mut self.in_lesson else { return false };
        let new = progress.observe(lesson, &self.lab);
        *news |= new;
        new
    }

    /// Nothing is done at the very moment at which a block of a lesson began or was met: so the moment comes again
    /// wherever the run is taken back to it.
    pub fn leave_moment(&mut self) {
        while let Some(InLesson { progress, .. }) = &self.in_lesson {
            let last = [
                progress.begun().checked_sub(1).and_then(|nth| progress.began_at(nth)),
                progress.met().checked_sub(1).and_then(|nth| progress.met_at(nth)),
            ];
            let now = self.now();
            if last.iter().flatten().all(|mark| mark.at < now) {
                break;
            }
            self.run_to(SimTime(now.0 + 1));
            if self.now() == now {
                break;
            }
        }
    }

    /// Reads what is new in the timeline.
    pub fn read(&mut self) {
        self.earlier.extend(&mut self.index, &self.lab);
        self.colours.update(self.index.histories());
        let mut marks = self.marks.borrow_mut();
        let new = &self.index.marks()[marks.len()..];
        marks.extend_from_slice(new);
    }

    /// Checks what is new of the run: the first rule that began not to hold.
    pub fn broken_rule(&mut self) -> Option<Broken> {
        self.watch.look(&self.lab)
    }

    /// The scrubber's ticks, in order of time.
    #[must_use]
    pub fn marks(&self) -> Prefix<Mark> {
        Prefix::of(&self.marks)
    }

    /// Whether there are actions of a script that it has not come to.
    #[must_use]
    pub fn has_script(&self) -> bool {
        !self.script.is_empty()
    }

    /// The lab.
    #[must_use]
    pub const fn lab(&self) -> &Lab {
        &self.lab
    }

    /// The index of the timeline.
    #[must_use]
    pub const fn index(&self) -> &Index {
        &self.index
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.lab.now()
    }

    /// The world at `t`.
    #[must_use]
    pub fn frame_at(&self, t: SimTime) -> Arc<Frame> {
        self.lab.frame_at(t)
    }

    /// When something happens next after `t`: as recorded, or as is due.
    #[must_use]
    pub fn next_after(&self, t: SimTime, frame: &Frame) -> Option<SimTime> {
        if t < self.now() {
            return self.lab.frame_time(frame.seq + 1).filter(|&at| at > t);
        }
        self.next_due()
    }

    /// The script's actions that it has not come to, in order.
    pub fn remaining_script(&self) -> impl Iterator<Item = &TimedAction> {
        self.script.iter()
    }

    /// When the script acts next.
    fn script_due(&self) -> Option<SimTime> {
        self.script.front().map(|next| SimTime(next.at_us))
    }

    /// When something is due next, in the world or by the script.
    fn next_due(&self) -> Option<SimTime> {
        self.lab.next_event_at().into_iter().chain(self.script_due()).min()
    }

    /// Runs the world up to `t` and carries out the script's actions on the way. In a lesson it stops where that comes
    /// further.
    ///
    /// # Errors
    /// A scripted action was refused, because the user changed the world; the remaining ones are carried out.
    pub fn advance(&mut self, t: SimTime) -> Result<(), LabError> {
        let mut refused = Ok(());
        loop {
            let due = self.script_due().filter(|due| *due <= t);
            if !self.run_to(due.unwrap_or(t)) {
                return refused;
            }
            let Some(next) = self.script.pop_front_if(|next| next.at_us <= t.0) else { return refused };
            refused = refused.and(self.lab.act(next.action));
            if self.observe() {
                return refused;
            }
        }
    }

    /// Runs the world up to `t`; in a lesson, up to where that comes further. Returns whether it came to `t`.
    fn run_to(&mut self, t: SimTime) -> bool {
        while self.in_lesson.is_some() && self.lab.next_event_at().is_some_and(|next| next <= t) && self.lab.step() {
            if self.observe() {
                return false;
            }
        }
        self.lab.run_until(t);
        true
    }

    /// What was done after `at` and what a script still does.
    #[must_use]
    pub fn actions_after(&self, at: SimTime) -> Vec<TimedAction> {
        self.lab.actions_after(at).iter().chain(&self.script).cloned().collect()
    }

    /// Carries out these actions as time passes.
    pub fn follow(&mut self, script: Vec<TimedAction>) {
        self.script = script.into();
    }

    /// Carries out these actions, too, as time passes.
    pub fn follow_also(&mut self, actions: Vec<TimedAction>) {
        for action in actions {
            let place = self.script.partition_point(|earlier| earlier.at_us <= action.at_us);
            self.script.insert(place, action);
        }
    }

    /// A name that no node has or had: the first free letter, or letter and number.
    #[must_use]
    pub fn free_name(&self) -> String {
        let config = self.lab.config().nodes.iter().map(|n| n.name.as_str());
        let added = self.lab.actions().iter().filter_map(|a| match &a.action {
            Action::AddNode { node } => Some(node.name.as_str()),
            _ => None,
        });
        let taken: Vec<&str> = config.chain(added).collect();
        let letters = || ('a'..='z').map(String::from);
        let numbered = (2..).flat_map(|n| letters().map(move |letter| format!("{letter}{n}")));
        letters().chain(numbered).find(|name| !taken.contains(&name.as_str())).unwrap_or_default()
    }

    /// The backlog size that this world's nodes were given, as a line of redis.conf.
    #[must_use]
    pub fn backlog_line(&self) -> Option<String> {
        let mut lines = self.lab.config().nodes.first()?.config.iter();
        lines.rfind(|line| line.starts_with("repl-backlog-size")).cloned()
    }

    /// Carries out actions now, until one is refused.
    ///
    /// # Errors
    /// The lab refuses one: those before it have been carried out.
    pub fn act_all(&mut self, actions: Vec<Action>) -> Result<(), LabError> {
        actions.into_iter().try_for_each(|action| {
            self.leave_moment();
            let done = self.lab.act(action);
            self.observe();
            done
        })
    }

    /// The next instant after `from` at which something of that size happens.
    pub fn step_forward(&mut self, from: SimTime, by: StepBy) -> SimTime {
        // The script acts on the way, and a lesson looks on: a step into the unknown must not run past them.
        let horizon = SimTime(self.now().0.saturating_add(STEP_HORIZON_US));
        while from >= self.now() || self.lab.step_back(self.just_after_now(), by) <= from {
            let in_lesson = self.in_lesson.is_some();
            let may_go = |next: &SimTime| self.has_script() || in_lesson && *next <= horizon;
            let Some(next) = self.next_due().filter(may_go) else {
                if in_lesson {
                    return self.now();
                }
                break;
            };
            // What is refused here was refused by the world that the reader made; the step still goes there.
            let _ = self.advance(next.max(self.now()));
        }
        self.lab.step_forward(from, by)
    }

    /// Lets the next thing happen: what is due in the world, or the script's next action. `false` at the end of time.
    pub fn advance_to_next(&mut self) -> bool {
        let (before, scripted) = (self.now(), self.script.len());
        let Some(next) = self.next_after(before, &self.frame_at(before)) else { return false };
        // What is refused here was refused by the world that the reader made.
        let _ = self.advance(next.max(before));
        self.now() > before || self.script.len() < scripted
    }

    /// Where something happens next after `from`: see [`Lab::run_until_next`]. The script's actions are carried out on the
    /// way.
    ///
    /// # Errors
    /// There is no node of that name.
    pub fn run_until_next(&mut self, from: SimTime, until: &Until, to: SimTime) -> Result<Option<Reached>, LabError> {
        let found = self.find_next(from, until, to);
        if let Some(lesson) = self.in_lesson.as_ref().map(|here| Rc::clone(&here.lesson)) {
            // Nobody looked on.
            self.enter_lesson(Some(&lesson))?;
        }
        found
    }

    fn find_next(&mut self, from: SimTime, until: &Until, to: SimTime) -> Result<Option<Reached>, LabError> {
        let mut from = from;
        loop {
            let due = self.script_due().filter(|&due| due <= to);
            let found = self.lab.run_until_next(from, until, due.unwrap_or(to))?;
            let (None, Some(due)) = (found, due) else { return Ok(found) };
            // What is refused here was refused by the world that the reader made.
            let _ = self.advance(due);
            // The action may cause it at this very instant.
            from = from.max(SimTime(due.0.saturating_sub(1)));
        }
    }

    /// The first time after `from` at which something happened that is told, and not for one more time in a row. If the
    /// record has none, the world runs on, up to `to` at most; in a lesson, up to where that comes further.
    pub fn next_told(&mut self, from: SimTime, to: SimTime) -> Option<SimTime> {
        loop {
            self.read();
            let marks = self.index.marks();
            if let Some(mark) = marks.get(marks.partition_point(|mark| mark.at <= from)) {
                return Some(mark.at);
            }
            let come = self.lesson_has_come();
            if self.now() >= to || !self.advance_to_next() {
                return None;
            }
            if self.lesson_has_come() != come {
                return Some(self.now());
            }
        }
    }

    /// How many blocks of the lesson have begun, and how many have been met.
    fn lesson_has_come(&self) -> Option<(usize, usize)> {
        self.in_lesson().map(|here| (here.progress.begun(), here.progress.met()))
    }

    fn just_after_now(&self) -> SimTime {
        SimTime(self.lab.now().0 + 1)
    }

    /// The last instant before `from` at which something of that size happened.
    #[must_use]
    pub fn step_back(&self, from: SimTime, by: StepBy) -> SimTime {
        self.lab.step_back(from, by)
    }

    /// A node's console at a frame's moment.
    pub fn console(&mut self, host: HostId, frame: &Frame) -> ConsoleLines {
        let new = || Rc::new(RefCell::new(Transcript::new(host, 0)));
        let transcript = self.transcripts.entry(host).or_insert_with(new);
        transcript.borrow_mut().extend(self.lab.timeline());
        ConsoleLines::of(transcript, frame.entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second block begins when a PING arrives, which is not told.
    const QUIET: &str = "\
lesson quiet
  title en Quiet
  title zh 安静
  about en A PING comes.
  about zh 来了一个 PING。
  minutes 1

seed 1

node a
node b
  replicaof a 6379

step
  when b enters CONNECTED
  en Wait.
  zh 等待。

step
  when b offset >= 14
  en It came.
  zh 它来了。
";

    #[test]
    fn the_next_event_is_not_beyond_where_a_lesson_comes_further() {
        let lesson = Rc::new(Lesson::parse(QUIET).expect("the lesson can be read"));
        let mut run = LabRun::start(lesson.config.clone()).expect("its world starts");
        run.enter_lesson(Some(&lesson)).expect("the world is the lesson's");
        let begun = |run: &LabRun| run.in_lesson().map_or(0, |here| here.progress.begun());
        while begun(&run) < 2 {
            let from = run.now();
            run.next_told(from, SimTime(from.0 + 60_000_000)).expect("something happens");
        }
        let began = run.in_lesson().and_then(|here| here.progress.began_at(1)).expect("it has begun");
        assert_eq!(run.now(), began.at);
    }
}
