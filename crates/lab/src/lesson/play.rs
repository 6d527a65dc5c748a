//! Plays a lesson as readers do who do everything right, and as those who do nothing or answer wrong: what an author has
//! to know of it.

use psyncscope_sim::frame::SimTime;

use super::Lesson;
use super::block::{Answering, Block, BlockKind, Choice, Later, Question, Task};
use super::condition::Condition;
use super::progress::{Broken, Mark, Progress, Truth};
use super::prose::{Prose, Quantity};
use crate::action::{ActionLog, TimedAction};
use crate::error::LabError;
use crate::invariants::Watch;
use crate::lab::Lab;
use crate::lang::Lang;

/// How long something that is waited for may take.
const PATIENCE_US: u64 = 300_000_000;

/// How long nothing is done to see whether a goal is met by that.
const IDLE_US: u64 = 60_000_000;

/// How long a reader thinks before he does a task, the first time and the second.
const DELAYS_US: [u64; 2] = [0, 3_300_000];

/// Something that is wrong with a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line in its text, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// What came of playing a lesson.
#[derive(Clone, Debug)]
pub struct Played {
    /// The log of a world in which everything was done right, at once.
    pub log: ActionLog,
    /// How far it has come.
    pub progress: Progress,
    /// Its tasks, and its questions.
    pub tasks: usize,
    /// Its questions.
    pub questions: usize,
    /// Wrong answers for which another world was made.
    pub alternatives: usize,
    /// What is wrong with it, in order.
    pub faults: Vec<Fault>,
}

impl Lesson {
    /// Plays the lesson: every task by its solution, at once and after some thought; every question, its wrong answers
    /// too. Finds what never comes, what is met by doing nothing, questions of which not exactly one option is right, and
    /// alternatives that do not make their option right.
    ///
    /// # Errors
    /// The world cannot be made.
    pub fn check(&self) -> Result<Played, LabError> {
        let mut played = self.play(DELAYS_US[0], true)?;
        for delay_us in &DELAYS_US[1..] {
            let again = self.play(*delay_us, false)?;
            for mut fault in again.faults {
                if played.faults.iter().all(|known| known.line != fault.line) {
                    fault.message = format!("when the reader takes {} s: {}", *delay_us as f64 / 1e6, fault.message);
                    played.faults.push(fault);
                }
            }
        }
        played.faults.sort_by_key(|fault| fault.line);
        Ok(played)
    }

    /// The log of a world in which everything is done right, up to where the lesson can be played.
    ///
    /// # Errors
    /// The world cannot be made.
    pub fn solved(&self) -> Result<ActionLog, LabError> {
        Ok(self.play(DELAYS_US[0], false)?.log)
    }

    fn play(&self, delay_us: u64, wrong_too: bool) -> Result<Played, LabError> {
        let mut player = Player {
            lesson: self,
            lab: Lab::new(self.config.clone())?,
            progress: Progress::default(),
            watch: Watch::default(),
            line: 1,
            faults: Vec::new(),
            alternatives: 0,
        };
        player.observe();
        for (index, block) in self.blocks.iter().enumerate() {
            if !player.block(index, block, delay_us, wrong_too) {
                break;
            }
        }
        Ok(Played {
            log: player.lab.action_log(),
            progress: player.progress,
            tasks: self.tasks().count(),
            questions: self.questions(),
            alternatives: player.alternatives,
            faults: player.faults,
        })
    }
}

struct Player<'a> {
    lesson: &'a Lesson,
    lab: Lab,
    progress: Progress,
    watch: Watch,
    /// The block at hand.
    line: usize,
    faults: Vec<Fault>,
    alternatives: usize,
}

impl Player<'_> {
    fn fault(&mut self, line: usize, message: impl Into<String>) {
        self.faults.push(Fault { line, message: message.into() });
    }

    /// Shows the present to the lesson, and to the rules.
    fn observe(&mut self) {
        self.progress.observe(self.lesson, &self.lab);
        while let Some(broken) = self.watch.look(&self.lab) {
            let (rule, numbers) = (broken.finding.rule.text(Lang::En), broken.finding.text(Lang::En));
            self.faults.push(Fault { line: self.line, message: format!("a rule does not hold: {rule}: {numbers}") });
        }
    }

    /// Lets time pass up to `t`, or until `met`.
    fn run(&mut self, t: SimTime, met: impl Fn(&Progress) -> bool) -> bool {
        while !met(&self.progress) {
            if !(self.lab.next_event_at().is_some_and(|next| next <= t) && self.lab.step()) {
                self.lab.run_until(t);
                self.observe();
                return met(&self.progress);
            }
            self.observe();
        }
        true
    }

    fn run_for(&mut self, us: u64, met: impl Fn(&Progress) -> bool) -> bool {
        self.run(SimTime(self.lab.now().0.saturating_add(us)), met)
    }

    /// Takes actions; `false` if one is refused.
    fn act(&mut self, later: &[Later]) -> bool {
        let began = self.lab.now().0;
        for later in later {
            self.run(SimTime(began + later.after_us), |_| false);
            if let Err(error) = self.lab.act(later.action.clone()) {
                self.fault(later.line, format!("the action is refused: {}", error.message));
                return false;
            }
            self.observe();
        }
        true
    }

    /// A block; `false` if what follows cannot be played.
    fn block(&mut self, index: usize, block: &Block, delay_us: u64, wrong_too: bool) -> bool {
        self.line = block.line;
        if !self.run_for(PATIENCE_US, |progress| progress.begun() > index) {
            let never = unmet(&block.when, &self.lab, &self.since(index));
            self.fault(block.line, format!("what the block waits for never comes: {never}"));
            return false;
        }
        self.values(block.line, &block.text);
        self.values(block.line, &block.notes);
        match &block.kind {
            BlockKind::Step { then } => self.act(then),
            BlockKind::Task(task) => self.task(index, block, task, delay_us),
            BlockKind::Question(question) => self.question(index, block, question, wrong_too),
        }
    }

    /// Since when what has happened counts for a block that has not begun.
    fn since(&self, index: usize) -> Mark {
        index.checked_sub(1).and_then(|before| self.progress.began_at(before)).unwrap_or_default()
    }

    /// Every value in a text is there.
    fn values(&mut self, line: usize, text: &Prose) {
        let frame = self.lab.frame_at(self.lab.now());
        let missing: Vec<String> = text
            .quantities()
            .filter_map(|quantity| Some(format!("{{{quantity}}}: {}", quantity.value(&self.lab, &frame).err()?)))
            .collect();
        for message in missing {
            self.fault(line, format!("the text has a value that is not there then: {message}"));
        }
    }

    fn task(&mut self, index: usize, block: &Block, task: &Task, delay_us: u64) -> bool {
        if self.progress.met() > index {
            self.fault(block.line, "the goal is met before anything is done");
            return true;
        }
        if delay_us == 0 {
            match self.idle(index) {
                Ok(false) => {}
                Ok(true) => self.fault(block.line, "the goal is met by doing nothing"),
                Err(error) => self.fault(block.line, error.message),
            }
        }
        for hint in &task.hints {
            self.values(block.line, hint);
        }
        let taken = task.solution.len();
        if task.par.is_some_and(|par| taken > par) {
            self.fault(block.line, format!("the solution takes {taken} actions, more than the par"));
        }
        self.run_for(delay_us, |_| false);
        if !self.act(&task.solution) {
            return false;
        }
        let done = self.run_for(PATIENCE_US, |progress| progress.met() > index || progress.broken().is_some());
        match self.progress.broken() {
            Some((_, Broken::Never(never))) => {
                let never = task.never.get(never).map_or_else(String::new, ToString::to_string);
                self.fault(block.line, format!("the solution comes to what may never be: {never}"));
                false
            }
            Some((_, Broken::TooManyActions)) => {
                self.fault(block.line, "the solution takes more actions than are allowed");
                false
            }
            None if !done => {
                let began = self.progress.began_at(index).unwrap_or_default();
                let never = unmet(&task.goals, &self.lab, &began);
                self.fault(block.line, format!("the solution does not meet the goal: {never}"));
                false
            }
            None => true,
        }
    }

    /// Whether a task is met by doing nothing.
    fn idle(&self, index: usize) -> Result<bool, LabError> {
        let mut other = Player {
            lab: Lab::replay(&self.lab.action_log())?,
            progress: self.progress.clone(),
            watch: Watch::default(),
            faults: Vec::new(),
            ..*self
        };
        Ok(other.run_for(IDLE_US, |progress| progress.met() > index))
    }

    fn question(&mut self, index: usize, block: &Block, question: &Question, wrong_too: bool) -> bool {
        let met_at_once = self.progress.met() > index;
        if met_at_once && !question.until.is_empty() {
            self.fault(block.line, "the answer can be seen before the question is asked");
            return true;
        }
        if let Answering::Choose(choices) = &question.answering {
            for choice in choices {
                self.values(choice.line, &choice.text);
            }
        }
        let asked = self.lab.action_log();
        if !self.act(&question.then) {
            return false;
        }
        if !self.run_for(PATIENCE_US, |progress| progress.met() > index) {
            let began = self.progress.began_at(index).unwrap_or_default();
            let never = unmet(&question.until, &self.lab, &began);
            self.fault(block.line, format!("the answer is never seen: {never}"));
            return false;
        }
        self.values(block.line, &question.because);
        let truth = self.progress.truth(index).cloned();
        match (&question.answering, truth) {
            (Answering::Choose(choices), Some(Truth::Choices(right))) => {
                match right.as_slice() {
                    [_] => {}
                    [] => self.fault(block.line, "no option is right"),
                    _ => self.fault(block.line, "more than one option is right"),
                }
                for (nth, choice) in choices.iter().enumerate().filter(|(_, choice)| !choice.instead.is_empty()) {
                    if right.contains(&nth) {
                        self.fault(choice.line, "the option is right, so that nothing is shown instead");
                    } else if wrong_too {
                        self.alternatives += 1;
                        self.alternative(index, &asked, question, choice);
                    }
                }
            }
            (Answering::Number { answer, mistakes, .. }, Some(Truth::Number(right))) => match right {
                Some(right) => {
                    for mistake in mistakes {
                        self.mistake(block.line, &mistake.number, right);
                        self.values(block.line, &mistake.text);
                    }
                }
                None => self.fault(block.line, format!("there is no {answer} when the answer can be seen")),
            },
            _ => {}
        }
        true
    }

    /// A mistake is another number than the right one.
    fn mistake(&mut self, line: usize, number: &Quantity, right: i64) {
        match number.value(&self.lab, &self.lab.frame_at(self.lab.now())) {
            Ok(value) if value == right.to_string() => {
                self.fault(line, format!("the mistake {number} is the right answer, {right}"));
            }
            Ok(_) => {}
            Err(error) => self.fault(line, format!("the mistake {number} is not there: {error}")),
        }
    }

    /// With what is done instead, the option is right.
    fn alternative(&mut self, index: usize, asked: &ActionLog, question: &Question, choice: &Choice) {
        let lab = match Lab::replay(asked) {
            Ok(lab) => lab,
            Err(error) => return self.fault(choice.line, error.message),
        };
        let began = self.progress.began_at(index).unwrap_or_default();
        let mut progress = self.progress.clone();
        progress.ask_again(index);
        let (watch, faults) = (Watch::default(), Vec::new());
        let mut other = Player { lab, progress, watch, faults, line: choice.line, alternatives: 0, ..*self };
        let acted = other.act(&choice.instead) && other.act(&question.then);
        let seen = acted && other.run_for(PATIENCE_US, |progress| progress.met() > index);
        let wrong = choice.holds_if.iter().find(|condition| !condition.holds(&other.lab, &began));
        let message = match wrong {
            _ if !acted => None,
            _ if !seen => Some(format!("with what is done instead, the answer is never seen: {}", {
                unmet(&question.until, &other.lab, &began)
            })),
            Some(wrong) => {
                let why = wrong.unmet(&other.lab);
                Some(format!("what is done instead does not make the option right: {wrong}: {why}"))
            }
            None => None,
        };
        let faults = other.faults;
        self.faults.extend(faults);
        if let Some(message) = message {
            self.fault(choice.line, message);
        }
    }
}

/// The first condition that does not hold, and why.
fn unmet(conditions: &[Condition], lab: &Lab, since: &Mark) -> String {
    let wrong = conditions.iter().find(|condition| !condition.holds(lab, since));
    wrong.map_or_else(String::new, |wrong| format!("{wrong}: {}", wrong.unmet(lab)))
}

/// Actions of a lesson at their times, if their block begins now.
#[must_use]
pub fn timed(later: &[Later], now: SimTime) -> Vec<TimedAction> {
    let timed = |later: &Later| TimedAction { at_us: now.0 + later.after_us, action: later.action.clone() };
    later.iter().map(timed).collect()
}

/// What of these actions of a lesson is still to be done, at its time, in a session that has done the first of them:
/// nothing if none was done. `done` are the session's actions since the block began.
#[must_use]
pub fn still_due(later: &[Later], done: &[TimedAction]) -> Vec<TimedAction> {
    let mut done = done.iter();
    let mut is_done = |later: &Later| done.by_ref().find(|timed| timed.action == later.action);
    let Some(first) = later.first() else { return Vec::new() };
    let Some(began_us) = is_done(first).map(|timed| timed.at_us.saturating_sub(first.after_us)) else {
        return Vec::new();
    };
    let missing = later[1..].iter().position(|later| is_done(later).is_none());
    missing.map_or_else(Vec::new, |nth| timed(&later[nth + 1..], SimTime(began_us)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;

    #[test]
    fn what_a_session_has_not_done_yet_is_due_at_its_time() {
        let later = |after_us, node: &str| Later { line: 1, after_us, action: Action::Crash { node: node.to_owned() } };
        let all = [later(0, "a"), later(5, "b"), later(9, "c")];
        let done = timed(&all, SimTime(100));
        assert_eq!(still_due(&all, &[]), []);
        assert_eq!(still_due(&all, &done[..1]), done[1..]);
        assert_eq!(still_due(&all, &done[..2]), done[2..]);
        assert_eq!(still_due(&all, &done), []);
        assert_eq!(still_due(&[], &done), []);
    }
}
