//! The top bar: what this is, which world runs, and the user's choices.

use yew::prelude::*;

use crate::app::run::Origin;
use crate::i18n::{Lang, fill};
use crate::intent::{Intent, Overlay, Theme};
use crate::lesson::intent::LessonIntent;
use crate::script::intent::ScriptIntent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::icon::{Icon, Shape};
use crate::ui::icon_button::IconButton;
use crate::ui::select::Select;

/// Properties of [`TopBar`].
#[derive(Properties, PartialEq)]
pub struct TopBarProps {
    /// Where the run came from.
    pub origin: Origin,
    /// How many nodes it has.
    pub nodes: usize,
    /// Its seed.
    pub seed: u64,
    /// Light or dark.
    pub theme: Theme,
}

/// The bar.
#[component]
pub fn TopBar(props: &TopBarProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let own = || fill(t.example_own, &[("nodes", &props.nodes.to_string())]);
    let about = props.origin.words(ui.lang).unwrap_or_else(own);
    let (theme, theme_label, next) = match props.theme {
        Theme::Auto => (Shape::Auto, t.theme_auto, Theme::Light),
        Theme::Light => (Shape::Light, t.theme_light, Theme::Dark),
        Theme::Dark => (Shape::Dark, t.theme_dark, Theme::Auto),
    };
    let tool = |shape: Shape, label: &'static str, testid: &'static str, intent: Intent| {
        html! {
            <Button {testid} {label} onclick={ui.click(intent)}>
                <Icon {shape} />
                <span class="label">{ label }</span>
            </Button>
        }
    };
    html! {
        <header class="topbar">
            <h1 class="name" title={t.tagline}>{ "psyncscope" }</h1>
            <p class="about">{ about }</p>
            <span class="seed num faint" data-testid="seed">
                { fill(t.seed, &[("seed", &props.seed.to_string())]) }
            </span>
            <div class="tools">
                { tool(Shape::Course, t.course, "course", Intent::Lesson(LessonIntent::Course)) }
                { tool(Shape::New, t.new_run, "new", Intent::Open(Overlay::New)) }
                { tool(Shape::Load, t.load_run, "load", Intent::Open(Overlay::Load)) }
                { tool(Shape::Save, t.save_run, "save", Intent::Open(Overlay::Save)) }
                { tool(Shape::Script, t.tab_script, "script", Intent::Script(ScriptIntent::Open)) }
                { tool(Shape::Share, t.share, "share", Intent::Share) }
                <Select
                    testid="lang"
                    label={t.language}
                    entries={Lang::ALL.iter().map(|lang| AttrValue::from(lang.own_name())).collect::<Vec<_>>()}
                    selected={Lang::ALL.iter().position(|&lang| lang == ui.lang).unwrap_or(0)}
                    onselect={ui.choose(&Lang::ALL, Intent::SetLang)}
                />
                <IconButton
                    testid="theme"
                    label={theme_label}
                    shape={theme}
                    onclick={ui.click(Intent::SetTheme(next))}
                />
                <IconButton
                    testid="help"
                    label={t.help}
                    shape={Shape::Help}
                    onclick={ui.click(Intent::Open(Overlay::Help))}
                />
            </div>
        </header>
    }
}
