//! What happened, in sentences: which events are worth one, and with which names and numbers. The wording is [`Messages`].
//!
//! * [`narrator`]: reads the timeline and keeps the notes
//! * `node`: events inside a node
//! * `world`: processes, wires, TCP, consoles
//!
//! Every ID and number of a sentence is taken from the event that the sentence is about, never from the state of the
//! world around it: that may have moved on within the same instant.

mod en;
mod messages;
pub mod narrator;
mod node;
#[cfg(test)]
mod tests;
mod text;
mod world;
mod zh;

use std::sync::Arc;

use psyncscope_engine::ids::ReplId;
use psyncscope_sim::frame::SimTime;

use crate::lang::Lang;

pub use messages::Messages;

impl Messages {
    /// What stands before the name at `index` in a list of `count` names: `a`, `a and b`, `a, b and c`.
    #[must_use]
    pub const fn before_name(&self, index: usize, count: usize) -> &'static str {
        match index {
            0 => "",
            index if index + 1 == count => self.list_and,
            _ => self.list_comma,
        }
    }
}

/// The sentences of a language.
#[must_use]
pub fn messages(lang: Lang) -> &'static Messages {
    match lang {
        Lang::En => &en::MESSAGES,
        Lang::Zh => &zh::MESSAGES,
    }
}

/// A name or a number in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// A node's name.
    Node(Arc<str>),
    /// A replication ID, shown in its colour.
    Id(ReplId),
    /// A number.
    Number(i64),
    /// Plain words, such as a duration.
    Words(String),
    /// Something of Redis's own, shown as it is.
    Code(String),
}

/// How much a sentence matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// One step of something: shown as a detail below the last great sentence.
    Small,
    /// What a user must not miss: it stays until the next one.
    Great,
}

/// What kind of event it is, such as decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// A command.
    Command,
    /// A state that moved.
    State,
    /// A partial resync, a link that is up.
    Good,
    /// A full resync.
    Full,
    /// Something broke or was broken.
    Fault,
}

/// Chooses a message of a language.
pub type MessageKey = fn(&Messages) -> &'static str;

/// A named value in a sentence.
pub type NamedSlot = (&'static str, Slot);

/// One sentence: a template and its values.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// The template.
    pub key: MessageKey,
    /// Its values.
    pub slots: Vec<NamedSlot>,
}

impl PartialEq for Sentence {
    fn eq(&self, other: &Self) -> bool {
        // A key is one function of ours: its address may differ for the same one, and that costs a rendering, no more.
        std::ptr::fn_addr_eq(self.key, other.key) && self.slots == other.slots
    }
}

impl Sentence {
    /// The value of a slot.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.iter().find(|(slot, _)| *slot == name).map(|(_, value)| value)
    }

    /// Whether two sentences say the same of different nodes, which stand in the slot `subject`.
    fn same_but_for(&self, other: &Self, subject: &str) -> bool {
        let values = |sentence: &Self| -> Vec<NamedSlot> {
            sentence.slots.iter().filter(|(name, _)| *name != subject).cloned().collect()
        };
        std::ptr::fn_addr_eq(self.key, other.key) && values(self) == values(other)
    }
}

/// What there is to say about an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// When it happened.
    pub at: SimTime,
    /// How much it matters.
    pub weight: Weight,
    /// What kind of event it is.
    pub tone: Tone,
    /// The sentences, at least one.
    pub sentences: Vec<Sentence>,
    /// The slot of the node that did it, if several nodes may do it at once.
    pub subject: Option<&'static str>,
    /// Other nodes that did the same just before, oldest first.
    pub others: Vec<Arc<str>>,
    /// How often it has happened in a row at this node, this time included.
    pub times: i64,
}

impl Note {
    /// A note of one sentence.
    #[must_use]
    pub fn new(at: SimTime, weight: Weight, tone: Tone, key: MessageKey, slots: Vec<NamedSlot>) -> Self {
        let sentences = vec![Sentence { key, slots }];
        Self { at, weight, tone, sentences, subject: None, others: Vec::new(), times: 1 }
    }

    /// Names the slot whose node may be joined by others that do the same.
    #[must_use]
    pub fn by(self, subject: &'static str) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// The name in the subject's slot.
    fn subject_name(&self) -> Option<&Arc<str>> {
        let subject = self.subject?;
        self.sentences.first()?.slots.iter().find_map(|(name, slot)| match slot {
            Slot::Node(node) if *name == subject => Some(node),
            _ => None,
        })
    }

    /// Whether `other` says the same of the same node. How often it happened is a sentence of its own.
    fn is_same(&self, other: &Self) -> bool {
        let once = |note: &Self| note.sentences.len() - usize::from(note.times > 1);
        self.sentences[..once(self)] == other.sentences[..once(other)]
    }

    /// The note as one that has happened so often in a row: a remark, whatever it was the first time.
    fn repeated(mut self, times: i64) -> Self {
        self.sentences.push(Sentence { key: |t| t.in_a_row, slots: vec![("n", Slot::Number(times))] });
        Self { times, weight: Weight::Small, ..self }
    }

    /// Whether it is about a node of this name, as the one that acts or the other end.
    fn concerns(&self, name: &str) -> bool {
        let is = |slot: &str| matches!(self.sentences[0].slot(slot), Some(Slot::Node(node)) if **node == *name);
        is("node") || is("peer")
    }

    /// Whether `other` says the same of another node.
    fn is_also(&self, other: &Self) -> bool {
        let Some(subject) = self.subject else { return false };
        other.subject == self.subject
            && self.sentences.len() == other.sentences.len()
            && self.sentences.iter().zip(&other.sentences).all(|(a, b)| a.same_but_for(b, subject))
            && self.subject_name() != other.subject_name()
    }
}

/// What the page says at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaptionNotes {
    /// The last great note.
    pub headline: Option<Note>,
    /// The newest note that came after the headline, a small one. What happens again and again gives way to what is new.
    pub detail: Option<Note>,
    /// The entry of the timeline that the newest of both is about.
    pub entry: Option<usize>,
}
