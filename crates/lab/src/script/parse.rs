//! Lines as a script.

use psyncscope_sim::frame::WireSettings;

use super::error::{ScriptError, ScriptErrors, Wrong, nearest};
use super::statement::{self, Happens, KEYWORDS, Keyword};
use super::value::instant_text;
use super::words::{Line, Word, quote};
use super::{BranchLines, Remark, Said, Script};
use crate::action::{Action, LabConfig, NodeSpec, TimedAction};
use crate::branches::{Branch, Branches, Leaves, ROOT_NAME};
use crate::error::{ErrorCode, LabError};
use crate::{limits, validate};

/// Errors that are reported at once.
const ERRORS_MAX: usize = 20;

type Result<T> = std::result::Result<T, ScriptError>;

impl Script {
    /// Reads a script and checks all of it as [`Branches::from_json`] does, configurations of nodes that are added later
    /// too.
    ///
    /// # Errors
    /// What is wrong, at most 20 things: each with its line and column. What one can only see once every line can be
    /// read, such as a node that does not exist, is looked for only then.
    pub fn parse(text: &str) -> std::result::Result<Self, ScriptErrors> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > limits::LOG_BYTES_MAX {
            let message = format!("the script has {} bytes; at most {} are read", text.len(), limits::LOG_BYTES_MAX);
            return Err(ScriptErrors(vec![Place::START.refused(ErrorCode::TooMuch, message)]));
        }
        let mut reading = Reading::new(text);
        for (index, line) in text.lines().enumerate() {
            let line = Line::new(index + 1, line);
            if !line.is_over() {
                reading.line(line);
            }
            if reading.errors.len() >= ERRORS_MAX {
                break;
            }
        }
        reading.finish()
    }
}

/// A place in the text.
#[derive(Clone, Copy)]
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    const START: Self = Self { line: 1, column: 1 };

    /// Where the next word of a line is.
    fn of(line: &Line<'_>) -> Self {
        Self { line: line.number, column: line.column() }
    }

    /// What stands here is refused.
    const fn wrong(self, error: LabError) -> ScriptError {
        ScriptError { line: self.line, column: self.column, wrong: Wrong::Refused(error) }
    }

    fn refused(self, code: ErrorCode, message: impl Into<String>) -> ScriptError {
        self.wrong(LabError::new(code, message))
    }

    /// What stands here stands once in a script, and did so in this line.
    fn said_already(self, line: usize) -> ScriptError {
        self.refused(ErrorCode::BadScript, format!("this was said already, in line {line}"))
    }
}

/// A branch as far as it is read.
struct Draft {
    branch: Branch,
    /// Where it begins.
    place: Place,
    /// How far it runs and where that is said.
    end: Option<(u64, Place)>,
    /// The time of its last line.
    last_us: u64,
    remarks: Vec<Remark>,
    /// Where each action is, and each remark.
    action_places: Vec<Place>,
    remark_places: Vec<Place>,
}

impl Draft {
    fn new(name: String, leaves: Option<Leaves>, place: Place) -> Self {
        let last_us = leaves.map_or(0, |leaves| leaves.at_us);
        let branch = Branch { name, leaves, end_us: 0, actions: Vec::new() };
        let (remarks, action_places, remark_places) = (Vec::new(), Vec::new(), Vec::new());
        Self { branch, place, end: None, last_us, remarks, action_places, remark_places }
    }

    /// Where it is in the text.
    fn lines(&self, index: usize) -> BranchLines {
        BranchLines {
            head: (index > 0).then_some(self.place.line),
            end: self.end.map(|(_, place)| place.line),
            actions: self.action_places.iter().map(|place| place.line).collect(),
        }
    }
}

/// What the lines belong to that are further in than the line that opened the block.
#[derive(Clone, Copy)]
struct Block {
    indent: usize,
    of: BlockOf,
}

#[derive(Clone, Copy)]
enum BlockOf {
    /// The node that was read last.
    Node,
    /// What could not be read.
    Unreadable,
}

/// A node, where it begins, and where each line of its configuration is.
type ReadNode = (NodeSpec, Place, Vec<Place>);

/// What is read so far.
struct Reading<'a> {
    text: &'a str,
    errors: Vec<ScriptError>,
    config: LabConfig,
    drafts: Vec<Draft>,
    /// The current branch's name, and where it is.
    current: Option<(Word, usize)>,
    block: Option<Block>,
    /// Where each statement that stands once was.
    seen: Vec<(Keyword, usize)>,
    /// Nodes and their configurations, in the order of the text.
    nodes: Vec<ReadNode>,
    /// Whether anything was read.
    any: bool,
}

impl<'a> Reading<'a> {
    fn new(text: &'a str) -> Self {
        let main = Draft::new(ROOT_NAME.to_owned(), None, Place::START);
        Self {
            text,
            errors: Vec::new(),
            config: LabConfig::default(),
            drafts: vec![main],
            current: None,
            block: None,
            seen: Vec::new(),
            nodes: Vec::new(),
            any: false,
        }
    }

    /// Reads a line that is not empty.
    fn line(&mut self, mut line: Line<'a>) {
        self.any = true;
        let indent = line.indent();
        let outcome = match self.block {
            Some(Block { indent: head, of: BlockOf::Unreadable }) if indent > head => Ok(()),
            Some(Block { indent: head, of: BlockOf::Node }) if indent > head => self.directive(&mut line),
            _ => {
                self.block = None;
                self.statement(&mut line, indent)
            }
        };
        if let Err(error) = outcome {
            self.errors.push(error);
            // What is below a line that cannot be read cannot be read either.
            self.block.get_or_insert(Block { indent, of: BlockOf::Unreadable });
        }
    }

    /// A line of the configuration of the last node.
    fn directive(&mut self, line: &mut Line<'_>) -> Result<()> {
        let place = Place::of(line);
        let text = if line.take("line") {
            let text = line.text("a line of redis.conf in straight quotes: \"…\"")?.text;
            line.end()?;
            text
        } else {
            line.verbatim().to_owned()
        };
        if let Some((spec, _, places)) = self.nodes.last_mut() {
            spec.config.push(text);
            places.push(place);
        }
        Ok(())
    }

    fn statement(&mut self, line: &mut Line<'_>, indent: usize) -> Result<()> {
        let place = Place::of(line);
        let within_branch = indent > 0;
        if within_branch && self.drafts.len() == 1 {
            let message = "this line is indented, but no node or branch is above it";
            return Err(place.refused(ErrorCode::BadScript, message));
        }
        let keyword = line.one_of("one of these (and a node's configuration further in)", &KEYWORDS)?;
        let fits = match keyword {
            Keyword::At => within_branch || self.drafts.len() == 1,
            Keyword::End => true,
            _ => !within_branch,
        };
        if !fits {
            let message = match keyword {
                Keyword::At => "the lines of a branch are further in than its head; those of main stand before it",
                _ => "only at and end stand in a branch",
            };
            return Err(place.refused(ErrorCode::BadScript, message));
        }
        match keyword {
            Keyword::At => return self.at(line, indent),
            Keyword::End => self.end(line, place, within_branch)?,
            Keyword::Branch => return self.branch(line, place),
            Keyword::Node => self.node(line, place, indent)?,
            keyword => self.header(line, place, keyword)?,
        }
        line.end()
    }

    /// A statement that stands once, before anything happens.
    fn header(&mut self, line: &mut Line<'_>, place: Place, keyword: Keyword) -> Result<()> {
        self.before_all(place)?;
        if let Some((_, first)) = self.seen.iter().find(|(seen, _)| *seen == keyword) {
            return Err(place.said_already(*first));
        }
        self.seen.push((keyword, place.line));
        match keyword {
            Keyword::Version => {
                let version = statement::whole_number(line, "the version of the language, 1")?;
                if version != u64::from(Script::VERSION) {
                    let message = format!("version {version} is not read here, only {}", Script::VERSION);
                    return Err(place.refused(ErrorCode::UnsupportedVersion, message));
                }
            }
            Keyword::Seed => self.config.seed = statement::whole_number(line, "a whole number from 0 on")?,
            Keyword::Wire => self.config.wire = statement::wire_settings(line, WireSettings::default())?,
            Keyword::Limits => self.config.classroom_limits = statement::limits(line)?,
            Keyword::Disk => self.config.disk_bps = statement::disk(line)?,
            Keyword::Fork => self.config.fork_us = statement::time(line)?,
            Keyword::Tcp => self.config.tcp = statement::tcp_settings(line)?,
            Keyword::Main => self.drafts[0].branch.name = statement::branch_name(line)?.text,
            Keyword::Current => self.current = Some((statement::branch_name(line)?, place.line)),
            Keyword::Node | Keyword::At | Keyword::Branch | Keyword::End => {}
        }
        Ok(())
    }

    /// What the world starts as is said before anything happens in it.
    fn before_all(&self, place: Place) -> Result<()> {
        let main = &self.drafts[0];
        if self.drafts.len() == 1 && main.branch.actions.is_empty() && main.remarks.is_empty() {
            return Ok(());
        }
        let message = "what the world starts as is said before the first line with a time";
        Err(place.refused(ErrorCode::OutOfOrder, message))
    }

    fn node(&mut self, line: &mut Line<'_>, place: Place, indent: usize) -> Result<()> {
        self.before_all(place)?;
        let name = statement::node_name(line)?;
        self.config.nodes.push(NodeSpec { name: name.clone(), config: Vec::new() });
        self.open_node(name, place, indent);
        Ok(())
    }

    /// The lines that follow further in are this node's configuration.
    fn open_node(&mut self, name: String, place: Place, indent: usize) {
        self.nodes.push((NodeSpec { name, config: Vec::new() }, place, Vec::new()));
        self.block = Some(Block { indent, of: BlockOf::Node });
    }

    fn branch(&mut self, line: &mut Line<'_>, place: Place) -> Result<()> {
        let read = self.branch_head(line);
        let (name, leaves) = match &read {
            Ok((name, leaves)) => (name.clone(), *leaves),
            Err(_) => (String::new(), Leaves { branch: 0, at_us: 0 }),
        };
        // Even if the head is wrong: its lines are read, to tell what is wrong with them.
        self.drafts.push(Draft::new(name, Some(leaves), place));
        self.block = None;
        if let Err(error) = read {
            self.errors.push(error);
        }
        Ok(())
    }

    fn branch_head(&self, line: &mut Line<'_>) -> Result<(String, Leaves)> {
        let name = statement::branch_name(line)?.text;
        line.keyword("from")?;
        let parent = statement::branch_name(line)?;
        let branch = self.branch_named(&parent, line.number)?;
        line.keyword("at")?;
        let at_us = statement::time(line)?;
        line.end()?;
        Ok((name, Leaves { branch, at_us }))
    }

    /// The branch of this name, of those that are read so far.
    fn branch_named(&self, name: &Word, line: usize) -> Result<usize> {
        let names = || self.drafts.iter().map(|draft| draft.branch.name.as_str());
        names().position(|known| known == name.text).ok_or_else(|| {
            let shown: Vec<String> = names().map(quote).collect();
            let wrong = Wrong::Unexpected {
                found: Some(quote(&name.text)),
                expected: format!("the name of a branch: {}", shown.join(", ")),
                nearest: nearest(&name.text, names()).map(|name| quote(&name)),
            };
            ScriptError { line, column: name.column, wrong }
        })
    }

    fn open_draft(&mut self) -> &mut Draft {
        self.drafts.last_mut().expect("the first is always there")
    }

    fn at(&mut self, line: &mut Line<'_>, indent: usize) -> Result<()> {
        let at_us = self.moment(line)?;
        let place = Place::of(line);
        let happens = statement::happens(line, &self.config.wire)?;
        line.end()?;
        let draft = self.open_draft();
        match happens {
            Happens::Action(action) => {
                let configured = match &action {
                    Action::AddNode { node } | Action::Configure { node } => Some(node.name.clone()),
                    _ => None,
                };
                draft.branch.actions.push(TimedAction { at_us, action });
                draft.action_places.push(place);
                if let Some(name) = configured {
                    self.open_node(name, place, indent);
                }
            }
            Happens::Said(what) => {
                let after = draft.branch.actions.len();
                draft.remarks.push(Remark { at_us, after, line: place.line, what });
                draft.remark_places.push(place);
            }
        }
        Ok(())
    }

    /// A time that is not before that of the line before.
    fn moment(&mut self, line: &mut Line<'_>) -> Result<u64> {
        let place = Place::of(line);
        let when = statement::when(line)?;
        let draft = self.open_draft();
        let at_us = when.after(draft.last_us);
        if at_us < draft.last_us {
            let message = format!("{} lies before {}", instant_text(at_us), instant_text(draft.last_us));
            return Err(place.refused(ErrorCode::OutOfOrder, message));
        }
        draft.last_us = at_us;
        Ok(at_us)
    }

    /// How far a branch runs: main, if the line is not indented.
    fn end(&mut self, line: &mut Line<'_>, place: Place, within_branch: bool) -> Result<()> {
        let when = statement::when(line)?;
        let draft = if within_branch { self.open_draft() } else { &mut self.drafts[0] };
        if let Some((_, first)) = draft.end {
            return Err(place.said_already(first.line));
        }
        let end_us = when.after(draft.last_us);
        draft.end = Some((end_us, place));
        Ok(())
    }

    /// Checks what is only known now.
    fn finish(mut self) -> std::result::Result<Script, ScriptErrors> {
        if !self.any {
            let line = Line::new(1, "");
            self.errors.push(line.unexpected("a script: at least one line that is no comment"));
        }
        if self.errors.is_empty() {
            self.put_configurations();
            self.check_ends();
            self.check_leaves();
            self.check_nodes();
            self.check_expectations();
        }
        let current = match &self.current {
            Some((name, line)) => self.branch_named(name, *line).map_err(|error| self.errors.push(error)).unwrap_or(0),
            None => 0,
        };
        if !self.errors.is_empty() {
            self.errors.sort_by_key(|error| (error.line, error.column));
            return Err(ScriptErrors(self.errors));
        }
        let list = self.drafts.iter().map(|draft| draft.branch.clone()).collect();
        match Branches::checked(self.config.clone(), list, current) {
            Ok(session) => {
                let places = self.drafts.iter().enumerate().map(|(index, draft)| draft.lines(index)).collect();
                let remarks = self.drafts.into_iter().map(|draft| draft.remarks).collect();
                Ok(Script { session, remarks, places })
            }
            Err(error) => Err(ScriptErrors(vec![self.placed(error)])),
        }
    }

    /// Gives each node the lines that were read below it.
    fn put_configurations(&mut self) {
        let later = self.drafts.iter_mut().flat_map(|draft| &mut draft.branch.actions);
        let later = later.filter_map(|timed| match &mut timed.action {
            Action::AddNode { node } | Action::Configure { node } => Some(node),
            _ => None,
        });
        // Both are in the order of the text: what the world starts as comes first.
        for (spec, (read, ..)) in self.config.nodes.iter_mut().chain(later).zip(&self.nodes) {
            spec.config.clone_from(&read.config);
        }
    }

    /// No branch ends before its last line. Where no end is said, it is main's, or the last line.
    fn check_ends(&mut self) {
        let main_end_us = self.drafts[0].end.map_or(self.drafts[0].last_us, |(end_us, _)| end_us);
        for draft in &mut self.drafts {
            let Some((end_us, place)) = draft.end else {
                draft.branch.end_us = main_end_us.max(draft.last_us);
                continue;
            };
            draft.branch.end_us = end_us;
            if end_us < draft.last_us {
                let (end, last) = (instant_text(end_us), instant_text(draft.last_us));
                let message = format!("the branch ends at {end}, before its last line, at {last}");
                self.errors.push(place.refused(ErrorCode::OutOfOrder, message));
            }
        }
    }

    /// A branch leaves its parent where that is on its own, and before its end.
    fn check_leaves(&mut self) {
        for index in 1..self.drafts.len() {
            let Draft { branch: Branch { leaves: Some(Leaves { branch, at_us }), .. }, place, .. } = self.drafts[index]
            else {
                continue;
            };
            let parent = &self.drafts[branch].branch;
            let begins_us = parent.leaves.map_or(0, |leaves| leaves.at_us);
            if !(begins_us..parent.end_us).contains(&at_us) {
                let [at, begins, end] = [at_us, begins_us, parent.end_us].map(instant_text);
                let name = quote(&parent.name);
                let message = format!("at {at} no branch can leave {name}, which begins at {begins} and ends at {end}");
                self.errors.push(place.refused(ErrorCode::BadTime, message));
            }
        }
    }

    /// Checks names and configurations of all nodes, those that are added later too.
    fn check_nodes(&mut self) {
        for (spec, place, lines) in &self.nodes {
            if let Err(error) = validate::node_config(spec, self.config.classroom_limits) {
                let number = error.at.as_ref().and_then(|at| at.line);
                let place = number.and_then(|number| lines.get(number - 1)).unwrap_or(place);
                self.errors.push(place.wrong(error));
            }
        }
    }

    /// Whoever something is expected of is in the script.
    fn check_expectations(&mut self) {
        let names = names_of(&self.nodes);
        for draft in &self.drafts {
            for (remark, place) in draft.remarks.iter().zip(&draft.remark_places) {
                let Said::Expectation(expectation) = &remark.what else { continue };
                for name in expectation.nodes().into_iter().filter(|name| !names.contains(name)) {
                    let wrong = Wrong::Unexpected {
                        found: Some(name.to_owned()),
                        expected: format!("a node: {}", names.join(", ")),
                        nearest: nearest(name, names.iter().copied()),
                    };
                    let column = self.column_of(name, *place);
                    self.errors.push(ScriptError { line: place.line, column, wrong });
                }
            }
        }
    }

    /// Where a node's name is, from a place on.
    fn column_of(&self, name: &str, place: Place) -> usize {
        let line = self.text.lines().nth(place.line - 1).unwrap_or_default();
        let Some((from, _)) = line.char_indices().nth(place.column - 1) else { return place.column };
        let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let whole = |at: usize| {
            let (before, after) = (&line[..at], &line[at + name.len()..]);
            !before.ends_with(in_name) && !after.starts_with(in_name)
        };
        let found = line[from..].match_indices(name).map(|(at, _)| from + at).find(|at| whole(*at));
        found.map_or(place.column, |at| line[..at].chars().count() + 1)
    }

    /// A refusal of the session, where it is in the text.
    fn placed(&self, mut error: LabError) -> ScriptError {
        let at = error.at.clone().unwrap_or_default();
        let mut place = Place::START;
        // What the world starts as is checked with the first branch.
        let of_branch = at.branch.filter(|branch| *branch > 0 || at.action.is_some() || at.node.is_none());
        let header = at.field.as_deref().filter(|_| at.branch.unwrap_or_default() == 0 && at.action.is_none());
        let header = header.and_then(|field| self.seen.iter().find(|(keyword, _)| field_of(*keyword) == Some(field)));
        if let Some((_, line)) = header {
            place.line = *line;
        } else if let Some(draft) = of_branch.and_then(|branch| self.drafts.get(branch)) {
            place = draft.place;
            if let Some(action) = at.action.and_then(|action| draft.action_places.get(action)) {
                place = *action;
            } else if at.field.as_deref() == Some("end_us")
                && let Some((_, end)) = draft.end
            {
                place = end;
            }
        } else if let Some((_, head, _)) =
            at.node.as_ref().and_then(|node| self.nodes.iter().rfind(|(spec, ..)| spec.name == *node))
        {
            place = *head;
        }
        if let Some(node) = &at.node {
            place.column = self.column_of(node, place);
        }
        // The place says what the numbers of branch and action say.
        for number in [at.branch.map(|n| format!("branch {n}: ")), at.action.map(|n| format!("action {n}: "))] {
            if let Some(message) = number.and_then(|number| error.message.strip_prefix(&number)) {
                error.message = message.to_owned();
            }
        }
        if error.code == ErrorCode::UnknownNode {
            // A node that is only configured is not there by that.
            let mut names = names_of(&self.nodes);
            names.retain(|name| Some(*name) != at.node.as_deref());
            error.message.push_str(&format!("; the script has {}", names.join(", ")));
        }
        place.wrong(error)
    }
}

/// The name of each node, once.
fn names_of(nodes: &[ReadNode]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for (spec, ..) in nodes {
        if !names.contains(&spec.name.as_str()) {
            names.push(&spec.name);
        }
    }
    names
}

/// The field of a session that a statement sets, as errors name it.
const fn field_of(keyword: Keyword) -> Option<&'static str> {
    match keyword {
        Keyword::Fork => Some("config.fork_us"),
        Keyword::Tcp => Some("config.tcp"),
        Keyword::Current => Some("current"),
        Keyword::Main => Some("name"),
        _ => None,
    }
}
