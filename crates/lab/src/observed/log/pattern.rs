//! Messages compared with templates: servers of every version say the same in slightly other words.

use crate::format::shortened;
use crate::template::{Part, parts};

/// Characters of a value that are kept.
const VALUE_CHARS: usize = 80;

/// Words of Redis 5 and later, and what others say: Redis 4 `slave`, Valkey 8 `primary`.
const WORDS: [(&str, &str); 6] = [
    ("REPLICA", "SLAVE"),
    ("Replica", "Slave"),
    ("replica", "slave"),
    ("MASTER", "PRIMARY"),
    ("Master", "Primary"),
    ("master", "primary"),
];

/// The values of a template's slots in a message that begins as the template does.
pub(super) fn matches(template: &'static str, message: &str) -> Option<Vec<(&'static str, String)>> {
    if !may_begin(template, message) {
        return None;
    }
    let mut values = Vec::new();
    let mut rest = message;
    let mut parts = parts(template).into_iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            Part::Literal(words) => rest = &rest[length(words, rest)?..],
            Part::Slot { name, .. } => {
                let (end, next) = match parts.peek() {
                    Some(Part::Literal(words)) => {
                        let mut places = rest.char_indices().map(|(at, _)| at);
                        places.find_map(|at| Some((at, at + length(words, &rest[at..])?)))?
                    }
                    _ => (rest.len(), rest.len()),
                };
                if end == 0 {
                    return None;
                }
                values.push((name, shortened(rest[..end].trim_end_matches(['.', ' ']), VALUE_CHARS)));
                rest = &rest[next..];
                parts.next();
            }
        }
    }
    Some(values)
}

/// Whether the first characters allow that a message begins as a template does: most lines are told apart by them.
fn may_begin(template: &str, message: &str) -> bool {
    let (first, found) = (template.chars().next(), message.chars().next());
    first == found || WORDS.iter().any(|(word, other)| template.starts_with(word) && message.starts_with(other))
}

/// How long the words are at the beginning of a text, if they are there.
fn length(words: &str, text: &str) -> Option<usize> {
    let (mut words, mut left) = (words, text);
    while let Some(first) = words.chars().next() {
        let other = WORDS.iter().find_map(|(word, other)| Some((words.strip_prefix(word)?, left.strip_prefix(other)?)));
        (words, left) = match other {
            Some(after) => after,
            None => (&words[first.len_utf8()..], left.strip_prefix(first)?),
        };
    }
    Some(text.len() - left.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_between_words() {
        let template = "Unable to partial resync with replica {peer} for lack of backlog (Replica request was: {n})";
        for (replica, of) in [("replica", "Replica"), ("slave", "Slave")] {
            let line =
                format!("Unable to partial resync with {replica} slave-1:7 for lack of backlog ({of} request was: 9).");
            let values = matches(template, &line).expect("it is the same");
            assert_eq!(values, [("peer", "slave-1:7".to_owned()), ("n", "9".to_owned())]);
        }
        assert_eq!(matches(template, "Unable to partial resync with replica  for lack"), None);
        assert_eq!(matches("a {n}", "a é."), Some(vec![("n", "é".to_owned())]));
        assert_eq!(matches("a {n}", "a "), None);
    }
}
