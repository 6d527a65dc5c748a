//! The smallest things on the page, each made in one place only.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::context::UiContext;
use crate::ui::el::{El, el};
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

/// An element with a class and one child.
#[inline(never)]
fn wrap(name: &'static str, class: AttrValue, child: Html) -> Html {
    el(name).class(class).put(child).html()
}

/// A run of text in a style of its own.
pub fn span(class: impl Into<AttrValue>, words: impl Into<AttrValue>) -> Html {
    wrap("span", class.into(), text(words))
}

/// A run of anything in a style of its own.
pub fn span_of(class: impl Into<AttrValue>, child: Html) -> Html {
    wrap("span", class.into(), child)
}

/// A paragraph.
pub fn para(class: impl Into<AttrValue>, child: Html) -> Html {
    wrap("p", class.into(), child)
}

/// A box.
pub fn div(class: impl Into<AttrValue>, child: Html) -> Html {
    wrap("div", class.into(), child)
}

/// Redis's own words.
pub fn code(words: impl Into<AttrValue>) -> Html {
    el("code").text(words).html()
}

/// A node's name in a sentence.
pub fn bold(words: impl Into<AttrValue>) -> Html {
    el("b").text(words).html()
}

/// A shape of an SVG: a class, and where it runs.
pub fn path(class: impl Into<AttrValue>, d: impl Into<AttrValue>) -> Html {
    el("path").class(class).set("d", d).html()
}

/// A drawing: its class and the part of the plane that it shows. It says nothing to screen readers.
pub fn svg(class: &'static str, view_box: impl Into<AttrValue>) -> El {
    el("svg").class(class).set("viewBox", view_box).set("aria-hidden", "true")
}

/// A button without content.
pub fn bare_button(class: impl Into<AttrValue>) -> El {
    el("button").set("type", "button").class(class)
}

/// A button: how it looks, how tests find it, what it is called if its content does not say it, what it does, its content.
pub fn button(
    class: impl Into<AttrValue>,
    testid: impl Into<AttrValue>,
    label: Option<AttrValue>,
    onclick: Callback<MouseEvent>,
    content: Html,
) -> Html {
    fn make(
        class: AttrValue,
        testid: AttrValue,
        label: Option<AttrValue>,
        onclick: Callback<MouseEvent>,
        content: Html,
    ) -> Html {
        let mut button = bare_button(class).on_click(onclick).put(content);
        if !testid.is_empty() {
            button = button.testid(testid);
        }
        if let Some(label) = label {
            button = button.label(label);
        }
        button.html()
    }
    make(class.into(), testid.into(), label, onclick, content)
}

/// The button that hands a form in.
pub fn submit(testid: &'static str, words: &'static str) -> Html {
    el("button").set("type", "submit").class("button primary").testid(testid).text(words).html()
}

/// A button of words that hands in an intent.
pub fn push(
    cx: &UiContext,
    class: &'static str,
    testid: &'static str,
    intent: Intent,
    words: impl Into<AttrValue>,
) -> Html {
    button(class, testid, None, cx.click(intent), text(words))
}

/// A button of one sign that hands in an intent.
pub fn push_icon(
    cx: &UiContext,
    class: &'static str,
    testid: &'static str,
    label: &'static str,
    shape: Shape,
    intent: Intent,
) -> Html {
    button(class, testid, Some(label.into()), cx.click(intent), icon(shape))
}

/// The button that takes something away.
pub fn cross(cx: &UiContext, label: &'static str, intent: Intent) -> Html {
    push_icon(cx, "icon-button", "", label, Shape::Cross, intent)
}

/// A list to choose from: each entry and whether it is the chosen one; `choose` makes an intent of the chosen place.
pub fn select(
    cx: &UiContext,
    testid: &'static str,
    label: &'static str,
    entries: Vec<(AttrValue, bool)>,
    choose: fn(usize) -> Intent,
) -> Html {
    let dispatch = cx.dispatch.clone();
    let onchange = Callback::from(move |event: Event| {
        let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|s| s.selected_index());
        if let Some(Ok(chosen)) = chosen.map(usize::try_from) {
            dispatch.emit(choose(chosen));
        }
    });
    html! {
        <select class="select" aria-label={label} title={label} data-testid={testid} {onchange}>{ options(entries) }</select>
    }
}

/// The entries of a list.
pub fn options(entries: Vec<(AttrValue, bool)>) -> Html {
    let option = |(i, (words, selected)): (usize, (AttrValue, bool))| {
        html! { <option value={i.to_string()} {selected}>{ words }</option> }
    };
    entries.into_iter().enumerate().map(option).collect()
}

/// A box to tick.
pub fn check(
    cx: &UiContext,
    testid: &'static str,
    words: &'static str,
    checked: bool,
    tick: fn(bool) -> Intent,
) -> Html {
    let dispatch = cx.dispatch.clone();
    let onchange = Callback::from(move |event: Event| {
        dispatch.emit(tick(event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked())));
    });
    html! {
        <label class="check"><input type="checkbox" {checked} data-testid={testid} {onchange} />{ words }</label>
    }
}

/// A field with its name above it.
pub fn field(label: Html, input: Html) -> Html {
    el("label").class("field").put(span_of("", label)).put(input).html()
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
