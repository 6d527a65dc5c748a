//! Sentences with names, numbers and chips in them.

use yew::prelude::*;

use crate::i18n::{Part, form, parts};

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

impl From<Html> for Fill {
    fn from(html: Html) -> Self {
        Self::Html(html)
    }
}

/// The sentence with its holes filled. Text in holes is set in figures of equal width.
#[must_use]
pub fn rich(template: &str, fill: impl Fn(&str) -> Fill) -> Html {
    parts(template)
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => html! { text.to_owned() },
            Part::Slot { name, forms } => match fill(name) {
                Fill::Text(value) => {
                    let word = form(forms, &value);
                    html! { <><span class="num">{ value }</span>{ word }</> }
                }
                Fill::Html(html) => html,
            },
        })
        .collect()
}
