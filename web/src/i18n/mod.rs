//! The page's words. Every language is one `Messages`: a sentence that is missing in one does not compile.
//!
//! Sentences with names and numbers in them are templates: `{node} lacks {n|byte|bytes}`. Redis's own names (states,
//! fields, functions, commands) are never translated.

mod en;
mod messages;
mod template;
mod zh;

pub use messages::Messages;
pub use template::{Part, fill, form, parts};

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// Its words.
    #[must_use]
    pub const fn messages(self) -> &'static Messages {
        match self {
            Self::En => &en::MESSAGES,
            Self::Zh => &zh::MESSAGES,
        }
    }

    /// Its name for `<html lang>` and for the memory of choices.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// Its own name for itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "简体中文",
        }
    }

    /// The language of a tag such as `zh-Hans-CN`; English if it is not one of ours.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("zh") { Self::Zh } else { Self::En }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that are the same in both languages: Redis's own names and signs.
    const SAME: [&str; 2] = ["tab_info", "speed_times"];

    #[test]
    fn no_word_is_missing_or_left_in_english() {
        for ((name, en), (same_name, zh)) in en::MESSAGES.all().into_iter().zip(zh::MESSAGES.all()) {
            assert_eq!(name, same_name);
            assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{name} is empty");
            assert!(en != zh || SAME.contains(&name), "{name} is not translated");
        }
    }

    #[test]
    fn templates_have_the_same_slots_in_both_languages() {
        let slots = |template| {
            let mut names: Vec<String> = parts(template)
                .into_iter()
                .filter_map(|p| match p {
                    Part::Slot { name, .. } => Some(name.to_owned()),
                    Part::Literal(_) => None,
                })
                .collect();
            names.sort();
            names.dedup();
            names
        };
        for ((name, en), (_, zh)) in en::MESSAGES.all().into_iter().zip(zh::MESSAGES.all()) {
            assert_eq!(slots(en), slots(zh), "{name}");
        }
    }

    #[test]
    fn tags_round_trip() {
        for lang in Lang::ALL {
            assert_eq!(Lang::from_tag(lang.tag()), lang);
        }
        assert_eq!(Lang::from_tag("fr"), Lang::En);
        assert_eq!(Lang::from_tag("zh-TW"), Lang::Zh);
    }
}
