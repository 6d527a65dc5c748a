//! Sentences with values, in every language.

use std::fmt::Display;

use crate::lang::{Bilingual, Lang, bilingual};
use crate::template::fill;

/// A sentence: a template in each language, and the values of its slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    words: Bilingual,
    values: Vec<(&'static str, String)>,
}

impl Said {
    /// A sentence with values.
    pub(super) fn new(en: &'static str, zh: &'static str, values: &[(&'static str, &dyn Display)]) -> Self {
        Self::of(bilingual(en, zh), values.iter().map(|(name, value)| (*name, value.to_string())).collect())
    }

    /// The same of a template.
    pub(super) const fn of(words: Bilingual, values: Vec<(&'static str, String)>) -> Self {
        Self { words, values }
    }

    /// The sentence in one language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let values: Vec<(&str, &str)> = self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fill(self.words.get(lang), &values)
    }
}
