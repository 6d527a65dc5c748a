//! The smallest things on the page, each drawn in one place only.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::cx::Cx;
use crate::ui::icon::{Shape, icon};

/// Words as they are.
pub fn text(words: impl Into<AttrValue>) -> Html {
    Html::VText(yew::virtual_dom::VText::new(words.into()))
}

/// Several things, one after the other.
pub fn row(children: Vec<Html>) -> Html {
    children.into_iter().collect()
}

/// The names of those classes that hold.
#[must_use]
pub fn class(names: &[(&str, bool)]) -> AttrValue {
    let mut out = String::new();
    for (name, _) in names.iter().filter(|(name, holds)| *holds && !name.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(name);
    }
    out.into()
}

/// A run of text in a style of its own.
pub fn span(class: impl Into<AttrValue>, words: impl Into<AttrValue>) -> Html {
    fn draw(class: AttrValue, words: AttrValue) -> Html {
        html! { <span {class}>{ words }</span> }
    }
    draw(class.into(), words.into())
}

/// A run of anything in a style of its own.
pub fn span_of(class: impl Into<AttrValue>, children: Html) -> Html {
    fn draw(class: AttrValue, children: Html) -> Html {
        html! { <span {class}>{ children }</span> }
    }
    draw(class.into(), children)
}

/// A paragraph.
pub fn para(class: impl Into<AttrValue>, children: Html) -> Html {
    fn draw(class: AttrValue, children: Html) -> Html {
        html! { <p {class}>{ children }</p> }
    }
    draw(class.into(), children)
}

/// A box.
pub fn div(class: impl Into<AttrValue>, children: Html) -> Html {
    fn draw(class: AttrValue, children: Html) -> Html {
        html! { <div {class}>{ children }</div> }
    }
    draw(class.into(), children)
}

/// Redis's own words.
pub fn code(words: impl Into<AttrValue>) -> Html {
    fn draw(words: AttrValue) -> Html {
        html! { <code>{ words }</code> }
    }
    draw(words.into())
}

/// A node's name in a sentence.
pub fn bold(words: impl Into<AttrValue>) -> Html {
    fn draw(words: AttrValue) -> Html {
        html! { <b>{ words }</b> }
    }
    draw(words.into())
}

/// A bare shape of an SVG: an element with a class and one attribute that says where it is.
pub fn path(class: impl Into<AttrValue>, d: impl Into<AttrValue>) -> Html {
    fn draw(class: AttrValue, d: AttrValue) -> Html {
        html! { <path {class} {d} /> }
    }
    draw(class.into(), d.into())
}

/// A button: how it looks, how tests find it, what it is called if its content does not say it, what it does, its content.
pub fn button(
    class: impl Into<AttrValue>,
    testid: impl Into<AttrValue>,
    label: Option<AttrValue>,
    onclick: Callback<MouseEvent>,
    content: Html,
) -> Html {
    fn draw(
        class: AttrValue,
        testid: AttrValue,
        label: Option<AttrValue>,
        onclick: Callback<MouseEvent>,
        content: Html,
    ) -> Html {
        let testid = (!testid.is_empty()).then_some(testid);
        html! {
            <button type="button" {class} data-testid={testid} aria-label={label.clone()} title={label} {onclick}>{ content }</button>
        }
    }
    draw(class.into(), testid.into(), label, onclick, content)
}

/// A button of words that hands in an intent.
pub fn push(cx: &Cx, class: &'static str, testid: &'static str, intent: Intent, words: impl Into<AttrValue>) -> Html {
    button(class, testid, None, cx.click(intent), text(words))
}

/// A button of one sign that hands in an intent.
pub fn push_icon(
    cx: &Cx,
    class: &'static str,
    testid: &'static str,
    label: &'static str,
    shape: Shape,
    intent: Intent,
) -> Html {
    button(class, testid, Some(label.into()), cx.click(intent), icon(shape))
}

/// The button that takes something away.
pub fn cross(cx: &Cx, label: &'static str, intent: Intent) -> Html {
    push_icon(cx, "icon-button", "", label, Shape::Cross, intent)
}

/// A list to choose from: each entry and whether it is the chosen one; `choose` makes an intent of the chosen place.
pub fn select(
    cx: &Cx,
    testid: &'static str,
    label: &'static str,
    entries: Vec<(AttrValue, bool)>,
    choose: fn(usize) -> Intent,
) -> Html {
    let desk = cx.desk.clone();
    let onchange = Callback::from(move |event: Event| {
        let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|s| s.selected_index());
        if let Some(Ok(chosen)) = chosen.map(usize::try_from) {
            desk.emit(choose(chosen));
        }
    });
    html! {
        <select class="select" aria-label={label} title={label} data-testid={testid} {onchange}>{ options(entries) }</select>
    }
}

/// The entries of a list.
pub fn options(entries: Vec<(AttrValue, bool)>) -> Html {
    entries
        .into_iter()
        .enumerate()
        .map(|(i, (words, selected))| {
            html! { <option value={i.to_string()} {selected}>{ words }</option> }
        })
        .collect()
}

/// A box to tick.
pub fn check(cx: &Cx, testid: &'static str, words: &'static str, checked: bool, tick: fn(bool) -> Intent) -> Html {
    let desk = cx.desk.clone();
    let onchange = Callback::from(move |event: Event| {
        desk.emit(tick(event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked())));
    });
    html! {
        <label class="check"><input type="checkbox" {checked} data-testid={testid} {onchange} />{ words }</label>
    }
}

/// A field with its name above it.
pub fn field(label: Html, input: Html) -> Html {
    html! { <label class="field"><span>{ label }</span>{ input }</label> }
}

#[cfg(test)]
mod tests {
    use super::class;

    #[test]
    fn classes_that_hold() {
        assert_eq!(class(&[("card", true), ("selected", false), ("", true), ("target", true)]), "card target");
        assert_eq!(class(&[]), "");
    }
}
