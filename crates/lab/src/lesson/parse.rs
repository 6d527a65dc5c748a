//! Lines as a lesson.

use super::block::{Answering, Block, BlockKind, Choice, Later, Look, Mistake, Question, Task};
use super::condition::Condition;
use super::prose::{Prose, Quantity, paragraph};
use super::tree::Tree;
use super::{Lesson, course};
use crate::action::{Action, LabConfig, NodeSpec};
use crate::error::{ErrorCode, LabError};
use crate::lang::Lang;
use crate::limits;
use crate::link::Panel;
use crate::script::error::{ScriptError, ScriptErrors, Wrong, nearest};
use crate::script::statement::{self, Happens, When};
use crate::script::words::Line;
use crate::script::{Said, Script};

/// Errors that are reported at once.
const ERRORS_MAX: usize = 20;

/// Choices of a question.
const CHOICES_MAX: usize = 9;

type Result<T> = std::result::Result<T, ScriptError>;

/// What begins a line that is not indented.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    Lesson,
    Step,
    Task,
    Question,
    /// What a script begins with, too.
    World,
}

const HEADS: [(&str, Head); 12] = [
    (Lesson::KEYWORD, Head::Lesson),
    ("step", Head::Step),
    ("task", Head::Task),
    ("question", Head::Question),
    ("version", Head::World),
    ("seed", Head::World),
    ("wire", Head::World),
    ("limits", Head::World),
    ("disk", Head::World),
    ("fork", Head::World),
    ("tcp", Head::World),
    ("node", Head::World),
];

impl Lesson {
    /// Reads a lesson and checks what can be checked without playing it.
    ///
    /// # Errors
    /// What is wrong, at most 20 things: each with its line and column.
    pub fn parse(text: &str) -> std::result::Result<Self, ScriptErrors> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > limits::LOG_BYTES_MAX {
            let message = format!("the lesson has {} bytes; at most {} are read", text.len(), limits::LOG_BYTES_MAX);
            return Err(ScriptErrors(vec![refused(1, 1, ErrorCode::TooMuch, message)]));
        }
        let mut reading = Reading { errors: Vec::new(), wire: LabConfig::default().wire };
        let trees = Tree::of(text);
        let config = reading.world(text, &trees);
        reading.wire = config.as_ref().map_or(reading.wire, |config| config.wire);
        let mut lesson = Self {
            id: String::new(),
            title: Prose::default(),
            about: Prose::default(),
            minutes: None,
            config: config.unwrap_or_default(),
            blocks: Vec::new(),
        };
        let mut header = None;
        for tree in &trees {
            let mut line = tree.line();
            let head = match line.one_of("one of these", &HEADS) {
                Ok(head) => head,
                Err(error) => {
                    reading.errors.push(error);
                    continue;
                }
            };
            match head {
                Head::World => {}
                Head::Lesson => match header {
                    Some(first) => reading.errors.push(said_already(&tree.line(), first)),
                    None => {
                        header = Some(tree.number);
                        reading.header(&mut lesson, &mut line, tree);
                    }
                },
                head => {
                    if let Some(block) = reading.block(head, &mut line, tree) {
                        lesson.blocks.push(block);
                    }
                }
            }
        }
        reading.whole(&lesson, header);
        if reading.errors.is_empty() {
            reading.names(&lesson, text);
        }
        let mut errors = reading.errors;
        if errors.is_empty() {
            return Ok(lesson);
        }
        errors.sort_by_key(|error| (error.line, error.column));
        errors.dedup();
        errors.truncate(ERRORS_MAX);
        Err(ScriptErrors(errors))
    }
}

fn refused(line: usize, column: usize, code: ErrorCode, message: impl Into<String>) -> ScriptError {
    ScriptError { line, column, wrong: Wrong::Refused(LabError::new(code, message)) }
}

fn bad(line: &Line<'_>, message: impl Into<String>) -> ScriptError {
    refused(line.number, line.column(), ErrorCode::BadScript, message)
}

fn said_already(line: &Line<'_>, first: usize) -> ScriptError {
    bad(line, format!("this was said already, in line {first}"))
}

struct Reading {
    errors: Vec<ScriptError>,
    /// The wire's settings at the start: those that an action does not say.
    wire: psyncscope_sim::frame::WireSettings,
}

/// What stands below a block or a choice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Text(Lang),
    Note,
    When,
    Look,
    Then,
    Goal,
    Never,
    Actions,
    Par,
    Hint,
    Solution,
    Option,
    Answer,
    Mistake,
    Until,
    Because,
    If,
    Instead,
    Title,
    About,
    Minutes,
}

const TEXTS: [(&str, Part); 2] = [("en", Part::Text(Lang::En)), ("zh", Part::Text(Lang::Zh))];

impl Reading {
    /// What the world starts as: the script that the lesson's other lines leave.
    fn world(&mut self, text: &str, trees: &[Tree<'_>]) -> Option<LabConfig> {
        let of_world = |tree: &&Tree<'_>| {
            tree.line().next().ok().flatten().is_some_and(|word| {
                HEADS.iter().any(|(name, head)| *name == word.text && *head == Head::World) && !word.quoted
            })
        };
        let mut lines = vec![""; text.lines().count()];
        for (number, line) in trees.iter().filter(of_world).flat_map(Tree::lines) {
            lines[number - 1] = line;
        }
        match Script::parse(&lines.join("\n")) {
            Ok(script) if script.session().config().nodes.is_empty() => {
                self.errors.push(refused(1, 1, ErrorCode::BadScript, "the lesson's world has no node: node a"));
                None
            }
            Ok(script) => Some(script.session().config().clone()),
            Err(errors) if lines.iter().all(|line| line.is_empty()) => {
                drop(errors);
                self.errors.push(refused(1, 1, ErrorCode::BadScript, "the lesson's world has no node: node a"));
                None
            }
            Err(errors) => {
                self.errors.extend(errors.0);
                None
            }
        }
    }

    /// Notes what is wrong.
    fn or_note<T>(&mut self, read: Result<T>) -> Option<T> {
        read.map_err(|error| self.errors.push(error)).ok()
    }

    fn header(&mut self, lesson: &mut Lesson, line: &mut Line<'_>, tree: &Tree<'_>) {
        let id =
            line.value("the lesson's name: letters, digits and -", |text| course::is_id(text).then(|| text.to_owned()));
        let id = id.and_then(|id| line.end().map(|()| id));
        if let Some(id) = self.or_note(id) {
            lesson.id = id;
        }
        for tree in &tree.below {
            let mut line = tree.line();
            let known = [("title", Part::Title), ("about", Part::About), ("minutes", Part::Minutes)];
            let Some(part) = self.or_note(line.one_of("what of the lesson", &known)) else { continue };
            match part {
                Part::Title => self.prose(&mut lesson.title, &mut line, tree),
                Part::About => self.prose(&mut lesson.about, &mut line, tree),
                _ => {
                    let minutes =
                        statement::whole_number(&mut line, "whole minutes").and_then(|n| line.end().map(|()| n));
                    let minutes = self.or_note(minutes);
                    lesson.minutes = minutes.and_then(|minutes| u32::try_from(minutes).ok());
                    self.nothing_below(tree);
                }
            }
        }
    }

    /// `en words`, on a line of which something was read already.
    fn prose(&mut self, prose: &mut Prose, line: &mut Line<'_>, tree: &Tree<'_>) {
        match line.one_of("the language", &TEXTS) {
            Ok(Part::Text(lang)) => self.text(prose, lang, line, tree),
            Ok(_) => {}
            Err(error) => self.errors.push(error),
        }
    }

    /// A paragraph: the end of the line, and the lines below it.
    fn text(&mut self, prose: &mut Prose, lang: Lang, line: &mut Line<'_>, tree: &Tree<'_>) {
        let first_column = line.column();
        let mut joined = line.prose().to_owned();
        // Where each line begins in the joined text: (byte, line, column).
        let mut places = vec![(0, tree.number, first_column)];
        for (number, text) in tree.lines().into_iter().skip(1) {
            let trimmed = text.trim();
            // Chinese has no spaces between words; what is typed keeps them.
            if lang == Lang::En && !joined.is_empty() {
                joined.push(' ');
            }
            places.push((joined.len(), number, text.chars().count() - text.trim_start().chars().count() + 1));
            joined.push_str(trimmed);
        }
        if joined.is_empty() {
            self.errors.push(refused(tree.number, first_column, ErrorCode::BadScript, "the text is empty"));
            return;
        }
        match paragraph(&joined) {
            Ok(paragraph) => match lang {
                Lang::En => prose.en.push(paragraph),
                Lang::Zh => prose.zh.push(paragraph),
            },
            Err((at, found, expected)) => {
                let (from, line, column) =
                    places.iter().rev().find(|(from, ..)| *from <= at).copied().unwrap_or_default();
                let column = column + joined[from..at].chars().count();
                let wrong = Wrong::Unexpected { found: Some(found), expected, nearest: None };
                self.errors.push(ScriptError { line, column, wrong });
            }
        }
    }

    fn nothing_below(&mut self, tree: &Tree<'_>) {
        if let Some(below) = tree.below.first() {
            self.errors.push(bad(&below.line(), "nothing stands below this line: it is too far in"));
        }
    }

    fn block(&mut self, head: Head, line: &mut Line<'_>, tree: &Tree<'_>) -> Option<Block> {
        let mut block = Block {
            line: tree.number,
            when: Vec::new(),
            text: Prose::default(),
            notes: Prose::default(),
            look: Vec::new(),
            kind: BlockKind::Step { then: Vec::new() },
        };
        let known = match head {
            Head::Task => {
                block.kind = BlockKind::Task(Task {
                    goals: Vec::new(),
                    never: Vec::new(),
                    actions_max: None,
                    par: None,
                    hints: Vec::new(),
                    solution: Vec::new(),
                });
                vec![
                    ("goal", Part::Goal),
                    ("never", Part::Never),
                    ("actions", Part::Actions),
                    ("par", Part::Par),
                    ("hint", Part::Hint),
                    ("solution", Part::Solution),
                ]
            }
            Head::Question => {
                let answering = self.or_note(Self::answering(line))?;
                let answers: &[(&str, Part)] = match answering {
                    Answering::Choose(_) => &[("option", Part::Option)],
                    Answering::Number { .. } => &[("answer", Part::Answer), ("mistake", Part::Mistake)],
                };
                let known =
                    [answers, &[("then", Part::Then), ("until", Part::Until), ("because", Part::Because)]].concat();
                let because = Prose::default();
                let (then, until) = (Vec::new(), Vec::new());
                block.kind = BlockKind::Question(Question { answering, then, until, because });
                known
            }
            _ => vec![("then", Part::Then)],
        };
        let end = line.end();
        self.or_note(end);
        let known =
            [TEXTS.to_vec(), vec![("note", Part::Note), ("when", Part::When), ("look", Part::Look)], known].concat();
        for tree in &tree.below {
            let mut line = tree.line();
            let Some(part) = self.or_note(line.one_of("what of the block", &known)) else { continue };
            self.part(&mut block, part, &mut line, tree);
        }
        self.complete(&block, tree);
        Some(block)
    }

    /// `choose`, `number`, `point ring b`.
    fn answering(line: &mut Line<'_>) -> Result<Answering> {
        #[derive(Clone, Copy)]
        enum Kind {
            Choose,
            Number,
            Point,
        }
        let known = [("choose", Kind::Choose), ("number", Kind::Number), ("point", Kind::Point)];
        let point = match line.one_of("how it is answered", &known)? {
            Kind::Choose => return Ok(Answering::Choose(Vec::new())),
            Kind::Number => None,
            Kind::Point => {
                let panel = line.one_of("where", &[("ring", Panel::Backlog), ("ruler", Panel::Ruler)])?;
                Some(Look::Panel(panel, Some(statement::node_name(line)?)))
            }
        };
        // A question without `answer` is refused below.
        let answer = Quantity { node: String::new(), of: super::prose::Reading::Role };
        Ok(Answering::Number { answer, point, mistakes: Vec::new() })
    }

    fn part(&mut self, block: &mut Block, part: Part, line: &mut Line<'_>, tree: &Tree<'_>) {
        match (part, &mut block.kind) {
            (Part::Text(lang), _) => return self.text(&mut block.text, lang, line, tree),
            (Part::Note, _) => return self.prose(&mut block.notes, line, tree),
            (Part::When, _) => self.condition(&mut block.when, line),
            (Part::Look, _) => {
                let look = look(line).and_then(|look| line.end().map(|()| look));
                block.look.extend(self.or_note(look));
            }
            (Part::Then, BlockKind::Step { then }) => return self.actions(then, line, tree),
            (Part::Then, BlockKind::Question(question)) => return self.actions(&mut question.then, line, tree),
            (Part::Goal, BlockKind::Task(task)) => self.condition(&mut task.goals, line),
            (Part::Never, BlockKind::Task(task)) => self.condition(&mut task.never, line),
            (Part::Actions, BlockKind::Task(task)) => self.count(&mut task.actions_max, line),
            (Part::Par, BlockKind::Task(task)) => self.count(&mut task.par, line),
            (Part::Hint, BlockKind::Task(task)) => return self.bilingual_list(&mut task.hints, line, tree),
            (Part::Solution, BlockKind::Task(task)) => return self.actions(&mut task.solution, line, tree),
            (Part::Until, BlockKind::Question(question)) => self.condition(&mut question.until, line),
            (Part::Because, BlockKind::Question(question)) => return self.prose(&mut question.because, line, tree),
            (_, BlockKind::Question(question)) => match (&mut question.answering, part) {
                (Answering::Choose(choices), Part::Option) => {
                    let choice = self.choice(line, tree);
                    choices.extend(choice);
                    return;
                }
                (Answering::Number { answer, .. }, Part::Answer) => {
                    let read = quantity(line).and_then(|read| line.end().map(|()| read));
                    if let Some(read) = self.or_note(read) {
                        *answer = read;
                    }
                }
                (Answering::Number { mistakes, .. }, Part::Mistake) => {
                    let read = quantity(line).and_then(|read| line.end().map(|()| read));
                    let Some(number) = self.or_note(read) else { return };
                    let mut text = Prose::default();
                    self.texts_below(&mut text, tree);
                    mistakes.push(Mistake { number, text });
                    return;
                }
                _ => {}
            },
            _ => {}
        }
        self.nothing_below(tree);
    }

    fn condition(&mut self, list: &mut Vec<Condition>, line: &mut Line<'_>) {
        let condition = Condition::read(line);
        list.extend(self.or_note(condition));
    }

    fn count(&mut self, count: &mut Option<usize>, line: &mut Line<'_>) {
        let first = Line::new(line.number, "");
        if count.is_some() {
            self.errors.push(bad(&first, "this was said already"));
        }
        let read = line
            .value("a whole number of actions, 1 or more", |text| text.parse().ok().filter(|count: &usize| *count > 0));
        let read = read.and_then(|read| line.end().map(|()| read));
        *count = self.or_note(read);
    }

    /// `hint en words`: the first in each language are one hint, and so on.
    fn bilingual_list(&mut self, list: &mut Vec<Prose>, line: &mut Line<'_>, tree: &Tree<'_>) {
        let mut prose = Prose::default();
        self.prose(&mut prose, line, tree);
        let lacks = |known: &&mut Prose| match prose.zh.is_empty() {
            true => known.en.is_empty(),
            false => known.zh.is_empty(),
        };
        match list.iter_mut().find(lacks) {
            Some(known) => {
                known.en.append(&mut prose.en);
                known.zh.append(&mut prose.zh);
            }
            None => list.push(prose),
        }
    }

    /// Texts alone, below a line.
    fn texts_below(&mut self, prose: &mut Prose, tree: &Tree<'_>) {
        for tree in &tree.below {
            let mut line = tree.line();
            self.prose(prose, &mut line, tree);
        }
    }

    /// Lines `at +1s ACTION` below a line.
    fn actions(&mut self, list: &mut Vec<Later>, line: &mut Line<'_>, tree: &Tree<'_>) {
        let end = line.end();
        self.or_note(end);
        if !list.is_empty() {
            self.errors.push(bad(&tree.line(), "this was said already"));
        }
        for tree in &tree.below {
            let last_us = list.last().map_or(0, |last| last.after_us);
            let read = self.action(last_us, tree);
            list.extend(self.or_note(read));
        }
    }

    fn action(&self, last_us: u64, tree: &Tree<'_>) -> Result<Later> {
        let mut line = tree.line();
        line.keyword("at")?;
        let place = (line.number, line.column());
        let after_us = match statement::when(&mut line)? {
            when @ When::Later(_) => when.after(last_us),
            When::At(_) => {
                let message =
                    "a lesson's actions are so long after the line before, the first after its block began: +1s";
                return Err(refused(place.0, place.1, ErrorCode::BadTime, message));
            }
        };
        let place = (line.number, line.column());
        let mut action = match statement::happens(&mut line, &self.wire)? {
            Happens::Action(action) => action,
            Happens::Said(Said::Narration { .. } | Said::Expectation(_)) => {
                let message = "only actions stand here; say and expect are for scripts";
                return Err(refused(place.0, place.1, ErrorCode::BadScript, message));
            }
        };
        line.end()?;
        match &mut action {
            Action::AddNode { node: NodeSpec { config, .. } } | Action::Configure { node: NodeSpec { config, .. } } => {
                *config = tree.below.iter().map(|below| below.line().verbatim().to_owned()).collect();
            }
            _ => {
                if let Some(below) = tree.below.first() {
                    return Err(bad(&below.line(), "nothing stands below this line: it is too far in"));
                }
            }
        }
        Ok(Later { line: tree.number, after_us, action })
    }

    /// `option if CONDITION`, and what is below it.
    fn choice(&mut self, line: &mut Line<'_>, tree: &Tree<'_>) -> Option<Choice> {
        let mut choice = Choice {
            line: tree.number,
            holds_if: Vec::new(),
            text: Prose::default(),
            instead: Vec::new(),
            instead_text: Prose::default(),
        };
        let first = line.keyword("if").and_then(|()| Condition::read(line));
        choice.holds_if.push(self.or_note(first)?);
        let known = [TEXTS.to_vec(), vec![("if", Part::If), ("instead", Part::Instead)]].concat();
        for tree in &tree.below {
            let mut line = tree.line();
            let Some(part) = self.or_note(line.one_of("what of the option", &known)) else { continue };
            match part {
                Part::Text(lang) => self.text(&mut choice.text, lang, &mut line, tree),
                Part::If => {
                    self.condition(&mut choice.holds_if, &mut line);
                    self.nothing_below(tree);
                }
                _ => self.instead(&mut choice, &mut line, tree),
            }
        }
        if choice.text.is_empty() {
            self.errors.push(bad(&tree.line(), "the option has no text: en …"));
        }
        Some(choice)
    }

    /// Texts and actions below `instead`.
    fn instead(&mut self, choice: &mut Choice, line: &mut Line<'_>, tree: &Tree<'_>) {
        let end = line.end();
        self.or_note(end);
        for tree in &tree.below {
            let mut line = tree.line();
            if let Ok(Part::Text(lang)) = line.one_of("", &TEXTS) {
                self.text(&mut choice.instead_text, lang, &mut line, tree);
                continue;
            }
            let last_us = choice.instead.last().map_or(0, |last| last.after_us);
            let read = self.action(last_us, tree);
            choice.instead.extend(self.or_note(read));
        }
        if choice.instead.is_empty() {
            self.errors.push(bad(&tree.line(), "nothing is done instead: at +1s …"));
        }
    }

    /// What a block must have.
    fn complete(&mut self, block: &Block, tree: &Tree<'_>) {
        let line = tree.line();
        let mut lacks = |what: &str| self.errors.push(bad(&line, what));
        if block.text.is_empty() {
            lacks("the block says nothing: en …");
        }
        match &block.kind {
            BlockKind::Step { .. } => {}
            BlockKind::Task(task) => {
                if task.goals.is_empty() {
                    lacks("the task has no goal");
                }
                if task.solution.is_empty() {
                    lacks("the task has no solution, by which it can be checked");
                }
            }
            BlockKind::Question(question) => {
                match &question.answering {
                    Answering::Choose(choices) if !(2..=CHOICES_MAX).contains(&choices.len()) => {
                        lacks("the question has 2 to 9 options");
                    }
                    Answering::Number { answer, .. } if answer.node.is_empty() => {
                        lacks("the question has no answer: answer b next");
                    }
                    _ => {}
                }
                if question.because.is_empty() {
                    lacks("the question does not say why its answer is right: because en …");
                }
            }
        }
    }

    /// What the whole must have.
    fn whole(&mut self, lesson: &Lesson, header: Option<usize>) {
        let line = header.unwrap_or(1);
        let mut lacks = |what: &str| self.errors.push(refused(line, 1, ErrorCode::BadScript, what));
        match header {
            None => lacks("a lesson has a line with its name: lesson first-sync"),
            Some(_) if lesson.title.is_empty() => lacks("the lesson has no title: title en …"),
            Some(_) => {}
        }
        if lesson.blocks.is_empty() {
            lacks("the lesson has no step, task or question");
        }
    }

    /// Whoever a lesson speaks of is in its world, or is added to it.
    fn names(&mut self, lesson: &Lesson, text: &str) {
        let all: Vec<&Later> = lesson.blocks.iter().flat_map(Block::actions).collect();
        let added = all.iter().filter_map(|later| match &later.action {
            Action::AddNode { node } => Some(node.name.as_str()),
            _ => None,
        });
        let mut known: Vec<&str> = lesson.config.nodes.iter().map(|node| node.name.as_str()).chain(added).collect();
        known.dedup();
        let mut unknown = |block: usize, name: &str| {
            if known.contains(&name) {
                return;
            }
            let (line, column) = place_of(name, block, text);
            let wrong = Wrong::Unexpected {
                found: Some(name.to_owned()),
                expected: format!("a node: {}", known.join(", ")),
                nearest: nearest(name, known.iter().copied()),
            };
            self.errors.push(ScriptError { line, column, wrong });
        };
        for block in &lesson.blocks {
            for name in block.nodes() {
                unknown(block.line, name);
            }
        }
        for later in all {
            for name in later.action.nodes() {
                unknown(later.line, name);
            }
        }
    }
}

/// Where a node's name is, from a line on: as a word, or as that of a value in a text.
fn place_of(name: &str, from: usize, text: &str) -> (usize, usize) {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    for (index, line) in text.lines().enumerate().skip(from.saturating_sub(1)) {
        let is_prose = ["en", "zh", "note", "hint", "because"].iter().any(|word| Line::new(index, line).take(word));
        let at = if is_prose {
            line.find(&format!("{{{name}.")).map(|at| at + 1)
        } else {
            let whole = |at: usize| !line[..at].ends_with(in_name) && !line[at + name.len()..].starts_with(in_name);
            line.match_indices(name).map(|(at, _)| at).find(|at| whole(*at))
        };
        if let Some(at) = at {
            return (index + 1, line[..at].chars().count() + 1);
        }
    }
    (from, 1)
}

/// `b next`.
fn quantity(line: &mut Line<'_>) -> Result<Quantity> {
    let node = statement::node_name(line)?;
    let numbers = crate::script::expect::NUMBERS;
    let of = super::prose::Reading::Number(line.one_of("a number of the node", &numbers)?);
    Ok(Quantity { node, of })
}

/// `card b`, `wire a b`, `backlog a`, `caption`.
fn look(line: &mut Line<'_>) -> Result<Look> {
    #[derive(Clone, Copy)]
    enum Place {
        Card,
        Wire,
        Caption,
        Transport,
        Panel(Panel),
    }
    let places =
        [("card", Place::Card), ("wire", Place::Wire), ("caption", Place::Caption), ("transport", Place::Transport)];
    let panels = Panel::ALL.map(|panel| (panel.name(), Place::Panel(panel)));
    let known: Vec<(&str, Place)> = places.into_iter().chain(panels).collect();
    Ok(match line.one_of("where to look", &known)? {
        Place::Card => Look::Card(statement::node_name(line)?),
        Place::Wire => Look::Wire(statement::node_name(line)?, statement::node_name(line)?),
        Place::Caption => Look::Caption,
        Place::Transport => Look::Transport,
        Place::Panel(panel) => {
            let node = if line.is_over() { None } else { Some(statement::node_name(line)?) };
            Look::Panel(panel, node)
        }
    })
}
