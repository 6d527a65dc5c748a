//! The page's words. Every language is one `Messages`: a sentence that is missing in one does not compile.
//!
//! Sentences with names and numbers in them are templates: `{node} lacks {n|byte|bytes}`. Redis's own names (states,
//! fields, functions, commands) are never translated.

mod en;
mod messages;
mod zh;

pub use messages::Messages;
pub use psyncscope_lab::Lang;
pub use psyncscope_lab::template::fill;

/// Chooses a message of a language.
pub type MessageKey = fn(&Messages) -> &'static str;

/// The words of a language.
#[must_use]
pub const fn messages(lang: Lang) -> &'static Messages {
    match lang {
        Lang::En => &en::MESSAGES,
        Lang::Zh => &zh::MESSAGES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::template::slots;

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
        for ((name, en), (_, zh)) in en::MESSAGES.all().into_iter().zip(zh::MESSAGES.all()) {
            assert_eq!(slots(en), slots(zh), "{name}");
        }
    }
}
