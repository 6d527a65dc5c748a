//! A line of a script, read word by word.

use winnow::Parser;
use winnow::combinator::{alt, delimited, preceded, repeat};
use winnow::error::EmptyError;
use winnow::token::{none_of, one_of, take, take_while};

use super::error::{ScriptError, Wrong, nearest};
use super::statement;

/// What separates words.
const SPACE: [char; 2] = [' ', '\t'];

/// A word: bare, or a text in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its text, without quotes.
    pub text: String,
    pub column: usize,
    pub quoted: bool,
}

/// What of a line has not been read yet. A `#` that begins a word begins a comment.
pub(crate) struct Line<'a> {
    pub number: usize,
    text: &'a str,
    unread: &'a str,
}

type Result<T> = std::result::Result<T, ScriptError>;

impl<'a> Line<'a> {
    pub(crate) fn new(number: usize, text: &'a str) -> Self {
        let mut line = Self { number, text, unread: text };
        line.skip_space();
        line
    }

    /// How many characters the line is indented by.
    pub(crate) fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(SPACE).len()
    }

    /// The column of what comes next.
    pub(crate) fn column(&self) -> usize {
        let read = &self.text[..self.text.len() - self.unread.len()];
        read.chars().count() + 1
    }

    fn skip_space(&mut self) {
        self.unread = self.unread.trim_start_matches(SPACE);
    }

    /// Whether nothing comes any more but a comment.
    pub(crate) fn is_over(&self) -> bool {
        self.unread.is_empty() || self.unread.starts_with('#')
    }

    /// The next word.
    pub(crate) fn next(&mut self) -> Result<Option<Word>> {
        if self.is_over() {
            return Ok(None);
        }
        let column = self.column();
        let (text, quoted) = if self.unread.starts_with('"') {
            (self.quoted_text()?, true)
        } else {
            let mut unread = self.unread;
            let bare: std::result::Result<&str, EmptyError> =
                take_while(1.., |c| !SPACE.contains(&c)).parse_next(&mut unread);
            self.unread = unread;
            (bare.unwrap_or_default().to_owned(), false)
        };
        self.skip_space();
        Ok(Some(Word { text, column, quoted }))
    }

    /// The text in the quotes that come next.
    fn quoted_text(&mut self) -> Result<String> {
        let mut unread = self.unread;
        let mut wrong = self.unread;
        // Where it goes wrong: behind the closing quote, or at the first character that cannot stand before it.
        match quoted.parse_next(&mut unread) {
            Ok(text) if unread.is_empty() || unread.starts_with(SPACE) => {
                self.unread = unread;
                return Ok(text);
            }
            Ok(_) => wrong = unread,
            Err(EmptyError) => {
                let _: std::result::Result<(), EmptyError> = preceded('"', inside).void().parse_next(&mut wrong);
            }
        }
        self.unread = wrong;
        let expected = match wrong.chars().next() {
            None => "a closing quote (\") before the end of the line",
            Some('\\') => "after a backslash \\, \", n, r, t, a, b, or x and two digits from 00 to 7f",
            Some(_) => "a space after the closing quote",
        };
        Err(self.unexpected(expected))
    }

    /// The next word, or, if there is none, what was expected.
    pub(crate) fn expect(&mut self, expected: &str) -> Result<Word> {
        match self.next()? {
            Some(word) => Ok(word),
            None => Err(self.unexpected(expected)),
        }
    }

    /// A text in quotes.
    pub(crate) fn text(&mut self, expected: &str) -> Result<Word> {
        let word = self.expect(expected)?;
        if word.quoted { Ok(word) } else { Err(self.unexpected_word(&word, expected, [])) }
    }

    /// Takes the next word if it is this one.
    pub(crate) fn take(&mut self, keyword: &str) -> bool {
        let Some(rest) = self.unread.strip_prefix(keyword) else { return false };
        if !(rest.is_empty() || rest.starts_with(SPACE)) {
            return false;
        }
        self.unread = rest;
        self.skip_space();
        true
    }

    /// This word must come next.
    pub(crate) fn keyword(&mut self, keyword: &str) -> Result<()> {
        if self.take(keyword) {
            return Ok(());
        }
        let word = self.expect(keyword)?;
        Err(self.unexpected_word(&word, keyword, [keyword]))
    }

    /// The value that `read` makes of the next word.
    pub(crate) fn value<T>(&mut self, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        let word = self.expect(expected)?;
        let value = if word.quoted { None } else { read(&word.text) };
        value.ok_or_else(|| self.unexpected_word(&word, expected, []))
    }

    /// The one of `known` that comes next.
    pub(crate) fn one_of<T: Copy>(&mut self, what: &str, known: &[(&'static str, T)]) -> Result<T> {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let expected = format!("{what}: {}", names.join(", "));
        let word = self.expect(&expected)?;
        match known.iter().find(|(name, _)| *name == word.text && !word.quoted) {
            Some((_, value)) => Ok(*value),
            None => Err(self.unexpected_word(&word, &expected, names)),
        }
    }

    /// The prompt of a console, `a>` or `a#1>`, if it comes next: the node and the console.
    pub(crate) fn prompt(&mut self) -> Option<(String, u32)> {
        let mut unread = self.unread;
        let prompt = statement::prompt(&mut unread).ok()?;
        self.unread = unread;
        self.skip_space();
        Some(prompt)
    }

    /// All that comes, as it stands, up to a comment. Quotes are those of redis-cli: a `#` in them begins none.
    pub(crate) fn verbatim(&mut self) -> &'a str {
        let text = self.unread;
        self.unread = "";
        text[..comment_at(text)].trim_end_matches(SPACE)
    }

    /// All that comes, as it stands: prose, in which a `#` begins no comment.
    pub(crate) fn prose(&mut self) -> &'a str {
        let text = self.unread;
        self.unread = "";
        text.trim_end()
    }

    /// Nothing may come any more.
    pub(crate) fn end(&mut self) -> Result<()> {
        match self.next()? {
            None => Ok(()),
            Some(word) => Err(self.unexpected_word(&word, "the end of the line", [])),
        }
    }

    /// Something else was expected than what comes next.
    pub(crate) fn unexpected(&self, expected: &str) -> ScriptError {
        let found = self.unread.split(SPACE).next().filter(|_| !self.is_over()).map(str::to_owned);
        let wrong = Wrong::Unexpected { found, expected: expected.to_owned(), nearest: None };
        ScriptError { line: self.number, column: self.column(), wrong }
    }

    /// Something else was expected than a word that was read; `known` are the words that it could be.
    pub(crate) fn unexpected_word<'k>(
        &self,
        word: &Word,
        expected: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> ScriptError {
        let found = if word.quoted { quote(&word.text) } else { word.text.clone() };
        let nearest = nearest(&word.text, known);
        let wrong = Wrong::Unexpected { found: Some(found), expected: expected.to_owned(), nearest };
        ScriptError { line: self.number, column: word.column, wrong }
    }
}

/// Whether a text, as it stands behind a command's prompt or in a node's configuration, is read as itself.
pub(crate) fn is_verbatim(text: &str) -> bool {
    !text.is_empty()
        && text.trim_matches(SPACE) == text
        && !text.contains(|c: char| c.is_control() && c != '\t')
        && comment_at(text) == text.len()
}

/// Where in a text that is quoted as redis-cli does a comment begins; its end if none does.
fn comment_at(text: &str) -> usize {
    let mut quotes = None;
    let mut begins_word = true;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (quotes, c) {
            (None, '#') if begins_word => return at,
            (None, '"' | '\'') => quotes = Some(c),
            (Some('"'), '\\') => drop(chars.next()),
            (Some('\''), '\\') => drop(chars.next_if(|(_, next)| *next == '\'')),
            (Some(open), close) if open == close => quotes = None,
            _ => {}
        }
        begins_word = SPACE.contains(&c);
    }
    text.len()
}

fn quoted(input: &mut &str) -> std::result::Result<String, EmptyError> {
    delimited('"', inside, '"').parse_next(input)
}

/// All characters up to what cannot stand between quotes.
fn inside(input: &mut &str) -> std::result::Result<String, EmptyError> {
    let character = alt((none_of(['"', '\\']), preceded('\\', escaped)));
    repeat(0.., character)
        .fold(String::new, |mut text, c: char| {
            text.push(c);
            text
        })
        .parse_next(input)
}

/// What a backslash stands before, as in redis-cli.
fn escaped(input: &mut &str) -> std::result::Result<char, EmptyError> {
    alt((
        one_of(['"', '\\']),
        'n'.value('\n'),
        'r'.value('\r'),
        't'.value('\t'),
        'b'.value('\u{8}'),
        'a'.value('\u{7}'),
        preceded('x', take(2_usize)).verify_map(|digits: &str| {
            let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            u8::from_str_radix(digits, 16).ok().filter(u8::is_ascii).map(char::from)
        }),
    ))
    .parse_next(input)
}

/// A text in quotes.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text as one word: in quotes where it must be.
pub(crate) fn word(text: &str) -> String {
    let bare = !text.is_empty()
        && !text.starts_with(['"', '#'])
        && !text.contains(|c: char| SPACE.contains(&c) || c.is_ascii_control());
    if bare { text.to_owned() } else { quote(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_quoted_is_read_again() {
        for text in ["", "a", "a b", "\"", "\\", "a\tb\r\n\0\u{7f}\u{85}é中", "#", "a#b", "'", "\\x41"] {
            for written in [quote(text), word(text)] {
                let mut line = Line::new(1, &written);
                assert_eq!(line.next().expect("well quoted").map(|word| word.text).as_deref(), Some(text));
                line.end().expect("nothing follows");
            }
        }
    }

    #[test]
    fn comments_begin_with_a_word() {
        for (text, verbatim) in [
            ("SET k v # why", "SET k v"),
            ("SET k v#1", "SET k v#1"),
            ("SET k \"a # b\" # why", "SET k \"a # b\""),
            ("SET k \"\\\" # b\"", "SET k \"\\\" # b\""),
            ("SET k 'a \\' # b' # why", "SET k 'a \\' # b'"),
            ("SET k '\\\\' # why", "SET k '\\\\' # why"),
            ("# why", ""),
        ] {
            assert_eq!(Line::new(1, text).verbatim(), verbatim);
        }
    }

    #[track_caller]
    fn wrong(text: &str, column: usize, part: &str) {
        let error = Line::new(1, text).next().expect_err("not well quoted");
        assert!(error.column == column && error.to_string().contains(part), "{error}");
    }

    #[test]
    fn quotes_that_are_wrong_say_where() {
        wrong("\"abc", 5, "the line ends, expected a closing quote");
        wrong("\"é\\q\"", 3, "after a backslash");
        wrong("\"\\xff\"", 2, "after a backslash");
        wrong("\"\\x+1\"", 2, "after a backslash");
        wrong("\"\\", 2, "after a backslash");
        wrong("\"abc\"d", 6, "a space after the closing quote");
    }
}
