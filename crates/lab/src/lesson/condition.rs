//! What a lesson waits for: what is so, or what has happened since a block of it began.

use std::fmt;

use psyncscope_engine::event::{Event, PsyncReply, ReplicaState};
use psyncscope_engine::replication::ReplState;
use psyncscope_sim::frame::{Entry, HostId, What};

use super::progress::Mark;
use crate::lab::Lab;
use crate::script::Expectation;
use crate::script::error::ScriptError;
use crate::script::expect::{ANSWERS, Answer};
use crate::script::statement::{A_TEXT, ExpectationOr, expectation_or};
use crate::script::words::{self, Line};
use crate::topology::peer;

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Something is so.
    Is(Expectation),
    /// Something has happened at a node since the block began.
    Happened {
        /// The node.
        node: String,
        /// What.
        what: Happening,
    },
}

/// What can happen at a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// It answers a PSYNC: in this way, or in any.
    Answers(Option<Answer>),
    /// As a replica it comes to a state of the link, here or at its master.
    Enters(State),
    /// Its link to its master, which carried the stream, ends.
    LosesLink,
    /// It allocates its backlog.
    CreatesBacklog,
    /// It frees its backlog.
    FreesBacklog,
    /// Its replication IDs change.
    ChangesReplId,
    /// It loads an RDB.
    LoadsRdb,
    /// A background save ends well.
    Saves,
    /// It executes a command of a client that begins with these words; the case of the first does not matter.
    Executes(Vec<String>),
    /// A line of its log has this in it.
    Logs(String),
    /// It sends a console bytes of replies that have this in them, as RESP.
    Replies(String),
    /// Its kernel sends bytes again that were lost.
    Resends,
    /// A key of this name expires.
    Expires(String),
}

/// A state of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Of a replica's link (`repl_state`).
    Link(ReplState),
    /// Of a replica at its master (`replstate`).
    Replica(ReplicaState),
}

impl State {
    fn all() -> Vec<(&'static str, Self)> {
        let links = ReplState::ALL.map(|state| (state.name(), Self::Link(state)));
        let replicas = ReplicaState::ALL.map(|state| (state.name(), Self::Replica(state)));
        links.into_iter().chain(replicas).collect()
    }
}

#[derive(Clone, Copy)]
enum Verb {
    Answers,
    Enters,
    Loses,
    Creates,
    Frees,
    Changes,
    Loads,
    Saves,
    Executes,
    Logs,
    Replies,
    Resends,
    Expires,
}

const VERBS: [(&str, Verb); 13] = [
    ("answers", Verb::Answers),
    ("enters", Verb::Enters),
    ("loses", Verb::Loses),
    ("creates", Verb::Creates),
    ("frees", Verb::Frees),
    ("changes", Verb::Changes),
    ("loads", Verb::Loads),
    ("saves", Verb::Saves),
    ("executes", Verb::Executes),
    ("logs", Verb::Logs),
    ("replies", Verb::Replies),
    ("resends", Verb::Resends),
    ("expires", Verb::Expires),
];

/// The word for an answer to a PSYNC of either kind.
const ANY: &str = "any";

impl Condition {
    /// Reads one, up to the end of the line.
    pub(super) fn read(line: &mut Line<'_>) -> Result<Self, ScriptError> {
        let condition = match expectation_or(line, &VERBS)? {
            ExpectationOr::Expectation(expectation) => Self::Is(expectation),
            ExpectationOr::Other(node, verb) => Self::Happened { node, what: happening(line, verb)? },
        };
        line.end()?;
        Ok(condition)
    }

    /// The nodes that it is about.
    pub(super) fn nodes(&self) -> Vec<&str> {
        match self {
            Self::Is(expectation) => expectation.nodes(),
            Self::Happened { node, .. } => vec![node],
        }
    }

    /// Whether it holds at the lab's present, or has happened since `since`.
    #[must_use]
    pub fn holds(&self, lab: &Lab, since: &Mark) -> bool {
        match self {
            Self::Is(expectation) => expectation.check(lab).is_ok(),
            Self::Happened { node, what } => {
                let Some(host) = lab.host_ever(node) else { return false };
                let timeline = lab.timeline();
                let new = timeline.iter().enumerate().skip(since.entries);
                new.into_iter().any(|(index, entry)| what.is(lab, host, index, entry))
            }
        }
    }

    /// Why it does not hold, in a few words.
    pub(super) fn unmet(&self, lab: &Lab) -> String {
        match self {
            Self::Is(expectation) => expectation.check(lab).err().unwrap_or_default(),
            Self::Happened { .. } => "it did not happen".to_owned(),
        }
    }
}

fn happening(line: &mut Line<'_>, verb: Verb) -> Result<Happening, ScriptError> {
    Ok(match verb {
        Verb::Answers => {
            let answers = ANSWERS.into_iter().filter(|(_, answer)| *answer != Answer::None);
            let answers = answers.map(|(word, answer)| (word, Some(answer))).chain([(ANY, None)]);
            let known: Vec<(&str, Option<Answer>)> = answers.collect();
            Happening::Answers(line.one_of("how it answers a PSYNC", &known)?)
        }
        Verb::Enters => Happening::Enters(line.one_of("a state", &State::all())?),
        Verb::Loses => {
            line.keyword("link")?;
            Happening::LosesLink
        }
        Verb::Creates => {
            line.keyword("backlog")?;
            Happening::CreatesBacklog
        }
        Verb::Frees => {
            line.keyword("backlog")?;
            Happening::FreesBacklog
        }
        Verb::Changes => {
            line.keyword("replid")?;
            Happening::ChangesReplId
        }
        Verb::Loads => {
            line.keyword("rdb")?;
            Happening::LoadsRdb
        }
        Verb::Saves => Happening::Saves,
        Verb::Executes => {
            let mut command = vec![line.expect("a command: executes SET, executes CONFIG SET")?.text];
            while let Some(word) = line.next()? {
                command.push(word.text);
            }
            Happening::Executes(command)
        }
        Verb::Logs => Happening::Logs(line.text(A_TEXT)?.text),
        Verb::Replies => Happening::Replies(line.text(A_TEXT)?.text),
        Verb::Resends => Happening::Resends,
        Verb::Expires => Happening::Expires(line.expect("the name of a key")?.text),
    })
}

impl Happening {
    /// Whether an entry of the timeline tells of it.
    fn is(&self, lab: &Lab, host: HostId, index: usize, entry: &Entry) -> bool {
        if let (Self::Enters(State::Replica(wanted)), What::Node(Event::ReplicaState { conn, to, .. })) =
            (self, &entry.what)
        {
            let at = entry.host.filter(|_| wanted == to);
            return at.is_some_and(|at| peer(&lab.frame_after(index, entry.at), at, *conn) == Some(host));
        }
        if entry.host != Some(host) {
            return false;
        }
        let event = match (self, &entry.what) {
            (Self::Replies(text), What::ConsoleReceived { bytes, .. }) => return has(bytes, text),
            (Self::Resends, What::TcpRetransmitted { .. }) => return true,
            (_, What::Node(event)) => event,
            _ => return false,
        };
        match (self, event) {
            (Self::Answers(wanted), Event::PsyncReplied { reply, .. }) => match wanted {
                None => true,
                Some(Answer::Partial) => matches!(reply, PsyncReply::Continue { .. }),
                Some(Answer::Full) => matches!(reply, PsyncReply::FullResync { .. }),
                Some(Answer::None) => false,
            },
            (Self::Enters(State::Link(wanted)), Event::ReplState { to, .. }) => wanted == to,
            (Self::LosesLink, Event::ReplState { from, to, .. }) => {
                *from == ReplState::Connected && *to != ReplState::Connected
            }
            (Self::CreatesBacklog, Event::BacklogCreated { .. })
            | (Self::FreesBacklog, Event::BacklogFreed)
            | (Self::ChangesReplId, Event::Ids { .. })
            | (Self::LoadsRdb, Event::Loaded { .. })
            | (Self::Saves, Event::SaveEnded { result: Ok(_) }) => true,
            (Self::Executes(words), Event::Command { from_master: false, argv, .. }) => {
                words.len() <= argv.len()
                    && words.iter().zip(argv).enumerate().all(|(nth, (word, arg))| match nth {
                        0 => word.as_bytes().eq_ignore_ascii_case(arg),
                        _ => word.as_bytes() == arg.as_slice(),
                    })
            }
            (Self::Logs(text), Event::Log { text: line, .. }) => line.contains(text.as_str()),
            (Self::Expires(key), Event::Expired { key: expired, .. }) => key.as_bytes() == expired.as_slice(),
            _ => false,
        }
    }
}

fn has(bytes: &[u8], text: &str) -> bool {
    text.is_empty() || bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

impl fmt::Display for Condition {
    /// As a lesson has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(expectation) => expectation.fmt(f),
            Self::Happened { node, what } => write!(f, "{node} {what}"),
        }
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answers(answer) => {
                let word = ANSWERS.iter().find(|(_, known)| Some(*known) == *answer).map_or(ANY, |(word, _)| word);
                write!(f, "answers {word}")
            }
            Self::Enters(State::Link(state)) => write!(f, "enters {}", state.name()),
            Self::Enters(State::Replica(state)) => write!(f, "enters {}", state.name()),
            Self::LosesLink => f.write_str("loses link"),
            Self::CreatesBacklog => f.write_str("creates backlog"),
            Self::FreesBacklog => f.write_str("frees backlog"),
            Self::ChangesReplId => f.write_str("changes replid"),
            Self::LoadsRdb => f.write_str("loads rdb"),
            Self::Saves => f.write_str("saves"),
            Self::Executes(command) => {
                f.write_str("executes")?;
                command.iter().try_for_each(|word| write!(f, " {}", words::word(word)))
            }
            Self::Logs(text) => write!(f, "logs {}", words::quote(text)),
            Self::Replies(text) => write!(f, "replies {}", words::quote(text)),
            Self::Resends => f.write_str("resends"),
            Self::Expires(key) => write!(f, "expires {}", words::word(key)),
        }
    }
}
