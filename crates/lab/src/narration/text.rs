//! Notes as plain text.

use std::fmt::Write as _;

use super::messages::Messages;
use super::{Note, Sentence, Slot, messages};
use crate::lang::Lang;
use crate::template::{Part, form, parts};

impl Note {
    /// Its sentences in a language. Other nodes that did the same just before are named too.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let t = messages(lang);
        let sentences: Vec<String> = self.sentences.iter().map(|sentence| self.sentence_text(sentence, t)).collect();
        sentences.join(t.between_sentences)
    }

    fn sentence_text(&self, sentence: &Sentence, t: &Messages) -> String {
        let mut text = String::new();
        for part in parts((sentence.key)(t)) {
            let (name, forms) = match part {
                Part::Literal(words) => {
                    text.push_str(words);
                    continue;
                }
                Part::Slot { name, forms } => (name, forms),
            };
            // As in the page: only a number, or several nodes, choose the form for many.
            let (value, number) = match sentence.slot(name) {
                Some(Slot::Node(node)) => {
                    let others = if self.subject == Some(name) { &self.others[..] } else { &[] };
                    let names: Vec<&str> = others.iter().chain([node]).map(AsRef::as_ref).collect();
                    (list(&names, t), if others.is_empty() { "1" } else { "2" }.to_owned())
                }
                Some(Slot::Id(id)) => (id.to_string(), "1".to_owned()),
                Some(Slot::Number(n)) => (n.to_string(), n.to_string()),
                Some(Slot::Words(words) | Slot::Code(words)) => (words.clone(), "1".to_owned()),
                None => (name.to_owned(), "1".to_owned()),
            };
            let _ = write!(text, "{value}{}", form(forms, &number));
        }
        text
    }
}

fn list(names: &[&str], t: &Messages) -> String {
    let named = |(index, name)| [t.before_name(index, names.len()), name].concat();
    names.iter().copied().enumerate().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::narration::{Tone, Weight};
    use psyncscope_sim::frame::SimTime;

    #[test]
    fn several_nodes_are_listed_in_each_language() {
        let slots = vec![("node", Slot::Node("d".into())), ("master", Slot::Node("a".into()))];
        let mut note = Note::new(SimTime(0), Weight::Small, Tone::State, |t| t.connecting, slots).by("node");
        assert_eq!(note.text(Lang::En), "d opens a TCP connection to a.");
        note.others = vec!["b".into(), "c".into()];
        assert_eq!(note.text(Lang::En), "b, c and d open a TCP connection to a.");
        assert!(note.text(Lang::Zh).starts_with("b、c 和 d"), "{}", note.text(Lang::Zh));
    }
}
