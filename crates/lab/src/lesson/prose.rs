//! What a lesson says: words with terms of the glossary and numbers of the world in them.

use std::fmt;

use psyncscope_engine::replication::ReplState;
use psyncscope_sim::frame::Frame;

use super::glossary::Term;
use crate::lab::Lab;
use crate::lang::Lang;
use crate::script::expect::{NUMBERS, Number, ROLES};
use crate::topology::host_named;

/// A text, in one language or in both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    /// The paragraphs in English.
    pub en: Vec<Paragraph>,
    /// Those in Chinese.
    pub zh: Vec<Paragraph>,
}

/// A paragraph, as a list of what is in it.
pub type Paragraph = Vec<Span>;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Whether it is set as what one types.
    pub code: bool,
    /// What it is.
    pub what: SpanKind,
}

/// What a part of a text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Words.
    Words(String),
    /// A term of the glossary.
    Term {
        /// As it stands in the text.
        shown: String,
        /// The term.
        term: &'static Term,
    },
    /// A value of the world, at the moment at which the text is shown.
    Value(Quantity),
}

/// A value of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The node.
    pub node: String,
    /// Which of its values.
    pub of: Reading,
}

/// Which value of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A number.
    Number(Number),
    /// `master_replid`, its first characters.
    ReplId,
    /// `master_replid2`, its first characters.
    ReplId2,
    /// `repl_state`.
    State,
    /// `role`.
    Role,
}

const READINGS: [(&str, Reading); 4] =
    [("replid", Reading::ReplId), ("replid2", Reading::ReplId2), ("state", Reading::State), ("role", Reading::Role)];

impl Quantity {
    /// `b.next`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (node, word) = text.split_once('.')?;
        let number = NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, number)| Reading::Number(*number));
        let of = number.or_else(|| READINGS.iter().find(|(name, _)| *name == word).map(|(_, of)| *of))?;
        Some(Self { node: node.to_owned(), of })
    }

    /// All words that can stand behind a node's name.
    pub(super) fn words() -> impl Iterator<Item = &'static str> {
        NUMBERS.iter().map(|(name, _)| *name).chain(READINGS.iter().map(|(name, _)| *name))
    }

    /// Its value at a frame's moment.
    ///
    /// # Errors
    /// Why there is none.
    pub fn value(&self, lab: &Lab, frame: &Frame) -> Result<String, String> {
        if let Reading::Number(number) = self.of {
            return number.of_named(lab, frame, &self.node).map(|number| number.to_string());
        }
        let host = host_named(frame, &self.node).ok_or_else(|| format!("there is no node {}", self.node))?;
        let node = host.node.as_deref().ok_or_else(|| format!("{} does not run", self.node))?;
        Ok(match self.of {
            Reading::Number(_) => String::new(),
            Reading::ReplId => format!("{}…", node.replid.short()),
            Reading::ReplId2 => format!("{}…", node.replid2.short()),
            Reading::State => {
                node.upstream.as_ref().map_or(ReplState::None, |upstream| upstream.state).name().to_owned()
            }
            Reading::Role => {
                let role = ROLES.iter().find(|(_, master)| *master == node.is_master());
                role.map_or("", |(name, _)| *name).to_owned()
            }
        })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.of {
            Reading::Number(number) => return write!(f, "{}.{number}", self.node),
            of => READINGS.iter().find(|(_, known)| *known == of).map_or("?", |(word, _)| word),
        };
        write!(f, "{}.{word}", self.node)
    }
}

/// What is wrong in a paragraph: the byte at which it begins, what stands there, and what was expected.
pub(super) type WrongProse = (usize, String, String);

/// Reads a paragraph: `` `code` ``, `[term]`, `[shown|term]`, `{node.value}`. In code only values are looked for.
pub(super) fn paragraph(text: &str) -> Result<Paragraph, WrongProse> {
    let mut spans = Paragraph::new();
    let (mut at, mut code) = (0, false);
    let words = |spans: &mut Paragraph, code: bool, words: &str| {
        if !words.is_empty() {
            spans.push(Span { code, what: SpanKind::Words(words.to_owned()) });
        }
    };
    while at < text.len() {
        let special: &[char] = if code { &['`', '{'] } else { &['`', '{', '['] };
        let Some(found) = text[at..].find(special).map(|found| at + found) else {
            words(&mut spans, code, &text[at..]);
            break;
        };
        words(&mut spans, code, &text[at..found]);
        let close = match text.as_bytes()[found] {
            b'`' => {
                code = !code;
                at = found + 1;
                continue;
            }
            b'{' => '}',
            _ => ']',
        };
        let Some(end) = text[found..].find(close).map(|end| found + end) else {
            return Err((found, text[found..].to_owned(), format!("a closing {close}")));
        };
        let inner = &text[found + 1..end];
        let what = if close == '}' {
            let Some(value) = Quantity::parse(inner) else {
                let known: Vec<&str> = Quantity::words().collect();
                let expected = format!("a node and one of its values, such as {{b.next}}: {}", known.join(", "));
                return Err((found, text[found..=end].to_owned(), expected));
            };
            SpanKind::Value(value)
        } else {
            let (shown, name) = inner.split_once('|').unwrap_or((inner, inner));
            let Some(term) = Term::named(name) else {
                let expected = "a term of the glossary: [backlog], or [shown|backlog]".to_owned();
                return Err((found, text[found..=end].to_owned(), expected));
            };
            SpanKind::Term { shown: shown.to_owned(), term }
        };
        spans.push(Span { code, what });
        at = end + 1;
    }
    if code {
        let open = text.rfind('`').unwrap_or_default();
        return Err((open, text[open..].to_owned(), "a closing `".to_owned()));
    }
    Ok(spans)
}

impl Prose {
    /// The paragraphs in a language, or in the other one if it has none in this.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &[Paragraph] {
        let [wanted, other] = match lang {
            Lang::En => [&self.en, &self.zh],
            Lang::Zh => [&self.zh, &self.en],
        };
        if wanted.is_empty() { other } else { wanted }
    }

    /// Whether it says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.en.is_empty() && self.zh.is_empty()
    }

    /// The values in it.
    pub(super) fn quantities(&self) -> impl Iterator<Item = &Quantity> {
        self.en.iter().chain(&self.zh).flatten().filter_map(|span| match &span.what {
            SpanKind::Value(quantity) => Some(quantity),
            _ => None,
        })
    }

    /// As one line of plain text before its moment: the values are not known yet.
    #[must_use]
    pub fn words(&self, lang: Lang) -> String {
        self.words_with(lang, |_| "…".to_owned())
    }

    /// As one line of plain text, with the values that `value` gives and names on the page without their stars.
    #[must_use]
    pub fn words_with(&self, lang: Lang, value: impl Fn(&Quantity) -> String) -> String {
        let text = |span: &Span| match &span.what {
            SpanKind::Words(words) if !span.code => words.replace('*', ""),
            _ => plain(std::slice::from_ref(span), &value),
        };
        let paragraphs = self.get(lang).iter().map(|paragraph| paragraph.iter().map(text).collect());
        paragraphs.collect::<Vec<String>>().join(" ")
    }

    /// As plain text, a line each paragraph. A value that there is none of is shown by its name.
    #[must_use]
    pub fn plain(&self, lang: Lang, lab: &Lab, frame: &Frame) -> String {
        let value = |quantity: &Quantity| quantity.value(lab, frame).unwrap_or_else(|_| format!("{{{quantity}}}"));
        let paragraphs = self.get(lang).iter().map(|paragraph| plain(paragraph, value));
        paragraphs.collect::<Vec<String>>().join("\n")
    }
}

/// A paragraph as plain text.
pub fn plain(paragraph: &[Span], mut value: impl FnMut(&Quantity) -> String) -> String {
    let text = |span: &Span| match &span.what {
        SpanKind::Words(words) => words.clone(),
        SpanKind::Term { shown, .. } => shown.clone(),
        SpanKind::Value(quantity) => value(quantity),
    };
    paragraph.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let spans = paragraph(text).expect("well formed");
        let show = |span: &Span| {
            let what = match &span.what {
                SpanKind::Words(words) => words.clone(),
                SpanKind::Term { shown, term } => format!("<{shown}={}>", term.key),
                SpanKind::Value(value) => format!("<{value}>"),
            };
            if span.code { format!("`{what}`") } else { what }
        };
        spans.iter().map(show).collect()
    }

    #[test]
    fn code_terms_and_values_are_read() {
        for (text, wanted) in [
            ("plain words", "plain words"),
            ("type `SET k v` at a", "type `SET k v` at a"),
            ("the [backlog] of a", "the <backlog=backlog> of a"),
            ("[积压|backlog]", "<积压=backlog>"),
            ("[复制 ID]", "<复制 ID=replid>"),
            ("it asks `PSYNC {b.replid} {b.next}`", "it asks `PSYNC ``<b.replid>`` ``<b.next>`"),
            ("`[backlog]` is code", "`[backlog]` is code"),
            ("", ""),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_line_of_plain_text_has_neither_stars_nor_names_of_values() {
        let text = "choose *Crash*, then `*1 $4 PING`: [offset] {a.offset}";
        let prose = Prose { en: vec![paragraph(text).expect("well formed")], zh: Vec::new() };
        assert_eq!(prose.words(Lang::En), "choose Crash, then *1 $4 PING: offset …");
        assert_eq!(prose.words_with(Lang::En, |_| "61".to_owned()), "choose Crash, then *1 $4 PING: offset 61");
    }

    #[test]
    fn what_is_wrong_says_where() {
        for (text, at) in
            [("a `code", 2), ("{b.nxt}", 0), ("a {b}", 2), ("[raft]", 0), ("中 [backlog", 4), ("{b.next", 0)]
        {
            assert_eq!(paragraph(text).expect_err(text).0, at, "{text}");
        }
    }
}
