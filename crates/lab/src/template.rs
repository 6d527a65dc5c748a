//! Templates: sentences with named slots, and the lists of them.

/// Makes the struct `Messages`: the words and templates of one language, one field each. A language that lacks one does
/// not compile. Tests also get the list of its fields.
#[macro_export]
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// All words of one language.
        #[allow(missing_docs, reason = "each is its words")]
        pub struct Messages {
            $($(#[$doc])* pub $name: &'static str,)*
        }

        #[cfg(test)]
        impl Messages {
            /// Every field's name and words.
            pub fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text outside of slots.
    Literal(&'a str),
    /// A slot. With `forms`, the word after the number: the form for 1 and the form for all others.
    Slot {
        /// Its name.
        name: &'a str,
        /// (one, many), as in `{n|byte|bytes}`: "1 byte", "2 bytes".
        forms: Option<(&'a str, &'a str)>,
    },
}

/// Splits a template. A brace that does not close is plain text.
#[must_use]
pub fn parts(template: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|c| c + open) else { break };
        if open > 0 {
            out.push(Part::Literal(&rest[..open]));
        }
        let mut inner = rest[open + 1..close].split('|');
        let name = inner.next().unwrap_or_default();
        let forms = inner.next().zip(inner.next());
        out.push(Part::Slot { name, forms });
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        out.push(Part::Literal(rest));
    }
    out
}

/// The names of a template's slots, each once, in order of the alphabet.
#[must_use]
pub fn slots(template: &str) -> Vec<&str> {
    let name = |part| match part {
        Part::Slot { name, .. } => Some(name),
        Part::Literal(_) => None,
    };
    let mut names: Vec<&str> = parts(template).into_iter().filter_map(name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The form of a word after a number written as `value`, with its space.
#[must_use]
pub fn form(forms: Option<(&str, &str)>, value: &str) -> String {
    forms.map_or_else(String::new, |(one, many)| format!(" {}", if value == "1" { one } else { many }))
}

/// A template filled with plain text. A slot without a value shows its name.
#[must_use]
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    parts(template)
        .into_iter()
        .map(|part| match part {
            Part::Literal(text) => text.to_owned(),
            Part::Slot { name, forms } => {
                let value = values.iter().find(|(n, _)| *n == name).map_or(name, |(_, v)| v);
                format!("{value}{}", form(forms, value))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_slots_and_chooses_forms() {
        let template = "{node} lacks {n|byte|bytes}.";
        assert_eq!(fill(template, &[("node", "b"), ("n", "1")]), "b lacks 1 byte.");
        assert_eq!(fill(template, &[("node", "b"), ("n", "54")]), "b lacks 54 bytes.");
        assert_eq!(fill("no slots", &[]), "no slots");
        assert_eq!(fill("{x}", &[]), "x");
        assert_eq!(fill("open {", &[]), "open {");
    }
}
