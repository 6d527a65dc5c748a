//! What a student hands in, and what it is worth: nothing of it is believed but the answers, everything else is replayed.

use serde::{Deserialize, Serialize};

use super::Lesson;
use super::block::{Answering, BlockKind};
use super::progress::{Progress, Truth};
use crate::action::{ActionLog, LabConfig};
use crate::error::{ErrorCode, LabError};
use crate::log::{json, read_text, version_of};
use crate::replay::{Next, Replay};
use crate::source::Opened;

/// What a student hands in: a file, or what the page prints.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The format's version, [`Report::VERSION`]; by its name a report is told from other files.
    pub psyncscope_report: u32,
    /// Whose it is, as the student wrote it.
    pub student: String,
    /// What was done, a lesson each.
    pub lessons: Vec<LessonReport>,
}

/// What was done in a lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct LessonReport {
    /// The lesson's name.
    pub lesson: String,
    /// The session: a link, or a saved session as text.
    pub session: String,
    /// The answers that were given before the right one could be seen; the first to each question.
    #[serde(default)]
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub answers: Vec<Answer>,
}

/// An answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The block, from 0.
    pub block: usize,
    /// The choice, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub choice: Option<usize>,
    /// Or the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub number: Option<i64>,
}

/// What a report of a lesson is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Graded {
    /// The lesson's name.
    pub lesson: String,
    /// Whether all of it was done, right or wrong.
    pub complete: bool,
    /// Tasks whose goals were met, and all tasks.
    pub tasks: (usize, usize),
    /// Questions that were answered right, and all questions.
    pub questions: (usize, usize),
    /// Each task and question, in order.
    pub blocks: Vec<GradedBlock>,
    /// Why nothing can be said, if it cannot.
    pub error: Option<String>,
}

/// What a task or a question is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GradedBlock {
    /// The block, from 0.
    pub block: usize,
    /// How it went.
    pub verdict: Verdict,
    /// How many actions a task took.
    pub actions: Option<usize>,
    /// How many a good solution takes.
    pub par: Option<usize>,
}

/// How a task or a question went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The goal was met.
    Met,
    /// It was not.
    NotMet,
    /// The answer is right.
    Right,
    /// The answer is wrong.
    Wrong,
    /// There is no answer, or the session never came to where one could be seen.
    NotAnswered,
}

impl Graded {
    /// Nothing can be said of a report.
    #[must_use]
    pub fn refused(lesson: &str, why: &str) -> Self {
        Self {
            lesson: lesson.to_owned(),
            complete: false,
            tasks: (0, 0),
            questions: (0, 0),
            blocks: Vec::new(),
            error: Some(why.to_owned()),
        }
    }
}

impl Truth {
    /// Whether an answer is right.
    #[must_use]
    pub fn accepts(&self, answer: &Answer) -> bool {
        match self {
            Self::Choices(right) => answer.choice.is_some_and(|choice| right.contains(&choice)),
            Self::Number(right) => right.is_some() && answer.number == *right,
        }
    }
}

impl Report {
    /// The version that is written and read.
    pub const VERSION: u32 = 1;

    /// Whether a text looks like a report.
    #[must_use]
    pub fn is_report(text: &str) -> bool {
        text.trim_start_matches('\u{feff}').trim_start().starts_with('{') && text.contains("\"psyncscope_report\"")
    }

    /// Reads a report. Its sessions are read when they are graded.
    ///
    /// # Errors
    /// `too-much`, `bad-json`, `bad-value`, `unknown-field`, `missing-field`, `unsupported-version`, each with its place.
    pub fn from_json(text: &str) -> Result<Self, LabError> {
        // Reads all of the text, so that nothing may follow.
        version_of(text)?;
        let report: Self = read_text(text)?;
        if report.psyncscope_report != Self::VERSION {
            let message =
                format!("reports of version {} are not read here, only {}", report.psyncscope_report, Self::VERSION);
            return Err(LabError::new(ErrorCode::UnsupportedVersion, message));
        }
        Ok(report)
    }

    /// As a file.
    #[must_use]
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl Lesson {
    /// Whether a session of such a world is one of this lesson.
    ///
    /// # Errors
    /// It is not.
    pub fn fits(&self, config: &LabConfig) -> Result<(), LabError> {
        if *config == self.config {
            return Ok(());
        }
        let message = format!("the session's world is not that of the lesson {}", self.id);
        Err(LabError::new(ErrorCode::BadValue, message))
    }

    /// What a log of a world is worth: the log is replayed.
    ///
    /// # Errors
    /// The world is another one than the lesson's; as [`Replay::new`] and [`Replay::advance`].
    pub fn progress_of(&self, log: ActionLog) -> Result<Progress, LabError> {
        self.fits(&log.config)?;
        let mut replay = Replay::new(log)?;
        let mut progress = Progress::default();
        progress.observe(self, replay.lab());
        while replay.next(None)? != Next::End {
            progress.observe(self, replay.lab());
        }
        progress.observe(self, replay.lab());
        Ok(progress)
    }

    /// What a report of this lesson is worth: the best of its session's branches, each replayed.
    #[must_use]
    pub fn grade(&self, report: &LessonReport) -> Graded {
        let mut best = Graded {
            lesson: self.id.clone(),
            complete: false,
            tasks: (0, self.tasks().count()),
            questions: (0, self.questions()),
            blocks: Vec::new(),
            error: None,
        };
        let session = match Opened::read(&report.session) {
            Ok(opened) => opened.script.into_session(),
            Err(error) => return Graded { error: Some(error.message), ..best },
        };
        let mut error = None;
        for branch in 0..session.list().len() {
            match session.log(branch).and_then(|log| self.progress_of(log)) {
                Ok(progress) => {
                    let graded = self.graded(&progress, &report.answers);
                    let worth = |graded: &Graded| (graded.tasks.0, graded.complete, graded.questions.0);
                    if best.blocks.is_empty() || worth(&graded) > worth(&best) {
                        best = graded;
                    }
                }
                Err(refusal) => error = Some(refusal.message),
            }
        }
        // A branch that cannot be replayed does not matter beside one that can.
        Graded { error: error.filter(|_| best.blocks.is_empty()), ..best }
    }

    fn graded(&self, progress: &Progress, answers: &[Answer]) -> Graded {
        let mut graded = Graded {
            lesson: self.id.clone(),
            complete: progress.is_over(self),
            tasks: (0, 0),
            questions: (0, 0),
            blocks: Vec::new(),
            error: None,
        };
        for (index, block) in self.blocks.iter().enumerate() {
            let block = match &block.kind {
                BlockKind::Step { .. } => continue,
                BlockKind::Task(task) => {
                    let met = progress.met_at(index);
                    graded.tasks.0 += usize::from(met.is_some());
                    graded.tasks.1 += 1;
                    let actions = met.zip(progress.began_at(index)).map(|(met, began)| met.actions - began.actions);
                    let verdict = if met.is_some() { Verdict::Met } else { Verdict::NotMet };
                    GradedBlock { block: index, verdict, actions, par: task.par }
                }
                BlockKind::Question(question) => {
                    // The first counts.
                    let answer =
                        answers.iter().find(|answer| answer.block == index && fits(&question.answering, answer));
                    let verdict = match progress.truth(index).zip(answer) {
                        None => Verdict::NotAnswered,
                        Some((truth, answer)) if truth.accepts(answer) => Verdict::Right,
                        Some(_) => Verdict::Wrong,
                    };
                    graded.questions.0 += usize::from(verdict == Verdict::Right);
                    graded.questions.1 += 1;
                    GradedBlock { block: index, verdict, actions: None, par: None }
                }
            };
            graded.blocks.push(block);
        }
        graded
    }
}

/// Whether an answer is of the question's kind.
const fn fits(answering: &Answering, answer: &Answer) -> bool {
    match answering {
        Answering::Choose(_) => answer.choice.is_some(),
        Answering::Number { .. } => answer.number.is_some(),
    }
}
