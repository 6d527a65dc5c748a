//! What a reader chose once: language and theme. Remembered where the browser allows it.

use crate::i18n::{Lang, messages};
use crate::intent::Theme;
use crate::ui::dom;

const LANG: &str = "psyncscope.lang";
const VISITED: &str = "psyncscope.visited";
const THEME: &str = "psyncscope.theme";

/// Windows in which the console and the ruler are tabs. The stylesheet's `narrow.css` asks the same.
const NARROW: &str = "(max-width: 599px), (max-height: 499px), (max-width: 900px) and (max-height: 819px)";
const REDUCED_MOTION: &str = "(prefers-reduced-motion: reduce)";

/// The language chosen before, or the browser's.
#[must_use]
pub fn language() -> Lang {
    let tag = dom::remembered(LANG).or_else(dom::browser_language);
    tag.map_or_else(Lang::default, |tag| Lang::from_tag(&tag))
}

/// Whether nothing is known of the reader, and the address asks for nothing.
#[must_use]
pub fn is_first_visit() -> bool {
    [VISITED, LANG, THEME].iter().all(|key| dom::remembered(key).is_none())
        && dom::address_fragment().is_none()
        && !dom::has_parameter(crate::lesson::address::LESSON)
}

/// Remembers that the reader has been here.
pub fn remember_visit() {
    dom::remember(VISITED, "1");
}

/// Remembers and shows a language.
pub fn remember_language(lang: Lang) {
    dom::remember(LANG, lang.tag());
    show_language(lang);
}

/// Says to the browser which language the page speaks.
pub fn show_language(lang: Lang) {
    dom::set_root("lang", Some(lang.tag()));
    if let Some(document) = dom::document() {
        document.set_title(&format!("Psyncscope · {}", messages(lang).tagline));
    }
}

/// The theme chosen before.
#[must_use]
pub fn theme() -> Theme {
    match dom::remembered(THEME).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::Auto,
    }
}

/// Remembers and shows a theme.
pub fn remember_theme(theme: Theme) {
    dom::remember(THEME, name(theme).unwrap_or("auto"));
    show_theme(theme);
}

/// Says to the stylesheet which theme holds.
pub fn show_theme(theme: Theme) {
    dom::set_root("data-theme", name(theme));
    // What browsers draw around the page has its colour.
    for (own, theirs) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        let media = match theme {
            Theme::Auto => format!("(prefers-color-scheme: {theirs})"),
            chosen => (if chosen == own { "all" } else { "not all" }).to_owned(),
        };
        dom::set_attribute(&format!("theme-color-{theirs}"), "media", &media);
    }
}

const fn name(theme: Theme) -> Option<&'static str> {
    match theme {
        Theme::Auto => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    }
}

/// Whether the console and the ruler are tabs now.
#[must_use]
pub fn is_narrow() -> bool {
    dom::media(NARROW)
}

/// Whether the reader asked for as little motion as possible.
#[must_use]
pub fn prefers_reduced_motion() -> bool {
    dom::media(REDUCED_MOTION)
}
