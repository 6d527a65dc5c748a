//! The top bar: what this is, which world runs, and the reader's choices.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::app::run::Origin;
use crate::i18n::{Lang, fill, use_text};
use crate::intent::{Intent, Overlay, Theme, use_desk};
use crate::ui::icon::{Icon, Shape};

/// Properties of [`TopBar`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// Where the world came from.
    pub origin: Origin,
    /// How many nodes it has.
    pub nodes: usize,
    /// Its seed.
    pub seed: u64,
    /// The language spoken.
    pub lang: Lang,
    /// Light or dark.
    pub theme: Theme,
}

/// The bar.
#[component]
pub fn TopBar(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let about = match &props.origin {
        Origin::Opening => t.example_opening.to_owned(),
        Origin::Own => fill(t.example_own, &[("nodes", &props.nodes.to_string())]),
        Origin::Loaded(name) => fill(t.example_loaded, &[("name", name)]),
    };
    let on_lang = desk.on(|event: Event| {
        let tag = event.target_dyn_into::<HtmlSelectElement>().map(|s| s.value()).unwrap_or_default();
        Intent::SetLang(Lang::from_tag(&tag))
    });
    let (theme_shape, theme_label, next) = match props.theme {
        Theme::Auto => (Shape::Auto, t.theme_auto, Theme::Light),
        Theme::Light => (Shape::Light, t.theme_light, Theme::Dark),
        Theme::Dark => (Shape::Dark, t.theme_dark, Theme::Auto),
    };
    let tool = |shape, label: &'static str, testid: &'static str, intent: fn() -> Intent| {
        html! {
            <button type="button" class="button" title={label} data-testid={testid} onclick={desk.on(move |_: MouseEvent| intent())}>
                <Icon {shape} /><span class="label">{ label }</span>
            </button>
        }
    };
    html! {
        <header class="topbar">
            <h1 class="name" title={t.tagline}>{ "psyncscope" }</h1>
            <p class="about">{ about }</p>
            <span class="seed num faint" data-testid="seed">{ fill(t.seed, &[("seed", &props.seed.to_string())]) }</span>
            <div class="tools">
                { tool(Shape::New, t.new_run, "new", || Intent::Open(Overlay::New)) }
                { tool(Shape::Load, t.load_run, "load", || Intent::Open(Overlay::Load)) }
                { tool(Shape::Save, t.save_run, "save", || Intent::Save) }
                <select class="select" aria-label={t.language} title={t.language} data-testid="lang" onchange={on_lang}>
                    { for Lang::ALL.into_iter().map(|lang| html! {
                        <option value={lang.tag()} lang={lang.tag()} selected={lang == props.lang}>{ lang.own_name() }</option>
                    }) }
                </select>
                <button type="button" class="icon-button" aria-label={theme_label} title={theme_label} data-testid="theme"
                    onclick={desk.on(move |_: MouseEvent| Intent::SetTheme(next))}>
                    <Icon shape={theme_shape} />
                </button>
                <button type="button" class="icon-button" aria-label={t.help} title={t.help} data-testid="help"
                    onclick={desk.on(|_: MouseEvent| Intent::Open(Overlay::Help))}>
                    <Icon shape={Shape::Help} />
                </button>
            </div>
        </header>
    }
}
