//! Sentences with names, numbers and chips in them.

use psyncscope_lab::template::{Part, form, parts};
use yew::prelude::*;

/// The value of a template's slot.
pub enum Fill {
    /// Words or a number; a number may choose the form of the word after it.
    Text(String),
    /// Anything else; the word after it has the form for one.
    Html(Html),
    /// Several things; the word after them has the form for many.
    Many(Html),
}

impl From<i64> for Fill {
    fn from(number: i64) -> Self {
        Self::Text(number.to_string())
    }
}

/// The template with its slots filled. Text in slots is set in figures of equal width.
pub fn rich(template: &str, fill: &dyn Fn(&str) -> Fill) -> Html {
    parts(template)
        .into_iter()
        .map(|part| match part {
            Part::Literal(words) => html! { { words.to_owned() } },
            Part::Slot { name, forms } => match fill(name) {
                Fill::Text(value) => {
                    let word = form(forms, &value);
                    html! { <><span class="num">{ value }</span>{ word }</> }
                }
                Fill::Html(html) => html! { <>{ html }{ form(forms, "1") }</> },
                Fill::Many(html) => html! { <>{ html }{ form(forms, "2") }</> },
            },
        })
        .collect()
}
