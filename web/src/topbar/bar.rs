//! The top bar: what this is, which world runs, and the reader's choices.

use yew::prelude::*;

use crate::app::run::Origin;
use crate::i18n::{Lang, fill};
use crate::intent::{Intent, Overlay, Theme};
use crate::ui::atoms::{button, div, para, push_icon, row, select, span, text};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::icon::{Shape, icon};
use crate::ui::part::Part;

/// The bar.
#[derive(PartialEq)]
pub struct TopBar {
    /// Where the world came from.
    pub origin: Origin,
    /// How many nodes it has.
    pub nodes: usize,
    /// Its seed.
    pub seed: u64,
    /// Light or dark.
    pub theme: Theme,
}

impl Part for TopBar {
    fn draw(&self, cx: &UiContext) -> Html {
        let t = cx.t();
        let about = match &self.origin {
            Origin::Opening => t.example_opening.to_owned(),
            Origin::Own => fill(t.example_own, &[("nodes", &self.nodes.to_string())]),
            Origin::Loaded(name) => fill(t.example_loaded, &[("name", name)]),
        };
        let (theme, theme_label, next) = match self.theme {
            Theme::Auto => (Shape::Auto, t.theme_auto, Theme::Light),
            Theme::Light => (Shape::Light, t.theme_light, Theme::Dark),
            Theme::Dark => (Shape::Dark, t.theme_dark, Theme::Auto),
        };
        let tool = |shape, label: &'static str, testid: &'static str, intent| {
            button("button", testid, Some(label.into()), cx.click(intent), row(vec![icon(shape), span("label", label)]))
        };
        let langs = Lang::ALL.iter().map(|&lang| (lang.own_name().into(), lang == cx.lang)).collect();
        let tools = vec![
            tool(Shape::New, t.new_run, "new", Intent::Open(Overlay::New)),
            tool(Shape::Load, t.load_run, "load", Intent::Open(Overlay::Load)),
            tool(Shape::Save, t.save_run, "save", Intent::Save),
            select(cx, "lang", t.language, langs, |i| Intent::SetLang(Lang::ALL.get(i).copied().unwrap_or_default())),
            push_icon(cx, "icon-button", "theme", theme_label, theme, Intent::SetTheme(next)),
            push_icon(cx, "icon-button", "help", t.help, Shape::Help, Intent::Open(Overlay::Help)),
        ];
        let seed = fill(t.seed, &[("seed", &self.seed.to_string())]);
        el("header")
            .class("topbar")
            .put(el("h1").class("name").set("title", t.tagline).text("psyncscope"))
            .put(para("about", text(about)))
            .put(el("span").class("seed num faint").testid("seed").text(seed))
            .put(div("tools", row(tools)))
            .html()
    }
}
