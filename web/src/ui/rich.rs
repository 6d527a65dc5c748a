//! Sentences with names, numbers and chips in them.

use yew::prelude::*;

use crate::i18n::{Part, form, parts};
use crate::ui::atoms::{span, text};

/// What stands in a hole of a sentence.
pub enum Fill {
    /// Words or a number; a number may choose the form of the word after it.
    Text(String),
    /// Anything else.
    Html(Html),
}

impl From<i64> for Fill {
    fn from(number: i64) -> Self {
        Self::Text(number.to_string())
    }
}

/// The sentence with its holes filled. Text in holes is set in figures of equal width.
pub fn rich(template: &str, fill: &dyn Fn(&str) -> Fill) -> Html {
    let mut out = Vec::new();
    for part in parts(template) {
        match part {
            Part::Text(words) => out.push(text(words.to_owned())),
            Part::Slot { name, forms } => match fill(name) {
                Fill::Text(value) => {
                    let word = form(forms, &value);
                    out.push(span("num", value));
                    out.push(text(word));
                }
                Fill::Html(html) => out.push(html),
            },
        }
    }
    out.into_iter().collect()
}
