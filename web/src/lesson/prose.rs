//! The texts of a lesson.

use psyncscope_lab::lesson::{Paragraph, Prose, Quantity, SpanKind};
use yew::prelude::*;

use crate::lesson::term::TermButton;
use crate::ui::context::UiContext;

/// The paragraphs of a text, with the values that `value` gives.
pub fn prose(text: &Prose, ui: &UiContext, value: &dyn Fn(&Quantity) -> String) -> Html {
    text.get(ui.lang).iter().map(|paragraph| html! { <p>{ line(paragraph, true, value) }</p> }).collect()
}

/// The same within a label: nothing in it can be pressed. See [`terms`].
pub fn inline(text: &Prose, ui: &UiContext, value: &dyn Fn(&Quantity) -> String) -> Html {
    text.get(ui.lang).iter().map(|paragraph| html! { <span>{ line(paragraph, false, value) }</span> }).collect()
}

/// The terms of texts, each once.
pub fn terms<'a>(texts: impl IntoIterator<Item = &'a Prose>, ui: &UiContext) -> Html {
    let mut seen: Vec<&str> = Vec::new();
    let spans = texts.into_iter().flat_map(|text| text.get(ui.lang)).flatten();
    let terms = spans.filter_map(|span| match &span.what {
        SpanKind::Term { term, .. } if !seen.contains(&term.key) => {
            seen.push(term.key);
            Some(html! { <TermButton key={term.key} shown={term.name.get(ui.lang)} {term} /> })
        }
        _ => None,
    });
    terms.collect()
}

fn line(paragraph: &Paragraph, can_press: bool, value: &dyn Fn(&Quantity) -> String) -> Html {
    // What is typed is one element, also with values in it.
    paragraph
        .chunk_by(|one, next| one.code && next.code)
        .map(|spans| {
            let parts = spans.iter().map(|span| match &span.what {
                SpanKind::Words(words) if span.code => html! { { words.clone() } },
                SpanKind::Words(words) => stressed(words),
                SpanKind::Term { shown, .. } if !can_press => html! { { shown.clone() } },
                SpanKind::Term { shown, term } => html! { <TermButton shown={shown.clone()} {term} /> },
                SpanKind::Value(quantity) => html! { <span class="num">{ value(quantity) }</span> },
            });
            let parts: Html = parts.collect();
            if spans[0].code {
                html! { <code>{ parts }</code> }
            } else {
                parts
            }
        })
        .collect()
}

/// Words, of which `*those between stars*` are names on the page.
fn stressed(words: &str) -> Html {
    let part = |(nth, part): (usize, &str)| match nth % 2 {
        0 => html! { { part.to_owned() } },
        _ => html! { <b>{ part.to_owned() }</b> },
    };
    words.split('*').enumerate().map(part).collect()
}
